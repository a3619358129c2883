"""A whole question, from its words to a checked answer. READ FIRST."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing

from rag.cite import cite
from rag.errors import EmptyQuestion
from rag.ground import GroundedClaim, Quotation, ground, says_not_found
from rag.library.library import Library
from rag.ports import Embedder, LanguageModel
from rag.prompt import build_prompt, language_of
from rag.records import Answer, Answered, Citation, Claim, Event, Evidence, EvidenceFound, Piece, Status, Timings, Waiting
from rag.retrieve import coverage, retrieve
from rag.settings import Settings


def answer(
    question: str,
    *,
    library: Library,
    embedder: Embedder,
    load_model: Callable[[], LanguageModel],
    turns: Turns,
    settings: Settings,
    scope: Collection[str] = (),
) -> Iterator[Event]:
    """Yield the evidence, the text as it is written, and at last the answer with every claim checked.

    Close the iterator to stop the model; nothing is answered then. The model is not asked when there is no evidence.

    Raises:
        EmptyQuestion, QuestionTooLong, EmbedderMismatch, WeightsError
    """
    if not question.strip():
        raise EmptyQuestion
    clock = _Clock()
    evidence = retrieve(
        question, library=library, embedder=embedder, settings=settings.retrieval, k=settings.retrieval.passages, scope=scope
    )
    clock.retrieved()
    yield EvidenceFound(evidence)

    model = load_model()  # only now: the evidence must not wait for it
    text, claims = "", tuple[GroundedClaim, ...]()
    if evidence and (scope or _is_about(question, evidence, library, settings.answer.least_coverage)):
        with turns.join() as turn:
            yield from turn.wait()
            prompt = build_prompt(question, evidence, model=model, settings=settings.answer)
            clock.prompt_tokens = len(prompt.tokens)
            with closing(model.stream(prompt.tokens, max_tokens=settings.answer.max_tokens)) as steps:
                for step in steps:
                    clock.wrote(step.written)
                    text += step.text
                    yield Piece(step.text)
        if not says_not_found(text):
            claims = ground(text, prompt.evidence, question)

    yield Answered(
        checked_answer(
            question,
            text,
            claims,
            evidence=evidence,
            library=library,
            timings=clock.timings(),
            model=model.identity,
            embedder=embedder.identity,
            cut_short=(clock.answer_tokens or 0) >= settings.answer.max_tokens,
        )
    )


def _is_about(question: str, evidence: Sequence[Evidence], library: Library, least: float) -> bool:
    """Do the documents speak of what is asked? Words can tell only where question and documents are in one language."""
    same_language = [item for item in evidence if language_of(item.text) == language_of(question)]
    return len(same_language) < len(evidence) or coverage(question, same_language, library=library) >= least


def checked_answer(
    question: str,
    text: str,
    claims: Sequence[GroundedClaim],
    *,
    evidence: tuple[Evidence, ...],
    library: Library,
    timings: Timings,
    model: str,
    embedder: str,
    cut_short: bool,
) -> Answer:
    """Without one supported claim it is not an answer, whatever the model wrote."""
    supported = sum(bool(claim.quotations) for claim in claims)
    status = Status.ANSWERED if supported == len(claims) else Status.PARTIAL
    if not supported:
        status, claims = Status.NOT_FOUND, ()
    quotations = list(dict.fromkeys(quotation for claim in claims for quotation in claim.quotations))
    return Answer(
        question=question,
        language=language_of(question),
        status=status,
        text=" ".join(claim.text for claim in claims),
        claims=tuple(
            Claim(claim.text, bool(claim.quotations), tuple(quotations.index(quotation) for quotation in claim.quotations))
            for claim in claims
        ),
        citations=tuple(_cite(quotation, evidence, library) for quotation in quotations),
        evidence=evidence,
        timings=timings,
        model=model,
        embedder=embedder,
        cut_short=cut_short,
    )


def _cite(quotation: Quotation, evidence: tuple[Evidence, ...], library: Library) -> Citation:
    document = next(item.document for item in evidence if item.doc_id == quotation.doc_id)
    return cite(quotation, document, library)


class Turns:
    """First come, first served: one answer is written at a time."""

    def __init__(self) -> None:
        self._waiting: deque[Turn] = deque()
        self._changed = threading.Condition()

    def join(self) -> Turn:
        return Turn(self._waiting, self._changed)


class Turn:
    """One place in the queue, from ``with`` to its end."""

    def __init__(self, waiting: deque[Turn], changed: threading.Condition) -> None:
        self._waiting = waiting
        self._changed = changed

    def __enter__(self) -> Turn:
        with self._changed:
            self._waiting.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        with self._changed:
            self._waiting.remove(self)
            self._changed.notify_all()

    def wait(self) -> Iterator[Waiting]:
        """Return when it is our turn; until then say some times a second how many are ahead, so that the reader can leave."""
        while True:
            with self._changed:
                if ahead := self._waiting.index(self):
                    self._changed.wait(timeout=0.3)
            if not ahead:
                return
            yield Waiting(ahead)


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
