"""PPTX -> a page for each slide: its title, what stands on it in the order in which a screen reader goes, its speaker's notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.read import numbering
from ingest.read.blocks import PageText, row_line
from ingest.read.package import Element, Package, Relation, attribute, child, children, local, number, one_line, reference, within
from ingest.read.text import normalise
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Page, Reading

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr")
"""Placeholders that repeat on every slide."""

_NUMBERED = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNum": "decimalEnclosedCircle",
}
_NUMBERING = re.compile(r"([a-zA-Z]+?)(Period|ParenR|ParenBoth|Plain|DbPlain|WdBlackPlain|WdWhitePlain|)")
_AROUND = {"Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")")}


def read(package: Package) -> Reading:
    """
    Raises:
        NoTextInDocument: its slides are pictures.
        NoWords: its slides are blank.
    """
    main, presentation = package.main_part()
    parts = {relation.relation_id: relation.part for relation in package.relations(main)}
    slides = [_Slide(package, parts.get(reference(node), "")) for node in within(child(presentation, "sldIdLst"), "sldId")]
    pages: list[Page] = []
    unread: list[int] = []
    for position, slide in enumerate(slides, start=1):
        slide.read()
        if slide.text:
            pages.append(slide.text.page(number=position))
        elif slide.pictured:
            unread.append(position)
    if not pages:
        raise NoTextInDocument(name=package.name, pages=len(slides)) if unread else NoWords(name=package.name)
    metadata = package.metadata()
    title = metadata.get("title") or next((slide.text.title for slide in slides if slide.text.title), None)
    return Reading(tuple(pages), format="pptx", title=title, metadata=metadata, unread_pages=tuple(unread))


@dataclass
class _Slide:
    package: Package
    part: str
    text: PageText = field(default_factory=PageText)
    pictured: bool = False
    _relations: dict[str, Relation] = field(default_factory=dict)

    def read(self) -> None:
        slide = self.package.part(self.part)
        if slide is None:
            raise DamagedDocument(name=self.package.name, cause="a slide is missing")
        self._relations = {relation.relation_id: relation for relation in self.package.relations(self.part)}
        shapes = list(_shapes(child(slide, "cSld", "spTree")))
        titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
        for shape in titles:
            if title := one_line(" ".join(_lines(child(shape, "txBody")))):
                self.text.add_heading(1, title)
        for shape in shapes:
            if shape not in titles:
                self._add_shape(shape)
        notes = next((relation.part for relation in self._relations.values() if relation.kind == "notesSlide"), None)
        for shape in _shapes(child(self.package.part(notes), "cSld", "spTree")):
            if _placeholder(shape) == "body":
                self._add_text(shape)

    def _add_shape(self, shape: Element) -> None:
        match local(shape):
            case "sp" if _placeholder(shape) not in _FURNITURE:
                self.pictured |= child(shape, "spPr", "blipFill") is not None
                self._add_text(shape)
            case "pic":
                self.pictured = True
            case "graphicFrame":
                self._add_graphic(child(shape, "graphic", "graphicData"))

    def _add_text(self, shape: Element) -> None:
        if lines := list(_lines(child(shape, "txBody"))):
            self.text.add("\n".join(lines))

    def _add_graphic(self, graphic: Element | None) -> None:
        for node in children(graphic):
            match local(node):
                case "tbl":
                    self._add_table(node)
                case "chart":
                    self._add_chart(self._related(node, "id"))
                case "relIds":  # SmartArt
                    points = within(self._related(node, "dm"), "pt")
                    if lines := [line for point in points for line in _lines(child(point, "t"))]:
                        self.text.add("\n".join(lines))
                case _:
                    self.pictured = True

    def _related(self, node: Element, kind: str) -> Element | None:
        relation = self._relations.get(reference(node, kind))
        return self.package.part(relation.part) if relation is not None else None

    def _add_table(self, table: Element) -> None:
        rows = [[" ".join(_lines(child(cell, "txBody"))) for cell in children(row) if local(cell) == "tc"] for row in within(table, "tr")]
        lines = [row_line([" ".join(cell.split()) for cell in row]) for row in rows if any(row)]
        if lines:
            is_headed = attribute(child(table, "tblPr"), "firstRow") in ("1", "true") and any(rows[0]) and len(lines) > 1
            self.text.add_table(lines, header_rows=int(is_headed))

    def _add_chart(self, chart: Element | None) -> None:
        """The numbers of a chart as the table that it was drawn from."""
        title = one_line("".join(node.text or "" for node in within(child(chart, "chart", "title"), "t")))
        if title:
            self.text.add(title)
        series = list(within(child(chart, "chart", "plotArea"), "ser"))
        columns = [_points(child(node, "val")) or _points(child(node, "yVal")) for node in series]
        names = {at: text for node in series for kind in ("cat", "xVal") for at, text in _points(child(node, kind)).items()}
        header = ["", *(next(iter(_points(child(node, "tx")).values()), "") for node in series)]
        rows = [[names.get(at, ""), *(column.get(at, "") for column in columns)] for at in sorted(names.keys() | set().union(*columns))]
        if rows:
            is_headed = any(header)
            self.text.add_table(
                [row_line(row) for row in ([header] if is_headed else []) + rows], header_rows=int(is_headed), caption=title
            )


def _shapes(parent: Element | None) -> Iterator[Element]:
    """What stands on a slide, through groups and alternatives."""
    stack = list(reversed(list(children(parent))))
    while stack:
        node = stack.pop()
        match local(node):
            case "grpSp" | "Choice" | "Fallback":
                stack.extend(reversed(list(children(node))))
            case "AlternateContent":
                stack.extend(list(children(node))[:1])
            case _:
                yield node


def _placeholder(shape: Element) -> str | None:
    """What kind of place the shape fills: "title", "body", ...; None where it is no placeholder."""
    place = child(shape, "nvSpPr", "nvPr", "ph")
    return None if place is None else attribute(place, "type") or "obj"


def _lines(body: Element | None) -> Iterator[str]:
    """The paragraphs of a shape or cell, with the numbers that are shown before them."""
    counts: dict[tuple[int, str], int] = {}
    for paragraph in (node for node in children(body) if local(node) == "p"):
        text = normalise("".join(_pieces(paragraph)).replace("\v", "\n").replace("\xa0", " "))
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
        depth = number(child(paragraph, "pPr"), "lvl") or 0
        numbered = child(paragraph, "pPr", "buAutoNum")
        kind = (attribute(numbered, "type") or "") if numbered is not None else ""
        if not text:
            continue
        counts = {key: count for key, count in counts.items() if key[0] < depth or key == (depth, kind)}
        if numbered is not None:
            counts[depth, kind] = counts.get((depth, kind), (number(numbered, "startAt") or 1) - 1) + 1
            text = f"{_mark(kind, counts[depth, kind])} {text}"
        yield text


def _pieces(paragraph: Element) -> Iterator[str]:
    for node in paragraph.iter():
        match local(node):
            case "t":
                yield node.text or ""
            case "br":
                yield "\n"


def _mark(kind: str, count: int) -> str:
    match = _NUMBERING.fullmatch(kind)
    way, around = (match[1], match[2]) if match else ("", "Period")
    before, after = _AROUND.get(around, ("", ""))
    return before + numbering.written(count, _NUMBERED.get(way, "decimal")) + after


def _points(node: Element | None) -> dict[int, str]:
    """The stored values of a row of a chart's data, by their places."""
    found: dict[int, str] = {}
    for point in within(node, "pt"):
        value = child(point, "v")
        text = one_line(value.text or "") if value is not None else ""
        if text:
            found[number(point, "idx") or 0] = shown_number(text)
    return found


def shown_number(text: str) -> str:
    """A stored number without the noise of binary fractions; other text as it is."""
    if not re.fullmatch(r"-?\d+\.\d{3,}(?:[eE][-+]?\d{1,3})?", text):
        return text
    return f"{float(text):.15g}"
