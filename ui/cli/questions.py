"""Verbs that ask."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import EmptyQuestion, ExitCode, ResultsUnusable, WeightsError
from rag.records import Answered, EvidenceFound, PartProgress, Piece, Status, Waiting
from ui.cli.desk import Desk, JsonOption, LibraryOption, TagOption, end_with, opened_assistant, place, progress_bar, safe
from ui.cli.whole import show_quotations, show_whole, tell_progress

if TYPE_CHECKING:
    from rag.assemble import Assistant
    from rag.records import Answer, Evidence


TextArgument = Annotated[str, typer.Argument(metavar="TEXT")]


def search(
    text: TextArgument,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    lexical: Annotated[bool, typer.Option("--lexical", help="By words only: at once, and without weights.")] = False,
    tags: TagOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without an answer."""
    desk = Desk(library, as_json=as_json)
    if not text.strip():
        raise EmptyQuestion
    found = _search_by_words(desk, text, k, tags or ()) if lexical else _search(desk, text, k, tags or ())
    if as_json:
        from rag.evaluate import passage_row

        desk.emit({"question": text, "passages": [passage_row(item) for item in found]})
    else:
        _show_passages(desk, found)
    if not found:
        desk.tell(desk.say("not_found"))
        end_with(ExitCode.NOT_FOUND)


def _search(desk: Desk, text: str, k: int, tags: Sequence[str]) -> tuple[Evidence, ...]:
    with opened_assistant(desk, filled=True) as assistant:
        try:
            return assistant.search(text, k=k, tags=tags)
        except WeightsError as error:
            desk.tell(desk.say("lexical_only", why=error.sentence(desk.language)))
    return _search_by_words(desk, text, k, tags)


def _search_by_words(desk: Desk, text: str, k: int, tags: Sequence[str]) -> tuple[Evidence, ...]:
    from rag.library.library import Library
    from rag.retrieve import retrieve

    drawer = Library(desk.settings.home, read_only=True)
    return retrieve(text, library=drawer, embedder=None, settings=desk.settings.retrieval, k=k, scope=drawer.scope((), tags))


def _show_passages(desk: Desk, found: tuple[Evidence, ...]) -> None:
    for number, item in enumerate(found, 1):
        desk.show(f"{number}. {place(desk, item.document, item.page, item.page_end)}")
        desk.show("   " + " ".join(item.text.split()))
        desk.show("")


def ask(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...")],
    tags: TagOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer questions from the documents, with quotations and pages."""
    desk = Desk(library, as_json=as_json)
    answers: list[Answer] = []
    with opened_assistant(desk, filled=True) as assistant:
        for text in texts:
            if len(texts) > 1:
                desk.tell("")
                desk.tell(f"> {text}")
            answers.append(_answered(desk, assistant, text, tags or ()))
            _show_answer(desk, answers[-1])
    end_with(ExitCode.NOT_FOUND if all(answer.status is Status.NOT_FOUND for answer in answers) else ExitCode.DONE)


def _answered(desk: Desk, assistant: Assistant, text: str, tags: Sequence[str]) -> Answer:
    live = sys.stderr.isatty() and not desk.as_json
    for event in assistant.ask(text, tags=tags):
        match event:
            case EvidenceFound(evidence) if evidence:
                places = dict.fromkeys(place(desk, item.document, item.page, item.page_end) for item in evidence[:4])
                desk.tell(desk.say("evidence", documents="; ".join(places)))
            case Waiting(ahead):
                desk.tell(desk.say("waiting", ahead=ahead))
            case PartProgress():
                tell_progress(desk, event)
            case Piece(piece) if live:
                typer.secho(safe(piece), err=True, nl=False, dim=True)
            case Answered(answer):
                if live:
                    desk.tell("")
                    desk.tell("")
                return answer
    raise AssertionError("an answer ends with Answered")


def _show_answer(desk: Desk, answer: Answer) -> None:
    if desk.as_json:
        from rag.evaluate import result_row

        desk.emit(result_row(answer))
        return
    if answer.whole:
        show_whole(desk, answer)
        return
    if answer.status is Status.NOT_FOUND:
        desk.show(desk.say("not_found"))
        if answer.evidence:
            desk.tell("")
            desk.tell(desk.say("nearest"))
            for item in answer.evidence[:3]:
                desk.tell(f"- {place(desk, item.document, item.page, item.page_end)}: {' '.join(item.text.split())[:160]}…")
        return
    for claim in answer.claims:
        marks = "".join(f" [{number + 1}]" for number in claim.citations)
        desk.show(f"{claim.text}{marks}" if claim.supported else f"{claim.text} ({desk.say('unsupported')})")
    if answer.cut_short:
        desk.show(desk.say("cut_short"))
    show_quotations(desk, answer.citations)


def evaluate(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl")],
    out: Annotated[Path, typer.Option("--out", help="Results, one a line; cases that are in it already are not asked again.")],
    search_only: Annotated[bool, typer.Option("--search-only", help="Passages only, no answers.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="The first N cases.")] = None,
    library: LibraryOption = None,
) -> None:
    """Ask every question of a file of cases and write the results."""
    desk = Desk(library)
    from rag.evaluate import evaluate as run
    from rag.evaluate import read_cases

    chosen = read_cases(cases)[:limit]
    if out.exists() and out.samefile(cases):
        raise ResultsUnusable(path=str(out), cause="these are the cases")
    with opened_assistant(desk, filled=True) as assistant, progress_bar(desk, "evaluating") as report:
        new = run(chosen, out, assistant=assistant, search_only=search_only, report=report)
    desk.tell(desk.say("evaluated", new=new, path=out))
