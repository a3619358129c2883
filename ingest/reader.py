"""The process that reads files, one after another, for ``ingest.sandbox``: limited by the system, and without a network."""

from __future__ import annotations

import base64
import json
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from ingest.limits import Budget
from ingest.messages import Answer, Request, Step, step
from ingest.pipes import listen, send, take_pipes
from ingest.priority import lower_this_process
from ingest.read import read
from ingest.read.ocr import Recogniser, recogniser
from ingest.read.tesseract import Picture
from rag.errors import DamagedDocument, DocumentError, DocumentTooDemanding
from rag.records import Page, Unread
from rag.settings import OCRSettings


def serve(memory_mib: str, seconds: str, ocr: str) -> None:
    """Read one file after another, as told on stdin, until stdin ends; then end, whatever is being read."""
    lower_this_process()
    requests, answers = take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(requests, waiting), daemon=True).start()
    ocr_settings = OCRSettings.model_validate_json(ocr)
    budget = Budget(int(memory_mib), int(seconds))
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

    def __init__(self, inner: Recogniser, request: Request, answers: BinaryIO, budget: Budget) -> None:
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
