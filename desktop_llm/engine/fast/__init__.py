"""What makes a Transformers model fast: its cache, its attention, its weights."""
