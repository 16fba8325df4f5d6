"""The progress lines of those who wait for a training; the rest of a key is the conversation."""

from __future__ import annotations

LINE = "teach:"
KEY_CHARACTERS = 64


def line_key(conversation: str) -> str:
    """The key of the line that tells somebody how the training goes."""
    return f"{LINE}{conversation}"[:KEY_CHARACTERS]
