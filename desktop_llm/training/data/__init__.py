"""From files to examples: one reader for preview, check and training. No torch, no Qt."""
