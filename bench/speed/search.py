"""Searching: ``bench.search`` at each size; the yardstick by its own timings over the documents of each set, the largest that it takes in within minutes."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from bench.search import cases_of, drawer_of, drawers, in_new_process
from bench.search import measure as measured
from bench.speed.given import Given, called
from bench.speed.row import Row
from rag.assemble import open_assistant
from rag.cases import Case
from rag.records import Filter
from rag.settings import load_settings

Spread = Mapping[str, float]


def measure(given: Given) -> Iterator[Row]:
    for size in given.sizes:
        home = drawer_of(size, given.sets, given.keep)
        runs = [in_new_process(measured, home, cases_of(given.sets), ()) for _ in range(given.rounds)]
        spreads = [cast(Spread, run["ms"]) for run in runs]
        yield _row(size, "search", "ms", spreads, note=f"{runs[0]['searches']} searches a round; hit@5 {runs[0]['hit@5']}")
        stages = [cast(Mapping[str, Spread], run["stages_ms"]) for run in runs]
        for stage in stages[0]:
            yield _row(size, stage, "ms", [one[stage] for one in stages])
        for figure, unit in (("opened_ms", "ms"), ("index_ms", "ms"), ("first_ms", "ms"), ("embedder_mib", "MiB"), ("peak_mib", "MiB")):
            value = statistics.median(cast(float, run[figure]) for run in runs)
            yield Row("search", f"{size:,} passages: {figure.rpartition('_')[0]}", unit, value, rounds=given.rounds)
        value = statistics.median(cast(float, run["two_at_once"]) for run in runs)
        yield Row("search", f"{size:,} passages: two threads against one", "times", value, rounds=given.rounds)
    if given.yardstick:
        for name in cases_of(given.sets):
            yield from _by_yardstick(given, name)


def _row(size: int, what: str, unit: str, spreads: list[Spread], *, note: str = "") -> Row:
    p50, p95 = (round(statistics.median(spread[share] for spread in spreads), 1) for share in ("p50", "p95"))
    return Row("search", f"{size:,} passages: {what}", unit, p50, None, len(spreads), p95, note)


def _by_yardstick(given: Given, name: str) -> Iterator[Row]:
    """Both over one set: its documents are all there is."""
    folder = given.sets / name
    with tempfile.TemporaryDirectory() as temporary:
        cases, out = folder / "retrieval.jsonl", Path(temporary, "out.jsonl")
        limit = ["--limit", str(given.limit)]
        report = called([*given.yardstick, str(folder / "docs"), "--cases", str(cases), "--out", str(out), *limit]).splitlines()[-1]
        theirs = [json.loads(line)["timings"]["retrieval_ms"] for line in out.read_text(encoding="utf-8").splitlines()]
    chunks = json.loads(report)["chunks"]
    ours = in_new_process(retrieval_ms, drawers(given.sets, given.keep)[name], cases_of(given.sets)[name][: given.limit])
    p95 = sorted(ours)[int(0.95 * (len(ours) - 1))]
    note = f"the yardstick over {chunks:,} passages"
    yield Row(
        "search",
        f"{name}: p50",
        "ms",
        round(statistics.median(ours), 1),
        round(statistics.median(theirs), 1),
        len(ours),
        round(p95, 1),
        note,
    )
    yield Row("search", f"{name}: p95", "ms", round(p95, 1), round(sorted(theirs)[int(0.95 * (len(theirs) - 1))], 1), len(ours))


def retrieval_ms(home: Path, cases: Sequence[Case]) -> list[float]:
    """Of each question. Call it in a new process."""
    with open_assistant(load_settings(library=home)) as assistant:
        assistant.library.fill_index()
        assistant.search("What is said?", k=10)
        return [assistant.search(case.question, k=10, only=Filter(documents=case.scope)).retrieval_ms for case in cases]
