"""How much memory a process has."""

from __future__ import annotations

import os
from pathlib import Path


def memory_bytes(process: int | str = "self") -> tuple[int, int]:
    """The address space of a process, and how much of it lies in memory; 0 where the system does not tell."""
    try:
        space, resident = Path(f"/proc/{process}/statm").read_bytes().split()[:2]
        return int(space) * os.sysconf("SC_PAGE_SIZE"), int(resident) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0, 0
