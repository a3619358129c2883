"""The process that reads files, one after another, for ``ingest.sandbox``: limited by the system, and without a network."""

from __future__ import annotations

import base64
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ingest.memory import memory_bytes
from ingest.messages import LAST_WORDS_BYTES, Answer, Request, Step, receive, send, step
from ingest.priority import lower_this_process
from ingest.read import read
from ingest.read.ocr import Recogniser, recogniser
from ingest.read.tesseract import Picture
from rag.errors import DamagedDocument, DocumentError, DocumentTooDemanding
from rag.records import Page, Unread
from rag.settings import OCRSettings

if sys.platform != "win32":
    import resource


def serve(memory_mib: str, seconds: str, ocr: str) -> None:
    """Read one file after another, as told on stdin, until stdin ends; then end, whatever is being read."""
    lower_this_process()
    requests, answers = _take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    ocr_settings = OCRSettings.model_validate_json(ocr)
    budget = _Budget(int(memory_mib), int(seconds))
    send(answers, b"{}")
    leaves = False
    while not leaves:
        request = Request.model_validate_json(waiting.get())
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
        send(answers, message)


class _Announced:
    """A recogniser that tells the parent when a page begins and what came of it, and then has its time anew."""

    def __init__(self, inner: Recogniser, request: Request, answers: BinaryIO, budget: _Budget) -> None:
        self._inner, self._request, self._answers, self._budget = inner, request, answers, budget

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread:
        if number in self._request.recognised:
            return self._request.recognised[number]
        if not self._request.recognises_more:
            return Unread.NOT_RECOGNISED
        self._tell(Step(number=number))
        found = self._inner.page(number, draw)
        self._tell(step(number, found))
        return found

    def _tell(self, step: Step) -> None:
        self._budget.begin()
        send(self._answers, Answer(step=step).model_dump_json().encode())


def _read(request: Request, engine: Recogniser | None) -> dict[str, object]:
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
    while (request := receive(requests)) is not None:
        waiting.put(request)
    os._exit(0)


class _Budget:
    """Limits that the system enforces, where it can; elsewhere the parent's clock is the only one."""

    def __init__(self, memory_mib: int, seconds: int) -> None:
        self._memory_bytes = memory_mib * 2**20
        self._seconds = seconds
        self._used_before, _ = memory_bytes()
        if sys.platform != "win32":
            _limit(resource.RLIMIT_CORE, 0)
            _limit(resource.RLIMIT_FSIZE, LAST_WORDS_BYTES)  # it has nothing to write
            if self._used_before:
                own_bytes = memory_bytes()[1]  # what the reader itself has taken counts too
                _limit(resource.RLIMIT_AS, self._used_before + self._memory_bytes - own_bytes)

    def begin(self) -> None:
        """Allow the time of one more file, or of one more page that is recognised; for when the parent is gone, and its clock with it."""
        if sys.platform != "win32":
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + self._seconds + 2)

    def is_strained(self) -> bool:
        """Whether files read so far have left less than three quarters of the memory for the next."""
        return memory_bytes()[0] - self._used_before > self._memory_bytes // 4


if sys.platform != "win32":

    def _limit(what: int, amount: int) -> None:
        """Set what the system enforces at once; a stricter limit that was inherited stays."""
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))
