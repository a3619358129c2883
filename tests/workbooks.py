"""Small workbooks, written byte by byte."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[str | float | None]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def package(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content, zipfile.ZIP_STORED if part == "mimetype" else None)
    return path


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    entries = "".join(f'<Relationship Id="{at}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for at, (kind, target) in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'


def _types(main: str, content_type: str) -> str:
    return f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/{main}" ContentType="{content_type}"/></Types>'


def place(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


# --- XLSX ------------------------------------------------------------------------------------


def xlsx(path: Path, sheets: Mapping[str, Rows | str], *, core: str = "", more: Mapping[str, bytes] | None = None) -> Path:
    """A workbook; a sheet that is a string is the XML of its rows. Style 1 shows a date, 2 a date with its time."""
    sheet_parts = {f"xl/worksheets/sheet{at}.xml": rows for at, rows in enumerate(sheets.values(), start=1)}
    entries = "".join(f'<sheet name="{escape(name)}" sheetId="{at}" r:id="s{at}"/>' for at, name in enumerate(sheets, start=1))
    related = {f"s{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)} | {"st": ("styles", "styles.xml")}
    formats = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _types("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
        "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.xml"), "c": ("core-properties", "docProps/core.xml")}),
        "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{core}</c>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(related),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>',
    }
    for part, rows in sheet_parts.items():
        xml = rows if isinstance(rows, str) else _rows(rows)
        parts[part] = f'<worksheet xmlns="{_MAIN}"><sheetData>{xml}</sheetData></worksheet>'
    return package(path, parts | dict(more or {}))


def _rows(rows: Rows) -> str:
    xml = ""
    for at, row in enumerate(rows):
        cells = ""
        for column, value in enumerate(row):
            if isinstance(value, str):
                cells += f'<c r="{place(at, column)}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            elif value is not None:
                cells += f'<c r="{place(at, column)}"><v>{value!r}</v></c>'
        xml += f'<row r="{at + 1}">{cells}</row>'
    return xml


# --- XLSB ------------------------------------------------------------------------------------


def xlsb(path: Path, sheet: str, rows: Rows) -> Path:
    body = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)) + _record(145)
    for at, row in enumerate(rows):
        body += _record(0, struct.pack("<II", at, 0) + bytes(9))
        for column, value in enumerate(row):
            start = struct.pack("<II", column, 0)
            if isinstance(value, str):
                body += _record(6, start + _wide(value))
            elif value is not None:
                body += _record(5, start + struct.pack("<d", value))
    body += _record(146) + _record(130)
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _wide("s1") + _wide(sheet)) + _record(144) + _record(132)
    return package(
        path,
        {
            "[Content_Types].xml": _types("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
            "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.bin")}),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _relations({"s1": ("worksheet", "worksheets/sheet1.bin")}),
            "xl/worksheets/sheet1.bin": body,
        },
    )


def _record(kind: int, content: bytes = b"") -> bytes:
    start = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return start + bytes([len(content)]) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


# --- XLS -------------------------------------------------------------------------------------


def xls(path: Path, sheet: str, rows: Rows, *, protected: bool = False) -> Path:
    """A BIFF8 workbook of one sheet in an OLE container."""
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0x600))
    if protected:
        start += _biff(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    start += _biff(0x42, struct.pack("<H", 1200))
    name = bytes([len(sheet), 1]) + sheet.encode("utf-16-le")
    end = _biff(0x0A)
    body = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0x600))
    body += _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            where = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                body += _biff(0x204, where + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            elif value is not None:
                body += _biff(0x203, where + struct.pack("<d", value))
    offset = len(start) + 4 + 6 + len(name) + len(end)
    stream = start + _biff(0x85, struct.pack("<IH", offset, 0) + name) + end + body + end
    path.write_bytes(_ole("Workbook", stream.ljust(4096, b"\0")))
    return path


def _biff(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _ole(name: str, stream: bytes) -> bytes:
    """An OLE container of one stream of at least 4096 bytes: header, allocation table, directory, stream."""
    sectors = -(-len(stream) // 512)
    chain = [*range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *chain, *[0xFFFFFFFF] * (126 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    directory = _ole_entry("Root Entry", 5, child=1, start=0xFFFFFFFE) + _ole_entry(name, 2, start=2, size=len(stream)) + bytes(256)
    return header + table + directory + stream.ljust(sectors * 512, b"\0")


def _ole_entry(name: str, kind: int, *, start: int, child: int = 0xFFFFFFFF, size: int = 0) -> bytes:
    written = name.encode("utf-16-le")
    entry = written.ljust(64, b"\0") + struct.pack("<HBB", len(written) + 2, kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", start, size)
    return entry


# --- ODS and its kin -------------------------------------------------------------------------

_ODF = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
        ("presentation", "presentation"), ("meta", "meta"), ("fo", "xsl-fo-compatible"), ("manifest", "manifest"),
    )
)  # fmt: skip
_DC = ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'


def open_document(path: Path, kind: str, body: str, *, styles: str = "", meta: str = "", manifest: str = "", **more: bytes) -> Path:
    """An ODF file; ``kind`` is "text", "spreadsheet" or "presentation", ``body`` what is inside that element."""
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"<office:document-content{_ODF}{_DC}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        "meta.xml": f"<office:document-meta{_ODF}{_DC}><office:meta>{meta}</office:meta></office:document-meta>",
        "META-INF/manifest.xml": f"<manifest:manifest{_ODF}>{manifest}</manifest:manifest>",
    }
    return package(path, parts | more)


def ods(path: Path, sheets: Mapping[str, str], *, meta: str = "") -> Path:
    """``sheets`` hold the XML of their rows."""
    body = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    return open_document(path, "spreadsheet", body, meta=meta)
