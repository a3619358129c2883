"""PDF -> pages.

PDFium does all of it: text in 1-2 ms a page with a table's row on one line, and metadata, labels and outline as well, so
that a hostile file meets one parser and not two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import ParamSpec

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.read.headings import find_headings
from ingest.read.text import normalise
from rag.errors import DamagedDocument, EncryptedDocument, NoTextInDocument
from rag.records import Heading, Page, Reading

P = ParamSpec("P")

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
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?")


def is_pdf(contents: bytes) -> bool:
    return b"%PDF-" in contents[:_HEADER_WITHIN_BYTES]


def read(contents: bytes, name: str) -> Reading:
    document = _open(contents, name)
    try:
        raw = [_raw_text(document, index) for index in range(len(document))]
        cut_off = _is_cut_off(contents)
        if not raw or (cut_off and not all(map(_has_text, raw))):
            raise DamagedDocument(name=name, cause="its end is missing" if cut_off else "it has no pages")
        if not any(map(_has_text, raw)):
            raise NoTextInDocument(name=name, pages=len(raw))
        texts = [_tidy(text) for text in _join_hyphenated([text or "" for text in raw])]
        headings = _outline_headings(document, texts) or _rule_headings(texts)
        pages = tuple(
            Page(texts[index], number=index + 1, label=_words(document.get_page_label, index) or None, headings=tuple(headings[index]))
            for index, text in enumerate(raw)
            if _has_text(text)
        )
        unread = tuple(index + 1 for index, text in enumerate(raw) if not _has_text(text))
        metadata = _metadata(document)
        return Reading(pages, format="pdf", title=_title(metadata), metadata=metadata, unread_pages=unread)
    finally:
        document.close()


def _open(contents: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(contents)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
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
    """What PDFium finds on a page, in its own notation; None where the page is broken."""
    try:
        page = document[index]
        try:
            if page.formenv and page.flatten() == pdfium.FLATTEN_SUCCESS:  # what was filled in becomes text in its place
                page.close()
                page = document[index]
            textpage = page.get_textpage()
            try:
                return str(textpage.get_text_range())
            finally:
                textpage.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        return None


def _has_text(raw: str | None) -> bool:
    return raw is not None and any(char.isalnum() for char in raw)


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


def _outline_headings(document: pypdfium2.PdfDocument, texts: Sequence[str]) -> list[list[Heading]] | None:
    """The outline's entries where their words stand on their page; None where the outline says nothing of the kind."""
    headings: list[list[Heading]] = [[] for _ in texts]
    for level, title, index in _outline(document):
        words = r"\s+".join(re.escape(word) for word in title.split())
        if not words or index >= len(texts):
            continue
        line = r"^ *(?:[\dA-Z.]{1,8} +)??(" + words + ")"  # the outline may leave out the number
        found = next(filter(None, (re.search(line + end, texts[index], re.MULTILINE | re.IGNORECASE) for end in (r" *$", r"\s"))), None)
        if found is not None:
            headings[index].append(Heading(level, found[1].split("\n")[0], found.start(1)))
    if not any(headings):
        return None
    return [sorted(on_page, key=lambda heading: heading.start) for on_page in headings]


def _outline(document: pypdfium2.PdfDocument) -> Iterator[tuple[int, str, int]]:
    """Level from 1, title, index of the page."""
    try:
        for entry in document.get_toc():
            target = entry.get_dest()
            index = target.get_index() if target else None
            if index is not None:
                yield entry.level + 1, _words(entry.get_title), index
    except pypdfium2.PdfiumError:  # a broken outline costs headings, not the document
        return


def _rule_headings(texts: Sequence[str]) -> list[list[Heading]]:
    found = [find_headings(text) for text in texts]
    pages = Counter(title for on_page in found for title in {heading.title for heading in on_page})
    return [[heading for heading in on_page if pages[heading.title] < _RUNNING_HEADER_PAGES] for on_page in found]


# --- metadata --------------------------------------------------------------------------------


def _metadata(document: pypdfium2.PdfDocument) -> dict[str, str]:
    found = {
        "title": _words(document.get_metadata_value, "Title"),
        "author": _words(document.get_metadata_value, "Author"),
        "created": _iso_date(_words(document.get_metadata_value, "CreationDate")),
        "modified": _iso_date(_words(document.get_metadata_value, "ModDate")),
    }
    return {key: value for key, value in found.items() if value}


def _words(get: Callable[P, str], *args: P.args, **kwargs: P.kwargs) -> str:
    """A short text of PDFium's on one line; empty where its letters are broken."""
    try:
        return " ".join(normalise(get(*args, **kwargs)).split())
    except UnicodeDecodeError:
        return ""


def _iso_date(written: str) -> str:
    match = _DATE.match(written)
    if match is None:
        return ""
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month or '01'}-{day or '01'}" + (f"T{hour}:{minute}:{second or '00'}" if hour else "")


def _title(metadata: dict[str, str]) -> str | None:
    """The title, unless it is a program's: "Microsoft Word - x.doc", a number, "untitled"."""
    title = re.sub(r"^Microsoft (?:Word|PowerPoint) - ", "", metadata.get("title", ""))
    return None if _TITLES_OF_NOTHING.fullmatch(title) else title
