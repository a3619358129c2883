"""Dossier -> PDF: A4, with its own letters, marks that lead to quotations, bookmarks and page numbers."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from html import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFImageXObject, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text

from ingest import pictures
from ui.dossier import letters
from ui.dossier.blocks import Block, Dossier, Fact, Facts, Grid, Heading, Paragraph, Picture, Run, Runs, begins_a_sheet
from ui.words import dossier as words

_MARGIN = 22 * mm
_FOOT, _FOOT_SIZE = 12 * mm, 8
_TEXT_WIDE, _TEXT_HIGH = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
_SHEET = 0.7
"""Share of a page that a quotation with the picture of its page needs, before it begins on this one."""

_SMALLEST = 0.5
"""Share of its full height that a picture may be made smaller to, so that it fits below its quotation."""

_ABOVE_CAPTION, _CAPTION = 3, 45

_LONG_CHARS = 3000
"""A paragraph is set in parts of this length: the time for one grows with the square of its lines."""

_CELL_CHARS, _NAME_CHARS = 1500, 120
"""In a part of a row, for all its cells; and of a name above a column, of which more stands at the quotation."""

_INK, _QUIET, _RULE, _MARK, _LINK = (colors.HexColor(code) for code in ("#1c1b19", "#6b675f", "#cfc8bc", "#fff0a8", "#7a4b12"))
_PAPER = colors.HexColor("#f6f3ed")


def pdf_of(dossier: Dossier) -> bytes:
    """Made twice: only then is it known how many pages there are, which the foot of each says."""
    letters.make_known()
    pages = _built(dossier, io.BytesIO(), pages=0)
    buffer = io.BytesIO()
    _built(dossier, buffer, pages=pages)
    return buffer.getvalue()


def _built(dossier: Dossier, buffer: io.BytesIO, *, pages: int) -> int:
    document = _Pages(buffer, dossier, pages)
    document.build(list(_flow(dossier)))
    return int(document.page)


# --- pages -------------------------------------------------------------------------------------


class _Pages(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Upright pages, pages on their side, and a bookmark for each heading."""

    def __init__(self, buffer: io.BytesIO, dossier: Dossier, pages: int) -> None:
        super().__init__(
            buffer,
            pagesize=A4,
            title=_shortened(f"{dossier.title}: {dossier.subject}", 200),
            author="Seorap",
            subject=_shortened(dossier.subject, 500),
            creator="Seorap",
            lang={"ko": "ko-KR", "en": "en"}[dossier.language],
            initialFontName=letters.REGULAR,
            displayDocTitle=True,
        )
        self.addPageTemplates([_template(name, size, self._foot) for name, size in (("upright", A4), ("wide", landscape(A4)))])
        self._asked, self._said, self._count = _shortened(dossier.subject, 70), words.IN[dossier.language], pages

    def _foot(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        number = self._said.page_of.format(page=canvas.getPageNumber(), pages=self._count)
        canvas.setFillColor(_QUIET)
        _draw(canvas, _MARGIN, _FOOT, self._asked)
        _draw(canvas, canvas._pagesize[0] - _MARGIN - _width(canvas, number), _FOOT, number)

    def afterFlowable(self, flowable: Flowable) -> None:  # reportlab's name
        if isinstance(flowable, _Titled):
            key = f"heading-{self.canv.getPageNumber()}-{id(flowable)}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.title, key, flowable.level - 1, closed=flowable.level > 1)


def _template(name: str, size: tuple[float, float], foot: Callable[[Canvas, BaseDocTemplate], None]) -> PageTemplate:
    width, height = size
    frame = Frame(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN, 0, 0, 0, 0)
    return PageTemplate(name, [frame], pagesize=size, onPage=foot)


def _draw(canvas: Canvas, left: float, bottom: float, text: str) -> None:
    for font, run in letters.spelled(text):
        canvas.setFont(font, _FOOT_SIZE)
        canvas.drawString(left, bottom, run)
        left += canvas.stringWidth(run, font, _FOOT_SIZE)


def _width(canvas: Canvas, text: str) -> float:
    return sum(float(canvas.stringWidth(run, font, _FOOT_SIZE)) for font, run in letters.spelled(text))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# --- blocks ------------------------------------------------------------------------------------


def _style(name: str, size: float, **more: object) -> ParagraphStyle:
    settings = {"leading": size * 1.5, "textColor": _INK, "spaceAfter": 5, "splitLongWords": 1, "allowWidows": 0, "allowOrphans": 0} | more
    return ParagraphStyle(name, fontName=letters.REGULAR, fontSize=size, **settings)


_TITLE = _style("title", 19, leading=25, spaceAfter=2)
_HEADINGS = {
    1: _style("heading 1", 13, spaceBefore=16, spaceAfter=6, keepWithNext=1),
    2: _style("heading 2", 10.5, spaceBefore=12, spaceAfter=4, keepWithNext=1),
}
_PARAGRAPHS = {
    "plain": _style("plain", 10.5),
    "note": _style("note", 8.5, textColor=_QUIET),
    "notice": _style("notice", 10.5, backColor=_PAPER, borderPadding=(6, 8, 6, 8), spaceBefore=8, spaceAfter=12),
    "item": _style("item", 10, leftIndent=12, bulletIndent=2),
    "quotation": _style("quotation", 10.5, leftIndent=12, borderPadding=(0, 0, 0, 0)),
    "place": _style("place", 10, spaceBefore=6, spaceAfter=3, keepWithNext=1),
}
_FACT = _style("fact", 9, leading=13, spaceAfter=0)
_LABEL = _style("label", 9, leading=13, spaceAfter=0, textColor=_QUIET)
_EXACT = _style("exact", 8, leading=13, spaceAfter=0)
_CELL = _style("cell", 9, leading=13, spaceAfter=0)


class _Titled(Text):  # type: ignore[misc]  # reportlab has no types
    """A heading, which has a bookmark."""

    def __init__(self, heading: Heading) -> None:
        anchor = f'<a name="q{heading.number}"/>' if heading.number else ""
        super().__init__(anchor + _markup((Run(heading.text, bold=True),)), _HEADINGS[heading.level])
        self.title, self.level = _shortened(heading.text, 120), heading.level


class _Quoted(Text):  # type: ignore[misc]  # reportlab has no types
    """Words of a document, with a line beside them on every page they run over."""

    def draw(self) -> None:
        self.canv.setStrokeColor(_RULE)
        self.canv.setLineWidth(2)
        self.canv.line(3, 0, 3, self.height)
        super().draw()


def _flow(dossier: Dossier) -> Iterator[Flowable]:
    yield Text(_markup((Run(dossier.title, bold=True),)), _TITLE)
    yield Text(
        _markup((Run(f"{words.IN[dossier.language].product} · {dossier.made.date().isoformat()}", quiet=True),)), _PARAGRAPHS["note"]
    )
    for at, block in enumerate(dossier.blocks):
        if begins_a_sheet(dossier.blocks[at:]):
            yield CondPageBreak(_SHEET * _TEXT_HIGH)
        match dossier.blocks[at : at + 2]:
            case [Heading(), Grid() as grid] if grid.is_wide:
                yield from (NextPageTemplate("wide"), PageBreak())
        yield from _set(block)
    if count := sum(map(letters.missing, _texts(dossier))):
        said = words.IN[dossier.language].missing_signs.format(count=count, sign=letters.MISSING)
        yield Text(_markup((Run(said),)), _PARAGRAPHS["note"])


def _set(block: Block) -> Iterator[Flowable]:
    match block:
        case Heading():
            yield _Titled(block)
        case Paragraph(runs, kind):
            for part in _parts(runs):
                yield (_Quoted if kind == "quotation" else Text)(
                    _markup(part), _PARAGRAPHS[kind], bulletText="–" if kind == "item" else None
                )
        case Facts(facts):
            yield from _facts(facts)
        case Grid():
            yield from _grid(block)
        case Picture():
            yield from (_Page(block), Spacer(0, _ABOVE_CAPTION), Text(_markup((Run(block.caption),)), _PARAGRAPHS["note"]))


def _parts(runs: Runs, most: int = _LONG_CHARS) -> Iterator[Runs]:
    """The same words, in as many paragraphs as it takes to set them quickly."""
    part, room = list[Run](), most
    for run in runs:
        text = run.text
        while len(text) > room:
            cut = text.rfind(" ", room // 2, room) + 1 or room
            yield (*part, _like(run, text[:cut]))
            part, room, text = [], most, text[cut:]
        part.append(_like(run, text))
        room -= len(text)
    if part:
        yield tuple(part)


def _like(run: Run, text: str) -> Run:
    return Run(text, run.bold, run.struck, run.quiet, run.marked, run.number)


def _markup(runs: Runs, *, exact: bool = False) -> str:
    """In reportlab's own markup; all that comes from outside is escaped."""
    return "".join(_run(run, exact) for run in runs)


def _run(run: Run, exact: bool) -> str:
    inner = "".join(
        f'<font name="{font}">{escape(text)}</font>'
        for font, text in letters.spelled(run.text, "exact" if exact else "bold" if run.bold else "regular")
    )
    if run.number:
        return f'<super size="7"><a href="#q{run.number}" color="{_LINK.hexval()}">{inner}</a></super>'
    if run.struck:
        inner = f'<strike><font color="{_QUIET.hexval()}">{inner}</font></strike>'
    if run.quiet:
        inner = f'<font color="{_QUIET.hexval()}">{inner}</font>'
    return f'<font backColor="{_MARK.hexval()}">{inner}</font>' if run.marked else inner


def _facts(facts: Sequence[Fact]) -> Iterator[Flowable]:
    """Labels and what they say side by side. Each is a table of its own, as it may be longer than a page."""
    for fact in facts:
        style = _EXACT if fact.exact else _FACT
        said = [Text(_markup(part, exact=fact.exact), style) for part in _parts((Run(fact.text),))]
        rows = [[Text(_markup((Run(fact.label),)), _LABEL) if at == 0 else "", each] for at, each in enumerate(said)]
        table = Table(rows, colWidths=[34 * mm, _TEXT_WIDE - 34 * mm], splitInRow=1)
        table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), *_tight(1.5)]))
        yield table
    yield Spacer(0, 6)


def _grid(grid: Grid) -> Iterator[Flowable]:
    width = (landscape(A4) if grid.is_wide else A4)[0] - 2 * _MARGIN
    first = min(0.2, 1 / len(grid.head))
    widths = [first * width] + [(1 - first) * width / max(1, len(grid.head) - 1)] * (len(grid.head) - 1)
    parted = [list(_in_parts(row, _CELL_CHARS // len(grid.head))) for row in grid.rows]
    rows = [
        [Text(_markup((Run(_shortened(name, _NAME_CHARS), bold=True),)), _CELL) for name in grid.head],
        *(part for row in parted for part in row),
    ]
    begins = [1 + sum(map(len, parted[:at])) for at in range(len(parted))]
    table = Table(rows, colWidths=widths, repeatRows=1, splitInRow=1)
    table.setStyle(
        TableStyle(
            [
                *(("LINEABOVE", (0, at), (-1, at), 0.5, _RULE) for at in begins),
                ("BOX", (0, 0), (-1, -1), 0.5, _RULE),
                ("INNERGRID", (0, 0), (-1, 0), 0.5, _RULE),
                *(("LINEAFTER", (at, 0), (at, -1), 0.5, _RULE) for at in range(len(grid.head) - 1)),
                ("BACKGROUND", (0, 0), (-1, 0), _PAPER),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *_tight(4),
            ]
        )
    )
    yield table
    yield from (NextPageTemplate("upright"), PageBreak()) if grid.is_wide else (Spacer(0, 8),)


def _in_parts(row: Sequence[Runs], most: int) -> Iterator[list[Text | str]]:
    """A row of a table as several, none of which is higher than a page: to divide one that is takes minutes."""
    cells = [list(_parts(cell, most)) for cell in row]
    for at in range(max(map(len, cells), default=0)):
        yield [Text(_markup(parts[at]), _CELL) if at < len(parts) else "" for parts in cells]


def _tight(points: float) -> list[tuple[object, ...]]:
    return [("TOPPADDING", (0, 0), (-1, -1), points), ("BOTTOMPADDING", (0, 0), (-1, -1), points)]


def _texts(dossier: Dossier) -> Iterator[str]:
    yield dossier.title
    for block in dossier.blocks:
        match block:
            case Heading(text=text) | Picture(caption=text):
                yield text
            case Paragraph(runs=runs):
                yield from (run.text for run in runs)
            case Facts(facts):
                yield from (fact.text for fact in facts)
            case Grid(head, rows):
                yield from head
                yield from (run.text for row in rows for cell in row for run in cell)


# --- pictures ----------------------------------------------------------------------------------


class _Page(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The picture of a page, as large as the text is wide, or as there is room for below its quotation."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._number, self._drawn = picture.number, picture.drawn

    def wrap(self, _: float, room: float) -> tuple[float, float]:
        full = min(_TEXT_WIDE / self._drawn.width, (_TEXT_HIGH - _CAPTION) / self._drawn.height)
        fitting = (room - _CAPTION) / self._drawn.height
        scale = min(full, fitting) if fitting >= _SMALLEST * full else full
        self.width, self.height = self._drawn.width * scale, self._drawn.height * scale
        return self.width, self.height

    def draw(self) -> None:
        stored = _AsItCame.of(self._drawn, self._number)
        if stored:
            self.canv._doc.Reference(stored, self.canv._doc.getXObjectName(stored.name))
            self.canv._doc.addForm(stored.name, stored)
            self.canv.saveState()
            self.canv.scale(self.width, self.height)
            self.canv.doForm(stored.name)
            self.canv.restoreState()
        else:
            Image(io.BytesIO(self._drawn.contents), self.width, self.height).drawOn(self.canv, 0, 0)
        self.canv.setStrokeColor(_RULE)
        self.canv.setLineWidth(0.5)
        self.canv.rect(0, 0, self.width, self.height)


class _AsItCame(PDFImageXObject):  # type: ignore[misc]  # reportlab has no types
    """A PNG's own compressed bytes: PDF knows its compression, and doing it again takes most of the time and makes the file larger."""

    @classmethod
    def of(cls, picture: pictures.Picture, number: int) -> _AsItCame | None:
        """None for a JPEG, and for the kinds of PNG that a PDF must hold in another way: see-through, interlaced, with a palette, of 16 bits."""
        if picture.media_type != "image/png":
            return None
        depth, colour, _, _, interlaced = struct.unpack(">5B", picture.contents[24:29])
        parts = list(_chunks(picture.contents))
        if depth != 8 or colour not in (0, 2) or interlaced or any(kind == b"tRNS" for kind, _ in parts):
            return None
        stored = cls(f"page-{number}")
        stored.width, stored.height = picture.width, picture.height
        stored.colorSpace, stored.channels = ("DeviceRGB", 3) if colour == 2 else ("DeviceGray", 1)
        stored.streamContent = b"".join(content for kind, content in parts if kind == b"IDAT")
        return stored

    def format(self, document: object) -> object:
        stream = PDFStream(content=self.streamContent)
        stream.dictionary["Type"], stream.dictionary["Subtype"] = PDFName("XObject"), PDFName("Image")
        stream.dictionary["Width"], stream.dictionary["Height"] = self.width, self.height
        stream.dictionary["BitsPerComponent"], stream.dictionary["ColorSpace"] = 8, PDFName(self.colorSpace)
        stream.dictionary["Filter"] = PDFArray([PDFName("FlateDecode")])
        predicted = {"Predictor": 15, "Colors": self.channels, "BitsPerComponent": 8, "Columns": self.width}
        stream.dictionary["DecodeParms"] = PDFArray([PDFDictionary(predicted)])
        return stream.format(document)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length
