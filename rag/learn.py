"""What is likely to be asked about is read while nobody waits, so that its answer begins at once."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag.errors import SeorapError
from rag.library.library import Library
from rag.ports import LanguageModel
from rag.prompt import beginning
from rag.records import Evidence, Language
from rag.retrieve import onward
from rag.settings import AnswerSettings
from rag.turns import Turns

log = logging.getLogger(__name__)

_AFTER_S = 2.0
"""Of quiet before the first work: the next question of the same reader comes first."""

_LOOK_EVERY_S = 0.5

_OF_ONE_ANSWER = 4
"""Pieces of its evidence that are read afterwards, best first."""

_LOOK_AGAIN_S = 3.0
"""When there is nothing to do."""

_OF_A_NEW_DOCUMENT = 24
"""Passages from its beginning."""

_AROUND = 5
"""Passages of a piece and the one before, with each of which the answer to the next question may begin."""

_MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The passage that holds ``offset``, as the first snippet of a question in ``language``."""

    doc_id: str
    offset: int
    language: Language


class Learner:
    """A thread that works only while nothing else does: no question waits, and ``may_work`` says so. Start it once, close it once."""

    def __init__(
        self,
        library: Library,
        *,
        load_model: Callable[[], LanguageModel],
        turns: Turns,
        settings: Callable[[], AnswerSettings],
        may_work: Callable[[], bool],
        new_documents: bool = True,
    ) -> None:
        self._library = library
        self._load_model = load_model
        self._turns = turns
        self._settings = settings
        self._may_work = may_work
        self._new_documents = new_documents
        self._waiting: deque[_Wanted] = deque(maxlen=_MOST_WAITING)
        self._changed = threading.Condition()
        self._looked_into: set[str] = set()
        self._closed = False
        self._working = False
        self._quiet_from = 0.0  # by time.monotonic
        self._thread = threading.Thread(target=self._run, name="learner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def expect(self, evidence: Sequence[Evidence], language: Language) -> None:
        """Questions about these pieces, the best first, and what surrounds them; before all that was expected earlier."""
        if language not in self._settings().read_ahead:
            return
        wanted = [
            _Wanted(item.doc_id, passage.start, language)
            for item in evidence[:_OF_ONE_ANSWER]
            for passage in self._library.passages_from(item.doc_id, max(0, item.start - 1), _AROUND)
            if passage.start < item.end
        ]
        with self._changed:
            for one in reversed(wanted):
                if one in self._waiting:
                    self._waiting.remove(one)
                self._waiting.appendleft(one)
            self._quiet_from = time.monotonic() + _AFTER_S
            self._changed.notify_all()

    def settle(self, timeout_s: float) -> bool:
        """Wait until nothing is left to read; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not (self._waiting or self._working), timeout_s)

    def _run(self) -> None:
        while wanted := self._next():
            done = True
            try:
                with closing(self._reading(wanted)) as steps:
                    done = all(self._goes_on() for _ in steps)
            except SeorapError as error:
                log.info("reading ahead failed: %s", type(error).__name__)
            with self._changed:
                self._working = False
                if not done and wanted not in self._waiting:
                    self._waiting.appendleft(wanted)
                self._changed.notify_all()

    def _next(self) -> _Wanted | None:
        """Wait until there is something to read and time for it; None at the end."""
        while not self._closed:
            if not self._goes_on():
                self._quiet_from = time.monotonic() + _AFTER_S
            elif self._new_documents and not self._waiting:
                self._look_into_new_documents()
            with self._changed:
                if self._waiting and time.monotonic() >= self._quiet_from:
                    self._working = True
                    return self._waiting.popleft()
                self._changed.wait_for(lambda: self._closed, _LOOK_EVERY_S if self._waiting else _LOOK_AGAIN_S)
        return None

    def _look_into_new_documents(self) -> None:
        """The newest that has not been read ahead in this run, as long as half of the room is free: the rest is for what is really asked."""
        states = self._library.states
        if states.size_bytes() > states.most_bytes / 2:
            return
        languages, read_ahead = self._library.languages(), self._settings().read_ahead
        known = {doc_id for doc_id, language in languages.items() if language in read_ahead} - self._looked_into
        newest = max(
            (document for document in self._library.documents() if document.doc_id in known), key=lambda one: one.added, default=None
        )
        if newest:
            self._looked_into.add(newest.doc_id)
            passages = self._library.passages_from(newest.doc_id, 0, _OF_A_NEW_DOCUMENT)
            with self._changed:
                self._waiting.extend(_Wanted(newest.doc_id, passage.start, languages[newest.doc_id]) for passage in passages)

    def _reading(self, wanted: _Wanted) -> Generator[object, None, None]:
        item = onward(wanted.doc_id, wanted.offset, library=self._library)
        model = self._load_model()  # the settings depend on how fast it is
        prompt = beginning(item, wanted.language, model=model, settings=self._settings()) if item else None
        if prompt and model.unread(prompt.tokens, prompt.marks):
            with closing(model.learn(prompt.tokens, prompt.marks)) as steps:
                yield from steps

    def _goes_on(self) -> bool:
        return not self._closed and not self._turns.anyone() and self._may_work()
