"""An answer as a file to be handed on: ``--dossier`` of the verbs that answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rag.errors import DossierOfNoKind, DossierUnwritable
from ui.cli.desk import Desk
from ui.cli.files import new_file

if TYPE_CHECKING:
    from rag.assemble import Assistant
    from rag.records import Answer
    from ui.dossier.export import Kind

DossierOption = Annotated[
    Path | None,
    typer.Option(
        "--dossier",
        metavar="FILE",
        help="Put the answer with pictures of the quoted pages into this file too: .docx, .pdf, .zip (Markdown with pictures) or .md (words only).",
    ),
]


@contextmanager
def dossier_file(desk: Desk, assistant: Assistant, path: Path | None) -> Iterator[Callable[[Answer], None]]:
    """What puts an answer into the file, which is made before anything is asked; nothing where none is wanted.

    Raises:
        DossierOfNoKind, DossierUnwritable
    """
    if path is None:
        yield lambda answer: None
        return
    from ui.dossier.export import KINDS

    kind = next((each for each in KINDS if path.suffix.lower() == f".{each}"), None)
    if kind is None:
        raise DossierOfNoKind(path=str(path))
    asked = time.time()
    with new_file(path, desk.settings.home, DossierUnwritable) as file:
        yield lambda answer: _write(desk, assistant, path, kind, file, answer, asked)


def _write(desk: Desk, assistant: Assistant, path: Path, kind: Kind, file: BinaryIO, answer: Answer, asked: float) -> None:
    from ingest.pictures import Pictures
    from ui.dossier import filed
    from ui.dossier.export import export

    if kind == "md":
        made = filed.in_words(assistant.library, answer, asked, desk.language, around=True)
    else:
        with Pictures(assistant.library, desk.settings.sandbox) as pictures:
            made = filed.illustrated(assistant.library, pictures, answer, asked, desk.language)
    try:
        file.write(export(made, kind))
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise DossierUnwritable(path=str(path), cause=error.strerror or "no access") from error
    desk.tell("")
    desk.tell(desk.say("dossier_written", path=path))
