"""The tasks: how examples become tokens, what the loss is, and what counts as success."""
