"""The place "Models": what is on this computer, and what the hub has."""
