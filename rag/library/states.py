"""What the language model made of passages, in files that may go at any time: a cache within a bound, and part of no backup.

The system's own cache of files is its memory: what was used lately is read from there in some milliseconds.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

_OF_NONE = "none"
"""Folder of what belongs to no document."""

_DIGEST_BYTES = hashlib.sha256().digest_size


class KeptStates:
    """Files below ``folder``, one folder for each document. Any thread may use it; what cannot be read or written is just not there."""

    def __init__(self, folder: Path, *, least_free_bytes: int, alive: Callable[[str], bool]) -> None:
        """``alive`` says whether a document is in the drawer: of one that has left it nothing is kept any more."""
        self._folder = folder
        self._least_free_bytes = least_free_bytes
        self._alive = alive
        self._changing = threading.Lock()
        self.most_bytes = 0
        """Of all files together; with 0 nothing is kept."""

    def get(self, owner: str, key: str) -> bytes | None:
        path = self._path(owner, key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, state = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(state).digest() != digest:
            log.warning("a kept state was damaged")
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return state

    def has(self, owner: str, key: str) -> bool:
        return self._path(owner, key).is_file()

    def put(self, owner: str, key: str, state: bytes) -> None:
        size = _DIGEST_BYTES + len(state)
        path = self._path(owner, key)
        with self._changing:
            if size > self.most_bytes or (owner and not self._alive(owner)):
                return
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._make_room(size)
                if shutil.disk_usage(path.parent).free < self._least_free_bytes + size:
                    return
                part = path.with_suffix(".part")
                part.touch(mode=0o600)
                with part.open("wb") as file:
                    file.write(hashlib.sha256(state).digest())
                    file.write(state)
                part.replace(path)
                if owner and not self._alive(owner):  # it has left meanwhile, and may be being erased
                    path.unlink(missing_ok=True)
            except OSError as error:
                log.info("a state was not kept: %s", error.strerror)

    def size_bytes(self) -> int:
        return sum(size for _, size, _ in self._files())

    def keep_only(self, owners: Collection[str]) -> None:
        """What belongs to other documents goes."""
        with self._changing:
            for folder in self._folders():
                if folder.name != _OF_NONE and folder.name not in owners:
                    shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """
        Raises:
            OSError
        """
        if self._folder.is_dir():
            shutil.rmtree(self._folder)

    def _make_room(self, size: int) -> None:
        """What was used longest ago goes first."""
        files = sorted(self._files())
        left = sum(size for _, size, _ in files) + size - self.most_bytes
        for _, freed, path in files:
            if left <= 0:
                return
            path.unlink()
            left -= freed

    def _files(self) -> list[tuple[int, int, Path]]:
        """When each was last used, its size, and where it lies."""
        found: list[tuple[int, int, Path]] = []
        for folder in self._folders():
            for path in folder.iterdir():
                with suppress(OSError):
                    stat = path.stat()
                    found.append((stat.st_mtime_ns, stat.st_size, path))
        return found

    def _folders(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if path.is_dir()] if self._folder.is_dir() else []

    def _path(self, owner: str, key: str) -> Path:
        return self._folder / (owner or _OF_NONE) / key
