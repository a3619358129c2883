"""What the page remembers: the open drawer, for everybody; the language and the conversation, for each tab."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from weakref import WeakSet

import streamlit as st

from ingest.pictures import Pictures
from ingest.queue import Queue
from rag import no_network, ways_out
from rag.assemble import Assistant
from rag.errors import SeorapError
from rag.library.conversations import Kept
from rag.library.erase import Certificate, erase
from rag.library.library import Counts
from rag.library.manifest import Place
from rag.map import Maps
from rag.records import EVERYTHING, Answer, Event, EvidenceFound, Exchange, FileOutcome, Filter, Language, Reason
from ui.web.library.shelf import Shelf
from ui.words import page as words

_LANGUAGE = "language of the page"
"""Fact of a drawer: the language that was chosen on its page."""

_LEAVE_S = 5.0
_LEAVE_ERASING_S = 30.0


@dataclass(frozen=True)
class Sight:
    """What the page shows and what changes without anybody's click: another one is a reason to draw it again."""

    working: bool
    paused: bool
    outcomes: tuple[FileOutcome, ...]
    counts: Counts
    folders: tuple[tuple[bytes, bool, bool], ...]  # path, paused, reachable


@dataclass
class Erasure:
    """Documents that are being erased, or were, one after another."""

    names: tuple[str, ...]  # as ``Library.find`` knows them
    places: tuple[Place, ...]  # of all of them
    number: int = 0  # at work now
    step: str = "samples"
    share: float = 0.0  # of the step
    certificates: list[Certificate] = field(default_factory=list)
    errors: list[SeorapError] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def note(self, step: str, done: int, total: int) -> None:
        self.step, self.share = step, done / max(1, total)


class Desk:
    """The open drawer, as all tabs share it."""

    def __init__(self, assistant: Assistant, queue: Queue) -> None:
        self.assistant = assistant
        self.queue = queue
        self.pictures = Pictures(assistant.library, assistant.settings.sandbox)
        self.maps = Maps(assistant.library)
        self._changed = threading.Condition()
        self._answering = 0
        self._closing = False
        self.erasure: Erasure | None = None  # the last, until its certificate has been read
        self._trying = threading.Lock()
        self._tried: Counter[str] = Counter()

    def ask(
        self, question: str, *, only: Filter = EVERYTHING, history: Sequence[Exchange] = (), as_typed: bool = False
    ) -> Generator[Event, None, None]:
        """As ``Assistant.ask``; ends without an answer when the server shuts down."""
        return self._work(lambda: self.assistant.ask(question, only=only, history=history, as_typed=as_typed))

    def summarise(self, name: str) -> Generator[Event, None, None]:
        """As ``Assistant.summarise``, and ends as ``ask`` does."""
        return self._work(lambda: self.assistant.summarise(name))

    def compare(self, names: Sequence[str], points: Sequence[str]) -> Generator[Event, None, None]:
        """As ``Assistant.compare``, and ends as ``ask`` does."""
        return self._work(lambda: self.assistant.compare(names, points))

    def _work(self, begin: Callable[[], Iterator[Event]]) -> Generator[Event, None, None]:
        with self.at_work() as is_open:
            if not is_open:
                return
            with closing(begin()) as events:  # type: ignore[type-var]  # a generator
                for event in events:
                    if self._closing:
                        return
                    if isinstance(event, EvidenceFound) and any(item.page is not None for item in event.evidence):
                        self.pictures.warm()  # a page is looked at next
                    yield event

    @contextmanager
    def at_work(self) -> Iterator[bool]:
        """Whether the drawer is open; if it is, it is not closed before this ends, for ``_LEAVE_S``."""
        with self._changed:
            is_open = not self._closing
            self._answering += is_open
        try:
            yield is_open
        finally:
            with self._changed:
                self._answering -= is_open
                self._changed.notify_all()

    # --- erasing ------------------------------------------------------------------------------

    def is_erasing(self) -> bool:
        return self.erasure is not None and not self.erasure.ended.is_set()

    def begin_erasing(self, *names: str) -> bool:
        """As ``rag.library.erase.erase``, in a thread of its own: a click elsewhere ends the run of a page, and must not end this. False where
        another is under way. Certificates that nobody has read stay.

        Raises:
            NoSuchDocument, AmbiguousDocument
        """
        library = self.assistant.library
        places = {place.place: place for name in names for place in library.everywhere(library.find_one(name))}
        with self._changed:
            before = self.erasure
            if before and not before.ended.is_set():
                return False
            erasure = Erasure(names, tuple(places.values()))
            if before:
                erasure.places = before.places + erasure.places
                erasure.certificates, erasure.errors = list(before.certificates), list(before.errors)
            self.erasure = erasure
        threading.Thread(target=self._erase, args=(erasure,), name="erasing", daemon=True).start()
        return True

    def _erase(self, erasure: Erasure) -> None:
        try:
            for number, name in enumerate(erasure.names):
                erasure.number = number
                if self._closing:
                    return
                try:
                    erasure.certificates.append(erase(self.assistant.library, name, erasure.note))
                except SeorapError as error:
                    erasure.errors.append(error)
                finally:
                    self._let_go(erasure.places)
            self.queue.forget([place.place for place in erasure.places])
        finally:
            erasure.ended.set()

    def _let_go(self, places: Collection[Place]) -> None:
        """Of all that is kept in memory of what lay there and is out of the drawer now, also where no certificate could be given."""
        manifest = self.assistant.library.manifest
        erased = {content for place in places for content in (place.doc_id, place.snapshot) if content} - manifest.document_ids()
        if erased:
            self.pictures.forget(erased)
            self.maps.forget()
            forget(erased, manifest.kept_turns())
        forget_paths({place.place for place in places})

    # --- the network --------------------------------------------------------------------------

    def refused(self) -> dict[str, int]:
        """As ``no_network.refused``, without what was tried on purpose."""
        return dict(Counter(no_network.refused()) - self._tried)

    def try_ways_out(self) -> dict[str, str]:
        """As ``ways_out.try_all``, from within the process that serves the page. Only after ``leave_network``: else they would be taken."""
        with self._trying:
            before = Counter(no_network.refused())
            ended = ways_out.try_all()
            self._tried += Counter(no_network.refused()) - before
        return ended

    def working(self) -> bool:
        """Are documents being taken in, or waiting for it?"""
        return bool(self.queue.progress() or self.queue.is_waited_for())

    def sight(self) -> Sight:
        library = self.assistant.library
        return Sight(
            self.working(),
            self.queue.is_paused(),
            self.queue.outcomes(),
            library.counts(),
            tuple((folder.folder, folder.paused, folder.reachable) for folder in library.manifest.folders()),
        )

    def close(self) -> None:
        """Let no answer go on: the drawer is closed next. Returns when the last one has let go of it, or does not within seconds."""
        until = time.monotonic() + _LEAVE_S
        with self._changed:
            self._closing = True
        self.pictures.close()  # a page may take longer to be drawn than there is time
        with self._changed:
            while self._answering and time.monotonic() < until:
                self._changed.wait(timeout=0.1)
        if self.erasure:
            self.erasure.ended.wait(timeout=_LEAVE_ERASING_S)  # after that the next opening goes on with it


@dataclass
class Turn:
    """A question with what came of it: an answer, an error, or what had been written when it was stopped."""

    question: str
    only: Filter = EVERYTHING
    as_typed: bool = False
    answer: Answer | None = None
    error: Reason | None = None
    written: str = ""
    sources: tuple[str, ...] = ()  # ids of the documents from which it is being written
    begins_s: float | None = None  # after the question, by what is known of this machine
    asked: float = field(default_factory=time.time)  # seconds since the epoch
    kept: Kept | None = None  # where it lies in the drawer
    unkept: Reason | None = None  # why it does not lie there
    instead_of: Kept | None = None  # the turn whose place it takes, with all after it
    lost: bool = False  # there was an answer, which cannot be read any longer
    drawn: tuple[Answer, words.Words, str] | None = None  # that answer, in those words, as markup
    seen: int | None = None  # the last of the conversation that the tab knew, where it takes the place of another
    dropped: bool = False  # it is not to be kept: all conversations were deleted while it was made
    ended: threading.Event = field(default_factory=threading.Event)  # no longer being made, and kept if it is to be
    turn_id: str = field(default_factory=lambda: secrets.token_hex(8))  # by which the browser asks for files made of it

    def is_about(self, doc_ids: Collection[str]) -> bool:
        """Does it hold words of one of these documents, or may it, being unfinished?"""
        if self.answer is None:
            return bool(self.written)
        quoted = {item.doc_id for item in self.answer.evidence} | {cited.doc_id for cited in self.answer.citations}
        return not quoted.isdisjoint(doc_ids)

    def stays(self, erased: Collection[str], kept: Collection[Kept]) -> bool:
        return not self.is_about(erased) and (self.kept is None or self.kept in kept)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a click on ``data-send`` in our own markup asks for."""

    what: str
    value: str


@dataclass(eq=False)
class _Tab:
    language: Language
    turns: list[Turn] = field(default_factory=list)
    next: Turn | None = None  # to be asked when the page is drawn next
    editing: int | None = None  # the turn whose question is being edited
    conversation: int | None = None  # where the turns are kept
    conversations_shown: int = 12
    conversations_with: str = ""  # only those that hold this
    looked_at_address: bool = False
    work: Turn | None = None  # over whole documents: the last of it
    uploads: int = 0
    passwords: int = 0
    library: Shelf = field(default_factory=Shelf)
    whole_of: tuple[str, ...] = ()  # documents that were chosen to be summarised or compared
    only: Filter = EVERYTHING  # what the next question is asked of
    narrowings: int = 0
    sent: Sent | None = None
    sent_now: Sent | None = None
    ways_out: dict[str, str] = field(default_factory=dict)  # how each that was tried on purpose ended
    to_ask: str = ""  # what another view hands over to be asked
    to_search: str = ""  # and to be searched for

    def forget(self, doc_ids: Collection[str], kept: Collection[Kept]) -> None:
        """Drop every turn that holds words of these documents, or is kept in the drawer no longer."""
        self.turns = [turn for turn in self.turns if turn.stays(doc_ids, kept)]
        self.editing = None  # a number, which may be another turn's now
        if self.work and not self.work.stays(doc_ids, kept):
            self.work = None


@dataclass
class _Process:
    desk: Desk | None = None
    tabs: WeakSet[_Tab] = field(default_factory=WeakSet)
    erased: set[str] = field(default_factory=set)  # document ids
    guard: threading.Lock = field(default_factory=threading.Lock)  # of the tabs, which come while others are looked through


_process = _Process()


def open_desk(desk: Desk) -> None:
    _process.desk = desk


def close_desk() -> None:
    if closed := _process.desk:
        _process.desk = None
        closed.close()


def desk() -> Desk | None:
    """None while the server shuts down."""
    return _process.desk


@contextmanager
def desk_at_work() -> Iterator[Desk | None]:
    """As ``desk``, for what is not drawn by a script: the drawer is not closed meanwhile."""
    if (opened := desk()) is None:
        yield None
        return
    with opened.at_work() as is_open:
        yield opened if is_open else None


def _tabs() -> list[_Tab]:
    with _process.guard:
        return list(_process.tabs)


def forget(doc_ids: Collection[str], kept: Collection[Kept]) -> None:
    """No tab keeps an answer with words of these documents, which are erased, nor any other that the drawer let go of with them."""
    with _process.guard:
        _process.erased = _process.erased | set(doc_ids)  # others look at it meanwhile
        tabs = list(_process.tabs)
    for each in tabs:
        each.forget(doc_ids, kept)


def forget_paths(places: Collection[bytes]) -> None:
    """No tab tells of what lay there."""
    for each in _tabs():
        each.library.added = tuple(path for path in each.library.added if path not in places)


def forget_conversations() -> None:
    """No tab keeps a question or an answer, and what is being made just now is not kept either."""
    for each in _tabs():
        for turn in filter(None, (*each.turns, each.next, each.work)):
            turn.dropped = True
        each.turns, each.conversation, each.editing, each.next, each.work = [], None, None, None, None
        each.conversations_with = ""


def turn_named(turn_id: str) -> Turn | None:
    """What some tab shows."""
    return next((turn for each in _tabs() for turn in (*each.turns, each.work) if turn and turn.turn_id == turn_id), None)


def gone() -> Collection[str]:
    """Ids of the documents that have been erased since the start, and are not in the drawer again."""
    opened = desk()
    return _process.erased - opened.assistant.library.manifest.document_ids() if opened and _process.erased else set()


def settle(turn: Turn) -> None:
    """An answer with words of a document that was erased while it was made is none."""
    if (erased := gone()) and turn.is_about(erased):
        turn.answer, turn.written, turn.drawn = None, "", None


def tab() -> _Tab:
    if "tab" not in st.session_state:
        st.session_state.tab = _Tab(_first_language())
        with _process.guard:
            _process.tabs.add(st.session_state.tab)
    found: _Tab = st.session_state.tab
    return found


def _first_language() -> Language:
    opened = desk()
    if opened and opened.assistant.settings.language:
        return opened.assistant.settings.language
    return kept_language() or browser_language()


def browser_language() -> Language:
    return "ko" if (st.context.locale or "").startswith("ko") else "en"


def kept_language() -> Language | None:
    """The one that was chosen last, on this page or at an earlier start; None where the browser's is followed."""
    kept = opened.assistant.library.manifest.fact(_LANGUAGE) if (opened := desk()) else None
    return "ko" if kept == "ko" else "en" if kept == "en" else None


def choose_language(language: Language | None) -> None:
    """For this tab, and for every one that is opened later. None: as the browser has it.

    Raises:
        DrawerReadOnly, DrawerFull: it holds for this tab alone.
    """
    tab().language = language or browser_language()
    if (opened := desk()) is None:
        return
    if language:
        opened.assistant.library.manifest.set_fact(_LANGUAGE, language)
    else:
        opened.assistant.library.manifest.forget_fact(_LANGUAGE)


def wording() -> words.Words:
    return words.IN[tab().language]


def duration(seconds: float, wording: words.Words) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return wording.minutes.format(minutes=minutes, seconds=rest) if minutes else wording.seconds.format(seconds=rest)
