"""PDF -> pages.

Text comes from PDFium: 1-2 ms a page, and a table's row on one line. Structure (labels, metadata, outline, whether a password
is needed) comes from pypdf, which reads it as plain objects but takes many times as long over text. Structure is a courtesy: where
pypdf cannot read it, or would take too long, the text stands without it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.read.headings import find_headings
from ingest.read.pdf_structure import OutlineEntry, is_locked, structure
from ingest.read.text import normalise
from rag.errors import DamagedDocument, EncryptedDocument, NoTextInDocument
from rag.records import Heading, Page, Reading

_HEADER_WITHIN_BYTES = 1024  # the standard tolerates that much before %PDF-

_HYPHEN_AT_LINE_END = re.compile(r"([^\W_]+)[\x02\ufffe](?:\r\n)?([^\W_]+)|[\x02\ufffe]")
"""PDFium puts one of these marks where a line ended in a hyphen, and takes the line break away."""

_WORD_PREFIXES = frozenset(
    {"non", "self", "ex", "quasi", "all", "well", "half", "third", "long", "short", "mid", "high", "low", "year", "so"}
)
_SYMBOL_FONTS = {0xA0: " ", 0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "▸", 0xF0FC: "✓", 0xF06F: "○", 0xF0A8: "□"}

_RUNNING_HEADER_PAGES = 3
"""A would-be heading on as many pages as this is printed at the top of each."""

_TITLES_OF_NOTHING = re.compile(r"untitled.*|제목 ?없음|[\d\W_]*|.*\.(docx?|hwpx?|xlsx?|pptx?|indd|tmp|pdf)", re.IGNORECASE)

_LONGEST_LINE_OR_BOX = 5
"""Segments of a path. A page of rules, frames and backgrounds alone says nothing; letters and drawings have more."""


def is_pdf(contents: bytes) -> bool:
    return b"%PDF-" in contents[:_HEADER_WITHIN_BYTES]


def read(contents: bytes, name: str) -> Reading:
    document = _open(contents, name)
    try:
        raw = [_raw_text(document, index) for index in range(len(document))]
        cut_off = _is_cut_off(contents)
        if not raw or (cut_off and not all(raw)):
            raise DamagedDocument(name=name, cause="its end is missing" if cut_off else "it has no pages")
        if not any(raw):
            raise NoTextInDocument(name=name, pages=len(raw))
        texts = [_tidy(text) for text in _join_hyphenated([text or "" for text in raw])]
        about = structure(contents, len(texts))
        headings = _outline_headings(about.outline, texts) or _rule_headings(texts)
        pages = tuple(
            Page(texts[index], number=index + 1, label=about.labels.get(index), headings=tuple(headings[index]))
            for index, text in enumerate(raw)
            if text
        )
        unread = tuple(index + 1 for index, text in enumerate(raw) if text is None)
        title = _title(about.metadata)
        return Reading(pages, format="pdf", title=title, metadata=about.metadata, unread_pages=unread)
    finally:
        document.close()


def _open(contents: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(contents)
    except pypdfium2.PdfiumError as error:
        if is_locked(contents) or error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise EncryptedDocument(name=name) from error
        cause = "its end is missing" if _is_cut_off(contents) else "it cannot be opened as a PDF"
        raise DamagedDocument(name=name, cause=cause) from error
    if document.get_formtype() in (pdfium.FORMTYPE_ACRO_FORM, pdfium.FORMTYPE_XFA_FOREGROUND):
        document.init_forms()  # before the first page, or what was filled in stays invisible
    return document


def _is_cut_off(contents: bytes) -> bool:
    """Whether the file ends in the middle of its objects. PDFium then makes do with the pages it can find."""
    end = contents.rfind(b"%%EOF")
    return end == -1 or re.search(rb"\s\d+ \d+ obj\b", contents[end:]) is not None


def _raw_text(document: pypdfium2.PdfDocument, index: int) -> str | None:
    """The words PDFium finds on a page, in its own notation: "" on a blank page, None on one that shows something else or is broken."""
    try:
        page = document[index]
        try:
            if page.formenv and page.flatten() == pdfium.FLATTEN_SUCCESS:  # what was filled in becomes text in its place
                page.close()
                page = document[index]
            textpage = page.get_textpage()
            try:
                text = str(textpage.get_text_range())
            finally:
                textpage.close()
            if any(char.isalnum() for char in text):
                return text
            return None if text.strip() or _shows_something(page) else ""
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return None


def _shows_something(page: pypdfium2.PdfPage) -> bool:
    """Whether a page without words holds a picture or a drawing, at whatever depth of forms."""
    seen = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_PATH])
    return any(item.type != pdfium.FPDF_PAGEOBJ_PATH or pdfium.FPDFPath_CountSegments(item) > _LONGEST_LINE_OR_BOX for item in seen)


def _join_hyphenated(raw: Sequence[str]) -> list[str]:
    """Words that were divided at the end of a line, whole again; "third-party" keeps the hyphen that is its own.

    The rest of the document decides: which spelling it uses elsewhere, and else whether both halves are words of their own.
    """
    if not any(_HYPHEN_AT_LINE_END.search(text) for text in raw):
        return list(raw)
    words = Counter(word.lower() for text in raw for word in re.findall(r"[^\W_]+(?:-[^\W_]+)*", _HYPHEN_AT_LINE_END.sub(" ", text)))
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

    return [_HYPHEN_AT_LINE_END.sub(join, text) for text in raw]


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
