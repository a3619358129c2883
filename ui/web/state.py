"""What the page remembers: the open drawer, for everybody; the language and the conversation, for each tab."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import streamlit as st

from ingest.queue import Queue
from rag.assemble import Assistant
from rag.errors import SeorapError
from rag.library.library import Counts
from rag.records import EVERYTHING, Answer, Event, Exchange, FileOutcome, Filter, Language
from ui.words import page as words

_LEAVE_S = 5.0


@dataclass(frozen=True)
class Sight:
    """What the page shows and what changes without anybody's click: another one is a reason to draw it again."""

    working: bool
    paused: bool
    outcomes: tuple[FileOutcome, ...]
    counts: Counts
    folders: tuple[tuple[bytes, bool, bool], ...]  # path, paused, reachable


class Desk:
    """The open drawer, as all tabs share it."""

    def __init__(self, assistant: Assistant, queue: Queue) -> None:
        self.assistant = assistant
        self.queue = queue
        self._changed = threading.Condition()
        self._answering = 0
        self._closing = False

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
        with self._changed:
            self._answering += 1
        try:
            with closing(begin()) as events:  # type: ignore[type-var]  # a generator
                for event in events:
                    if self._closing:
                        return
                    yield event
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

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
        self._closing = True
        until = time.monotonic() + _LEAVE_S
        with self._changed:
            while self._answering and time.monotonic() < until:
                self._changed.wait(timeout=0.1)


@dataclass
class Turn:
    """A question with what came of it: an answer, an error, or what had been written when it was stopped."""

    question: str
    only: Filter = EVERYTHING
    as_typed: bool = False
    answer: Answer | None = None
    error: SeorapError | None = None
    written: str = ""


@dataclass
class _Process:
    desk: Desk | None = None


@dataclass
class _Tab:
    language: Language
    turns: list[Turn] = field(default_factory=list)
    work: Turn | None = None  # over whole documents: the last of it
    uploads: int = 0
    passwords: int = 0
    documents_shown: int = 50
    failures_shown: int = 5
    folders_open: bool = False
    only: Filter = EVERYTHING  # what the next question is asked of
    narrowings: int = 0


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


def tab() -> _Tab:
    if "tab" not in st.session_state:
        st.session_state.tab = _Tab(_first_language())
    found: _Tab = st.session_state.tab
    return found


def _first_language() -> Language:
    opened = desk()
    if opened and opened.assistant.settings.language:
        return opened.assistant.settings.language
    return "ko" if (st.context.locale or "").startswith("ko") else "en"


def wording() -> words.Words:
    return words.IN[tab().language]


def duration(seconds: float, wording: words.Words) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return wording.minutes.format(minutes=minutes, seconds=rest) if minutes else wording.seconds.format(seconds=rest)
