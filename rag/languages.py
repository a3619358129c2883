"""Text -> the language it is in: Korean or English, as far as the two go. Pure."""

from __future__ import annotations

import re

from rag.records import Language

_MOSTLY = 0.2
"""Share of Hangul among the letters from which a document is Korean: Korean ones are full of Latin names and terms, English ones hold a
Korean name at most."""


_HANGUL = re.compile(r"[가-힣ㄱ-ㅣ\u1100-\u11ff]")


def language_of(question: str) -> Language:
    """Korean as soon as there is Hangul: Korean questions are full of Latin names, English ones hold no Hangul."""
    return "ko" if _HANGUL.search(question) else "en"


def written_in(text: str) -> Language:
    """What most of a document's text is written in."""
    letters = sum(map(str.isalpha, text))
    return "ko" if letters and len(_HANGUL.findall(text)) >= _MOSTLY * letters else "en"
