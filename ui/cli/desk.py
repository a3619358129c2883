"""What the verbs share: options, words, progress, and the way to the drawer."""

from __future__ import annotations

import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode, sentence_of
from rag.records import FileOutcome, Language, Progress, Reason
from rag.settings import Settings, load_settings, system_language
from ui.words import terminal

if TYPE_CHECKING:
    from rag.assemble import Assistant


LibraryOption = Annotated[Path | None, typer.Option("--library", metavar="DIR", help="The drawer (else SEORAP_HOME, else your own).")]


JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object, or one a line, on stdout.")]


class Desk:
    """What every verb needs: settings, words, and whether people or scripts are listening."""

    def __init__(self, library: Path | None, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.settings: Settings = load_settings(library=library or early.library)
        self.language = early.language = self.settings.language or system_language()
        self.words = terminal.IN[self.language]

    def say(self, word: str, **facts: object) -> str:
        return self.words[word].format(**facts)

    def tell(self, line: str) -> None:
        """To the person, beside the result."""
        typer.echo(safe(line), err=True)

    def show(self, line: str) -> None:
        """A line of the result."""
        typer.echo(safe(line))

    def emit(self, row: dict[str, object]) -> None:
        typer.echo(json_line(row))

    def sentence(self, reason: Reason) -> str:
        return sentence_of(reason, self.language)


class Early:
    """What stood before the verb, and the language to complain in once it is known."""

    library: Path | None = None
    language: Language | None = None


early = Early()


_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def safe(text: str) -> str:
    """One line without control characters: documents and file names must not steer the terminal, nor pass for further lines."""
    return "".join(
        letter if unicodedata.category(letter) not in _STEERING else " " if letter in "\n\t\u2028\u2029" else "�" for letter in text
    )


def json_line(row: dict[str, object]) -> str:
    """JSON leaves some control characters as they are (the C1 set, directions); they become escapes, which mean the same."""
    plain = json.dumps(row, ensure_ascii=False)
    return "".join(letter if unicodedata.category(letter) not in _STEERING else json.dumps(letter)[1:-1] for letter in plain)


@contextmanager
def opened_assistant(desk: Desk, *, filled: bool = False) -> Iterator[Assistant]:
    """With ``filled`` the drawer has to be there: a mistyped one must not look like one that holds nothing.

    Raises:
        NoDrawer: it is not there.
    """
    from rag.assemble import open_assistant
    from rag.library.library import Library

    if filled:
        Library(desk.settings.home, read_only=True).close()
    with open_assistant(desk.settings) as assistant:
        yield assistant


@contextmanager
def batch_progress(desk: Desk) -> Iterator[Callable[[Progress], None]]:
    """Progress of a batch on a terminal; nothing elsewhere, where the outcomes are progress enough."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:

        def report(progress: Progress) -> None:
            left = desk.say("left", time=duration(progress.remaining_s)) if progress.remaining_s is not None else ""
            done = desk.say("batch", done=progress.files_done, total=progress.files_total, rate=progress.passages_per_s, left=left)
            line.update(f"{done}  {safe(progress.current)}".replace("[", r"\["))

        yield report


@contextmanager
def progress_bar(desk: Desk, word: str) -> Iterator[Callable[..., None]]:
    """A bar with rate and estimate on a terminal, a line every few seconds elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    last = [0.0]
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, name: str = "") -> None:
            label = desk.say(word, name=name)
            bar.update(task, completed=done, total=total, description=label)
            if not console.is_terminal and time.monotonic() - last[0] > 5:
                last[0] = time.monotonic()
                desk.tell(f"{label}: {100 * done // max(1, total)} %")

        yield report


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"


def place(desk: Desk, document: str, page: int | None, page_end: int | None) -> str:
    """Document and page, as far as there is one."""
    if page is None:
        return document
    numbers = str(page) if page_end in (None, page) else f"{page}–{page_end}"
    return f"{document}, {desk.say('page', page=numbers)}"


def show_outcome(desk: Desk, outcome: FileOutcome) -> None:
    why = desk.sentence(outcome.reason) if outcome.reason else None
    if desk.as_json:
        desk.emit({"path": outcome.path, "outcome": outcome.outcome.value, "passages": outcome.passages, "reason": why})
    elif why:
        desk.show(f"{desk.words[outcome.outcome]}: {why}")
    else:
        desk.show(f"{desk.words[outcome.outcome]}: {Path(outcome.path).name}")


def end_with(code: ExitCode) -> None:
    if code is not ExitCode.DONE:
        raise typer.Exit(int(code))


def spoken_language() -> Language:
    """The settings' language; while there are none, what the environment says."""
    said = os.environ.get("SEORAP_LANGUAGE")
    return early.language or ("ko" if said == "ko" else "en" if said else system_language())


def complain(sentence: str) -> None:
    typer.echo(safe(sentence), err=True)
