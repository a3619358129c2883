"""Verbs that ask."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode, OneDossierAQuestion, WeightsError
from rag.records import Answered, Beginning, Doubt, EvidenceFound, PartProgress, Piece, Status, Understood, Waiting
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, opened_assistant, place, safe
from ui.cli.dossier import DossierOption, dossier_file
from ui.cli.filters import (
    AsTypedOption,
    BeforeOption,
    DocumentOption,
    FolderOption,
    FormatOption,
    SinceOption,
    TagOption,
    chosen,
    tell,
)
from ui.cli.whole import show_quotations, show_whole, tell_progress
from ui.words import doubts

if TYPE_CHECKING:
    from rag.records import Answer, Event, Evidence, Filter


TextArgument = Annotated[str, typer.Argument(metavar="TEXT")]


def search(
    text: TextArgument,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    lexical: Annotated[bool, typer.Option("--lexical", help="By words only: at once, and without weights.")] = False,
    documents: DocumentOption = None,
    tags: TagOption = None,
    folders: FolderOption = None,
    formats: FormatOption = None,
    since: SinceOption = None,
    before: BeforeOption = None,
    as_typed: AsTypedOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without an answer."""
    desk = Desk(library, as_json=as_json)
    only = chosen(documents, tags, folders, formats, since, before)
    understood, found = (_search_by_words if lexical else _search)(desk, text, k, only, as_typed)
    tell(desk, text, understood)
    if as_json:
        from rag.evaluate import passage_row, understood_row

        desk.emit({"question": text, "passages": [passage_row(item) for item in found]} | understood_row(text, understood))
    else:
        _show_passages(desk, found)
    if not found:
        desk.tell(_not_found(desk, understood.phrases))
        end_with(ExitCode.NOT_FOUND)


def _search(desk: Desk, text: str, k: int, only: Filter, as_typed: bool) -> tuple[Understood, tuple[Evidence, ...]]:
    with opened_assistant(desk, filled=True) as assistant:
        try:
            found = assistant.search(text, k=k, only=only, as_typed=as_typed)
        except WeightsError as error:
            desk.tell(desk.say("lexical_only", why=error.sentence(desk.language)))
        else:
            return found.understood, found.evidence
    return _search_by_words(desk, text, k, only, as_typed)


def _search_by_words(desk: Desk, text: str, k: int, only: Filter, as_typed: bool) -> tuple[Understood, tuple[Evidence, ...]]:
    from rag import find
    from rag.library.library import Library

    drawer = Library(desk.settings.home, read_only=True)
    understood = find.read(text, library=drawer, only=only, as_typed=as_typed)
    asked = find.scope_of(understood, library=drawer, only=only)
    return understood, find.find(understood, library=drawer, embedder=None, settings=desk.settings.retrieval, k=k, scope=asked)


def _not_found(desk: Desk, phrases: Sequence[str]) -> str:
    return desk.say("phrases_missing", phrases=", ".join(f"“{phrase}”" for phrase in phrases)) if phrases else desk.say("not_found")


def _show_passages(desk: Desk, found: tuple[Evidence, ...]) -> None:
    for number, item in enumerate(found, 1):
        desk.show(f"{number}. {place(desk, item.document, item.page, item.page_end)}")
        desk.show("   " + " ".join(item.text.split()))
        desk.show("")


def ask(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...")],
    documents: DocumentOption = None,
    tags: TagOption = None,
    folders: FolderOption = None,
    formats: FormatOption = None,
    since: SinceOption = None,
    before: BeforeOption = None,
    as_typed: AsTypedOption = False,
    follow_up: Annotated[bool, typer.Option("--follow-up", "-f", help="Each question follows on from those before it.")] = False,
    dossier: DossierOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer questions from the documents, with quotations and pages."""
    from rag.conversation import exchange

    desk = Desk(library, as_json=as_json)
    only = chosen(documents, tags, folders, formats, since, before)
    answers: list[Answer] = []
    if dossier and len(texts) > 1:
        raise OneDossierAQuestion(path=str(dossier), count=len(texts))
    with opened_assistant(desk, filled=True) as assistant, dossier_file(desk, assistant, dossier) as put:
        for text in texts:
            if len(texts) > 1:
                desk.tell("")
                desk.tell(f"> {text}")
            history = [exchange(answer) for answer in answers] if follow_up else []
            answers.append(_answered(desk, assistant.ask(text, only=only, history=history, as_typed=as_typed), text))
            _show_answer(desk, answers[-1])
            put(answers[-1])
    end_with(ExitCode.NOT_FOUND if all(answer.status is Status.NOT_FOUND for answer in answers) else ExitCode.DONE)


def _answered(desk: Desk, events: Iterator[Event], text: str) -> Answer:
    live = sys.stderr.isatty() and not desk.as_json
    for event in events:
        match event:
            case Understood():
                tell(desk, text, event)
            case EvidenceFound(evidence, likely=False) if evidence:
                places = dict.fromkeys(place(desk, item.document, item.page, item.page_end) for item in evidence[:4])
                desk.tell(desk.say("evidence", documents="; ".join(places)))
            case Waiting(ahead):
                desk.tell(desk.say("waiting", ahead=ahead))
            case Beginning(seconds) if live and seconds >= 1:
                desk.tell(desk.say("begins_in", seconds=seconds))
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
        desk.show(_not_found(desk, answer.missing_phrases))
        if answer.claims:
            desk.tell("")
            desk.tell(desk.say("written_without_support"))
            for claim in answer.claims:
                desk.tell(f"- {claim.text} ({doubts.IN[desk.language][claim.doubt or Doubt.WORDS]})")
        if answer.evidence:
            desk.tell("")
            desk.tell(desk.say("nearest"))
            for item in answer.evidence[:3]:
                desk.tell(f"- {place(desk, item.document, item.page, item.page_end)}: {' '.join(item.text.split())[:160]}…")
        return
    for claim in answer.claims:
        marks = "".join(f" [{number + 1}]" for number in claim.citations)
        note = (
            desk.say("verbatim") if claim.verbatim else doubts.IN[desk.language][claim.doubt or Doubt.WORDS] if not claim.supported else ""
        )
        desk.show(f"{claim.text}{marks} ({note})" if note else f"{claim.text}{marks}")
    if answer.uncovered:
        desk.show(desk.say("uncovered", parts="; ".join(answer.uncovered)))
    if answer.cut_short:
        desk.show(desk.say("cut_short"))
    show_quotations(desk, answer.citations)
