"""Taking documents in: whole program against whole program, in turns, and the seconds that the yardstick counts itself."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.speed.given import Given, called, seorap
from bench.speed.row import Row, middle
from rag.errors import ExitCode


@dataclass(frozen=True, slots=True)
class TakenIn:
    seconds: float  # of the whole program
    own_s: float  # that it counts itself
    files: int
    pages: int  # a file without pages counts as one
    passages: int


def by_seorap(folder: Path) -> TakenIn:
    """With a new drawer; the start of the program and the loading of the weights count too."""
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        called(seorap(Path(home), "add", str(folder), "--json"), fine=(ExitCode.DONE, ExitCode.SOME_DOCUMENTS_FAILED))
        seconds = time.perf_counter() - began
        rows = [json.loads(line) for line in called(seorap(Path(home), "list", "--json")).splitlines()]
    return TakenIn(seconds, seconds, len(rows), sum(row["pages"] or 1 for row in rows), sum(row["passages"] for row in rows))


def by_yardstick(command: tuple[str, ...], folder: Path) -> TakenIn:
    began = time.perf_counter()
    report = json.loads(called([*command, str(folder)]).splitlines()[-1])
    return TakenIn(time.perf_counter() - began, report["ingest_s"], report["files"], report["pages"], report["chunks"])


def measure(given: Given) -> Iterator[Row]:
    for folder in given.folders:
        ours, theirs = list[TakenIn](), list[TakenIn]()
        for _ in range(given.rounds):
            ours.append(by_seorap(folder))
            if given.yardstick:
                theirs.append(by_yardstick(given.yardstick, folder))
        name = folder.name if folder.name != "docs" else folder.parent.name
        note = f"{ours[-1].files} files, {ours[-1].pages} pages, {ours[-1].passages} passages"
        note += f"; yardstick {theirs[-1].pages} pages, {theirs[-1].passages} passages" if theirs else ""
        yield middle("ingestion", f"{name}: whole program", "s", [one.seconds for one in ours], [one.seconds for one in theirs], note=note)
        yield middle("ingestion", f"{name}: against its own count", "s", [one.seconds for one in ours], [one.own_s for one in theirs])
        for unit in ("files", "pages", "passages"):
            rates = [[getattr(one, unit) / one.seconds for one in some] for some in (ours, theirs)]
            yield middle("ingestion", f"{name}: {unit}", f"{unit}/s", rates[0], rates[1])
