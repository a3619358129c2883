"""Settings -> Assistant: the only place that chooses implementations."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from types import TracebackType

from rag import environment, find
from rag.answer import answer
from rag.compare import MOST_DOCUMENTS, MOST_POINTS, compare
from rag.conversation import needs_conversation
from rag.errors import DocumentNotReadable, NothingToCompareOn, TooMuchToCompare, WeightsError
from rag.intent import comparison_of, may_name_documents, summary_of, survey_subject
from rag.learn import Learner
from rag.library.library import Library
from rag.lookup import Choice, LookedUp, look_up
from rag.ports import Embedder, LanguageModel
from rag.prompt import readable_in_time
from rag.records import EVERYTHING, Answer, Answered, Document, Event, Evidence, Exchange, Filter, PartProgress, Understood
from rag.settings import AnswerSettings, Settings
from rag.speed import Speed
from rag.summarise import summarise
from rag.survey import survey
from rag.turns import Turns
from rag.version import VERSION
from rag.weights.acquire import in_use, locate_language_model
from rag.weights.choice import Opened, open_embedder
from rag.weights.cores import threads_for
from rag.weights.in_use import Embedding, Models, Writer, quantisation_of

_SPEED = "pace of "
"""Fact of a drawer: how fast a model has read and written here."""


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
        self._opened: Opened | None = None
        self._model = model
        self._loading_embedder = threading.Lock()  # each its own: a search need not wait for the model that writes
        self._loading_model = threading.Lock()
        self._turns = Turns(self._hurry)
        self._learner: Learner | None = None
        self._may_load_model = model is None
        self._model_used = 0.0  # by time.monotonic
        self._closed = False
        library.states.most_bytes = settings.answer.kept_mib << 20

    @property
    def embedder(self) -> Embedder:
        """Raises: WeightsError."""
        with self._loading_embedder:
            if self._embedder is None:
                self._opened = open_embedder(self.settings.weights)
                self._embedder = self._opened.embedder
            return self._embedder

    @property
    def model(self) -> LanguageModel:
        """Raises: WeightsError."""
        with self._loading_model:
            self._model_used = time.monotonic()
            if self._model is None:
                from rag.weights.language_model import LlamaCppModel
                from rag.weights.repacking import is_repacked

                weights = self.settings.weights
                self._model = LlamaCppModel(
                    locate_language_model(weights),
                    context_tokens=weights.context_tokens,
                    threads=weights.threads,
                    repacked=is_repacked(weights),
                    states=self.library.states if self.settings.answer.kept_mib else None,
                )
                if noted := self.library.manifest.fact(_SPEED + self._model.identity):
                    self._model.speed.recall(noted)
            return self._model

    def warm(self) -> None:
        """Load both models now rather than at the first question."""
        self.embedder.embed_question("")
        self.library.warm(self.embedder.identity)
        _ = self.model

    def unload_unused(self, unused_s: float) -> None:
        """Give the language model's memory back where nobody has used it for so long: the next question loads it again."""
        with self._loading_model:
            if self._may_load_model and not self._turns.anyone() and time.monotonic() - self._model_used > unused_s:
                self._model = None

    def models(self) -> Models:
        """What they are, whether they are in memory, and how fast they are here. Loads nothing, and waits for nothing."""
        from rag.weights.repacking import is_repacked

        weights, model, opened = self.settings.weights, self._model, self._opened
        writes, embeds = in_use(weights)
        threads = threads_for(weights.threads)
        speed = model.speed if model else self._noted_speed(writes.path.stem)
        idle = model is not None and not self._turns.anyone()
        return Models(
            Writer(
                writes,
                quantisation=quantisation_of(weights, writes),
                threads=threads,
                context_tokens=model.context_tokens if model else weights.context_tokens,
                repacked=writes.present and is_repacked(weights),
                loaded=model is not None,
                unused_s=time.monotonic() - self._model_used if idle and self._model_used else None,
                reading_per_s=speed.able,
                writing_per_s=speed.writing,
            ),
            Embedding(
                embeds,
                engine=opened.engine if opened else "",
                passages_per_s=opened.passages_per_s if opened else None,
                threads=threads,
                loaded=self._embedder is not None,
            ),
        )

    def _noted_speed(self, identity: str) -> Speed:
        speed = Speed()
        if noted := self.library.manifest.fact(_SPEED + identity):
            speed.recall(noted)
        return speed

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

    def look_up(self, question: str, *, k: int, choice: Choice = frozenset(), unfinished: bool = False, as_typed: bool = False) -> LookedUp:
        """The ``k`` best documents with their best passages, and what there is to choose among all; by words alone where there are no weights.
        See ``rag.lookup``.

        Raises:
            EmptyQuestion, EmbedderMismatch
        """
        embedder, why = None, None
        try:
            embedder = self.embedder
        except WeightsError as error:
            why = error
        found = look_up(
            question,
            library=self.library,
            embedder=embedder,
            settings=self.settings.retrieval,
            k=k,
            choice=choice,
            unfinished=unfinished,
            as_typed=as_typed,
        )
        return replace(found, by_words_because=why)

    def ask(self, question: str, *, only: Filter = EVERYTHING, history: Sequence[Exchange] = (), as_typed: bool = False) -> Iterator[Event]:
        """See ``answer``. What wants whole documents ("summarise lease.pdf", "list every clause that ...") is done as such, unless ``as_typed``."""
        if not as_typed and (work := self._whole(question, only, history)):
            return work
        return self._noted(
            self._signed(
                answer(
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
            )
        )

    def _signed(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """Every answer says what it was made with."""
        with closing(events):
            for event in events:
                match event:
                    case Answered(found):
                        yield Answered(self._with_origin(found))
                    case PartProgress(so_far=found):
                        yield replace(event, so_far=self._with_origin(found))
                    case _:
                        yield event

    def _with_origin(self, found: Answer) -> Answer:
        return replace(found, version=VERSION, index_generation=self.library.index_generation())

    def _noted(self, events: Generator[Event, None, None]) -> Generator[Event, None, None]:
        """Answers, with each of which is kept how fast the model was; afterwards what may be asked next is read."""
        with closing(events):
            for event in events:
                if isinstance(event, Answered) and event.answer.model:
                    self._note_speed()
                    if self._learner:
                        self._learner.expect(event.answer.evidence, event.answer.language)
                yield event  # last, since nobody need ask for what comes after an answer

    def _note_speed(self) -> None:
        key, now = _SPEED + self.model.identity, self.model.speed
        noted = self.library.manifest.fact(key)
        if now.has_moved(noted):
            self.library.manifest.set_fact(key, now.note())

    # --- reading ahead ------------------------------------------------------------------------

    def learn_while(self, may_work: Callable[[], bool], *, new_documents: bool = True) -> None:
        """From now on, while nobody waits for an answer and ``may_work`` says so, read what is likely to be asked about: what surrounds the
        evidence of answers, and ``new_documents`` too. Where nothing is kept, nothing is."""
        if self._closed or not (self.settings.answer.kept_mib and self.settings.answer.read_ahead):
            return
        self._learner = Learner(
            self.library,
            load_model=lambda: self.model,
            turns=self._turns,
            settings=self._read_in_time,
            may_work=may_work,
            new_documents=new_documents,
        )
        self._learner.start()

    def _read_in_time(self) -> AnswerSettings:
        """Without loading the model: as long as nobody has, how fast it is does not matter."""
        model = self._model
        return readable_in_time(self.settings.answer, model.speed.able) if model else self.settings.answer

    def _hurry(self) -> None:
        """Somebody waits for the model."""
        if model := self._model:
            model.give_way()

    def settle(self, timeout_s: float) -> bool:
        """Wait until everything that is likely to be asked has been read; False where that takes longer."""
        return self._learner.settle(timeout_s) if self._learner else True

    # --- work over whole documents ------------------------------------------------------------

    def _whole(self, question: str, only: Filter, history: Sequence[Exchange]) -> Iterator[Event] | None:
        if not question.strip():
            return None
        understood = find.read(question, library=self.library, only=only)
        if subject := survey_subject(understood.text):
            if history and needs_conversation(subject):  # "List every clause that mentions it"
                return None
            return self._survey(subject, question, understood, only)
        if not may_name_documents(understood.text):
            return None
        # The names in the question are what is worked on, not what is looked through: one of two may be without its suffix.
        folders_and_such = replace(understood, taken=replace(understood.taken, documents=()))
        scope = find.scope_of(folders_and_such, library=self.library, only=only)
        documents = [document for document in self.library.documents() if document.doc_id and (not scope or document.doc_id in scope)]
        names = [document.name for document in documents]
        if name := summary_of(understood.text, names):
            return self.summarise(_told_apart(name, documents), question=question)
        if compared := comparison_of(understood.text, names):
            return self.compare([_told_apart(name, documents) for name in compared.names], compared.points, question=question)
        return None

    def summarise(self, name: str, *, question: str = "") -> Iterator[Event]:
        """See ``rag.summarise``; ``name`` is a file name, path or document id.

        Raises:
            NoSuchDocument, AmbiguousDocument, DocumentNotReadable
        """
        document = self._document(name)
        return self._signed(
            summarise(
                question or document.name,
                document.doc_id,
                library=self.library,
                embedder=self.embedder,
                load_model=lambda: self.model,
                turns=self._turns,
                settings=self.settings.summary,
            )
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
        return self._signed(
            compare(
                question or ", ".join(points),
                documents,
                points,
                library=self.library,
                embedder=self.embedder,
                load_model=lambda: self.model,
                turns=self._turns,
                settings=self.settings,
            )
        )

    def survey(self, subject: str, *, only: Filter = EVERYTHING) -> Iterator[Event]:
        """See ``rag.survey``; needs no language model.

        Raises:
            EmptyQuestion, NoSuchDocument, NoSuchTag, NothingFits
        """
        return self._survey(subject, subject, find.read(subject, library=self.library, only=only, as_typed=True), only)

    def _survey(self, subject: str, question: str, understood: Understood, only: Filter) -> Iterator[Event]:
        return self._signed(self._places(subject, question, understood, only))

    def _places(self, subject: str, question: str, understood: Understood, only: Filter) -> Generator[Event, None, None]:
        told = understood != Understood(question.strip())
        if told:
            yield understood
        scope = find.scope_of(understood, library=self.library, only=only)
        found = survey(question, subject, library=self.library, embedder=self.embedder, scope=scope)
        yield Answered(replace(found, understood=understood) if told else found)

    def _document(self, name: str) -> Document:
        doc_id = self.library.find_one(name)[0].doc_id
        if not doc_id:
            raise DocumentNotReadable(name=name)
        return next(document for document in self.library.documents() if document.doc_id == doc_id)

    def close(self) -> None:
        self._closed = True
        if self._learner:
            self._learner.close()
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _told_apart(name: str, documents: Sequence[Document]) -> str:
    """The id of the one of ``documents`` that is called so, as others outside of them may be, too; the name itself where several are."""
    ids = [document.doc_id for document in documents if document.name == name]
    return ids[0] if len(ids) == 1 else name


def open_assistant(settings: Settings) -> Assistant:
    """Open the drawer; the models follow when they are needed.

    Raises:
        LibraryError: in use, not writable, damaged.
    """
    environment.isolate()
    return Assistant(settings, Library(settings.home))
