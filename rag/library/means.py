"""What a document is about as a whole: the mean of its passages' vectors, kept for as long as it is what it was."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from rag.library.manifest import Manifest
from rag.ports import Vectors
from rag.records import Document

_PASSAGES = 64
"""From all over a document; more of them hardly move the mean."""


class Means:
    """Any thread may ask. A document of 64 passages or more costs 64 rows, once."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._guard = threading.Lock()
        self._kept: dict[str, tuple[int, Vectors]] = {}  # document -> its passages then, its mean

    def of(self, documents: Sequence[Document]) -> tuple[list[Document], Vectors]:
        """Those of the documents that have vectors, and the unit vector of each, row by row."""
        embedder = self._manifest.fact("embedder") or ""
        with self._guard:
            there = self._manifest.document_ids()
            self._kept = {doc_id: kept for doc_id, kept in self._kept.items() if doc_id in there}
            for document in documents:
                if self._kept.get(document.doc_id, (0,))[0] != document.passages:
                    self._read(document, embedder)
            known = [document for document in documents if document.doc_id in self._kept]
            means = [self._kept[document.doc_id][1] for document in known]
        return known, np.stack(means) if means else np.empty((0, 0), np.float32)

    def forget(self) -> None:
        """What is asked next is read anew."""
        with self._guard:
            self._kept = {}

    def _read(self, document: Document, embedder: str) -> None:
        vectors = self._manifest.some_vectors(document.doc_id, embedder, _PASSAGES)
        if len(vectors):
            mean = vectors.mean(axis=0)
            self._kept[document.doc_id] = document.passages, mean / max(float(np.linalg.norm(mean)), 1e-12)
