"""How much room a drawer takes on its disk, by what lies there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Space:
    manifest_bytes: int  # with its log
    index_bytes: int
    snapshots_bytes: int
    states_bytes: int
    free_bytes: int  # on the same disk

    @property
    def taken_bytes(self) -> int:
        return self.manifest_bytes + self.index_bytes + self.snapshots_bytes + self.states_bytes


def space_of(home: Path) -> Space:
    return Space(
        manifest_bytes=sum(path.stat().st_size for path in home.glob("manifest.sqlite3*") if path.is_file()),
        index_bytes=sum(_sizes(str(home / "index"))),
        snapshots_bytes=sum(_sizes(str(home / "snapshots"))),
        states_bytes=sum(_sizes(str(home / "states"))),
        free_bytes=shutil.disk_usage(home).free,
    )


def _sizes(folder: str) -> Iterator[int]:
    """Of all files in it; those that are being taken away meanwhile have none."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(entry.path)
            continue
        try:
            yield entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
