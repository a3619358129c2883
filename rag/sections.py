"""A document's passages -> sections along its own structure, and the few of them that stand for the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from rag.ports import Vectors
from rag.records import Passage

_ALIKE = 0.5
"""Weight of not repeating what is chosen already, against standing for the document (Carbonell and Goldstein, 1998)."""

_LEAST_TOKENS = 100
"""Shorter sections are joined, also where the document would give fewer than were asked for: a heading and a line need no sentence of their own."""


@dataclass(frozen=True, slots=True)
class Section:
    """Passages that follow one another, ``document text[start:end]``."""

    passages: tuple[Passage, ...]
    vector: Vectors  # mean of its passages', of length 1

    @property
    def start(self) -> int:
        return self.passages[0].start

    @property
    def end(self) -> int:
        return max(passage.end for passage in self.passages)

    @property
    def title(self) -> str:
        """The headings that all of it stands under; where it runs over several, from the first to the last."""
        paths = [passage.headings for passage in self.passages]
        shared = [titles[0] for titles in takewhile(lambda titles: len(set(titles)) == 1, zip(*paths, strict=False))]
        first, last = paths[0][len(shared) :][:1], paths[-1][len(shared) :][:1]
        if first and last and first != last:
            return f"{first[0]} – {last[0]}"
        return " › ".join([*shared[-1:], *(first if first == last else ())])


def sections(
    passages: Sequence[Passage], vectors: Vectors, *, tokens: Callable[[str], int], wanted: int, most_tokens: int
) -> list[Section]:
    """Join passages, in their order, to about ``wanted`` sections of ``most_tokens`` at most; a long document gives more of them.

    A section ends where a heading begins, once it is half full. No passage is cut: one that is longer by itself is a section.
    """
    sizes = [tokens(passage.text) for passage in passages]
    budget = min(most_tokens, max(_LEAST_TOKENS, -(-sum(sizes) // wanted)))
    parts = _parted(passages, sizes, budget)
    while len(parts) > wanted and budget < most_tokens:  # headings end sections before they are full
        budget = min(most_tokens, budget * 9 // 8)
        parts = _parted(passages, sizes, budget)
    return [Section(tuple(passages[at] for at in part), _unit(vectors[part].mean(axis=0))) for part in parts]


def _parted(passages: Sequence[Passage], sizes: Sequence[int], budget: int) -> list[list[int]]:
    parts: list[list[int]] = []
    filled = 0
    for at, size in enumerate(sizes):
        new_heading = bool(at) and passages[at].headings != passages[at - 1].headings
        if not parts or filled + size > budget or (new_heading and 2 * filled >= budget):
            parts.append([])
            filled = 0
        parts[-1].append(at)
        filled += size
    return parts


def representative(found: Sequence[Section], k: int) -> list[int]:
    """Which ``k`` sections stand for all of them, in document order: the first, which says what the document is, and then, one by one, the
    one nearest to the middle of the document that is least like those chosen (maximal marginal relevance)."""
    if len(found) <= k:
        return list(range(len(found)))
    vectors = np.stack([section.vector for section in found])
    lengths = np.array([section.end - section.start for section in found], dtype=np.float32)
    central = vectors @ _unit((vectors * lengths[:, None]).sum(axis=0))
    alike = vectors @ vectors.T
    chosen = [0]
    while len(chosen) < k:
        worth = (1 - _ALIKE) * central - _ALIKE * alike[:, chosen].max(axis=1)
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return sorted(chosen)


def _unit(vector: Vectors) -> Vectors:
    length = np.linalg.norm(vector)
    unit: Vectors = vector / length if length else vector
    return unit
