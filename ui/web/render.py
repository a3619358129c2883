"""The one way in which text from documents, file names and models reaches the page: escaped, in markup of our own.

Nothing of it ever goes through Streamlit's markdown, labels included: even with every character
escaped, that still turns "http://…" into a link. What is chosen from or typed (names, tags, folders,
questions) also stands in widgets, as options (``visible``) and values, which are no Markdown.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from rag.errors import SeorapError
from rag.library.fulltext import hangul_stems, question_terms, terms
from rag.no_network import Seclusion
from rag.records import (
    EVERYTHING,
    Answer,
    Citation,
    Claim,
    Doubt,
    Evidence,
    Filter,
    Language,
    SectionSummary,
    Understood,
)
from ui.words.page import Words

_PREVIEW_CHARS = 200
_MARKED_CHARS = 500
"""Of a question whose words are marked: it goes with each place that is opened."""

_SHOWN = 3
"""Passages that are seen without asking for more."""

_BAR = re.compile(r"(?<!\\) ?\| ?")
_BARS = re.compile(r" ?\|(?:[ |]|:?-{3,}:?)*")
"""Between the cells of a table that is told in one line."""
_RULE = re.compile(r":?-+:?")
"""Below the names of a Markdown table's columns."""

_TURNS_TEXT = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LOOKS_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


# --- text --------------------------------------------------------------------------------------


def visible(name: str) -> str:
    """A file name on one line; in place of every character that hides, reorders or breaks it stands a sign."""
    if name.isprintable() and _LOOKS_EMPTY.isdisjoint(name):
        return name
    return "".join("\ufffd" if _steers(letter) or letter in _LOOKS_EMPTY else letter for letter in name)


def safe(text: str) -> str:
    """Escaped ``plain`` text."""
    return html.escape(plain(text), quote=True)


def plain(text: str) -> str:
    """What turns the direction of reading is shown as a sign, what cannot be seen (soft hyphens) is left out."""
    if text.isprintable():  # as nearly all of it is: none of the letters in question are
        return text
    return "".join(
        "\ufffd" if letter in _TURNS_TEXT else letter for letter in text if letter in "\n\t" or letter in _TURNS_TEXT or not _steers(letter)
    )


def _steers(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def where(item: Evidence | Citation, words: Words, headings: Sequence[str] = ()) -> str:
    """Document, page and headings, as far as there are any."""
    parts = [f"<b>{safe(visible(item.document))}</b>"]
    if item.page is not None:
        parts.append(pages(item, words))
    parts += [safe(" › ".join(headings))] if headings else []
    return " · ".join(parts)


def pages(item: Evidence | Citation | SectionSummary, words: Words) -> str:
    """The page or pages of something that has some."""
    one = item.page_end in (None, item.page)
    return words.page.format(page=item.page) if one else words.pages.format(page=item.page, page_end=item.page_end)


# --- blocks ------------------------------------------------------------------------------------


def block(inner: str, *, hits: bool = False) -> str:
    """``hits``: the page viewer steps from one place that is opened within it to the next."""
    return f'<div class="sr"{" data-hits" if hits else ""}>{inner}</div>'


def brand() -> str:
    return '<div class="sr brand">서랍 / Seorap</div>'


def question(text: str) -> str:
    return block(f'<p class="question">{safe(text)}</p>')


def unseen_title(text: str) -> str:
    """For who hears the page."""
    return block(f'<h1 class="unseen">{safe(text)}</h1>')


def small(text: str) -> str:
    return block(f'<p class="small">{safe(text)}</p>')


def privacy(seclusion: Seclusion | None, refused: int, words: Words) -> str:
    """What keeps everything on this machine, and whether anything has tried."""
    if seclusion is None:
        return small(words.privacy_unenforced)
    told = words.privacy_by_kernel if seclusion.by_kernel else words.privacy_by_python
    return small(f"{told} {words.privacy_refused.format(count=refused)}" if refused else told)


def lines(*texts: str) -> str:
    return block("".join(f"<p>{safe(text)}</p>" for text in texts))


def steps(*texts: str) -> str:
    """What to do, in this order."""
    return block("<ol>" + "".join(f"<li>{safe(text)}</li>" for text in texts) + "</ol>")


def problem(sentence: str, words: Words) -> str:
    """A failure. It never looks like an answer, nor like "not in your documents"."""
    return block(f'<div class="problem" role="alert"><p><b>{safe(words.problem)}</b></p><p>{safe(sentence)}</p></div>')


def error(failure: SeorapError, words: Words, language: Language) -> str:
    return problem(failure.sentence(language), words)


def busy(text: str, words: Words) -> str:
    """Work that the stop button ends. The page tells by itself when that has happened: nothing is drawn after a stop."""
    return block(
        f'<p class="small while-running" role="status">{safe(text)}</p><p class="small when-stopped">{safe(words.stopped_empty)}</p>'
    )


def written(text: str, words: Words, *, stopped: bool = False) -> str:
    """What the model has written so far, and that nobody has checked it."""
    if stopped:
        state = f'<p class="small">{safe(words.stopped)}</p>'
    else:
        state = f'<p class="small while-running">{safe(words.unchecked)}</p><p class="small when-stopped">{safe(words.stopped)}</p>'
    return block(f'{state}<p class="live">{safe(text)}</p>')


def answer(found: Answer, words: Words) -> str:
    """The claims with their marks, then the quotations that the marks name."""
    claims = [_claim(claim, words, found.citations) for claim in found.claims]
    notes = [words.partial] if any(not claim.supported for claim in found.claims) else []
    notes += [words.uncovered.format(parts="; ".join(found.uncovered))] if found.uncovered else []
    notes += [words.cut_short] if found.cut_short else []
    notes += [words.stopped] if found.stopped else []
    quotes = [quotation(cited, number, words) for number, cited in enumerate(found.citations, 1)]
    return block(
        f'<div class="answer">{"".join(claims)}</div>' + "".join(f'<p class="small">{safe(note)}</p>' for note in notes) + "".join(quotes),
        hits=True,
    )


def _claim(claim: Claim, words: Words, citations: Sequence[Citation] = ()) -> str:
    if not claim.supported:
        why = words.doubts[claim.doubt or Doubt.WORDS]
        return f'<p><span class="unsupported">{safe(claim.text)}</span> <span class="flag">{safe(why)}</span></p>'
    marks = "".join(mark(number, citations, words) for number in claim.citations)
    flag = f' <span class="flag">{safe(words.verbatim)}</span>' if claim.verbatim else ""
    return f"<p>{safe(claim.text)}{marks}{flag}</p>"


def mark(number: int, citations: Sequence[Citation], words: Words) -> str:
    """The number behind a claim; it opens the page that it stands for."""
    cited = citations[number]
    page = f", {pages(cited, words)}" if cited.page is not None else ""
    label = words.quotation_number.format(number=number + 1, place=f"{visible(cited.document)}{page}")
    return f"<sup>{opener(cited, f'[{number + 1}]', label=label, kind='mark')}</sup>"


def quotation(cited: Citation, number: int, words: Words) -> str:
    """The words of a document, under the number by which a claim names them."""
    return (
        f'<div class="quote"><span class="number">{number}</span>“{safe(" ".join(cited.quote.split()))}”'
        f'<div class="where">{opener(cited, where(cited, words))}{_recognised(cited, words)}</div></div>'
    )


def opener(item: Evidence | Citation, inner: str, *, marked: str = "", label: str = "", kind: str = "open") -> str:
    """What opens the page viewer at that place (``parts/desk.js``); ``inner`` is markup, ``marked`` a question whose words are marked there."""
    ends: dict[str, int | str | None]
    if isinstance(item, Citation):
        ends = {"page": item.page, "from": item.start, "page-end": item.page_end, "to": item.end, "said": fingerprint(item.quote)}
    else:
        start, end = item.best
        held = item.start <= start and end <= item.start + len(item.text)  # or it was cut to what the model had room for
        said = fingerprint(item.text[start - item.start : end - item.start]) if held else None
        ends = {"start": start, "end": end, "said": said, "marked": marked[:_MARKED_CHARS] or None}
    place = "".join(f' data-{name}="{safe(str(value))}"' for name, value in ends.items() if value is not None)
    named = f' aria-label="{safe(label)}"' if label else ""
    return f'<button type="button" class="{kind}" data-open data-doc="{safe(item.doc_id)}"{place}{named}>{inner}</button>'


def fingerprint(text: str) -> str:
    """Of words at a place, to see later whether they still stand there: a newer Seorap may have read the document otherwise."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def _recognised(cited: Citation, words: Words) -> str:
    return f" · {safe(words.recognised.format(confidence=round(cited.recognised.confidence)))}" if cited.recognised else ""


def understood(asked: str, read: Understood | None, words: Words) -> str:
    """What was made of the question, under it; nothing where that is what was typed."""
    if not read:
        return ""
    told = [words.understood_as.format(question=read.text)] if read.text != asked.strip() else []
    told += [words.only_in.format(documents=filter_in_words(read.only, words))] if read.only != EVERYTHING else []
    return block("".join(f'<p class="small">{safe(line)}</p>' for line in told)) if told else ""


def filter_in_words(only: Filter, words: Words, *, named: Sequence[str] | None = None) -> str:
    """``named``: what to call its documents, where it knows them by their ids."""
    parts = [*map(visible, only.documents if named is None else named), *(f"#{visible(tag)}" for tag in only.tags)]
    parts += [words.in_folder.format(folder=visible(folder)) for folder in only.folders]
    parts += [form.upper() for form in only.formats]
    parts += [words.changed_since.format(day=only.since)] if only.since else []
    parts += [words.changed_before.format(day=only.before)] if only.before else []
    return ", ".join(parts)


def not_found(found: Answer, words: Words) -> str:
    """That it is not there, and how to look further. It never looks like a failure."""
    further = f'<button type="button" data-send="search" data-value="{safe(found.question)}">{safe(words.widen_search)}</button>'
    further = f"<p>{safe(words.widen)} {further}</p>"
    if found.missing_phrases:
        phrases = ", ".join(f"“{phrase}”" for phrase in found.missing_phrases)
        return block(
            f'<div class="calm"><p><b>{safe(words.not_found)}</b></p><p>{safe(words.phrases_missing.format(phrases=phrases))}</p>{further}</div>'
        )
    more = words.not_found_more if found.evidence else words.nothing_near
    doubted = "".join(_claim(claim, words, found.citations) for claim in found.claims)
    written = f'<div class="answer"><p class="small">{safe(words.written_without_support)}</p>{doubted}</div>' if doubted else ""
    return block(f'<div class="calm"><p><b>{safe(words.not_found)}</b></p><p>{safe(more)}</p>{further}</div>{written}')


def timings(found: Answer, words: Words) -> str:
    times, total = found.timings, f"{found.timings.total_ms / 1000:.1f}"
    if times.first_token_ms is None:
        return small(words.timings_no_model.format(total=total))
    told = words.timings.format(first=f"{times.first_token_ms / 1000:.1f}", total=total, model=found.model)
    writing_s = (times.total_ms - times.first_token_ms) / 1000
    if times.answer_tokens and times.answer_tokens > 1 and writing_s > 0:
        told += " · " + words.writing_rate.format(rate=f"{(times.answer_tokens - 1) / writing_s:.0f}")
    return small(told)


# --- what can be done with an answer ----------------------------------------------------------


def saver(address: str, label: str) -> str:
    return f'<button type="button" data-get="{safe(address)}">{safe(label)}</button>'


def offers(title: str, questions: Sequence[str]) -> str:
    """Questions that a click asks."""
    buttons = "".join(f'<button type="button" data-send="ask" data-value="{safe(each)}">{safe(each)}</button>' for each in questions)
    return block(f'<p class="small">{safe(title)}</p><div class="offers">{buttons}</div>')


# --- passages ----------------------------------------------------------------------------------


def passages(evidence: Sequence[Evidence], asked: str, words: Words, *, title: str) -> str:
    """The first few at a glance; each opens to its whole text, and the rest is one click away."""
    cards = [evidence_card(item, asked, words) for item in evidence]
    rest = cards[_SHOWN:]
    more = f"<details><summary>{safe(words.more_passages.format(count=len(rest)))}</summary>{''.join(rest)}</details>" if rest else ""
    return block(f'<p class="small">{safe(title)}</p>{"".join(cards[:_SHOWN])}{more}', hits=True)


def folded_passages(evidence: Sequence[Evidence], asked: str, words: Words) -> str:
    """Under a checked answer: there, but out of the way."""
    cards = "".join(evidence_card(item, asked, words) for item in evidence)
    return block(f"<details><summary>{safe(words.passages_read.format(count=len(evidence)))}</summary>{cards}</details>", hits=True)


def evidence_card(item: Evidence, asked: str, words: Words) -> str:
    """Where it stands, which opens its page, and what it says."""
    head = f'<div class="where">{opener(item, where(item, words, item.headings), marked=asked)}</div>'
    flat = " ".join(item.text.split())
    if len(flat) <= _PREVIEW_CHARS and not item.tables:
        return f'<div class="card">{head}<div class="text">{marked(flat, asked)}</div></div>'
    preview = f'<span class="preview">{marked(_best_part(flat, asked), asked)}</span><span class="rest">{safe(words.whole_passage)}</span>'
    return (
        f'<div class="card">{head}<details><summary>{preview}</summary><div class="text">{_with_tables(item, asked)}</div></details></div>'
    )


def _with_tables(item: Evidence, asked: str) -> str:
    """The whole text; which of its lines are a table is known from its reading, for a bar may stand in any prose."""
    out, at = [], 0
    for table in item.tables:
        out += [marked(item.text[at : table.start].strip(), asked), _table(item.text[table.start : table.end], table.header_rows, asked)]
        at = table.end
    return "".join([*out, marked(item.text[at:].strip(), asked)])


def _table(text: str, header_rows: int, asked: str) -> str:
    rows = [_cells(line) for line in text.split("\n")]
    named = [cells for cells in rows[:header_rows] if not all(map(_RULE.fullmatch, cells))]
    parts = [(named, "th"), (rows[header_rows:], "td")]
    body = "".join(
        f"<tr>{''.join(f'<{tag}>{marked(cell, asked)}</{tag}>' for cell in cells)}</tr>" for several, tag in parts for cells in several
    )
    return f'<div class="rows"><table>{body}</table></div>'


def _cells(line: str) -> list[str]:
    return [line[start:end] for start, end in cell_spans(line)]


def cell_spans(line: str) -> list[tuple[int, int]]:
    """Where in a table's line its cells stand, without the blanks around them."""
    start, end = 0, len(line)
    if line.startswith("|") and line.rstrip().endswith("|"):  # Markdown, where a bar also stands around a row
        start, end = 1, max(1, len(line.rstrip()) - 1)
    edges = [start, *(edge for bar in _BAR.finditer(line, start, end) for edge in bar.span()), end]
    spans = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        cell = line[first:last]
        spans.append(
            (first + len(cell) - len(cell.lstrip()), max(first + len(cell) - len(cell.lstrip()), last - len(cell) + len(cell.rstrip())))
        )
    return spans


def snippet(text: str, asked: str) -> str:
    """Some two lines of the text, escaped, with the words of the question marked."""
    flat = _BARS.sub(" · ", " ".join(text.split())).strip(" ·")
    return marked(_best_part(flat, asked), asked)


def _words_of(text: str, asked: str) -> Iterable[tuple[re.Match[str], bool]]:
    """Each word of the text, and whether the question has it too."""
    stems = hangul_stems(asked)
    wanted = set(question_terms(re.sub(r"[가-힣]+", " ", asked)))
    for word in re.finditer(r"[^\W_]+", text):
        yield word, any(stem in word.group() for stem in stems) or not wanted.isdisjoint(_terms_of(word.group()))


@lru_cache(maxsize=16_384)  # a search marks some thousands of words, mostly the same ones
def _terms_of(word: str) -> tuple[str, ...]:
    return tuple(terms(word))


def words_in(text: str, asked: str) -> list[tuple[int, int]]:
    """Where in the text words of the question stand."""
    return [word.span() for word, hit in _words_of(text, asked) if hit]


def marked(text: str, asked: str) -> str:
    """The text, escaped, with the words of the question marked."""
    out, at = [], 0
    for word, hit in _words_of(text, asked):
        out.append(safe(text[at : word.start()]))
        out.append(f"<mark>{safe(word.group())}</mark>" if hit else safe(word.group()))
        at = word.end()
    out.append(safe(text[at:]))
    return "".join(out)


def _best_part(text: str, asked: str) -> str:
    """Some two lines of the text, there where most words of the question stand."""
    hits = [(word.start(), word.group()) for word, hit in _words_of(text, asked) if hit]

    def gathered(start: int) -> int:
        return len({word for at, word in hits if start <= at < start + _PREVIEW_CHARS * 2 // 3})

    first = max((at for at, _ in hits), key=lambda at: (gathered(at), -at), default=0)
    sentences = [0, *(found.end() for found in re.finditer(r"[.!?。]\s+", text)), len(text)]
    start = next(begin for begin, end in pairwise(sentences) if begin <= first < end or end == len(text))
    if first - start > _PREVIEW_CHARS // 2:
        start = text.rfind(" ", 0, first - _PREVIEW_CHARS // 4) + 1
    end = (
        len(text)
        if len(text) <= start + _PREVIEW_CHARS
        else max(text.rfind(" ", first, start + _PREVIEW_CHARS), start + _PREVIEW_CHARS // 2)
    )
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


def reason(failure: SeorapError, language: Language) -> str:
    return block(f'<p class="reason">{safe(failure.sentence(language))}</p>')


def size(size_bytes: int) -> str:
    if size_bytes < 1000:
        return f"{size_bytes} B"
    return f"{size_bytes / 1000:,.0f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:,.1f} MB"
