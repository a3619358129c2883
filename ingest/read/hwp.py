"""HWP 5, as Hancom Office saved until HWPX -> one page.

The records are walked here. syhwp, the library for it, knows no headings and no numbers, joins the words on both sides of a tab,
leaves out without a word what is nested deeply, and hands out letters beyond the first 65,536 in halves.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from ingest.read import hangul, numbering
from ingest.read.blocks import PageText
from ingest.read.hangul import Block, Cell, Grid
from ingest.read.hwp_records import Record, Streams, summary
from ingest.read.mail import one_line
from ingest.read.ole import Container
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Reading

_NUMBERING, _PARAGRAPH_SHAPE, _STYLE = 23, 25, 26
_PARAGRAPH, _TEXT, _CONTROL, _LIST, _SHAPE, _TABLE, _EQUATION = 66, 67, 71, 72, 76, 77, 88

HEADER = "FileHeader"
_SUMMARY = "\x05HwpSummaryInformation"
_FACTS = {2: "title", 4: "author", 12: "created", 13: "modified"}

_DEEPEST = 40
"""Tables in boxes in tables. Hancom Office itself allows far fewer."""

_LEFT_OUT = frozenset({"head", "foot", "tcmt", "secd", "cold"})
"""Controls that repeat on every page, comments, and settings."""

_SINGLE = frozenset({0, 10, 13, *range(24, 32)})
"""Control characters that take one place; all others take eight, and those that stand for a control are not these:"""
_WITHOUT_CONTROL = frozenset({4, 5, 6, 7, 8, 9, 19, 20})
_SHOWN = {9: "\t", 10: "\n", 24: "-", 30: " ", 31: " "}

_NUMBERS = ("decimal", "decimalEnclosedCircle", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter")
_KOREAN_NUMBERS = {8: "ganada", 10: "chosung"}


def is_hwp(container: Container) -> bool:
    return container.has(HEADER)


def read(container: Container) -> Reading:
    streams = Streams(container)
    body = _Body(container.name, _Styles(streams.definitions()))
    for section in streams.sections():
        body.add_section(section)
    text = PageText()
    hangul.write(body.blocks, text)
    if not text:
        raise NoTextInDocument(name=container.name, pages=1) if body.pictured else NoWords(name=container.name)
    metadata = {_FACTS[number]: one_line(value) for number, value in summary(container.read(_SUMMARY) or b"").items() if number in _FACTS}
    metadata = {fact: value for fact, value in metadata.items() if value}
    return Reading(pages=(text.page(find=True),), format="hwp", title=metadata.get("title") or text.title, metadata=metadata)


# --- styles and numbers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ParagraphShape:
    kind: int  # 0 nothing, 1 a heading, 2 numbered, 3 with a bullet
    depth: int
    list_id: str


class _Styles:
    def __init__(self, definitions: Record) -> None:
        self.levels: list[int | None] = []  # of styles
        self.shapes: list[_ParagraphShape] = []
        lists: list[numbering.List] = []
        for record in _below(definitions):
            if record.tag == _STYLE:
                name, english = _strings(record.payload, 2)
                self.levels.append(hangul.level_of_style(name) or hangul.level_of_style(english))
            elif record.tag == _PARAGRAPH_SHAPE:
                about = _number(record.payload, 0, 4)
                self.shapes.append(_ParagraphShape(about >> 23 & 3, about >> 25 & 7, str(_number(record.payload, 30, 2))))
            elif record.tag == _NUMBERING:
                lists.append(_list(str(len(lists) + 1), record.payload))
        self.counter = numbering.Counter({found.family: found for found in lists})


def _list(list_id: str, payload: bytes) -> numbering.List:
    """Seven levels: twelve bytes about each, and its pattern ("^1.")."""
    levels, at = {}, 0
    for depth in range(7):
        kind = _number(payload, at, 4) >> 5 & 0xF
        (pattern,) = _strings(payload[at + 12 :], 1)
        at += 12 + 2 + 2 * _number(payload, at + 12, 2)
        shown = _NUMBERS[kind] if kind < len(_NUMBERS) else _KOREAN_NUMBERS.get(kind, "decimal")
        levels[depth] = numbering.Level(shown, re.sub(r"\^([1-9])", r"%\1", pattern))
    return numbering.List(list_id, levels)


# --- the text --------------------------------------------------------------------------------


@dataclass
class _Body:
    """Blocks in reading order."""

    name: str
    styles: _Styles
    blocks: list[Block] = field(default_factory=list)
    pictured: bool = False
    _outline: str = "1"  # the numbering of this section's headings

    def add_section(self, section: Record) -> None:
        self.blocks += self._paragraphs(section.children, depth=0)

    def _paragraphs(self, records: Sequence[Record], *, depth: int) -> list[Block]:
        if depth > _DEEPEST:
            raise DamagedDocument(name=self.name, cause="its parts are nested too deeply")
        return [block for record in records if record.tag == _PARAGRAPH for block in self._paragraph(record, depth=depth)]

    def _paragraph(self, record: Record, *, depth: int) -> list[Block]:
        """A paragraph; the tables, text boxes and notes that hang on it follow it."""
        controls = [child for child in record.children if child.tag == _CONTROL]
        for control in controls:
            if _kind(control) == "secd" and len(control.payload) >= 20:
                self._outline = str(_number(control.payload, 18, 2))
        text = "".join(piece for child in record.children if child.tag == _TEXT for piece in _letters(child.payload, controls))
        own = self._text(record.payload, text)
        asides = [block for control in controls for block in self._control(control, depth=depth)]
        return asides if own is None else [own, *asides]

    def _text(self, header: bytes, text: str) -> hangul.Paragraph | None:
        shapes, levels = self.styles.shapes, self.styles.levels
        at, style = _number(header, 8, 2), _number(header, 10, 1)
        shape = shapes[at] if at < len(shapes) else _ParagraphShape(0, 0, "")
        level = shape.depth + 1 if shape.kind == 1 else levels[style] if style < len(levels) else None
        mark = ""
        if text.strip() and shape.kind in (1, 2):
            mark = self.styles.counter.next(self._outline if shape.kind == 1 else shape.list_id, shape.depth)
        elif shape.kind == 3:
            mark = "•"
        return hangul.paragraph(text, level=level, mark=mark, is_item=level is None and shape.kind >= 2)

    def _control(self, control: Record, *, depth: int) -> list[Block]:
        kind = _kind(control)
        if kind in _LEFT_OUT:
            return []
        if kind == "tbl ":
            return self._table(control, depth=depth)
        found = self._inside(control, depth=depth)
        self.pictured |= kind == "gso " and not found
        return found

    def _inside(self, record: Record, *, depth: int) -> list[Block]:
        """Paragraphs anywhere below: of a note, or of a text box and those grouped with it."""
        if depth > _DEEPEST:
            raise DamagedDocument(name=self.name, cause="its parts are nested too deeply")
        found: list[Block] = []
        for child in record.children:
            found += self._paragraph(child, depth=depth + 1) if child.tag == _PARAGRAPH else self._inside(child, depth=depth + 1)
        return found

    def _table(self, control: Record, *, depth: int) -> list[Block]:
        """A caption's list comes before the record of the table, the lists of its cells behind it, each before its paragraphs."""
        children = control.children
        caption = self._paragraphs(list(takewhile(lambda child: child.tag != _TABLE, children)), depth=depth + 1)
        cells: list[Cell] = []
        paragraphs: list[Record] = []
        for child in reversed(children[len(list(takewhile(lambda child: child.tag != _TABLE, children))) :]):
            if child.tag == _LIST and len(child.payload) >= 16:
                column, row, _, row_span = struct.unpack_from("<4H", child.payload, 8)
                blocks = self._paragraphs(paragraphs[::-1], depth=depth + 1)
                cells.append(Cell(row, column, max(1, row_span), blocks))
                paragraphs = []
            else:
                paragraphs.append(child)
        return [Grid(cells, caption)] if cells else caption


def _letters(payload: bytes, controls: Sequence[Record]) -> Iterator[str]:
    """The letters of a paragraph; equations stand where they are anchored."""
    units = struct.unpack(f"<{len(payload) // 2}H", payload[: len(payload) // 2 * 2])
    anchored = iter(controls)
    at = start = 0
    while at < len(units):
        unit = units[at]
        if unit > 31:
            at += 1
            continue
        yield _utf_16(payload, start, at)
        if unit not in _SINGLE and unit not in _WITHOUT_CONTROL:
            control = next(anchored, None)
            if control is not None and _kind(control) == "eqed":
                yield f" {_equation(control)} "
        yield _SHOWN.get(unit, "")
        at += 1 if unit in _SINGLE else 8
        start = at
    yield _utf_16(payload, start, at)


def _utf_16(payload: bytes, start: int, end: int) -> str:
    return payload[2 * start : 2 * end].decode("utf-16-le", errors="replace")


def _equation(control: Record) -> str:
    script = next((child.payload for child in control.children if child.tag == _EQUATION), b"")
    return next(iter(_strings(script[4:], 1)))


def _kind(control: Record) -> str:
    return control.payload[3::-1].decode("latin-1") if len(control.payload) >= 4 else ""


def _below(record: Record) -> Iterator[Record]:
    """All records below, in their order."""
    waiting = record.children[::-1]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.children[::-1]


def _number(payload: bytes, at: int, size: int) -> int:
    return int.from_bytes(payload[at : at + size], "little")


def _strings(payload: bytes, count: int) -> list[str]:
    """Texts behind their lengths; those that are not there are empty."""
    found, at = [], 0
    for _ in range(count):
        length = 2 * _number(payload, at, 2)
        found.append(payload[at + 2 : at + 2 + length].decode("utf-16-le", errors="replace"))
        at += 2 + length
    return found
