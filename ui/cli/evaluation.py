"""The verb that asks a file of cases and tells how good the answers are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ResultsUnusable
from ui.cli.desk import Desk, JsonOption, LibraryOption, opened_assistant, progress_bar

if TYPE_CHECKING:
    from rag.score import Score


def evaluate(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl")],
    out: Annotated[Path, typer.Option("--out", help="Results, one a line; cases that are in it already are not asked again.")],
    search_only: Annotated[bool, typer.Option("--search-only", help="Passages only, no answers.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="The first N cases.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a file of cases, write the results, and tell how good they are where the cases hold the right answers."""
    desk = Desk(library, as_json=as_json)
    from rag.cases import read_cases
    from rag.evaluate import evaluate as run
    from rag.evaluate import is_verbatim, read_results
    from rag.score import score

    chosen = read_cases(cases)[:limit]
    if out.exists() and out.samefile(cases):
        raise ResultsUnusable(path=str(out), cause="these are the cases")
    with opened_assistant(desk, filled=True) as assistant:
        with progress_bar(desk, "evaluating") as report:
            new = run(chosen, out, assistant=assistant, search_only=search_only, report=report)
        scored = score(chosen, read_results(out), verbatim=lambda quoted: is_verbatim(quoted, assistant.library))
    desk.tell(desk.say("evaluated", new=new, path=out))
    if not scored.cases:
        desk.tell(desk.say("nothing_to_score"))
    if as_json:
        desk.emit(scored.row())
    elif scored.cases:
        for line in _lines(desk, scored):
            desk.show(line)


def _lines(desk: Desk, scored: Score) -> Iterator[str]:
    from rag.score import Figure

    yield desk.say("figures", cases=scored.cases, answers=scored.answers)
    for figure in Figure:
        mean = scored.mean(figure)
        if mean.value is not None:
            yield f"{figure:24}{mean.value:<9.3f}{desk.say(figure)} ({mean.count})"
    for name, spread in scored.spreads.items():
        yield f"{name:24}{desk.say('spread', p50=f'{spread.p50:.0f}', p95=f'{spread.p95:.0f}')}"
