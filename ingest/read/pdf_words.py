"""Where the words of a PDF page stand, followed from PDFium's characters to the text that the page ends up with.

A call for each character would double the time of reading; the first and the last of a word tell as much. Where it is not certain
which characters a word of the text came from, it has no box: none is better than a wrong one.
"""

from __future__ import annotations

import ctypes
import math
import re
from array import array
from collections.abc import Callable, Sequence
from operator import sub
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from rag.boxes import UNITS, pack

_PIECE = re.compile(r"[^\s\x02\ufffe]+")
"""A word, or the part of one that stands on one line; the marks are PDFium's for a hyphen at the end of a line."""

_BETWEEN_PARTS = "\r\n"
_NONE = -1
_MARGIN = 0.04  # of a piece's height: what fonts say of their height is a little less than what some letters take up

_LOOSE_BOX = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
"""Called twice a word: with plain addresses that takes half the time."""

Bounds = tuple[float, float, float, float]  # left, bottom, right, top, as PDFium counts


Place = tuple[int, int, int, int]  # left, top, right, bottom in UNITS of the page as it is shown
_NOWHERE: Place = (0, 0, 0, 0)


class PlacedText(NamedTuple):
    """A page's text in PDFium's notation, with where each of its pieces stands."""

    text: str
    pieces: list[tuple[int, int]]  # in the text
    places: list[Place]  # of each; _NOWHERE where that is unknown


NO_TEXT = PlacedText("", [], [])


# --- characters -> pieces --------------------------------------------------------------------


def placed(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, text: str, characters: Sequence[int] | None) -> PlacedText:
    """``characters``: PDFium's number for each character of the text, _NONE for those that it does not count; None where nobody knows."""
    pieces = [match.span() for match in _PIECE.finditer(text)]
    if characters is None or not pieces:
        return PlacedText(text, [], [])
    corners = (ctypes.c_float * (8 * len(pieces)))()
    address = ctypes.addressof(corners)
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    for start, end in pieces:
        _LOOSE_BOX(handle, characters[start], address)
        _LOOSE_BOX(handle, characters[end - 1], address + 16)
        address += 32
    return PlacedText(text, pieces, _shown(page, array("f", bytes(corners))))


def characters_of(textpage: pypdfium2.PdfTextPage, text: str) -> Sequence[int] | None:
    """PDFium's numbers for the characters of the whole page's text. It leaves some out of the text, and puts others in."""
    count = textpage.count_chars()
    numbers: Sequence[int] = range(count)
    if count != len(text):
        numbers = [pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, at) for at in range(len(text))]
        checked = [at for at, char in enumerate(text) if not char.isspace()]
    else:
        checked = [at for at in (0, len(text) // 2, len(text) - 1) if text[at : at + 1].strip()]
    agree = all(pdfium.FPDFText_GetUnicode(textpage, numbers[at]) == ord(text[at]) for at in checked)
    return numbers if agree else None


def in_order(
    textpage: pypdfium2.PdfTextPage, text: str, characters: Sequence[int] | None, parts: Sequence[tuple[str, Bounds]]
) -> tuple[str, Sequence[int] | None]:
    """Parts of the page, each the text within some bounds, one after another, and their characters' numbers."""
    whole = _BETWEEN_PARTS.join(part for part, _ in parts)
    if characters is None:
        return whole, None
    boxes = [_tight_box(textpage, number) for number in characters]
    numbers: list[int] = []
    for part, bounds in parts:
        inside = ((char, number) for char, number, box in zip(text, characters, boxes, strict=True) if _touch(box, bounds))
        numbers += [_NONE] * len(_BETWEEN_PARTS) if numbers else []
        for char in part:  # PDFium takes the characters that touch the bounds, in their order, and adds the ends of lines
            found = next((number for same, number in inside if same == char), None) if _PIECE.match(char) else _NONE
            if found is None:
                return whole, None
            numbers.append(found)
    return whole, numbers


def _touch(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _tight_box(textpage: pypdfium2.PdfTextPage, number: int) -> Bounds:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(textpage, number, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _shown(page: pypdfium2.PdfPage, corners: array[float]) -> list[Place]:
    """Left, top, right, bottom of two characters each, in the page's own coordinates -> of the page as it is shown: turned, and cropped."""
    (x, y), right_edge, lower_edge = (_on_page(page, *at) for at in ((0, 0), (UNITS, 0), (0, UNITS)))
    left_1, top_1, right_1, bottom_1, left_2, top_2, right_2, bottom_2 = (corners[at::8] for at in range(8))
    low_x, high_x = list(map(min, left_1, left_2)), list(map(max, right_1, right_2))
    low_y, high_y = list(map(min, bottom_1, bottom_2)), list(map(max, top_1, top_2))
    margins = [_MARGIN * min(wide, high) for wide, high in zip(map(sub, high_x, low_x), map(sub, high_y, low_y), strict=True)]
    is_turned = abs(right_edge[0] - x) < abs(right_edge[1] - y)
    width, height = (right_edge[1] - y, lower_edge[0] - x) if is_turned else (right_edge[0] - x, lower_edge[1] - y)
    if not (width and height and all(map(math.isfinite, corners)) and math.isfinite(width * height)):
        return [_NOWHERE] * len(margins)
    along_x, along_y = (
        _edges(low_x, high_x, margins, x, height if is_turned else width),
        _edges(low_y, high_y, margins, y, width if is_turned else height),
    )
    (left, right), (top, bottom) = (along_y, along_x) if is_turned else (along_x, along_y)
    places = zip(left, top, right, bottom, strict=True)
    return [place if place[0] < place[2] and place[1] < place[3] else _NOWHERE for place in places]


def _edges(low: list[float], high: list[float], margins: list[float], origin: float, length: float) -> tuple[list[int], list[int]]:
    """Both edges in UNITS from ``origin`` to ``length`` beyond it, which may be less than nothing."""
    scale = UNITS / length
    one = [int((at - margin - origin) * scale) for at, margin in zip(low, margins, strict=True)]
    other = [int((at + margin - origin) * scale) for at, margin in zip(high, margins, strict=True)]
    if min(min(one), min(other)) < 0 or max(max(one), max(other)) > UNITS:
        one, other = ([min(UNITS, max(0, at)) for at in edge] for edge in (one, other))
    return (one, other) if scale > 0 else (other, one)


def _on_page(page: pypdfium2.PdfPage, x: int, y: int) -> tuple[float, float]:
    across, up = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDF_DeviceToPage(page, 0, 0, UNITS, UNITS, 0, x, y, across, up)
    return across.value, up.value


# --- pieces -> words of the final text -------------------------------------------------------


def boxes(found: PlacedText, text: str, kept: slice, tidy: Callable[[str], str]) -> bytes:
    """The packed boxes of ``text[kept]``, where ``text`` is what joining words and ``tidy`` have made of the text that was found."""
    if not found.pieces:
        return b""
    spans = [match.span() for match in _PIECE.finditer(text)]
    if len(spans) != len(found.pieces) or "\x02" in found.text or "\ufffe" in found.text:  # else nothing was joined: the same ones
        lines = [".", *(found.text[start:end] for start, end in found.pieces), "."]  # tidying cuts empty lines off at the ends
        spans = _spans_of(tidy("\n".join(lines)).split("\n")[1:-1], text)
    return pack(
        [
            (start - kept.start, end - kept.start, *place)
            for (start, end), place in zip(spans, found.places, strict=False)
            if kept.start <= start < end <= kept.stop and place is not _NOWHERE
        ]
    )


def _spans_of(pieces: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where each piece stands in the text, as far as they follow one another there with hyphens and white space between them at most."""
    spans = []
    at = 0
    for piece in pieces:
        while not text.startswith(piece, at) and (text[at : at + 1].isspace() or text[at : at + 1] == "-"):
            at += 1
        if not text.startswith(piece, at):
            break
        spans.append((at, at + len(piece)))
        at += len(piece)
    return spans
