"""Which document each passage belongs to, in memory: thousands of passages that hold a word are counted by document in a millisecond."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.library.manifest import Manifest


@dataclass(frozen=True, slots=True)
class _Known:
    """``documents[numbers[row]]`` owns passage ``ids[row]``; ids rise."""

    revision: int
    documents: Sequence[str] = ()
    ids: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    numbers: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))


class Owners:
    """Follows the manifest: numbers of passages are never used twice, so only what is new is read. Any thread may ask."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._reading = threading.Lock()
        self._known = _Known(-1)

    def by_document(self, passage_ids: Collection[int]) -> Mapping[str, npt.NDArray[np.int64]]:
        """The passages of each document, in the order of their numbers, which is the document's own; those that are gone may be among them."""
        known = self.read()
        asked = np.fromiter(passage_ids, np.int64, len(passage_ids))
        rows = np.searchsorted(known.ids, asked)
        there = rows < len(known.ids)
        rows, asked = rows[there], asked[there]
        same = known.ids[rows] == asked
        rows, asked = rows[same], asked[same]
        if not len(rows):
            return {}
        numbers = known.numbers[rows]
        order = np.lexsort((asked, numbers))
        numbers, asked = numbers[order], asked[order]
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return {known.documents[numbers[start]]: some for start, some in zip(starts, np.split(asked, starts[1:]), strict=True)}

    def read(self) -> _Known:
        """What is asked of, as the manifest has it now."""
        with self._reading:
            known, revision = self._known, self._manifest.revision
            if known.revision == revision:
                return known
            found = sorted(self._manifest.owners(after=int(known.ids[-1]) if len(known.ids) else 0))
            if found:
                numbers = {doc_id: number for number, doc_id in enumerate(known.documents)}
                new = np.fromiter((numbers.setdefault(doc_id, len(numbers)) for _, doc_id in found), np.int32, len(found))
                ids = np.fromiter((passage_id for passage_id, _ in found), np.int64, len(found))
                known = _Known(revision, tuple(numbers), np.concatenate([known.ids, ids]), np.concatenate([known.numbers, new]))
            else:
                known = _Known(revision, known.documents, known.ids, known.numbers)
            self._known = known
            return known
