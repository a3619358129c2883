"""How a child process and its parent hand messages over: each behind its length."""

from __future__ import annotations

import os
import queue
from typing import IO, BinaryIO

_LENGTH_BYTES = 8
LARGEST_ANSWER_BYTES = 512 * 2**20

LAST_WORDS_BYTES = 64 * 1024
"""Of what a dying reader says on stderr, that much is kept."""


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
