"""Which font of ours holds a letter, and the sign in place of one that none holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FONTS = Path(__file__).parent / "fonts"

REGULAR, BOLD = "SeorapGothic-Regular", "SeorapGothic-Bold"
_SIGNS = "SeorapSigns"

MISSING = "□"


@dataclass(frozen=True, slots=True)
class _Face:
    name: str
    letters: frozenset[int]


@cache
def _face(name: str) -> _Face:
    """Read once, a quarter of a second, and known to reportlab from then on."""
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return _Face(name, frozenset(font.face.charToGlyph))


def make_known() -> None:
    for name in (REGULAR, BOLD, _SIGNS):
        _face(name)


@cache
def _font_of(letter: str, bold: bool) -> str | None:
    """The bold holds no Hanja, and the signs have no bold: there the regular ones stand in."""
    chain = (BOLD, REGULAR, _SIGNS) if bold else (REGULAR, _SIGNS)
    return next((name for name in chain if ord(letter) in _face(name).letters), None)


def spelled(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """(font, letters) one after another."""
    base = BOLD if bold else REGULAR
    for font, letters in groupby(text, key=lambda letter: base if letter == " " else _font_of(letter, bold)):
        run = "".join(letters)
        yield (font, run) if font else (REGULAR, MISSING * len(run))


def missing(text: str) -> int:
    """How many of its letters are shown as MISSING."""
    return sum(letter != " " and _font_of(letter, False) is None for letter in text)
