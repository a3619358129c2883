"""What is said of memory agrees with what was taken."""

from __future__ import annotations

import subprocess
import sys

from rag.memory import in_use

_TAKES = """
from rag.memory import in_use

before = in_use()
taken = bytearray(b"x" * 50_000_000)
after = in_use()
print(before.own_bytes, after.own_bytes, after.of_files_bytes or 0)
"""


def test_what_is_taken_is_counted() -> None:
    # In a process of its own: one that has run for long gives back meanwhile what it had taken before.
    said = subprocess.run([sys.executable, "-c", _TAKES], capture_output=True, text=True, check=True).stdout
    before, after, of_files = map(int, said.split())

    assert 40_000_000 < after - before < 120_000_000
    assert 0 <= of_files < after


def test_there_is_no_more_free_than_there_is() -> None:
    assert 0 < in_use().free_bytes < in_use().total_bytes


def test_processes_that_were_started_are_counted_apart() -> None:
    before = in_use()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        after = in_use()
        child.communicate(b"\n")

    assert after.children == before.children + 1
    assert after.children_bytes > before.children_bytes
