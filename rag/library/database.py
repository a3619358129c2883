"""The SQLite file of a drawer: opened, brought to the newest schema, and what goes wrong with it in the words of ``rag.errors``."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rag.errors import DrawerDamaged, DrawerFull, DrawerReadOnly, DrawerTooNew, NoDrawer
from rag.library import schema

_BUSY_S = 10

_MOST_IDLE = 4
"""Connections that are kept for reading, with 2 MB of pages each."""

PACKED = "manifest.sqlite3.packed"
"""While the file is written anew, what it will be."""


class StillRead(Exception):
    """Another process is reading what was to be emptied; later it may not be."""


class Database:
    """Any thread may call any method. No method leaves a transaction half done.

    One connection writes, under one lock. Others read, one for each thread that is at it, so that searches wait neither for one another nor for what
    is being written: they see what was committed last. Within a transaction its own thread reads what it has written.
    """

    def __init__(self, home: Path, *, read_only: bool = False) -> None:
        self._home = home
        self._lock = threading.RLock()
        self._writer: int | None = None  # the thread that is in a transaction
        self._idle: list[sqlite3.Connection] = []  # append and pop are atomic
        self._closed = False
        self.revision = 0  # grows with every commit of this process, which is the only one that writes, but of what lies aside
        if read_only and not (home / "manifest.sqlite3").is_file():
            raise NoDrawer(home=str(home))
        with self._translated():
            self._db = self._connect("ro" if read_only else "rwc")
            self._prepare(read_only=read_only)

    def _connect(self, mode: str) -> sqlite3.Connection:
        path = self._home / "manifest.sqlite3"
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,  # autocommit; transactions are begun by hand, so that none is open without our knowing
            check_same_thread=False,
            timeout=_BUSY_S,
        )

    def _prepare(self, *, read_only: bool) -> None:
        self._db.execute("PRAGMA foreign_keys=ON")
        if not read_only:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute("PRAGMA temp_store=MEMORY")  # what a statement lays aside may be text, and would lie among temporary files
        found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if found > schema.VERSION:
            raise DrawerTooNew(home=str(self._home), found=found, known=schema.VERSION)
        if found == 0 and read_only:
            raise NoDrawer(home=str(self._home))
        if found < schema.VERSION and not read_only:
            self._db.executescript(schema.script_from(found))
        self.outdated = found < schema.VERSION and read_only  # only its owner may change it

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._close_idle()
            self._db.close()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._closed or self._writer == threading.get_ident():
            yield self._db
            return
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = self._connect("ro")
            reader.execute("PRAGMA temp_store=MEMORY")  # as where it is written
        try:
            yield reader
        finally:
            if self._closed or len(self._idle) >= _MOST_IDLE:
                reader.close()
            else:
                self._idle.append(reader)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            cause = str(error)
            if "full" in cause:
                raise DrawerFull(home=str(self._home)) from error
            if any(word in cause for word in ("readonly", "unable to open", "disk I/O", "locked")):
                raise DrawerReadOnly(home=str(self._home), cause=cause) from error
            raise
        except sqlite3.DatabaseError as error:
            if "malformed" in str(error) or "not a database" in str(error):
                raise DrawerDamaged(home=str(self._home), cause=str(error)) from error
            raise

    @contextmanager
    def transaction(self, *, aside: bool = False) -> Iterator[None]:
        """All or nothing; nested use joins the outer transaction. ``aside``: nothing that is known of documents changes."""
        with self._lock, self._translated():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._writer = threading.get_ident()
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._writer = None
                self.revision += not aside  # after a rollback too: what was worked out within it holds no longer

    def rows(
        self, sql: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[Any, ...]]:  # as sqlite3 types them; the tables are STRICT
        with self._translated(), self._reading() as connection:
            return connection.execute(sql, values).fetchall()

    def _one(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(self.rows(sql, values)[0][0])

    # --- the file itself --------------------------------------------------------------------

    def size_bytes(self) -> int:
        """Of all its pages, also of those that still lie in the log beside the file."""
        return self._one("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")

    def pack(self) -> None:
        """Write the file anew, so that no freed part of it holds what was in the drawer before. Takes as much room again, twice.

        Raises:
            DrawerFull
        """
        copy = self._home / PACKED
        with self._lock, self._translated():
            try:
                self._close_idle()
                copy.touch(mode=0o600)
                # Not VACUUM alone: that lays its copy among temporary files, which may be in memory or on another disk.
                self._db.execute("VACUUM INTO ?", (str(copy),))
                with closing(sqlite3.connect(copy)) as packed:
                    packed.backup(self._db)
            finally:
                copy.unlink(missing_ok=True)

    def empty_wal(self) -> bool:
        """Take everything over into the file, and leave nothing in the log beside it; False while another process is reading in it."""
        with self._lock, self._translated():
            self._db.execute("PRAGMA busy_timeout=0")  # who waits here keeps all others waiting
            try:
                busy: int = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                self._db.execute(f"PRAGMA busy_timeout={1000 * _BUSY_S}")
        return not busy

    # --- facts about the drawer ---------------------------------------------------------------

    def fact(self, key: str) -> str | None:
        rows = self.rows("SELECT value FROM facts WHERE key=?", (key,))
        return str(rows[0][0]) if rows else None

    def set_fact(self, key: str, value: str) -> None:
        with self.transaction():
            self._db.execute("INSERT INTO facts VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value", (key, value))

    def forget_fact(self, key: str) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM facts WHERE key=?", (key,))
