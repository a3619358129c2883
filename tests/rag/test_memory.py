"""What is said of memory agrees with what was taken."""

from __future__ import annotations

import subprocess
import sys

from rag.memory import in_use


def test_what_is_taken_is_counted() -> None:
    before = in_use()
    taken = bytearray(b"x" * 50_000_000)

    after = in_use()

    assert after.own_bytes - before.own_bytes > 40_000_000
    assert len(taken) < after.free_bytes < after.total_bytes
    assert after.of_files_bytes is None or after.of_files_bytes < after.own_bytes


def test_processes_that_were_started_are_counted_apart() -> None:
    before = in_use()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        after = in_use()
        child.communicate(b"\n")

    assert after.children == before.children + 1
    assert after.children_bytes > before.children_bytes
