"""Summaries, comparisons and lists of places, in markup of our own; every word of a document goes through ``render.safe``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from rag.records import Answer, Citation, Comparison, PartProgress, SectionSummary, Status, Summary, Survey
from ui.web.render import block, mark, marked, opener, pages, quotation, safe, visible
from ui.words.page import Words

_PLACES_SHOWN = 5
"""Of a document that are seen without asking for more."""


def whole(found: Answer, words: Words) -> str:
    match found.whole:
        case Summary() as summary:
            inner = _summary(found, summary, words)
        case Comparison() as comparison:
            inner = _comparison(found, comparison, words)
        case Survey() as survey:
            inner = _survey(found, survey, words)
        case None:
            raise ValueError("an ordinary answer is drawn by render.answer")
    return block(inner + (_small(words.stopped_part) if found.stopped else ""), hits=True)


def is_drawn(found: Answer) -> bool:
    """A table without a single statement still says for each cell that nothing is stated; a list of nothing is "not in your documents"."""
    return isinstance(found.whole, Comparison) or (found.whole is not None and found.status is not Status.NOT_FOUND)


def progress(event: PartProgress, words: Words, *, left: str) -> str:
    """What is checked so far, and below it how far that is."""
    line = words.part.format(number=event.done + 1, total=event.total)
    facts = [f"{line}: {visible(event.current)}" if event.current else line]
    if event.seconds_a_part is not None and event.seconds_a_part >= 1:
        facts.append(words.part_pace.format(seconds=round(event.seconds_a_part)))
    facts += [left] if left else []
    so_far = whole(event.so_far, words) if event.so_far.claims or _has_cells(event.so_far) else ""
    return so_far + block(f'<p class="small while-running" role="status">{safe(" · ".join(facts))}</p>')


def _has_cells(found: Answer) -> bool:
    return isinstance(found.whole, Comparison) and bool(found.whole.cells)


def _small(text: str) -> str:
    return f'<p class="small">{safe(text)}</p>'


# --- summary -----------------------------------------------------------------------------------


def _summary(found: Answer, summary: Summary, words: Words) -> str:
    share = _small(words.summary_share.format(share=max(1, round(100 * summary.share)))) if summary.share < 1 else ""
    return share + "".join(_section(found, section, words) for section in summary.sections)


def _section(found: Answer, section: SectionSummary, words: Words) -> str:
    """What is said about it, and folded below that, as there are many sections, the words that support it."""
    said = []
    for at in section.claims:
        text = safe(found.claims[at].text)
        own = at in section.verbatim
        said.append(f"<p>{f'“{text}”' if own else text}{_marks(found, found.claims[at].citations, words)}</p>")
    cited = sorted({number for at in section.claims for number in found.claims[at].citations})
    quotes = "".join(quotation(found.citations[number], number + 1, words) for number in cited)
    where = [f"<b>{safe(visible(section.title))}</b>"] if section.title else []
    where += [safe(pages(section, words))] if section.page is not None else []
    title = f'<p class="where">{" · ".join(where)}</p>' if where else ""
    return f'<div class="part">{title}{"".join(said)}<details><summary>{safe(words.supporting)}</summary>{quotes}</details></div>'


# --- comparison --------------------------------------------------------------------------------


def _comparison(found: Answer, comparison: Comparison, words: Words) -> str:
    head = "<td></td>" + "".join(f"<th>{safe(visible(name))}</th>" for name in comparison.documents)
    rows = "".join(
        f"<tr><th>{safe(point)}</th>{''.join(_cell(found, cell, words) for cell in row)}</tr>"
        for point, row in zip(comparison.points, comparison.cells, strict=False)
    )
    quotes = "".join(quotation(cited, number, words) for number, cited in enumerate(found.citations, 1))
    return f'<div class="rows wide"><table><tr>{head}</tr>{rows}</table></div>{quotes}'


def _cell(found: Answer, claims: Sequence[int], words: Words) -> str:
    if not claims:
        return f'<td class="nothing">{safe(words.not_stated)}</td>'
    return "<td>" + " ".join(safe(found.claims[at].text) + _marks(found, found.claims[at].citations, words) for at in claims) + "</td>"


def _marks(found: Answer, citations: Iterable[int], words: Words) -> str:
    return "".join(mark(number, found.citations, words) for number in citations)


# --- list of places ----------------------------------------------------------------------------


def _survey(found: Answer, survey: Survey, words: Words) -> str:
    counted = words.survey.format(subject=survey.subject, places=survey.places, documents=survey.documents)
    cut = _small(words.survey_cut.format(shown=survey.shown)) if survey.shown < survey.places else ""
    near = found.citations[survey.shown :]
    apart = _small(words.survey_near) + _places(near, survey.subject, words) if near else ""
    return f'<p class="answer">{safe(counted)}</p>{cut}{_places(found.citations[: survey.shown], survey.subject, words)}{apart}'


def _places(cited: Sequence[Citation], subject: str, words: Words) -> str:
    return "".join(_document(list(places), subject, words) for _, places in groupby(cited, key=lambda each: each.doc_id))


def _document(cited: Sequence[Citation], subject: str, words: Words) -> str:
    quotes = [_place(each, subject, words) for each in cited]
    rest = quotes[_PLACES_SHOWN:]
    more = f"<details><summary>{safe(words.more_places.format(count=len(rest)))}</summary>{''.join(rest)}</details>" if rest else ""
    return f'<div class="part"><p class="where"><b>{safe(visible(cited[0].document))}</b></p>{"".join(quotes[:_PLACES_SHOWN])}{more}</div>'


def _place(cited: Citation, subject: str, words: Words) -> str:
    page = f'<div class="where">{opener(cited, safe(words.page.format(page=cited.page) if cited.page is not None else words.open_place))}</div>'
    return f'<div class="quote place">“{marked(" ".join(cited.quote.split()), subject)}”{page}</div>'
