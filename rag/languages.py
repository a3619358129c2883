"""Text -> the language it is in: Korean or English, as far as the two go. Pure."""

from __future__ import annotations

from rag.records import Language

_MOSTLY = 0.2
"""Share of Hangul among the letters from which a document is Korean: Korean ones are full of Latin names and terms, English ones hold a
Korean name at most."""


def language_of(question: str) -> Language:
    """Korean as soon as there is Hangul: Korean questions are full of Latin names, English ones hold no Hangul."""
    return "ko" if any(map(_is_hangul, question)) else "en"


def written_in(text: str) -> Language:
    """What most of a document's text is written in."""
    letters = [letter for letter in text if letter.isalpha()]
    return "ko" if letters and sum(map(_is_hangul, letters)) >= _MOSTLY * len(letters) else "en"


def _is_hangul(letter: str) -> bool:
    return "가" <= letter <= "힣" or "ㄱ" <= letter <= "ㅣ" or "\u1100" <= letter <= "\u11ff"
