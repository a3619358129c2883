"""What changes when a file does."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    size_bytes: int
    mtime_ns: int
    inode: int


def stamp_of(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)
