"""Paths as the system has them, in bytes."""

from __future__ import annotations

import os
from pathlib import Path

ENTRIES = frozenset(
    {
        *("manifest.sqlite3", "manifest.sqlite3-wal", "manifest.sqlite3-shm", "index", "snapshots", "states"),
        *("lock", "owner", "serving", "serving.part", "seorap.toml", "privacy-report.txt"),
    }
)
"""What Seorap itself lays into a drawer's folder."""


def absolute(name: str | Path) -> Path:
    """As it was typed, from the present folder, and from a home where it begins with one that there is."""
    return Path(os.path.expanduser(name)).absolute()  # noqa: PTH111  # Path.expanduser fails when there is no such user


def is_below(place: bytes, folder: bytes) -> bool:
    return place.startswith(_start(folder))


def within(place: bytes, folder: bytes) -> bytes:
    """The path of a place from the folder in which it lies; empty when it does not."""
    return place[len(_start(folder)) :] if is_below(place, folder) else b""


def _start(folder: bytes) -> bytes:
    return folder.rstrip(os.sep.encode()) + os.sep.encode()
