"""The most memory that a whole command takes, with every process it starts: resident (RSS), and with what is shared counted once (PSS)."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from bench.search import drawer_of
from bench.speed.given import ROOT, Given, seorap
from bench.speed.row import Row, middle
from rag.errors import ExitCode

_EVERY_S = 0.05

QUESTION = "What is confidential information?"


def peak_mib(command: Sequence[str]) -> tuple[float, float]:
    """RSS and PSS (0 where the system does not tell it), looked at 20 times a second."""
    with tempfile.TemporaryFile() as nowhere, subprocess.Popen(command, cwd=ROOT, stdout=nowhere, stderr=nowhere) as child:
        resident = shared_once = 0.0
        while child.poll() is None:
            there = [child.pid, *(process.pid for process in _below(child.pid))]
            resident = max(resident, sum(map(_resident, there)))
            shared_once = max(shared_once, sum(map(_proportional, there)))
            time.sleep(_EVERY_S)
    if child.returncode not in (ExitCode.DONE, ExitCode.NOT_FOUND):
        raise RuntimeError(f"{shlex.join(command)[:200]} ended with {child.returncode}")
    return resident / 2**20, shared_once / 2**20


def _below(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _resident(pid: int) -> float:
    with suppress(psutil.Error):
        return float(psutil.Process(pid).memory_info().rss)
    return 0.0


def _proportional(pid: int) -> float:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0.0


def measure(given: Given) -> Iterator[Row]:
    home = drawer_of(given.largest, given.sets, given.keep)
    for name in ("search", "ask"):
        peaks = [peak_mib(seorap(home, name, QUESTION, "--json")) for _ in range(given.rounds)]
        yield from _rows(f"{name} among {given.largest:,} passages", peaks)
    for folder in given.folders:
        ours, theirs = list[tuple[float, float]](), list[tuple[float, float]]()
        for _ in range(given.rounds):
            with tempfile.TemporaryDirectory() as drawer:
                ours.append(peak_mib(seorap(Path(drawer), "add", str(folder), "--json")))
            if given.yardstick:
                theirs.append(peak_mib([*given.yardstick, str(folder)]))
        yield from _rows(f"taking in {folder.name if folder.name != 'docs' else folder.parent.name}", ours, theirs)


def _rows(what: str, ours: Sequence[tuple[float, float]], theirs: Sequence[tuple[float, float]] = ()) -> Iterator[Row]:
    for at, kind in enumerate(("RSS", "PSS")):
        if any(peaks[at] for peaks in ours):
            yield middle("memory", f"{what}, {kind}", "MiB", [peaks[at] for peaks in ours], [peaks[at] for peaks in theirs])
