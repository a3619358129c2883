"""PDF -> pages.

Text comes from PDFium: 1-2 ms a page, and a table's row on one line. A page without text of its own, or whose letters are garbled,
is drawn and given to the recogniser; whatever happens to one page costs that page only.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.draw.pdf import open_pdf
from ingest.read.columns import Area, find_columns, is_out_of_order
from ingest.read.garbled import SYMBOLS, is_garbled
from ingest.read.headings import find_headings
from ingest.read.ocr import DPI, LARGEST_PIXELS, Recogniser, why_no_words
from ingest.read.pdf_structure import OutlineEntry, is_locked, structure
from ingest.read.pdf_words import NO_TEXT, PlacedText, boxes, characters_of, in_order, placed
from ingest.read.running import without_running_lines
from ingest.read.tesseract import Picture, RecogniserFailed
from ingest.read.text import normalise
from rag.errors import BlankDocument, DamagedDocument, EncryptedDocument, UnsupportedEncryption, WrongPassword
from rag.records import NEEDS_RECOGNISER, Heading, Page, Reading, Unread

_HEADER_WITHIN_BYTES = 1024  # the standard tolerates that much before %PDF-

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_HYPHEN_AT_LINE_END = re.compile(r"([^\W_]+)[\x02\ufffe](?:\r\n)?([^\W_]+)|[\x02\ufffe]")
"""PDFium puts one of these marks where a line ended in a hyphen, and takes the line break away."""

_WORD_PREFIXES = frozenset(
    {"non", "self", "ex", "quasi", "all", "well", "half", "third", "long", "short", "mid", "high", "low", "year", "so"}
)
_SYMBOL_FONTS = {0xA0: " "} | SYMBOLS

_RUNNING_HEADER_PAGES = 3
"""A would-be heading on as many pages as this is printed at the top of each."""

_TITLES_OF_NOTHING = re.compile(r"untitled.*|제목 ?없음|[\d\W_]*|.*\.(docx?|hwpx?|xlsx?|pptx?|indd|tmp|pdf)", re.IGNORECASE)

_FEWEST_PIECES, _MOST_PIECES = 16, 150
"""Pieces of text on a page, to be looked at for columns: with fewer there are none, and more take too long to be looked at in vain."""

_LONGEST_LINE_OR_BOX = 5
"""Segments of a path. A page of rules, frames and backgrounds alone says nothing; letters and drawings have more."""


def is_pdf(contents: bytes) -> bool:
    return b"%PDF-" in contents[:_HEADER_WITHIN_BYTES]


def read(contents: bytes, name: str, recogniser: Recogniser | None = None, password: str | None = None) -> Reading:
    document = _open(contents, name, password)
    try:
        found: list[PlacedText] = []
        because: dict[int, Unread] = {}
        for index in range(len(document)):
            layer = _text_layer(document, index)
            found.append(NO_TEXT if isinstance(layer, Unread) else layer)
            if isinstance(layer, Unread):
                because[index + 1] = layer
        raw = [layer.text for layer in found]
        cut_off = _is_cut_off(contents)
        if not raw or (cut_off and not all(raw)):
            raise DamagedDocument(name=name, cause="its end is missing" if cut_off else "it has no pages")
        recognised = _recognise(document, because, recogniser)
        if not any(raw) and not recognised:
            raise why_no_words(name, because) if because else BlankDocument(name=name, pages=len(raw))
        whole = [_tidy(text) for text in _join_hyphenated(raw)]
        kept = without_running_lines(whole)
        texts = [text[part] for text, part in zip(whole, kept, strict=True)]
        places = [boxes(layer, text, part, _tidy) for layer, text, part in zip(found, whole, kept, strict=True)]
        for number, page in recognised.items():
            texts[number - 1], places[number - 1] = page.text, page.boxes
        about = structure(contents, len(texts), password)
        headings = _outline_headings(about.outline, texts) or _rule_headings(texts)
        pages = tuple(
            Page(
                text,
                number=index + 1,
                label=about.labels.get(index),
                headings=tuple(headings[index]),
                recognised=recognised[index + 1].recognised if index + 1 in recognised else None,
                boxes=places[index],
            )
            for index, text in enumerate(texts)
            if text
        )
        return Reading(
            pages,
            format="pdf",
            title=_title(about.metadata),
            metadata=about.metadata,
            unread_pages=tuple(because),
            unread_because=because,
        )
    finally:
        document.close()


def _open(contents: bytes, name: str, password: str | None) -> pypdfium2.PdfDocument:
    try:
        return open_pdf(contents, password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_SECURITY:  # it takes a certificate or a right, not a password
            raise UnsupportedEncryption(name=name) from error
        if error.err_code == pdfium.FPDF_ERR_PASSWORD or is_locked(contents, password):
            raise EncryptedDocument(name=name) if password is None else WrongPassword(name=name) from error
        cause = "its end is missing" if _is_cut_off(contents) else "it cannot be opened as a PDF"
        raise DamagedDocument(name=name, cause=cause) from error


def _is_cut_off(contents: bytes) -> bool:
    """Whether the file ends in the middle of its objects. PDFium then makes do with the pages it can find."""
    end = contents.rfind(b"%%EOF")
    return end == -1 or re.search(rb"\s\d+ \d+ obj\b", contents[end:]) is not None


def _recognise(document: pypdfium2.PdfDocument, because: dict[int, Unread], recogniser: Recogniser | None) -> dict[int, Page]:
    """The pages that need it and whose words are recognised, which leave ``because``; the others' reasons become what came of it."""
    pages: dict[int, Page] = {}
    for number in [number for number, why in because.items() if why in NEEDS_RECOGNISER and recogniser is not None]:
        found = recogniser.page(number, partial(_draw, document, number - 1)) if recogniser is not None else because[number]
        if isinstance(found, Page):
            pages[number] = found
            del because[number]
        else:
            because[number] = found
    return pages


def _draw(document: pypdfium2.PdfDocument, index: int) -> Picture:
    """
    Raises:
        RecogniserFailed: it cannot be drawn.
    """
    try:
        page = document[index]
        try:
            width, height = page.get_size()  # in points
            scale = min(DPI / 72, (LARGEST_PIXELS / max(1.0, width * height)) ** 0.5)
            picture: Picture = page.render(scale=scale, grayscale=True).to_pil().copy()  # its bitmap goes with the page
            return picture
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise RecogniserFailed(str(error)) from error


def _text_layer(document: pypdfium2.PdfDocument, index: int) -> PlacedText | Unread:
    """The words PDFium finds on a page, in its own notation: NO_TEXT on a blank page; or why there are none."""
    try:
        page = document[index]
        try:
            if page.formenv and page.flatten() == pdfium.FLATTEN_SUCCESS:  # what was filled in becomes text in its place
                page.close()
                page = document[index]
            textpage = page.get_textpage()
            try:
                text = str(textpage.get_text_range())
                if is_garbled(text):
                    return Unread.GARBLED
                if any(char.isalnum() for char in text):
                    return placed(page, textpage, *_in_reading_order(textpage, text))
            finally:
                textpage.close()
            return Unread.NEEDS_OCR if text.strip() or _shows_something(page) else NO_TEXT
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return Unread.NO_TEXT


def _in_reading_order(textpage: pypdfium2.PdfTextPage, text: str) -> tuple[str, Sequence[int] | None]:
    """The text, which is in the order of drawing, by columns where that order goes to and fro between them; and its characters' numbers."""
    characters = characters_of(textpage, text)
    count = pdfium.FPDFText_CountRects(textpage, 0, -1)
    if count < _FEWEST_PIECES:
        return text, characters
    if count > _MOST_PIECES and find_columns(_pieces(textpage, range(0, count, -(-count // _MOST_PIECES)))) is None:
        return text, characters  # some programs draw each word by itself, and a part of them shows as well that there are no columns
    pieces = _pieces(textpage, range(count))
    areas = find_columns(pieces)
    if areas is None or not is_out_of_order(pieces, areas):
        return text, characters
    edge = 100_000.0
    bounds = [(max(-edge, area.left), max(-edge, -area.bottom), min(edge, area.right), min(edge, -area.top)) for area in areas]
    parts = [(str(textpage.get_text_bounded(*bound)).strip("\r\n"), bound) for bound in bounds]
    return in_order(textpage, text, characters, [(part, bound) for part, bound in parts if part.strip()])


def _pieces(textpage: pypdfium2.PdfTextPage, numbers: range) -> list[Area]:
    """Where text is drawn; PDFium counts upwards from the bottom, so the sign of heights changes."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    pieces = []
    for number in numbers:
        pdfium.FPDFText_GetRect(textpage, number, left, top, right, bottom)
        pieces.append(Area(left.value, -top.value, right.value, -bottom.value))
    return pieces


def _shows_something(page: pypdfium2.PdfPage) -> bool:
    """Whether a page without words holds a picture or a drawing, at whatever depth of forms."""
    seen = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_PATH])
    return any(item.type != pdfium.FPDF_PAGEOBJ_PATH or pdfium.FPDFPath_CountSegments(item) > _LONGEST_LINE_OR_BOX for item in seen)


def _join_hyphenated(raw: Sequence[str]) -> list[str]:
    """Words that were divided at the end of a line, whole again; "third-party" keeps the hyphen that is its own.

    The rest of the document decides: which spelling it uses elsewhere, and else whether both halves are words of their own.
    """
    if not any(_has_hyphen(text) for text in raw):
        return list(raw)
    marked = [_HYPHEN_AT_LINE_END.sub(" ", text) if _has_hyphen(text) else text for text in raw]
    words = Counter(itertools.chain.from_iterable(_WORD.findall(text.lower()) for text in marked))
    parts = Counter(part for word in words for part in word.split("-"))
    compounds = Counter("-".join(pair) for word in words for pair in zip(word.split("-"), word.split("-")[1:], strict=False))

    def join(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        if before is None:
            return "-"
        left, right = before.lower(), after.lower()
        if words[left + right] or compounds[f"{left}-{right}"]:
            divided = words[left + right] > compounds[f"{left}-{right}"]
        else:
            divided = left.isalpha() and right.isalpha() and left.isascii() and left not in _WORD_PREFIXES
            divided = divided and after.islower() == before[1:].islower() and not (parts[left] and parts[right])
        return before + after if divided else f"{before}-{after}"

    return [_HYPHEN_AT_LINE_END.sub(join, text) if _has_hyphen(text) else text for text in raw]


def _has_hyphen(text: str) -> bool:
    return "\x02" in text or "\ufffe" in text


def _tidy(raw: str) -> str:
    text = normalise(raw.translate(_SYMBOL_FONTS).replace("\xad\r\n", "").replace("\xad", ""))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


# --- headings --------------------------------------------------------------------------------


def _outline_headings(outline: Sequence[OutlineEntry], texts: Sequence[str]) -> list[list[Heading]] | None:
    """The outline's entries where their words stand on their page; None where the outline says nothing of the kind."""
    headings: list[list[Heading]] = [[] for _ in texts]
    for level, title, index in outline:
        words = r"\s+".join(re.escape(word) for word in title.split())
        if not words:
            continue
        line = r"^ *(?:[\dA-Z.]{1,8} +)??(" + words + ")"  # the outline may leave out the number
        found = next(filter(None, (re.search(line + end, texts[index], re.MULTILINE | re.IGNORECASE) for end in (r" *$", r"\s"))), None)
        if found is not None:
            headings[index].append(Heading(level, found[1].split("\n")[0], found.start(1)))
    if not any(headings):
        return None
    return [sorted(on_page, key=lambda heading: heading.start) for on_page in headings]


def _rule_headings(texts: Sequence[str]) -> list[list[Heading]]:
    found = [find_headings(text) for text in texts]
    pages = Counter(title for on_page in found for title in {heading.title for heading in on_page})
    return [[heading for heading in on_page if pages[heading.title] < _RUNNING_HEADER_PAGES] for on_page in found]


def _title(metadata: Mapping[str, str]) -> str | None:
    """The title, unless it is a program's: "Microsoft Word - x.doc", a number, "untitled"."""
    title = re.sub(r"^Microsoft (?:Word|PowerPoint) - ", "", metadata.get("title", ""))
    return None if _TITLES_OF_NOTHING.fullmatch(title) else title
