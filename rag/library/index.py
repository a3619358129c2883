"""The vector index of a drawer: one generation of Chroma, opened only when it is byte for byte what was last left behind.

Chroma's files have no checksums and are overwritten in place: a kill, a full disk or a flipped bit can leave an index that answers wrongly
or takes the process down. So a seal over all of them lies in the manifest whenever nothing is being written. What is not sealed, or not as
sealed, is never opened: the next generation is made from the manifest's vectors, and exact search serves meanwhile.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from rag.durable import sync
from rag.library.manifest import Manifest
from rag.library.vectors import MOST_A_CALL, ChromaIndex, IndexBroken
from rag.ports import Vectors

log = logging.getLogger(__name__)

_GENERATION = "index_generation"
_SEAL = "index_seal"

_MOST_BREAKS = 3
"""Generations that may break in one process before it leaves the index alone."""


_AT_REST_NS = 2_000_000_000
"""A file changed since then may change again without its time changing."""


class VectorIndex:
    """Searching never waits for filling; both may go on in different threads."""

    def __init__(self, home: Path, manifest: Manifest, require_room: Callable[[], None]) -> None:
        """``require_room`` raises DrawerFull where there is no room to work in."""
        self._home = home
        self._manifest = manifest
        self._require_room = require_room
        self._filling = threading.RLock()
        self._closing = threading.Event()
        self._leaving = threading.Event()  # this generation is about to be given up: filling it is of no use
        self._doubted = threading.Event()  # the present generation has failed
        self._index: ChromaIndex | None = None
        self._breaks = 0
        self._digests: dict[Path, tuple[int, int, bytes]] = {}  # size, mtime and digest of files that have come to rest

    def nearest(self, question: Vectors, k: int) -> list[int] | None:
        """The ids of the nearest ``k``, approximately; None while exact search has to serve."""
        index = self._index
        if index is None or self._manifest.has_outbox():
            return None
        try:
            return index.nearest(question, k)
        except IndexBroken as error:
            if index is self._index:  # else it was closed in the middle of the search, since another takes its place
                self._doubt(error)
                self._breaks += 1
            return None

    def fill(self, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Tell the index what it has not been told. May be interrupted and repeated at any point.

        Raises:
            DrawerFull: the index cannot go on for want of room.
        """
        embedder = self._manifest.fact("embedder")
        with self._filling:
            if embedder is None or self._breaks >= _MOST_BREAKS or self._closing.is_set():
                return
            try:
                index = self._index or self._open()
                waiting = self._manifest.counts()[2]
                while not (self._closing.is_set() or self._leaving.is_set()):
                    last, write, delete = self._manifest.outbox(MOST_A_CALL)
                    if not last:
                        break
                    if self._manifest.fact(_SEAL):
                        self._manifest.set_fact(_SEAL, "")
                    ids, vectors = self._manifest.vectors(embedder, ids=write) if write else ((), None)
                    if vectors is not None and len(ids):
                        index.upsert([int(passage_id) for passage_id in ids], vectors)
                    if delete:
                        index.delete(delete)
                    self._manifest.clear_outbox(last)
                    report(max(0, waiting - self._manifest.counts()[2]), waiting)
                if not self._doubted.is_set():
                    if not self._manifest.fact(_SEAL):
                        self._manifest.set_fact(_SEAL, self._seal())
                    self._index = index
            except (IndexBroken, OSError) as error:
                self._doubt(error)
                self._require_room()
                self._breaks += 1

    def renew(self) -> None:
        """Make the next generation, whatever this one is like."""
        with self._filling:
            self._begin(self._number() + 1)
            self._breaks = 0
            self.fill()

    def leave(self, change: Callable[[], None]) -> tuple[int, int]:
        """Begin the next generation in one transaction with a ``change`` to the manifest; the number of the last one, and of this.

        It has everything to learn. Until ``discard`` the files of the last one are there.
        """
        with self._nobody_filling(), self._manifest.transaction():
            change()
            last = self._number()
            self._begin(last + 1)
            self._breaks = 0
            return last, last + 1

    def discard(self) -> None:
        """Delete the files of every generation but one that has been opened; what was not filled yet is begun anew."""
        with self._nobody_filling():
            kept = self._folder() if self._index else None
            for folder in (self._home / "index").glob("*"):
                if folder != kept:
                    shutil.rmtree(folder)
                    sync(folder.parent)

    @contextmanager
    def _nobody_filling(self) -> Iterator[None]:
        """A filling in another thread ends after its present step."""
        self._leaving.set()
        try:
            with self._filling:
                yield
        finally:
            self._leaving.clear()

    def faults(self) -> Iterator[str]:
        """What is wrong with it after filling, in technical words."""
        self.fill()
        index = self._index
        if index is None:
            if self._manifest.fact("embedder"):
                yield "the vector index could not be used; it is made again at the next start"
            return
        try:
            known, expected = index.ids(), self._manifest.passage_ids()
        except IndexBroken as error:
            self._doubt(error)
            yield f"the vector index broke: {error}"
            return
        if known != expected:
            yield f"the index lacks {len(expected - known)} passages and knows {len(known - expected)} that are gone"

    def close(self) -> None:
        """Stops a filling after its present step."""
        self._closing.set()
        with self._filling:
            self._close_index()

    def _close_index(self) -> None:
        """First it is nobody's, so that a search in it that ends badly casts no doubt on the one that comes after it."""
        index, self._index = self._index, None
        if index:
            index.close()

    # --- generations --------------------------------------------------------------------------

    def generation(self) -> int:
        return self._number()

    def _number(self) -> int:
        return int(self._manifest.fact(_GENERATION) or 1)

    def _folder(self) -> Path:
        return self._home / "index" / f"gen-{self._number()}"

    def _open(self) -> ChromaIndex:
        """The present generation when it is as sealed, else one that has everything to learn. Either is unsealed until it has been filled."""
        if not self._doubted.is_set() and not self._folder().is_dir():
            self._begin(self._number())
        elif self._doubted.is_set() or self._manifest.fact(_SEAL) != self._seal():
            log.warning("the vector index is not as it was left; it is being made again")
            self._begin(self._number() + 1)
        else:
            self._manifest.set_fact(_SEAL, "")  # opening writes, and should opening be fatal it is not tried twice
        for other in self._folder().parent.glob("gen-*"):
            if other != self._folder():
                shutil.rmtree(other, ignore_errors=True)
        return ChromaIndex(self._folder())

    def _begin(self, generation: int) -> None:
        self._close_index()
        with self._manifest.transaction():
            self._manifest.set_fact(_SEAL, "")
            self._manifest.start_generation(generation)
        self._doubted.clear()

    def _doubt(self, error: Exception) -> None:
        log.warning("the vector index is broken; exact search serves until it is made again: %s", error)
        self._doubted.set()
        self._index = None

    def _seal(self) -> str:
        """BLAKE2b over the names and bytes of all files of the generation, with Chroma's version."""
        folder = self._folder()
        whole = hashlib.blake2b(version("chromadb").encode())
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            status = path.stat()
            known = self._digests.get(path)
            if known is None or known[:2] != (status.st_size, status.st_mtime_ns):
                with path.open("rb") as file:
                    known = (status.st_size, status.st_mtime_ns, hashlib.file_digest(file, "blake2b").digest())
                if time.time_ns() - status.st_mtime_ns > _AT_REST_NS:
                    self._digests[path] = known
            whole.update(str(path.relative_to(folder)).encode() + b"\0" + known[2])
        return whole.hexdigest()
