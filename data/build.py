"""Builds the sample documents in ``samples/`` from the texts in ``sources/``.

    python data/build.py [FOLDER]

The results are committed; this runs only after a source has changed. It needs reportlab, which Seorap does not, and Debian's
fonts-nanum. Dates, identifiers and archive times are fixed: the same sources give the same bytes.

A source is written one block a line: ``#`` title, ``##`` and ``###`` headings, ``>`` a centred line, ``- `` a bullet,
``| a | b |`` a row of a table (``|---|`` under its header), ``===`` a page break, ``~ a ~ b`` places to sign, ``! `` a note in
small print; anything else is a paragraph, and the number it begins with ("4.2", "(a)", "①", "1.", "가.") sets its indent.
"""

from __future__ import annotations

import datetime
import html
import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table, TableStyle

SOURCES = Path(__file__).parent / "sources"
SAMPLES = Path(__file__).parent / "samples"
NANUM = Path("/usr/share/fonts/truetype/nanum")

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

_GREY = "#444444"

_NUMBER = re.compile(r"(?P<clause>\d+\.\d+|[①-⑳])\s+|(?P<item>\([a-z]\)|\d+\.)\s+|(?P<subitem>[가-하]\.)\s+")
_DEPTHS = {"clause": 1, "item": 2, "subitem": 3}


# --- sources ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a source, or the rows of one table."""

    kind: str  # "title", "heading", "centred", "text", "bullet", "table", "signatures", "note", "page break"
    text: str = ""
    number: str = ""  # of a paragraph: "4.2", "①"
    depth: int = 0  # of a heading, or of a numbered paragraph
    rows: tuple[tuple[str, ...], ...] = ()
    has_header: bool = False


_MARKS = (("### ", "heading", 2), ("## ", "heading", 1), ("# ", "title", 0), ("> ", "centred", 0), ("- ", "bullet", 0), ("! ", "note", 0))


def parse(source: str) -> list[Block]:
    blocks: list[Block] = []
    table: list[str] = []
    for line in [*source.splitlines(), ""]:
        if line.startswith("|"):
            table.append(line)
            continue
        if table:
            blocks.append(_table(table))
            table = []
        if line.strip():
            blocks.append(_block(line.strip()))
    return blocks


def _block(line: str) -> Block:
    if line == "===":
        return Block("page break")
    if line.startswith("~ "):
        return Block("signatures", rows=(tuple(name.strip() for name in line[1:].split("~")),))
    for mark, kind, depth in _MARKS:
        if line.startswith(mark):
            return Block(kind, line[len(mark) :], depth=depth)
    if match := _NUMBER.match(line):
        return Block("text", line[match.end() :], number=match[0].strip(), depth=_DEPTHS[str(match.lastgroup)])
    return Block("text", line)


def _table(lines: Sequence[str]) -> Block:
    has_header = len(lines) > 1 and lines[1].startswith("|---")
    rows = [line for line in lines if not line.startswith("|---")]
    return Block("table", rows=tuple(tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows), has_header=has_header)


# --- PDF -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """How a PDF is set. Korean keeps its words whole and is not justified: its lines hold too few spaces to stretch."""

    regular: str
    bold: str
    size_pt: float
    leading_pt: float
    alignment: int
    hang_cm: float  # from the number of a clause to its text
    rule: str  # colour
    page_number: str  # with {page} and {pages}


LATIN = Look("Times-Roman", "Times-Bold", 10.6, 14.6, TA_JUSTIFY, 0.95, "#7a6a4f", "Page {page} of {pages}")
KOREAN = Look("NanumGothic", "NanumGothicBold", 9.6, 14.2, TA_LEFT, 0.6, "#34507a", "- {page} / {pages} -")


def write_pdf(blocks: Sequence[Block], target: Path, *, look: Look, author: str, running_title: str) -> None:
    """Twice, for a footer that says "of 6" must know the 6."""
    set_once = partial(_set_pdf, blocks, look=look, author=author, running_title=running_title)
    _, pages = set_once(pages=0)
    contents, _ = set_once(pages=pages)
    target.write_bytes(contents)


def _set_pdf(blocks: Sequence[Block], *, look: Look, author: str, running_title: str, pages: int) -> tuple[bytes, int]:
    title = next(block.text for block in blocks if block.kind == "title")
    (width, height), left = A4, 2.5 * cm

    def draw_header(canvas: Canvas, template: BaseDocTemplate) -> None:
        if template.page == 1:
            return
        canvas.saveState()
        canvas.setFillColor(HexColor(_GREY))
        canvas.setStrokeColor(HexColor(look.rule))
        canvas.setLineWidth(0.5)
        canvas.setFont(look.regular, 8.5)
        canvas.drawString(left, height - 1.6 * cm, title.capitalize())
        canvas.drawRightString(width - left, height - 1.6 * cm, running_title)
        canvas.line(left, height - 1.8 * cm, width - left, height - 1.8 * cm)
        canvas.restoreState()

    def draw_footer(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFillColor(HexColor(_GREY))
        canvas.setFont(look.regular, 8.5)
        canvas.drawCentredString(width / 2, 1.3 * cm, look.page_number.format(page=template.page, pages=pages))
        canvas.restoreState()

    buffer = io.BytesIO()
    template = _Outlined(buffer, pagesize=A4, title=title, author=author, subject="Fictional sample document", invariant=1)
    frame = Frame(left, 2.1 * cm, width - 2 * left, height - 4.5 * cm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    template.addPageTemplates([PageTemplate("page", [frame], onPage=draw_header, onPageEnd=draw_footer)])
    template.build([flowable for block in blocks for flowable in _flowables(block, look, frame.width)])
    return buffer.getvalue(), template.page


class _Outlined(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Notes each heading in the PDF's outline, which is where readers and programs look for its parts."""

    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, _HeadingLine):
            key = f"heading-{self.page}-{flowable.block.text}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.block.text, key, flowable.block.depth - 1)


class _HeadingLine(Paragraph):  # type: ignore[misc]  # reportlab has no types
    def __init__(self, block: Block, style: ParagraphStyle) -> None:
        super().__init__(html.escape(block.text), style)
        self.block = block


def _flowables(block: Block, look: Look, width: float) -> list[Flowable]:
    body = ParagraphStyle("body", fontName=look.regular, fontSize=look.size_pt, leading=look.leading_pt, spaceAfter=4.1)
    body.alignment, body.allowWidows, body.allowOrphans = look.alignment, 0, 0
    bold = ParagraphStyle("bold", body, fontName=look.bold)
    text = html.escape(block.text)
    match block.kind:
        case "title":
            style = ParagraphStyle("title", bold, fontSize=18, leading=24, alignment=TA_CENTER, spaceBefore=8, spaceAfter=8)
            return [Paragraph(text, style)]
        case "centred":
            return [Paragraph(text, ParagraphStyle("centred", body, alignment=TA_CENTER, textColor=HexColor("#333333")))]
        case "heading":
            style = ParagraphStyle("part", bold, fontSize=look.size_pt + 0.4, spaceBefore=8, keepWithNext=1, alignment=0)
            if block.depth == 1:
                style = ParagraphStyle("chapter", style, fontSize=look.size_pt + 1, spaceBefore=11, spaceAfter=5)
            return [_HeadingLine(block, style)]
        case "table":
            return [_pdf_table(block, look, body, bold, width), Spacer(1, 9)]
        case "signatures":
            names = [Paragraph(html.escape(name), ParagraphStyle("name", body, alignment=0, fontSize=9)) for name in block.rows[0]]
            cells = [cell for name in names for cell in (name, "")][:-1]
            table = Table(
                [cells], colWidths=[7.4 * cm if index % 2 == 0 else 1.2 * cm for index in range(len(cells))], spaceBefore=30, spaceAfter=8
            )
            table.setStyle(
                TableStyle([("LINEABOVE", (index, 0), (index, 0), 0.6, HexColor("#222222")) for index in range(0, len(cells), 2)])
            )
            return [table]
        case "page break":
            return [PageBreak()]
        case _:
            starts = (0.0, 0.0, look.hang_cm, look.hang_cm + 0.7, look.hang_cm + 1.35)
            start, indent = starts[block.depth] * cm, (starts[block.depth + 1] if block.depth else 0.0) * cm
            style = ParagraphStyle(
                "numbered", body, leftIndent=indent, bulletIndent=start, bulletFontName=look.regular, bulletFontSize=look.size_pt
            )
            return [Paragraph(text, style, bulletText=block.number or None)]


def _pdf_table(block: Block, look: Look, body: ParagraphStyle, bold: ParagraphStyle, width: float) -> Table:
    small = ParagraphStyle("cell", body, fontSize=look.size_pt - 0.6, leading=look.leading_pt - 2, spaceAfter=0, alignment=0)
    small_bold = ParagraphStyle("cell head", small, fontName=look.bold)

    def style(row: int, column: int) -> ParagraphStyle:
        return small_bold if (row == 0 if block.has_header else column == 0) else small

    cells = [[Paragraph(html.escape(cell), style(r, c)) for c, cell in enumerate(row)] for r, row in enumerate(block.rows)]
    wants = [max(stringWidth(row[c], look.bold, look.size_pt) for row in block.rows) + 14 for c in range(len(block.rows[0]))]
    wants = [min(want, 0.72 * width) for want in wants]
    table = Table(cells, colWidths=[want * width / sum(wants) for want in wants], repeatRows=1 if block.has_header else 0, spaceBefore=4)
    rules = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#b5b5b5")),
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, HexColor(look.rule)),
        ("LINEBELOW", (0, -1), (-1, -1), 0.9, HexColor(look.rule)),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
    ]
    if block.has_header:
        rules.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#f1eee8")))
    table.setStyle(TableStyle(rules))
    return table


# --- DOCX ------------------------------------------------------------------------------------


def write_docx(blocks: Sequence[Block], target: Path, *, font: str, east_asian_font: str, author: str, created: datetime.datetime) -> None:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)
    for name, size_pt in (("Normal", 10.5), ("Title", 18.0), ("Heading 1", 13.0), ("Heading 2", 11.0)):
        _set_style(document.styles[name], size_pt, font, east_asian_font)
    _add_page_number(section.footer.paragraphs[0])
    for block in blocks:
        _add_docx(document, block)

    about = document.core_properties
    about.title = next(block.text for block in blocks if block.kind == "title")
    about.author = about.last_modified_by = author
    about.subject, about.comments = "Fictional sample document", ""
    about.created = about.modified = created
    package = document.part.package
    for relation_id in [key for key, relation in package.rels.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[relation_id]  # a picture of python-docx's own template
    buffer = io.BytesIO()
    document.save(buffer)
    target.write_bytes(_with_fixed_times(buffer.getvalue()))


def _set_style(style, size_pt: float, font: str, east_asian_font: str) -> None:  # type: ignore[no-untyped-def]  # not in python-docx's types
    style.font.size, style.font.name, style.font.color.rgb = Pt(size_pt), font, RGBColor(0x1A, 0x1A, 0x1A)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's font wins over a named one
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), east_asian_font)
    if style.name == "Title":
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for border in style.element.xpath("w:pPr/w:pBdr"):
            border.getparent().remove(border)
    style.paragraph_format.space_after = Pt(5)


def _add_docx(document, block: Block) -> None:  # type: ignore[no-untyped-def]  # docx.Document is a function, its class is hidden
    match block.kind:
        case "title":
            document.add_paragraph(block.text, style="Title")
        case "heading":
            document.add_heading(block.text, block.depth)
        case "centred":
            document.add_paragraph(block.text).alignment = WD_ALIGN_PARAGRAPH.CENTER
        case "bullet":
            document.add_paragraph(block.text, style="List Bullet")
        case "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            table.alignment = WD_TABLE_ALIGNMENT.CENTER
            for index, row in enumerate(block.rows):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.paragraphs[0].add_run(text).bold = index == 0 and block.has_header
            document.add_paragraph()
        case "signatures":
            for name in block.rows[0]:
                document.add_paragraph("\n" + "_" * 42 + "\n" + name)
        case "page break":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        case _:
            paragraph = document.add_paragraph(f"{block.number}\t{block.text}" if block.number else block.text)
            indent = Cm(0.9 * block.depth)
            paragraph.paragraph_format.left_indent = indent
            paragraph.paragraph_format.first_line_indent = -Cm(0.9) if block.depth else Cm(0)


def _add_page_number(paragraph: DocxParagraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text
        paragraph.add_run()._r.append(element)


def _with_fixed_times(archive: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, _ZIP_EPOCH), old.read(entry), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


# --- HTML ------------------------------------------------------------------------------------

_CSS = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; line-height: 1.6; word-break: keep-all;
       font-family: "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo", "Segoe UI", Arial, sans-serif; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 2px solid #3b6e6a; padding-bottom: .2rem; }
h3 { font-size: 1rem; color: #2f5a57; margin-bottom: .3rem; }
.subtitle, small { color: #555; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .95rem; }
th, td { border: 1px solid #bbb; padding: .4rem .6rem; text-align: left; vertical-align: top; }
th { background: #eef4f3; }
"""


def write_html(blocks: Sequence[Block], target: Path, *, language: str) -> None:
    title = html.escape(next(block.text for block in blocks if block.kind == "title"))
    body = "\n".join(_html(block) for block in blocks).replace("</ul>\n<ul>\n", "")
    head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>{_CSS}</style>'
    page = f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    target.write_text(page, encoding="utf-8", newline="\n")


def _html(block: Block) -> str:
    text = html.escape(block.text, quote=False)
    match block.kind:
        case "title":
            return f"<h1>{text}</h1>"
        case "heading":
            return f"<h{block.depth + 1}>{text}</h{block.depth + 1}>"
        case "centred":
            return f'<p class="subtitle">{text}</p>'
        case "bullet":
            return f"<ul>\n<li>{text}</li>\n</ul>"
        case "note":
            return f"<p><small>{text}</small></p>"
        case "table":
            rows = [_html_row(row, "th" if index == 0 and block.has_header else "td") for index, row in enumerate(block.rows)]
            return "<table>\n" + "\n".join(rows) + "\n</table>"
        case _:
            return f"<p>{block.number} {text}</p>" if block.number else f"<p>{text}</p>"


def _html_row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell, quote=False)}</{tag}>" for cell in cells) + "</tr>"


# --- all of them -----------------------------------------------------------------------------


def build(folder: Path) -> None:
    """Writes every sample document into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in ((KOREAN.regular, "NanumGothic.ttf"), (KOREAN.bold, "NanumGothicBold.ttf")):
        registerFont(TTFont(name, NANUM / file))

    def from_source(name: str, write: Callable[[Sequence[Block], Path], None]) -> None:
        source = SOURCES / f"{Path(name).stem}.md"
        write(parse(source.read_text(encoding="utf-8")), folder / name)

    lease = partial(write_pdf, look=LATIN, author="Thornquay Estates Limited", running_title="Unit 4, Lantern Court")
    regulation = partial(write_pdf, look=KOREAN, author="주식회사 나래솔기", running_title="보안-07")
    agreement = partial(
        write_docx, font="Cambria", east_asian_font="Cambria", author="Lowmarsh Systems Limited", created=datetime.datetime(2025, 6, 16, 9)
    )
    work_rules = partial(
        write_docx, font="맑은 고딕", east_asian_font="맑은 고딕", author="주식회사 나래솔기", created=datetime.datetime(2024, 12, 20, 9)
    )
    from_source("lease-agreement.pdf", lease)
    from_source("개인정보-내부관리-규정.pdf", regulation)
    from_source("service-agreement.docx", agreement)
    from_source("취업규칙.docx", work_rules)
    from_source("patient-leaflet-quellamor.html", partial(write_html, language="en"))
    from_source("복약안내문-도르베스정.html", partial(write_html, language="ko"))

    (folder / "privacy-policy.md").write_bytes((SOURCES / "privacy-policy.md").read_bytes())
    minutes = (SOURCES / "이사회-회의록.txt").read_text(encoding="utf-8")
    (folder / "이사회-회의록.txt").write_bytes(minutes.replace("\n", "\r\n").encode("cp949"))  # as Windows in Korea saves it


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
