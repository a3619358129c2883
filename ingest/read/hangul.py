"""What HWP and HWPX have in common: paragraphs, and tables with merged cells, as blocks -> a page's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from ingest.read.blocks import PageText, row_line
from ingest.read.text import normalise

_OUTLINE_STYLE = re.compile(r"(?:개요|제목|outline|heading)\s*([1-9])", re.IGNORECASE)

_MOST_COVERED = 200_000
"""Places that merged cells cover, in a table that a person has made."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    level: int | None = None  # 1 to 10 for headings
    is_item: bool = False  # of a list


@dataclass(frozen=True, slots=True)
class Cell:
    row: int
    column: int
    row_span: int
    blocks: Sequence[Block]
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    cells: Sequence[Cell]
    caption: Sequence[Block] = ()


Block: TypeAlias = Paragraph | Grid


def paragraph(text: str, *, level: int | None = None, mark: str = "", is_item: bool = False) -> Paragraph | None:
    """None where there is nothing to be read. ``mark`` is the number or bullet that the program shows before it."""
    lines = normalise(text.replace("\xa0", " ")).split("\n")
    text = "\n".join(line.rstrip() for line in lines).strip()
    return Paragraph(f"{mark} {text}" if mark else text, level, is_item) if text else None


def level_of_style(name: str) -> int | None:
    """Of "개요 1" and "Outline 1", the styles that the program itself offers for headings."""
    match = _OUTLINE_STYLE.fullmatch(name.strip())
    return int(match[1]) if match else None


def write(blocks: Iterable[Block], text: PageText) -> None:
    for block in blocks:
        if isinstance(block, Grid):
            _write_grid(block, text)
        elif block.level is not None:
            text.add_heading(block.level, block.text)
        elif block.is_item:
            text.add_item(block.text)
        else:
            text.add(block.text)


def _write_grid(grid: Grid, text: PageText) -> None:
    """A table. A row of one cell that holds more than one paragraph is a frame around ordinary text, and parts the table in two."""
    write(grid.caption, text)
    caption = _flat(grid.caption)
    cells = sorted(grid.cells, key=lambda cell: (cell.row, cell.column))
    rows = [list(row) for _, row in groupby(cells, key=lambda cell: cell.row)]
    is_frame = all(len(row) == 1 for row in rows)
    covered = _covered(rows)
    lines: list[str] = []
    header_rows = 0
    for row in rows:
        if len(row) == 1 and (is_frame or len(row[0].blocks) > 1):
            if lines:
                text.add_table(lines, header_rows=header_rows, caption=caption)
            lines, header_rows = [], 0
            write(row[0].blocks, text)
            continue
        line = _line(row, covered.get(row[0].row, []))
        if line:
            header_rows += header_rows == len(lines) and all(cell.is_header for cell in row)
            lines.append(line)
    if lines:
        text.add_table(lines, header_rows=header_rows, caption=caption)


def _line(row: Sequence[Cell], covered: Sequence[int]) -> str:
    """The texts of a row; where a cell from above reaches down into it, an empty one."""
    texts = [(cell.column, _flat(cell.blocks)) for cell in row]
    if not any(words for _, words in texts):
        return ""
    return row_line([words for _, words in sorted([*texts, *((column, "") for column in covered)])])


def _covered(rows: Sequence[Sequence[Cell]]) -> dict[int, list[int]]:
    """Rows -> the columns that are taken by a cell from above."""
    covered: dict[int, list[int]] = {}
    if sum(cell.row_span - 1 for row in rows for cell in row) <= _MOST_COVERED:
        for row in rows:
            for cell in row:
                for below in range(cell.row + 1, cell.row + cell.row_span):
                    covered.setdefault(below, []).append(cell.column)
    return covered


def _flat(blocks: Iterable[Block]) -> str:
    return " ".join(word for text in _texts(blocks) for word in text.split())


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from _texts(block.caption)
            for cell in sorted(block.cells, key=lambda cell: (cell.row, cell.column)):
                yield from _texts(cell.blocks)
