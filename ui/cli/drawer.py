"""Verbs about the drawer as a whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ExitCode
from rag.records import State
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, opened_assistant, progress_bar
from ui.cli.folders import folder_line

if TYPE_CHECKING:
    from rag.library.library import Counts


def status(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Show what the drawer holds and whether the weights are there."""
    desk = Desk(library, as_json=as_json)
    from rag.library.library import Library
    from rag.weights.acquire import status as weights_status

    drawer = Library(desk.settings.home, read_only=True)
    counts, folders = drawer.counts(), drawer.manifest.folders()
    not_whole = sum(document.state is not State.READY for document in drawer.documents())
    weights = weights_status(desk.settings.weights)
    if as_json:
        desk.emit(
            {"home": str(desk.settings.home)}
            | asdict(counts)
            | {
                "not_whole": not_whole,
                "erasing": drawer.erasing(),
                "folders": [
                    {"folder": os.fsdecode(folder.folder), "paused": folder.paused, "reachable": folder.reachable} for folder in folders
                ],
                "weights": [
                    {"role": state.role, "name": state.name, "present": state.present, "path": str(state.path)} for state in weights
                ],
            }
        )
        return
    desk.show(desk.say("drawer", home=desk.settings.home))
    desk.show(desk.say("counts", documents=counts.documents, passages=counts.passages))
    if not_whole:
        desk.show(desk.say("not_whole", count=not_whole))
    if since := drawer.erasing():
        desk.show(desk.say("erasing_unfinished", since=since))
    for folder in folders:
        desk.show(folder_line(desk, folder))
    for state in weights:
        desk.show(desk.say("weights_ready" if state.present else "weights_missing", name=state.name, path=state.path))


def check(
    full: Annotated[bool, typer.Option("--full", help="Read every file again, and look at every passage: as long as that takes.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare everything in the drawer with everything else in it."""
    desk = Desk(library, as_json=as_json)
    if full:
        _check_in_full(desk)
        return
    with opened_assistant(desk, filled=True) as assistant:
        faults = list(assistant.library.faults())
        counts = assistant.library.counts()
    if as_json:
        desk.emit({"faults": faults} | asdict(counts))
    else:
        _show_faults(desk, faults, counts)
    end_with(ExitCode.FAILED if faults else ExitCode.DONE)


def _check_in_full(desk: Desk) -> None:
    from rag.library.audit import audit

    with opened_assistant(desk, filled=True) as assistant, progress_bar(desk, "checking") as bar:

        def report(what: str, done: int, total: int, seconds: float) -> None:
            size = 1e6 if what == "files" else 1.0
            rate = f"{done / size / seconds:,.0f} {desk.words[f'unit_{what}']}/s" if seconds > 0 else ""
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
    end_with(ExitCode.FAILED if found.faults else ExitCode.DONE)


def _show_faults(desk: Desk, faults: Sequence[str], counts: Counts) -> None:
    if faults:
        desk.show(desk.say("faults"))
        for fault in faults:
            desk.show(f"- {fault}")
    else:
        desk.show(desk.say("healthy", documents=counts.documents, passages=counts.passages))


def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Make everything derived again.

    Word index, vector index, and vectors if another embedding model is set.
    """
    desk = Desk(library, as_json=as_json)
    with opened_assistant(desk, filled=True) as assistant, progress_bar(desk, "embedding") as report:
        assistant.library.rebuild(assistant.embedder, report)
        counts = assistant.library.counts()
    if as_json:
        desk.emit(asdict(counts))
    else:
        desk.show(desk.say("rebuilt", documents=counts.documents, passages=counts.passages))


def backup(file: Annotated[Path, typer.Argument(metavar="FILE")], library: LibraryOption = None) -> None:
    """Put the whole drawer into one file.

    Also while documents are being taken in.
    """
    desk = Desk(library)
    from rag.library.backup import write_backup

    with progress_bar(desk, "backing_up") as report:
        write_backup(desk.settings.home, file, report)
    desk.show(desk.say("backed_up", path=file))


def restore(file: Annotated[Path, typer.Argument(metavar="FILE")], library: LibraryOption = None) -> None:
    """Make a drawer from a backup, where there is none."""
    desk = Desk(library)
    from rag.library.backup import restore_backup
    from rag.library.library import Library

    with progress_bar(desk, "restoring") as report:
        restore_backup(file, desk.settings.home, report)
    drawer = Library(desk.settings.home, read_only=True)
    counts = drawer.counts()
    drawer.close()
    desk.show(desk.say("restored", documents=counts.documents, passages=counts.passages))
