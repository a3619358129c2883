"""A place in a document, shown: its page as a picture with the words marked where they stand, or, where there is no picture, its text.

Pages are pictures of hostile files: ``ingest.pictures`` draws them in a process of its own, and the marks are laid over them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.pictures import Picture
from rag.errors import NoPictures, SeorapError
from rag.library.manifest import page_at, span_of
from rag.records import Document, Language, Rectangle
from ui.web import render
from ui.web.state import Desk
from ui.words import page as words_of_page
from ui.words import viewer as words_of_viewer
from ui.words.viewer import Words

WIDTH = 1100
"""Of a picture, in pixels, unless the browser says what it needs."""

_PART_CHARS = 4_000
"""Of what has no pages, shown at once."""

_SHEET = '<div class="v-sheet">'
"""Around a picture."""

_MOST_SHOWN_CHARS = 60_000
"""Of a page as text, a worksheet, say: more takes a browser seconds to lay out."""

_BEFORE_CHARS = 20_000
_MOST_HITS = 300
"""Words marked within a place: the longest passages have some two hundred words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place: ``start`` and ``end`` in the document's text, or ``page``, ``from_``, ``page_end`` and ``to`` as in a ``Citation``; neither is its
    beginning. ``said`` is the ``fingerprint`` of the words there; ``show`` another page (or part) to look at meanwhile; ``marked`` a question whose
    words are to be marked."""

    doc_id: str
    page: int | None = None
    from_: int | None = None
    page_end: int | None = None
    to: int | None = None
    start: int | None = None
    end: int | None = None
    said: str = ""
    show: int | None = None
    marked: str = ""
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is shown at a time: a page, or a part of what has none. ``document text[start:start + len(text)] == text``."""

    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def draw(desk: Desk, wanted: Wanted, language: Language) -> str:
    words, library = words_of_viewer.IN[language], desk.assistant.library
    document = next((each for each in library.documents() if each.doc_id and each.doc_id == wanted.doc_id), None)
    pages = library.manifest.pages(wanted.doc_id) if document else []
    if document is None or not pages:
        return _shell("", 0, 0, (), f'<p class="small">{render.safe(words.gone)}</p>', words, title=words.gone)
    at = span(wanted, pages)
    read_anew = bool(wanted.said) and wanted.said != render.fingerprint(library.text(document.doc_id, *at))
    if read_anew:
        at = at[0], at[0]
    has_pages = pages[0][0] is not None
    sheets = [_Sheet(number or 1, start, text) for number, start, text in pages] if has_pages else _parts(pages)
    at_span = sheets[page_at([sheet.start for sheet in sheets], at[0])]
    last = max(document.pages or 0, sheets[-1].number)
    number = min(wanted.show or at_span.number, last)
    sheet = next((each for each in sheets if each.number == number), _Sheet(number, 0, ""))
    hits = _hits(sheet, at, wanted.marked)
    inner = (
        _picture_or_text(desk, document, sheet, at, hits, wanted, words, language)
        if has_pages
        else _text(desk, document, sheet, at, hits, words)
    )
    if read_anew:
        inner = f'<p class="small">{render.safe(words.read_anew)}</p>{inner}'
    counted = (words.page_of if has_pages else words.part_of).format(page=sheet.number, pages=last)
    away = at[1] > at[0] and not (sheet.start < at[1] and at[0] < sheet.end)
    return _shell(
        document.name,
        sheet.number,
        last,
        (counted,),
        inner,
        words,
        title=f"{render.visible(document.name)}, {counted}",
        parts=not has_pages,
        away=away,
    )


def problem(sentence: str, language: Language) -> str:
    """What stands in the viewer when nothing can be shown, and a way to close it."""
    words = words_of_viewer.IN[language]
    return _shell("", 0, 0, (), render.problem(sentence, words_of_page.IN[language]), words, title=sentence)


def span(wanted: Wanted, pages: Sequence[tuple[int | None, int, str]]) -> tuple[int, int]:
    """Where it stands in the document's text."""
    end_of_all = pages[-1][1] + len(pages[-1][2])
    if wanted.start is not None:
        start, end = wanted.start, wanted.end if wanted.end is not None else wanted.start
    else:
        start, end = span_of(pages, page=wanted.page, start=wanted.from_ or 0, page_end=wanted.page_end, end=wanted.to)
    start = min(max(0, start), max(0, end_of_all - 1))
    return start, min(max(start, end), end_of_all)


def _parts(pages: Sequence[tuple[int | None, int, str]]) -> list[_Sheet]:
    """The text of what has no pages, parted at ends of lines."""
    parts: list[_Sheet] = []
    for _, start, text in pages:
        cuts = [0]
        while len(text) - cuts[-1] > _PART_CHARS * 3 // 2:
            at = text.rfind("\n", cuts[-1] + _PART_CHARS // 2, cuts[-1] + _PART_CHARS)
            cuts.append(at + 1 if at > 0 else cuts[-1] + _PART_CHARS)
        parts += [
            _Sheet(len(parts) + nth, start + begin, text[begin:end]) for nth, (begin, end) in enumerate(pairwise([*cuts, len(text)]), 1)
        ]
    return parts


def _hits(sheet: _Sheet, span: tuple[int, int], marked: str) -> list[tuple[int, int]]:
    """The words of a question within the span, in the document's text."""
    if not marked:
        return []
    first, last = max(span[0], sheet.start), min(span[1], sheet.end)
    text = sheet.text[max(0, first - sheet.start) : max(0, last - sheet.start)]
    return [(first + start, first + end) for start, end in render.words_in(text, marked)[:_MOST_HITS]]


# --- as a picture ------------------------------------------------------------------------------


def _picture_or_text(
    desk: Desk,
    document: Document,
    sheet: _Sheet,
    span: tuple[int, int],
    hits: Sequence[tuple[int, int]],
    wanted: Wanted,
    words: Words,
    language: Language,
) -> str:
    text = (
        _text(desk, document, sheet, span, hits, words)
        if sheet.text.strip()
        else f'<p class="small">{render.safe(words.no_words_here)}</p>'
    )
    try:
        picture = desk.pictures.page(document.doc_id, sheet.number, width=wanted.width)
    except NoPictures:
        return text
    except SeorapError as error:
        return f'<p class="small">{render.safe(words.as_text.format(reason=error.sentence(language)))}</p>{text}'
    whole, *each = desk.assistant.library.boxes_of(document.doc_id, [span, *hits])
    here = [box for box in whole if box.page == sheet.number]
    unknown = not here and span[1] > span[0] and sheet.start < span[1] and span[0] < sheet.end
    note = f'<p class="small">{render.safe(words.no_places)}</p>' if unknown else ""
    marks = "".join(_mark(box, "v-mark" if not hits else "v-mark v-soft") for box in here)
    marks += "".join(_mark(box, "v-mark") for boxes in each for box in boxes if box.page == sheet.number)
    return (
        f"{note}{_sheet(document, sheet.number, picture, marks, wanted.width, words)}"
        f'<details class="v-words"{" open" if unknown else ""}><summary>{render.safe(words.text)}</summary>{text}</details>'
    )


def _sheet(document: Document, number: int, picture: Picture, marks: str, width: int, words: Words) -> str:
    name = render.safe(f"{render.visible(document.name)}, {words.page_of.format(page=number, pages=max(document.pages or 0, number))}")
    address = render.safe(f"desk/page/{document.doc_id}/{number}?width={width}")
    return (
        f'<div class="v-frame" tabindex="0" role="group" aria-label="{name}">{_SHEET}'
        f'<img src="{address}" width="{picture.width}" height="{picture.height}" alt="{name}" decoding="async">{marks}</div></div>'
    )


def _mark(box: Rectangle, kind: str) -> str:
    place = f"left:{100 * box.left:.3f}%;top:{100 * box.top:.3f}%;width:{100 * (box.right - box.left):.3f}%;height:{100 * (box.bottom - box.top):.3f}%"
    return f'<span class="{kind}" style="{place}"></span>'


# --- as text -----------------------------------------------------------------------------------


def _text(desk: Desk, document: Document, sheet: _Sheet, span: tuple[int, int], hits: Sequence[tuple[int, int]], words: Words) -> str:
    """With what is asked for marked, and tables as tables."""
    part = _around(sheet, (hits or [span])[0][0])
    note = "" if part is sheet else f'<p class="small">{render.safe(words.part_of_long)}</p>'
    strong = [(start - part.start, end - part.start) for start, end in (hits or [span])]
    soft = [(span[0] - part.start, span[1] - part.start)] if hits else []
    spans = [(start, end, "strong") for start, end in strong] + [(start, end, "soft") for start, end in soft]
    return f'{note}<div class="v-text">{_with_tables(desk, document, part, spans)}</div>'


def _around(sheet: _Sheet, at: int) -> _Sheet:
    """As much of a very long page as is shown, in whole lines where there are any, with the character ``at`` in it if that stands there."""
    if len(sheet.text) <= _MOST_SHOWN_CHARS:
        return sheet
    offset = at - sheet.start if sheet.start <= at < sheet.end else 0
    wanted = max(0, offset - _BEFORE_CHARS)
    begin = sheet.text.rfind("\n", max(0, wanted - _BEFORE_CHARS), wanted) + 1 or wanted
    end = sheet.text.find("\n", begin + _MOST_SHOWN_CHARS, begin + 2 * _MOST_SHOWN_CHARS)
    return _Sheet(sheet.number, sheet.start + begin, sheet.text[begin : end if end > 0 else begin + _MOST_SHOWN_CHARS])


_Marks = Sequence[tuple[int, int, str]]


def _with_tables(desk: Desk, document: Document, sheet: _Sheet, marks: _Marks) -> str:
    out, at = [], 0
    for table in desk.assistant.library.tables(document.doc_id, sheet.start, sheet.end):
        out.append(_prose(sheet.text, at, table.start, marks))
        rows, start = [], table.start
        for nth, line in enumerate(sheet.text[table.start : table.end].split("\n")):
            tag = "th" if nth < table.header_rows else "td"
            cells = render.cell_spans(line)
            if cells:
                rows.append("".join(f"<{tag}>{_marked(sheet.text, start + first, start + last, marks)}</{tag}>" for first, last in cells))
            start += len(line) + 1
        out.append(f'<div class="rows"><table>{"".join(f"<tr>{row}</tr>" for row in rows)}</table></div>')
        at = table.end
    return "".join([*out, _prose(sheet.text, at, len(sheet.text), marks)])


def _prose(text: str, start: int, end: int, marks: _Marks) -> str:
    return f"<p>{_marked(text, start, end, marks)}</p>" if text[start:end].strip() else ""


def _marked(text: str, start: int, end: int, marks: _Marks) -> str:
    """``text[start:end]``, escaped; where several marks lie over one another, the first."""
    edges = sorted({start, end, *(edge for first, last, _ in marks for edge in (first, last) if start < edge < end)})
    out = []
    for first, last in pairwise(edges):
        kind = next((kind for begin, until, kind in marks if begin <= first and last <= until), "")
        piece = render.safe(text[first:last])
        out.append(f'<mark class="{kind}">{piece}</mark>' if kind else piece)
    return "".join(out)


# --- around it ---------------------------------------------------------------------------------

_KEYS = {"previous": "[", "next": "]", "closer": "+", "further": "-", "hit-next": "n", "hit-previous": "p", "close": "Escape"}
"""As in ``parts/desk.js``."""

_SHORT = {"Escape": "Esc"}


def _shell(
    name: str,
    number: int,
    last: int,
    facts: Sequence[str],
    inner: str,
    words: Words,
    *,
    title: str,
    parts: bool = False,
    away: bool = False,
) -> str:
    previous = number - 1 if number > 1 else ""
    following = number + 1 if 0 < number < last else ""
    back = _button("back", words.back, words.back) if away else ""
    turns = (
        _button("previous", "‹", words.previous_part if parts else words.previous, disabled=not previous)
        + f'<span class="v-count">{render.safe(" · ".join(facts))}</span>'
        + _button("next", "›", words.next_part if parts else words.next, disabled=not following)
        if last > 1
        else ("" if parts else f'<span class="v-count">{render.safe(" · ".join(facts))}</span>')
    )
    hits = (
        f'<span class="v-hits" hidden>{_button("hit-previous", "↑", words.hit_previous)}'
        f'<span data-count="{render.safe(words.hits)}"></span>{_button("hit-next", "↓", words.hit_next)}</span>'
    )
    zoom = f'<span class="v-zoom">{_button("further", "−", words.further)}{_button("closer", "+", words.closer)}</span>'
    return (
        f'<div class="v-head" data-shown="{render.safe(title)}" data-previous="{previous}" data-next="{following}">'
        f'<p class="v-name" title="{render.safe(render.visible(name))}">{render.safe(render.visible(name))}</p>{_button("close", "×", words.close)}'
        f'<div class="v-tools">{turns}{hits}{zoom if _SHEET in inner else ""}{back}</div></div><div class="v-body">{inner}</div>'
    )


def _button(does: str, sign: str, label: str, *, disabled: bool = False) -> str:
    key = _KEYS.get(does, "")
    keyed = f' aria-keyshortcuts="{key}"' if key else ""
    told = f"{label} ({_SHORT.get(key, key)})" if key else label
    named = keyed if sign == label else f'{keyed} aria-label="{render.safe(label)}" title="{render.safe(told)}"'
    return f'<button type="button" data-do="{does}"{named}{" disabled" if disabled else ""}>{render.safe(sign)}</button>'
