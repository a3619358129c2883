"""Do these words stand in that text, word for word? Pure.

Letters of another form or case, kinds of quotation mark and dash, and the white space of a layout do not count; between
Hangul syllables white space does not count at all, since lines break inside Korean words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_ALIKE = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "­": None}
)
_BETWEEN_SYLLABLES = re.compile(r"(?<=[가-힣]) (?=[가-힣])")


def hold(texts: Iterable[str], phrases: Iterable[str]) -> bool:
    """Does each of the phrases stand in one of the texts?"""
    folded_texts = [folded(text) for text in texts]
    return all(any(_stands(folded(phrase), text) for text in folded_texts) for phrase in phrases)


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text.translate(_ALIKE)).translate(_ALIKE).casefold()
    return _BETWEEN_SYLLABLES.sub("", " ".join(plain.split()))


def _stands(phrase: str, text: str) -> bool:
    """As whole words where a Latin letter or a digit begins or ends it: "art" is not in "party", "5" not in "15". Korean words take endings."""
    before = r"(?<![^\W_가-힣])" if re.match(r"[^\W_가-힣]", phrase) else ""
    after = r"(?![^\W_가-힣])" if re.search(r"[^\W_가-힣]$", phrase) else ""
    return bool(phrase) and re.search(before + re.escape(phrase) + after, text) is not None
