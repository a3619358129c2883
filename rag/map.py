"""Documents -> a map of them, on which those that speak of the same things lie side by side.

READ FIRST: ``placed``. Neighbourhoods are kept as by t-SNE (van der Maaten and Hinton, 2008), which is written out here: of a thousand points
all pairs can be looked at, and what does that for millions takes seconds to import.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.library.library import Library
from rag.ports import Vectors
from rag.records import Document

MOST = 500
"""Documents on one map; of more, some from all over them are shown. So many take a second or two of one core."""

_DIMENSIONS = 40
"""In which distances are compared; what the others hold is noise."""

_NEIGHBOURS = 20.0
_TOGETHER, _APART = 60, 120
"""Steps: first neighbours are drawn together, then all find their place."""

_DRAWN_TOGETHER = 12.0
_KEPT_MAPS = 4

Points = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spot:
    """A document on the map, in shares of its width and height from the upper left corner."""

    document: Document
    x: float
    y: float
    nearest: Document | None  # of the others on the map, the one most like it


@dataclass(frozen=True, slots=True)
class Map:
    spots: tuple[Spot, ...]
    left_out: int  # documents for which there is no room


class Maps:
    """Drawn in a thread of its own; who asks does not wait."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._guard = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drawing a map")
        self._drawn: OrderedDict[tuple[tuple[str, str, int], ...], Future[Map]] = OrderedDict()

    def of(self, documents: Sequence[Document]) -> Map | None:
        """None while it is being drawn."""
        wanted = [document for document in documents if document.doc_id]
        key = tuple((document.doc_id, document.name, document.passages) for document in wanted)
        with self._guard:
            if key not in self._drawn:
                while len(self._drawn) >= _KEPT_MAPS:
                    self._drawn.popitem(last=False)[1].cancel()
                self._drawn[key] = self._thread.submit(self._draw, wanted)
            self._drawn.move_to_end(key)
            found = self._drawn[key]
            if found.done() and found.exception():
                del self._drawn[key]  # to be drawn anew when it is looked at next
        return found.result() if found.done() else None

    def forget(self) -> None:
        """Let go of all maps: names of documents that have been erased may stand on them."""
        with self._guard:
            self._drawn.clear()

    def _draw(self, documents: Sequence[Document]) -> Map:
        shown = sampled(documents)
        known, vectors = self._library.means.of(shown)
        likeness = vectors @ vectors.T if len(known) > 1 else np.zeros((len(known), len(known)), np.float32)
        np.fill_diagonal(likeness, -2.0)
        nearest = [known[int(row)] for row in likeness.argmax(axis=1)] if len(known) > 1 else [None] * len(known)
        spots = zip(known, placed(vectors).tolist(), nearest, strict=True)
        return Map(tuple(Spot(document, x, y, near) for document, (x, y), near in spots), len(documents) - len(shown))


def sampled(documents: Sequence[Document]) -> list[Document]:
    """All, or as many as there is room for, from all over them."""
    if len(documents) <= MOST:
        return list(documents)
    return [documents[at * len(documents) // MOST] for at in range(MOST)]


# --- where each lies ---------------------------------------------------------------------------


def placed(vectors: Vectors) -> Points:
    """Unit vectors, row by row -> places in the unit square, near to near, no two on one spot. Nothing in it is left to chance."""
    count = len(vectors)
    if count < 2:
        return np.full((count, 2), 0.5, np.float32)
    main = principal(vectors)
    start = main[:, :2] / max(float(main[:, 0].std()), 1e-9) + _spiral(count) * 1e-3  # what is alike in all must not lie on one spot
    points = start if count < 5 else _neighbourly(main, start)
    return _apart(_upright(points))


def principal(vectors: Vectors) -> Points:
    """By the directions in which they differ most, the strongest first; two at least."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    strengths, sides = np.linalg.eigh(centred @ centred.T)
    strengths, sides = strengths[::-1][:_DIMENSIONS], sides[:, ::-1][:, :_DIMENSIONS]
    signs = np.sign(sides[np.abs(sides).argmax(axis=0), np.arange(sides.shape[1])])  # a direction and its opposite are one to the algorithm
    main = sides * signs * np.sqrt(np.clip(strengths, 0, None))
    return np.pad(main, ((0, 0), (0, max(0, 2 - main.shape[1])))).astype(np.float32)


def _neighbourly(main: Points, start: Points) -> Points:
    """t-SNE, from ``start``."""
    count = len(main)
    like = _likeness(main, min(_NEIGHBOURS, (count - 1) / 3))
    points = (start * 1e-2).astype(np.float32)
    moved, gains = np.zeros_like(points), np.ones_like(points)
    close, pull = np.empty_like(like), np.empty_like(like)  # of all pairs: made once, filled in each step
    step = max(count / _DRAWN_TOGETHER, 20.0)
    for turn in range(_TOGETHER + _APART):
        squares = (points * points).sum(axis=1)
        np.matmul(points, points.T * -2, out=close)
        close += squares[:, None] + 1.0
        close += squares
        np.reciprocal(close, out=close)
        np.fill_diagonal(close, 0.0)
        np.multiply(close, -1.0 / max(float(close.sum()), 1e-12), out=pull)
        pull += like * _DRAWN_TOGETHER if turn < _TOGETHER else like
        pull *= close
        slope = 4.0 * (pull.sum(axis=1)[:, None] * points - pull @ points)
        gains = np.clip(np.where(np.sign(slope) == np.sign(moved), gains * 0.8, gains + 0.2), 0.01, None)
        moved = ((0.5 if turn < _TOGETHER else 0.8) * moved - step * gains * slope).astype(np.float32)
        points = points + moved
    return points


def _likeness(main: Points, neighbours: float) -> Points:
    """How much each is another's neighbour, all together 1: so wide around each that it has about so many of them."""
    far = _distances(main)
    far /= max(float(far.mean()), 1e-12)
    np.fill_diagonal(far, np.inf)
    narrow, low, high = np.ones((len(main), 1), np.float32), np.zeros((len(main), 1)), np.full((len(main), 1), np.inf)
    nearest = far.min(axis=1, keepdims=True)
    for _ in range(30):
        like = np.exp(-(far - nearest) * narrow)
        total = like.sum(axis=1, keepdims=True)
        spread = np.log(total) + narrow * (np.where(np.isinf(far), 0, far - nearest) * like).sum(axis=1, keepdims=True) / total
        wide = spread > np.log(neighbours)
        low, high = np.where(wide, narrow, low), np.where(wide, high, narrow)
        narrow = np.where(np.isinf(high), narrow * 2, (low + high) / 2).astype(np.float32)
    like = like / total
    both: Points = ((like + like.T) / (2 * len(main))).astype(np.float32)
    return both


def _distances(points: Points) -> Points:
    """Squared, of all pairs."""
    squares = (points * points).sum(axis=1)
    far: Points = np.maximum(squares[:, None] + squares[None, :] - 2 * points @ points.T, 0)
    return far


def _upright(points: Points, *, turn: bool = True) -> Points:
    """In the unit square; turned so that the way along which they lie furthest apart goes from left to right."""
    turned = principal(points)[:, :2] if turn else points
    low, high = turned.min(axis=0), turned.max(axis=0)
    upright: Points = ((turned - low) / np.maximum(high - low, 1e-9)).astype(np.float32)
    return upright


_ROUNDS = 30
_SHARE = 0.35
"""Of the square, that the circles around all points may cover: more would leave no empty place between groups."""

_FAR_ENOUGH = 0.06


def _apart(points: Points) -> Points:
    """No two on top of each other: those that are too near are pushed apart, a little each time."""
    least = min(2 * float(np.sqrt(_SHARE / np.pi / len(points))), _FAR_ENOUGH)
    points = points + _spiral(len(points)) * least * 1e-2
    for _ in range(_ROUNDS):
        first, second = np.nonzero(np.triu(_distances(points) < least**2, 1))
        if not len(first):
            break
        between = points[first] - points[second]
        far = np.sqrt((between**2).sum(axis=1))
        push = between / np.maximum(far, 1e-9)[:, None] * (least - far).clip(0)[:, None] * 0.35
        moved = np.zeros_like(points)
        np.add.at(moved, first, push)
        np.add.at(moved, second, -push)
        points = points + np.clip(moved, -least, least)
    return _upright(points, turn=False)


def _spiral(count: int) -> Points:
    """Points of which no two are the same, about as far from one another as they can be, in the unit circle."""
    number = np.arange(count)
    angle, radius = number * (np.pi * (3 - 5**0.5)), np.sqrt((number + 0.5) / count)
    return np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1).astype(np.float32)
