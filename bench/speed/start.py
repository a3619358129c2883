"""From the start of a program to its first result: commands as a user calls them, and the page's server."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.search import drawer_of, in_new_process
from bench.speed.given import ROOT, Given, seorap
from bench.speed.row import Row, middle
from rag.assemble import Assistant, open_assistant
from rag.errors import ExitCode
from rag.records import EvidenceFound, Piece
from rag.settings import load_settings

QUESTION = "What is confidential information?"
_PATIENCE_S = 120


def command_s(home: Path, verb: str) -> tuple[float, float]:
    """Until the first output (of progress, too), and until the end."""
    began = time.perf_counter()
    command = seorap(home, verb, QUESTION)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        assert child.stdout
        child.stdout.read(1)
        first = time.perf_counter() - began
        said = child.stdout.read()
    if child.returncode not in (ExitCode.DONE, ExitCode.NOT_FOUND):
        raise RuntimeError(f"{verb} ended with {child.returncode}: {said.decode(errors='replace')[-500:]}")
    return first, time.perf_counter() - began


def server_s(home: Path) -> float:
    """Until the page's server says that it is there."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    with subprocess.Popen(
        seorap(home, "serve", "--port", str(port)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        try:
            while not _answers(port):
                if child.poll() is not None or time.perf_counter() - began > _PATIENCE_S:
                    raise RuntimeError("the server did not come up")
                time.sleep(0.02)
            return time.perf_counter() - began
        finally:
            child.terminate()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def first_results_s(home: Path) -> tuple[float, float, float]:
    """As the server does, without its page: the drawer is opened, models are loaded beside, and somebody asks at once. Seconds until the first
    search is done, until a question has its evidence, and its first word. Call it in a new process; what Python itself takes to start is apart."""
    began = time.perf_counter()
    with open_assistant(load_settings(library=home)) as assistant:
        threading.Thread(target=_warm, args=(assistant,), daemon=True).start()
        assistant.search(QUESTION, k=5)
        searched = time.perf_counter() - began
        evidence = word = 0.0
        for event in assistant.ask(QUESTION):
            if isinstance(event, EvidenceFound):
                evidence = time.perf_counter() - began
            if isinstance(event, Piece) and event.text and not word:
                word = time.perf_counter() - began
    return searched, evidence, word


def _warm(assistant: Assistant) -> None:
    assistant.library.fill_index()
    assistant.warm()


def measure(given: Given) -> Iterator[Row]:
    home = drawer_of(given.largest, given.sets, given.keep)
    what = f"among {given.largest:,} passages"
    for verb in ("search", "ask"):
        times = [command_s(home, verb) for _ in range(given.rounds)]
        yield middle("start", f"seorap {verb} {what}: first output", "s", [first for first, _ in times])
        yield middle("start", f"seorap {verb} {what}: all of it", "s", [end for _, end in times])
    yield middle("start", f"seorap serve {what}: answers", "s", [server_s(home) for _ in range(given.rounds)])
    results = [in_new_process(first_results_s, home) for _ in range(given.rounds)]
    for at, step in enumerate(("first search", "evidence", "first word")):
        yield middle("start", f"in the server's process {what}: {step}", "s", [one[at] for one in results])
