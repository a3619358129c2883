"""Verbs about documents: in, again, by a password, out, and which there are."""

from __future__ import annotations

import datetime
import getpass
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode, NoPassword, WrongPassword, needs_password
from rag.records import Document, Outcome, State
from ui.cli.desk import Desk, JsonOption, LibraryOption, batch_progress, end_with, opened_assistant, safe, show_outcome
from ui.cli.folders import tell_left_out

if TYPE_CHECKING:
    from ingest.retry import DeadLetter


def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")], library: LibraryOption = None, as_json: JsonOption = False
) -> None:
    """Put files, and whole folders, into the drawer."""
    desk = Desk(library, as_json=as_json)
    counts = dict.fromkeys(Outcome, 0)
    from ingest.pipeline import Batch
    from ingest.pipeline import add as add_files
    from ingest.sandbox import Sandbox

    with opened_assistant(desk) as assistant, Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox, batch_progress(desk) as report:
        batch = Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)
        for outcome in add_files(paths, batch):
            counts[outcome.outcome] += 1
            show_outcome(desk, outcome)
        tell_left_out(desk, batch.left_out)
    _sum_up(desk, counts, nothing="nothing_to_add")


def retry(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Documents; all that failed or are there in part, without.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read again, now, what could not be read or not wholly.

    Or only the documents named.
    """
    desk = Desk(library, as_json=as_json)
    counts = dict.fromkeys(Outcome, 0)
    from ingest.pipeline import Batch, read_again
    from ingest.retry import to_read_again
    from ingest.sandbox import Sandbox

    with (
        opened_assistant(desk, filled=True) as assistant,
        Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox,
        batch_progress(desk) as report,
    ):
        if places := to_read_again(assistant.library, names or ()):
            for outcome in read_again(places, Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)):
                counts[outcome.outcome] += 1
                show_outcome(desk, outcome)
    _sum_up(desk, counts, nothing="nothing_failed")


def _sum_up(desk: Desk, counts: dict[Outcome, int], *, nothing: str) -> None:
    total, failed = sum(counts.values()), counts[Outcome.FAILED]
    if not total:
        desk.tell(desk.say(nothing))
    else:
        unchanged = counts[Outcome.UNCHANGED]
        desk.tell(desk.say("summary", total=total, added=total - failed - unchanged, unchanged=unchanged, failed=failed))
    end_with(ExitCode.SOME_DOCUMENTS_FAILED if failed else ExitCode.DONE)


def unlock(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="FILE", help="The password is its first line; `-` is standard input.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a document that needs a password.

    NAME is its file name or path. The password is asked for, used once and kept nowhere.
    """
    desk = Desk(library, as_json=as_json)
    from ingest.pipeline import Batch
    from ingest.sandbox import Sandbox
    from ingest.unlock import find_locked
    from ingest.unlock import unlock as unlock_file

    with opened_assistant(desk, filled=True) as assistant, Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox:
        place = find_locked(assistant.library, name)
        for password in _passwords(desk, place.name, password_file):
            with batch_progress(desk) as report:
                outcome = unlock_file(
                    place, password, Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)
                )
            show_outcome(desk, outcome)
            if outcome.reason is None or outcome.reason.code != WrongPassword.__name__:
                break
    end_with(ExitCode.SOME_DOCUMENTS_FAILED if outcome.outcome is Outcome.FAILED else ExitCode.DONE)


_TRIES = 3


_LONGEST_PASSWORD_BYTES = 1024


def _passwords(desk: Desk, name: str, file: Path | None) -> Iterator[str]:
    """The one from the file; without one, as many as a person may mistype."""
    if file is not None:
        yield _password_in(file)
        return
    if not sys.stdin.isatty():
        raise NoPassword(source="stdin", cause="it is not a terminal")
    for _ in range(_TRIES):
        try:
            typed = getpass.getpass(safe(desk.say("password", name=name)) + ": ")
        except EOFError:
            typed = ""
        if not typed:
            raise NoPassword(source="stdin", cause="nothing was typed")
        yield typed


def _password_in(file: Path) -> str:
    source = "stdin" if file == Path("-") else str(file)
    try:
        if source == "stdin":
            line = sys.stdin.buffer.readline(_LONGEST_PASSWORD_BYTES + 1)
        else:
            with file.open("rb") as opened:
                line = opened.readline(_LONGEST_PASSWORD_BYTES + 1)
        password = line.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise NoPassword(source=source, cause=error.strerror or "no access") from error
    except UnicodeDecodeError:
        raise NoPassword(source=source, cause="it is not UTF-8") from None  # the error holds what was read
    if not password:
        raise NoPassword(source=source, cause="its first line is empty")
    if len(line) > _LONGEST_PASSWORD_BYTES:
        raise NoPassword(source=source, cause="its first line is too long")
    return password


def remove(name: Annotated[str, typer.Argument(metavar="NAME")], library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Take a document out, by its file name or path.

    The file itself is left alone.
    """
    desk = Desk(library, as_json=as_json)
    with opened_assistant(desk, filled=True) as assistant:
        removed = assistant.library.remove(name)
    if as_json:
        desk.emit({"removed": removed})
    else:
        desk.show(desk.say("removed", name=removed))


def list_documents(
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what could not be read, or not wholly: why, and when it is tried again.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the documents of the drawer with their state."""
    desk = Desk(library, as_json=as_json)
    from ingest.retry import dead_letters
    from rag.library.library import Library, identity

    drawer = Library(desk.settings.home, read_only=True)
    letters = dead_letters(drawer)
    documents = [letter.document for letter in letters.values()] if failed else drawer.documents()
    for document in documents:
        letter = letters.get(identity(document))
        if as_json:
            row = asdict(document) | {"reason": desk.sentence(document.reason) if document.reason else None}
            desk.emit(row | {"tried": letter.tried if letter else None, "again": letter.again if letter else None})
            continue
        for line in _document_lines(desk, document):
            desk.show(line)
        if letter and failed:
            desk.show(f"    {_tries(desk, letter)}")
    if not documents:
        desk.tell(desk.say("nothing_failed" if failed and drawer.documents() else "empty"))


def _document_lines(desk: Desk, document: Document) -> Iterator[str]:
    state = desk.words[State.READY if document.state is State.READY else f"state {document.state}"]
    if needs_password(document.reason):
        state = desk.words["needs_password"]
    length = desk.say("length_in_pages" if document.pages else "length", pages=document.pages, passages=document.passages)
    line = f"{document.name}  [{state}]  {length}"
    tags = "".join(f"  #{tag}" for tag in document.tags)
    yield line + tags if _columns(line + tags) <= shutil.get_terminal_size().columns else line
    if document.away:
        yield f"    {desk.words['document_away']}"
    if document.recognised_pages:
        yield "    " + desk.say("recognised_pages", count=document.recognised_pages, confidence=document.confidence)
    if len(document.places) > 1:
        yield from (f"    {place}" for place in document.places)
    if document.reason:
        yield f"    {desk.sentence(document.reason)}"


def _columns(text: str) -> int:
    """How wide it is on a terminal, where Hangul takes two places a letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _tries(desk: Desk, letter: DeadLetter) -> str:
    tried = desk.say("tried", time=_time(letter.tried)) if letter.tried else ""
    if letter.again:
        return tried + desk.say("tried_again", time=_time(letter.again))
    return tried + desk.say("tried_when_changed" if letter.followed else "tried_when_asked")


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
