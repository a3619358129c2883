"""CSV and TSV -> one table."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from ingest.read.blocks import PageText, row_line
from ingest.read.grid import are_names, trimmed
from ingest.read.text import decode, normalise
from rag.errors import NoWords
from rag.records import Reading

_DELIMITERS = ",\t;|"
_TOLD = re.compile(r"sep=([,\t;|])\n", re.IGNORECASE)
"""A first line for Excel."""

_LONGEST_CELL_CHARS = 128 * 1024
_SAMPLE_CHARS = 64 * 1024
_SAMPLE_ROWS = 50


def read(contents: bytes, name: str) -> Reading:
    """The first row names the columns unless it holds a figure or leaves a column without a name.

    Raises:
        NoWords: it holds no values.
    """
    written = normalise(decode(contents, name))
    told = _TOLD.match(written)
    if told:
        written = written[told.end() :]
    csv.field_size_limit(max(len(written), _LONGEST_CELL_CHARS))  # else a longer cell is an error
    delimiter = told[1] if told else _delimiter(written)
    first: list[str] = []
    lines: list[str] = []
    width = 0
    for row in _rows(written, delimiter):
        first = first or row
        width = max(width, len(row))
        if row:
            lines.append(row_line(row))
    if not lines:
        raise NoWords(name=name)
    text = PageText()
    if width > 1:
        is_headed = len(lines) > 1 and len(first) > 1 and all(first) and are_names(first)
        text.add_table(lines, header_rows=int(is_headed))
    else:
        text.add("\n".join(lines))
    return Reading((text.page(),), format="csv")


def _delimiter(text: str) -> str:
    """What parts most of the first rows into the same number of columns, and more than one."""
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in itertools.islice(_rows(text[:_SAMPLE_CHARS], delimiter), _SAMPLE_ROWS) if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        if (count, width) > most:
            best, most = delimiter, (count, width)
    return best


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows of cells, each cell on one line, without the empty ones at the end of a row."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if _quotes_end(text, delimiter) else csv.QUOTE_NONE
    for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True, quoting=quoting):
        yield list(trimmed([" ".join(cell.split()) for cell in row]))


def _quotes_end(text: str, delimiter: str) -> bool:
    """Whether no quotation mark swallows what follows it, as one does that is never closed."""
    if text.count('"') % 2 == 0:
        return True
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    return not any("\n" in cell for row in rows for cell in row)
