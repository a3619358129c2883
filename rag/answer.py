"""A whole question, from its words to a checked answer. READ FIRST."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache

from rag import find
from rag.cite import cite
from rag.conversation import REWRITTEN_TOKENS, accepted, joined, needs_conversation, rewriting_prompt
from rag.ground import GroundedClaim, ground, in_its_own_words, in_their_own_language, says_not_found, word_for_word
from rag.languages import language_of
from rag.library.library import Library
from rag.ports import Embedder, LanguageModel, Vectors
from rag.prompt import build_prompt, readable_in_time
from rag.prospect import Prospect, prospect
from rag.question import narrowed
from rag.records import (
    EVERYTHING,
    Answer,
    Answered,
    Beginning,
    Claim,
    Event,
    Evidence,
    EvidenceFound,
    Exchange,
    Filter,
    Piece,
    Rewriting,
    Status,
    Timings,
    Understood,
)
from rag.retrieve import onward
from rag.settings import Settings
from rag.turns import Turns
from rag.verdict import is_yes_or_no, verdict_of


def answer(
    question: str,
    *,
    library: Library,
    embedder: Embedder,
    load_model: Callable[[], LanguageModel],
    turns: Turns,
    settings: Settings,
    only: Filter = EVERYTHING,
    history: Sequence[Exchange] = (),
    as_typed: bool = False,
    about: str = "",
) -> Generator[Event, None, None]:
    """Yield how the question is understood, the evidence, the text as it is written, and at last the answer with every claim checked.

    ``as_typed``: the question is not rewritten from ``history``, and nothing in it is taken for a filter.
    ``about``: what of the question must stand in the documents, where other words only make a question of it.
    Close the iterator to stop the model; nothing is answered then. The model is not asked when there is no evidence.

    Raises:
        EmptyQuestion, QuestionTooLong, NoSuchDocument, NoSuchTag, NothingFits, EmbedderMismatch, WeightsError
    """
    clock = _Clock()
    question = unicodedata.normalize("NFC", question)
    typed, understood = question, find.read(question, library=library, only=only, as_typed=as_typed)
    if history and not as_typed and needs_conversation(understood.text):
        # What it means takes the model seconds; there is something to read at once.
        understood = _still_of(understood, history, library=library, only=only)
        likely = replace(understood, text=joined(understood.text, history))
        yield EvidenceFound(
            find.find(
                likely,
                library=library,
                embedder=embedder,
                settings=settings.retrieval,
                k=settings.retrieval.passages,
                scope=find.scope_of(likely, library=library, only=only),
            ),
            likely=True,
        )
        understood = yield from _stand_alone(understood, history, model=load_model(), turns=turns)
    if understood != Understood(typed.strip()):
        yield understood
    question, scope = understood.text, find.scope_of(understood, library=library, only=only)
    evidence = find.find(
        understood, library=library, embedder=embedder, settings=settings.retrieval, k=settings.retrieval.passages, scope=scope
    )
    clock.retrieved()
    yield EvidenceFound(evidence)

    text, claims, written_by = "", tuple[GroundedClaim, ...](), ""
    hope = prospect(question, evidence, library=library, embedder=embedder, settings=settings.refusal, scope=scope, about=about)
    if hope.hopeful:
        model = load_model()  # only now: neither the evidence nor a refusal must wait for it
        written_by = model.identity
        with turns.join() as turn:
            yield from turn.wait()
            prompt = build_prompt(
                question,
                hope.evidence,
                hope.asked,
                onward=lambda item, offset: onward(item.doc_id, offset, library=library, score=item.score),
                model=model,
                settings=readable_in_time(settings.answer, model.speed.able),
            )
            clock.prompt_tokens = len(prompt.tokens)
            if model.speed.reading:
                yield Beginning(model.unread(prompt.tokens, prompt.marks) / model.speed.reading)
            with closing(model.stream(prompt.tokens, max_tokens=settings.answer.max_tokens, marks=prompt.marks)) as steps:
                for step in steps:
                    clock.wrote(step.written)
                    text += step.text
                    yield Piece(step.text)
        claims = _supported(text, question, hope, read=prompt.evidence, embedder=embedder)

    checked = checked_answer(
        typed,
        claims,
        evidence=evidence,
        library=library,
        timings=clock.timings(),
        model=written_by,
        embedder=embedder.identity,
        cut_short=(clock.answer_tokens or 0) >= settings.answer.max_tokens,
        uncovered=hope.uncovered,
    )
    yield Answered(checked if understood == Understood(typed.strip()) else replace(checked, understood=understood))


def _supported(text: str, question: str, hope: Prospect, *, read: Sequence[Evidence], embedder: Embedder) -> tuple[GroundedClaim, ...]:
    """What the model wrote, claim by claim; where nothing of it has support, the document's own words first."""

    @lru_cache(maxsize=1)  # every claim is compared with the same sentences
    def vectors(others: tuple[str, ...]) -> Vectors:
        return embedder.embed_passages(others)

    def similar(text: str, others: Sequence[str]) -> list[float]:
        return [float(cosine) for cosine in vectors(tuple(others)) @ embedder.embed_question(text)]

    declined = says_not_found(text)
    claims = () if declined else ground(text, read, question, similar=similar if hope.mixed else None)
    if any(claim.quotations for claim in claims):
        return tuple(map(word_for_word, claims))
    said = verdict_of(text) if is_yes_or_no(question) else ""
    own: tuple[GroundedClaim, ...] = ()
    if hope.abroad:
        own = in_their_own_language(question, read, claims, similar)
    elif said or hope.sure or claims:
        own = in_its_own_words(question, hope.asked, read, claims, verdict=said)
    return (*own, *claims)


def _still_of(understood: Understood, history: Sequence[Exchange], *, library: Library, only: Filter) -> Understood:
    """Where it names no documents, those that the question before it named go on."""
    taken = understood.taken
    if taken == EVERYTHING and find.still_fits(history[-1].taken, library=library, only=only):
        taken = history[-1].taken
    return replace(understood, taken=taken, only=narrowed(understood.only, taken))


def _stand_alone(
    understood: Understood, history: Sequence[Exchange], *, model: LanguageModel, turns: Turns
) -> Generator[Event, None, Understood]:
    """The question as it reads without the conversation."""
    written = ""
    with turns.join() as turn:
        yield from turn.wait()
        prompt, marks = rewriting_prompt(understood.text, history, model=model)
        with closing(model.stream(prompt, max_tokens=REWRITTEN_TOKENS, marks=marks)) as steps:
            for step in steps:
                written += step.text
                yield Rewriting()
    return replace(understood, text=accepted(written, understood.text, history) or joined(understood.text, history))


def checked_answer(
    question: str,
    claims: Sequence[GroundedClaim],
    *,
    evidence: tuple[Evidence, ...],
    library: Library,
    timings: Timings,
    model: str,
    embedder: str,
    cut_short: bool,
    uncovered: tuple[str, ...] = (),
) -> Answer:
    """Without one supported claim it is not an answer, whatever the model wrote; what cannot be supported stays among the claims, each
    with its doubt, but is no part of the answer's text."""
    supported = sum(bool(claim.quotations) for claim in claims)
    status = Status.ANSWERED if supported == len(claims) and not uncovered else Status.PARTIAL
    if not supported:
        status = Status.NOT_FOUND
    documents = {item.doc_id: item.document for item in evidence}
    quotations = list(dict.fromkeys(quotation for claim in claims for quotation in claim.quotations))
    return Answer(
        question=question,
        language=language_of(question),
        status=status,
        text=" ".join(claim.text for claim in claims if claim.quotations),
        claims=tuple(
            Claim(
                claim.text,
                bool(claim.quotations),
                tuple(quotations.index(quotation) for quotation in claim.quotations),
                claim.doubt,
                verbatim=claim.verbatim,
            )
            for claim in claims
        ),
        citations=tuple(cite(quotation, documents[quotation.doc_id], library) for quotation in quotations),
        evidence=evidence,
        timings=timings,
        model=model,
        embedder=embedder,
        cut_short=cut_short,
        uncovered=uncovered if supported else (),
    )


class _Clock:
    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._retrieval_ms = 0.0
        self._first_token_ms: float | None = None
        self.prompt_tokens: int | None = None
        self.answer_tokens: int | None = None

    def _ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000

    def retrieved(self) -> None:
        self._retrieval_ms = self._ms()

    def wrote(self, tokens: int) -> None:
        if tokens and self._first_token_ms is None:
            self._first_token_ms = self._ms()
        self.answer_tokens = tokens

    def timings(self) -> Timings:
        return Timings(self._retrieval_ms, self._first_token_ms, self._ms(), self.prompt_tokens, self.answer_tokens)
