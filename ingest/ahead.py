"""The next file is read while the present one is embedded: its reader is another process, which would have nothing to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from ingest.folders import Named
from ingest.stamp import Stamp
from rag.errors import DocumentError
from rag.records import Reading

_WAITS_S = 0.2


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What came of reading a file before its turn; it counts if these are its stamp and bytes when its turn comes."""

    stamp: Stamp
    content_hash: str
    came: Reading | DocumentError


class NotWanted(Exception):
    """Ends a reading whose file will not have its turn."""


@dataclass(frozen=True, slots=True)
class _Pending:
    path: Path
    future: Future[ReadAhead | None]
    given_up: threading.Event = field(default_factory=threading.Event)


class ReadingAhead:
    """One file at most, in a thread of its own, which is as nice as the one that begins it."""

    def __init__(self, files: Sequence[Named], read: Callable[[Path, str, Callable[[], None]], ReadAhead | None]) -> None:
        """``read`` is given the path, the hash of the content that is at work meanwhile, and what to call every now and then: it raises
        NotWanted when there is no use in going on."""
        self._next = {file.path: following.path for file, following in pairwise(files) if following.error is None}
        self._read = read
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading ahead")
        self._pending: _Pending | None = None

    def begin(self, *, after: Path, content_hash: str) -> None:
        """Begin with the file that follows ``after``, whose content is now at work."""
        self._give_up()
        if (path := self._next.get(after)) is not None:
            given_up = threading.Event()

            def go_on() -> None:
                if given_up.is_set():
                    raise NotWanted

            self._pending = _Pending(path, self._thread.submit(self._read, path, content_hash, go_on), given_up)

    def take(self, path: Path, *, waiting: Callable[[], None]) -> ReadAhead | None:
        """What came of reading ``path``, if that was begun; ``waiting`` is called every now and then until it has ended."""
        pending = self._pending
        if pending is None or pending.path != path:
            return None
        while not wait((pending.future,), timeout=_WAITS_S).done:
            waiting()
        self._pending = None
        return pending.future.result()

    def _give_up(self) -> None:
        if self._pending is not None:
            self._pending.given_up.set()
            self._pending = None

    def __enter__(self) -> ReadingAhead:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._give_up()
        self._thread.shutdown()
