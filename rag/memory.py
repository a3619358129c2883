"""How much memory this process takes, and how much the machine has left. Imports nothing of ours."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Memory:
    own_bytes: int  # resident, of this process
    of_files_bytes: (
        int | None
    )  # of these, pages of files such as the weights, which the system takes back when it needs them; None: not told
    children: int  # processes that it has started, such as those that read files
    children_bytes: int
    free_bytes: int  # without anything being swapped out
    total_bytes: int


def in_use() -> Memory:
    process, machine = psutil.Process(), psutil.virtual_memory()
    own = process.memory_info()
    children = list[int]()
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            children.append(child.memory_info().rss)
    of_files = own.shared if sys.platform == "linux" else None
    return Memory(own.rss, of_files, len(children), sum(children), machine.available, machine.total)
