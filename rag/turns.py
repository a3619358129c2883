"""Who has the language model next."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from rag.records import Waiting


class Turns:
    """First come, first served: one answer is written at a time. ``joined`` is called when somebody has come."""

    def __init__(self, joined: Callable[[], None] = lambda: None) -> None:
        self._joined = joined
        self._waiting: deque[Turn] = deque()
        self._changed = threading.Condition()

    def join(self) -> Turn:
        return Turn(self._waiting, self._changed, self._joined)

    def anyone(self) -> bool:
        """Is an answer being written or waited for?"""
        return bool(self._waiting)


class Turn:
    """One place in the queue, from ``with`` to its end."""

    def __init__(self, waiting: deque[Turn], changed: threading.Condition, joined: Callable[[], None]) -> None:
        self._waiting = waiting
        self._changed = changed
        self._joined = joined

    def __enter__(self) -> Turn:
        with self._changed:
            self._waiting.append(self)
        self._joined()
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
