"""Where words stand on their page: packed to be handed over and stored, joined to rectangles to be shown."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from rag.records import Box, Rectangle

UNITS = 10_000
"""Of a page's width, and of its height: on A4 a fiftieth of a millimetre."""

Rows = npt.NDArray[np.int32]
"""One row a word: start, end, left, top, right, bottom; offsets in the page's text, places in UNITS."""

_COLUMNS, _BYTES = 6, 4
_ONE_LINE = 0.5  # share of the smaller height that two words of one line have in common
_WIDEST_GAP = 2.0  # between two words that share a rectangle, in heights


def pack(rows: Sequence[Sequence[int]] | Rows) -> bytes:
    """Rows in the order of the text, as differences, byte plane by byte plane, compressed: some 4 bytes a word."""
    table = np.asarray(rows, dtype="<i4").reshape(-1, _COLUMNS)
    if not len(table):
        return b""
    start, end, left, top, right, bottom = table.T
    differences = np.stack(
        (
            start - _before(end),
            end - start,
            left - _before(right),
            right - left,
            np.diff(top, prepend=0),
            np.diff(bottom - top, prepend=0),
        )
    )
    planes = differences.astype("<i4").view(np.uint8).reshape(-1, _BYTES).T
    return zlib.compress(planes.tobytes(), 6)


def unpack(packed: bytes, text_chars: int) -> Rows:
    """
    Raises:
        ValueError: this is not what ``pack`` makes of words of such a text, one after another.
    """
    if not packed:
        return np.empty((0, _COLUMNS), np.int32)
    most = text_chars * _COLUMNS * _BYTES  # no word is without a letter
    unpacking = zlib.decompressobj()
    try:
        planes = unpacking.decompress(packed, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(planes) > most or not unpacking.eof or not planes or len(planes) % (_COLUMNS * _BYTES):
        raise ValueError("not as many boxes as words")
    interleaved = np.frombuffer(planes, np.uint8).reshape(_BYTES, -1).T.copy()
    gap, length, space, width, top, height = interleaved.view("<i4").reshape(_COLUMNS, -1).astype(np.int64)
    end, right = np.cumsum(gap + length), np.cumsum(space + width)
    top, height = np.cumsum(top), np.cumsum(height)
    rows = np.stack((end - length, end, right - width, top, right, top + height), axis=1)
    in_order = (gap >= 0).all() and (length > 0).all() and end[-1] <= text_chars
    if not in_order or (width < 0).any() or (height < 0).any() or (rows[:, 2:] < 0).any() or (rows[:, 2:] > UNITS).any():
        raise ValueError("boxes beside the page or its text")
    return rows.astype(np.int32)


def words(packed: bytes, text_chars: int) -> list[Box]:
    """Raises: ValueError, as ``unpack``."""
    return [Box(start, end, *(at / UNITS for at in place)) for start, end, *place in unpack(packed, text_chars).tolist()]


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


def _before(column: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.concatenate((np.zeros(1, column.dtype), column[:-1]))
