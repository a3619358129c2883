"""Files made to hurt: bombs, loops, lies about size, nesting without end, and copies of real files that are cut off or changed.

All of them are the same at each run.
"""

from __future__ import annotations

import io
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from PIL import Image

_CUT_AT = (0.1, 0.5, 0.9, 0.999)
_CHANGES = 6
_LARGEST_COPIED_BYTES = 1_000_000


def make(folder: Path, whole: Iterable[Path]) -> None:
    """``whole`` are files to make cut and changed copies of: the smallest of each suffix."""
    for kind in (_office, _workbooks, _other_packages, _zips, _pdfs, _markup, _mails, _texts, _pictures, _containers, _names):
        kind(folder)
    _spoilt(folder, whole)


# --- packages ------------------------------------------------------------------------------------

_MAIN = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_MAIN_END = b"</w:body></w:document>"
_PARAGRAPH = b"<w:p><w:r><w:t>words</w:t></w:r></w:p>"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{main}" '
    'ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = '<Relationship Id="{id}" Target="{target}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'


def _zip(path: Path, parts: Mapping[str, bytes | str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def _word(document: bytes) -> dict[str, bytes | str]:
    return {
        "[Content_Types].xml": _TYPES.format(main="word/document.xml", kind="wordprocessingml.document"),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(id="r", target="word/document.xml", kind="officeDocument")),
        "word/document.xml": document,
    }


def _bomb(path: Path, piece: bytes, mib: int, *, around: tuple[bytes, bytes] = (b"", b"")) -> None:
    """Written piece by piece: it unpacks to more than this process should hold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in _word(b"").items():
            if content:
                archive.writestr(part, content)
        with archive.open("word/document.xml", "w", force_zip64=True) as part_file:
            part_file.write(_MAIN + around[0])
            block = piece * (2**20 // len(piece))
            for _ in range(mib):
                part_file.write(block)
            part_file.write(around[1] + _MAIN_END)


def _office(folder: Path) -> None:
    _bomb(folder / "inflates to 1.5 GB.docx", b"<w:p/>", 1_500)
    _bomb(folder / "ten million paragraphs.docx", b"<w:p><w:r><w:t>x</w:t></w:r></w:p>", 340)
    _bomb(folder / "as large as is allowed.docx", b"<w:p><w:r><w:t>%d</w:t></w:r></w:p>" % 12345, 120)
    _bomb(folder / "one long word.docx", b"x", 200, around=(b"<w:p><w:r><w:t>", b"</w:t></w:r></w:p>"))
    for depth in (200, 100_000):
        table = b"<w:tbl><w:tr><w:tc>" * depth + _PARAGRAPH + b"</w:tc></w:tr></w:tbl>" * depth
        _zip(folder / f"tables {depth} deep.docx", _word(_MAIN + table + _MAIN_END))
    entities = b"".join(b'<!ENTITY x%d "%s">' % (step, b"&x%s;" % (b"" if step == 1 else b"%d" % (step - 1)) * 10) for step in range(1, 10))
    laughs = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">' + entities + b"]>" + _MAIN + _PARAGRAPH.replace(b"words", b"&x9;") + _MAIN_END
    _zip(folder / "laughs.docx", _word(laughs))


def _workbooks(folder: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for name, cells in (("far corners", far), ("a billion claimed", near)):
        _zip(
            folder / f"{name}.xlsx",
            {
                "[Content_Types].xml": _TYPES.format(main="xl/workbook.xml", kind="spreadsheetml.sheet"),
                "_rels/.rels": _RELATIONS.format(_RELATION.format(id="r", target="xl/workbook.xml", kind="officeDocument")),
                "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                '<sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": _RELATIONS.format(_RELATION.format(id="s", target="worksheets/sheet1.xml", kind="worksheet")),
                "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                f'<dimension ref="A1:XFD1048576"/><sheetData>{cells}</sheetData></worksheet>',
            },
        )


_ODF = "".join(f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table"))


def _open_document(kind: str, body: str) -> dict[str, bytes | str]:
    content = f"<office:document-content{_ODF}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content}


def _other_packages(folder: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="16384" {}><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell.format("""office:value-type="string" """)}</table:table-row>'
    _zip(folder / "billions repeated.ods", _open_document("spreadsheet", f'<table:table table:name="S">{row}</table:table>'))
    lists = "<text:list><text:list-item>" * 120 + "<text:p>words</text:p>" + "</text:list-item></text:list>" * 120
    _zip(folder / "lists in lists.odt", _open_document("text", lists))
    _zip(folder / "spaces.odt", _open_document("text", "<text:p>a" + '<text:s text:c="999999"/>' * 100_000 + "b</text:p>"))
    container = '<c><rootfiles><rootfile full-path="a.opf"/></rootfiles></c>'
    for name, count, same in (("100,000 chapters", 100_000, False), ("one chapter 100,000 times", 100_000, True)):
        items = "".join(
            f'<item id="i{at}" href="{"c" if same else f"c{at}"}.html{f"#{at}" if same else ""}" media-type="application/xhtml+xml"/>'
            for at in range(count)
        )
        spine = "".join(f'<itemref idref="i{at}"/>' for at in range(count))
        parts: dict[str, bytes | str] = {"mimetype": "application/epub+zip", "META-INF/container.xml": container}
        parts["a.opf"] = f"<p><manifest>{items}</manifest><spine>{spine}</spine></p>"
        parts |= {"c.html": "<p>words " * 20_000} if same else {f"c{at}.html": f"<p>{at}" for at in range(40_000)}
        _zip(folder / f"{name}.epub", parts)


def _zips(folder: Path) -> None:
    document = _MAIN + _PARAGRAPH + _MAIN_END
    strange = _word(document) | {"/etc/passwd": b"x", "../../outside.txt": b"x", "C:\\outside.txt": b"x", "a\0b": b"x"}
    _zip(folder / "names outside.docx", strange)
    with zipfile.ZipFile(folder / "links.docx", "w") as archive:
        for part, content in _word(document).items():
            entry = zipfile.ZipInfo(part)
            if part == "word/document.xml":
                entry.external_attr, content = 0o120777 << 16, b"/etc/passwd"
            archive.writestr(entry, content)
    with zipfile.ZipFile(folder / "entries twice.docx", "w") as archive:
        for part, content in [*_word(document).items(), *_word(document).items()]:
            archive.start_dir, archive.NameToInfo = archive.start_dir, {}  # else it warns
            archive.writestr(part, content)
    with zipfile.ZipFile(folder / "200,000 entries.docx", "w") as archive:
        for number in range(200_000):
            archive.writestr(str(number), b"")
    (folder / "entries that overlap.docx").write_bytes(_overlapping(_word(document)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for part, content in _word(document).items():
            archive.writestr(part, content)
    locked = bytearray(made.getvalue())
    for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found = locked.find(start)
        while found != -1:
            locked[found + at] |= 1
            found = locked.find(start, found + 4)
    (folder / "entries locked.docx").write_bytes(locked)
    inner = b"words"
    for _ in range(200):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.zip", inner)
        inner = packed.getvalue()
    (folder / "zip in zip.zip").write_bytes(inner)


def _overlapping(parts: Mapping[str, bytes | str]) -> bytes:
    """A thousand entries, all of which lie where one large one does."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
        archive.writestr("word/large.xml", bytes(15 * 2**20))
        large = archive.getinfo("word/large.xml")
        for at in range(1000):
            copy = zipfile.ZipInfo(f"word/{at}.xml")
            copy.compress_type, copy.CRC = large.compress_type, large.CRC
            copy.compress_size, copy.file_size, copy.header_offset = large.compress_size, large.file_size, large.header_offset
            archive.filelist.append(copy)
    return made.getvalue()


# --- PDF -----------------------------------------------------------------------------------------


def _stream(content: bytes, entries: str = "") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries.encode(), content)


def _pdf(path: Path, objects: list[bytes], *, trailer: bytes = b"") -> None:
    """Objects from 1 on, the catalog first."""
    out, at = [b"%PDF-1.7\n"], []
    length = len(out[0])
    for number, content in enumerate(objects, 1):
        at.append(length)
        out.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
        length += len(out[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    out.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(at) + 1, table))
    out.append(b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(at) + 1, trailer, length))
    path.write_bytes(b"".join(out))


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_FONT = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"


def _page(resources: bytes = _FONT, contents: bytes = b"4 0 R") -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << %s >> /Contents %s >>" % (resources, contents)


def _pdfs(folder: Path) -> None:
    words = _stream(b"BT /F1 12 Tf 50 700 Td (words) Tj ET")
    nothing = zlib.compress(b"(x) Tj\n" * 40_000_000)
    _pdf(folder / "decompression bomb.pdf", [_CATALOG, _ONE_PAGE, _page(), _stream(nothing, "/Filter /FlateDecode")])
    letters = zlib.compress(b"BT /F1 1 Tf " + b"(abcdefghijklmnopqrstuvwxyz) Tj\n" * 1_000_000 + b"ET")
    _pdf(folder / "a page of 26 million letters.pdf", [_CATALOG, _ONE_PAGE, _page(), _stream(letters, "/Filter /FlateDecode")])
    again = words.split(b"stream\n")[1].split(b"\nend")[0]
    for _ in range(50):
        again = zlib.compress(again)
    _pdf(folder / "packed 50 times.pdf", [_CATALOG, _ONE_PAGE, _page(), _stream(again, f"/Filter [{'/FlateDecode ' * 50}]")])
    _pdf(folder / "page tree loop.pdf", [_CATALOG, b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 >>", _page(), words])
    many = 100_000
    kids = b" ".join(b"%d 0 R" % (at + 5) for at in range(many))
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * many
    _pdf(folder / "100,000 pages.pdf", [_CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, many), words, words, *pages])
    chain = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (at + 6, at + 4) for at in range(20_000)]
    _pdf(folder / "a page 20,000 deep.pdf", [_CATALOG, b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>", words, words, *chain, _page()])
    _pdf(folder / "form loop.pdf", [_CATALOG, _ONE_PAGE, _page(b"/XObject << /F 4 0 R >>"), _stream(b"/F Do")])
    forms = []
    for step in range(9):  # each draws the next ten times: a billion words in a few KB
        entries = f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F {step + 6} 0 R >> >>"
        forms.append(_stream(b"/F Do " * 10, entries))
    last = f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << {_FONT.decode()} >>"
    _pdf(
        folder / "form laughs.pdf",
        [
            _CATALOG,
            _ONE_PAGE,
            _page(b"/XObject << /F 5 0 R >>"),
            _stream(b"/F Do"),
            *forms,
            _stream(b"BT /F1 12 Tf (words) Tj ET", last),
        ],
    )
    outline = [b"<< /Title (x) /Parent 5 0 R /Next 6 0 R /First 5 0 R /Dest [3 0 R /Fit] >>"]
    _pdf(
        folder / "outline loop.pdf",
        [
            b"<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>",
            _ONE_PAGE,
            _page(),
            words,
            b"<< /First 6 0 R /Last 6 0 R >>",
            *outline,
        ],
    )
    labels = b"<< /Type /Catalog /Pages 2 0 R /PageLabels << /Kids [5 0 R 5 0 R] >> /Names << /Dests 5 0 R >> >>"
    _pdf(folder / "label loop.pdf", [labels, _ONE_PAGE, _page(), words, b"<< /Kids [5 0 R 5 0 R] >>"])
    (folder / "xref loop.pdf").write_bytes(
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer << /Size 1 /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF"
    )
    (folder / "nested arrays.pdf").write_bytes(
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF"
    )
    bracket = b"BT /F1 12 Tf (words) Tj ET " + b"[" * 500_000 + b"<<" * 100_000
    _pdf(folder / "nested in a page.pdf", [_CATALOG, _ONE_PAGE, _page(), _stream(bracket)])
    picture = _stream(zlib.compress(bytes(10_000_000)), "/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8 "
                      "/ColorSpace /DeviceRGB /Filter /FlateDecode")  # fmt: skip
    _pdf(
        folder / "a picture of 60,000 x 60,000.pdf",
        [_CATALOG, _ONE_PAGE, _page(b"/XObject << /F 5 0 R >>"), _stream(b"600 0 0 800 0 0 cm /F Do"), picture],
    )
    _pdf(folder / "a page as large as a field.pdf", [_CATALOG, _ONE_PAGE, _page().replace(b"600 800", b"9999999 9999999"), picture])


# --- markup, mails and texts -----------------------------------------------------------------------


def _markup(folder: Path) -> None:
    (folder / "deep.html").write_bytes(b"<html>" + b"<div>" * 500_000 + b"words")
    (folder / "deep tables.html").write_bytes(b"<table><tr><td>" * 100_000 + b"words")
    (folder / "deep lists.html").write_bytes(b"<ul><li>words" * 200_000)
    (folder / "many fonts.html").write_bytes(b"".join(b"<p><font size=%d>words" % at for at in range(50_000)))
    (folder / "many attributes.html").write_bytes(b"<p " + b" ".join(b"a%d=1" % at for at in range(300_000)) + b">words")
    (folder / "comments without end.html").write_bytes(b"<html>words" + b"<!--" * 500_000)
    fetched = b'<img src="http://192.0.2.1/a.png"><link rel=stylesheet href="//192.0.2.1/a.css"><iframe src="file:///etc/passwd"></iframe>'
    (folder / "things from elsewhere.html").write_bytes(b"<html><p>words" + fetched)
    (folder / "deep.rtf").write_bytes(rb"{\rtf1 " + b"{" * 500_000 + b"words" + b"}" * 500_000 + b"}")
    (folder / "never closed.rtf").write_bytes(rb"{\rtf1 " + rb"{\b words " * 300_000)
    (folder / "deep notes.rtf").write_bytes(rb"{\rtf1 words" + rb"{\footnote " * 50_000 + b"}" * 50_000 + b"}")
    (folder / "deep quotes.md").write_bytes(b">" * 100_000 + b" words\n")
    (folder / "deep lists.md").write_bytes(b"".join(b" " * (2 * at) + b"- words\n" for at in range(2_000)))
    (folder / "brackets.md").write_bytes(b"[" * 200_000 + b"words" + b"](" * 100_000)
    (folder / "stars.md").write_bytes(b"*a_ " * 200_000)
    (folder / "deep.xhtml").write_bytes(b'<?xml version="1.0"?><html>' + b"<span>" * 300_000 + b"words")


def _mails(folder: Path) -> None:
    start = b"From: a@example.com\nTo: b@example.com\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: words\nMIME-Version: 1.0\n"
    same = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    (folder / "deep.eml").write_bytes(start + same * 5_000)
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(500))
    (folder / "deep parts.eml").write_bytes(start + parts + b"Content-Type: text/plain\n\nwords\n")
    (folder / "mail in mail.eml").write_bytes((start + b"Content-Type: message/rfc822\n\n") * 500 + start + b"\nwords\n")
    (folder / "a million parts.eml").write_bytes(start + same + b"Content-Type: text/plain\n\nx\n--b\n" * 300_000)
    (folder / "headers.eml").write_bytes(start + b"X: " + b"=?utf-8?b?" * 300_000 + b"\n" + b"To: a@b.c,\n" * 100_000 + b"\nwords\n")
    (folder / "parameters.eml").write_bytes(start + b"Content-Type: text/plain" + b"; a*0=b" * 50_000 + b"\n\nwords\n")


def _texts(folder: Path) -> None:
    (folder / "one line.txt").write_bytes(b"x" * 50_000_000)
    (folder / "ten million paragraphs.txt").write_bytes(b"x\n\n" * 10_000_000)
    (folder / "many lines.csv").write_bytes(b"a,b,c\n" * 5_000_000)
    with (folder / "one line of 500 MB.csv").open("wb") as file:
        for _ in range(500):
            file.write(b"cell," * 200_000)
    (folder / "zeros between.csv").write_bytes(b"a,b\0,c\n1,\0\0,3\n" * 10_000)
    (folder / "a quotation without end.csv").write_bytes(b'a,"b\n' + b"1,2\n" * 500_000)
    (folder / "combining.txt").write_bytes(("a" + "\u0301\u0316" * 2_000_000).encode())
    (folder / "zeros.pdf").write_bytes(bytes(1_000_000))
    (folder / "empty.md").touch()
    chance = random.Random(0)
    for kind, start in (("pdf", b"%PDF-1.7\n"), ("docx", b"PK\x03\x04"), ("hwp", _OLE), ("rtf", b"{\\rtf1"), ("png", b"\x89PNG\r\n\x1a\n"),
                        ("txt", b""), ("html", b"<html>"), ("eml", b"MIME-Version: 1.0\n")):  # fmt: skip
        (folder / f"noise.{kind}").write_bytes(start + chance.randbytes(2_000_000))


# --- pictures and containers -----------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _pictures(folder: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(60_001 * 1000)))
    (folder / "60,000 x 60,000.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b""))
    text = chunk(b"zTXt", b"words\0\0" + zlib.compress(bytes(500_000_000)))
    small = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rest = chunk(b"IDAT", zlib.compress(bytes(9 * 8))) + chunk(b"IEND", b"")
    (folder / "half a gigabyte about itself.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", small) + text + rest)
    sheets = [Image.new("1", (64, 64), 1) for _ in range(1000)]
    sheets[0].save(folder / "1,000 pages.tiff", save_all=True, append_images=sheets[1:])
    tiff = bytearray((folder / "1,000 pages.tiff").read_bytes()[:2000])
    first = int.from_bytes(tiff[4:8], "little")
    count = int.from_bytes(tiff[first : first + 2], "little")
    tiff[first + 2 + 12 * count :][:4] = first.to_bytes(4, "little")
    struct.pack_into("<I", tiff, first + 2 + 12 * count, first)
    (folder / "page loop.tiff").write_bytes(tiff)


def _containers(folder: Path) -> None:
    """OLE containers whose tables, directories or streams run in circles."""

    def entry(name: str, kind: int, *, child: int = 0xFFFFFFFF, sides: int = 0xFFFFFFFF, start: int = 0, size: int = 0) -> bytes:
        written = name.encode("utf-16-le")
        about = struct.pack("<HBBIII", len(written) + 2, kind, 1, sides, sides, child)
        return (written.ljust(64, b"\0") + about).ljust(116, b"\0") + struct.pack("<IQ", start, size)

    def file(fat: list[int], directory: bytes, *, tables: int = 1, further: int = 0xFFFFFFFE, more: int = 0) -> bytes:
        header = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        header += struct.pack("<IIIIIIIII", 0, tables, 1, 0, 4096, 0xFFFFFFFE, 0, further, more) + struct.pack(
            "<109I", 0, *[0xFFFFFFFF] * 108
        )
        return header + struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat))) + directory.ljust(512, b"\0") + bytes(512 * 20)

    for suffix, stream in (("hwp", "FileHeader"), ("msg", "__properties_version1.0"), ("xls", "Workbook"), ("doc", "WordDocument")):
        plain = entry("Root Entry", 5, child=1) + entry(stream, 2, start=2, size=8192)
        loop = entry("Root Entry", 5, child=1) + entry(stream, 1, child=1, sides=1)
        large = entry("Root Entry", 5, child=1) + entry(stream, 2, start=2, size=2**31 - 1)
        (folder / f"stream loop.{suffix}").write_bytes(file([0xFFFFFFFD, 0xFFFFFFFE, 2], plain))
        (folder / f"directory loop.{suffix}").write_bytes(file([0xFFFFFFFD, 1], plain))
        (folder / f"folder in itself.{suffix}").write_bytes(file([0xFFFFFFFD, 0xFFFFFFFE], loop))
        (folder / f"two gigabytes claimed.{suffix}").write_bytes(file([0xFFFFFFFD, 0xFFFFFFFE, 3, 2], large))
        (folder / f"table loop.{suffix}").write_bytes(file([0xFFFFFFFD, 0xFFFFFFFE], plain, tables=0xFFFFFFF, further=0, more=0xFFFFFFF))


def _names(folder: Path) -> None:
    for name in (b"two\nlines.txt", "\u202etxt.right to left.txt".encode(), b"\xb0\xe8\xbe\xe0.txt", b"-rf.txt", b"$(touch x);.txt",
                 b"\x1b[2J.txt", b"a" * 251 + b".txt", "가".encode() * 80 + b".txt"):  # fmt: skip
        (folder / os.fsdecode(name)).write_bytes(b"words")


# --- copies of real files ----------------------------------------------------------------------------


def _spoilt(folder: Path, whole: Iterable[Path]) -> None:
    smallest: dict[str, Path] = {}
    for path in whole:
        known = smallest.get(path.suffix.lower())
        if 0 < path.stat().st_size < (known.stat().st_size if known is not None else _LARGEST_COPIED_BYTES):
            smallest[path.suffix.lower()] = path
    for suffix, path in sorted(smallest.items()):
        contents = path.read_bytes()
        chance = random.Random(suffix)
        for share in _CUT_AT:
            (folder / f"cut at {share}{suffix}").write_bytes(contents[: int(len(contents) * share)])
        for at in range(_CHANGES):
            changed = bytearray(contents)
            for _ in range(1 + at * at):
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            (folder / f"changed {at}{suffix}").write_bytes(changed)
