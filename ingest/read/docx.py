"""DOCX -> one page.

The parts of the package are read one by one and walked here: a library that hands out paragraphs and tables leaves out content
controls, text boxes, footnotes and insertions (a sixth of the text of real contracts), and loads every picture first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.read import numbering
from ingest.read.blocks import PageText, row_line
from ingest.read.package import Element, Package, attribute, child, local, number, within
from ingest.read.text import normalise
from rag.errors import NoTextInDocument, NoWords
from rag.records import Reading

_HEADING_STYLE = re.compile(r"(?:heading|제목|개요)\s*([1-9])", re.IGNORECASE)
_SYMBOLS = {"F0B7": "•", "F0A7": "▪", "F0FC": "✓", "F0FE": "☒", "F0A8": "☐", "F06F": "○", "F0E0": "→"}

_LEFT_OUT = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr", "tblPr", "commentReference"}
)


def read(package: Package) -> Reading:
    main, document = package.main_part()
    related = package.related(main)
    body = _Body(
        _Styles(package.part(related.get("styles"))),
        numbering.Counter(_lists(package.part(related.get("numbering")))),
        {kind: _notes(package.part(related.get(kind + "s"))) for kind in ("footnote", "endnote")},
    )
    body.add_blocks(document)
    if not body.text:
        pictured = next(within(document, "pic", "imagedata"), None) is not None
        raise NoTextInDocument(name=package.name, pages=1) if pictured else NoWords(name=package.name)
    metadata = package.metadata()
    return Reading(pages=(body.text.page(find=True),), format="docx", title=metadata.get("title") or body.title, metadata=metadata)


# --- styles, lists and notes -----------------------------------------------------------------


class _Styles:
    """Paragraph styles; what one does not say, the one that it is based on does."""

    def __init__(self, part: Element | None) -> None:
        self._styles = {attribute(node, "styleId"): node for node in (part if part is not None else ()) if local(node) == "style"}

    def outline_level(self, paragraph: Element) -> int | None:
        """1 to 9 for headings."""
        own = number(child(paragraph, "pPr", "outlineLvl"))
        if own is not None:
            return own + 1 if own < 9 else None
        for style in self._chain(paragraph):
            level = number(child(style, "pPr", "outlineLvl"))
            named = _HEADING_STYLE.fullmatch(_style_name(style))
            if level is not None or named:
                level = level + 1 if level is not None else int(named[1]) if named else 10
                return level if level < 10 else None
        return None

    def is_title(self, paragraph: Element) -> bool:
        return any(_style_name(style).lower() in ("title", "제목") for style in self._chain(paragraph))

    def is_caption(self, paragraph: Element) -> bool:
        return any(_style_name(style).lower() in ("caption", "캡션") for style in self._chain(paragraph))

    def list_of(self, paragraph: Element) -> tuple[str, int] | None:
        """List and depth of a numbered paragraph."""
        found: str | None = None
        depth: int | None = None
        for node in (paragraph, *self._chain(paragraph)):
            place = child(node, "pPr", "numPr")
            found = found if found is not None else attribute(child(place, "numId"))
            depth = depth if depth is not None else number(child(place, "ilvl"))
        return None if found is None or found == "0" else (found, depth or 0)

    def _chain(self, paragraph: Element) -> Iterator[Element]:
        style_id = attribute(child(paragraph, "pPr", "pStyle"))
        for _ in range(16):  # styles may be based on each other in a circle
            style = self._styles.get(style_id) if style_id else None
            if style is None:
                return
            yield style
            style_id = attribute(child(style, "basedOn"))


def _style_name(style: Element) -> str:
    return (attribute(child(style, "name")) or "").strip()


def _lists(part: Element | None) -> dict[str, numbering.List]:
    nodes = list(part) if part is not None else []
    families = {attribute(node, "abstractNumId"): _levels(node) for node in nodes if local(node) == "abstractNum"}
    lists: dict[str, numbering.List] = {}
    for node in nodes:
        list_id, family = attribute(node, "numId"), attribute(child(node, "abstractNumId"))
        if local(node) != "num" or list_id is None or family not in families:
            continue
        overrides = [inner for inner in node if local(inner) == "lvlOverride"]
        starts = {number(inner, "ilvl") or 0: number(child(inner, "startOverride")) for inner in overrides}
        levels = dict(families[family])
        for inner in overrides:
            levels |= _levels(inner)
        lists[list_id] = numbering.List(family or "", levels, {level: start for level, start in starts.items() if start is not None})
    return lists


def _levels(node: Element) -> dict[int, numbering.Level]:
    levels: dict[int, numbering.Level] = {}
    for inner in node:
        depth = number(inner, "ilvl")
        if local(inner) == "lvl" and depth is not None:
            start = number(child(inner, "start"))
            levels[depth] = numbering.Level(
                kind=attribute(child(inner, "numFmt")) or "decimal",
                pattern=attribute(child(inner, "lvlText")) or "",
                start=1 if start is None else start,
                legal=child(inner, "isLgl") is not None,
            )
    return levels


def _notes(part: Element | None) -> dict[str, Element]:
    return {attribute(node, "id") or "": node for node in (part if part is not None else ())}


# --- the text --------------------------------------------------------------------------------


@dataclass
class _Body:
    """The text in reading order."""

    styles: _Styles
    counter: numbering.Counter
    notes: Mapping[str, dict[str, Element]]
    text: PageText = field(default_factory=PageText)
    title: str | None = None
    _caption: str = ""  # of the table that follows
    _aside: list[Element] = field(default_factory=list)  # text boxes and notes met inside a paragraph; they follow it

    def add_blocks(self, parent: Element) -> None:
        for node in parent:
            match local(node):
                case "p":
                    self._add_paragraph(node)
                    self._add_asides()
                case "tbl":
                    self._add_table(node)
                    self._add_asides()
                case "AlternateContent":
                    self.add_blocks(_preferred(node))
                case kind if kind and kind not in _LEFT_OUT:  # content controls, insertions, custom XML, the body itself
                    self.add_blocks(node)

    def _add_asides(self) -> None:
        while self._aside:
            asides, self._aside = self._aside, []
            for node in asides:
                self.add_blocks(node)

    def _add_paragraph(self, node: Element) -> None:
        text = self._paragraph_text(node)
        if not text:
            return
        level = self.styles.outline_level(node)
        if self.title is None and level is None and self.styles.is_title(node):
            self.title = " ".join(text.split())
        self._caption = " ".join(text.split()) if self.styles.is_caption(node) else ""
        if level is not None:
            self.text.add_heading(level, text)
        elif self.styles.list_of(node) is not None:
            self.text.add_item(text)
        else:
            self.text.add(text)

    def _paragraph_text(self, node: Element) -> str:
        text = normalise("".join(self._pieces(node)).replace("\xa0", " "))
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
        place = self.styles.list_of(node)
        if place is None or (not text and child(node, "pPr", "rPr", "del") is not None):
            return text
        mark = self.counter.next(*place)  # empty paragraphs count too
        return f"{mark} {text}" if mark and text else text

    def _pieces(self, parent: Element) -> Iterator[str]:
        for node in parent:
            match local(node):
                case "t":
                    yield node.text or ""
                case "tab" | "ptab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "sym":
                    yield _SYMBOLS.get((attribute(node, "char") or "").upper(), "")
                case "txbxContent":
                    self._aside.append(node)
                case "footnoteReference" | "endnoteReference" as reference:
                    note = self.notes[reference.removesuffix("Reference")].pop(attribute(node, "id") or "", None)
                    if note is not None:
                        self._aside.append(note)
                case "AlternateContent":
                    yield from self._pieces(_preferred(node))
                case "r" if _is_hidden(node):
                    continue
                case kind if kind and kind not in _LEFT_OUT:
                    yield from self._pieces(node)

    def _add_table(self, table: Element) -> None:
        """Rows of several cells; a row of one is a frame around ordinary text, and parts the table in two."""
        lines: list[str] = []
        marked, is_first = 0, True
        for row in _inside(table, "tr"):
            if child(row, "trPr", "del") is not None:
                continue
            cells = list(_inside(row, "tc"))
            if len(cells) == 1:
                is_first = self._add_rows(lines, marked, is_first=is_first) and is_first
                lines, marked = [], 0
                self.add_blocks(cells[0])
                continue
            texts = [" ".join(self._cell_text(cell).split()) for cell in cells]
            if any(texts):
                switch = child(row, "trPr", "tblHeader")
                marked += switch is not None and not _is_off(switch) and marked == len(lines)
                lines.append(row_line(texts))
        self._add_rows(lines, marked, is_first=is_first)

    def _add_rows(self, lines: list[str], marked: int, *, is_first: bool) -> bool:
        """Whether there were none. Where no row is marked as a header, the first one is, if others follow."""
        if lines:
            self.text.add_table(lines, header_rows=marked or int(is_first and len(lines) > 1), caption=self._caption, close=True)
            self._caption = ""
        return not lines

    def _cell_text(self, parent: Element) -> str:
        texts: list[str] = []
        for node in parent:
            match local(node):
                case "p":
                    texts.append(self._paragraph_text(node))
                case "AlternateContent":
                    texts.append(self._cell_text(_preferred(node)))
                case kind if kind and kind not in _LEFT_OUT:
                    texts.append(self._cell_text(node))
        return " ".join(text for text in texts if text)


def _preferred(alternatives: Element) -> Element:
    """One of the versions in which the same content is stored."""
    choice = child(alternatives, "Choice")
    fallback = child(alternatives, "Fallback")
    return choice if choice is not None else fallback if fallback is not None else etree.Element("none")


def _is_hidden(run: Element) -> bool:
    vanish = child(run, "rPr", "vanish")
    return vanish is not None and not _is_off(vanish)


def _is_off(switch: Element | None) -> bool:
    return attribute(switch) in ("0", "false", "off")


def _inside(parent: Element, wanted: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, through content controls and insertions but not into nested tables."""
    for node in parent:
        kind = local(node)
        if kind == wanted:
            yield node
        elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _inside(node, wanted)
