"""What a process that reads or draws files and its parent say to each other: JSON behind its length, and nothing that could run code."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import IO, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.draw.sheet import Mark, MediaType
from ingest.stamp import Stamp
from rag.records import Page, Reading, Reason, Unread

_LENGTH_BYTES = 8
LARGEST_ANSWER_BYTES = 512 * 2**20

LAST_WORDS_BYTES = 64 * 1024
"""Of what a dying reader says on stderr, that much is kept."""


class _Message(BaseModel):
    """What goes over the pipes; boxes are bytes, which JSON has not."""

    model_config = ConfigDict(val_json_bytes="base64", ser_json_bytes="base64")


class Request(_Message):
    path: str  # its bytes, hexadecimal
    name: str  # as well as it can be written
    recognised: dict[int, Page | Unread] = Field(default_factory=dict)  # by children that have died since
    recognises_more: bool = True
    password: str | None = Field(default=None, repr=False)


class Step(_Message):
    """A page that needs a recogniser begins; or has ended, and this came of it."""

    number: int
    page: Page | None = None
    unread: Unread | None = None

    def came(self) -> Page | Unread | None:
        return self.page or self.unread


class Answer(_Message):
    """What the child found: a reading, or a DocumentError by its name and facts; before that, how far it is."""

    step: Step | None = None
    reading: Reading | None = None
    error: Reason | None = None
    leaves: bool = False  # the child ends now, so that the next file finds fresh memory


class Refusal(StrEnum):
    """Why there is no picture of a page."""

    GONE = "gone"  # nothing can be read at the path
    CHANGED = "changed"  # what lies there is not what was meant
    LOCKED = "locked"
    NOT_THERE = "not there"  # the page
    BROKEN = "broken"
    TOO_LARGE = "too large"
    NO_MEMORY = "no memory"


class DrawRequest(_Message):
    path: str  # its bytes, hexadecimal
    stamp: Stamp  # another one is another file, or a changed one
    page: int = Field(ge=1)
    width: int = Field(ge=1)
    marks: tuple[Mark, ...] = ()


class Drawn(_Message):
    """A picture, or why there is none."""

    picture: bytes = b""
    media_type: MediaType = "image/png"
    refusal: Refusal | None = None
    leaves: bool = False  # the child ends now


OnPage = Callable[[int, Page | Unread | None], None]


def page_to_json(number: int, came: Page | Unread) -> str:
    """To be kept, should the reading be broken off."""
    return step(number, came).model_dump_json()


def pages_from_json(kept: Iterable[str]) -> dict[int, Page | Unread]:
    """From what ``page_to_json`` gave; none where one makes no sense."""
    try:
        steps = [Step.model_validate_json(step) for step in kept]
    except ValidationError:
        return {}
    return {step.number: came for step in steps if (came := step.came())}


def step(number: int, came: Page | Unread) -> Step:
    return Step(number=number, page=came) if isinstance(came, Page) else Step(number=number, unread=came)


def send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH_BYTES, "big") + message)
    pipe.flush()


def receive(pipe: IO[bytes], *, most_bytes: int = LARGEST_ANSWER_BYTES) -> bytes | None:
    """The next message; None when the other side is gone, or begins a message longer than any should be."""
    start = pipe.read(_LENGTH_BYTES)
    length = int.from_bytes(start, "big")
    if len(start) < _LENGTH_BYTES or length > most_bytes:
        return None
    message = pipe.read(length)
    return message if len(message) == length else None


# --- the child's ends ------------------------------------------------------------------------


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for messages; what a library prints goes to stderr."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def listen(requests: BinaryIO, waiting: queue.SimpleQueue[bytes]) -> None:
    """Put what the parent says in the queue; end the process when the parent is gone, whatever it is doing."""
    while (request := receive(requests)) is not None:
        waiting.put(request)
    os._exit(0)
