"""Document -> summary: section by section, every sentence with the words that support it.

The model writes a sentence or two about each section; code looks for their support there, as for any answer. What has none is
replaced by the section's most central sentence, word for word, so that nothing unsupported is ever in a summary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass

from rag.cite import cite
from rag.force import keeps_force
from rag.ground import GroundedClaim, ground
from rag.languages import written_in
from rag.library.fulltext import terms
from rag.library.library import Library
from rag.pace import Pace
from rag.ports import Embedder, LanguageModel, Mark, Vectors
from rag.quotable import Quotation, plain
from rag.records import (
    Answer,
    Answered,
    Citation,
    Claim,
    Event,
    Evidence,
    Language,
    Piece,
    SectionSummary,
    Status,
    Summary,
    Timings,
)
from rag.sections import Section, representative, sections
from rag.sentences import sentence_spans
from rag.settings import SummarySettings
from rag.turns import Turns

INSTRUCTION: dict[Language, str] = {
    "en": "You read documents and note what they say, using only their own words. Copy names, numbers and dates exactly as they are written.",
    "ko": "당신은 문서를 읽고 그 내용을 문서에 쓰인 말로 적는 비서입니다. 이름, 숫자, 날짜는 적힌 그대로 쓰세요.",
}
_TASK: dict[Language, str] = {
    "en": "Write the most important rule or fact of this text in one or two short sentences. "
    'Say who must, may or gets what; do not write "outlines" or "the text".',
    "ko": "위 글에서 가장 중요한 내용을 한두 문장으로 짧게 쓰세요. '이 글은'이라고 쓰지 마세요.",
}
"""Said after the text: a small model told only before it what to do writes "The agreement outlines the rights and obligations"."""

_MOST_CLAIMS = 2
_QUOTABLE_CHARS = range(25, 600)
"""Of a sentence that may stand for its section: shorter ones are headings, longer ones tables and lists."""


def summarise(
    question: str,
    doc_id: str,
    *,
    library: Library,
    embedder: Embedder,
    load_model: Callable[[], LanguageModel],
    turns: Turns,
    settings: SummarySettings,
) -> Generator[Event, None, None]:
    """Yield for each section how far it is, with what is checked already, and the text as it is written; at last the whole summary.

    Close the iterator to stop the model. A long document costs no more calls of the model than a short one: its most representative
    sections are read, and the summary says how much of the document they are.

    Raises:
        EmbedderMismatch, WeightsError
    """
    passages, vectors = library.whole(doc_id, embedder=embedder.identity)
    model = load_model()
    found = sections(
        passages,
        vectors,
        tokens=lambda text: len(model.encode_text(text)),
        wanted=settings.sections,
        most_tokens=settings.section_tokens,
    )
    chosen = [found[at] for at in representative(found, settings.sections)]
    share = sum(section.end - section.start for section in chosen) / max(1, sum(section.end - section.start for section in found))
    summary = _Growing(question, written_in(" ".join(passage.text for passage in passages)), model.identity, embedder.identity, library)
    pace = Pace(len(chosen))
    for done, section in enumerate(chosen):
        yield pace.at(done, section.title, summary.answer(share, pace.ms()))
        evidence = _evidence(section, library)
        text = ""
        with turns.join() as turn:
            yield from turn.wait()
            prompt, marks = _prompt(evidence, model, summary.language)
            with closing(model.stream(prompt, max_tokens=settings.max_tokens, marks=marks)) as steps:
                for step in steps:
                    text += step.text
                    yield Piece(step.text)
        summary.add(section, evidence, _supported(text, section, evidence, embedder))
    yield Answered(summary.answer(share, pace.ms()))


def _prompt(evidence: Evidence, model: LanguageModel, language: Language) -> tuple[list[int], tuple[Mark, ...]]:
    before, after = model.frame(INSTRUCTION[language])
    place = ", ".join([evidence.document, *evidence.headings[-2:]])
    return [*before, *model.encode_text(f"[{place}]\n{evidence.text}\n\n{_TASK[language]}"), *after], (Mark(len(before), ""),)


@dataclass(frozen=True, slots=True)
class _Said:
    claims: tuple[GroundedClaim, ...]  # every one with a quotation
    verbatim: bool  # the last one is the section's own sentence


def _supported(text: str, section: Section, evidence: Evidence, embedder: Embedder) -> _Said:
    """What of the model's sentences has support; in place of the rest, once, what the section itself says."""
    written = ground(_whole_sentences(text), [evidence], "")[:_MOST_CLAIMS]
    kept = tuple(claim for claim in written if _stands(claim))
    if kept and len(kept) == len(written):
        return _Said(kept, False)
    quoted = {quotation for claim in kept for quotation in claim.quotations}
    own = central_sentence(section.vector, evidence, embedder, leave_out=quoted)
    return _Said((*kept, GroundedClaim(" ".join(own.text.split()), (own,))), True) if own else _Said(kept, False)


def _stands(claim: GroundedClaim) -> bool:
    if not claim.quotations or _OF_THE_TEXT.search(claim.text):
        return False
    return all(keeps_force(claim.text, found.text) for found in claim.quotations)


_OF_THE_TEXT = re.compile(
    r"^(?:the|this)\b[^,.]{0,60}\b(?:agreement|lease|contract|document|section|part|text|article|policy|passage|leaflet|report|clauses?)\b[^,.]{0,30}"
    r"\b(?:outlines?|describes?|discuss(?:es)?|details|covers?|explains?|specif(?:y|ies)|mentions?|addresses|contains?|includes?|sets? out|provides? (?:an?|the|for|details|information))\b"
    r"|most important (?:things?|points?|rules?)|^(?:이|위|본)\s*(?:글|부분|문서|조항|장|절|내용)(?:은|는|에서|에는)|(?:에 대해|에 대한|에 관한)[^.]{0,20}(?:설명|다루|다룬|소개|규정하고)",
    re.IGNORECASE,
)
"""Speaks of the text instead of saying what it says; nearly all words of such a sentence stand there, and it tells nothing."""


def _whole_sentences(text: str) -> str:
    """Without the last, where the limit on tokens broke it off."""
    spans = sentence_spans(text)
    if len(spans) > 1 and not re.search(r"[.!?。다요음함][\"'”’)\]]*$", text.rstrip()):
        return text[: spans[-1][0]]
    return text


def central_sentence(middle: Vectors, evidence: Evidence, embedder: Embedder, *, leave_out: Collection[Quotation] = ()) -> Quotation | None:
    """The sentence nearest to the middle of its section; None where nothing in it is a sentence."""
    titles = {plain(title) for title in evidence.headings}
    candidates = [
        Quotation(evidence.doc_id, evidence.start + start, evidence.start + end, words)
        for start, end in sentence_spans(evidence.text)
        for words in (evidence.text[start:end],)
        if len(words) in _QUOTABLE_CHARS
        and "|" not in words
        and "....." not in words
        and plain(words) not in titles
        and len(terms(words)) > 3
    ]
    free = [quotation for quotation in candidates if not any(_overlap(quotation, taken) for taken in leave_out)]
    if not free:
        return None
    near = embedder.embed_passages([quotation.text for quotation in free]) @ middle
    return free[int(near.argmax())]


def _overlap(first: Quotation, second: Quotation) -> bool:
    return first.start < second.end and second.start < first.end


def _evidence(section: Section, library: Library) -> Evidence:
    first, last = section.passages[0], section.passages[-1]
    return Evidence(
        first.doc_id,
        first.document,
        first.page,
        last.page_end,
        section.start,
        section.end,
        library.text(first.doc_id, section.start, section.end),
        first.headings,
        1.0,
        (section.start, section.end),
        library.tables(first.doc_id, section.start, section.end),
    )


class _Growing:
    """A summary while it is made."""

    def __init__(self, question: str, language: Language, model: str, embedder: str, library: Library) -> None:
        self.language = language
        self._question = question
        self._model, self._embedder = model, embedder
        self._library = library
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._evidence: list[Evidence] = []
        self._sections: list[SectionSummary] = []
        self._known: set[str] = set()

    def add(self, section: Section, evidence: Evidence, said: _Said) -> None:
        first = len(self._claims)
        for claim in said.claims:
            if plain(claim.text) in self._known:  # a document may say a thing twice, its summary need not
                continue
            self._known.add(plain(claim.text))
            at = len(self._citations)
            self._citations += [cite(quotation, evidence.document, self._library) for quotation in claim.quotations]
            self._claims.append(Claim(claim.text, True, tuple(range(at, len(self._citations)))))
        self._evidence.append(evidence)
        if len(self._claims) > first:
            indices = tuple(range(first, len(self._claims)))
            own = tuple(at for at in indices[-1:] if said.verbatim and self._claims[at].text == said.claims[-1].text)
            self._sections.append(SectionSummary(section.title, evidence.page, evidence.page_end, indices, own))

    def answer(self, share: float, elapsed_ms: float) -> Answer:
        return Answer(
            question=self._question,
            language=self.language,
            status=Status.ANSWERED if self._claims else Status.NOT_FOUND,
            text=" ".join(claim.text for claim in self._claims),
            claims=tuple(self._claims),
            citations=tuple(self._citations),
            evidence=tuple(self._evidence),
            timings=Timings(0.0, total_ms=elapsed_ms),
            model=self._model,
            embedder=self._embedder,
            whole=Summary(self._evidence[0].document if self._evidence else "", tuple(self._sections), share),
        )
