"""One process owns a drawer."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import DrawerInUse, DrawerReadOnly


class DrawerLock:
    """Held from construction to ``release``; the kernel lets go of it when the process dies, however it dies."""

    def __init__(self, home: Path) -> None:
        self._owner = home / "owner"
        self._lock = FileLock(home / "lock", mode=0o600)
        try:
            self._lock.acquire(timeout=0.3)
        except Timeout as error:
            raise DrawerInUse(home=str(home), pid=self._owner_pid()) from error
        except OSError as error:
            raise DrawerReadOnly(home=str(home), cause=error.strerror or "no access") from error
        self._owner.write_text(str(os.getpid()), encoding="ascii")

    def _owner_pid(self) -> str:
        try:
            return self._owner.read_text(encoding="ascii")
        except OSError:
            return "?"

    def release(self) -> None:
        self._lock.release()


def owner(home: Path) -> int | None:
    """The process that holds the drawer; None when nobody does."""
    if not (home / "lock").is_file():
        return None
    try:
        with FileLock(home / "lock", mode=0o600).acquire(timeout=0):
            return None
    except Timeout:
        try:
            return int((home / "owner").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
