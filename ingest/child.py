"""A process of our own that works on files, seen from its parent: a pipe each way, limits, no network, and nothing believed that it says.

It is an ordinary subprocess. It is not multiprocessing, which would import the parent's ``__main__`` (a Streamlit page, say) into the
child, and which hands over pickles: bytes that could run code in the parent, from a process that has just parsed a hostile file.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from ingest.memory import memory_bytes
from ingest.pipes import LARGEST_ANSWER_BYTES, LAST_WORDS_BYTES, receive, send

log = logging.getLogger(__name__)

_START_S = 60
"""For the child to start, which takes 0.3 s: the first time after an installation, on a slow disk, it is more."""

_LOOK_S = 0.05
"""How long the parent waits before it looks at the child's memory, and sees a signal that came just before the wait."""

_OUT_OF_MEMORY_FROM = 1 / 3
"""Of what is allowed: a table that doubles, and may not, holds that much. PDFium then ends the process without a word."""

_OUT_OF_MEMORY = ("bad_alloc", "MemoryError", "emory allocation", "annot allocate memory", "ut of memory")
"""In the last words of libraries that end the process when they get no more."""


def boot(module: str) -> str:
    """What the child runs: ``serve`` of a module, with -P, so that a module lying in the folder where Seorap was started is not taken for a
    library."""
    return (
        "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); "
        "from rag.no_network import leave_network; leave_network(); "
        f"from {module} import serve; serve(*sys.argv[2:])"
    )


@dataclass(frozen=True, slots=True)
class Death:
    """What a child died of."""

    wanted: Literal["memory", "time"] | None  # more than it was allowed
    cause: str  # in technical words


class Child:
    def __init__(
        self, code: str, arguments: Sequence[str], *, memory_mib: int, most_bytes: int = LARGEST_ANSWER_BYTES, creation_flags: int = 0
    ) -> None:
        """``code`` is from ``boot``; ``most_bytes`` is the longest message that is taken from it.

        Raises:
            RuntimeError: it does not start, which is no fault of any file.
        """
        self._memory_mib, self._longest_bytes = memory_mib, most_bytes
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        root = str(Path(__file__).resolve().parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, root, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            # Each further arena would take 64 MiB of the address space allowed; Tesseract's threads wait for each other more than they help.
            env=os.environ | {"MALLOC_ARENA_MAX": "1", "OMP_THREAD_LIMIT": "1"},
            start_new_session=True,  # Ctrl-C in the terminal is the parent's to answer
            creationflags=creation_flags,
        )
        self._listener: threading.Thread | None = None
        self._most_bytes = 0  # of its address space, since it was last told something
        try:
            if self.hear(seconds=_START_S)[0] is None:
                raise RuntimeError(f"the child does not start (exit code {self.process.wait()}): {self._words()}")
            self._least_bytes = memory_bytes(self.process.pid)[0]
        except BaseException:
            self.end()
            raise

    def tell(self, message: bytes) -> None:
        self._most_bytes = 0
        try:
            send(_pipe(self.process.stdin), message)
        except OSError:  # it died since; hearing says how
            pass

    def hear(self, *, seconds: float, go_on: Callable[[], None] = lambda: None) -> tuple[bytes | None, bool]:
        """The child's next message, None if it ended instead; and whether it ended by itself, not by the clock."""
        arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listener = threading.Thread(
            target=lambda: arrived.put(receive(_pipe(self.process.stdout), most_bytes=self._longest_bytes)), daemon=True
        )
        self._listener.start()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                return arrived.get(timeout=min(left, _LOOK_S)), True
            except queue.Empty:
                self._most_bytes = max(self._most_bytes, memory_bytes(self.process.pid)[0])
                go_on()
        self.process.kill()
        return None, False

    def death(self) -> Death:
        """What it died of by itself."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it broke off in the middle of a message and lives on
            self.process.kill()
            code = self.process.wait()
        words = self._words()
        log.debug("a child's last words: %s", words)
        is_large = self._most_bytes - self._least_bytes > _OUT_OF_MEMORY_FROM * self._memory_mib * 2**20
        cause = signal.Signals(-code).name if code < 0 and -code in set(signal.Signals) else f"exit code {code}"
        if any(sign in words for sign in _OUT_OF_MEMORY) or (code == -signal.SIGABRT and is_large):
            return Death("memory", cause)
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return Death("time", cause)
        return Death(None, cause)

    def _words(self) -> str:
        self._last_words.seek(0)
        return self._last_words.read(LAST_WORDS_BYTES).decode("utf-8", errors="replace")

    def end(self) -> None:
        self.process.kill()  # it holds nothing that could be lost
        self.process.wait()
        if self._listener is not None:
            self._listener.join()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                _pipe(pipe).close()
            except OSError:  # something unsent
                pass
        self._last_words.close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("started without a pipe")
    return pipe
