"""The one door to a drawer: what is in it, what is near a question, what goes in and out."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag import boxes
from rag.confidential import tighten
from rag.durable import sync
from rag.errors import (
    PARTIAL_REASONS,
    AmbiguousDocument,
    DrawerFull,
    DrawerReadOnly,
    EmbedderMismatch,
    LibraryError,
    NoSuchDocument,
    NoSuchTag,
    NothingFits,
)
from rag.languages import written_in
from rag.library import exact, fulltext
from rag.library.database import PACKED, StillRead
from rag.library.faults import faults
from rag.library.filter import fitting, wanted
from rag.library.index import VectorIndex
from rag.library.kept import Kept
from rag.library.lock import DrawerLock
from rag.library.manifest import Manifest, Place, embedded_text, page_at
from rag.library.means import Means
from rag.library.names import names_of
from rag.library.owners import Owners
from rag.library.paths import ENTRIES, absolute, is_below
from rag.library.sketch import Sketch
from rag.library.states import KeptStates
from rag.library.tags import tags_of
from rag.library.traits import Traits, traits_of
from rag.library.worklist import WatchedFolder
from rag.partial import why_partial
from rag.ports import Embedder, Vectors
from rag.records import EVERYTHING, Document, Filter, Language, Passage, Reading, Recognition, Rectangle, Span, State, Table

log = logging.getLogger(__name__)

UPLOAD = b"upload:"
"""Begins the place of a document that came through the page: it has no path, its bytes lie in snapshots/."""

_LEAST_FREE_BYTES = 32 << 20
"""On the drawer's disk; below it nothing more is taken in."""

_EXACT_UP_TO = 5_000
"""Passages in a drawer that are compared one by one (1 ms). The index overlooks a near passage in one of 250 questions, and which
one depends on how it was filled."""

_ERASING = "erasing"
"""The fact that an erasure has begun, and when; nothing of what is erased."""

_READERS_MAY_TAKE_S = 10.0
"""Other processes only look something up; one that takes longer stands still."""

_FEW_DOCUMENTS = 10
"""Whose passages are read and compared one by one; in a larger part of a large drawer the sketch says which are worth it."""

_CANDIDATES = 4
"""Times as many are taken from the index, or the sketch, as are wanted, so that what they overlook is far from the first places."""


@dataclass(frozen=True, slots=True)
class Counts:
    documents: int
    passages: int
    waiting_for_index: int


@dataclass(frozen=True, slots=True)
class PlaceInText:
    page: int | None
    offset: int  # in the page's text


class Library:
    """A drawer, opened. With ``read_only`` it takes no lock and can only list, count and search by words."""

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        """Raises: DrawerInUse, DrawerReadOnly, NoDrawer (only with ``read_only``), DrawerDamaged, DrawerTooNew."""
        self.home = home
        self._lock: DrawerLock | None = None
        if not read_only:
            try:
                home.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise DrawerReadOnly(home=str(home), cause=error.strerror or "no access") from error
            self._lock = DrawerLock(home)
        try:
            self.manifest = Manifest(home, read_only=read_only)
            if not read_only and self.manifest.fact("terms") != fulltext.TERMS_VERSION:
                self.manifest.rebuild_terms()
            if not read_only:
                self.manifest.erase_placeless()  # left by a batch that was broken off
                self.manifest.forget_unfinished()
        except BaseException:
            self.close_lock()
            raise
        self._index = VectorIndex(home, self.manifest, self.require_room)
        self.states = KeptStates(
            home / "states", least_free_bytes=_LEAST_FREE_BYTES, alive=lambda doc_id: doc_id in self.manifest.document_ids()
        )
        """What the language model made of passages, for as long as their documents are here."""
        self.one_erasure = threading.Lock()
        """Held by an erasure: what one notes as unfinished, another must not note as done."""
        if not read_only:
            try:
                self._tidy()
                tighten(home, ours=ENTRIES)
            except BaseException:
                self.close()
                raise
        revision = (lambda: self.manifest.revision) if self._lock else (lambda: None)  # without the lock another process may write
        self.names = Kept(lambda: names_of(self._documents()), revision=revision)
        """What the documents can be called."""
        self._asked = Kept(lambda: frozenset(self.manifest.document_ids()), revision=revision)
        self._sketch = Sketch(self.manifest)
        self.means = Means(self.manifest)
        """What each document is about, as a vector."""
        self._documents = Kept(self._all_documents, revision=revision)
        self._places = Kept(self.manifest.places, revision=revision)
        self._counts = Kept(lambda: Counts(*self.manifest.counts()), revision=revision)  # SQLite counts by looking at every row
        self._written_in: dict[str, Language] = {}
        self.languages = Kept(self._languages, revision=revision)
        """What each document is written in, by its id."""
        self._owners = Owners(self.manifest)
        self.traits: Kept[Traits] = Kept(self._traits, revision=revision)
        """What each document can be chosen by, by its id."""
        self._all_vectors = Kept(lambda: self.manifest.vectors(self.manifest.fact("embedder") or ""), revision=revision)  # 8 MB at most

    def _tidy(self) -> None:
        """Delete what was being written when an earlier owner was killed, and finish what it was erasing."""
        for left in (*self.home.glob(f"{PACKED}*"), *self.snapshot_path("").glob("*.part")):
            with suppress(OSError):
                left.unlink()
        self.states.keep_only(self.manifest.document_ids())
        if not self.erasing():
            return
        try:
            for path in self.snapshots():
                self.forget_snapshot(path.name)
            self.scrub(anew=True)
            self.end_erasing()
        except (LibraryError, StillRead, OSError) as error:
            log.warning("an erasure is still unfinished: %s", type(error).__name__)

    def close_lock(self) -> None:
        if self._lock:
            self._lock.release()

    def close(self) -> None:
        self._index.close()
        self.manifest.close()
        self.close_lock()

    # --- what is in it ------------------------------------------------------------------------

    def documents(self) -> list[Document]:
        """All documents, in the order in which they were added; files of which nothing could be read among them."""
        return list(self._documents())

    def _all_documents(self) -> list[Document]:
        rows, recognised = self.manifest.document_rows(), self.manifest.recognised_pages()
        folders = self.manifest.folders()
        together: dict[str, list[Place]] = {}
        for place in self.manifest.places():
            together.setdefault(place.doc_id or f"unread:{place.place!r}", []).append(place)
        return [
            _document(places, rows.get(places[0].doc_id or ""), folders, *recognised.get(places[0].doc_id or "", (0, None)))
            for places in together.values()
        ]

    def _languages(self) -> Mapping[str, Language]:
        there = self.manifest.document_ids()
        unknown = self.manifest.samples(there - self._written_in.keys())
        known = {doc_id: language for doc_id, language in self._written_in.items() if doc_id in there}
        self._written_in = known | {doc_id: written_in(text) for doc_id, text in unknown}
        return self._written_in

    def _traits(self) -> Traits:
        return traits_of(self._documents(), self.languages(), [os.fsdecode(folder.folder) for folder in self.manifest.folders()])

    def not_in(self, language: Language, *, scope: Collection[str] = ()) -> frozenset[str]:
        """Ids of the documents that are written in another language."""
        return frozenset(doc_id for doc_id, other in self.languages().items() if other != language and (not scope or doc_id in scope))

    def counts(self) -> Counts:
        return self._counts()

    def index_generation(self) -> int:
        """How many times the vector index has been begun."""
        return self._index.generation()

    def find(self, name: str) -> list[Place]:
        """Places whose file name, path or document id is ``name``."""
        path = os.fsencode(absolute(name))
        places = self._places()
        exactly = [place for place in places if place.place in (path, os.fsencode(name))]  # a path, or an upload's own place
        return exactly or [place for place in places if name in (place.name, place.doc_id)]

    def find_one(self, name: str) -> list[Place]:
        """As ``find``, of exactly one document.

        Raises:
            NoSuchDocument, AmbiguousDocument
        """
        places = self.find(name)
        if not places:
            raise NoSuchDocument(name=name)
        if len({place.doc_id or place.place for place in places}) > 1:
            raise AmbiguousDocument(name=name, count=len(places))
        return places

    def everywhere(self, places: Sequence[Place]) -> list[Place]:
        """These, and wherever else what lies there does, under whatever name: the same content, or an upload of the same bytes."""
        found = {place.place: place for place in places}
        while True:
            contents = {content for place in found.values() for content in (place.doc_id, place.snapshot) if content}
            more = [place for place in self.manifest.places() if place.place not in found and contents & {place.doc_id, place.snapshot}]
            if not more:
                return list(found.values())
            found |= {place.place: place for place in more}

    def places_of(self, document: Document) -> list[Place]:
        if document.doc_id:
            return self.manifest.places(doc_id=document.doc_id)
        return self.manifest.places(place=os.fsencode(identity(document)))

    def scope(self, only: Filter) -> frozenset[str]:
        """Document ids of the documents that fit; empty, for all, only when the filter leaves none out.

        Raises:
            NoSuchDocument: a name in it is not in the drawer.
            NoSuchTag: none of the documents has all the tags.
            NothingFits: each part is there, but no document fits them all.
        """
        if only == EVERYTHING:
            return frozenset()
        named = set[str]()
        for name in only.documents:
            ids = {place.doc_id for place in self.find(name) if place.doc_id}
            if not ids:
                raise NoSuchDocument(name=name)
            named |= ids
        rest = replace(only, documents=())
        chosen = {document.doc_id for document in fitting(self._documents(), rest)} if rest != EVERYTHING else named
        if only.tags and not chosen and rest == Filter(tags=only.tags):
            raise NoSuchTag(tags=", ".join(only.tags))
        found = chosen & named if only.documents else chosen
        if not found:
            raise NothingFits(wanted=wanted(only))
        return frozenset(found)

    # --- in and out ---------------------------------------------------------------------------

    def claim_embedder(self, embedder: str) -> None:
        """Bind an empty drawer to ``embedder``, or make sure that it is bound to it.

        Raises:
            EmbedderMismatch: its vectors come from another.
        """
        stored = self.manifest.fact("embedder")
        if stored is None:
            self.manifest.set_fact("embedder", embedder)
        elif stored != embedder:
            raise EmbedderMismatch(stored=stored, wanted=embedder)

    def require_room(self, size_bytes: int = 0) -> None:
        """Raises: DrawerFull, before the disk is so full that even the index cannot be tidied, or where there is no room for so much more."""
        if shutil.disk_usage(self.home).free < _LEAST_FREE_BYTES + size_bytes:
            raise DrawerFull(home=str(self.home))

    def commit(
        self,
        place: bytes,
        *,
        name: str,
        doc_id: str,
        mtime_ns: int | None,
        size_bytes: int,
        inode: int | None = None,
        method: str,
        embedder: str,
        reading: Reading,
        spans: Sequence[Span],
        headers: Sequence[str],
        vectors: Vectors,
        snapshot: str | None = None,
    ) -> None:
        """Save one read document at its place, replacing what lay there. When this returns, it is saved."""
        reason = why_partial(name, reading)
        with self.manifest.transaction():
            self.manifest.write_document(doc_id, reading, spans, headers, vectors, embedder=embedder, method=method, size_bytes=size_bytes)
            self.manifest.put_place(
                place, name=name, doc_id=doc_id, mtime_ns=mtime_ns, size_bytes=size_bytes, inode=inode, reason=reason, snapshot=snapshot
            )

    def remove(self, name: str) -> str:
        """Take a document out, by file name, path or document id; returns its name. The file itself is left alone.

        Raises:
            NoSuchDocument, AmbiguousDocument
        """
        return self.remove_all([name])[0]

    def remove_all(self, names: Sequence[str], report: Callable[[int, int], None] = lambda done, total: None) -> list[str]:
        """As ``remove``, one after another; told the documents done and the documents in all. May be broken off between two of them."""
        found = [self.find_one(name) for name in names]
        try:
            for done, places in enumerate(found):
                report(done, len(found))
                self.manifest.drop_places(*(place.place for place in places))
                for place in places:
                    if place.snapshot:
                        self.forget_snapshot(place.snapshot)
        finally:
            self.fill_index()
        return [places[0].name for places in found]

    def snapshot_path(self, content_hash: str) -> Path:
        return self.home / "snapshots" / content_hash

    def keep_snapshot(self, content_hash: str, content: bytes) -> None:
        """Keep the bytes of an upload; when this returns they survive a power cut.

        Raises:
            DrawerFull, DrawerReadOnly
        """
        path = self.snapshot_path(content_hash)
        if path.exists():
            return
        unfinished = path.with_suffix(".part")
        try:
            path.parent.mkdir(exist_ok=True, mode=0o700)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DrawerFull(home=str(self.home)) from error
            raise DrawerReadOnly(home=str(self.home), cause=error.strerror or "no access") from error
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync(path.parent)

    def snapshots(self) -> list[Path]:
        """The files of kept bytes, named after their content."""
        return sorted(path for path in self.snapshot_path("").glob("*") if path.is_file())

    def forget_snapshot(self, content_hash: str) -> None:
        """Delete kept bytes that no upload needs: none that is in the drawer, could not be read, or waits."""
        needed = {place.snapshot for place in self.manifest.places()} | {snapshot for _, _, snapshot in self.manifest.jobs()}
        if content_hash not in needed:
            path = self.snapshot_path(content_hash)
            for file in (path, path.with_suffix(".part")):
                file.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync(path.parent)
            self.manifest.forget_unfinished(content_hash)

    # --- nothing stays: see rag/library/erase.py ----------------------------------------------

    def take_out_for_good(self, places: Sequence[Place], contents: Collection[str]) -> tuple[int, int]:
        """Let go of contents and places, and note that their remains are to be scrubbed; the generations of the index before and from now on."""
        unknown = [place for place in places if not (place.doc_id or place.snapshot)]
        hashes = [_hash_of_file(place) for place in unknown]

        def change() -> None:
            self.manifest.set_fact(_ERASING, datetime.now().astimezone().isoformat(timespec="seconds"))
            self.manifest.erase([place.place for place in places], contents)
            for content in filter(None, hashes):  # what recognising it has come to, should it have been broken off
                self.manifest.forget_unfinished(content)
            if None in hashes:
                self.manifest.forget_unfinished_of_nobody()

        generations = self._index.leave(change)
        self._sketch.forget()
        self.means.forget()
        return generations

    def erasing(self) -> str | None:
        """Since when an erasure is unfinished: what was taken out may still be found in the files. The next opening tries to finish it."""
        return self.manifest.fact(_ERASING)

    def scrub(self, report: Callable[[int, int], None] = lambda done, total: None, *, anew: bool = False) -> None:
        """Take out of manifest and index what is not in the drawer any longer. May be broken off at any point and repeated.

        With ``anew`` the word index is not merged but made again, which takes longer and rests on nothing that was in it.

        Raises:
            DrawerFull, StillRead, OSError
        """
        terms = self.manifest.rebuild_terms if anew else self.manifest.merge_terms
        steps = (self.states.clear, self._index.discard, terms, self._pack, self._empty_wal)
        for done, step in enumerate(steps):
            report(done, len(steps))
            step()
        report(len(steps), len(steps))

    def _pack(self) -> None:
        self.require_room(2 * self.manifest.size_bytes())
        self.manifest.pack()

    def _empty_wal(self) -> None:
        deadline = time.monotonic() + _READERS_MAY_TAKE_S
        while not self.manifest.empty_wal():
            if time.monotonic() > deadline:
                raise StillRead
            time.sleep(0.1)

    def end_erasing(self) -> None:
        self.manifest.forget_fact(_ERASING)

    # --- what is near a question --------------------------------------------------------------

    def lexical(self, question: str, k: int, *, scope: Collection[str] = ()) -> list[tuple[int, float]]:
        """Passages that share terms with the question, by BM25, best first."""
        return self.manifest.lexical(question, k, passages=self.counts().passages, scope=scope)

    def warm(self, embedder: str) -> None:
        """Read now what every search needs, rather than at the first: of 100,000 passages, in about a second."""
        passages = self.counts().passages
        self.names()
        self.traits()
        self._owners.read()
        if passages > _EXACT_UP_TO:
            self._sketch.read(embedder, passages)

    def dense(self, question: Vectors, k: int, *, embedder: str, scope: Collection[str] = ()) -> list[tuple[int, float]]:
        """Passages nearest in meaning, by cosine, best first.

        Raises:
            EmbedderMismatch: the drawer's vectors come from another embedder.
        """
        self._require_embedder(embedder)
        if not scope and self.counts().passages <= _EXACT_UP_TO:
            return exact.nearest(question, *self._all_vectors(), k)
        passages = self.counts().passages
        if passages <= _EXACT_UP_TO or 0 < len(scope) <= _FEW_DOCUMENTS:
            return exact.nearest(question, *self.manifest.vectors(embedder, scope=scope), k)
        # Index and sketch are approximate, and may know passages that are gone: the manifest's own vectors decide.
        near = self._index.nearest(question, _CANDIDATES * k) if not scope else None
        if near is None:
            near = self._sketch.nearest(question, _CANDIDATES * k, embedder=embedder, passages=passages, documents=scope or self._asked())
        return exact.nearest(question, *self.manifest.vectors(embedder, ids=near), k) if near else []

    def _require_embedder(self, embedder: str) -> None:
        if self.manifest.fact("embedder") not in (None, embedder):
            self.claim_embedder(embedder)

    def term_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands; terms in none are left out."""
        return self.manifest.term_counts(terms)

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        return self.manifest.passages(ids)

    def passages_from(self, doc_id: str, offset: int, count: int) -> list[Passage]:
        """The passage that holds the character at ``offset`` of the document's text, and those after it, ``count`` at most."""
        found = self.passages(self.manifest.ids_from(doc_id, offset, count))
        return sorted(found.values(), key=lambda passage: passage.ordinal)

    def whole(self, doc_id: str, *, embedder: str) -> tuple[list[Passage], Vectors]:
        """A document's passages in its order, and their vectors, row by row.

        Raises:
            EmbedderMismatch: the drawer's vectors come from another embedder.
        """
        self._require_embedder(embedder)
        ids, vectors = self.manifest.vectors(embedder, scope=(doc_id,))
        passages = self.passages(ids.tolist())
        there = [row for row in range(len(ids)) if int(ids[row]) in passages]  # it may just have been taken out
        order = sorted(there, key=lambda row: passages[int(ids[row])].ordinal)
        return [passages[int(ids[row])] for row in order], vectors[order]

    def holding(self, beginnings: Sequence[str], *, scope: Collection[str] = ()) -> list[Passage]:
        """Every passage that holds terms with all of these beginnings, in its text or above it, document by document."""
        found = self.passages(self.manifest.matching(fulltext.all_begun_by(beginnings), scope=scope)) if beginnings else {}
        return sorted(found.values(), key=lambda passage: (passage.document, passage.doc_id, passage.ordinal))

    def by_document(self, match: str) -> Mapping[str, npt.NDArray[np.int64]]:
        """The numbers of all passages that fit a full-text query, in their text or above it, by document and in its order."""
        return self._owners.by_document(self.manifest.matching(match))

    def terms_between(self, first: str, last: str, *, limit: int) -> list[tuple[str, int]]:
        """The commonest terms of the drawer in that stretch of the alphabet, and in how many passages each stands."""
        return self.manifest.terms_between(first, last, limit=limit)

    def similarities(self, question: Vectors, *, embedder: str, scope: Collection[str] = ()) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Every passage's id and its cosine to the question.

        Raises:
            EmbedderMismatch: the drawer's vectors come from another embedder.
        """
        self._require_embedder(embedder)
        ids, vectors = self.manifest.vectors(embedder, scope=scope)
        return ids, vectors @ question if len(ids) else np.empty(0, np.float32)

    def place_of(self, doc_id: str, offset: int) -> PlaceInText:
        """Where the character at ``offset`` of the document's text stands."""
        pages = self.manifest.pages(doc_id) or [(None, 0, "")]  # it has just been taken out
        number, start, _ = pages[page_at([start for _, start, _ in pages], offset)]
        return PlaceInText(number, offset - start)

    def text(self, doc_id: str, start: int, end: int) -> str:
        """``document text[start:end]``, word for word."""
        return self.manifest.text(doc_id, start, end)

    def boxes(self, doc_id: str, start: int, end: int) -> tuple[Rectangle, ...]:
        """Where ``document text[start:end]`` stands, line by line; nothing where that is not known (and for documents read by an older Seorap)."""
        return self.boxes_of(doc_id, [(start, end)])[0]

    def boxes_of(self, doc_id: str, spans: Sequence[tuple[int, int]]) -> list[tuple[Rectangle, ...]]:
        """As ``boxes``, for several spans."""
        found: list[list[Rectangle]] = [[] for _ in spans]
        if not spans:
            return []
        for page in self.manifest.placed_pages(doc_id, min(start for start, _ in spans), max(end for _, end in spans)):
            try:
                words = boxes.words(page.boxes, page.length)
            except ValueError:  # ``faults`` says so
                continue
            for (start, end), rectangles in zip(spans, found, strict=True):
                meant = [word for word in words if word.start + page.start < end and word.end + page.start > start]
                rectangles += boxes.rectangles(meant, page=page.number)
        return list(map(tuple, found))

    def recognised(self, doc_id: str, start: int, end: int) -> Recognition | None:
        """What recognised ``document text[start:end]``, by the least sure of its pages; None where the file itself holds the text."""
        pages = self.manifest.placed_pages(doc_id, start, end)
        return min((page.recognised for page in pages if page.recognised), key=lambda found: found.confidence, default=None)

    def tables(self, doc_id: str, start: int, end: int) -> tuple[Table, ...]:
        """The tables in ``document text[start:end]``, which they index; of those that begin before it, what is left."""
        found: list[Table] = []
        for page in self.manifest.placed_pages(doc_id, start, end):
            for table in page.tables:
                first, last = page.start + table.start - start, page.start + table.end - start
                if last > 0 and first < end - start:
                    found.append(Table(max(0, first), min(end - start, last), table.header_rows if first >= 0 else 0))
        return tuple(found)

    # --- the vector index, always derived -----------------------------------------------------

    def fill_index(self, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Tell the index what it has not been told, and drop what the language model made of documents that have left. May be interrupted
        and repeated at any point.

        Raises:
            DrawerFull
        """
        self.states.keep_only(self.manifest.document_ids())
        self._index.fill(report)

    def rebuild(self, embedder: Embedder | None, progress: Callable[[int, int], None]) -> None:
        """Make everything derived again: terms, index, and the vectors too when ``embedder`` is not the one they came from.

        New vectors are kept as they come, beside the old ones, which serve until all are there: an interrupted rebuild goes on where it was.
        """
        self.manifest.rebuild_terms()
        if embedder and self.manifest.fact("embedder") not in (None, embedder.identity):
            self._embed_again(embedder, progress)
        self._index.renew()

    def _embed_again(self, embedder: Embedder, progress: Callable[[int, int], None]) -> None:
        total = self.counts().passages
        left = len(self.manifest.passages_without_vector(embedder.identity, total))
        while batch := self.manifest.passages_without_vector(embedder.identity, 64):
            texts = [embedded_text(header, text) for _, header, text in batch]
            self.manifest.add_vectors(embedder.identity, [passage_id for passage_id, _, _ in batch], texts, embedder.embed_passages(texts))
            left -= len(batch)
            progress(total - left, total)
        with self.manifest.transaction():
            self.manifest.set_fact("embedder", embedder.identity)
            self.manifest.forget_other_vectors(embedder.identity)

    # --- is all well? -------------------------------------------------------------------------

    def faults(self) -> Iterator[str]:
        """What is wrong with the drawer, in technical words; nothing when all is well."""
        yield from faults(self.manifest)
        if since := self.erasing():
            yield f"what was erased at {since} may still be found in the files; the next opening of the drawer goes on with that"
        for place in self.manifest.places():
            if place.snapshot and not self.snapshot_path(place.snapshot).is_file():
                yield f"the kept bytes of {place.name} are gone"
        yield from self._index.faults()


def identity(document: Document) -> str:
    """What ``Library.find`` knows the document by, and no other."""
    return document.doc_id or next(iter(document.places), os.fsdecode(UPLOAD) + document.name)


def _hash_of_file(place: Place) -> str | None:
    """SHA-256 of what lies there now; None where that cannot be told."""
    path = Path(os.fsdecode(place.place))
    try:
        if not path.is_file():  # to open a pipe would mean to wait for its other end
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _document(
    places: Sequence[Place],
    row: tuple[str, int | None, int, int] | None,
    folders: Collection[WatchedFolder],
    recognised_pages: int,
    confidence: float | None,
) -> Document:
    first = places[0]
    kind, pages, size_bytes, passages = row or ("", None, first.size_bytes, 0)
    reason = next((place.reason for place in places if place.reason), None)
    state = State.READY
    if reason:
        state = State.PARTIAL if reason.code in PARTIAL_REASONS else State.FAILED
    return Document(
        doc_id=first.doc_id or "",
        name=first.name,
        places=tuple(os.fsdecode(place.place) for place in places if not place.place.startswith(UPLOAD)),
        state=state,
        format=kind,
        pages=pages,
        passages=passages,
        size_bytes=size_bytes,
        added=first.added,
        reason=reason,
        tags=tags_of((place.place for place in places), [folder.folder for folder in folders]),
        recognised_pages=recognised_pages,
        confidence=confidence,
        changed=max(max(place.added, (place.mtime_ns or 0) / 1e9) for place in places),
        away=all(any(is_below(place.place, folder.folder) for folder in folders if not folder.reachable) for place in places),
    )
