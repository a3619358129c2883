"""Answer -> what of it is put into a file, in this order: what was asked, what is said, the words it rests on, how it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from ingest import pictures
from rag.records import EVERYTHING, Answer, Citation, Claim, Comparison, Doubt, Evidence, Language, Status, Summary, Survey
from ui.dossier.blocks import Block, Dossier, Fact, Facts, Grid, Heading, Paragraph, Picture, Run, Runs
from ui.web import render
from ui.words import dossier as dossier_words
from ui.words import page as page_words

Draw = Callable[[Citation], pictures.Picture | None]
"""The page with the quotation highlighted; None where there is no picture of it."""

Surround = Callable[[Citation], tuple[str, str, str] | None]
"""The text before a quotation, the quotation, the text after it; None where nobody knows."""

PICTURES = 40
"""Quotations at most that have a picture of their page: a list of places may hold two hundred."""

_NEAREST = 3
_SURROUNDING_CHARS = 1500
_CAPTION_CHARS = 300
"""Of a file name in a caption: it may be of any length."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the answer itself does not know of how it was made."""

    made: datetime  # the file
    answered: datetime | None = None  # None where nobody noted it


@dataclass(frozen=True, slots=True)
class _Telling:
    """Everything the parts below need to tell of an answer."""

    answer: Answer
    words: dossier_words.Words
    page: page_words.Words
    draw: Draw
    surround: Surround


def dossier_of(
    answer: Answer,
    provenance: Provenance,
    *,
    language: Language,
    picture: Draw,
    surroundings: Surround,
    names: Mapping[str, str] | None = None,
) -> Dossier:
    """``names``: what documents are called that the question's filter knows by their ids."""
    telling = _Telling(answer, dossier_words.IN[language], page_words.IN[language], picture, surroundings)
    blocks = [
        *_asked(telling, names or {}),
        *_answered(telling),
        *_quotations(telling),
        *(_nearest(telling) if answer.status is Status.NOT_FOUND else ()),
        *_provenance(telling, provenance),
    ]
    return Dossier(_title(telling), one_line(answer.question), language, _with_offset(provenance.made), tuple(blocks))


def one_line(text: str) -> str:
    """Any text as it may stand in any of the files; what XML cannot hold is shown as a sign."""
    flat = render.plain(" ".join(text.split()))
    return "".join("\ufffd" if ord(letter) & 0xFFFE == 0xFFFE else letter for letter in flat)


def _named(name: str) -> str:
    return one_line(render.visible(name))


def _title(telling: _Telling) -> str:
    match telling.answer.whole:
        case Summary():
            return telling.words.title_summary
        case Comparison():
            return telling.words.title_comparison
        case Survey():
            return telling.words.title_survey
    return telling.words.title_answer


def _with_offset(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.astimezone()


# --- what was asked ----------------------------------------------------------------------------


def _asked(telling: _Telling, names: Mapping[str, str]) -> Iterator[Block]:
    answer, words = telling.answer, telling.words
    yield Heading(1, words.asked)
    yield Paragraph((Run(one_line(answer.question), bold=True),))
    facts = []
    if answer.understood and answer.understood.text != answer.question.strip():
        facts.append(Fact(words.as_understood, one_line(answer.understood.text)))
    if answer.understood and answer.understood.phrases:
        facts.append(Fact(words.phrases, ", ".join(words.phrase.format(phrase=one_line(phrase)) for phrase in answer.understood.phrases)))
    facts.append(Fact(words.documents_asked, _scope(telling, names)))
    yield Facts(tuple(facts))


def _scope(telling: _Telling, names: Mapping[str, str]) -> str:
    answer = telling.answer
    match answer.whole:
        case Summary(document=document):
            return _named(document)
        case Comparison(documents=documents):
            return ", ".join(map(_named, documents))
    if not answer.understood or answer.understood.only == EVERYTHING:
        return telling.words.all_documents
    only = answer.understood.only
    known = (
        {cited.doc_id: cited.document for cited in answer.citations}
        | {item.doc_id: item.document for item in answer.evidence}
        | dict(names)
    )
    named = [known.get(document, document) for document in only.documents]
    return one_line(render.filter_in_words(only, telling.page, named=named))


# --- what is said ------------------------------------------------------------------------------


def _answered(telling: _Telling) -> Iterator[Block]:
    answer, page = telling.answer, telling.page
    yield Heading(1, telling.words.answered)
    match answer.whole:
        case Comparison() as comparison:
            yield from _comparison(telling, comparison)
        case _ if answer.status is Status.NOT_FOUND:
            yield from _not_found(telling)
        case Summary() as summary:
            yield from _summary(telling, summary)
        case Survey() as survey:
            yield from _survey(telling, survey)
        case None:
            yield from (Paragraph(_said(claim, telling)) for claim in answer.claims)
    if answer.status is Status.PARTIAL:
        yield _note(page.partial)
    if answer.uncovered:
        yield _note(page.uncovered.format(parts="; ".join(map(one_line, answer.uncovered))))
    if answer.cut_short:
        yield _note(page.cut_short)
    if answer.stopped:
        yield _note(page.stopped_part if answer.whole else page.stopped)


def _note(text: str) -> Paragraph:
    return Paragraph((Run(text),), "note")


def _said(claim: Claim, telling: _Telling, *, verbatim: bool = False) -> Runs:
    text = one_line(claim.text)
    if not claim.supported:
        why = telling.page.doubts[claim.doubt or Doubt.WORDS]
        return Run(text, struck=True), Run(f" ({telling.words.no_support.format(why=why)})", quiet=True)
    note = (Run(f" ({telling.words.verbatim})", quiet=True),) if claim.verbatim or verbatim else ()
    return (Run(text), *_marks(claim.citations, telling), *note)


def _marks(citations: Iterable[int], telling: _Telling) -> Iterator[Run]:
    yield from (Run(f"[{at + 1}]", number=at + 1) for at in citations if at < len(telling.answer.citations))


def _not_found(telling: _Telling) -> Iterator[Block]:
    answer, page = telling.answer, telling.page
    yield Paragraph((Run(page.not_found, bold=True),), "notice")
    if answer.missing_phrases:
        phrases = ", ".join(telling.words.phrase.format(phrase=one_line(phrase)) for phrase in answer.missing_phrases)
        yield Paragraph((Run(page.phrases_missing.format(phrases=phrases)),))
    else:
        yield Paragraph((Run(page.not_found_more if answer.evidence else page.nothing_near),))
    if answer.claims:
        yield _note(telling.words.written_without_support)
        yield from (Paragraph(_said(claim, telling), "item") for claim in answer.claims)


def _comparison(telling: _Telling, comparison: Comparison) -> Iterator[Block]:
    claims = telling.answer.claims
    rows = []
    for point, cells in zip(comparison.points, comparison.cells, strict=False):
        told = [_parted(_said(claims[at], telling) for at in cell) or (Run(telling.page.not_stated, quiet=True),) for cell in cells]
        told += [(Run("…", quiet=True),)] * (len(comparison.documents) - len(told))  # stopped before it came to them
        rows.append(((Run(one_line(point), bold=True),), *told))
    yield Grid((telling.words.point, *map(_named, comparison.documents)), tuple(rows))


def _parted(several: Iterable[Runs]) -> Runs:
    return tuple(run for at, runs in enumerate(several) for run in ((Run(" "), *runs) if at else runs))


def _summary(telling: _Telling, summary: Summary) -> Iterator[Block]:
    if summary.share < 1:
        yield _note(telling.page.summary_share.format(share=max(1, round(100 * summary.share))))
    for section in summary.sections:
        where = [Run(_named(section.title), bold=True)] if section.title else []
        if section.page is not None:
            where.append(Run((" · " if where else "") + render.pages(section, telling.page), quiet=True))
        if where:
            yield Paragraph(tuple(where), "place")
        for at in section.claims:
            yield Paragraph(_said(telling.answer.claims[at], telling, verbatim=at in section.verbatim))


def _survey(telling: _Telling, survey: Survey) -> Iterator[Block]:
    page = telling.page
    counted = page.survey.format(subject=one_line(survey.subject), places=survey.places, documents=survey.documents)
    yield Paragraph((Run(counted, bold=True),))
    if survey.shown < survey.places:
        yield _note(page.survey_cut.format(shown=survey.shown))
    numbered = list(enumerate(telling.answer.citations, 1))
    yield from _listed(telling, numbered[: survey.shown])
    if near := numbered[survey.shown :]:
        yield _note(page.survey_near)
        yield from _listed(telling, near)


def _listed(telling: _Telling, numbered: Sequence[tuple[int, Citation]]) -> Iterator[Block]:
    """Where the places are; what they say stands among the quotations."""
    for _, group in groupby(numbered, key=lambda each: each[1].doc_id):
        places = list(group)
        runs = [Run(_named(places[0][1].document), bold=True)]
        for number, cited in places:
            runs += [Run("  "), Run(f"[{number}]", number=number)]
            runs += [Run(f" {render.pages(cited, telling.page)}", quiet=True)] if cited.page is not None else []
        yield Paragraph(tuple(runs), "item")


# --- the words it rests on ---------------------------------------------------------------------


def _quotations(telling: _Telling) -> Iterator[Block]:
    answer, words = telling.answer, telling.words
    yield Heading(1, words.quotations)
    if not answer.citations:
        yield _note(words.no_quotations)
    if len(answer.citations) > PICTURES:
        yield _note(words.pictures_cut.format(count=PICTURES))
    for number, cited in enumerate(answer.citations, 1):
        place = _place(cited, telling)
        yield Heading(2, words.quotation_of.format(number=number, place=place), number)
        yield Paragraph((Run(one_line(cited.quote)),), "quotation")
        facts = [Fact(words.heading, " › ".join(map(one_line, under)))] if (under := _headings(answer, cited, number - 1)) else []
        if cited.recognised:
            sure = words.recognised_sure.format(confidence=round(cited.recognised.confidence), engine=one_line(cited.recognised.engine))
            facts.append(Fact(words.recognised, sure))
        yield Facts((*facts, Fact(words.sha256, one_line(cited.doc_id), exact=True)))
        yield from _shown(telling, cited, number, place)


def _place(item: Citation | Evidence, telling: _Telling) -> str:
    name = _named(item.document)
    return name if item.page is None else f"{name}, {render.pages(item, telling.page)}"


def _headings(answer: Answer, cited: Citation, at: int) -> tuple[str, ...]:
    """Of the passage in which the words were found, as far as that is known."""
    for item in answer.evidence:
        if item.doc_id == cited.doc_id and item.headings and cited.quote in item.text and _on_its_pages(cited, item):
            return item.headings
    if isinstance(answer.whole, Summary):
        for section in answer.whole.sections:
            if section.title and any(at in answer.claims[claim].citations for claim in section.claims):
                return (section.title,)
    return ()


def _on_its_pages(cited: Citation, item: Evidence) -> bool:
    if cited.page is None or item.page is None:
        return True
    return item.page <= cited.page <= (item.page_end or item.page)


def _shown(telling: _Telling, cited: Citation, number: int, place: str) -> Iterator[Block]:
    """Its page, else the words around it."""
    around = tuple(_surroundings(telling, cited))
    drawn = telling.draw(cited) if number <= PICTURES else None
    if drawn:
        caption = telling.words.picture.format(place=place[:_CAPTION_CHARS], number=number)
        yield Picture(drawn, caption, number, around)
    else:
        yield from around


def _surroundings(telling: _Telling, cited: Citation) -> Iterator[Paragraph]:
    if found := telling.surround(cited):
        before, quotation, after = map(one_line, found)
        begin = f"… {before[-_SURROUNDING_CHARS:]}" if len(before) > _SURROUNDING_CHARS else before
        end = f"{after[:_SURROUNDING_CHARS]} …" if len(after) > _SURROUNDING_CHARS else after
        yield Paragraph((Run(f"{begin} ", quiet=True), Run(quotation, marked=True), Run(f" {end}", quiet=True)))
        yield _note(telling.words.surroundings)


def _nearest(telling: _Telling) -> Iterator[Block]:
    if telling.answer.evidence and not telling.answer.citations:
        yield Heading(1, telling.words.nearest)
        yield _note(telling.words.nearest_lead)
        for item in telling.answer.evidence[:_NEAREST]:
            yield Paragraph((Run(_place(item, telling), bold=True),), "place")
            yield Paragraph((Run(one_line(item.text)),), "quotation")
            yield Facts((Fact(telling.words.sha256, one_line(item.doc_id), exact=True),))


# --- how it was made ---------------------------------------------------------------------------


def _provenance(telling: _Telling, known: Provenance) -> Iterator[Block]:
    answer, words = telling.answer, telling.words
    yield Heading(1, words.provenance)
    facts = [
        Fact(words.version, f"Seorap {one_line(answer.version)}" if answer.version else words.unnoted),
        Fact(words.model, one_line(answer.model), exact=True) if answer.model else Fact(words.model, words.no_model),
        Fact(words.embedder, one_line(answer.embedder), exact=True),
        Fact(words.index, words.no_index if answer.index_generation is None else words.generation.format(number=answer.index_generation)),
    ]
    facts += [Fact(words.answered_at, _iso(known.answered))] if known.answered else []
    yield Facts((*facts, Fact(words.exported_at, _iso(known.made))))
    if answer.citations:
        yield Heading(2, words.checked)
        yield Paragraph((Run(words.checked_all),))
        yield Paragraph((Run(words.checked_how),))
    yield Heading(2, words.means_not)
    yield from (Paragraph((Run(limit),), "item") for limit in (words.limits if answer.citations else words.limits_not_found))


def _iso(moment: datetime) -> str:
    return _with_offset(moment).isoformat(timespec="seconds")


def without_pictures(dossier: Dossier) -> Dossier:
    """With what stands in for them."""
    return replace(
        dossier, blocks=tuple(each for block in dossier.blocks for each in (block.instead if isinstance(block, Picture) else (block,)))
    )
