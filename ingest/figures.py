"""Page text -> its tables of figures, where a format knows no tables: lines that end in numbers, below the lines that name them.

A financial statement in a PDF is such lines. Without its title and the years above it a row means nothing, and a row cut
within a number means something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.records import Table

_FIGURE = r"[(\-–—−]?\s?[$€£¥₩]?\s?\(?\d{1,3}(?:,\d{3})+(?:\.\d+)?\)?\s?%?|[(\-–—−]?\s?[$€£¥₩]?\s?\(?\d+(?:\.\d+)?\)?\s?%?|—|–|-"
_FIGURES = re.compile(rf"(?:(?:(?<=\s)|^)(?:{_FIGURE})\s*(?:\(\w\))?\s*)+$")
_ONE = re.compile(rf"(?:{_FIGURE})(?=\s|$)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDS_SENTENCE = re.compile(r"[.;]$")
_LEAST_ROWS = 3
_MOST_BETWEEN = 3
"""Lines without figures between two rows: names of groups of rows, and names that run over two lines."""

_LONGEST_LINE = 140
_MOST_ABOVE = 6
"""Lines above the first row that may name the table and its columns."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    figures: tuple[str, ...]  # that end it

    @property
    def is_row(self) -> bool:
        return len(self.figures) >= 2 and not self.names_columns

    @property
    def names_columns(self) -> bool:
        """Years are the names of columns."""
        return bool(self.figures) and all(_YEAR.fullmatch(figure) for figure in self.figures)

    @property
    def is_short(self) -> bool:
        return bool(self.text.strip()) and len(self.text) <= _LONGEST_LINE and not _ENDS_SENTENCE.search(self.text.strip())


def tables_of_figures(text: str) -> list[Table]:
    """Tables in the order of the text, each from the line that names its columns, where there is one; ``caption`` is what stands above that."""
    lines = list(_lines(text))
    return [_table(lines, first, last) for first, last in _runs(lines)]


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in text.split("\n"):
        tail = _FIGURES.search(line.rstrip())
        yield _Line(at, line, tuple(figure.strip() for figure in _ONE.findall(tail.group())) if tail else ())
        at += len(line) + 1


def _runs(lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """First and last row of each table."""
    rows = [number for number, line in enumerate(lines) if line.is_row]
    start = 0
    for at in range(1, len(rows) + 1):
        if at < len(rows) and _belong_together(lines[rows[at - 1] + 1 : rows[at]]):
            continue
        if at - start >= _LEAST_ROWS:
            yield rows[start], rows[at - 1]
        start = at


def _belong_together(between: Sequence[_Line]) -> bool:
    return len(between) <= _MOST_BETWEEN and all(line.is_short for line in between)


def _table(lines: Sequence[_Line], first: int, last: int) -> Table:
    top = first
    while top > 0 and first - top < _MOST_ABOVE and lines[top - 1].is_short and not lines[top - 1].is_row:
        top -= 1
    above = range(top, first)
    names = next((number for number in above if lines[number].names_columns), first)
    caption = " ".join(" ".join(lines[number].text.split()) for number in range(top, names))
    last_names = max((number for number in above if lines[number].names_columns), default=names - 1)
    end = lines[last].start + len(lines[last].text)
    return Table(lines[names].start, end, header_rows=last_names - names + 1, caption=caption)
