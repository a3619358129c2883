"""Where words stand on their page: packed to be handed over and stored, joined to rectangles to be shown."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from operator import add, sub

from rag.records import Box, Rectangle

UNITS = 10_000
"""Of a page's width, and of its height: on A4 a fiftieth of a millimetre."""

Row = tuple[int, int, int, int, int, int]
"""Of a word: start, end, left, top, right, bottom; offsets in the page's text, places in UNITS."""

_COLUMNS, _BYTES = 6, 4
_ONE_LINE = 0.5  # share of the smaller height that two words of one line have in common
_WIDEST_GAP = 2.0  # between two words that share a rectangle, in heights


def pack(rows: Sequence[Row]) -> bytes:
    """Rows in the order of the text, as differences, byte plane by byte plane, compressed: some 4 bytes a word."""
    if not rows:
        return b""
    start, end, left, top, right, bottom = zip(*rows, strict=True)
    height = tuple(map(sub, bottom, top))
    differences = array(
        "i",
        chain(
            map(sub, start, (0, *end)),
            map(sub, end, start),
            map(sub, left, (0, *right)),
            map(sub, right, left),
            map(sub, top, (0, *top)),
            map(sub, height, (0, *height)),
        ),
    )
    whole = _little_endian(differences).tobytes()
    return zlib.compress(b"".join(whole[plane::_BYTES] for plane in range(_BYTES)))


def unpack(packed: bytes, text_chars: int) -> list[Row]:
    """
    Raises:
        ValueError: this is not what ``pack`` makes of words of such a text, one after another.
    """
    if not packed:
        return []
    most = text_chars * _COLUMNS * _BYTES  # no word is without a letter
    unpacking = zlib.decompressobj()
    try:
        planes = unpacking.decompress(packed, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(planes) > most or not unpacking.eof or not planes or len(planes) % (_COLUMNS * _BYTES):
        raise ValueError("not as many boxes as words")
    whole = bytearray(len(planes))
    size = len(planes) // _BYTES
    for plane in range(_BYTES):
        whole[plane::_BYTES] = planes[plane * size : (plane + 1) * size]
    differences = _little_endian(array("i", bytes(whole)))
    words = size // _COLUMNS
    gap, length, space, width, down, taller = (differences[at : at + words] for at in range(0, size, words))
    end, right = list(accumulate(map(add, gap, length))), list(accumulate(map(add, space, width)))
    top, height = list(accumulate(down)), list(accumulate(taller))
    left, bottom = list(map(sub, right, width)), list(map(add, top, height))
    if min(gap) < 0 or min(length) < 1 or end[-1] > text_chars:
        raise ValueError("boxes beside the text")
    if min(map(min, (width, height, left, top))) < 0 or max(max(right), max(bottom)) > UNITS:
        raise ValueError("boxes beside the page")
    return list(zip(map(sub, end, length), end, left, top, right, bottom, strict=True))


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def words(packed: bytes, text_chars: int) -> list[Box]:
    """Raises: ValueError, as ``unpack``."""
    return [Box(start, end, *(at / UNITS for at in place)) for start, end, *place in unpack(packed, text_chars)]


def rectangles(boxes: Sequence[Box], *, page: int | None) -> Iterator[Rectangle]:
    """Neighbouring words of one line share a rectangle; columns, and the cells of a table, do not."""
    joined: Box | None = None
    for box in boxes:
        if joined is None:
            joined = box
        elif _continues(joined, box):
            joined = Box(
                joined.start, box.end, joined.left, min(joined.top, box.top), max(joined.right, box.right), max(joined.bottom, box.bottom)
            )
        else:
            yield _rectangle(joined, page)
            joined = box
    if joined is not None:
        yield _rectangle(joined, page)


def _continues(line: Box, box: Box) -> bool:
    heights = line.bottom - line.top, box.bottom - box.top
    shared = min(line.bottom, box.bottom) - max(line.top, box.top)
    return shared >= _ONE_LINE * min(heights) and line.left <= box.left <= line.right + _WIDEST_GAP * max(heights)


def _rectangle(box: Box, page: int | None) -> Rectangle:
    return Rectangle(page, box.left, box.top, box.right, box.bottom)
