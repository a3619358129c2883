"""The ``seorap`` command: each verb parses, calls one function, prints, and returns an exit code.

stdout is for results, stderr for everything else. Nothing heavy is imported before a verb needs it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import typer

from rag import environment
from rag.confidential import for_owner_only
from rag.errors import ExitCode, SeorapError
from rag.no_network import leave_network
from ui.cli import documents, drawer, erase, evaluation, folders, machine, questions, whole
from ui.cli.desk import LibraryOption, complain, early, spoken_language
from ui.words import terminal
from ui.words.help import put_in_korean

app = typer.Typer(
    name="seorap",
    help="Answers questions from your own documents, on your own machine, every claim with its quotation and page.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _before(context: typer.Context, library: LibraryOption = None) -> None:
    early.library = library
    seclude(context.invoked_subcommand or "")


_ON_THEIR_OWN = ("serve", "weights", "doctor")
"""Verbs that seclude themselves, after what they need the network for."""


def seclude(verb: str) -> None:
    """From here on nothing leaves this process, neither by the network nor by files that others can read."""
    if verb != "weights":  # several users of a machine may share them
        for_owner_only()
    if verb not in _ON_THEIR_OWN:
        leave_network()


VERBS: dict[str, Callable[..., None]] = {
    "add": documents.add,
    "retry": documents.retry,
    "unlock": documents.unlock,
    "remove": documents.remove,
    "erase": erase.erase,
    "list": documents.list_documents,
    "search": questions.search,
    "ask": questions.ask,
    "summarise": whole.summarise,
    "compare": whole.compare,
    "eval": evaluation.evaluate,
    "watch": folders.watch,
    "status": drawer.status,
    "check": drawer.check,
    "rebuild": drawer.rebuild,
    "backup": drawer.backup,
    "restore": drawer.restore,
    "serve": machine.serve,
    "address": machine.address,
    "weights": machine.weights,
    "doctor": machine.doctor,
}
"""In the order in which the help names them."""

app.callback()(_before)
for name, verb in VERBS.items():
    app.command(name)(verb)


_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""


def main() -> NoReturn:
    """Run a verb; every failure with a remedy becomes one sentence and its exit code."""
    environment.isolate()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a real console, not a test's
    early.library, early.language = None, None
    _start_log()
    try:
        command = typer.main.get_command(app)
        if spoken_language() == "ko":
            put_in_korean(command)
        code = command(sys.argv[1:] or ["--help"], prog_name="seorap", standalone_mode=False) or 0
    except SeorapError as error:
        complain(error.sentence(spoken_language()))
        sys.exit(int(error.exit_code))
    except typer.TyperException as error:
        complain(terminal.IN[spoken_language()]["usage"].format(cause=error.format_message().rstrip(".")))
        sys.exit(int(ExitCode.USAGE))
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        typer.echo(err=True)
        complain(terminal.IN[spoken_language()]["interrupted"])
        sys.exit(int(ExitCode.FAILED))
    sys.exit(code)


def _start_log() -> None:
    """Nothing is logged unless SEORAP_LOG asks for it: what a person should know is said in words."""
    level = os.environ.get("SEORAP_LOG", "").upper()
    if level in logging.getLevelNamesMapping():
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    else:
        logging.getLogger().addHandler(logging.NullHandler())
