"""Conversations as files: what people take elsewhere, and what they bring from other apps."""
