"""Small files for tests, written byte by byte, so that a test knows exactly what is in them."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageDraw, ImageFont

SCAN = "\0a picture"
SCAN_IN_A_FORM = "\0a picture inside a form"
DRAWING = "\0a drawing"
RULED = "\0a rule and a frame"
"""Pages of ``pdf`` without text. One that is "" is blank."""

TWO_COLUMNS = "\0two columns"
"""A title, then twelve lines of two columns, drawn line by line across both."""

_PICTURES = {
    TWO_COLUMNS: b"".join(
        b"BT /F1 10 Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n" % place
        for place in [
            (50, 760, b"A title that runs across the whole page, over both of its columns, as titles of papers often do"),
            *[
                line
                for number in range(1, 13)
                for line in (
                    (50, 734 - 14 * number, b"left line %d of the first column in full" % number),
                    (330, 734 - 14 * number, b"right line %d of the second column too" % number),
                )
            ],
        ]
    ),
    SCAN: b"q 500 0 0 700 50 50 cm /Im1 Do Q",
    SCAN_IN_A_FORM: b"q /Fm1 Do Q",
    DRAWING: b"50 50 m 60 60 70 70 80 50 c 90 20 l 95 25 l 96 30 l 97 40 l f",
    RULED: b"50 700 m 550 700 l S 50 50 500 600 re S",
}


# --- PDF -------------------------------------------------------------------------------------


def pdf(
    path: Path,
    pages: Sequence[str],
    *,
    password: str | None = None,
    owner_password: str | None = None,
    title: str | None = None,
    outline: Sequence[tuple[str, int]] = (),
    roman_front_pages: int = 0,
    filled_in: str | None = None,
    algorithm: str = "AES-256",
    catalog_entries: bytes = b"",
    more_objects: Mapping[int, bytes] | None = None,
    letters_mean: Callable[[int], str] | None = None,
) -> Path:
    """A PDF with one line of text for each line of ``pages``, in Helvetica where that is possible, else in a font with its own codes.

    ``outline`` holds titles and 1-based pages. The first ``roman_front_pages`` are labelled i, ii, ...; those after them 1, 2, ...
    ``filled_in`` is what stands in a form field on each page, below its lines. ``more_objects`` (from 1000 on, or in place of one that
    is numbered here) and ``catalog_entries`` are for structure no program would write. ``letters_mean`` is what the font says that
    its codes mean, where it lies.
    """
    alphabet = sorted({char for page in pages for char in page if char > "~"} | {chr(code) for code in range(0x20, 0x7F)})
    codes = {char: at + 1 for at, char in enumerate(alphabet)}
    objects: dict[int, bytes] = {
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: b"<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 6 0 R>>",
        5: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/DW 1000/FontDescriptor 7 0 R>>",
        6: _stream(_to_unicode(codes if letters_mean is None else {letters_mean(code): code for code in codes.values()})),
        7: b"<</Type/FontDescriptor/FontName/Own/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700"
        b"/StemV 80>>",
        8: _stream(b"\xff" * 8, b"/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray"),
    }
    objects[13] = _stream(
        b"q 500 0 0 700 50 50 cm /Im1 Do Q", b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</Im1 8 0 R>>>>"
    )
    first = 20
    kids = [first + 2 * at for at in range(len(pages))]
    for number, page in zip(kids, pages, strict=True):
        content = _PICTURES.get(page) or _content(page, codes)
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>/XObject<</Im1 8 0 R/Fm1 13 0 R>>>>"
            b"/Contents %d 0 R%s>>" % (number + 1, b"/Annots[11 0 R]" if filled_in is not None else b"")
        )
        objects[number + 1] = _stream(content)
    objects[2] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    catalog = b"<</Type/Catalog/Pages 2 0 R"
    if roman_front_pages:
        catalog += b"/PageLabels<</Nums[0<</S/r>>%d<</S/D>>]>>" % roman_front_pages
    if filled_in is not None:
        catalog += b"/AcroForm<</Fields[11 0 R]>>"
        objects[11] = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(f)/F 4/Rect[50 100 300 120]/V(%s)/AP<</N 12 0 R>>>>" % filled_in.encode()
        objects[12] = _stream(
            b"BT /F1 12 Tf 2 5 Td (%s) Tj ET" % filled_in.encode(),
            b"/Type/XObject/Subtype/Form/BBox[0 0 250 20]/Resources<</Font<</F1 3 0 R>>>>",
        )
    if outline:
        entries = [first + 2 * len(pages) + at for at in range(len(outline))]
        catalog += b"/Outlines 9 0 R"
        objects[9] = b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (entries[0], entries[-1], len(entries))
        for at, (heading, page_number) in enumerate(outline):
            following = b"/Next %d 0 R" % entries[at + 1] if at + 1 < len(entries) else b""
            objects[entries[at]] = b"<</Title<%s>/Parent 9 0 R/Dest[%d 0 R/Fit]%s>>" % (
                _utf_16(heading),
                kids[page_number - 1],
                following,
            )
    objects[1] = catalog + catalog_entries + b">>"
    trailer = b""
    if title is not None:
        objects[10] = b"<</Title<%s>/Author(A. Writer)/CreationDate(D:20240131093000+09'00')>>" % _utf_16(title)
        trailer = b"/Info 10 0 R"
    path.write_bytes(_pdf_file(objects | dict(more_objects or {}), trailer))
    if password is not None or owner_password is not None:
        writer = pypdf.PdfWriter(clone_from=path)
        writer.encrypt(user_password=password or "", owner_password=owner_password or password, algorithm=algorithm)
        writer.write(path)
    return path


def demanding_pdf(path: Path, *, levels: int) -> Path:
    """A small PDF whose second page draws a form that draws ten others, each of which draws ten more, ..."""
    forms = {}
    for level in range(levels):
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</Fm1 %d 0 R>>>>" % (1001 + level)
        drawn = b"/Fm1 Do " * 10 if level < levels - 1 else b"0 0 100 100 re f "
        forms[1000 + level if level else 13] = _stream(drawn, entries)
    return pdf(path, ["first", SCAN_IN_A_FORM, "third"], more_objects=forms)


def with_entries(path: Path, entries: bytes) -> Path:
    """The same PDF with more entries of each page; PDFium finds objects that have moved by itself."""
    path.write_bytes(path.read_bytes().replace(b"/MediaBox[0 0 612 792]", b"/MediaBox[0 0 612 792]" + entries))
    return path


def lettered_pdf(path: Path, pages: Sequence[str], *, font: Path, points: float = 12) -> Path:
    """A PDF whose font is in it, as programs write them."""
    document = pypdfium2.PdfDocument.new()
    lettering = font.read_bytes()
    buffer = (ctypes.c_ubyte * len(lettering)).from_buffer_copy(lettering)
    loaded = pdfium.FPDFText_LoadFont(document, buffer, len(lettering), pdfium.FPDF_FONT_TRUETYPE, True)
    for text in pages:
        page = document.new_page(595, 842)
        for at, line in enumerate(text.split("\n")):
            item = pdfium.FPDFPageObj_CreateTextObj(document, loaded, points)
            encoded = (line + "\0").encode("utf-16-le")
            pdfium.FPDFText_SetText(item, (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
            pdfium.FPDFPageObj_Transform(item, 1, 0, 0, 1, 60, 760 - 1.6 * points * at)
            pdfium.FPDFPage_InsertObject(page, item)
        page.gen_content()
        page.close()
    document.save(path)
    document.close()
    return path


def _pdf_file(objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    file = io.BytesIO()
    file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number in sorted(objects):
        places[number] = file.tell()
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
    table = file.tell()
    file.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number, place in places.items():
        file.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    file.write(b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, table))
    return file.getvalue()


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def _content(page: str, codes: Mapping[str, int]) -> bytes:
    lines = []
    for at, line in enumerate(page.split("\n")):
        place = b"BT %s 12 Tf 1 0 0 1 50 %d Tm " % (b"/F1" if line.isascii() else b"/F2", 740 - 16 * at)
        text = (
            b"(%s)" % line.translate({92: "\\\\", 40: "\\(", 41: "\\)"}).encode("ascii")
            if line.isascii()
            else b"<%s>" % b"".join(b"%04X" % codes[char] for char in line)
        )
        lines.append(place + text + b" Tj ET")
    return b"\n".join(lines)


def _to_unicode(codes: Mapping[str, int]) -> bytes:
    pairs = b"\n".join(b"<%04X> <%s>" % (code, char.encode("utf-16-be").hex().encode()) for char, code in codes.items())
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%s\nendbfchar\nendcmap end end" % (len(codes), pairs)
    )


def _utf_16(text: str) -> bytes:
    return (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode()


# --- pictures ---------------------------------------------------------------------------------

KOREAN_FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
LATIN_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def drawn(text: str, *, font: Path = LATIN_FONT, points: float = 11, dpi: int = 200) -> Image.Image:
    """A sheet of A4 with these lines."""
    sheet = Image.new("L", (int(8.27 * dpi), int(11.69 * dpi)), 255)
    letters = ImageFont.truetype(font, int(points * dpi / 72))
    for at, line in enumerate(text.split("\n")):
        ImageDraw.Draw(sheet).text((0.8 * dpi, dpi + 1.6 * at * points * dpi / 72), line, font=letters, fill=0)
    return sheet


def scans(path: Path, sheets: Sequence[Image.Image], *, dpi: int = 200) -> Path:
    """A PDF or a TIFF of pictures, or a file of one."""
    first, *others = [sheet.copy() for sheet in sheets]
    if others or path.suffix == ".pdf":
        first.save(path, save_all=True, append_images=others, resolution=dpi)
    else:
        first.save(path)
    return path


# --- DOCX ------------------------------------------------------------------------------------

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMESPACES = (
    f'xmlns:w="{_WORD}" xmlns:r="{_RELATIONS}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_STYLES = "".join(f'<w:style w:type="paragraph" w:styleId="{level}"><w:name w:val="heading {level}"/></w:style>' for level in range(1, 10))


def docx(path: Path, paragraphs: Sequence[str]) -> Path:
    """A DOCX of paragraphs; those that begin with "# ", "## ", ... are headings."""
    body = ""
    for paragraph in paragraphs:
        marks, _, title = paragraph.partition(" ")
        is_heading = bool(marks) and set(marks) == {"#"}
        style = f'<w:pPr><w:pStyle w:val="{len(marks)}"/></w:pPr>' if is_heading else ""
        body += f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(title if is_heading else paragraph)}</w:t></w:r></w:p>'
    return docx_of_xml(path, body)


def docx_of_xml(path: Path, body: str, *, core: str = "", strict: bool = False, **parts: str) -> Path:
    """A DOCX whose body is this WordprocessingML; ``parts`` (styles=, numbering=, footnotes=, ...) hold what is inside their root."""
    parts = {"styles": _STYLES} | parts
    roots = {"document": f"<w:body>{body}</w:body>"} | parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:

        def put(part: str, xml: str) -> None:
            xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + xml
            if strict:
                xml = xml.replace(_WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main")
                xml = xml.replace(_RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships")
            package.writestr(part, xml)

        put("[Content_Types].xml", _content_types("wordprocessingml.document.main"))
        put("_rels/.rels", _relations({"officeDocument": "word/document.xml", "core-properties": "docProps/core.xml"}))
        put("word/_rels/document.xml.rels", _relations({part: f"{part}.xml" for part in parts}))
        for part, inside in roots.items():
            put(f"word/{part}.xml", f"<w:{part} {_NAMESPACES}>{inside}</w:{part}>")
        put(
            "docProps/core.xml",
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">{core}</cp:coreProperties>',
        )
    return path


def _content_types(main: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.{main}+xml"/></Types>'
    )


def _relations(targets: Mapping[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="r{at}" Type="{_RELATIONS}/{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{entries}</Relationships>'


def docx_bomb(path: Path, *, unpacked_mib: int, of: str = "<w:p/>") -> Path:
    """A small DOCX that unpacks to a great deal of XML."""
    docx(path, ["x"])
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    start, end = parts.pop("word/document.xml").split(b"</w:body>")
    piece = of.encode() * (2**20 // len(of))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, contents in parts.items():
            package.writestr(name, contents)
        with package.open("word/document.xml", "w", force_zip64=True) as document:
            document.write(start)
            for _ in range(unpacked_mib):
                document.write(piece)
            document.write(b"</w:body>" + end)
    return path


# --- others ----------------------------------------------------------------------------------


def html(path: Path, body: str, *, title: str = "", encoding: str = "utf-8", declared: str | None = None) -> Path:
    meta = f'<meta charset="{declared}">' if declared else ""
    path.write_bytes(f"<!DOCTYPE html><html><head>{meta}<title>{title}</title></head><body>{body}</body></html>".encode(encoding))
    return path


def text(path: Path, content: str, *, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def ole(path: Path, *streams: str) -> Path:
    """The beginning and the directory of an OLE container, as old Office formats and protected new ones are."""
    directory = b"".join(
        stream.encode("utf-16-le").ljust(64, b"\0") + (2 * len(stream) + 2).to_bytes(2, "little") + bytes(62)
        for stream in ("Root Entry", *streams)
    )
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + directory)
    return path
