"""A document that needs a password, and the password, which is used once and kept nowhere."""

from __future__ import annotations

from ingest.pipeline import Batch, is_unlocked, read_again
from rag.errors import PARTIAL_REASONS, NotLocked
from rag.library.library import Library
from rag.library.manifest import Place
from rag.records import FileOutcome


def find_locked(library: Library, name: str) -> Place:
    """Where the document lies that a password may open, by file name, path or document id; one that was opened before is read anew.

    Raises:
        NoSuchDocument, AmbiguousDocument
        NotLocked: it was read without a password.
    """
    places = library.find_one(name)
    failed = [place for place in places if place.reason and place.reason.code not in PARTIAL_REASONS]
    if not failed and not is_unlocked(library.manifest.method_of(places[0].doc_id or "")):
        raise NotLocked(name=name)
    return (failed or places)[0]


def unlock(place: Place, password: str, batch: Batch) -> FileOutcome:
    """Take in what lies there, by its password. A wrong one changes nothing; once it is in, the document stays in.

    Raises:
        Cancelled, LibraryError: as ``ingest.pipeline.add``.
    """
    (outcome,) = read_again([place], batch, password=password)
    return outcome
