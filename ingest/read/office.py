"""DOCX -> one page.

The parts of the package are read one by one and walked here: a library that hands out paragraphs and tables leaves out content
controls, text boxes, footnotes and insertions (a sixth of the text of real contracts), and loads every picture first.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.read import numbering
from ingest.read.headings import find_headings
from ingest.read.text import normalise
from rag.errors import DamagedDocument, DocumentTooDemanding, EmptyFile, EncryptedDocument, NoTextInDocument, UnsupportedFormat
from rag.records import Heading, Page, Reading

_LARGEST_PART_MIB = 128
"""Of one part, unpacked. The text of a thousand pages takes some 20; a file made to exhaust memory takes thousands."""

_KINDS = (("word", "DOCX"), ("presentation", "PPTX"), ("powerpoint", "PPTX"), ("spreadsheet", "XLSX"), ("excel", "XLSX"))
_MIMETYPES = (("opendocument.text", "ODT"), ("opendocument.spread", "ODS"), ("opendocument.pres", "ODP"), ("epub", "EPUB"), ("hwp", "HWPX"))
_HEADING_STYLE = re.compile(r"(?:heading|제목|개요)\s*([1-9])", re.IGNORECASE)
_SYMBOLS = {"F0B7": "•", "F0A7": "▪", "F0FC": "✓", "F0FE": "☒", "F0A8": "☐", "F06F": "○", "F0E0": "→"}

_LEFT_OUT = frozenset(
    {"del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr", "tblPr", "commentReference"}
)


def read(contents: bytes, name: str) -> Reading:
    with _open(contents, name) as package:
        main = _main_part(package, name)
        related = package.related(main)
        styles = _Styles(package.part(related.get("styles")))
        body = _Body(
            styles,
            numbering.Counter(_lists(package.part(related.get("numbering")))),
            {kind: _notes(package.part(related.get(kind + "s"))) for kind in ("footnote", "endnote")},
        )
        document = package.part(main)
        if document is None:
            raise DamagedDocument(name=name, cause="its text is missing")
        body.add_blocks(document)
        metadata = _metadata(package.part(package.related("").get("core-properties")))
    if not body.blocks:
        pictured = any(_local(node) in ("pic", "imagedata") for node in document.iter())
        raise NoTextInDocument(name=name, pages=1) if pictured else EmptyFile(name=name)
    page = _page(body.blocks)
    return Reading(pages=(page,), format="docx", title=metadata.get("title") or body.title, metadata=metadata)


# --- the package -----------------------------------------------------------------------------


@dataclass
class _Package:
    """A zip file of XML parts; unpacks only what is asked for, and not without limit."""

    archive: zipfile.ZipFile
    name: str

    def __enter__(self) -> _Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def bytes_of(self, part: str) -> bytes | None:
        try:
            entry = self.archive.getinfo(part)
        except KeyError:
            return None
        if entry.flag_bits & 1:
            raise EncryptedDocument(name=self.name)
        if entry.file_size > _LARGEST_PART_MIB * 2**20:
            raise DocumentTooDemanding(name=self.name, limit=f"{_LARGEST_PART_MIB} MiB")
        try:
            return self.archive.read(entry)  # never more than file_size, whatever the stream holds
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise DamagedDocument(name=self.name, cause="a part of it cannot be unpacked") from error

    def part(self, part: str | None) -> etree._Element | None:
        contents = self.bytes_of(part) if part else None
        if contents is None:
            return None
        try:
            return etree.fromstring(contents, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            raise DamagedDocument(name=self.name, cause="a part of it is not valid XML") from error

    def related(self, part: str) -> dict[str, str]:
        """What a part ("" for the package) refers to: kind of relation -> part."""
        folder, file = posixpath.split(part)
        relations = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        found: dict[str, str] = {}
        for relation in relations if relations is not None else ():
            if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
                found.setdefault(relation.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return found


def _open(contents: bytes, name: str) -> _Package:
    try:
        return _Package(zipfile.ZipFile(io.BytesIO(contents)), name)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise DamagedDocument(name=name, cause="its end is missing") from error


def _main_part(package: _Package, name: str) -> str:
    """The part that holds the text of a Word document; whatever else the package is, is not read."""
    main = package.related("").get("officeDocument")
    types = package.part("[Content_Types].xml")
    if main is None or types is None:
        mimetype = (package.bytes_of("mimetype") or b"")[:200].decode("latin-1")
        raise UnsupportedFormat(name=name, kind=next((kind for word, kind in _MIMETYPES if word in mimetype), "ZIP"))
    content_type = next((node.get("ContentType", "") for node in types if node.get("PartName") == f"/{main}"), "wordprocessingml")
    kind = next((kind for word, kind in _KINDS if word in content_type), "ZIP")
    if kind != "DOCX":
        raise UnsupportedFormat(name=name, kind=kind)
    return main


def _metadata(core: etree._Element | None) -> dict[str, str]:
    known = {_local(node): " ".join(normalise(node.text or "").split()) for node in (core if core is not None else ())}
    wanted = {"title": "title", "creator": "author", "created": "created", "modified": "modified"}
    return {ours: known[theirs] for theirs, ours in wanted.items() if known.get(theirs)}


# --- XML without its two sets of namespaces ("transitional" and "strict") ---------------------


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _child(node: etree._Element | None, *path: str) -> etree._Element | None:
    for step in path:
        node = next((child for child in (node if node is not None else ()) if _local(child) == step), None)
    return node


def _attribute(node: etree._Element | None, wanted: str = "val") -> str | None:
    if node is None:
        return None
    return next((str(value) for key, value in node.attrib.items() if key.rpartition("}")[2] == wanted), None)


def _number(node: etree._Element | None, wanted: str = "val") -> int | None:
    value = _attribute(node, wanted) or ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else None


# --- styles, lists and notes -----------------------------------------------------------------


class _Styles:
    """Paragraph styles; what one does not say, the one that it is based on does."""

    def __init__(self, part: etree._Element | None) -> None:
        self._styles = {_attribute(node, "styleId"): node for node in (part if part is not None else ()) if _local(node) == "style"}

    def outline_level(self, paragraph: etree._Element) -> int | None:
        """1 to 9 for headings."""
        own = _number(_child(paragraph, "pPr", "outlineLvl"))
        if own is not None:
            return own + 1 if own < 9 else None
        for style in self._chain(paragraph):
            level = _number(_child(style, "pPr", "outlineLvl"))
            named = _HEADING_STYLE.fullmatch(_style_name(style))
            if level is not None or named:
                level = level + 1 if level is not None else int(named[1]) if named else 10
                return level if level < 10 else None
        return None

    def is_title(self, paragraph: etree._Element) -> bool:
        return any(_style_name(style).lower() in ("title", "제목") for style in self._chain(paragraph))

    def list_of(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """List and depth of a numbered paragraph."""
        found: str | None = None
        depth: int | None = None
        for node in (paragraph, *self._chain(paragraph)):
            place = _child(node, "pPr", "numPr")
            found = found if found is not None else _attribute(_child(place, "numId"))
            depth = depth if depth is not None else _number(_child(place, "ilvl"))
        return None if found is None or found == "0" else (found, depth or 0)

    def _chain(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        style_id = _attribute(_child(paragraph, "pPr", "pStyle"))
        for _ in range(16):  # styles may be based on each other in a circle
            style = self._styles.get(style_id) if style_id else None
            if style is None:
                return
            yield style
            style_id = _attribute(_child(style, "basedOn"))


def _style_name(style: etree._Element) -> str:
    return (_attribute(_child(style, "name")) or "").strip()


def _lists(part: etree._Element | None) -> dict[str, numbering.List]:
    nodes = list(part) if part is not None else []
    families = {_attribute(node, "abstractNumId"): _levels(node) for node in nodes if _local(node) == "abstractNum"}
    lists: dict[str, numbering.List] = {}
    for node in nodes:
        list_id, family = _attribute(node, "numId"), _attribute(_child(node, "abstractNumId"))
        if _local(node) != "num" or list_id is None or family not in families:
            continue
        overrides = [child for child in node if _local(child) == "lvlOverride"]
        starts = {_number(child, "ilvl") or 0: _number(_child(child, "startOverride")) for child in overrides}
        levels = dict(families[family])
        for child in overrides:
            levels |= _levels(child)
        lists[list_id] = numbering.List(family or "", levels, {level: start for level, start in starts.items() if start is not None})
    return lists


def _levels(node: etree._Element) -> dict[int, numbering.Level]:
    levels: dict[int, numbering.Level] = {}
    for child in node:
        depth = _number(child, "ilvl")
        if _local(child) == "lvl" and depth is not None:
            start = _number(_child(child, "start"))
            levels[depth] = numbering.Level(
                kind=_attribute(_child(child, "numFmt")) or "decimal",
                pattern=_attribute(_child(child, "lvlText")) or "",
                start=1 if start is None else start,
                legal=_child(child, "isLgl") is not None,
            )
    return levels


def _notes(part: etree._Element | None) -> dict[str, etree._Element]:
    return {_attribute(node, "id") or "": node for node in (part if part is not None else ())}


# --- the text --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    kind: str  # "paragraph", "item" of a list, "row" of a table
    level: int | None = None  # of a heading


@dataclass
class _Body:
    """Blocks of text in reading order."""

    styles: _Styles
    counter: numbering.Counter
    notes: Mapping[str, dict[str, etree._Element]]
    blocks: list[_Block] = field(default_factory=list)
    title: str | None = None
    _aside: list[etree._Element] = field(default_factory=list)  # text boxes and notes met inside a paragraph; they follow it

    def add_blocks(self, parent: etree._Element) -> None:
        for node in parent:
            match _local(node):
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

    def _add_paragraph(self, node: etree._Element) -> None:
        text = self._paragraph_text(node)
        if not text:
            return
        level = self.styles.outline_level(node)
        if self.title is None and level is None and self.styles.is_title(node):
            self.title = " ".join(text.split())
        kind = "item" if level is None and self.styles.list_of(node) is not None else "paragraph"
        self.blocks.append(_Block(text, kind, level))

    def _paragraph_text(self, node: etree._Element) -> str:
        text = normalise("".join(self._pieces(node)).replace("\xa0", " "))
        text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
        place = self.styles.list_of(node)
        if place is None or (not text and _child(node, "pPr", "rPr", "del") is not None):
            return text
        mark = self.counter.next(*place)  # empty paragraphs count too
        return f"{mark} {text}" if mark and text else text

    def _pieces(self, parent: etree._Element) -> Iterator[str]:
        for node in parent:
            match _local(node):
                case "t":
                    yield node.text or ""
                case "tab" | "ptab":
                    yield "\t"
                case "br" | "cr":
                    yield "\n"
                case "noBreakHyphen":
                    yield "-"
                case "sym":
                    yield _SYMBOLS.get((_attribute(node, "char") or "").upper(), "")
                case "txbxContent":
                    self._aside.append(node)
                case "footnoteReference" | "endnoteReference" as reference:
                    note = self.notes[reference.removesuffix("Reference")].pop(_attribute(node, "id") or "", None)
                    if note is not None:
                        self._aside.append(note)
                case "AlternateContent":
                    yield from self._pieces(_preferred(node))
                case "r" if _is_hidden(node):
                    continue
                case kind if kind and kind not in _LEFT_OUT:
                    yield from self._pieces(node)

    def _add_table(self, table: etree._Element) -> None:
        for row in _within(table, "tr"):
            if _child(row, "trPr", "del") is not None:
                continue
            cells = list(_within(row, "tc"))
            if len(cells) == 1:  # a frame around ordinary text
                self.add_blocks(cells[0])
                continue
            texts = [" ".join(self._cell_text(cell).split()) for cell in cells]
            if any(texts):
                self.blocks.append(_Block(" | ".join(texts), "row"))

    def _cell_text(self, parent: etree._Element) -> str:
        texts: list[str] = []
        for node in parent:
            match _local(node):
                case "p":
                    texts.append(self._paragraph_text(node))
                case "AlternateContent":
                    texts.append(self._cell_text(_preferred(node)))
                case kind if kind and kind not in _LEFT_OUT:
                    texts.append(self._cell_text(node))
        return " ".join(text for text in texts if text)


def _preferred(alternatives: etree._Element) -> etree._Element:
    """One of the versions in which the same content is stored."""
    choice = _child(alternatives, "Choice")
    fallback = _child(alternatives, "Fallback")
    return choice if choice is not None else fallback if fallback is not None else etree.Element("none")


def _is_hidden(run: etree._Element) -> bool:
    vanish = _child(run, "rPr", "vanish")
    return vanish is not None and _attribute(vanish) not in ("0", "false", "off")


def _within(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, through content controls and insertions but not into nested tables."""
    for node in parent:
        kind = _local(node)
        if kind == wanted:
            yield node
        elif kind in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _within(node, wanted)


def _page(blocks: list[_Block]) -> Page:
    parts: list[str] = []
    headings: list[Heading] = []
    at, before = 0, ""
    for block in blocks:
        gap = "" if not parts else "\n" if block.kind == before and block.kind != "paragraph" else "\n\n"
        if block.level is not None:
            headings.append(Heading(block.level, block.text.split("\n")[0].rstrip(), at + len(gap)))
        parts.append(gap + block.text)
        at += len(parts[-1])
        before = block.kind
    text = "".join(parts)
    return Page(text, headings=tuple(headings) or find_headings(text))
