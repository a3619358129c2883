"""A document taken out so that nothing of it is left in any file of the drawer, and a certificate that says so.

READ FIRST: ``erase``. Its order is the promise. One transaction takes the document out and notes that remains are left; what comes after
may be broken off anywhere, and is done by the next opening of the drawer (``Library.scrub``).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rag.errors import CopyInDrawer, DrawerFull, DrawerReadOnly, ErasureUnfinished, LibraryError, RemainsFound
from rag.library import fulltext
from rag.library.database import StillRead
from rag.library.library import UPLOAD, Library
from rag.library.manifest import Place
from rag.library.remains import Searched, chunks_of, end_of, foreign_files, found_in, piece_of, pieces_of_file, search
from rag.version import VERSION

_LOOKED_AT = 32
"""Passages from all over the document, and parts of its upload, of which pieces are taken."""

_MOST_OF_A_KIND = 16

_LEAST_TERM_CHARS = 8
"""The word index stores the end of a term in one piece, its beginning perhaps not."""

_COPIES = 2
"""Of the manifest, for which there must be room: one is written beside it, one goes through its log."""

Report = Callable[[str, int, int], None]
"""Gets "samples", "scrub" or "search", how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased, what was written anew, and what was searched afterwards without finding any of it."""

    seorap: str  # its version
    drawer: str
    names: tuple[str, ...]
    places: tuple[str, ...]  # paths; an upload has none
    sha256: tuple[str, ...]  # of its bytes; none where they could never be read
    format: str
    pages: int | None
    passages: int
    vectors: int
    size_bytes: int
    uploads_removed: int
    upload_bytes: int
    manifest_bytes_before: int
    erased: str = ""  # when, ISO 8601 with offset
    manifest_bytes_after: int = 0
    index_before: int = 0  # generation
    index_after: int = 0
    files_searched: int = 0
    bytes_searched: int = 0
    samples: int = 0  # pieces of it, of which the drawer holds none for another document
    not_covered: tuple[str, ...] = ("source files", "backups and other copies", "free blocks of the disk", "memory and swap")


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What is known of a document before it goes."""

    places: Sequence[Place]
    contents: Collection[str]  # hashes of its bytes: of what could be read, and of kept uploads
    own_terms: Collection[str]  # words of the word index that no other document has
    pieces: Sequence[bytes] = ()  # of which the drawer holds none for another document


def erase(library: Library, name: str, report: Report = lambda what, done, total: None) -> Certificate:
    """Take a document out, by file name, path or document id, under all its names, and leave nothing of it in any file of the drawer.

    The index has everything to learn afterwards; ``Library.fill_index`` tells it, and exact search serves until then.

    Raises:
        NoSuchDocument, AmbiguousDocument
        CopyInDrawer, DrawerFull, DrawerReadOnly: nothing was done.
        ErasureUnfinished, RemainsFound: it is out of the drawer, but perhaps not out of its files.
    """
    with library.one_erasure:
        return _erase(library, library.everywhere(library.find_one(name)), report)


def _erase(library: Library, places: Sequence[Place], report: Report) -> Certificate:
    try:
        library.require_room(_COPIES * library.manifest.size_bytes())
        leaving = _sampled(library, places, report)
        _require_no_copy(library, leaving)
        certificate = _of(library, leaving)
    except OSError as error:
        raise DrawerReadOnly(home=str(library.home), cause=error.strerror or "no access") from error

    before, after = library.take_out_for_good(leaving.places, leaving.contents)
    try:
        searched, samples = _scrubbed(library, leaving, report)
        library.end_erasing()
    except RemainsFound:
        raise
    except (LibraryError, StillRead, OSError) as error:
        raise ErasureUnfinished(name=places[0].name, cause=_cause(error)) from error
    return replace(
        certificate,
        erased=datetime.now().astimezone().isoformat(timespec="seconds"),
        index_before=before,
        index_after=after,
        manifest_bytes_after=library.manifest.size_bytes(),
        files_searched=searched.files,
        bytes_searched=searched.size_bytes,
        samples=samples,
    )


def _of(library: Library, leaving: _Leaving) -> Certificate:
    """What it will say of the document."""
    rows = [row for content, row in library.manifest.document_rows().items() if content in leaving.contents]
    uploads = [path.stat().st_size for path in map(library.snapshot_path, leaving.contents) if path.is_file()]
    return Certificate(
        seorap=VERSION,
        drawer=str(library.home),
        names=tuple(dict.fromkeys(place.name for place in leaving.places)),
        places=tuple(os.fsdecode(place.place) for place in leaving.places if not place.place.startswith(UPLOAD)),
        sha256=tuple(sorted(leaving.contents)),
        format=next((kind for kind, _, _, _ in rows), ""),
        pages=next((pages for _, pages, _, _ in rows), None),
        passages=sum(passages for _, _, _, passages in rows),
        vectors=sum(map(library.manifest.vectors_held, leaving.contents)),
        size_bytes=leaving.places[0].size_bytes,
        uploads_removed=len(uploads),
        upload_bytes=sum(uploads),
        manifest_bytes_before=library.manifest.size_bytes(),
    )


# --- before: samples -------------------------------------------------------------------------


def _sampled(library: Library, places: Sequence[Place], report: Report) -> _Leaving:
    """With pieces of its words, terms, vectors and bytes. What the drawer holds for another document too is no sample."""
    contents = {content for place in places for content in (place.doc_id, place.snapshot) if content}
    own_terms, kinds = set[str](), []
    named = [part for place in places for part in (place.place.removeprefix(UPLOAD), place.name.encode())]
    before = library.manifest.places_before([place.place for place in places], contents)
    named += [part for path in before for part in (path, os.path.basename(path))]  # noqa: PTH119  # bytes
    named += [waiting.encode() for _, waiting, snapshot in library.manifest.jobs() if snapshot in contents]
    kinds.append([end_of(name) for name in named])
    for content in contents:
        passages, beside = library.manifest.held_of(content, _LOOKED_AT)
        terms = {term for header, text, _ in passages for term in fulltext.terms(f"{header}\n{text}") if len(term) >= _LEAST_TERM_CHARS}
        own_terms |= set(library.manifest.own_terms(content, sorted(terms, key=len)[-_LOOKED_AT:]))
        kinds.append([piece_of(text.encode()) for _, text, _ in passages])
        kinds.append([piece_of(vector) for _, _, vector in passages if vector])
        kinds.append([piece_of(held) for held in beside])
        kinds.append(list(pieces_of_file(library.snapshot_path(content), _LOOKED_AT)))
    kinds.append([term.encode()[-_LEAST_TERM_CHARS:] for term in sorted(own_terms)])
    leaving = _Leaving(places, contents, own_terms)
    shared = _held_elsewhere(library, leaving, {piece for kind in kinds for piece in kind if piece}, report)
    own = [[piece for piece in dict.fromkeys(kind) if piece and piece not in shared] for kind in kinds]
    return replace(leaving, pieces=[piece for kind in own for piece in kind[:_MOST_OF_A_KIND]])


def _held_elsewhere(
    library: Library, leaving: _Leaving, pieces: Collection[bytes], report: Report = lambda what, done, total: None
) -> set[bytes]:
    """Those of the pieces that the drawer holds in words, vectors or uploads of other documents."""
    return found_in(_held_of_others(library, leaving, report), pieces)


def _held_of_others(library: Library, leaving: _Leaving, report: Report) -> Iterator[bytes]:
    places = [place.place for place in leaving.places]
    total = library.counts().documents
    for done, held in library.manifest.held_of_others(places, leaving.contents, leaving.own_terms):
        report("samples", min(done, total), total)
        yield held
    for path in library.snapshots():
        if path.name not in leaving.contents:
            yield from chunks_of(path)


def _require_no_copy(library: Library, leaving: _Leaving) -> None:
    """Raises: CopyInDrawer, since after the erasure it would be too late to say that no certificate can be given."""
    for path in foreign_files(library.home):
        if found_in(chunks_of(path), leaving.pieces):
            raise CopyInDrawer(name=leaving.places[0].name, file=str(path))


# --- after: nothing is left ------------------------------------------------------------------


def _scrubbed(library: Library, leaving: _Leaving, report: Report) -> tuple[Searched, int]:
    """What was searched, and for how many pieces.

    Raises:
        RemainsFound: one of them is still there.
        DrawerFull, StillRead, OSError
    """
    for content in leaving.contents:
        library.forget_snapshot(content)
    for anew in (False, True):
        library.scrub(lambda done, total: report("scrub", done, total), anew=anew)
        searched = search(library.home, leaving.pieces, lambda done, total: report("search", done, total))
        found = {piece for _, piece in searched.found}
        since = _held_elsewhere(library, leaving, found) if found else set[bytes]()  # another document came in meanwhile
        if found == since:
            return searched, len(leaving.pieces) - len(since)
    raise RemainsFound(name=leaving.places[0].name, file=next(file for file, piece in searched.found if piece not in since))


def _cause(error: LibraryError | StillRead | OSError) -> str:
    if isinstance(error, StillRead):
        return "another program is reading the drawer"
    if isinstance(error, DrawerFull):
        return os.strerror(errno.ENOSPC)
    if isinstance(error, OSError):
        return error.strerror or "no access"
    return str(error.facts.get("cause", "no access"))
