"""What holds people's documents is readable by its owner alone: files, folders, and no picture of the memory after a crash."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection
from pathlib import Path

if sys.platform != "win32":
    import resource

_OTHERS = 0o077


def for_owner_only() -> None:
    """From now on this process and its children create files that only their owner can read, and leave no core dumps."""
    os.umask(_OTHERS)
    if sys.platform != "win32":
        # One byte, not none: a handler to which the kernel pipes dumps (systemd-coredump, apport) is called at 0, and not at 1 (core(5)).
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        least = 1 if hard == resource.RLIM_INFINITY else min(1, hard)
        resource.setrlimit(resource.RLIMIT_CORE, (least, least))


def leaves_no_core_dumps() -> bool:
    """Of this process, whose memory holds text of documents."""
    return sys.platform == "win32" or resource.getrlimit(resource.RLIMIT_CORE)[0] <= 1


def tighten(folder: Path, *, ours: Collection[str]) -> None:
    """Take ``folder`` and what of ours is in it away from everybody else, as far as it belongs to this user.

    A folder that holds other things too, such as a home folder, stays as it is; only what is ours is closed.
    """
    if sys.platform == "win32":  # a user's folders are his own there; modes say nothing
        return
    entries = list(folder.iterdir())
    for path in (path for path in entries if path.name in ours):
        _close(path)
    if all(path.name in ours for path in entries):
        _close(folder)


def is_open(path: Path) -> bool:
    """Can anybody but its owner (and root) read it, or look into it?"""
    return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)


def _close(path: Path) -> None:
    status = path.lstat()
    if status.st_uid == os.geteuid() and status.st_mode & _OTHERS and not stat.S_ISLNK(status.st_mode):
        path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
