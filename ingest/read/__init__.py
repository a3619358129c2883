"""File -> pages. What a file is, its content decides; the suffix only chooses between kinds of plain text."""

from __future__ import annotations

import re
import stat
from functools import partial
from pathlib import Path

import filetype

from ingest.draw.image import kind as kind_of_picture
from ingest.read import (
    delimited,
    docx,
    eml,
    epub,
    html,
    hwp,
    hwpx,
    image,
    mhtml,
    msg,
    odf,
    odfcrypto,
    offcrypto,
    pdf,
    pptx,
    rtf,
    sheets,
    text,
)
from ingest.read.mail import Bag
from ingest.read.ocr import Recogniser
from ingest.read.ole import Container
from ingest.read.package import Package, open_package
from rag.errors import (
    DamagedDocument,
    DocumentError,
    EmptyFile,
    EncryptedDocument,
    NoSuchFile,
    NotAFile,
    NotWhatItsNameSays,
    OldFormat,
    UnreadableFile,
    UnsupportedEncryption,
    UnsupportedFormat,
)
from rag.records import Reading

_MARKDOWN = frozenset({".md", ".markdown", ".mkd"})
_DELIMITED = frozenset({".csv", ".tsv", ".tab"})
_MHTML = frozenset({".mht", ".mhtml"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_MAIL = frozenset({".eml", ".msg"})
_HANGUL = frozenset({".hwp", ".hwpx"})

_NOT_TEXT = (
    frozenset({".pdf", ".docx", ".docm", ".pptx", ".pptm", ".ppsx", ".xlsx", ".xlsm", ".xlsb", ".odt", ".ods", ".odp", ".epub"})
    | image.SUFFIXES
)
"""What is never text: a page that asks to log in, saved under such a name, is not read."""

SUPPORTED_SUFFIXES: frozenset[str] = (
    frozenset({".txt", ".text", ".rtf", ".xls"}) | _NOT_TEXT | _MARKDOWN | _DELIMITED | _MHTML | _HTML | _MAIL | _HANGUL
)
"""Lower case; what is taken from a folder. A file named itself is read whatever its suffix says."""

READ_VERSION = "4"
"""Another one asks for another reading of every document: raise it when the same file gives other pages."""

_SNIFFED_BYTES = 8192

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (("WordDocument", "DOC"), ("PowerPoint Document", "PPT"), ("\x05HwpSummaryInformation", "HWP"))
_OLE_READ = (".hwp", ".msg", ".xls")
_BETTER = {"DOC": "DOCX", "PPT": "PPTX", "HWP 3": "HWPX"}

_TABLES_OF_PARTS = frozenset({"[Content_Types].xml", "_rels/.rels"})
_MAIN_PARTS = frozenset(
    {"word/document.xml", "ppt/presentation.xml", "xl/workbook.xml", "xl/workbook.bin", "content.xml", "META-INF/container.xml"}
    | {"Contents/section0.xml"}
)
_ODF_ENCRYPTION = frozenset({"ODT", "ODS", "ODP", "HWPX"})

_HTML_START = re.compile(r"\ufeff?\s*(<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_MAIL_START = re.compile(rb"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?MIME-Version:", re.IGNORECASE)
_RTF = b"{\\rtf"
_POSTSCRIPT, _HWP_3 = b"%!PS", b"HWP Document File V"


def read(path: Path, *, name: str | None = None, recogniser: Recogniser | None = None, password: str | None = None) -> Reading:
    """The pages of a file. ``name`` is what the user calls it, where that differs from the path (an upload).

    ``recogniser`` reads pages that are pictures; without one they are unread. ``password`` does not matter where none is needed.

    Raises:
        DocumentError: there is nothing to be had from it; which one says why.
    """
    name = path.name if name is None else name
    return read_bytes(_contents(path, name), name, recogniser=recogniser, password=password)


def read_bytes(
    contents: bytes, name: str, bag: Bag | None = None, *, recogniser: Recogniser | None = None, password: str | None = None
) -> Reading:
    """The same for a file that lies in no folder; ``bag`` is the mail's that it is attached to.

    Raises:
        DocumentError: as ``read``.
    """
    if not contents.strip(b"\0 \t\r\n\f\v"):  # a failed copy is often all zeros
        raise EmptyFile(name=name)
    bag = Bag(partial(read_bytes, recogniser=recogniser)) if bag is None else bag
    suffix = Path(name).suffix.lower()
    head = contents[:_SNIFFED_BYTES]
    if pdf.is_pdf(contents):
        return pdf.read(contents, name, recogniser, password)
    if kind_of_picture(contents) is not None:
        return image.read(contents, name, recogniser)
    if contents.startswith(_OLE):
        return _read_ole(contents, name, bag, password)
    if contents.startswith(b"PK\x03\x04"):
        return _read_package(contents, name, password)
    if contents.lstrip().startswith(_RTF):
        return rtf.read(contents, name)
    if contents.startswith(_POSTSCRIPT):
        raise UnsupportedFormat(name=name, kind="PostScript")
    if contents.startswith(_HWP_3):
        raise _old_format(name, "HWP 3")
    is_text = text.looks_like_text(head)
    is_html = is_text and _HTML_START.match(text.rough(head)) is not None
    is_mime = is_text and _MAIL_START.match(head) is not None
    if (suffix in _MHTML and is_text and not is_html) or (is_mime and mhtml.is_mhtml(head)):
        return mhtml.read(contents, name)
    if eml.is_mail(contents):
        return eml.read(contents, name, bag)
    if not is_text:
        raise _why_not_binary(head, name, suffix)
    if suffix in _NOT_TEXT:
        raise NotWhatItsNameSays(name=name, kind=suffix[1:].upper(), cause="it holds text, perhaps a page that asks to log in")
    if is_mime:
        raise UnsupportedFormat(name=name, kind="MIME")
    if suffix in _MARKDOWN:
        return text.read_markdown(contents, name)
    if suffix in _HTML or is_html:
        return html.read(contents, name)
    if suffix in _DELIMITED or suffix == ".xls":  # what some programs export and call a workbook
        return delimited.read(contents, name)
    return text.read_plain(contents, name)


def _read_package(contents: bytes, name: str, password: str | None) -> Reading:
    with open_package(contents, name) as package:
        kind = package.kind()
        if kind in _ODF_ENCRYPTION and odfcrypto.is_encrypted(package):
            if password is None:
                raise EncryptedDocument(name=name)
            return _read_package(odfcrypto.decrypt(package, password), name, None)
        match kind:
            case "DOCX":
                return docx.read(package)
            case "PPTX":
                return pptx.read(package)
            case "XLSX" | "XLSB":
                return sheets.read_package(package, contents, form=kind.lower(), metadata=package.metadata())
            case "EPUB":
                return epub.read(package)
            case "ODT":
                return odf.read_text(package)
            case "ODP":
                return odf.read_slides(package)
            case "ODS":
                return sheets.read_package(package, contents, form="ods", metadata=odf.metadata(package))
            case "HWPX":
                return hwpx.read(package)
            case _:
                raise _why_not_package(package, kind)


def _why_not_package(package: Package, kind: str) -> DocumentError:
    suffix, parts = Path(package.name).suffix.lower(), set(package.parts())
    if suffix not in _NOT_TEXT | _HANGUL:
        return UnsupportedFormat(name=package.name, kind=kind)
    if parts & _MAIN_PARTS and "mimetype" not in parts and not parts >= _TABLES_OF_PARTS:
        return DamagedDocument(name=package.name, cause="its table of parts is missing")
    return NotWhatItsNameSays(name=package.name, kind=suffix[1:].upper(), cause="it is a ZIP file that holds no such document")


def _contents(path: Path, name: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would never end
            raise NotAFile(name=name)
        contents = path.read_bytes()
    except FileNotFoundError as error:
        raise NoSuchFile(name=name) from error
    except OSError as error:
        raise UnreadableFile(name=name, cause=error.strerror or "no access") from error
    return contents


def _read_ole(contents: bytes, name: str, bag: Bag, password: str | None) -> Reading:
    if any(_ole_entry(stream) in contents for stream in (msg.PROPERTIES, hwp.HEADER)):
        container = Container(contents, name)
        if msg.is_msg(container):
            return msg.read(container, bag)
        if hwp.is_hwp(container):
            return hwp.read(container)
    if _ole_entry("EncryptedPackage") in contents:
        return _read_package(_decrypted(contents, name, password), name, None)
    if _is_xls(contents):
        return sheets.read_xls(contents, name, password)
    raise _why_not_ole(contents, name)


def _is_xls(contents: bytes) -> bool:
    """Whether an OLE container is a workbook, and not a document in which one is embedded."""
    return any(_ole_entry(stream) in contents for stream in sheets.XLS_STREAMS) and not any(
        _ole_entry(stream) in contents for stream, _ in _OLE_STREAMS
    )


def _decrypted(contents: bytes, name: str, password: str | None) -> bytes:
    """The package in the container into which Office puts a protected DOCX, PPTX or XLSX."""
    if _ole_entry("EncryptionInfo") not in contents:  # rights management
        raise UnsupportedEncryption(name=name)
    if password is None:
        raise EncryptedDocument(name=name)
    return offcrypto.decrypt_package(contents, name, password)


def _why_not_ole(contents: bytes, name: str) -> DocumentError:
    """What an OLE container holds, from the names in its directory; from the file's own, where that was cut off."""
    suffix = Path(name).suffix.lower()
    kinds = [kind for stream, kind in _OLE_STREAMS if _ole_entry(stream) in contents]
    kind = kinds[0] if kinds else suffix[1:].upper()
    if kind in _BETTER:
        return _old_format(name, kind)
    if kind == "HWP" or suffix in _OLE_READ:
        return DamagedDocument(name=name, cause="its OLE container is broken")
    return UnsupportedFormat(name=name, kind="OLE")


def _old_format(name: str, kind: str) -> OldFormat:
    return OldFormat(name=name, kind=kind, better=_BETTER[kind])


def _ole_entry(stream: str) -> bytes:
    """A directory entry as it begins: the name in 64 bytes, then its length in bytes, closing zero included."""
    encoded = stream.encode("utf-16-le")
    return encoded.ljust(64, b"\0") + (len(encoded) + 2).to_bytes(2, "little")


def _why_not_binary(head: bytes, name: str, suffix: str) -> DocumentError:
    found = filetype.guess(head)
    if found is not None:
        kind = str(found.extension).upper()
        if f".{found.extension}" in SUPPORTED_SUFFIXES:  # else it would have been read
            return DamagedDocument(name=name, cause=f"it cannot be opened as {kind}")
        return UnsupportedFormat(name=name, kind=kind)
    if suffix in _NOT_TEXT | _HANGUL | _MAIL:
        return DamagedDocument(name=name, cause=f"its content is not {suffix[1:].upper()}")
    return UnsupportedFormat(name=name, kind=suffix[1:].upper() if suffix and suffix not in SUPPORTED_SUFFIXES else "binary")
