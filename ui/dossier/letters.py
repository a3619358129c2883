"""Which font of ours holds a letter, and the sign in place of one that none holds."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

Weight = Literal["regular", "bold", "exact"]

MISSING = "□"

_FONTS = Path(__file__).parent / "fonts"
_GOTHIC, _GOTHIC_BOLD, _SIGNS = "SeorapGothic-Regular", "SeorapGothic-Bold", "SeorapSigns-Regular"
_SANS, _SANS_BOLD, _MONO = "SeorapSans-Regular", "SeorapSans-Bold", "SeorapMono-Regular"
REGULAR = _GOTHIC
_NAMES = (_GOTHIC, _GOTHIC_BOLD, _SANS, _SANS_BOLD, _MONO, _SIGNS)

_KOREAN = {
    "regular": (_GOTHIC, _SANS, _SIGNS),
    "bold": (_GOTHIC_BOLD, _GOTHIC, _SANS_BOLD, _SIGNS),
    "exact": (_MONO, _GOTHIC, _SANS, _SIGNS),
}
_LATIN = {
    "regular": (_SANS, _GOTHIC, _SIGNS),
    "bold": (_SANS_BOLD, _GOTHIC_BOLD, _GOTHIC, _SIGNS),
    "exact": (_MONO, _SANS, _GOTHIC, _SIGNS),
}
"""Where a letter is looked for, in this order. Which of the two a text is decides how its digits and punctuation look."""

_reading = threading.Lock()

_EAST_ASIAN = re.compile(r"[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7ff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class _Face:
    name: str
    letters: frozenset[int]


@cache
def _face(name: str) -> _Face:
    """Read once, and known to reportlab from then on."""
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return _Face(name, frozenset(font.face.charToGlyph))


def make_known() -> None:
    """To be called first: a font that two threads read at once would be two fonts to reportlab, which then writes the letters of one by the other's numbers."""
    with _reading:
        for name in _NAMES:
            _face(name)


@cache
def _font_of(letter: str, chain: tuple[str, ...]) -> str | None:
    return next((name for name in chain if ord(letter) in _face(name).letters), None)


def spelled(text: str, weight: Weight = "regular") -> Iterator[tuple[str, str]]:
    """(font, letters) one after another."""
    chain = (_KOREAN if _EAST_ASIAN.search(text) else _LATIN)[weight]
    for font, letters in groupby(text, key=lambda letter: _font_of(letter, chain)):
        run = "".join(letters)
        yield (font, run) if font else (REGULAR, MISSING * len(run))


def missing(text: str) -> int:
    """How many of its letters are shown as MISSING."""
    return sum(_font_of(letter, _LATIN["regular"]) is None for letter in text)
