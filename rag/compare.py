"""Documents, points -> a table: what each document states about each point, every cell an answer from that document alone."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import product

from rag.answer import answer
from rag.languages import language_of
from rag.library.library import Library
from rag.pace import Pace
from rag.ports import Embedder, LanguageModel
from rag.records import Answer, Answered, Citation, Claim, Comparison, Document, Event, Evidence, Filter, Piece, Status, Timings, Waiting
from rag.settings import Settings
from rag.turns import Turns

MOST_DOCUMENTS = 6
MOST_POINTS = 8
_CHANCE_OF_A_POINT = 0.5
"""Of what a question needs before the model is asked: a point is a word or two, and documents say one of them otherwise ("notice period")."""


def compare(
    question: str,
    documents: Sequence[Document],
    points: Sequence[str],
    *,
    library: Library,
    embedder: Embedder,
    load_model: Callable[[], LanguageModel],
    turns: Turns,
    settings: Settings,
) -> Generator[Event, None, None]:
    """Yield for each cell how far it is, with the table so far, and the text as it is written; at last the whole table.

    A cell is what ``answer`` makes of the point and that document alone: its checks are the cell's. Close the iterator to stop the model.

    Raises:
        EmbedderMismatch, WeightsError, QuestionTooLong
    """
    table = _Growing(question, points, [document.name for document in documents], embedder.identity)
    pace = Pace(len(points) * len(documents))
    refusal = settings.refusal.model_copy(update={"least_chance": settings.refusal.least_chance * _CHANCE_OF_A_POINT, "sure_chance": 1.0})
    for done, (point, document) in enumerate(product(points, documents)):
        yield pace.at(done, f"{document.name}: {point}", table.answer(pace.ms()))
        cell: Answer | None = None
        with closing(
            answer(
                question_about(point),
                library=library,
                embedder=embedder,
                load_model=load_model,
                turns=turns,
                settings=settings.model_copy(update={"refusal": refusal}),
                only=Filter(documents=(document.doc_id,)),
                as_typed=True,  # a point narrows nothing
                about=point,
            )
        ) as events:
            for event in events:
                match event:
                    case Waiting() | Piece():
                        yield event
                    case Answered(found):
                        cell = found
        if cell is None:
            raise AssertionError("an answer ends with Answered")
        table.add(cell)
    yield Answered(table.answer(pace.ms()))


def question_about(point: str) -> str:
    """A question as the model knows them: it answers "notice period" with a definition. Particles are told from the last syllable."""
    if point.endswith("?"):
        return point
    if language_of(point) == "en":
        return (
            f"What is stated about the {point}?"
            if not point.lower().startswith(("the ", "a ", "an "))
            else f"What is stated about {point}?"
        )
    last = point[-1]
    closed = "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 != 0
    return f"{point}{'은' if closed else '는'} 어떻게 정해져 있나요?"


class _Growing:
    """A table while it is made, row by row."""

    def __init__(self, question: str, points: Sequence[str], documents: Sequence[str], embedder: str) -> None:
        self._question = question
        self._points, self._documents = tuple(points), tuple(documents)
        self._embedder = embedder
        self._model = ""
        self._cells: list[tuple[int, ...]] = []
        self._claims: list[Claim] = []
        self._citations: list[Citation] = []
        self._evidence: list[Evidence] = []

    def add(self, cell: Answer) -> None:
        """Only what has support goes into the table: a cell has no room for doubts."""
        kept = [claim for claim in cell.claims if claim.supported]
        first = len(self._claims)
        for claim in kept:
            numbers = []
            for cited in (cell.citations[at] for at in claim.citations):
                if cited not in self._citations:
                    self._citations.append(cited)
                numbers.append(self._citations.index(cited))
            self._claims.append(replace(claim, citations=tuple(numbers)))
        self._cells.append(tuple(range(first, len(self._claims))))
        self._evidence += cell.evidence if kept else ()
        self._model = cell.model or self._model

    def answer(self, elapsed_ms: float) -> Answer:
        width = len(self._documents)
        rows = tuple(tuple(self._cells[at : at + width]) for at in range(0, len(self._cells), width))
        return Answer(
            question=self._question,
            language=language_of(self._points[0]),
            status=Status.ANSWERED if self._claims else Status.NOT_FOUND,
            text=" ".join(claim.text for claim in self._claims),
            claims=tuple(self._claims),
            citations=tuple(self._citations),
            evidence=tuple(dict.fromkeys(self._evidence)),
            timings=Timings(0.0, total_ms=elapsed_ms),
            model=self._model,
            embedder=self._embedder,
            whole=Comparison(self._points, self._documents, rows),
        )
