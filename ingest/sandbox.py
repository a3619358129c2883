"""Reading in a child process: a file that crashes its parser, or demands too much, costs that file and nothing else.

The child is an ordinary subprocess with a pipe each way. It is not multiprocessing, which would import the parent's
``__main__`` (a Streamlit page, say) into the child, and which hands over pickles: bytes that could run code in the parent, from a
process that has just parsed a hostile file. Messages are JSON behind their length, and the parent believes none of them unchecked.
"""

from __future__ import annotations

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
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO

from pydantic import BaseModel, ValidationError

from ingest.read import read
from rag.errors import DocumentError, DocumentTooDemanding, ReaderDied
from rag.records import Reading, Reason
from rag.settings import SandboxSettings

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

_START_S = 60
"""For the child to start, which takes 0.3 s: the first time after an installation, on a slow disk, it is more."""

_INTERRUPTIBLE_S = 0.5
"""A signal that comes just before a wait is only seen after it, so no wait is longer."""

_LENGTH_BYTES = 8
_LARGEST_ANSWER_BYTES = 512 * 2**20
_LAST_WORDS_BYTES = 64 * 1024

_BOOT = (
    "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); from ingest.sandbox import serve; serve(*sys.argv[2:])"
)
"""Run with -P, so that a module lying in the folder where Seorap was started is not taken for a library."""


class _Answer(BaseModel):
    """What the child found: a reading, or a DocumentError by its name and facts."""

    reading: Reading | None = None
    error: Reason | None = None
    leaves: bool = False  # the child ends now, so that the next file finds fresh memory


# --- the parent's side -----------------------------------------------------------------------


class Sandbox:
    """A reader in a process of its own, started when first needed and again whenever it has died. Safe to share between threads."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
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

    def read(self, path: Path, *, name: str | None = None) -> Reading:
        """What ``ingest.read.read`` finds in a file.

        Raises:
            DocumentTooDemanding: it took more time or memory than the settings allow.
            ReaderDied: it brought its reader down.
            DocumentError: what reading it raised.
        """
        name = path.name if name is None else name
        with self._one_at_a_time:
            child = self._running_child()
            answer: _Answer | None = None
            try:
                answer = child.ask(path, name)
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
            self._child = _Child(self._settings)
        return self._child

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    def __init__(self, settings: SandboxSettings) -> None:
        """
        Raises:
            RuntimeError: it does not start, which is no fault of any file.
        """
        self._settings = settings
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        root = str(Path(__file__).resolve().parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT, root, str(settings.memory_mib), str(settings.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            env=os.environ | {"MALLOC_ARENA_MAX": "1"},  # each further arena would take 64 MiB of the address space allowed
            start_new_session=True,  # Ctrl-C in the terminal is the parent's to answer
        )
        self._listener: threading.Thread | None = None
        try:
            if self._receive(seconds=_START_S)[0] is None:
                raise RuntimeError(f"the reader does not start (exit code {self.process.wait()}): {self._words()}")
        except BaseException:
            self.end()
            raise

    def ask(self, path: Path, name: str) -> _Answer:
        request = {"path": os.fsencode(path.absolute()).hex(), "name": name}
        try:
            _send(_pipe(self.process.stdin), json.dumps(request).encode())
        except OSError:  # it died since; receiving says how
            pass
        message, in_time = self._receive(seconds=self._settings.seconds)
        if not in_time:
            raise DocumentTooDemanding(name=name, limit=f"{self._settings.seconds} s")
        if message is None:
            raise self._how_it_died(name)
        try:
            answer = _Answer.model_validate_json(message)
        except ValidationError as error:
            raise ReaderDied(name=name, cause="its answer makes no sense") from error
        if (answer.reading is None) == (answer.error is None):
            raise ReaderDied(name=name, cause="its answer makes no sense")
        return answer

    def _receive(self, *, seconds: float) -> tuple[bytes | None, bool]:
        """The child's next message, None if it ended instead; and whether it ended by itself, not by the clock."""
        arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=lambda: arrived.put(_receive(_pipe(self.process.stdout))), daemon=True)
        self._listener.start()
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                return arrived.get(timeout=min(left, _INTERRUPTIBLE_S)), True
            except queue.Empty:
                pass
        self.process.kill()
        return None, False

    def _how_it_died(self, name: str) -> DocumentError:
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it broke off in the middle of a message and lives on
            self.process.kill()
            code = self.process.wait()
        log.debug("the reader's last words: %s", self._words())
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


def _document_error(reason: Reason | None, name: str) -> DocumentError:
    """The error that the child names, if there is such a one and its facts are all there."""
    kinds = {kind.__name__: kind for kind in DocumentError.__subclasses__()}
    if reason is not None and reason.code in kinds:
        try:
            return kinds[reason.code](**{**reason.facts, "name": name})
        except (KeyError, IndexError, ValueError):
            pass
    return ReaderDied(name=name, cause="its answer makes no sense")


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


def serve(memory_mib: str, seconds: str) -> None:
    """Read one file after another, as told on stdin, until stdin ends; then end, whatever is being read."""
    requests, answers = _take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    budget = _Budget(int(memory_mib), int(seconds))
    _send(answers, b"{}")
    leaves = False
    while not leaves:
        request = json.loads(waiting.get())
        budget.begin_file()
        try:
            answer = _read(Path(os.fsdecode(bytes.fromhex(request["path"]))), request["name"])
            leaves = budget.is_strained()
            message = json.dumps({**answer, "leaves": leaves}).encode()
        except MemoryError:
            error = {"code": DocumentTooDemanding.__name__, "facts": {"limit": f"{memory_mib} MiB"}}
            leaves = True
            message = json.dumps({"error": error, "leaves": leaves}).encode()
        _send(answers, message)


def _read(path: Path, name: str) -> dict[str, object]:
    try:
        return {"reading": asdict(read(path, name=name))}
    except DocumentError as error:
        return {"error": {"code": type(error).__name__, "facts": {**error.facts, "name": ""}}}  # the parent knows the name


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
        self._used_before = _address_space_bytes()
        if sys.platform != "win32":
            _limit(resource.RLIMIT_CORE, 0)
            _limit(resource.RLIMIT_FSIZE, _LAST_WORDS_BYTES)  # it has nothing to write
            if self._used_before:
                _limit(resource.RLIMIT_AS, self._used_before + self._memory_bytes)

    def begin_file(self) -> None:
        """Allow the time of one more file; for when the parent is gone, and its clock with it."""
        if sys.platform != "win32":
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + self._seconds + 2)

    def is_strained(self) -> bool:
        """Whether files read so far have left less than three quarters of the memory for the next."""
        return _address_space_bytes() - self._used_before > self._memory_bytes // 4


if sys.platform != "win32":

    def _limit(what: int, amount: int) -> None:
        """Set what the system enforces at once; a stricter limit that was inherited stays."""
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def _address_space_bytes() -> int:
    """0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
