"""Taking in gives way: to questions, and to whatever else the computer is used for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ingest.priority import NICENESS, lower_this_thread
from ingest.queue import Queue
from ingest.sandbox import Sandbox
from rag.assemble import Assistant
from rag.library.library import Library
from rag.settings import SandboxSettings, Settings
from tests.fakes import ScriptedModel, WordHashEmbedder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's own")


def niceness(thread: int | None) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread or 0)


def test_the_reader_and_the_worker_are_nice_and_nothing_else_is(
    library: Library, embedder: WordHashEmbedder, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("words")
    usual = niceness(None)
    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(tmp_path / "a.txt")
        assert niceness(sandbox.pid) == max(usual, NICENESS)
    queue = Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))
    queue.upload("b.txt", b"words")
    while queue.is_waited_for():
        threading.Event().wait(0.02)
    native = {thread.name: thread.native_id for thread in threading.enumerate()}
    queue_niceness = niceness(native["ingestion"])
    queue.close()

    assert queue_niceness == max(usual, NICENESS)
    assert niceness(threading.get_native_id()) == usual


def test_threads_started_by_a_lowered_one_are_lowered_too_and_never_raised() -> None:
    program = "import os, threading; from ingest.priority import lower_this_thread as lower\n"
    program += "os.nice(15); lower(); found = []\n"
    program += "inner = threading.Thread(target=lambda: found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))\n"
    program += "inner.start(); inner.join(); raise SystemExit(found[0])"
    assert subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False).returncode >= 15

    found: list[int] = []

    def outer() -> None:
        lower_this_thread()
        inner = threading.Thread(target=lambda: found.append(niceness(threading.get_native_id())))
        inner.start()
        inner.join()

    started = threading.Thread(target=outer)
    started.start()
    started.join()
    assert found == [max(niceness(None), NICENESS)]
