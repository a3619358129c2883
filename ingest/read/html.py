"""HTML -> one page of what a reader of it sees: blocks on lines, a table's row on one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from ingest.read.headings import find_headings
from ingest.read.markup import bounded
from ingest.read.text import LONGEST_MARKS, decode, nfc, normalise, rough
from rag.errors import NoWords
from rag.records import Heading, Page, Reading, Table

_UNSEEN = frozenset(
    {
        "head",
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "video",
        "audio",
        "map",
        "datalist",
        "select",
        "button",
    }
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "blockquote", "pre", "hr", "figure", "section", "article", "main"}
)
_BLOCKS = frozenset(
    {
        "address",
        "aside",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dt",
        "fieldset",
        "figcaption",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "option",
        "summary",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
    }
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_DECLARED_WITHIN_BYTES = 4096
_DECLARED = re.compile(
    r"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]+)""", re.IGNORECASE
)
_CLOSED_AT_ONCE = re.compile(r"<(title|script|style|iframe|textarea|noscript)\b([^<>]*)/>", re.IGNORECASE)
"""In XHTML these hold nothing; in HTML they hold the rest of the page."""

_END_OF_LETTER = 2 * LONGEST_MARKS
"""Characters at the end of a text among which the last letter begins, whatever marks it has."""

_AS_BROWSERS_READ = {
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "ks_c_5601", "korean", "windows-949"), "cp949"),
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "shift_jis": "cp932",
}


def read(contents: bytes, name: str) -> Reading:
    """
    Raises:
        NoWords: it shows no text; what its scripts would fetch is not there.
    """
    return read_text(decode(contents, name, declared=_declared(contents)), name)


def read_text(markup: str, name: str) -> Reading:
    """
    Raises:
        NoWords: as ``read``.
    """
    tree = _parsed(markup)
    page = _page(tree)
    if not page.text.strip():
        raise NoWords(name=name)
    page = replace(page, headings=page.headings or find_headings(page.text))
    named = tree.css_first("head title")
    title = " ".join(normalise(named.text()).split()) if named is not None else ""
    title = title or next((heading.title for heading in page.headings if heading.level == 1), "")
    return Reading(pages=(page,), format="html", title=title or None)


def chapter(contents: bytes, name: str) -> Page:
    """A page of a book; it may be empty, and without headings."""
    markup = decode(contents, name, declared=_declared(contents))
    return _page(_parsed(_CLOSED_AT_ONCE.sub(r"<\1\2></\1>", markup)))


def browser_encoding(label: str | None) -> str | None:
    """What browsers take the name of an encoding for."""
    return None if label is None else _AS_BROWSERS_READ.get(label.lower(), label.lower())


def _page(tree: LexborHTMLParser) -> Page:
    writer = _Writer()
    if tree.root is not None:
        _write(tree.root, writer)
    return Page("".join(writer.parts), headings=tuple(writer.headings), tables=tuple(writer.tables))


def _parsed(markup: str) -> LexborHTMLParser:
    try:
        return LexborHTMLParser(bounded(markup))
    except SelectolaxError as error:  # every markup can be parsed, if there is memory for its tree
        raise MemoryError from error


def _declared(contents: bytes) -> str | None:
    found = _DECLARED.search(rough(contents[:_DECLARED_WITHIN_BYTES]))
    if found is None:
        return None
    label = browser_encoding(found[1] or found[2])
    # what could be searched for a tag byte by byte is not UTF-16, whatever it says
    return None if label is None or label.startswith("utf-16") else label


# --- the walk --------------------------------------------------------------------------------


@dataclass
class _Writer:
    """Text so far, and the white space owed before the next word."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    table: int | None = None  # the one that the last of ``tables`` comes from
    row: int = 0  # rows of it so far
    newlines: int = 0
    space: bool = False
    mark: str = ""  # "- " of a list item that has no word yet
    numbers: dict[int, int] = field(default_factory=dict)  # last number of each ordered list
    heading_start: int | None = None  # of the heading being written; None until it has a word

    def write(self, text: str) -> None:
        gap = "\n" * self.newlines if self.newlines else " " if self.space else ""
        self._put((gap if self.length else "") + self.mark)
        if self.heading_start is None:
            self.heading_start = self.length
        self._put(text)
        self.newlines, self.space, self.mark = 0, False, ""

    def flow(self, text: str) -> None:
        """Running text: white space is one space, and none at the start of a line."""
        words = " ".join(text.split())
        self.space = self.space or text[:1].isspace()
        if words:
            self.write(words)
            self.space = text[-1:].isspace()

    def write_row(self, row: LexborNode, cells: list[str]) -> None:
        """A row; it continues the last table if that is its own and nothing stands between them."""
        self.end_line()
        line = " | ".join(cells)
        self.write(line)
        table, start = _table_of(row), self.length - len(line)
        last = self.tables[-1] if self.tables else None
        if last is not None and table is not None and table.mem_id == self.table and last.end == start - 1:
            is_header = last.header_rows == self.row and _is_header(row)
            self.tables[-1] = replace(last, end=self.length, header_rows=last.header_rows + is_header)
            self.row += 1
        else:
            self.tables.append(Table(start, self.length, int(_is_header(row)), _caption(table)))
            self.table, self.row = None if table is None else table.mem_id, 1
        self.end_line()

    def end_line(self, newlines: int = 1) -> None:
        self.newlines = max(self.newlines, newlines)
        self.space = False

    def text_from(self, start: int) -> str:
        taken: list[str] = []
        missing = self.length - start
        for part in reversed(self.parts):
            if missing <= 0:
                break
            taken.append(part)
            missing -= len(part)
        return "".join(reversed(taken))

    def _put(self, text: str) -> None:
        if not text:
            return
        if self.parts and _goes_on(self.parts[-1][-1:], text[0]):  # a letter begun in another tag
            last = self.parts.pop()
            end = last[-_END_OF_LETTER:]
            self.parts.append(last[: -len(end)])
            self.length -= len(end)
            text = nfc(end + text)
        self.parts.append(text)
        self.length += len(text)


def _goes_on(last: str, first: str) -> bool:
    return unicodedata.combining(first) != 0 or not unicodedata.is_normalized("NFC", last + first)


def _write(root: LexborNode, writer: _Writer) -> None:
    """Write all that is visible below ``root``. A stack of its own, since pages nest deeper than Python calls may."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]  # a node, and whether it has been entered
    preformatted = 0
    while stack:
        node, entered = stack.pop()
        tag = node.tag
        if entered:
            preformatted -= tag == "pre"
            _leave(tag, writer)
            continue
        if tag == "-text":
            text = normalise(node.text_content or "")
            if preformatted and text.strip():
                writer.write(text.strip("\n"))
            else:
                writer.flow(text)
        elif tag == "br":
            writer.end_line(min(2, writer.newlines + 1))
        elif tag is not None and not tag.startswith("-") and not _is_unseen(node):
            if tag == "tr" and (cells := _cells(node)):
                writer.write_row(node, cells)
                continue
            if tag in _BLOCKS or tag in _PARAGRAPHS:
                writer.end_line(2 if tag in _PARAGRAPHS and not _in_list(node) else 1)
            if tag == "li":
                writer.mark = _list_mark(node, writer.numbers)
            if tag in _HEADINGS:
                writer.heading_start = None
            preformatted += tag == "pre"
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))


def _leave(tag: str | None, writer: _Writer) -> None:
    if tag in _HEADINGS and writer.heading_start is not None:
        title = writer.text_from(writer.heading_start).split("\n")[0].rstrip()
        writer.headings.append(Heading(_HEADINGS[tag], title, writer.heading_start))
    if tag in _PARAGRAPHS:
        writer.end_line(2)
    elif tag in _BLOCKS:
        writer.end_line()
    if tag == "li":
        writer.mark = ""


def _is_unseen(node: LexborNode) -> bool:
    if node.tag in _UNSEEN:
        return True
    attributes = node.attributes
    return (
        "hidden" in attributes or attributes.get("aria-hidden") == "true" or _HIDDEN_STYLE.search(attributes.get("style") or "") is not None
    )


def _in_list(node: LexborNode) -> bool:
    """Paragraphs and lists inside an item stay close to it."""
    return node.parent is not None and node.parent.tag in ("li", "dd")


def _list_mark(item: LexborNode, numbers: dict[int, int]) -> str:
    """The item's bullet or number; ``numbers`` holds how far each list has counted."""
    parent = item.parent
    if parent is None or parent.tag != "ol":
        return "- "
    if parent.mem_id not in numbers:
        start = parent.attributes.get("start") or ""
        numbers[parent.mem_id] = int(start) - 1 if re.fullmatch(r"-?\d{1,6}", start) else 0
    numbers[parent.mem_id] += 1
    return f"{numbers[parent.mem_id]}. "


def _cells(row: LexborNode) -> list[str]:
    """The texts of a table's row; none where the table only arranges the page (one cell, or tables and headings inside)."""
    cells = [cell for cell in row.iter() if cell.tag in ("td", "th") and not _is_unseen(cell)]
    if len(cells) < 2 or row.css_first("table, h1, h2, h3, h4, h5, h6") is not None:
        return []
    texts = [_line_of(cell) for cell in cells]
    return texts if any(texts) else []


def _table_of(row: LexborNode) -> LexborNode | None:
    node = row.parent
    while node is not None and node.tag != "table":
        node = node.parent
    return node


def _is_header(row: LexborNode) -> bool:
    if row.parent is not None and row.parent.tag == "thead":
        return True
    return all(cell.tag == "th" for cell in row.iter() if cell.tag in ("td", "th") and not _is_unseen(cell))


def _caption(table: LexborNode | None) -> str:
    caption = next((node for node in table.iter() if node.tag == "caption"), None) if table is not None else None
    return _line_of(caption) if caption is not None else ""


def _line_of(node: LexborNode) -> str:
    return " ".join(normalise("".join(_pieces(node))).split())


def _pieces(cell: LexborNode) -> Iterator[str]:
    stack = [cell]
    while stack:
        node = stack.pop()
        tag = node.tag
        if tag == "-text":
            yield normalise(node.text_content or "")
        elif tag is not None and not tag.startswith("-") and not _is_unseen(node):
            if tag in _BLOCKS or tag in _PARAGRAPHS or tag == "br":
                yield " "
            stack.extend(reversed(list(node.iter(include_text=True))))
