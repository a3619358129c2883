"""A drawer in one file, and back again: the manifest and the kept uploads. What is derived (the vector index) is made again.

The file is a zip archive; ``backup.json`` in it names every other entry with its SHA-256, so that a broken one is refused before anything
of it is used.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from rag.durable import sync
from rag.errors import BackupBroken, BackupUnwritable, DrawerNotEmpty, DrawerReadOnly, NoDrawer
from rag.library import schema
from rag.library.lock import DrawerLock

_FORMAT = 1
_CONTENTS = "backup.json"
_MANIFEST = "manifest.sqlite3"
_SETTINGS = "seorap.toml"
_SNAPSHOT = re.compile(r"snapshots/[0-9a-f]{64}")
_PIECE_BYTES = 1 << 20
_ATTEMPTS = 5
"""A document that is removed while its bytes are being copied makes the copy of the manifest untrue; then both are made again."""

Report = Callable[[int, int], None]
"""Told the bytes done and the bytes in all."""


def write_backup(home: Path, file: Path, report: Report = lambda done, total: None) -> None:
    """Put the drawer into ``file``, consistent also while another process takes documents in.

    Raises:
        NoDrawer, BackupUnwritable
    """
    if not (home / _MANIFEST).is_file():
        raise NoDrawer(home=str(home))
    unfinished = file.with_name(file.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
            for attempt in range(_ATTEMPTS):
                try:
                    _write(home, unfinished, Path(folder, _MANIFEST), report)
                    break
                except FileNotFoundError:
                    if attempt == _ATTEMPTS - 1:
                        raise
        unfinished.replace(file)
        sync(file.absolute().parent)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise BackupUnwritable(path=str(file), cause=getattr(error, "strerror", None) or str(error)) from error
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _write(home: Path, unfinished: Path, manifest: Path, report: Report) -> None:
    manifest.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{(home / _MANIFEST).absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(manifest)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        # A drawer that this version has not opened yet has no column for it, and keeps no uploads but those that could be read.
        column = "snapshot" if target.execute("SELECT 1 FROM pragma_table_info('places') WHERE name='snapshot'").fetchone() else "doc_id"
        kept = target.execute(f"SELECT {column} FROM places WHERE substr(place, 1, 7)=CAST('upload:' AS BLOB) AND {column} IS NOT NULL")
        snapshots = {str(row[0]) for row in kept} | {str(row[0]) for row in target.execute("SELECT snapshot FROM jobs")}
    parts = {_MANIFEST: manifest} | {f"snapshots/{name}": home / "snapshots" / name for name in sorted(snapshots)}
    if (home / _SETTINGS).is_file():
        parts[_SETTINGS] = home / _SETTINGS
    total, done = sum(path.stat().st_size for path in parts.values()), 0
    contents: dict[str, str] = {}
    with unfinished.open("wb") as raw:
        os.chmod(unfinished, 0o600)  # noqa: PTH101  # it holds everything that the drawer does
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, path in parts.items():
                digest = hashlib.sha256()
                with path.open("rb") as source_file, archive.open(name, "w", force_zip64=True) as entry:
                    for piece in _pieces(source_file):
                        digest.update(piece)
                        entry.write(piece)
                        done += len(piece)
                        report(done, max(done, total))
                contents[name] = digest.hexdigest()
            archive.writestr(_CONTENTS, json.dumps({"format": _FORMAT, "schema": schema.VERSION, "sha256": contents}))
        raw.flush()
        os.fsync(raw.fileno())


def restore_backup(file: Path, home: Path, report: Report = lambda done, total: None) -> None:
    """Make a drawer at ``home`` from ``file``. Everything is unpacked and verified beside it first; a renaming puts it in its place.

    Raises:
        BackupBroken: it is not a whole backup, or one of a newer version.
        DrawerNotEmpty: there is a drawer at ``home``.
        DrawerReadOnly, DrawerInUse
    """
    if (home / _MANIFEST).exists():
        raise DrawerNotEmpty(home=str(home))
    made = home.with_name(home.name + ".restoring")
    try:
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True, mode=0o700)
        with _broken(file):
            _unpack(file, made, report)
            _verify(made / _MANIFEST)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = DrawerLock(home)
        try:
            # The manifest last: as long as it is not there, neither is the drawer.
            for path in sorted(made.iterdir(), key=lambda path: path.name == _MANIFEST):
                if (home / path.name).is_dir():
                    shutil.rmtree(home / path.name)
                path.replace(home / path.name)
            sync(home)
        finally:
            lock.release()
    except OSError as error:
        raise DrawerReadOnly(home=str(home), cause=error.strerror or "no access") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _broken(file: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError, sqlite3.Error) as error:
        raise BackupBroken(path=str(file), cause=str(error) or type(error).__name__) from error
    except FileNotFoundError as error:
        raise BackupBroken(path=str(file), cause="there is no such file") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # to go to a place that no file has, as a broken table of contents has it
            raise
        raise BackupBroken(path=str(file), cause="its table of contents is damaged") from error


def _unpack(file: Path, made: Path, report: Report) -> None:
    with zipfile.ZipFile(file) as archive:
        described: dict[str, Any] = json.loads(archive.read(_CONTENTS))
        if described["format"] != _FORMAT or described["schema"] > schema.VERSION:
            raise ValueError("it was made by a newer Seorap")
        contents: dict[str, str] = described["sha256"]
        if _MANIFEST not in contents or set(archive.namelist()) != {*contents, _CONTENTS}:
            raise ValueError("its entries are not those it names")
        if not all(name in (_MANIFEST, _SETTINGS) or _SNAPSHOT.fullmatch(name) for name in contents):
            raise ValueError("it holds what no backup holds")
        total, done = sum(entry.file_size for entry in archive.infolist()), 0
        for name, expected in contents.items():
            digest = hashlib.sha256()
            (made / name).parent.mkdir(exist_ok=True, mode=0o700)
            with archive.open(name) as entry, (made / name).open("wb") as target:
                for piece in _pieces(entry):
                    digest.update(piece)
                    target.write(piece)
                    done += len(piece)
                    report(done, total)
                target.flush()
                os.fsync(target.fileno())
            if digest.hexdigest() != expected:
                raise ValueError(f"{name} is not what was saved")


def _verify(manifest: Path) -> None:
    with closing(sqlite3.connect(manifest)) as opened:
        found = [row[0] for row in opened.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise ValueError(f"its manifest is damaged: {found[0]}")


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(_PIECE_BYTES):
        yield piece
