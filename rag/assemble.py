"""Settings -> Assistant: the only place that chooses implementations."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from rag import find
from rag.answer import Turns, answer
from rag.library.library import Library
from rag.ports import Embedder, LanguageModel
from rag.records import EVERYTHING, Event, Evidence, Exchange, Filter, Understood
from rag.settings import Settings
from rag.weights.acquire import locate_embedder, locate_language_model


@dataclass(frozen=True, slots=True)
class Found:
    understood: Understood
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

    def search(self, question: str, *, k: int, only: Filter = EVERYTHING, as_typed: bool = False) -> Found:
        """The best evidence, without an answer, from the documents that fit ``only`` and what the question says of them.

        Raises:
            EmptyQuestion, NoSuchDocument, NoSuchTag, NothingFits
        """
        started = time.perf_counter()
        understood = find.read(question, library=self.library, only=only, as_typed=as_typed)
        evidence = find.find(
            understood,
            library=self.library,
            embedder=self.embedder,
            settings=self.settings.retrieval,
            k=k,
            scope=find.scope_of(understood, library=self.library, only=only),
        )
        return Found(understood, evidence, (time.perf_counter() - started) * 1000)

    def ask(self, question: str, *, only: Filter = EVERYTHING, history: Sequence[Exchange] = (), as_typed: bool = False) -> Iterator[Event]:
        """See ``answer``."""
        return answer(
            question,
            library=self.library,
            embedder=self.embedder,
            load_model=lambda: self.model,
            turns=self._turns,
            settings=self.settings,
            only=only,
            history=history,
            as_typed=as_typed,
        )

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
