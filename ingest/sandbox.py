"""Reading in a child process: a file that crashes its parser, or demands too much, costs that file and nothing else.

The child is an ordinary subprocess with a pipe each way. It is not multiprocessing, which would import the parent's
``__main__`` (a Streamlit page, say) into the child, and which hands over pickles: bytes that could run code in the parent, from a
process that has just parsed a hostile file. Messages are JSON behind their length, and the parent believes none of them unchecked.
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
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO

from pydantic import ValidationError

from ingest.memory import memory_bytes
from ingest.messages import LAST_WORDS_BYTES, Answer, OnPage, Request, Step, receive, send
from ingest.priority import WINDOWS_FLAGS
from ingest.read.ocr import is_installed
from rag.boxes import unpack
from rag.errors import DocumentError, DocumentTooDemanding, ReaderDied
from rag.records import Page, Reading, Reason, Unread
from rag.settings import OCRSettings, SandboxSettings

log = logging.getLogger(__name__)

_START_S = 60
"""For the child to start, which takes 0.3 s: the first time after an installation, on a slow disk, it is more."""

_LOOK_S = 0.05
"""How long the parent waits before it looks at the child's memory, and sees a signal that came just before the wait."""

_OUT_OF_MEMORY_FROM = 1 / 3
"""Of what is allowed: a table that doubles, and may not, holds that much. PDFium then ends the process without a word."""

_BOOT = (
    "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); from rag.no_network import leave_network; leave_network(); "
    "from ingest.reader import serve; serve(*sys.argv[2:])"
)
"""Run with -P, so that a module lying in the folder where Seorap was started is not taken for a library."""


_OUT_OF_MEMORY = ("bad_alloc", "MemoryError", "emory allocation", "annot allocate memory", "ut of memory")
"""In the last words of libraries that end the process when they get no more."""

_LOST_PAGES = 3
"""Pages that may bring the reader down or take too long before the rest of a document's pages goes unrecognised."""


class _PageLost(Exception):
    """The child died, or was too slow, over a page that it was recognising."""


class Sandbox:
    """A reader in a process of its own, started when first needed and again whenever it has died. Safe to share between threads."""

    def __init__(self, settings: SandboxSettings, ocr: OCRSettings | None = None) -> None:
        self._settings = settings
        self._ocr = ocr or OCRSettings()
        self._one_at_a_time = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        with self._one_at_a_time:
            self._drop_child()

    @property
    def pid(self) -> int | None:
        """The child, while there is one."""
        child = self._child
        return child.process.pid if child is not None else None

    def recognises(self) -> bool:
        """Whether there is a recogniser for the settings' languages, now."""
        return is_installed(self._ocr)

    @property
    def recognition(self) -> str:
        """Names how pages are recognised: what one way has recognised is no answer to another."""
        return self._ocr.model_dump_json()

    def read(
        self,
        path: Path,
        *,
        name: str | None = None,
        password: str | None = None,
        recognised: Mapping[int, Page | Unread] = MappingProxyType({}),
        on_page: OnPage = lambda number, came: None,
        go_on: Callable[[], None] = lambda: None,
    ) -> Reading:
        """What ``ingest.read.read`` finds in a file. The time allowed is for the file, and again for each page that must be recognised.

        ``recognised`` are pages of this content that an earlier reading got to. ``on_page`` is told when a page that must be recognised
        begins (None) and what came of it, ``go_on`` is called all the while; what they raise ends the reading. A child that was given a password ends afterwards, and what it
        knows with it.

        Raises:
            DocumentTooDemanding: it took more time or memory than the settings allow.
            ReaderDied: it brought its reader down.
            DocumentError: what reading it raised.
        """
        name = path.name if name is None else name
        request = Request(
            path=os.fsencode(path.absolute()).hex(),
            name=_writable(name),
            recognised=dict(recognised),
            password=password and _writable(password),
        )
        lost_pages = 0
        with self._one_at_a_time:
            answer: Answer | None = None
            while answer is None:
                try:
                    answer = self._running_child().ask(request, name, on_page, go_on)
                except _PageLost:
                    lost_pages += 1
                    request.recognises_more = lost_pages < _LOST_PAGES
                finally:
                    if answer is None or answer.leaves:  # a child in the middle of something else would answer the wrong question
                        self._drop_child()
        if answer.reading is not None:
            return answer.reading
        raise _document_error(answer.error, name)

    def _running_child(self) -> _Child:
        if self._child is not None and self._child.process.poll() is not None:
            self._drop_child()
        if self._child is None:
            self._child = _Child(self._settings, self._ocr)
        return self._child

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    def __init__(self, settings: SandboxSettings, ocr: OCRSettings) -> None:
        """
        Raises:
            RuntimeError: it does not start, which is no fault of any file.
        """
        self._settings = settings
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        root = str(Path(__file__).resolve().parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT, root, str(settings.memory_mib), str(settings.seconds), ocr.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            # Each further arena would take 64 MiB of the address space allowed; Tesseract's threads wait for each other more than they help.
            env=os.environ | {"MALLOC_ARENA_MAX": "1", "OMP_THREAD_LIMIT": "1"},
            start_new_session=True,  # Ctrl-C in the terminal is the parent's to answer
            creationflags=WINDOWS_FLAGS,
        )
        self._listener: threading.Thread | None = None
        self._most_bytes = 0  # of its address space, since it began to read
        try:
            if self._receive(seconds=_START_S)[0] is None:
                raise RuntimeError(f"the reader does not start (exit code {self.process.wait()}): {self._words()}")
            self._least_bytes = memory_bytes(self.process.pid)[0]
        except BaseException:
            self.end()
            raise

    def ask(self, request: Request, name: str, on_page: OnPage, go_on: Callable[[], None]) -> Answer:
        """The answer; pages that are recognised on the way are noted in the request, should it have to be asked again.

        Raises:
            _PageLost: and the page is noted.
        """
        try:
            send(_pipe(self.process.stdin), request.model_dump_json().encode())
        except OSError:  # it died since; receiving says how
            pass
        begun: int | None = None
        self._most_bytes = 0
        while True:
            message, in_time = self._receive(seconds=self._settings.seconds, go_on=go_on)
            if message is None and begun is not None:
                request.recognised[begun] = Unread.NOT_RECOGNISED
                on_page(begun, Unread.NOT_RECOGNISED)
                log.warning("a page was too much for the recogniser: page %s", begun)
                raise _PageLost
            if not in_time:
                raise DocumentTooDemanding(name=name, limit=f"{self._settings.seconds} s")
            if message is None:
                raise self._how_it_died(name)
            answer = _understood(message, name)
            if answer.step is None:
                return answer
            begun = _noted(answer.step, begun, request, name)
            on_page(answer.step.number, answer.step.came())

    def _receive(self, *, seconds: float, go_on: Callable[[], None] = lambda: None) -> tuple[bytes | None, bool]:
        """The child's next message, None if it ended instead; and whether it ended by itself, not by the clock."""
        arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=lambda: arrived.put(receive(_pipe(self.process.stdout))), daemon=True)
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

    def _how_it_died(self, name: str) -> DocumentError:
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it broke off in the middle of a message and lives on
            self.process.kill()
            code = self.process.wait()
        words = self._words()
        log.debug("the reader's last words: %s", words)
        is_large = self._most_bytes - self._least_bytes > _OUT_OF_MEMORY_FROM * self._settings.memory_mib * 2**20
        if any(sign in words for sign in _OUT_OF_MEMORY) or (code == -signal.SIGABRT and is_large):
            return DocumentTooDemanding(name=name, limit=f"{self._settings.memory_mib} MiB")
        if sys.platform != "win32" and code == -signal.SIGXCPU:
            return DocumentTooDemanding(name=name, limit=f"{self._settings.seconds} s")
        if code < 0 and -code in set(signal.Signals):
            return ReaderDied(name=name, cause=signal.Signals(-code).name)
        return ReaderDied(name=name, cause=f"exit code {code}")

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


def _understood(message: bytes, name: str) -> Answer:
    try:
        answer = Answer.model_validate_json(message)
    except ValidationError as error:
        raise ReaderDied(name=name, cause="its answer makes no sense") from error
    pages = answer.reading.pages if answer.reading is not None else ()
    if [answer.step, answer.reading, answer.error].count(None) != 2 or not all(map(_is_boxed_rightly, pages)):
        raise ReaderDied(name=name, cause="its answer makes no sense")
    return answer


def _is_boxed_rightly(page: Page) -> bool:
    try:
        unpack(page.boxes, len(page.text))
    except ValueError:
        return False
    return True


def _noted(step: Step, begun: int | None, request: Request, name: str) -> int | None:
    """The page that is being recognised after this step. One page follows another, none comes twice: a child cannot go on for ever."""
    came = step.came()
    expected = step.number == begun if came is not None else begun is None and step.number > max(request.recognised, default=0)
    if not expected:
        raise ReaderDied(name=name, cause="its answer makes no sense")
    if came is None:
        return step.number
    request.recognised[step.number] = came
    return None


def _document_error(reason: Reason | None, name: str) -> DocumentError:
    """The error that the child names, if there is such a one and its facts are all there."""
    kinds = {kind.__name__: kind for kind in DocumentError.__subclasses__()}
    if reason is not None and reason.code in kinds:
        try:
            return kinds[reason.code](**{**reason.facts, "name": name})
        except (KeyError, IndexError, ValueError):
            pass
    return ReaderDied(name=name, cause="its answer makes no sense")


def _writable(text: str) -> str:
    """What is no character (bytes of a name in another encoding) cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("started without a pipe")
    return pipe
