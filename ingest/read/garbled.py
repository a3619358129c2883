"""Whether the letters of a page are what they look like."""

from __future__ import annotations


def is_garbled(text: str) -> bool:
    return False
