"""Settings -> Assistant: the only place that chooses implementations."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from rag.answer import Turns, answer
from rag.compare import MOST_DOCUMENTS, MOST_POINTS, compare
from rag.errors import DocumentNotReadable, NothingToCompareOn, TooMuchToCompare
from rag.intent import comparison_of, may_name_documents, summary_of, survey_subject
from rag.library.library import Library
from rag.ports import Embedder, LanguageModel
from rag.records import Answered, Document, Event, Evidence
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.summarise import summarise
from rag.survey import survey
from rag.weights.acquire import locate_embedder, locate_language_model


@dataclass(frozen=True, slots=True)
class Found:
    evidence: tuple[Evidence, ...]
    retrieval_ms: float


class Assistant:
    """A drawer with the models to search and answer from it. One per process; any thread may use it. Models load when first needed."""

    def __init__(
        self, settings: Settings, library: Library, *, embedder: Embedder | None = None, model: LanguageModel | None = None
    ) -> None:
        self.settings = settings
        self.library = library
        self._embedder = embedder
        self._model = model
        self._loading_embedder = threading.Lock()  # each its own: a search need not wait for the model that writes
        self._loading_model = threading.Lock()
        self._turns = Turns()

    @property
    def embedder(self) -> Embedder:
        """Raises: WeightsError."""
        with self._loading_embedder:
            if self._embedder is None:
                from rag.weights.embedder import SentenceTransformerEmbedder

                weights = self.settings.weights
                self._embedder = SentenceTransformerEmbedder(
                    locate_embedder(weights),
                    question_prefix=weights.question_prefix,
                    passage_prefix=weights.passage_prefix,
                    threads=weights.threads,
                )
            return self._embedder

    @property
    def model(self) -> LanguageModel:
        """Raises: WeightsError."""
        with self._loading_model:
            if self._model is None:
                from rag.weights.language_model import LlamaCppModel

                weights = self.settings.weights
                self._model = LlamaCppModel(locate_language_model(weights), context_tokens=weights.context_tokens, threads=weights.threads)
            return self._model

    def warm(self) -> None:
        """Load both models now rather than at the first question."""
        self.embedder.embed_question("")
        _ = self.model

    def search(self, question: str, *, k: int, scope: Sequence[str] = (), tags: Sequence[str] = ()) -> tuple[Evidence, ...]:
        """The best evidence, without an answer, from the documents named in ``scope`` that have all ``tags``.

        Raises:
            NoSuchDocument: a name in ``scope`` is not in the drawer.
            NoSuchTag: no document has all the tags.
        """
        return retrieve(
            question,
            library=self.library,
            embedder=self.embedder,
            settings=self.settings.retrieval,
            k=k,
            scope=self.library.scope(scope, tags),
        )

    def timed_search(self, question: str, *, k: int, scope: Sequence[str] = ()) -> Found:
        started = time.perf_counter()
        evidence = self.search(question, k=k, scope=scope)
        return Found(evidence, (time.perf_counter() - started) * 1000)

    def ask(self, question: str, *, scope: Sequence[str] = (), tags: Sequence[str] = ()) -> Iterator[Event]:
        """See ``answer``; ``scope`` holds names of documents, empty for all, and of those only such as have all ``tags`` are asked.

        What wants whole documents ("summarise lease.pdf", "list every clause that ...") is done as such.
        """
        return self._whole(question, scope, tags) or answer(
            question,
            library=self.library,
            embedder=self.embedder,
            load_model=lambda: self.model,
            turns=self._turns,
            settings=self.settings,
            scope=self.library.scope(scope, tags),
        )

    # --- work over whole documents ------------------------------------------------------------

    def _whole(self, question: str, scope: Sequence[str], tags: Sequence[str]) -> Iterator[Event] | None:
        if subject := survey_subject(question):
            return self.survey(subject, question=question, scope=scope, tags=tags)
        if not may_name_documents(question):
            return None
        within = self.library.scope(scope, tags)
        names = [document.name for document in self.library.documents() if document.doc_id and (not within or document.doc_id in within)]
        if name := summary_of(question, names):
            return self.summarise(name, question=question)
        if compared := comparison_of(question, names):
            return self.compare(compared.names, compared.points, question=question)
        return None

    def summarise(self, name: str, *, question: str = "") -> Iterator[Event]:
        """See ``rag.summarise``; ``name`` is a file name, path or document id.

        Raises:
            NoSuchDocument, AmbiguousDocument, DocumentNotReadable
        """
        document = self._document(name)
        return summarise(
            question or document.name,
            document.doc_id,
            library=self.library,
            embedder=self.embedder,
            load_model=lambda: self.model,
            turns=self._turns,
            settings=self.settings.summary,
        )

    def compare(self, names: Sequence[str], points: Sequence[str], *, question: str = "") -> Iterator[Event]:
        """See ``rag.compare``; ``names`` as for ``summarise``.

        Raises:
            NothingToCompareOn, TooMuchToCompare, NoSuchDocument, AmbiguousDocument, DocumentNotReadable
        """
        if not points:
            raise NothingToCompareOn
        documents = list({document.doc_id: document for document in map(self._document, names)}.values())
        if not 2 <= len(documents) <= MOST_DOCUMENTS or len(points) > MOST_POINTS:
            raise TooMuchToCompare(documents=len(documents), points=len(points), most_documents=MOST_DOCUMENTS, most_points=MOST_POINTS)
        return compare(
            question or ", ".join(points),
            documents,
            points,
            library=self.library,
            embedder=self.embedder,
            load_model=lambda: self.model,
            turns=self._turns,
            settings=self.settings,
        )

    def survey(self, subject: str, *, question: str = "", scope: Sequence[str] = (), tags: Sequence[str] = ()) -> Iterator[Event]:
        """See ``rag.survey``; needs no language model."""
        yield Answered(
            survey(question or subject, subject, library=self.library, embedder=self.embedder, scope=self.library.scope(scope, tags))
        )

    def _document(self, name: str) -> Document:
        doc_id = self.library.find_one(name)[0].doc_id
        if not doc_id:
            raise DocumentNotReadable(name=name)
        return next(document for document in self.library.documents() if document.doc_id == doc_id)

    def close(self) -> None:
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_assistant(settings: Settings) -> Assistant:
    """Open the drawer; the models follow when they are needed.

    Raises:
        LibraryError: in use, not writable, damaged.
    """
    return Assistant(settings, Library(settings.home))
