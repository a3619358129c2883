"""Paths that a user named -> files to read. Links out of a folder and special files are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import DocumentError, NoSuchFile, NotAFile, UnreadableFile


def find_files(paths: Sequence[Path], *, suffixes: frozenset[str]) -> Iterator[tuple[Path, DocumentError | None, bool]]:
    """Yield (file, what is wrong with it, whether it was named itself), each file once.

    A folder stands for every file of a known kind below it, sorted, without hidden ones; other files in it are not yielded,
    since folders are full of things that are no documents. A file named itself is yielded whatever its kind.
    """
    seen: set[bytes] = set()
    for path in paths:
        for file, error, named in _under(path, suffixes):
            if (key := os.fsencode(file.absolute())) not in seen:
                seen.add(key)
                yield file.absolute(), error, named


def _under(path: Path, suffixes: frozenset[str]) -> Iterator[tuple[Path, DocumentError | None, bool]]:
    error = _wrong_with(path)
    if error is not None or not path.is_dir():
        yield path, error, True
        return
    for folder, folders, files in os.walk(path, onerror=None, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if name.startswith((".", "~$")) or file.suffix.lower() not in suffixes:
                continue
            if file.is_symlink() and not file.resolve().is_relative_to(path.resolve()):
                continue
            yield file, _wrong_with(file), False


def _wrong_with(path: Path) -> DocumentError | None:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return NotAFile(name=path.name) if path.is_symlink() else NoSuchFile(name=str(path))
    except OSError as error:
        return UnreadableFile(name=path.name, cause=error.strerror or "no access")
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else NotAFile(name=path.name)
