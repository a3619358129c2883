"""The process that draws pages, one after another, for ``ingest.pictures``: limited by the system, and without a network.

It keeps the document that it drew last, so that the next page costs its drawing alone.
"""

from __future__ import annotations

import os
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from ingest.draw.image import draw_frame, kind
from ingest.draw.messages import Drawn, DrawRequest, Refusal
from ingest.draw.pdf import Document, draw_page, open_unlocked
from ingest.draw.sheet import Locked, NotDrawable, NotThere, Picture, TooManyPixels, encoded, marked
from ingest.limits import Budget
from ingest.pipes import listen, send, take_pipes
from ingest.stamp import Stamp, stamp_of


class _Gone(Exception):
    """Nothing can be read there."""


class _Changed(Exception):
    """It is not the file that was meant."""


_REFUSALS: tuple[tuple[type[Exception], Refusal], ...] = (
    (_Gone, Refusal.GONE),
    (_Changed, Refusal.CHANGED),
    (Locked, Refusal.LOCKED),
    (NotThere, Refusal.NOT_THERE),
    (TooManyPixels, Refusal.TOO_LARGE),
    (NotDrawable, Refusal.BROKEN),
)


def serve(memory_mib: str, seconds: str) -> None:
    """Draw one page after another, as told on stdin, until stdin ends; then end, whatever is being drawn."""
    requests, answers = take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(requests, waiting), daemon=True).start()
    budget = Budget(int(memory_mib), int(seconds))
    send(answers, b"{}")
    held: _Held | None = None
    leaves = False
    while not leaves:
        request = DrawRequest.model_validate_json(waiting.get())
        budget.begin()
        try:
            if held is None or not held.is_of(request):
                if held is not None:
                    held.close()
                held = None  # and its memory goes, before the next takes its own
                held = _opened(request)
            picture, media_type = encoded(marked(held.draw(request), request.marks))
            drawn = Drawn(picture=picture, media_type=media_type)
        except MemoryError:
            drawn, leaves = Drawn(refusal=Refusal.NO_MEMORY), True
        except tuple(kind for kind, _ in _REFUSALS) as error:
            drawn = Drawn(refusal=next(refusal for kind, refusal in _REFUSALS if isinstance(error, kind)))
        drawn.leaves = leaves = leaves or budget.is_strained()
        send(answers, drawn.model_dump_json().encode())


@dataclass(frozen=True, slots=True)
class _Held:
    """A file in memory: what happens to it on the disk changes no picture."""

    path: str
    stamp: Stamp
    contents: bytes
    document: Document | None  # None for a picture file

    def is_of(self, request: DrawRequest) -> bool:
        return (self.path, self.stamp) == (request.path, request.stamp)

    def draw(self, request: DrawRequest) -> Picture:
        if self.document is None:
            return draw_frame(self.contents, request.page, width=request.width)
        return draw_page(self.document, request.page, width=request.width)

    def close(self) -> None:
        if self.document is not None:
            self.document.close()


def _opened(request: DrawRequest) -> _Held:
    """
    Raises:
        _Gone, _Changed, Locked, NotDrawable
    """
    try:
        with Path(os.fsdecode(bytes.fromhex(request.path))).open("rb") as file:
            before = stamp_of(os.fstat(file.fileno()))
            contents = file.read() if before == request.stamp else b""
            after = stamp_of(os.fstat(file.fileno()))
    except OSError as error:
        raise _Gone from error
    if before != request.stamp or after != request.stamp:
        raise _Changed
    return _Held(request.path, request.stamp, contents, None if kind(contents) is not None else open_unlocked(contents))
