"""A word that is still being typed -> the terms that it may become. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rag.library.fulltext import hangul_stems, says_something, terms

_LAST_WORD = re.compile(r"(?P<hangul>[가-힣]*[가-힣ㄱ-ㅎ])$|(?P<latin>[^\W\d_\u3040-\u30ff\u3400-\u9fff가-힣ㄱ-ㆎ]{2,})$")
_LONGEST_WORD = 64
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST = ord("가")
_FINALS = 28
_AN_INITIAL = 21 * _FINALS
"""Syllables that begin with one consonant, and those that begin with one and the same vowel, lie side by side."""
_ANYTHING = "\U0010ffff"

_ENDINGS = (
    "e",
    "s",
    "y",
    "l",
    "n",
    "g",
    "d",
    "t",
    "al",
    "ed",
    "er",
    "ly",
    "ty",
    "on",
    "ng",
    "nt",
    "nce",
    "ing",
    "ion",
    "ity",
    "ment",
    "ation",
    "ication",
)
"""What may still be to come of an English word, whose stem can then be shorter than what has been typed: terminatio(n), confidentia(l)."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The last word of ``text[:start] + word``. What it becomes has all terms of ``settled``, and one from ``first`` to ``last`` or one of
    ``stems``."""

    start: int
    word: str
    settled: tuple[str, ...]
    own: str  # the term that it ends with as it stands; "" while its last syllable is only a consonant
    first: str
    last: str
    stems: tuple[str, ...]  # other terms that it may become
    kept: int  # so many of its letters stay, whatever that term becomes


def beginning_of(text: str) -> Beginning | None:
    """None where the last word is complete: something follows it, it has an ending, or it carries no meaning."""
    text = unicodedata.normalize("NFC", text)
    found = _LAST_WORD.search(text, max(0, len(text) - _LONGEST_WORD))
    if not found:
        return None
    start, word = found.start(), found.group()
    if found["latin"]:
        folded = word.casefold()
        own = terms(word)
        if len(own) != 1 or not says_something(word):
            return None
        stems = dict.fromkeys(stem for ending in _ENDINGS for stem in terms(word + ending) if not stem.startswith(folded))
        return Beginning(start, word, (), own[0], folded, folded + _ANYTHING, tuple(stems) if folded.isascii() else (), 0)
    half = word[-1] in _INITIALS
    if len(word) > 1 and not half and hangul_stems(word) != [word]:
        return None
    low, high = _syllables(word[-1])
    before = word[-2] if len(word) > 1 else ""
    own = [] if half or not before else [word[-2:]]
    settled = tuple(terms(word[:-1])) if len(word) > 2 else ()
    return Beginning(start, word, settled, own[0] if own else "", before + low, before + high + _ANYTHING, (), max(0, len(word) - 2))


def _syllables(letter: str) -> tuple[str, str]:
    """The first and the last syllable that what has been typed of one may become."""
    if letter in _INITIALS:
        first = _FIRST + _INITIALS.index(letter) * _AN_INITIAL
        return chr(first), chr(first + _AN_INITIAL - 1)
    open_ended = ord(letter) >= _FIRST and (ord(letter) - _FIRST) % _FINALS == 0
    return letter, chr(ord(letter) + _FINALS - 1) if open_ended else letter
