"""Verbs that work through whole documents, and how what comes of it is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode
from rag.records import Answered, Comparison, PartProgress, Piece, Status, Summary, Survey, Waiting
from ui.cli.desk import Desk, JsonOption, LibraryOption, duration, end_with, opened_assistant, place, safe
from ui.cli.dossier import DossierOption, dossier_file

if TYPE_CHECKING:
    from rag.records import Answer, Citation, Claim, Event


def summarise(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    dossier: DossierOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Summarise a document, every sentence with its quotation and page.

    NAME is its file name or path.
    """
    desk = Desk(library, as_json=as_json)
    with opened_assistant(desk, filled=True) as assistant, dossier_file(desk, assistant, dossier) as put:
        code = _finish(desk, assistant.summarise(name), put)
    end_with(code)


def compare(
    names: Annotated[list[str], typer.Argument(metavar="NAME NAME...")],
    on: Annotated[str, typer.Option("--on", metavar="POINTS", help="What to compare, as in: notice period, deposit and governing law.")],
    dossier: DossierOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare 2 to 6 documents: one row a point, one column a document."""
    desk = Desk(library, as_json=as_json)
    with opened_assistant(desk, filled=True) as assistant, dossier_file(desk, assistant, dossier) as put:
        from rag.intent import points_of

        code = _finish(desk, assistant.compare(names, points_of(on)), put)
    end_with(code)


def _finish(desk: Desk, events: Iterator[Event], put: Callable[[Answer], None]) -> ExitCode:
    answer = last_of(desk, events)
    if desk.as_json:
        from rag.evaluate import result_row

        desk.emit(result_row(answer))
    else:
        show_whole(desk, answer)
    put(answer)
    return ExitCode.NOT_FOUND if answer.status is Status.NOT_FOUND else ExitCode.DONE


def last_of(desk: Desk, events: Iterator[Event]) -> Answer:
    """Tell how far it is, and on a terminal what is being written; returns what came of it."""
    live = sys.stderr.isatty() and not desk.as_json
    for event in events:
        match event:
            case PartProgress():
                tell_progress(desk, event)
            case Waiting(ahead):
                desk.tell(desk.say("waiting", ahead=ahead))
            case Piece(piece) if live:
                typer.secho(safe(piece), err=True, nl=False, dim=True)
            case Answered(answer):
                desk.tell("")
                return answer
    raise AssertionError("work over whole documents ends with Answered")


def tell_progress(desk: Desk, progress: PartProgress) -> None:
    left = desk.say("left", time=duration(progress.remaining_s)) if progress.remaining_s is not None else ""
    pace = desk.say("part_pace", seconds=progress.seconds_a_part) if progress.seconds_a_part is not None else ""
    desk.tell(
        ("\n" if progress.done and sys.stderr.isatty() else "")
        + desk.say("part", number=progress.done + 1, total=progress.total, name=progress.current, pace=pace, left=left)
    )


def show_whole(desk: Desk, answer: Answer) -> None:
    if answer.status is Status.NOT_FOUND and not isinstance(answer.whole, Comparison):
        desk.show(desk.say("not_found"))
        return
    match answer.whole:
        case Summary() as summary:
            _show_summary(desk, answer, summary)
        case Comparison() as comparison:
            _show_comparison(desk, answer, comparison)
        case Survey() as survey:
            _show_survey(desk, answer, survey)


def _show_summary(desk: Desk, answer: Answer, summary: Summary) -> None:
    if summary.share < 1:
        desk.show(desk.say("summary_share", share=100 * summary.share, name=summary.document))
        desk.show("")
    for section in summary.sections:
        if section.title:
            desk.show(section.title)
        for at in section.claims:
            desk.show(f"  {_marked(answer.claims[at], verbatim=at in section.verbatim)}")
    show_quotations(desk, answer.citations)


def _show_comparison(desk: Desk, answer: Answer, comparison: Comparison) -> None:
    for point, row in zip(comparison.points, comparison.cells, strict=False):
        desk.show(point)
        for document, cell in zip(comparison.documents, row, strict=False):
            said = " ".join(_marked(answer.claims[at]) for at in cell) or desk.say("not_stated")
            desk.show(f"  {document}: {said}")
    show_quotations(desk, answer.citations)


def _show_survey(desk: Desk, answer: Answer, survey: Survey) -> None:
    desk.show(desk.say("survey", subject=survey.subject, places=survey.places, documents=survey.documents))
    if survey.shown < survey.places:
        desk.show(desk.say("survey_cut", shown=survey.shown))
    _show_places(desk, answer.citations[: survey.shown])
    if near := answer.citations[survey.shown :]:
        desk.show("")
        desk.show(desk.say("survey_near"))
        _show_places(desk, near)


def _show_places(desk: Desk, cited: Sequence[Citation]) -> None:
    document = None
    for each in cited:
        if each.document != document:
            document = each.document
            desk.show("")
            desk.show(document)
        page = f"{desk.say('page', page=each.page)}: " if each.page is not None else ""
        desk.show(f"- {page}“{' '.join(each.quote.split())}”")


def _marked(claim: Claim, *, verbatim: bool = False) -> str:
    return (f"“{claim.text}”" if verbatim else claim.text) + "".join(f" [{number + 1}]" for number in claim.citations)


def show_quotations(desk: Desk, cited: Sequence[Citation]) -> None:
    for number, each in enumerate(cited, 1):
        desk.show("")
        how = f" ({desk.say('recognised', confidence=each.recognised.confidence)})" if each.recognised else ""
        desk.show(f"[{number}] {place(desk, each.document, each.page, each.page_end)}{how}")
        desk.show(f"    “{' '.join(each.quote.split())}”")
