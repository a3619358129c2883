"""What could not be taken in, or not wholly: why, and when it is tried again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag import errors
from rag.errors import DocumentError, NoSuchDocument
from rag.library.library import Library, identity
from rag.library.manifest import Place
from rag.library.paths import is_below
from rag.records import Document, State

_FIRST_RETRY_S = 15.0
_LAST_RETRY_S = 3600.0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A document that failed or is partial, with those of its places that are to blame."""

    document: Document
    places: tuple[Place, ...]
    tried: float | None  # last, seconds since the epoch
    again: float | None  # not before; None: not unless the file changes
    followed: bool  # one of the places lies in a folder that is watched now: a change there is a try


def dead_letters(library: Library) -> dict[str, DeadLetter]:
    """By the document's identity, in the order in which they were added."""
    followed = _followed(library)
    unread = (document for document in library.documents() if document.state is not State.READY)
    return {identity(document): _letter(document, library, followed) for document in unread}


def dead_letter(document: Document, library: Library) -> DeadLetter:
    """Of one of them."""
    return _letter(document, library, _followed(library))


def _followed(library: Library) -> list[bytes]:
    return [folder.folder for folder in library.manifest.folders() if not folder.paused]


def _letter(document: Document, library: Library, followed: Collection[bytes]) -> DeadLetter:
    places = tuple(place for place in library.places_of(document) if place.reason)
    seen = [place for place in places if any(is_below(place.place, folder) for folder in followed)]
    due = (next_try(place) for place in seen)
    return DeadLetter(
        document,
        places,
        tried=max((place.checked for place in places if place.checked), default=None),
        again=min((at for at in due if at is not None), default=None),
        followed=bool(seen),
    )


def next_try(place: Place) -> float | None:
    """When an unchanged file in a watched folder is read again, seconds since the epoch; None where that would change nothing."""
    if not _failed_for_now(place):
        return None
    return (place.checked or 0.0) + min(_LAST_RETRY_S, _FIRST_RETRY_S * 2.0 ** min(place.attempts, 20))


def _failed_for_now(place: Place) -> bool:
    kind = getattr(errors, place.reason.code, None) if place.reason else None
    return isinstance(kind, type) and issubclass(kind, DocumentError) and kind.may_pass


def to_read_again(library: Library, names: Sequence[str]) -> list[Place]:
    """The places of every dead letter; or those with these names, whatever state they are in.

    Raises:
        NoSuchDocument: one of the names is not in the drawer.
    """
    if not names:
        return [place for letter in dead_letters(library).values() for place in letter.places]
    found: dict[bytes, Place] = {}
    for name in names:
        places = library.find(name)
        if not places:
            raise NoSuchDocument(name=name)
        found |= {place.place: place for place in places}
    return list(found.values())
