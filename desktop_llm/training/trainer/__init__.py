"""The trainer process: the run itself, and what makes it quick."""
