"""Paragraphs, headings, list items and tables, one after another -> a page's text."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.read.headings import find_headings
from rag.records import Heading, Page, Table


class PageText:
    """The text of a page while it is put together. Items of a list stand on lines, everything else in paragraphs.

    What is added is NFC (see ``text.normalise``) and begins and ends with a letter.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._headings: list[Heading] = []
        self._tables: list[Table] = []

    def __bool__(self) -> bool:
        return bool(self._parts)

    @property
    def title(self) -> str | None:
        """Of the first heading of the highest kind."""
        return next((heading.title for heading in self._headings if heading.level == 1), None)

    def add(self, text: str) -> None:
        self._add(text, "paragraph")

    def add_item(self, text: str) -> None:
        self._add(text, "item", close=self._last == "item")

    def add_heading(self, level: int, text: str) -> None:
        start = self._add(text, "paragraph")
        self._headings.append(Heading(level, text.split("\n")[0].rstrip(), start))

    def add_table(self, lines: Sequence[str], *, header_rows: int = 0, caption: str = "", close: bool = False) -> None:
        """``close`` to a table right before it, as tables are in Word that nothing parts."""
        start = self._add("\n".join(lines), "table", close=close and self._last == "table")
        self._tables.append(Table(start, self._length, header_rows, caption))

    def add_page(self, page: Page) -> None:
        """Another page's text, headings and tables."""
        at = self._add(page.text, "paragraph")
        self._headings += [Heading(heading.level, heading.title, at + heading.start) for heading in page.headings]
        self._tables += [Table(at + table.start, at + table.end, table.header_rows, table.caption) for table in page.tables]

    def page(self, *, number: int | None = None, label: str | None = None, find: bool = False) -> Page:
        """The page. ``find``: headings where none were marked."""
        text = "".join(self._parts)
        headings = tuple(self._headings) or (find_headings(text) if find else ())
        return Page(text, number=number, label=label, headings=headings, tables=tuple(self._tables))

    def _add(self, text: str, kind: str, *, close: bool = False) -> int:
        gap = "" if not self._parts else "\n" if close else "\n\n"
        self._parts.append(gap + text)
        start = self._length + len(gap)
        self._length = start + len(text)
        self._last = kind
        return start


def row_line(cells: Sequence[str]) -> str:
    return " | ".join(cells)
