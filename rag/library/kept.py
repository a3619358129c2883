"""What is worked out from the whole drawer and asked for by every question: kept in memory while nothing is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The value of ``make``, made again only when ``revision`` has changed, and each time where that is None."""

    def __init__(self, make: Callable[[], T], *, revision: Callable[[], object]) -> None:
        self._make = make
        self._revision = revision
        self._guard = threading.Lock()
        self._kept: tuple[object, T] | None = None

    def __call__(self) -> T:
        with self._guard:
            revision = self._revision()
            if revision is None:
                return self._make()
            if self._kept is None or self._kept[0] != revision:
                self._kept = (revision, self._make())
            return self._kept[1]
