"""What is true of every reading, and short ways to say what one holds."""

from __future__ import annotations

import unicodedata

from ingest.read import read_bytes
from rag.errors import DocumentError
from rag.records import Page, Reading, Table


def assert_sound(reading: Reading) -> None:
    for page in reading.pages:
        assert unicodedata.is_normalized("NFC", page.text)
        assert not set("\r\0\f") & set(page.text)
        for heading in page.headings:
            assert heading.title
            assert page.text[heading.start :].startswith(heading.title)
        ends = 0
        for table in page.tables:
            assert ends <= table.start < table.end
            assert page.text[: table.start].endswith("\n") or table.start == 0
            assert page.text[table.end :].startswith("\n") or table.end == len(page.text)
            assert 0 <= table.header_rows <= len(lines_of(page, table))
            ends = table.end


def assert_ends_well(contents: bytes, name: str) -> None:
    """In a sound reading, or in a reason why there is none."""
    try:
        assert_sound(read_bytes(contents, name))
    except DocumentError:
        pass


def lines_of(page: Page, table: Table) -> list[str]:
    return page.text[table.start : table.end].split("\n")


def tables_of(reading: Reading) -> list[tuple[int, str, list[str]]]:
    """Header rows, caption and lines of each table."""
    assert_sound(reading)
    return [(table.header_rows, table.caption, lines_of(page, table)) for page in reading.pages for table in page.tables]
