"""The long look at a drawer: every byte that it came from, and everything in it, compared with what was noted.

What contradicts itself inside the drawer is a fault. That a file outside has changed or is gone is none: it is a note.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from rag.library.faults import damaged_terms, index_sums, vectors_apart, without_their_terms
from rag.library.library import UPLOAD, Library
from rag.library.manifest import Place

_AT_ONCE_BYTES = 1 << 20
_AT_ONCE_PASSAGES = 256

_LENGTH_OFF = 1e-3
"""What a unit vector's length may be off by, in float32."""

Wrong = Literal["changed", "gone", "unreadable"]
Report = Callable[[str, int, int, float], None]
"""Gets "files" (in bytes), "words" (of the word index) or "passages", how much is done, how much there is, and the seconds since that began."""


@dataclass(frozen=True, slots=True)
class Note:
    """A file outside the drawer that is not what was read."""

    path: str
    what: Wrong


@dataclass
class Audit:
    faults: list[str] = field(default_factory=list)  # in technical words
    notes: list[Note] = field(default_factory=list)
    files: int = 0  # read again
    bytes_read: int = 0


def audit(library: Library, report: Report = lambda what, done, total, seconds: None) -> Audit:
    """All that ``Library.faults`` looks at, every file, and every passage with its vector and terms. May be broken off at any point."""
    found = Audit()
    found.faults += library.faults()
    damaged = damaged_terms(library.manifest)
    found.faults += damaged
    if lost := library.manifest.lost_turns():
        found.faults.append(f"{lost} turns of conversations cannot be read")
    _check_files(library, found, report)
    found.faults += _faults_of_passages(library, report, terms_too=not damaged)
    return found


# --- files -----------------------------------------------------------------------------------


def _check_files(library: Library, found: Audit, report: Report) -> None:
    places = [place for place in library.manifest.places() if place.doc_id or place.snapshot]
    total, passed, began = sum(place.size_bytes for place in places), 0, time.monotonic()
    for place in places:
        wrong = None
        try:
            for read in _read(place, library, found):
                report("files", passed + min(read, place.size_bytes), total, time.monotonic() - began)
        except _Differs as error:
            wrong = error.what
        passed += place.size_bytes
        if wrong and not place.place.startswith(UPLOAD):
            found.notes.append(Note(os.fsdecode(place.place), wrong))
        elif wrong and wrong != "gone":  # that is among the ordinary faults
            found.faults.append(f"the kept bytes of {place.name} are not what was uploaded ({wrong})")


class _Differs(Exception):
    def __init__(self, what: Wrong) -> None:
        self.what = what


def _read(place: Place, library: Library, found: Audit) -> Iterator[int]:
    """Read a file to its end, telling how many bytes that is so far.

    Raises:
        _Differs: it is not what was read when it was taken in.
    """
    path = library.snapshot_path(place.snapshot) if place.snapshot else Path(os.fsdecode(place.place))
    digest, read = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_AT_ONCE_BYTES):
                digest.update(piece)
                read += len(piece)
                yield read
    except FileNotFoundError as error:
        raise _Differs("gone") from error
    except OSError as error:
        raise _Differs("unreadable") from error
    found.files += 1
    found.bytes_read += read
    if digest.hexdigest() != (place.snapshot or place.doc_id):
        raise _Differs("changed")


# --- passages --------------------------------------------------------------------------------


def _faults_of_passages(library: Library, report: Report, *, terms_too: bool) -> Iterator[str]:
    ids, began = sorted(library.manifest.passage_ids()), time.monotonic()
    embedder = library.manifest.fact("embedder") or ""
    dimensions: Counter[int] = Counter()
    not_found, not_finite, not_of_length_1 = 0, 0, 0
    sums = index_sums(library.manifest, lambda done, total: report("words", done, total, time.monotonic() - began)) if terms_too else {}
    began = time.monotonic()
    for at in range(0, len(ids), _AT_ONCE_PASSAGES):
        some = ids[at : at + _AT_ONCE_PASSAGES]
        not_found += without_their_terms(library.manifest, sums, some) if terms_too else 0
        for vector in vectors_apart(library.manifest, embedder, some):
            dimensions[len(vector)] += 1
            not_finite += not np.isfinite(vector).all()
            not_of_length_1 += not abs(float(np.linalg.norm(vector.astype(np.float64))) - 1) < _LENGTH_OFF
        report("passages", at + len(some), len(ids), time.monotonic() - began)
    usual = dimensions.most_common(1)[0][1] if dimensions else 0
    counts = {
        "passages cannot be found by their own terms": not_found,
        "vectors are not finite": not_finite,
        "vectors are not of length 1": not_of_length_1,
        "vectors have other dimensions than the rest": dimensions.total() - usual,
    }
    yield from (f"{count} {what}" for what, count in counts.items() if count)
