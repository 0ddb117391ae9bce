"""Prompt forms: inputs, the prompt that they make, and what is read from the answer. No Qt."""
