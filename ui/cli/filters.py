"""Options that say which documents are asked, and the words for what came of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from rag.dates import days
from rag.library.filter import format_called
from rag.records import Filter

if TYPE_CHECKING:
    from rag.records import Understood
    from ui.cli.desk import Desk

DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", metavar="NAME", help="Only this document, by its file name or path; again: these.")
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only documents in this sub-folder of a watched folder; again: in all of them."),
]
FolderOption = Annotated[
    list[str] | None, typer.Option("--folder", metavar="DIR", help="Only documents below this folder, by its name or path; again: these.")
]
FormatOption = Annotated[
    list[str] | None, typer.Option("--format", metavar="KIND", help="Only documents of this kind, such as pdf; again: these.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only documents added or changed on this day (such as 2026-03-01) or later.")
]
BeforeOption = Annotated[str | None, typer.Option("--before", metavar="DATE", help="Only documents added or changed before this day.")]
AsTypedOption = Annotated[
    bool, typer.Option("--as-typed", help="Take the question as it stands: nothing in it narrows it, and it is not rewritten.")
]


def chosen(
    documents: list[str] | None,
    tags: list[str] | None,
    folders: list[str] | None,
    formats: list[str] | None,
    since: str | None,
    before: str | None,
) -> Filter:
    return Filter(
        tuple(documents or ()),
        tuple(tags or ()),
        tuple(folders or ()),
        tuple(format_called(name) for name in formats or ()),
        _first_day(since, "--since"),
        _first_day(before, "--before"),
    )


def _first_day(words: str | None, option: str) -> date | None:
    if words is None:
        return None
    found = days(words, date.today())
    if not found:
        raise typer.BadParameter(f"{words!r} is not a date such as 2026-03-01", param_hint=option)
    return found.first


def tell(desk: Desk, question: str, understood: Understood) -> None:
    """What was made of the question, so that it can be undone."""
    if understood.text != question.strip():
        desk.tell(desk.say("understood_as", question=understood.text))
    if only := in_words(desk, understood.only):
        desk.tell(desk.say("only_in", documents=only))


def in_words(desk: Desk, only: Filter) -> str:
    parts = [*only.documents, *(f"#{tag}" for tag in only.tags), *(desk.say("in_folder", folder=folder) for folder in only.folders)]
    parts += [form.upper() for form in only.formats]
    parts += [desk.say("since", day=only.since)] if only.since else []
    parts += [desk.say("before", day=only.before)] if only.before else []
    return ", ".join(parts)
