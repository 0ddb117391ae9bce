"""Text out of files that people drop, with limits. No Qt, no torch."""
