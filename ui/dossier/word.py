"""Dossier -> DOCX: headings that are headings, a real table, Korean letters for Korean, and nothing that leads out of the file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import takewhile
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from ui.dossier.blocks import Block, Dossier, Fact, Facts, Grid, Heading, Paragraph, Picture, Run, begins_a_sheet
from ui.words import dossier as words

_FONT, _KOREAN_FONT, _EXACT_FONT = "Calibri", "맑은 고딕", "Consolas"
_INK, _QUIET, _LINK = (RGBColor.from_string(code) for code in ("1C1B19", "6B675F", "7A4B12"))
_RULE, _PAPER, _MARK = "CFC8BC", "F6F3ED", "FFF0A8"
_TEXT_WIDTH = Cm(21 - 2 * 2.2)
_SMALLEST_PICTURE = Cm(13)
_LETTERS_A_LINE = 42  # of Hangul; of other letters there are twice as many
_LANGUAGES = {"ko": "ko-KR", "en": "en-US"}
_STYLES = {"note": "Note", "notice": "Notice", "item": "List Bullet", "quotation": "Quotation", "place": "Place", "plain": "Normal"}

Element = Any  # python-docx and lxml have no types


def docx_of(dossier: Dossier) -> bytes:
    document = Document()
    _set_up(document, dossier)
    document.add_paragraph(dossier.title, style="Title")
    document.add_paragraph(f"{words.IN[dossier.language].product} · {dossier.made.date().isoformat()}", style="Note")
    for at, block in enumerate(dossier.blocks):
        match dossier.blocks[at : at + 2]:
            case [Heading(), Grid() as grid] if grid.is_wide:
                _turn(document)
        _add(document, block, _room(dossier.blocks[:at]))
        if begins_a_sheet(dossier.blocks[at:]) and not (at and begins_a_sheet(dossier.blocks[at - 1 :])):
            document.paragraphs[-1].paragraph_format.page_break_before = True
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


# --- the file ----------------------------------------------------------------------------------


def _set_up(document: Element, dossier: Dossier) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.2)
    _styles(document, dossier)
    _page_number(section.footer.paragraphs[0])
    about = document.core_properties
    about.title, about.subject = f"{dossier.title}: {dossier.subject}"[:200], dossier.subject[:200]
    about.author = about.last_modified_by = "Seorap"
    about.comments, about.keywords, about.language = "", "", _LANGUAGES[dossier.language]
    about.created = about.modified = dossier.made.astimezone(UTC).replace(tzinfo=None)
    package = document.part.package
    for key in [key for key, relation in package.rels.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]  # a picture of python-docx's own template


def _styles(document: Element, dossier: Dossier) -> None:
    styles = document.styles
    for name, base in (("Note", "Normal"), ("Notice", "Normal"), ("Quotation", "Normal"), ("Place", "Normal")):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles[base]
    sizes = {
        "Normal": 10.5,
        "Title": 20,
        "Heading 1": 13.5,
        "Heading 2": 11,
        "List Bullet": 10.5,
        "Note": 8.5,
        "Notice": 10.5,
        "Quotation": 10.5,
        "Place": 10.5,
        "Footer": 8,
    }
    for name, size in sizes.items():
        style = styles[name]
        style.font.size, style.font.color.rgb = Pt(size), _QUIET if name in ("Note", "Footer") else _INK
        _name_fonts(style.element.get_or_add_rPr(), _FONT)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(5), 1.25
    styles["Title"].font.bold = True
    for border in styles["Title"].element.xpath("w:pPr/w:pBdr"):
        border.getparent().remove(border)
    for name, before in (("Heading 1", 16), ("Heading 2", 12), ("Place", 6)):
        styles[name].paragraph_format.space_before, styles[name].paragraph_format.keep_with_next = Pt(before), True
    styles["Quotation"].paragraph_format.left_indent = Cm(0.5)
    _border(styles["Quotation"], "left")
    _shade(styles["Notice"].element.get_or_add_pPr(), _PAPER)
    for language in styles.element.xpath("w:docDefaults//w:lang"):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "ko-KR")
    for side in ("w:autoSpaceDE", "w:autoSpaceDN"):  # else "3개월" looks as if there was a space in it
        close = OxmlElement(side)
        close.set(qn("w:val"), "0")
        styles["Normal"].element.get_or_add_pPr().insert_element_before(close, "w:spacing", "w:ind", "w:jc")
    if dossier.language == "ko":
        _language(styles["Normal"].element.get_or_add_rPr())


def _name_fonts(properties: Element, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme's font wins over a named one
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script, name in (("ascii", font), ("hAnsi", font), ("cs", font), ("eastAsia", _KOREAN_FONT)):
        fonts.set(qn(f"w:{script}"), name)


def _language(properties: Element) -> None:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ko-KR")
    language.set(qn("w:eastAsia"), "ko-KR")
    properties.append(language)


def _border(style: Element, side: str) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "8"), ("color", _RULE)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    style.element.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _shade(properties: Element, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    properties.insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:tcMar", "w:vAlign", "w:lang")


def _page_number(paragraph: Element) -> None:
    """The only fields of the file; their words are ours."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for between, field in (("", "PAGE"), (" / ", "NUMPAGES")):
        if between:
            paragraph.add_run(between)
        element = OxmlElement("w:fldSimple")
        element.set(qn("w:instr"), field)
        paragraph._p.append(element)


# --- blocks ------------------------------------------------------------------------------------


def _add(document: Element, block: Block, room: int) -> None:
    match block:
        case Heading(level, text, number):
            paragraph = document.add_paragraph(style=f"Heading {level}")
            _write(paragraph, (Run(text),))
            if number:
                _bookmark(paragraph, number)
        case Paragraph(runs, kind):
            _write(document.add_paragraph(style=_STYLES[kind]), runs)
        case Facts(facts):
            _add_facts(document, facts)
        case Grid():
            _add_grid(document, block)
        case Picture():
            _add_picture(document, block, room)


def _room(before: Sequence[Block]) -> int:
    """About as high as a picture may be to stand on one page with its quotation; only the program that shows the file knows exactly."""
    own = list(takewhile(lambda block: not isinstance(block, Heading), reversed(before)))
    letters = sum(len(run.text) for block in own if isinstance(block, Paragraph) for run in block.runs)
    facts = sum(len(block.facts) for block in own if isinstance(block, Facts))
    return max(int(_SMALLEST_PICTURE), int(Cm(21.5) - Cm(0.6) * (letters // _LETTERS_A_LINE + facts)))


def _write(paragraph: Element, runs: Iterable[Run]) -> None:
    for run in runs:
        written = paragraph.add_run(run.text)
        written.bold, written.font.strike = run.bold or None, run.struck or None
        if run.quiet or run.struck:
            written.font.color.rgb = _QUIET
        if run.marked:
            _shade(written._r.get_or_add_rPr(), _MARK)
        if run.number:
            written.font.superscript, written.font.color.rgb = True, _LINK
            _lead(written, run.number)


def _lead(run: Element, number: int) -> None:
    """To a place in this file: a hyperlink without a relation."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), f"q{number}")
    run._r.addprevious(link)
    link.append(run._r)


def _bookmark(paragraph: Element, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), f"q{number}")
    paragraph._p.insert_element_before(start, "w:r")
    paragraph._p.append(end)


def _add_facts(document: Element, facts: Sequence[Fact]) -> None:
    widths = (Cm(3.6), Emu(_TEXT_WIDTH - Cm(3.6)))
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    for fact in facts:
        cells = table.add_row().cells
        for cell, width, runs in zip(cells, widths, ((Run(fact.label, quiet=True),), (Run(fact.text),)), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            _write(paragraph, runs)
            for run in paragraph.runs:
                run.font.size = Pt(8 if fact.exact and cell is cells[1] else 9)
                if fact.exact and cell is cells[1]:
                    _name_fonts(run._r.get_or_add_rPr(), _EXACT_FONT)
    _fix_widths(table, widths)
    _gap(document)


def _fix_widths(table: Element, widths: Sequence[int]) -> None:
    """Some programs go by the columns, some by their cells."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(width)


def _gap(document: Element) -> None:
    """Below a table, which has no room of its own there."""
    gap = document.add_paragraph().paragraph_format
    gap.space_after, gap.line_spacing = Pt(0), Pt(6)


def _add_grid(document: Element, grid: Grid) -> None:
    width = Cm(29.7 - 2 * 2.2) if grid.is_wide else _TEXT_WIDTH
    table = document.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    table.autofit = False
    _rule(table)
    first = min(0.2, 1 / len(grid.head))
    widths = [int(first * width)] + [int((1 - first) * width / max(1, len(grid.head) - 1))] * (len(grid.head) - 1)
    for cell, name in zip(table.rows[0].cells, grid.head, strict=True):
        _write(cell.paragraphs[0], (Run(name, bold=True),))
        _shade(cell._tc.get_or_add_tcPr(), _PAPER)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in grid.rows:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], runs)
    _fix_widths(table, widths)
    for line in table.rows:
        for cell, size in zip(line.cells, widths, strict=True):
            cell.width = Emu(size)
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(9)
    if grid.is_wide:
        _turn(document)
    else:
        _gap(document)


def _rule(table: Element) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _turn(document: Element) -> None:
    """The next page stands on its other side."""
    before = document.sections[-1]
    after = document.add_section(WD_SECTION.NEW_PAGE)
    after.page_width, after.page_height = before.page_height, before.page_width
    after.orientation = WD_ORIENT.LANDSCAPE if after.page_width > after.page_height else WD_ORIENT.PORTRAIT


def _add_picture(document: Element, picture: Picture, height: int) -> None:
    drawn = picture.drawn
    scale = min(_TEXT_WIDTH / drawn.width, height / drawn.height)
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next, paragraph.paragraph_format.space_after = True, Pt(3)
    shape = paragraph.add_run().add_picture(io.BytesIO(drawn.contents), Emu(int(drawn.width * scale)), Emu(int(drawn.height * scale)))
    _frame(shape)
    shape._inline.docPr.set("descr", picture.caption)
    shape._inline.docPr.set("name", f"page {picture.number}")
    _write(document.add_paragraph(style="Note"), (Run(picture.caption),))


def _frame(shape: Element) -> None:
    """A thin line: the page of a document is white on white."""
    line, fill, colour = (OxmlElement(name) for name in ("a:ln", "a:solidFill", "a:srgbClr"))
    line.set("w", "6350")
    colour.set("val", _RULE)
    fill.append(colour)
    line.append(fill)
    shape._inline.graphic.graphicData.pic.spPr.append(line)
