"""What is still to do for a drawer, kept so that a restart goes on with it: folders to follow (and what has happened in them), uploads and
paths to take in, places to read again, and what a document that was broken off has cost so far."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from rag.library.database import Database
from rag.ports import Vectors

_UNFINISHED_S = 7 * 24 * 3600.0
"""After which nobody is expected to go on with a document that was broken off."""


_REMEMBERED_S = 30 * 24 * 3600.0
_REMEMBERED = 10_000
"""Happenings, at most."""


class Happened(StrEnum):
    """Stored, so a value is never renamed."""

    ADDED = "added"
    CHANGED = "changed"
    PARTIAL = "partial"  # added or changed, and not all of it could be read
    RENAMED = "renamed"  # or moved
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a file in a watched folder, when that was seen."""

    folder: bytes
    place: bytes
    what: Happened
    doc_id: str | None
    at: float  # seconds since the epoch
    was: bytes | None = None  # where it was, of what has another name now


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder that the drawer is kept equal to; ``include`` and ``exclude`` are patterns in the form of .gitignore."""

    folder: bytes  # the path
    include: tuple[str, ...] = ()  # empty: every file of a known kind
    exclude: tuple[str, ...] = ()
    paused: bool = False
    reachable: bool = True  # False: it was not there when last looked for
    swept: float | None = None  # when it was last compared as a whole, seconds since the epoch
    device: int | None = None  # on which it lay then


class Worklist(Database):
    """The tables folders, happenings, jobs, paths, wanted, unfinished_pages and unfinished_vectors."""

    # --- watched folders ----------------------------------------------------------------------

    def folders(self) -> list[WatchedFolder]:
        if self.outdated:
            return []
        rows = self.rows("SELECT folder, include, exclude, paused, reachable, swept, device FROM folders ORDER BY added, folder")
        return [
            WatchedFolder(folder, tuple(json.loads(include)), tuple(json.loads(exclude)), bool(paused), bool(reachable), swept, device)
            for folder, include, exclude, paused, reachable, swept, device in rows
        ]

    def put_folder(self, folder: WatchedFolder) -> None:
        with self.transaction():
            self._db.execute(
                "INSERT INTO folders VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (folder) DO UPDATE SET device=excluded.device, include=excluded.include, "
                "exclude=excluded.exclude, paused=excluded.paused, reachable=excluded.reachable, swept=excluded.swept",
                (
                    folder.folder,
                    folder.device,
                    json.dumps(folder.include, ensure_ascii=False),
                    json.dumps(folder.exclude, ensure_ascii=False),
                    folder.paused,
                    folder.reachable,
                    folder.swept,
                    time.time(),
                ),
            )

    def note_sweep(self, folder: bytes, *, device: int | None) -> None:
        """It was compared as a whole, or (``device`` None) was not there; nothing if it is not watched."""
        with self.transaction():
            if device is None:
                self._db.execute("UPDATE folders SET reachable=0 WHERE folder=?", (folder,))
            else:
                self._db.execute("UPDATE folders SET reachable=1, swept=?, device=? WHERE folder=?", (time.time(), device, folder))

    def drop_folder(self, folder: bytes) -> None:
        """No longer watched; what was found in it stays in the drawer."""
        with self.transaction():
            self._db.execute("DELETE FROM folders WHERE folder=?", (folder,))
            self._db.execute("DELETE FROM happenings WHERE folder=?", (folder,))

    # --- what has happened in them ------------------------------------------------------------

    def note(self, happening: Happening) -> None:
        """Remember it, for a month and among the last ten thousand; that a file still fails is not news."""
        with self.transaction(aside=True):
            if happening.what is Happened.FAILED and self._last_of(happening.place) == Happened.FAILED:
                return
            self._db.execute(
                "INSERT INTO happenings (folder, place, was, what, doc_id, at) VALUES (?,?,?,?,?,?)",
                (happening.folder, happening.place, happening.was, happening.what, happening.doc_id, happening.at),
            )
            self._db.execute(
                "DELETE FROM happenings WHERE happening_id <= (SELECT max(happening_id) FROM happenings) - ? OR at < ?",
                (_REMEMBERED, time.time() - _REMEMBERED_S),
            )

    def _last_of(self, place: bytes) -> str | None:
        rows = self.rows("SELECT what FROM happenings WHERE place=? ORDER BY happening_id DESC LIMIT 1", (place,))
        return str(rows[0][0]) if rows else None

    def note_renamed(self, place: bytes, *, was: bytes) -> None:
        """What has just been added at ``place`` is what lay elsewhere."""
        with self.transaction(aside=True):
            self._db.execute(
                "UPDATE happenings SET what=?, was=? WHERE happening_id=(SELECT max(happening_id) FROM happenings WHERE place=?)",
                (Happened.RENAMED, was, place),
            )

    def happenings(self, *, since: float) -> list[Happening]:
        """Since then, newest first."""
        if self.outdated:
            return []
        rows = self.rows("SELECT folder, place, what, doc_id, at, was FROM happenings WHERE at>=? ORDER BY happening_id DESC", (since,))
        return [Happening(folder, place, Happened(what), doc_id, at, was) for folder, place, what, doc_id, at, was in rows]

    def places_before(self, places: Collection[bytes], contents: Collection[str]) -> set[bytes]:
        """Where else these lay, as far as that is remembered."""
        mine = {"contents": json.dumps(list(contents)), "places": json.dumps([place.hex() for place in places])}
        rows = self.rows(
            "SELECT place, was FROM happenings WHERE doc_id IN (SELECT value FROM json_each(:contents)) "
            "OR lower(hex(place)) IN (SELECT value FROM json_each(:places))",
            mine,
        )
        return {place for row in rows for place in row if place} - set(places)

    def forget_happenings(self, places: Collection[bytes]) -> None:
        """All that happened there."""
        with self.transaction(aside=True):
            self._db.executemany("DELETE FROM happenings WHERE place=?1 OR was=?1", [(place,) for place in places])

    # --- files and folders to take in once ----------------------------------------------------

    def put_path(self, path: bytes) -> None:
        with self.transaction(aside=True):
            self._db.execute("INSERT OR IGNORE INTO paths VALUES (?,?)", (path, time.time()))

    def paths(self) -> list[bytes]:
        """In the order in which they were asked for."""
        return [row[0] for row in self.rows("SELECT path FROM paths ORDER BY asked, path")]

    def drop_paths(self, *paths: bytes) -> None:
        with self.transaction(aside=True):
            self._db.executemany("DELETE FROM paths WHERE path=?", [(path,) for path in paths])

    # --- uploads waiting to be taken in -------------------------------------------------------

    def put_job(self, name: str, snapshot: str) -> None:
        with self.transaction():
            self._db.execute("INSERT INTO jobs (name, snapshot, added) VALUES (?,?,?)", (name, snapshot, time.time()))

    def jobs(self) -> list[tuple[int, str, str]]:
        """Job id, file name, snapshot, oldest first."""
        return self.rows("SELECT job_id, name, snapshot FROM jobs ORDER BY job_id")

    def drop_job(self, job_id: int) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM jobs WHERE job_id=?", (job_id,))

    def drop_jobs_of(self, snapshot: str) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM jobs WHERE snapshot=?", (snapshot,))

    # --- places to read again -----------------------------------------------------------------

    def want(self, *places: bytes) -> None:
        """Have them read again, whatever is known of them; those that the drawer does not know are passed over."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO wanted SELECT place, ? FROM places WHERE place=?", [(time.time(), place) for place in places]
            )

    def wanted(self) -> list[bytes]:
        """In the order in which they were asked for."""
        return [row[0] for row in self.rows("SELECT place FROM wanted ORDER BY asked, rowid")]

    def want_no_more(self, *places: bytes) -> None:
        with self.transaction():
            self._db.executemany("DELETE FROM wanted WHERE place=?", [(place,) for place in places])

    # --- documents that were broken off -------------------------------------------------------

    def keep_page(self, doc_id: str, method: str, number: int, page: str) -> None:
        """Keep what was recognised, by ``method``, of one page of a document that is not saved yet."""
        with self.transaction():
            self._db.execute("INSERT OR REPLACE INTO unfinished_pages VALUES (?,?,?,?,?)", (doc_id, method, number, page, time.time()))

    def kept_pages(self, doc_id: str, method: str) -> list[str]:
        """As they were given to ``keep_page``, in order."""
        return [
            row[0] for row in self.rows("SELECT page FROM unfinished_pages WHERE doc_id=? AND method=? ORDER BY number", (doc_id, method))
        ]

    def keep_vectors(self, doc_id: str, embedder: str, vectors: dict[bytes, Vectors]) -> None:
        """Keep what was embedded of a document that is not saved yet; the keys are the caller's."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO unfinished_vectors VALUES (?,?,?,?,?)",
                [(doc_id, embedder, passage, vector.astype("<f4").tobytes(), time.time()) for passage, vector in vectors.items()],
            )

    def kept_vectors(self, doc_id: str, embedder: str) -> dict[bytes, Vectors]:
        rows = self.rows("SELECT passage, vector FROM unfinished_vectors WHERE doc_id=? AND embedder=?", (doc_id, embedder))
        return {passage: np.frombuffer(vector, dtype="<f4") for passage, vector in rows}

    def forget_unfinished(self, doc_id: str | None = None) -> None:
        """Forget what was kept of one document; without one, of all with which nobody has gone on for a week."""
        with self.transaction():
            for table in ("unfinished_pages", "unfinished_vectors"):
                if doc_id is not None:
                    self._db.execute(f"DELETE FROM {table} WHERE doc_id=?", (doc_id,))
                else:
                    self._db.execute(f"DELETE FROM {table} WHERE added<?", (time.time() - _UNFINISHED_S,))

    def forget_unfinished_of_nobody(self) -> None:
        """Forget what was kept of contents that are neither in the drawer nor waiting."""
        with self.transaction():
            for table in ("unfinished_pages", "unfinished_vectors"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE doc_id NOT IN (SELECT doc_id FROM documents UNION SELECT snapshot FROM jobs "
                    "UNION SELECT snapshot FROM places WHERE snapshot IS NOT NULL)"
                )
