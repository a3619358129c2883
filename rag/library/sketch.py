"""Every passage's vector in a byte a dimension, in memory: which passages of any choice of documents are nearest, nearly.

The index finds what is near in the whole drawer, but not in a part of it whose passages are all far from the question: documents in the other
language, a folder. There the manifest's vectors would all have to be read (100,000: half a second and 150 MB); here they are compared in some
20 ms, in 39 MB. Rounding moves a cosine by less than 0.005, so what is asked for some times over holds what is nearest.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.library import exact
from rag.library.manifest import Manifest
from rag.ports import Vectors

_AT_ONCE = 1_024
"""Rows: as floating-point numbers they stay in the processor's cache."""

_READ_AT_ONCE = 4_096

_GONE = 0.2
"""Share of rows whose passages are gone from which all is read anew."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Row by row: a passage, its document's number, and its vector as whole numbers times a scale."""

    embedder: str
    ids: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    documents: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    scales: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    whole: npt.NDArray[np.int8] = field(default_factory=lambda: np.empty((0, 0), np.int8))


class Sketch:
    """Follows the manifest: what was added is read when it is next asked; what is gone may still be named. Any thread may ask."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._reading = threading.Lock()
        self._rows = _Rows("")
        self._numbers: dict[str, int] = {}  # of documents

    def nearest(self, question: Vectors, k: int, *, embedder: str, passages: int, documents: Collection[str]) -> list[int]:
        """The ids of the ``k`` passages of these documents that are nearest to the question; there are so many ``passages`` in the drawer."""
        rows = self.read(embedder, passages)
        chosen = self._chosen(rows, documents)
        if not len(chosen):
            return []
        scores = np.empty(len(chosen), np.float32)
        for at in range(0, len(chosen), _AT_ONCE):
            some = chosen[at : at + _AT_ONCE]
            scores[at : at + len(some)] = exact.cosines(rows.whole[some].astype(np.float32), question) * rows.scales[some]
        best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        return [int(passage_id) for passage_id in rows.ids[chosen[best]]]

    def forget(self) -> None:
        """What is asked next is read anew."""
        with self._reading:
            self._rows = _Rows("")

    def _chosen(self, rows: _Rows, documents: Collection[str]) -> npt.NDArray[np.int64]:
        wanted = np.zeros(len(self._numbers) + 1, np.bool_)
        wanted[[number for doc_id in documents if (number := self._numbers.get(doc_id)) is not None]] = True
        return np.flatnonzero(wanted[rows.documents])

    def read(self, embedder: str, passages: int) -> _Rows:
        """What is asked of, as the manifest has it now."""
        with self._reading:
            rows = self._rows
            if rows.embedder != embedder or passages < (1 - _GONE) * len(rows.ids):
                rows = _Rows(embedder)
            parts = [rows]
            last = int(rows.ids[-1]) if len(rows.ids) else 0
            while found := self._manifest.vectors_after(last, embedder=embedder, limit=_READ_AT_ONCE):
                last = found[-1][0]
                parts.append(self._rounded(embedder, found))
            if len(parts) > 1:
                rows = _joined([part for part in parts if len(part.ids)])
            self._rows = rows
            return rows

    def _rounded(self, embedder: str, found: list[tuple[int, str, bytes]]) -> _Rows:
        vectors = np.frombuffer(b"".join(vector for _, _, vector in found), dtype="<f4").reshape(len(found), -1)
        scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float32)
        return _Rows(
            embedder,
            np.array([passage_id for passage_id, _, _ in found], np.int64),
            np.array([self._numbers.setdefault(doc_id, len(self._numbers)) for _, doc_id, _ in found], np.int32),
            scales,
            np.rint(vectors / np.maximum(scales, 1e-12)[:, None]).astype(np.int8),
        )


def _joined(parts: list[_Rows]) -> _Rows:
    return _Rows(
        parts[0].embedder,
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.documents for part in parts]),
        np.concatenate([part.scales for part in parts]),
        np.concatenate([part.whole for part in parts]),
    )
