"""Whether the letters of a PDF page are what they look like.

A font may say wrongly, or not at all, which letters its shapes are. The page then looks right and its text is nonsense, which must not
be searched or quoted. A page is garbled when one of these holds:

- one visible mark in ten is none: a private code that is no known symbol, U+FFFD, a control character, a code nobody has assigned,
  or the notation "(cid:12)" of programs that gave up;
- a fifth of its letters belong to scripts other than those of Korean and European texts, and to three or more of them: a page in
  Hindi is a page in Hindi, one in Gurmukhi, Tamil and Thai at once is a font that was cut down without a table;
- a third of its Hangul, of a hundred syllables or more, is outside the 2,350 that everyday Korean is written in;
- of two hundred Latin letters or more, fewer than one in seven is a vowel (in English, and in tables of abbreviations, it is one in three).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "▸", 0xF0FC: "✓", 0xF06F: "○", 0xF0A8: "□"}
"""Private codes of fonts of symbols, as they are in nearly every document."""

_FEWEST_MARKS = 8  # what is shorter can be a logo
_MARKS_SHARE = 0.1
_FOREIGN_SHARE, _FOREIGN_SCRIPTS = 0.2, 3
_RARE_HANGUL_SHARE, _FEWEST_HANGUL = 1 / 3, 100
_VOWEL_SHARE, _FEWEST_LATIN = 1 / 7, 200

_OUT_OF_THE_ORDINARY = re.compile(r"[^\t\n\r -~]+")
_NO_LETTER = re.compile(
    "[\x01\x03-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\ufff8\ufffd\U000e0000-\U0010ffff]"
)  # \x02 and \ufffe are hyphens
_NOTATION = re.compile(r"\(cid:\d+\)")
_SPACE = re.compile(r"\s+")
_ELSEWHERE = re.compile(
    "[^\x00-\u052f\u1100-\u11ff\u1e00-\u2bff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\ufffe"
    "\U0001d400-\U0001d7ff\U00020000-\U0003ffff]"
)
"""Outside the blocks of Latin, Greek, Cyrillic, Korean, Chinese, Japanese and mathematics."""
_HANGUL = re.compile("[가-힣]+")
_VOWELS = "aeiouyAEIOUY"


def is_garbled(text: str) -> bool:
    odd = "".join(_OUT_OF_THE_ORDINARY.findall(text))  # one pass over the page; of most, hardly anything is left
    return _has_marks_of_nothing(text, odd) or _lacks_vowels(text) or _mixes_scripts(text, odd) or _is_rare_hangul(odd)


def _has_marks_of_nothing(text: str, odd: str) -> bool:
    found = sum(ord(char) not in SYMBOLS for char in _NO_LETTER.findall(odd))
    found += sum(unicodedata.category(char) == "Cn" for char in _ELSEWHERE.findall(odd))
    if "(cid:" in text:
        found += sum(map(len, _NOTATION.findall(text)))
    return found >= _FEWEST_MARKS and found >= _MARKS_SHARE * len(_SPACE.sub("", text))


def _mixes_scripts(text: str, odd: str) -> bool:
    unusual = [char for char in _ELSEWHERE.findall(odd) if char.isalpha()]
    if len(unusual) < _FEWEST_MARKS or len(unusual) < _FOREIGN_SHARE * sum(map(str.isalpha, text)):
        return False
    scripts = Counter(unicodedata.name(char, "NONE ").split()[0] for char in unusual)
    return sum(count >= 2 for count in scripts.values()) >= _FOREIGN_SCRIPTS


def _is_rare_hangul(odd: str) -> bool:
    hangul = "".join(_HANGUL.findall(odd))
    if len(hangul) < _FEWEST_HANGUL:
        return False
    rare = (len(hangul.encode("euc_kr")) - 2 * len(hangul)) / 6  # an everyday syllable takes two bytes, any other is spelt out in eight
    return rare >= _RARE_HANGUL_SHARE * len(hangul)


def _lacks_vowels(text: str) -> bool:
    vowels = sum(map(text.count, _VOWELS))
    if vowels >= _VOWEL_SHARE * len(text):  # nearly every page ends here
        return False
    latin = sum(char.isascii() and char.isalpha() for char in text)
    return latin >= _FEWEST_LATIN and vowels < _VOWEL_SHARE * latin
