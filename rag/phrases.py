"""Do these words stand in that text, word for word? Pure.

Letters of another form or case, kinds of quotation mark and dash, and the white space of a layout do not count; between
Hangul syllables white space does not count at all, since lines break inside Korean words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_ALIKE = {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\u00ad": ""}
_UNLIKE = re.compile(f"[{''.join(_ALIKE)}]")
_BETWEEN_SYLLABLES = re.compile(r"(?<=[가-힣]) (?=[가-힣])")


def hold(texts: Iterable[str], phrases: Iterable[str]) -> bool:
    """Does each of the phrases stand in one of the texts?"""
    folded_texts = [folded(text) for text in texts]
    return all(any(_stands(_folded_phrase(phrase), text) for text in folded_texts) for phrase in phrases)


def folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    plain = _alike(unicodedata.normalize("NFKC", _alike(text))).casefold()
    return _BETWEEN_SYLLABLES.sub("", " ".join(plain.split()))


@lru_cache(maxsize=32)  # one phrase is looked for in thousands of passages
def _folded_phrase(phrase: str) -> str:
    return folded(phrase)


def _alike(text: str) -> str:
    return _UNLIKE.sub(lambda letter: _ALIKE[letter.group()], text)  # five times as fast as str.translate where there is little to change


def _stands(phrase: str, text: str) -> bool:
    """As whole words where a Latin letter or a digit begins or ends it: "art" is not in "party", "5" not in "15". Korean words take endings."""
    before = r"(?<![^\W_가-힣])" if re.match(r"[^\W_가-힣]", phrase) else ""
    after = r"(?![^\W_가-힣])" if re.search(r"[^\W_가-힣]$", phrase) else ""
    return bool(phrase) and re.search(before + re.escape(phrase) + after, text) is not None
