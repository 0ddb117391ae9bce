"""The prompt forms in the window: cards, the panel in place of the composer, results."""
