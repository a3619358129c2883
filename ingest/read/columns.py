"""Where the text of a page stands in two columns, the areas in which to read it one after the other.

A page has two columns when a strip in the middle third is kept free by four fifths of its lines, when at least eight lines, and two
fifths of all, have text on both sides of it, and when on both sides those lines fill their column without wide spaces: prose does,
the cells of a table do not. Lines across the strip (a title, a wide table) part the page into bands. What is not certainly columns is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

_FAR = float("inf")
_STEPS = 120  # of the text's width, in looking for the strip
_WIDTH = 2  # steps that are free
_CROSSING_SHARE = 0.2
_FEWEST_LINES, _TWO_SIDED_SHARE = 8, 0.4
_FILLED = 0.75  # median, of the column's width
_WIDEST_SPACE = 1.5  # between two words, in heights of a piece
_RAGGED = 0.5  # of the column's width; nearly every line of prose is longer
_RAGGED_SHARE = 0.25


class Area(NamedTuple):
    """From the upper left corner; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def is_whole_band(self) -> bool:
        return self.left == -_FAR and self.right == _FAR


class _Line(NamedTuple):
    top: float
    bottom: float
    pieces: list[Area]


def find_columns(pieces: Sequence[Area]) -> list[Area] | None:
    """The areas in reading order; None where there are no two columns. A piece is a word, or some that stand together."""
    if len(pieces) < 2 * _FEWEST_LINES:
        return None
    lines = _lines(pieces)
    gutter = _gutter(lines, min(piece.left for piece in pieces), max(piece.right for piece in pieces))
    return _areas(lines, gutter) if gutter is not None else None


def is_out_of_order(pieces: Sequence[Area], areas: Sequence[Area]) -> bool:
    """Whether pieces, in the order given, go to and fro between the columns of a band, or take its right one first."""
    seen: list[list[int]] = [[] for _ in areas]
    for piece in pieces:
        at = area_of(piece, areas)
        if at is not None and not areas[at].is_whole_band():
            band = at if areas[at].right < _FAR else at - 1  # its left column
            if not seen[band] or seen[band][-1] != at:
                seen[band].append(at)
    return any(order not in ([], [band], [band + 1], [band, band + 1]) for band, order in enumerate(seen))


def area_of(piece: Area, areas: Sequence[Area]) -> int | None:
    x, y = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    return next((at for at, area in enumerate(areas) if area.left <= x <= area.right and area.top <= y <= area.bottom), None)


def _lines(pieces: Sequence[Area]) -> list[_Line]:
    """Pieces side by side, whichever comes first; a piece belongs to the line that holds its middle."""
    lines: list[_Line] = []
    for piece in sorted(pieces, key=lambda piece: piece.top + piece.bottom):
        middle = (piece.top + piece.bottom) / 2
        if lines and middle < lines[-1].bottom:
            last = lines[-1]
            lines[-1] = _Line(min(last.top, piece.top), last.bottom, [*last.pieces, piece])
        else:
            lines.append(_Line(piece.top, piece.bottom, [piece]))
    return lines


def _gutter(lines: Sequence[_Line], left: float, right: float) -> float | None:
    if len(lines) < _FEWEST_LINES or right <= left:
        return None
    step = (right - left) / _STEPS
    crossed = [0] * (_STEPS + 1)
    for line in lines:
        touched: set[int] = set()
        for piece in line.pieces:
            touched.update(range(int((piece.left - left) / step), int((piece.right - left) / step) + 1))
        for at in touched:
            crossed[at] += 1
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for at in range(_STEPS // 3, _STEPS * 2 // 3 + 2):
        free = at <= _STEPS * 2 // 3 and crossed[at] <= _CROSSING_SHARE * len(lines)
        if free and start is None:
            start = at
        elif not free and start is not None:
            runs.append((at - start, start))
            start = None
    for width, at in sorted(runs, reverse=True):
        middle = left + (at + width / 2) * step
        if width >= _WIDTH and _is_prose(lines, left, middle - width / 2 * step, middle + width / 2 * step, right):
            return middle
    return None


def _is_prose(lines: Sequence[_Line], left: float, left_end: float, right_start: float, right: float) -> bool:
    """Whether enough lines have text on both sides, and fill both columns with it."""
    middle = (left_end + right_start) / 2
    first, second = [], []
    for line in lines:
        on_left = [piece for piece in line.pieces if piece.right <= middle]
        on_right = [piece for piece in line.pieces if piece.left >= middle]
        if on_left and on_right and len(on_left) + len(on_right) == len(line.pieces):
            first.append(_extent(on_left) / (left_end - left))
            second.append(_extent(on_right) / (right - right_start))
    if len(first) < max(_FEWEST_LINES, _TWO_SIDED_SHARE * len(lines)):
        return False
    return all(
        median(fills) >= _FILLED and sum(fill < _RAGGED for fill in fills) <= _RAGGED_SHARE * len(fills) for fills in (first, second)
    )


def _extent(side: Sequence[Area]) -> float:
    """How far the words of a line reach; nothing where they stand as far apart as cells of a table."""
    reached, gap = min(piece.left for piece in side), 0.0
    start = reached
    for piece in sorted(side):
        gap = max(gap, piece.left - reached)
        reached = max(reached, piece.right)
    return reached - start if gap <= _WIDEST_SPACE * median(piece.bottom - piece.top for piece in side) else 0.0


def _areas(lines: Sequence[_Line], gutter: float) -> list[Area]:
    areas: list[Area] = []
    band_top, above = -_FAR, -_FAR
    in_columns: bool | None = None
    for line in [*lines, None]:
        crosses = line is not None and any(piece.left < gutter < piece.right for piece in line.pieces)
        if line is None or (in_columns is not None and crosses == in_columns):
            border = _FAR if line is None else (above + line.top) / 2
            areas += (
                [Area(-_FAR, band_top, gutter, border), Area(gutter, band_top, _FAR, border)]
                if in_columns
                else [Area(-_FAR, band_top, _FAR, border)]
            )
            band_top = border
        if line is not None:
            in_columns, above = not crosses, line.bottom
    return areas
