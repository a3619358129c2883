"""Rows of cells, as spreadsheets and CSV hold them -> lines of text and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.read.blocks import PageText, row_line

_FIGURE = re.compile(
    r"[-+(]?[$€£¥₩]?\s?[-+]?\d[\d,.\s]*(?:[eE][-+]?\d+)?\s?[%원)]?|\d{2,4}[-./]\d{1,2}[-./]\d{1,4}(?:[ T].*)?|\d{1,2}:\d{2}(?::\d{2})?"
)
"""A number, an amount, a date or a time."""
_YEAR = re.compile(r"(?:19|20)\d\d")


def add_rows(text: PageText, rows: Iterable[Sequence[str]]) -> bool:
    """Rows as they lie in a sheet; whether there were any. Empty rows part tables; rows of one cell above a table are its title.

    The first row names the columns where it is words (years may be among them) and a row below it holds a figure.
    """
    block, found = _Block(), False
    for row in rows:
        if any(row):
            block.add(row)
            found = True
        else:
            block.write(text)
            block = _Block()
    block.write(text)
    return found


def are_names(cells: Sequence[str]) -> bool:
    figures = [cell for cell in cells if is_figure(cell)]
    return len(figures) < len(cells) and all(map(_YEAR.fullmatch, figures))


def is_figure(cell: str) -> bool:
    return _FIGURE.fullmatch(cell) is not None


@dataclass
class _Block:
    """Rows that lie together, already as lines: a sheet of a million rows takes no more than its text."""

    titles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    left: int = 0  # empty cells before the first one that any row uses
    words_above: bool = False
    figures_below: bool = False

    def add(self, row: Sequence[str]) -> None:
        filled = [cell for cell in row if cell]
        if not self.lines and len(filled) == 1:
            self.titles.append(filled[0])
            return
        first = next(at for at, cell in enumerate(row) if cell)
        if not self.lines:
            self.left, self.words_above = first, are_names(filled)
        else:
            self.left = min(self.left, first)
            self.figures_below = self.figures_below or any(map(is_figure, filled))
        self.lines.append(row_line(trimmed(row)))

    def write(self, text: PageText) -> None:
        if self.titles:
            text.add("\n".join(self.titles))
        if self.lines:
            lines = [line[self.left * len(row_line(("", ""))) :] for line in self.lines] if self.left else self.lines
            caption = self.titles[-1] if self.titles else ""
            text.add_table(lines, header_rows=int(self.words_above and self.figures_below), caption=caption)


def trimmed(row: Sequence[str]) -> Sequence[str]:
    """The row without the empty cells at its end."""
    length = len(row)
    while length and not row[length - 1]:
        length -= 1
    return row[:length]
