"""What a program that is going to be killed tells: one line for each thing, at once."""

from __future__ import annotations

import hashlib
import sys


def say(*words: object) -> None:
    """Print the words, which have no spaces in them."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def fingerprint(text: str) -> str:
    """Tells texts apart."""
    return hashlib.sha256(text.encode()).hexdigest()
