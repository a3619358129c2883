"""Stand-ins for weights, and only for weights."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence

import numpy as np

from rag.errors import QuestionTooLong
from rag.library.fulltext import terms
from rag.ports import Mark, Step, Vectors
from rag.speed import Speed


class WordHashEmbedder:
    """Each term is a direction of its own: texts with the same words are near each other."""

    dimensions = 256

    def __init__(self, identity: str = "word-hash") -> None:
        self.identity = identity
        self.embedded = 0  # passages so far: tests count the work that was done

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vectors:
        vector = np.full(self.dimensions, 1e-3, dtype=np.float32)
        for term in terms(f"{self.identity} {text}"):
            vector[int.from_bytes(hashlib.sha256(term.encode()).digest()[:4], "big") % self.dimensions] += 1
        return vector / np.linalg.norm(vector)


CONTROL = 0x110000
"""Added to a letter's code point: how ScriptedModel marks what came through the template."""


class ScriptedModel:
    """Says what it was told to say, a letter a token, and remembers what it was asked."""

    identity = "scripted"

    def __init__(self, *replies: str, context_tokens: int = 100_000) -> None:
        self.context_tokens = context_tokens
        self.replies = list(replies)
        self.prompts: list[list[int]] = []
        self.closed_early = False
        self.speed = Speed()
        self.learnt: list[list[int]] = []

    def frame(self, instruction: str) -> tuple[list[int], list[int]]:
        return [CONTROL + ord(letter) for letter in f"<system>{instruction}<user>"], [CONTROL + ord(letter) for letter in "<assistant>"]

    def encode_text(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def unread(self, prompt: Sequence[int], marks: Sequence[Mark]) -> int:
        learnt = [mark.end for mark in marks if list(prompt[: mark.end]) in self.learnt]
        return len(prompt) - max(learnt, default=0)

    def give_way(self) -> None:
        pass

    def learn(self, prompt: Sequence[int], marks: Sequence[Mark]) -> Generator[Step, None, None]:
        yield Step("", 0)
        self.learnt.append(list(prompt[: marks[-1].end]))

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        if len(prompt) + max_tokens > self.context_tokens:
            raise QuestionTooLong(tokens=len(prompt), limit=self.context_tokens - max_tokens)
        self.prompts.append(list(prompt))
        self.closed_early = True
        yield Step("", 0)
        for written, letter in enumerate(self.replies.pop(0)[:max_tokens], 1):
            yield Step(letter, written)
        self.closed_early = False

    def asked(self) -> str:
        """The last prompt without the template."""
        return "".join(chr(token) for token in self.prompts[-1] if token < CONTROL)
