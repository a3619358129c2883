"""Zip files of XML parts, as DOCX, PPTX, ODT, EPUB and their kin are; and XML without its namespaces."""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from lxml import etree

from ingest.read.text import normalise
from rag.errors import DamagedDocument, DocumentTooDemanding, UnsupportedEncryption

Element: TypeAlias = etree._Element

LARGEST_PART_MIB = 128
"""Of one part, unpacked. The text of a thousand pages takes some 20; a file made to exhaust memory takes thousands."""

_LARGEST_SUM_MIB = 512
"""Of all parts that are unpacked. A presentation's films are not."""

_XML_LIMITS = (("depth", "256 XML levels"), ("amplification", "5:1 XML entities"))
_LARGEST_XML_TEXT = "10 MB XML text"
"""The parser's own limits, by words of its messages. No program writes such files; reading on would end in calls as deep."""

_MOST_ENTRIES = 50_000
_ENTRY = b"PK\x01\x02"

_DENSEST = 300
"""Times that a part may be as large as it is packed. The most repetitive sheets reach some 100; zeros, made to fill memory, 1000."""

_DENSE_FROM_MIB = 16

_KINDS = (
    ("word", "DOCX"),
    ("presentation", "PPTX"),
    ("powerpoint", "PPTX"),
    ("binary", "XLSB"),
    ("spreadsheet", "XLSX"),
    ("excel", "XLSX"),
)
_MIMETYPES = (
    ("opendocument.text", "ODT"), ("opendocument.spread", "ODS"), ("opendocument.pres", "ODP"), ("epub", "EPUB"), ("hwp", "HWPX")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    relation_id: str
    kind: str  # "slide", "officeDocument", ...
    part: str


@dataclass
class Package:
    """An open zip file; unpacks only what is asked for, and not without limit."""

    archive: zipfile.ZipFile
    name: str
    unpacked: int = 0

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def parts(self) -> list[str]:
        return self.archive.namelist()

    def bytes_of(self, part: str) -> bytes | None:
        try:
            entry = self.archive.getinfo(part)
        except KeyError:
            return None
        if entry.flag_bits & 1:
            raise UnsupportedEncryption(name=self.name)
        self._allow(entry)
        try:
            return self.archive.read(entry)  # never more than file_size, whatever the stream holds
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise DamagedDocument(name=self.name, cause="a part of it cannot be unpacked") from error

    def part(self, part: str | None) -> Element | None:
        contents = self.bytes_of(part) if part else None
        if contents is None:
            return None
        try:
            return etree.fromstring(contents, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
                limit = next((limit for word, limit in _XML_LIMITS if word in error.msg), _LARGEST_XML_TEXT)
                raise DocumentTooDemanding(name=self.name, limit=limit) from error
            raise DamagedDocument(name=self.name, cause="a part of it is not valid XML") from error

    def relations(self, part: str) -> Iterator[Relation]:
        """What a part ("" for the package) refers to inside the package."""
        folder, file = posixpath.split(part)
        relations = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        for node in children(relations):
            if node.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/")
                yield Relation(node.get("Id", ""), node.get("Type", "").rpartition("/")[2], target)

    def related(self, part: str) -> dict[str, str]:
        """Kind of relation -> the first part that it leads to."""
        found: dict[str, str] = {}
        for relation in self.relations(part):
            found.setdefault(relation.kind, relation.part)
        return found

    def kind(self) -> str:
        """ "DOCX", "PPTX", "ODT", ...; "ZIP" where it is none of those that are known."""
        main = self.related("").get("officeDocument")
        types = self.part("[Content_Types].xml") if main is not None else None
        if types is None:
            mimetype = (self.bytes_of("mimetype") or b"")[:200].decode("latin-1")
            return next((kind for word, kind in _MIMETYPES if word in mimetype), "ZIP")
        own = next((node.get("ContentType", "") for node in types if node.get("PartName") == f"/{main}"), None)
        if own is not None:
            return _kind_of(own) or "ZIP"
        suffix = posixpath.splitext(main or "")[1].removeprefix(".").lower()  # Excel's binary workbooks say it of their suffix
        return next(
            (kind for node in types if node.get("Extension", "").lower() == suffix and (kind := _kind_of(node.get("ContentType", "")))),
            "DOCX",
        )

    def main_part(self) -> tuple[str, Element]:
        """Name and content of the part that an Office document begins with."""
        name = self.related("").get("officeDocument", "")
        main = self.part(name)
        if main is None:
            raise DamagedDocument(name=self.name, cause="its text is missing")
        return name, main

    def has_pictures(self) -> bool:
        return any(
            re.search(r"(?:^|/)(?:media|Pictures|images?)/[^/]+$|\.(?:png|jpe?g|gif|emf|wmf|svg|tiff?)$", part) for part in self.parts()
        )

    def metadata(self) -> dict[str, str]:
        """Of an Office document: title, author, created, modified."""
        wanted = {"title": "title", "author": "creator", "created": "created", "modified": "modified"}
        return facts(self.part(self.related("").get("core-properties")), wanted)

    def _allow(self, entry: zipfile.ZipInfo) -> None:
        if entry.file_size > LARGEST_PART_MIB * 2**20:
            raise DocumentTooDemanding(name=self.name, limit=f"{LARGEST_PART_MIB} MiB")
        self.unpacked += entry.file_size
        if self.unpacked > _LARGEST_SUM_MIB * 2**20:
            raise DocumentTooDemanding(name=self.name, limit=f"{_LARGEST_SUM_MIB} MiB")
        if entry.file_size > _DENSE_FROM_MIB * 2**20 and entry.file_size > _DENSEST * entry.compress_size:
            raise DocumentTooDemanding(name=self.name, limit=f"{_DENSEST}:1")


def _kind_of(content_type: str) -> str | None:
    return next((kind for word, kind in _KINDS if word in content_type), None)


def open_package(contents: bytes, name: str) -> Package:
    if contents.count(_ENTRY) > _MOST_ENTRIES:  # the directory alone would fill the memory
        raise DocumentTooDemanding(name=name, limit=f"{_MOST_ENTRIES} ZIP entries")
    try:
        return Package(zipfile.ZipFile(io.BytesIO(contents)), name)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise DamagedDocument(name=name, cause="its end is missing") from error


def part_beside(part: str, reference: str) -> str:
    """The part that a reference inside ``part`` means, as web pages write them."""
    path = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), path)).lstrip("/")


# --- XML without its namespaces: Office has two sets of them ("transitional" and "strict") -----


def local(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def children(node: Element | None) -> Iterator[Element]:
    """Without comments and the like."""
    return (child for child in (node if node is not None else ()) if isinstance(child.tag, str))


def child(node: Element | None, *path: str) -> Element | None:
    for step in path:
        node = next((inner for inner in children(node) if local(inner) == step), None)
    return node


def within(node: Element | None, *wanted: str) -> Iterator[Element]:
    """All nodes below that are called one of these, in their order."""
    return (inner for inner in (node.iter() if node is not None else ()) if local(inner) in wanted)


def attribute(node: Element | None, wanted: str = "val") -> str | None:
    if node is None:
        return None
    return next((str(value) for key, value in node.attrib.items() if key.rpartition("}")[2] == wanted), None)


def reference(node: Element, wanted: str = "id") -> str:
    """The id of a relation: unlike a node's own id, it has a namespace."""
    return next((str(value) for key, value in node.attrib.items() if key.endswith("}" + wanted)), "")


def number(node: Element | None, wanted: str = "val") -> int | None:
    value = attribute(node, wanted) or ""
    return int(value) if re.fullmatch(r"\d{1,6}", value) else None


def facts(node: Element | None, wanted: dict[str, str]) -> dict[str, str]:
    """What the children that are ``wanted`` say, under our names for them; the first of a name counts."""
    known: dict[str, str] = {}
    for inner in children(node):
        text = one_line("".join(inner.itertext()))
        if text:
            known.setdefault(local(inner), text)
    return {ours: known[theirs] for ours, theirs in wanted.items() if theirs in known}


def one_line(text: str) -> str:
    return " ".join(normalise(text).split())
