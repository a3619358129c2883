"""File -> pages. What a file is, its content decides; the suffix only chooses between kinds of plain text."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import filetype

from ingest.read import html, image, office, pdf, text
from ingest.read.ocr import Recogniser
from rag.errors import (
    DamagedDocument,
    EmptyFile,
    EncryptedDocument,
    NoSuchFile,
    NotAFile,
    UnreadableFile,
    UnsupportedFormat,
)
from rag.records import Reading

_MARKDOWN = frozenset({".md", ".markdown", ".mkd"})
_BINARY = frozenset({".pdf", ".docx", ".docm"}) | image.SUFFIXES
_HTML = frozenset({".html", ".htm", ".xhtml"})

SUPPORTED_SUFFIXES: frozenset[str] = frozenset({".txt", ".text"}) | _BINARY | _MARKDOWN | _HTML
"""Lower case; what is taken from a folder. A file named itself is read whatever its suffix says."""

READ_VERSION = "2"
"""Another one asks for another reading of every document: raise it when the same file gives other pages."""

_SNIFFED_BYTES = 8192

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (("WordDocument", "DOC"), ("\x05HwpSummaryInformation", "HWP"), ("Workbook", "XLS"), ("PowerPoint Document", "PPT"))

_HTML_START = re.compile(r"\ufeff?\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_MAIL_START = re.compile(rb"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?MIME-Version:", re.IGNORECASE)
_TEXT_MARKUP = ((b"{\\rtf", "RTF"), (b"%!PS", "PostScript"))


def read(path: Path, *, name: str | None = None, recogniser: Recogniser | None = None) -> Reading:
    """The pages of a file. ``name`` is what the user calls it, where that differs from the path (an upload).

    ``recogniser`` reads pages that are pictures; without one they are unread.

    Raises:
        DocumentError: there is nothing to be had from it; which one says why.
    """
    name = path.name if name is None else name
    contents = _contents(path, name)
    suffix = Path(name).suffix.lower()
    head = contents[:_SNIFFED_BYTES]
    if pdf.is_pdf(contents):
        return pdf.read(contents, name, recogniser)
    if image.kind(contents) is not None:
        return image.read(contents, name, recogniser)
    if contents.startswith(_OLE):
        raise _why_not_ole(contents, name)
    if contents.startswith(b"PK\x03\x04"):
        return office.read(contents, name)
    for start, kind in _TEXT_MARKUP:
        if contents.startswith(start):
            raise UnsupportedFormat(name=name, kind=kind)
    if not text.looks_like_text(head):
        raise _why_not_binary(head, name, suffix)
    if suffix in _BINARY:
        raise DamagedDocument(name=name, cause=f"its content is not {suffix[1:].upper()}")
    if _MAIL_START.match(head):
        raise UnsupportedFormat(name=name, kind="MIME")
    if suffix in _MARKDOWN:
        return text.read_markdown(contents, name)
    if suffix in _HTML or _HTML_START.match(text.rough(head)):
        return html.read(contents, name)
    return text.read_plain(contents, name)


def _contents(path: Path, name: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would never end
            raise NotAFile(name=name)
        contents = path.read_bytes()
    except FileNotFoundError as error:
        raise NoSuchFile(name=name) from error
    except OSError as error:
        raise UnreadableFile(name=name, cause=error.strerror or "no access") from error
    if not contents.strip(b"\0 \t\r\n\f\v"):  # a failed copy is often all zeros
        raise EmptyFile(name=name)
    return contents


def _why_not_ole(contents: bytes, name: str) -> EncryptedDocument | UnsupportedFormat:
    """What an OLE container holds, from the names in its directory: Word wraps a protected DOCX into one."""
    if _ole_entry("EncryptedPackage") in contents:
        return EncryptedDocument(name=name)
    kinds = [kind for stream, kind in _OLE_STREAMS if _ole_entry(stream) in contents]
    return UnsupportedFormat(name=name, kind=kinds[0] if kinds else "OLE")


def _ole_entry(stream: str) -> bytes:
    """A directory entry as it begins: the name in 64 bytes, then its length in bytes, closing zero included."""
    encoded = stream.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + (len(encoded) + 2).to_bytes(2, "little")


def _why_not_binary(head: bytes, name: str, suffix: str) -> DamagedDocument | UnsupportedFormat:
    found = filetype.guess(head)
    if found is not None:
        return UnsupportedFormat(name=name, kind=str(found.extension).upper())
    if suffix in _BINARY:
        return DamagedDocument(name=name, cause=f"its content is not {suffix[1:].upper()}")
    return UnsupportedFormat(name=name, kind=suffix[1:].upper() if suffix and suffix not in SUPPORTED_SUFFIXES else "binary")
