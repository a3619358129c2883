"""Where the words of a PDF page stand, followed from PDFium's characters to the text that the page ends up with.

A call for each character would double the time of reading; the first and the last of a word tell as much. Where it is not certain
which characters a word of the text came from, it has no box: none is better than a wrong one.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
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


class PlacedText(NamedTuple):
    """A page's text in PDFium's notation, with where each of its pieces stands."""

    text: str
    pieces: list[tuple[int, int]]  # in the text
    places: npt.NDArray[np.int32]  # left, top, right, bottom in UNITS of the page as it is shown; all 0 where unknown


NO_TEXT = PlacedText("", [], np.empty((0, 4), np.int32))


# --- characters -> pieces --------------------------------------------------------------------


def placed(page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, text: str, characters: Sequence[int] | None) -> PlacedText:
    """``characters``: PDFium's number for each character of the text, _NONE for those that it does not count; None where nobody knows."""
    pieces = [match.span() for match in _PIECE.finditer(text)]
    if characters is None or not pieces:
        return PlacedText(text, [], NO_TEXT.places)
    corners = (ctypes.c_float * (8 * len(pieces)))()
    address = ctypes.addressof(corners)
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    for start, end in pieces:
        _LOOSE_BOX(handle, characters[start], address)
        _LOOSE_BOX(handle, characters[end - 1], address + 16)
        address += 32
    return PlacedText(text, pieces, _shown(page, np.frombuffer(bytes(corners), np.float32).astype(np.float64).reshape(-1, 4, 2)))


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


def _shown(page: pypdfium2.PdfPage, corners: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Corners in the page's own coordinates -> left, top, right, bottom as it is shown: turned, and cut to its crop box."""
    origin, along, down = (_on_page(page, x, y) for x, y in ((0, 0), (UNITS, 0), (0, UNITS)))
    axes = np.stack([axis / (axis @ axis) for axis in (along - origin, down - origin)], axis=1)
    points = (corners - origin) @ axes
    low, high = points.min(axis=1), points.max(axis=1)
    size = np.array([np.linalg.norm(along - origin), np.linalg.norm(down - origin)])
    margin = _MARGIN * ((high - low) * size).min(axis=1, keepdims=True) / size
    edges = np.concatenate((np.floor((low - margin) * UNITS), np.ceil((high + margin) * UNITS)), axis=1)
    places: npt.NDArray[np.int32] = np.nan_to_num(edges).clip(0, UNITS).astype(np.int32)
    empty = (places[:, 0] >= places[:, 2]) | (places[:, 1] >= places[:, 3]) | ~corners.any(axis=(1, 2))
    places[empty] = 0
    return places


def _on_page(page: pypdfium2.PdfPage, x: int, y: int) -> npt.NDArray[np.float64]:
    across, up = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDF_DeviceToPage(page, 0, 0, UNITS, UNITS, 0, x, y, across, up)
    return np.array([across.value, up.value])


# --- pieces -> words of the final text -------------------------------------------------------


def boxes(found: PlacedText, text: str, kept: slice, tidy: Callable[[str], str]) -> bytes:
    """The packed boxes of ``text[kept]``, where ``text`` is what joining words and ``tidy`` have made of the text that was found."""
    if not found.pieces:
        return b""
    spans = [match.span() for match in _PIECE.finditer(text)]
    places = found.places
    if len(spans) != len(found.pieces) or "\x02" in found.text or "\ufffe" in found.text:  # else nothing was joined: the same ones
        lines = [".", *(found.text[start:end] for start, end in found.pieces), "."]  # tidying cuts empty lines off at the ends
        spans = _spans_of(tidy("\n".join(lines)).split("\n")[1:-1], text)
        places = places[: len(spans)]
    rows = np.concatenate((np.array(spans, np.int32).reshape(-1, 2), places), axis=1)
    wanted = (rows[:, 0] >= kept.start) & (rows[:, 1] <= kept.stop) & (rows[:, 1] > rows[:, 0]) & (rows[:, 4] > 0)
    return pack(rows[wanted] - np.array([kept.start, kept.start, 0, 0, 0, 0], np.int32))


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
