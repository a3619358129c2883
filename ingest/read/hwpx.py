"""HWPX, as Hancom Office saves by now -> one page. A zip file of XML, section by section, in the form that OWPML (KS X 6101) describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.read import hangul, numbering
from ingest.read.blocks import PageText
from ingest.read.hangul import Block, Cell, Grid
from ingest.read.package import Element, Package, child, children, facts, local, number, one_line, part_beside, within
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Reading

_SECTION = re.compile(r"(?:.*/)?section(\d{1,6})\.xml", re.IGNORECASE)
_CONTENT = "Contents/content.hpf"
_HEADER = "Contents/header.xml"

_NUMBERS = {
    "DIGIT": "decimal",
    "CIRCLED_DIGIT": "decimalEnclosedCircle",
    "ROMAN_CAPITAL": "upperRoman",
    "ROMAN_SMALL": "lowerRoman",
    "LATIN_CAPITAL": "upperLetter",
    "LATIN_SMALL": "lowerLetter",
    "HANGUL_SYLLABLE": "ganada",
    "HANGUL_JAMO": "chosung",
}
_FACTS = {"creator": "author", "CreatedDate": "created", "ModifiedDate": "modified"}

_ASIDES = frozenset({"footNote", "endNote", "drawText"})
_LEFT_OUT = frozenset(
    {"header", "footer", "hiddenComment", "fieldBegin", "fieldEnd", "secPr", "masterPage", "linesegarray", "shapeComment"}
)
"""What repeats on every page, comments, and settings."""


def read(package: Package) -> Reading:
    sections = [package.part(part) for part in _sections(package)]
    if not sections:
        raise DamagedDocument(name=package.name, cause="its text is missing")
    body = _Body(_Styles(package.part(_HEADER)))
    for section in sections:
        body.add_section(section)
    text = PageText()
    hangul.write(body.blocks, text)
    if not text:
        pictured = any(True for section in sections for _ in within(section, "pic"))
        raise NoTextInDocument(name=package.name, pages=1) if pictured else NoWords(name=package.name)
    metadata = _metadata(package.part(_CONTENT))
    return Reading(pages=(text.page(find=True),), format="hwpx", title=metadata.get("title") or text.title, metadata=metadata)


def is_hwpx(package: Package) -> bool:
    return package.kind() == "HWPX" or _CONTENT in package.parts()


def _sections(package: Package) -> list[str]:
    """The parts that hold the text, in the order that the package names; in that of their numbers where it names none."""
    present = set(package.parts())
    content = package.part(_CONTENT)
    items = {item.get("id"): part_beside("", item.get("href", "")) for item in within(content, "item")}
    named = [items.get(reference.get("idref"), "") for reference in within(content, "itemref")]
    listed = [part for part in dict.fromkeys(named) if part in present and _SECTION.fullmatch(part)]
    numbered = {part: int(match[1]) for part in present if (match := _SECTION.fullmatch(part))}
    return listed or sorted(numbered, key=lambda part: (numbered[part], part))


def _metadata(content: Element | None) -> dict[str, str]:
    about = child(content, "metadata")
    found = facts(about, {"title": "title"})
    for meta in within(about, "meta"):
        ours, value = _FACTS.get(meta.get("name", "")), one_line("".join(meta.itertext()))
        if ours and value:
            found.setdefault(ours, value)
    return found


# --- styles and numbers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the shape of a paragraph says about its place in the document."""

    kind: str  # NONE, OUTLINE, NUMBER, BULLET
    list_id: str
    depth: int


class _Styles:
    def __init__(self, header: Element | None) -> None:
        self.levels: dict[str, int | None] = {}  # of styles
        self.shapes: dict[str, _Shape] = {}
        self.counter = numbering.Counter({node.get("id", ""): _list(node) for node in within(header, "numbering")})
        own_shapes = {}
        for style in within(header, "style"):
            self.levels[style.get("id", "")] = next(
                filter(None, (hangul.level_of_style(style.get(name, "")) for name in ("name", "engName"))), None
            )
            own_shapes[style.get("id", "")] = style.get("paraPrIDRef", "")
        for shape in within(header, "paraPr"):
            heading = child(shape, "switch", "case", "heading")  # levels that older versions do not know
            heading = child(shape, "heading") if heading is None else heading
            if heading is not None:
                depth = number(heading, "level") or 0
                self.shapes[shape.get("id", "")] = _Shape(heading.get("type", "NONE"), heading.get("idRef", ""), depth)


def _list(node: Element) -> numbering.List:
    levels = {}
    for head in within(node, "paraHead"):
        kind = _NUMBERS.get(head.get("numFormat", ""), "decimal")
        pattern = re.sub(r"\^([1-9nN])", lambda match: f"%{match[1]}", "".join(head.itertext()))
        start = number(head, "start")
        levels[(number(head, "level") or 1) - 1] = numbering.Level(kind, pattern, 1 if start is None else start)
    return numbering.List(node.get("id", ""), levels)


# --- the text --------------------------------------------------------------------------------


@dataclass
class _Body:
    """Blocks in reading order."""

    styles: _Styles
    blocks: list[Block] = field(default_factory=list)
    _outline: str = ""  # the numbering of this section's headings
    _deleted: int = 0  # inside so many deletions that were tracked

    def add_section(self, section: Element | None) -> None:
        for properties in within(section, "secPr"):
            self._outline = properties.get("outlineShapeIDRef", self._outline)
            break
        self.blocks += self._blocks(section)

    def _blocks(self, parent: Element | None) -> list[Block]:
        found: list[Block] = []
        for node in children(parent):
            if local(node) == "p":
                found += self._paragraph(node)
            elif local(node) in ("subList", "switch", "case", "default"):
                found += self._blocks(node)
        return found

    def _paragraph(self, node: Element) -> list[Block]:
        """A paragraph; the tables, text boxes and notes that hang on it follow it."""
        asides: list[Block] = []
        self._deleted = 0
        text = "".join(self._pieces(node, asides))
        shape = self.styles.shapes.get(node.get("paraPrIDRef", ""), _Shape("NONE", "", 0))
        level = shape.depth + 1 if shape.kind == "OUTLINE" else self.styles.levels.get(node.get("styleIDRef", ""))
        mark = ""
        if text.strip() and shape.kind in ("OUTLINE", "NUMBER"):
            mark = self.styles.counter.next(self._outline if shape.kind == "OUTLINE" else shape.list_id, shape.depth)
        elif shape.kind == "BULLET":
            mark = "•"
        own = hangul.paragraph(text, level=level, mark=mark, is_item=level is None and shape.kind in ("NUMBER", "BULLET"))
        return asides if own is None else [own, *asides]

    def _pieces(self, parent: Element, asides: list[Block]) -> Iterator[str]:
        for node in children(parent):
            match local(node):
                case "t":
                    yield from self._letters(node)
                case "tbl":
                    asides.append(self._table(node))
                case "caption":
                    asides += self._blocks(node)
                case "script":
                    yield f" {node.text or ''} "
                case "mainText" | "subText":  # letters above letters
                    yield node.text or ""
                case kind if kind in _ASIDES:
                    asides += self._blocks(node)
                case kind if kind not in _LEFT_OUT:
                    yield from self._pieces(node, asides)

    def _letters(self, node: Element) -> Iterator[str]:
        """The letters of a run, and what stands for others; what a tracked change has deleted is left out."""
        if not self._deleted:
            yield node.text or ""
        for inner in node:
            match local(inner):
                case "tab":
                    yield "\t"
                case "lineBreak":
                    yield "\n"
                case "nbSpace" | "fwSpace":
                    yield " "
                case "hyphen":
                    yield "-"
                case "deleteBegin":
                    self._deleted += 1
                case "deleteEnd":
                    self._deleted = max(0, self._deleted - 1)
            if not self._deleted:
                yield inner.tail or ""

    def _table(self, table: Element) -> Grid:
        cells: list[Cell] = []
        for at, row in enumerate(node for node in children(table) if local(node) == "tr"):
            for place, cell in enumerate(node for node in children(row) if local(node) == "tc"):
                address, span = child(cell, "cellAddr"), child(cell, "cellSpan")
                column, line = number(address, "colAddr"), number(address, "rowAddr")
                cells.append(
                    Cell(
                        row=at if line is None else line,
                        column=place if column is None else column,
                        row_span=max(1, number(span, "rowSpan") or 1),
                        blocks=self._blocks(cell),
                        is_header=cell.get("header") in ("1", "true"),
                    )
                )
        return Grid(cells, self._blocks(child(table, "caption")))
