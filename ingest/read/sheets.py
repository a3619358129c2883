"""XLSX, XLSM, XLSB, XLS, ODS -> a page for each sheet that holds something; what formulas last gave counts as their text."""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from ingest.read import biff, extent, offcrypto
from ingest.read.blocks import PageText
from ingest.read.grid import add_rows
from ingest.read.package import Package, children, one_line
from rag.errors import (
    DamagedDocument,
    DocumentTooDemanding,
    EncryptedDocument,
    NoTextInDocument,
    NoWords,
    UnsupportedEncryption,
    WrongPassword,
)
from rag.records import Page, Reading

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

_XLS_PASSWORD = re.compile(rb"\x09\x08(?:\x10\0\0\x06\x05\0.{12}|\x08\0\0\x05\x05\0.{4})(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
"""How the stream of a protected workbook begins: the library only says that it is none."""

_MACROS = ("/xlMacrosheet", "/xlIntlMacrosheet")
_DIALOG = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/dialogsheet"
_PARTS_OF_SHEETS = (".xml", ".rels", ".bin")

_BETWEEN_CELLS = re.compile(rb">\s+(?=</?table:)")

_CELL_BYTES = 32
_LARGEST_SHEETS_MIB = 512
"""The library keeps a cell for every place between the first used one and the last: two cells in far corners fill any memory."""


def read_package(package: Package, contents: bytes, *, form: str, metadata: dict[str, str]) -> Reading:
    """
    Raises:
        DocumentTooDemanding: its cells would not fit into memory, or lie about their size.
        NoTextInDocument: it holds pictures only.
    """
    for part in package.parts():  # the library itself unpacks without limit
        package.bytes_of(part)
    if extent.cells(package) * _CELL_BYTES > _LARGEST_SHEETS_MIB * 2**20:
        raise DocumentTooDemanding(name=package.name, limit=f"{_LARGEST_SHEETS_MIB} MiB")
    try:
        known = _unspaced(package) if form == "ods" else _without_macros(package)
        return _read(known or contents, package.name, form=form, metadata=metadata)
    except NoWords as error:
        if package.has_pictures():
            raise NoTextInDocument(name=package.name, pages=1) from error
        raise


def _unspaced(package: Package) -> bytes | None:
    """An ODS anew, without what indents its markup (KSpread, and whoever writes it by hand), for which the library takes no cells; None if nothing does."""
    content = package.bytes_of("content.xml") or b""
    unspaced = _BETWEEN_CELLS.sub(b">", content)
    if unspaced == content:
        return None
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as anew:
        for part in ("mimetype", "META-INF/manifest.xml"):
            anew.writestr(part, package.bytes_of(part) or b"")
        anew.writestr("content.xml", unspaced)
    return file.getvalue()


def _without_macros(package: Package) -> bytes | None:
    """A workbook anew whose sheets of Excel 4 macros pass for dialogs, which are not read either; None if it has none.

    For one of them the library would open no sheet at all.
    """
    folder, file = posixpath.split(package.related("").get("officeDocument", ""))
    listed = posixpath.join(folder, "_rels", f"{file}.rels")
    relations = package.part(listed)
    macros = [node for node in children(relations) if node.get("Type", "").endswith(_MACROS)]
    if relations is None or not macros:
        return None
    for node in macros:
        node.set("Type", _DIALOG)
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as anew:
        for part in package.parts():
            if part.endswith(_PARTS_OF_SHEETS):
                anew.writestr(part, etree.tostring(relations, encoding="UTF-8") if part == listed else package.bytes_of(part) or b"")
    return contents.getvalue()


XLS_STREAMS = ("Workbook", "Book")


def read_xls(contents: bytes, name: str, password: str | None = None) -> Reading:
    """
    Raises:
        EncryptedDocument: it is protected by a password.
        DocumentTooDemanding: its cells would not fit into memory.
    """
    if _XLS_PASSWORD.search(contents):
        contents = _decrypted(contents, name, password)
    places = biff.cells(contents, XLS_STREAMS)
    if places is None:
        raise DamagedDocument(name=name, cause="its sheets cannot be read")
    if places * _CELL_BYTES > _LARGEST_SHEETS_MIB * 2**20:
        raise DocumentTooDemanding(name=name, limit=f"{_LARGEST_SHEETS_MIB} MiB")
    return _read(contents, name, form="xls", metadata={})


def _decrypted(contents: bytes, name: str, password: str | None) -> bytes:
    try:
        return offcrypto.decrypt_workbook(contents, name, offcrypto.XLS_UNASKED if password is None else password)
    except WrongPassword as error:
        if password is None:
            raise EncryptedDocument(name=name) from error
        raise


def _read(contents: bytes, name: str, *, form: str, metadata: dict[str, str]) -> Reading:
    try:
        pages = tuple(_pages(contents))
    except PasswordError as error:  # in a way that was not seen before
        raise UnsupportedEncryption(name=name) from error
    except (CalamineError, OSError) as error:
        raise DamagedDocument(name=name, cause="its sheets cannot be read") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how the library's own mistakes end; its class cannot be imported
            raise DamagedDocument(name=name, cause="its sheets cannot be read") from error
        raise
    if not pages:
        raise NoWords(name=name)
    return Reading(pages, format=form, title=metadata.get("title"), metadata=metadata)


def _pages(contents: bytes) -> Iterator[Page]:
    with CalamineWorkbook.from_filelike(io.BytesIO(contents)) as workbook:
        for at, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            text = PageText()
            name = one_line(sheet.name)
            if name:
                text.add_heading(1, name)
            if add_rows(text, _rows(workbook.get_sheet_by_index(at))):
                yield text.page(number=at + 1, label=name or None)


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    if sheet.start is not None:
        for row in sheet.iter_rows():
            # between two far cells lie a great many rows of nothing
            yield [] if row.count("") == len(row) else [_shown(cell) for cell in row]


def _shown(cell: Cell) -> str:
    """A value as a person would write it; how the sheet formats it (1,200, 25 %, ₩) is not known."""
    match cell:
        case str():
            return one_line(cell)
        case bool():
            return str(cell).upper()
        case float():
            return _number(cell)
        case datetime.datetime():
            return cell.isoformat(" ", "minutes" if not cell.second else "seconds").removesuffix(" 00:00")
        case datetime.time():
            return cell.isoformat("minutes" if not cell.second else "seconds")
        case datetime.timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            hours, minutes = divmod(minutes, 60)
            return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
        case _:
            return str(cell)


def _number(value: float) -> str:
    """Fifteen digits, as many as Excel keeps: 0.1 + 0.2 is 0.3, and 3.0 is 3."""
    text = f"{value:.15g}"
    if "e" not in text or not re.fullmatch(r"-?[\d.]+e[-+]\d{2}", text):
        return text
    plain = format(Decimal(text), "f")
    return plain if len(plain) <= 25 else text
