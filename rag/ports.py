"""The two things that need weights, and so the only ones that tests replace."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from rag.speed import Speed

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Text -> unit vectors. Two methods, because models of the E5 kind prefix questions and passages differently."""

    @property
    def identity(self) -> str:
        """Changes whenever the vectors would: name, weights, prefixes."""
        ...

    def count_tokens(self, text: str) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """float32, shape (len(texts), dimensions), rows of length 1."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """float32, shape (dimensions,), length 1."""
        ...


class Step(NamedTuple):
    """One step of the model."""

    text: str  # "" while the prompt is read, or while a character is still incomplete
    written: int  # answer tokens so far; 0 while the prompt is read


class Mark(NamedTuple):
    """``prompt[:end]`` begins other prompts too, so that it is worth keeping what the model made of it."""

    end: int
    owner: str  # id of the document whose text it holds; "" for none


class LanguageModel(Protocol):
    """Token lists -> text. One generation at a time: whoever iterates ``stream`` or ``learn`` holds the model until it ends or is closed."""

    @property
    def identity(self) -> str: ...

    @property
    def context_tokens(self) -> int: ...

    @property
    def speed(self) -> Speed: ...

    def frame(self, instruction: str) -> tuple[list[int], list[int]]:
        """Tokens of the chat template before and after what the user says. Never give it text from outside: markup in it counts."""
        ...

    def encode_text(self, text: str) -> list[int]:
        """Tokens of text from outside; never a control token, whatever the text says."""
        ...

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        """Read the prompt, then write until the model ends its turn or ``max_tokens`` are written.

        Steps come while the prompt is read too, a few a second, so that a reader can stop at any time by closing the iterator.
        What stands before one of the ``marks``, which are in order, is not read again while it is kept; that changes nothing in what is written.

        Raises:
            QuestionTooLong: prompt and answer together do not fit the context.
        """
        ...

    def learn(self, prompt: Sequence[int], marks: Sequence[Mark]) -> Generator[Step, None, None]:
        """Keep what the model makes of the prompt before its ``marks``; steps as of ``stream``, none of them written."""
        ...

    def give_way(self) -> None:
        """What ``learn`` is reading just now is left at once, with a step, and nothing further is read by it; what ``stream`` does goes on. Any
        thread may say so."""
        ...

    def unread(self, prompt: Sequence[int], marks: Sequence[Mark]) -> int:
        """How many tokens ``stream`` would have to read now."""
        ...


class States(Protocol):
    """Where a language model keeps what it made of beginnings of prompts; for how long, nobody knows."""

    def get(self, owner: str, key: str) -> bytes | None: ...

    def put(self, owner: str, key: str, state: bytes) -> None: ...

    def has(self, owner: str, key: str) -> bool: ...
