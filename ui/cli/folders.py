"""Watched folders."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode, NoSuchFolder
from rag.library.paths import absolute
from rag.records import Outcome
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, opened_assistant, show_outcome

if TYPE_CHECKING:
    from ingest.folders import Scan
    from rag.assemble import Assistant
    from rag.library.worklist import WatchedFolder


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
    desk = Desk(library, as_json=as_json)
    if folder is None:
        _show_folders(desk)
        return
    from ingest.folders import require_folder
    from rag.library.worklist import WatchedFolder

    watched = WatchedFolder(os.fsencode(absolute(folder)), tuple(include or ()), tuple(exclude or ()))
    with opened_assistant(desk) as assistant:
        known = {found.folder: found for found in assistant.library.manifest.folders()}
        if forget:
            assistant.library.manifest.drop_folder(watched.folder)
            desk.tell(desk.say("folder_forgotten" if watched.folder in known else "folder_unknown", folder=os.fsdecode(watched.folder)))
            return
        if once or watched.folder not in known:  # one that is known may be on a disk that is away
            require_folder(absolute(folder))
        if not once:
            kept = known.get(watched.folder, watched)
            watched = replace(kept, include=watched.include, exclude=watched.exclude, paused=False)
            assistant.library.manifest.put_folder(watched)
        failed = _watch(desk, assistant, watched, once=once)
    end_with(ExitCode.SOME_DOCUMENTS_FAILED if failed else ExitCode.DONE)


def _watch(desk: Desk, assistant: Assistant, watched: WatchedFolder, *, once: bool) -> bool:
    """Sweep whenever something seems to have happened; whether a document of the last sweep failed."""
    from ingest.pipeline import Batch
    from ingest.sandbox import Sandbox
    from ingest.watch import LOOK_AGAIN_S, Sweep, changes

    with Sandbox(desk.settings.sandbox, desk.settings.ocr) as sandbox:
        if not once:
            desk.tell(desk.say("watching", folder=os.fsdecode(watched.folder)))
        hints: Iterator[set[bytes]] = iter(())
        told: set[str] = set()  # what holds on is said once
        missing = False
        deaf, is_said = threading.Event(), False
        while True:
            batch = Batch(assistant.library, assistant.embedder, sandbox, desk.settings.split)
            sweep = Sweep(watched, batch, settled_s=0.0) if once else Sweep(watched, batch)
            failed = False
            try:
                for outcome in sweep:
                    failed = failed or outcome.outcome is Outcome.FAILED
                    if outcome.outcome is not Outcome.UNCHANGED:
                        show_outcome(desk, outcome)
            except NoSuchFolder as error:
                if once:
                    raise
                told = _tell_new(desk, [error.sentence(desk.language)], told)
            else:
                if missing:
                    desk.tell(desk.say("watching", folder=os.fsdecode(watched.folder)))
                told = _tell_new(desk, _left_out(desk, sweep.found), told)
            missing = sweep.missing
            if once:
                desk.tell(desk.say("folder_equal", folder=os.fsdecode(watched.folder)))
                return failed
            due = time.monotonic() + sweep.pause_s(desk.settings.watch.sweep_seconds)
            while time.monotonic() < due:
                touched = next(hints, None)
                if deaf.is_set() and not is_said:
                    is_said = True
                    desk.tell(desk.say("folders_deaf", seconds=desk.settings.watch.sweep_seconds))
                if touched is None:
                    hints = changes([watched.folder], threading.Event(), most_s=LOOK_AGAIN_S, deaf=deaf.set)
                elif touched:
                    break


def _show_folders(desk: Desk) -> None:
    from rag.library.library import Library

    folders = Library(desk.settings.home, read_only=True).manifest.folders()
    for folder in folders:
        path = os.fsdecode(folder.folder)
        if desk.as_json:
            rules = {"include": folder.include, "exclude": folder.exclude}
            desk.emit({"folder": path, "paused": folder.paused, "reachable": folder.reachable, "swept": folder.swept} | rules)
        else:
            desk.show(folder_line(desk, folder))
    if not folders:
        desk.tell(desk.say("no_folders"))


def folder_line(desk: Desk, folder: WatchedFolder) -> str:
    state = "folder_paused" if folder.paused else "folder_watched" if folder.reachable else "folder_unreachable"
    return f"{os.fsdecode(folder.folder)}  [{desk.words[state]}]"


def tell_left_out(desk: Desk, found: Scan) -> None:
    for sentence in _left_out(desk, found):
        desk.tell(sentence)


def _tell_new(desk: Desk, sentences: Iterable[str], told: set[str]) -> set[str]:
    """Say what has not been said before; what was, and still holds."""
    now = set(sentences)
    for sentence in sorted(now - told):
        desk.tell(sentence)
    return now


def _left_out(desk: Desk, found: Scan) -> Iterator[str]:
    yield from (error.sentence(desk.language) for error in found.left_out)
    if found.other_kinds:
        yield desk.say("other_kinds", count=sum(found.other_kinds.values()), kinds=found.kinds())
