"""Taking a document out for good, with a certificate."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rag.errors import CertificateUnwritable, ExitCode
from ui.certificate import coming_back
from ui.certificate import lines as certificate_lines
from ui.cli.desk import Desk, JsonOption, LibraryOption, end_with, json_line, opened_assistant, progress_bar, safe
from ui.cli.files import new_file

if TYPE_CHECKING:
    from rag.library.erase import Certificate
    from rag.library.library import Library
    from rag.library.manifest import Place


def erase(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="Write the certificate here too; the file must not be there yet.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a document out so that none of its words stays in any file of the drawer, and print a certificate.

    NAME is its file name or path. The file itself is left alone.
    """
    desk = Desk(library, as_json=as_json)
    with opened_assistant(desk, filled=True) as assistant:
        drawer = assistant.library
        places = drawer.everywhere(drawer.find_one(name))
        if not yes and sys.stdin.isatty() and not _is_sure(desk, places):
            desk.tell(desk.say("not_erased"))
            end_with(ExitCode.FAILED)
        with _certificate_file(certificate, drawer) as file:
            erased = _erased(desk, drawer, name)
            lines = [json_line(asdict(erased))] if as_json else [safe(line) for line in certificate_lines(erased, desk.language)]
            for line in lines:
                typer.echo(line)
            code = _written(desk, file, lines)
        for sentence in coming_back(drawer, places, desk.language):
            desk.tell(sentence)
        _fill_index(desk, drawer)
    end_with(code)


def _is_sure(desk: Desk, places: Sequence[Place]) -> bool:
    names = ", ".join(dict.fromkeys(place.name for place in places))
    typer.echo(safe(desk.say("erase_sure", name=names)) + " [y/N] ", err=True, nl=False)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "예", "네")


def _erased(desk: Desk, drawer: Library, name: str) -> Certificate:
    from rag.library.erase import erase as erase_document

    try:
        with progress_bar(desk, "erasing") as bar:
            return erase_document(drawer, name, lambda what, done, total: bar(done, total, desk.words[f"erasing_{what}"]))
    except KeyboardInterrupt:
        if not drawer.erasing():
            raise
        desk.tell("")
        desk.tell(desk.say("erase_interrupted", name=name))
        raise typer.Exit(int(ExitCode.FAILED)) from None


@contextmanager
def _certificate_file(path: Path | None, drawer: Library) -> Iterator[BinaryIO | None]:
    """There is to be room for the certificate before anything is erased."""
    if path is None:
        yield None
        return
    with new_file(path, drawer.home, CertificateUnwritable) as file:
        yield file


def _written(desk: Desk, file: BinaryIO | None, lines: Sequence[str]) -> ExitCode:
    """It is too late to stop: where the file cannot be written, what was printed is the certificate."""
    if file is None:
        return ExitCode.DONE
    try:
        file.writelines(f"{line}\n".encode() for line in lines)
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        desk.tell(desk.say("certificate_lost", path=file.name, cause=error.strerror or "-"))
        return ExitCode.FAILED
    return ExitCode.DONE


def _fill_index(desk: Desk, drawer: Library) -> None:
    try:
        with progress_bar(desk, "indexing") as report:
            drawer.fill_index(report)
    except KeyboardInterrupt:
        desk.tell("")
        desk.tell(desk.say("index_later"))
