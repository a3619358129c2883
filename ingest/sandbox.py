"""Reading in a child process: a file that crashes its parser, or demands too much, costs that file and nothing else.

The child is an ordinary subprocess with a pipe each way. It is not multiprocessing, which would import the parent's
``__main__`` (a Streamlit page, say) into the child, and which hands over pickles: bytes that could run code in the parent, from a
process that has just parsed a hostile file. Messages are JSON behind their length, and the parent believes none of them unchecked.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.priority import WINDOWS_FLAGS, lower_this_process
from ingest.read import read
from ingest.read.ocr import Recogniser, is_installed, recogniser
from ingest.read.tesseract import Picture
from rag.boxes import unpack
from rag.errors import DamagedDocument, DocumentError, DocumentTooDemanding, ReaderDied
from rag.records import Page, Reading, Reason, Unread
from rag.settings import OCRSettings, SandboxSettings

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

_START_S = 60
"""For the child to start, which takes 0.3 s: the first time after an installation, on a slow disk, it is more."""

_LOOK_S = 0.05
"""How long the parent waits before it looks at the child's memory, and sees a signal that came just before the wait."""

_OUT_OF_MEMORY_FROM = 1 / 3
"""Of what is allowed: a table that doubles, and may not, holds that much. PDFium then ends the process without a word."""

_LENGTH_BYTES = 8
_LARGEST_ANSWER_BYTES = 512 * 2**20
_LAST_WORDS_BYTES = 64 * 1024

_BOOT = (
    "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); from rag.no_network import leave_network; leave_network(); "
    "from ingest.sandbox import serve; serve(*sys.argv[2:])"
)
"""Run with -P, so that a module lying in the folder where Seorap was started is not taken for a library."""


_OUT_OF_MEMORY = ("bad_alloc", "MemoryError", "emory allocation", "annot allocate memory", "ut of memory")
"""In the last words of libraries that end the process when they get no more."""

_LOST_PAGES = 3
"""Pages that may bring the reader down or take too long before the rest of a document's pages goes unrecognised."""


class _Message(BaseModel):
    """What goes over the pipes; boxes are bytes, which JSON has not."""

    model_config = ConfigDict(val_json_bytes="base64", ser_json_bytes="base64")


class _Request(_Message):
    path: str  # its bytes, hexadecimal
    name: str  # as well as it can be written
    recognised: dict[int, Page | Unread] = Field(default_factory=dict)  # by children that have died since
    recognises_more: bool = True
    password: str | None = Field(default=None, repr=False)


class _Step(_Message):
    """A page that needs a recogniser begins; or has ended, and this came of it."""

    number: int
    page: Page | None = None
    unread: Unread | None = None

    def came(self) -> Page | Unread | None:
        return self.page or self.unread


class _Answer(_Message):
    """What the child found: a reading, or a DocumentError by its name and facts; before that, how far it is."""

    step: _Step | None = None
    reading: Reading | None = None
    error: Reason | None = None
    leaves: bool = False  # the child ends now, so that the next file finds fresh memory


OnPage = Callable[[int, Page | Unread | None], None]


def page_to_json(number: int, came: Page | Unread) -> str:
    """To be kept, should the reading be broken off."""
    return _step(number, came).model_dump_json()


def pages_from_json(kept: Iterable[str]) -> dict[int, Page | Unread]:
    """From what ``page_to_json`` gave; none where one makes no sense."""
    try:
        steps = [_Step.model_validate_json(step) for step in kept]
    except ValidationError:
        return {}
    return {step.number: came for step in steps if (came := step.came())}


def _step(number: int, came: Page | Unread) -> _Step:
    return _Step(number=number, page=came) if isinstance(came, Page) else _Step(number=number, unread=came)


# --- the parent's side -----------------------------------------------------------------------


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
    ) -> Reading:
        """What ``ingest.read.read`` finds in a file. The time allowed is for the file, and again for each page that must be recognised.

        ``recognised`` are pages of this content that an earlier reading got to. ``on_page`` is told when a page that must be recognised
        begins (None) and what came of it; what it raises ends the reading. A child that was given a password ends afterwards, and what it
        knows with it.

        Raises:
            DocumentTooDemanding: it took more time or memory than the settings allow.
            ReaderDied: it brought its reader down.
            DocumentError: what reading it raised.
        """
        name = path.name if name is None else name
        request = _Request(
            path=os.fsencode(path.absolute()).hex(),
            name=_writable(name),
            recognised=dict(recognised),
            password=password and _writable(password),
        )
        lost_pages = 0
        with self._one_at_a_time:
            answer: _Answer | None = None
            while answer is None:
                try:
                    answer = self._running_child().ask(request, name, on_page)
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
            self._least_bytes = _memory_bytes(self.process.pid)[0]
        except BaseException:
            self.end()
            raise

    def ask(self, request: _Request, name: str, on_page: OnPage) -> _Answer:
        """The answer; pages that are recognised on the way are noted in the request, should it have to be asked again.

        Raises:
            _PageLost: and the page is noted.
        """
        try:
            _send(_pipe(self.process.stdin), request.model_dump_json().encode())
        except OSError:  # it died since; receiving says how
            pass
        begun: int | None = None
        self._most_bytes = 0
        while True:
            message, in_time = self._receive(seconds=self._settings.seconds)
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

    def _receive(self, *, seconds: float) -> tuple[bytes | None, bool]:
        """The child's next message, None if it ended instead; and whether it ended by itself, not by the clock."""
        arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=lambda: arrived.put(_receive(_pipe(self.process.stdout))), daemon=True)
        self._listener.start()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                return arrived.get(timeout=min(left, _LOOK_S)), True
            except queue.Empty:
                self._most_bytes = max(self._most_bytes, _memory_bytes(self.process.pid)[0])
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
        return self._last_words.read(_LAST_WORDS_BYTES).decode("utf-8", errors="replace")

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


def _understood(message: bytes, name: str) -> _Answer:
    try:
        answer = _Answer.model_validate_json(message)
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


def _noted(step: _Step, begun: int | None, request: _Request, name: str) -> int | None:
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


# --- messages --------------------------------------------------------------------------------


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH_BYTES, "big") + message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes | None:
    """The next message; None when the other side is gone, or begins a message longer than any should be."""
    start = pipe.read(_LENGTH_BYTES)
    length = int.from_bytes(start, "big")
    if len(start) < _LENGTH_BYTES or length > _LARGEST_ANSWER_BYTES:
        return None
    message = pipe.read(length)
    return message if len(message) == length else None


# --- the child's side ------------------------------------------------------------------------


def serve(memory_mib: str, seconds: str, ocr: str) -> None:
    """Read one file after another, as told on stdin, until stdin ends; then end, whatever is being read."""
    lower_this_process()
    requests, answers = _take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    ocr_settings = OCRSettings.model_validate_json(ocr)
    budget = _Budget(int(memory_mib), int(seconds))
    _send(answers, b"{}")
    leaves = False
    while not leaves:
        request = _Request.model_validate_json(waiting.get())
        budget.begin()
        engine = recogniser(ocr_settings)
        try:
            answer = _read(request, _Announced(engine, request, answers, budget) if engine is not None else None)
            leaves = budget.is_strained() or request.password is not None
            message = json.dumps({**answer, "leaves": leaves}, default=_in_base64).encode()
        except MemoryError:
            error = {"code": DocumentTooDemanding.__name__, "facts": {"limit": f"{memory_mib} MiB"}}
            leaves = True
            message = json.dumps({"error": error, "leaves": leaves}).encode()
        _send(answers, message)


class _Announced:
    """A recogniser that tells the parent when a page begins and what came of it, and then has its time anew."""

    def __init__(self, inner: Recogniser, request: _Request, answers: BinaryIO, budget: _Budget) -> None:
        self._inner, self._request, self._answers, self._budget = inner, request, answers, budget

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread:
        if number in self._request.recognised:
            return self._request.recognised[number]
        if not self._request.recognises_more:
            return Unread.NOT_RECOGNISED
        self._tell(_Step(number=number))
        found = self._inner.page(number, draw)
        self._tell(_step(number, found))
        return found

    def _tell(self, step: _Step) -> None:
        self._budget.begin()
        _send(self._answers, _Answer(step=step).model_dump_json().encode())


def _read(request: _Request, engine: Recogniser | None) -> dict[str, object]:
    path = Path(os.fsdecode(bytes.fromhex(request.path)))
    try:
        return {"reading": asdict(read(path, name=request.name, recogniser=engine, password=request.password))}
    except DocumentError as error:
        return {"error": {"code": type(error).__name__, "facts": {**error.facts, "name": ""}}}  # the parent knows the name
    except RecursionError:
        return {"error": {"code": DamagedDocument.__name__, "facts": {"cause": "its parts are nested too deeply"}}}


def _in_base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for messages; what a library prints goes to stderr."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def _listen(requests: BinaryIO, waiting: queue.SimpleQueue[bytes]) -> None:
    while (request := _receive(requests)) is not None:
        waiting.put(request)
    os._exit(0)


class _Budget:
    """Limits that the system enforces, where it can; elsewhere the parent's clock is the only one."""

    def __init__(self, memory_mib: int, seconds: int) -> None:
        self._memory_bytes = memory_mib * 2**20
        self._seconds = seconds
        self._used_before, _ = _memory_bytes()
        if sys.platform != "win32":
            _limit(resource.RLIMIT_CORE, 0)
            _limit(resource.RLIMIT_FSIZE, _LAST_WORDS_BYTES)  # it has nothing to write
            if self._used_before:
                own_bytes = _memory_bytes()[1]  # what the reader itself has taken counts too
                _limit(resource.RLIMIT_AS, self._used_before + self._memory_bytes - own_bytes)

    def begin(self) -> None:
        """Allow the time of one more file, or of one more page that is recognised; for when the parent is gone, and its clock with it."""
        if sys.platform != "win32":
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + self._seconds + 2)

    def is_strained(self) -> bool:
        """Whether files read so far have left less than three quarters of the memory for the next."""
        return _memory_bytes()[0] - self._used_before > self._memory_bytes // 4


if sys.platform != "win32":

    def _limit(what: int, amount: int) -> None:
        """Set what the system enforces at once; a stricter limit that was inherited stays."""
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def _memory_bytes(process: int | str = "self") -> tuple[int, int]:
    """The address space of a process, and how much of it lies in memory; 0 where the system does not tell."""
    try:
        space, resident = Path(f"/proc/{process}/statm").read_bytes().split()[:2]
        return int(space) * os.sysconf("SC_PAGE_SIZE"), int(resident) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0, 0
