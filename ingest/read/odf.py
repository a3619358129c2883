"""ODT -> one page; ODP -> a page for each slide. What ODS shares with them is here too: its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.read import numbering
from ingest.read.blocks import PageText, row_line
from ingest.read.package import Element, Package, attribute, child, children, facts, local, number, one_line, within
from ingest.read.text import normalise
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Page, Reading

_WAYS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none", "가, 나, 다, ...": "ganada"}
_LEFT_OUT = frozenset(
    {"tracked-changes", "annotation", "annotation-end", "ruby-text", "sequence-decls", "variable-decls", "user-field-decls", "forms",
     "settings", "event-listeners", "title", "desc", "note-citation", "bibliography-mark-source", "table-source", "script", "shapes"}
)  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n]+")
_MOST_REPEATED = 1024
"""Copies of a cell or a space that are written out; no table that is read as text has more columns."""


# --- what all three share --------------------------------------------------------------------


def metadata(package: Package) -> dict[str, str]:
    """Title, author, created, modified."""
    meta = child(package.part("meta.xml"), "meta")
    found = facts(meta, {"title": "title", "author": "initial-creator", "created": "creation-date", "modified": "date"})
    return found if "author" in found else found | facts(meta, {"author": "creator"})


def _open(package: Package, kind: str) -> tuple[Element, _Styles]:
    content = package.part("content.xml")
    body = child(content, "body", kind)
    if body is None:
        raise DamagedDocument(name=package.name, cause="its text is missing")
    return body, _Styles(package.part("styles.xml"), content)


# --- ODT and ODP -----------------------------------------------------------------------------


def read_text(package: Package) -> Reading:
    body, styles = _open(package, "text")
    writer = _Writer(styles)
    writer.add_blocks(body)
    if not writer.text:
        pictured = next(within(body, "image"), None) is not None
        raise NoTextInDocument(name=package.name, pages=1) if pictured else NoWords(name=package.name)
    page = writer.text.page(find=True)
    found = metadata(package)
    return Reading((page,), format="odt", title=found.get("title") or writer.title, metadata=found)


def read_slides(package: Package) -> Reading:
    body, styles = _open(package, "presentation")
    pages: list[Page] = []
    unread: list[int] = []
    slides = [node for node in children(body) if local(node) == "page"]
    for position, slide in enumerate(slides, start=1):
        writer = _Writer(styles)
        shapes = list(children(slide))
        titles = [shape for shape in shapes if attribute(shape, "class") == "title"]
        for shape in titles:
            if title := writer.line_of(shape):
                writer.text.add_heading(1, title)
        for shape in sorted(shapes, key=lambda shape: local(shape) == "notes"):
            if shape not in titles:
                writer.add_shape(shape)
        if writer.text:
            pages.append(writer.text.page(number=position))
        elif next(within(slide, "image"), None) is not None:
            unread.append(position)
    if not pages:
        raise NoTextInDocument(name=package.name, pages=len(slides)) if unread else NoWords(name=package.name)
    found = metadata(package)
    named = found.get("title") or next((page.headings[0].title for page in pages if page.headings), None)
    return Reading(tuple(pages), format="odp", title=named, metadata=found, unread_pages=tuple(unread))


class _Styles:
    """Styles of paragraphs, by what they are made from; styles of lists, by what stands before an item at each depth."""

    def __init__(self, *parts: Element | None) -> None:
        self._levels: dict[str, dict[int, Element]] = {}
        self._parents: dict[str, str] = {}
        for part in parts:
            for style in within(part, "list-style"):
                levels = {number(level, "level") or 1: level for level in children(style)}
                self._levels[attribute(style, "name") or ""] = levels
            for style in within(part, "style"):
                self._parents[attribute(style, "name") or ""] = attribute(style, "parent-style-name") or ""

    def level(self, style: str, depth: int) -> Element | None:
        return self._levels.get(style, {}).get(depth)

    def is_called(self, style: str, wanted: str) -> bool:
        """Whether this is the wanted style of paragraphs, or is made from it."""
        for _ in range(16):  # styles may be based on each other in a circle
            if style == wanted:
                return True
            style = self._parents.get(style, "")
        return False


@dataclass
class _Writer:
    styles: _Styles
    text: PageText = field(default_factory=PageText)
    title: str | None = None
    _caption: str = ""  # of the table that follows
    _last_counts: dict[str, list[int]] = field(default_factory=dict)  # where the last list of each style has come to
    _aside: list[Element] = field(default_factory=list)  # notes and frames met inside a paragraph; they follow it

    def add_blocks(self, parent: Element) -> None:
        for node in children(parent):
            match local(node):
                case "p" | "h":
                    self._add_paragraph(node)
                    self._add_asides()
                case "list":
                    self._add_list(node, attribute(node, "style-name") or "", [])
                case "table":
                    self._add_table(node)
                    self._add_asides()
                case "frame" | "custom-shape" | "g":
                    self.add_shape(node)
                case kind if kind not in _LEFT_OUT:  # sections, indexes
                    self.add_blocks(node)

    def add_shape(self, shape: Element) -> None:
        """A frame holds one thing in several forms, of which the first counts; everything else holds what stands in it."""
        if attribute(shape, "class") in ("page-number", "date-time", "footer", "header"):
            return
        if local(shape) != "frame":
            self.add_blocks(shape)
            return
        for node in children(shape):
            if local(node) in ("text-box", "table"):
                self.add_blocks(shape if local(node) == "table" else node)
                return

    def pieces(self, parent: Element) -> Iterator[str]:
        yield _SPACE.sub(" ", parent.text or "")
        for node in parent:
            match local(node):
                case "s":
                    yield " " * min(number(node, "c") or 1, _MOST_REPEATED)
                case "tab":
                    yield "\t"
                case "line-break":
                    yield "\n"
                case "note":
                    self._aside.extend(inner for inner in children(node) if local(inner) == "note-body")
                case "frame" | "custom-shape" | "g" | "rect":
                    self._aside.append(node)
                case kind if kind and kind not in _LEFT_OUT:
                    yield from self.pieces(node)
            yield _SPACE.sub(" ", node.tail or "")

    def _add_asides(self) -> None:
        while self._aside:
            asides, self._aside = self._aside, []
            for node in asides:
                self.add_shape(node)

    def _paragraph_text(self, node: Element) -> str:
        text = normalise("".join(self.pieces(node)).replace("\xa0", " "))
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()

    def _add_paragraph(self, node: Element, mark: str = "") -> None:
        text = self._paragraph_text(node)
        if not text:
            return
        level = (number(node, "outline-level") or 1) if local(node) == "h" else None
        style = attribute(node, "style-name") or ""
        self._caption = one_line(text) if self.styles.is_called(style, "Caption") else ""
        if level is not None:
            self.text.add_heading(level, f"{mark} {text}" if mark else text)
            return
        if self.title is None and self.styles.is_called(style, "Title"):
            self.title = one_line(text)
        if mark:
            self.text.add_item(f"{mark} {text}")
        else:
            self.text.add(text)

    def _add_list(self, node: Element, style: str, counts: list[int]) -> None:
        """``counts`` are the numbers of the items that this list is inside of."""
        depth = len(counts) + 1
        level = self.styles.level(style, depth)
        start = number(level, "start-value")
        count = (1 if start is None else start) - 1
        if not counts and attribute(node, "continue-numbering") == "true":
            count = self._last_counts.get(style, [count])[0]
        for item in children(node):
            kind = local(item)
            if kind not in ("list-item", "list-header"):
                continue
            if kind == "list-item":
                given = number(item, "start-value")
                count = given if given is not None else count + 1
            mark = _mark(level, [*counts, count], self.styles, style) if kind == "list-item" else ""
            for inner in children(item):
                match local(inner):
                    case "p" | "h":
                        self._add_paragraph(inner, mark)
                        mark = ""
                        self._add_asides()
                    case "list":
                        self._add_list(inner, attribute(inner, "style-name") or style, [*counts, count])
        if not counts:
            self._last_counts[style] = [count]

    def _add_table(self, table: Element) -> None:
        """Rows of several cells; a row of one is a frame around ordinary text, and parts the table in two."""
        lines: list[str] = []
        marked, is_first = 0, True
        for row, is_header in _rows(table, is_header=False):
            cells = [cell for cell in children(row) if local(cell) in ("table-cell", "covered-table-cell")]
            if len(cells) == 1 and _repeated(cells[0]) == 1:
                is_first = self._add_rows(lines, marked, is_first=is_first) and is_first
                lines, marked = [], 0
                self.add_blocks(cells[0])
                continue
            texts = [text for cell in cells for text in [self.line_of(cell)] * _repeated(cell)]
            if any(texts):
                marked += is_header and marked == len(lines)
                lines.append(row_line(texts))
        self._add_rows(lines, marked, is_first=is_first)

    def _add_rows(self, lines: list[str], marked: int, *, is_first: bool) -> bool:
        """Whether there were none. Where no row is marked as a header, the first one is, if others follow."""
        if lines:
            self.text.add_table(lines, header_rows=marked or int(is_first and len(lines) > 1), caption=self._caption)
            self._caption = ""
        return not lines

    def line_of(self, parent: Element) -> str:
        """All that stands in a cell or a frame, on one line."""
        texts: list[str] = []
        for node in children(parent):
            match local(node):
                case "p" | "h":
                    texts.append(one_line("".join(self.pieces(node))))
                case kind if kind not in _LEFT_OUT:
                    texts.append(self.line_of(node))
        return " ".join(text for text in texts if text)


def _repeated(cell: Element) -> int:
    return min(number(cell, "number-columns-repeated") or 1, _MOST_REPEATED)


def _rows(table: Element, *, is_header: bool) -> Iterator[tuple[Element, bool]]:
    """Rows of a table, not of those inside it, and whether they are its header."""
    for node in children(table):
        match local(node):
            case "table-row":
                yield node, is_header
            case "table-header-rows" | "table-rows" | "table-row-group":
                yield from _rows(node, is_header=is_header or local(node) == "table-header-rows")


def _mark(level: Element | None, counts: list[int], styles: _Styles, style: str) -> str:
    if level is None or local(level) != "list-level-style-number":
        return "•"
    shown = number(level, "display-levels") or 1
    parts = []
    for depth in range(len(counts) - shown + 1, len(counts) + 1):
        part = styles.level(style, depth)
        if part is not None and depth > 0:
            parts.append(numbering.written(counts[depth - 1], _WAYS.get(attribute(part, "num-format") or "", "decimal")))
    before, after = attribute(level, "num-prefix") or "", attribute(level, "num-suffix") or ""
    numbers = ".".join(part for part in parts if part)
    return re.sub(r"\s+", " ", f"{before}{numbers}{after}").strip()
