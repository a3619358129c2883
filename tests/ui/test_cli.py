"""What scripts and people rely on when they type ``seorap``."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import string
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from PIL import Image

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag import assemble
from rag.assemble import Assistant
from rag.errors import ExitCode
from rag.library.library import Library
from rag.library.worklist import WatchedFolder
from rag.no_network import Seclusion
from rag.score import Figure
from rag.settings import Settings, SplitSettings
from tests import documents
from tests.conftest import LEASE, RULES
from tests.fakes import ScriptedModel, WordHashEmbedder
from ui.cli import app, main
from ui.words import terminal

ROOT = Path(__file__).parents[2]
OPEN_ASSISTANT = assemble.open_assistant
VERBS = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
VERBS_OF_THE_CONTRACT = {
    "add",
    "remove",
    "erase",
    "list",
    "status",
    "search",
    "ask",
    "watch",
    "check",
    "rebuild",
    "serve",
    "address",
    "doctor",
    "eval",
    "weights",
    "backup",
    "restore",
    "retry",
    "unlock",
    "summarise",
    "compare",
}

QUESTION = "How much is the deposit?"
REPLY = "The deposit is 3,751 euros."
INVENTED = "It is paid to Deutsche Bank in Frankfurt."
ESCAPES = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e"
"""A colour, a window title, an 8-bit command, a change of direction."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, object]]:
        """stdout, which is JSON line by line and nothing else."""
        assert self.out == "" or self.out.endswith("\n")
        rows = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(row, dict) for row in rows)
        return rows

    def row(self) -> dict[str, object]:
        (row,) = self.rows()
        return row

    def complaint(self) -> str:
        """The one line on stderr of a verb that did nothing."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert "Traceback" not in line
        return line


class Terminal:
    """Runs verbs in this process. ``replies`` are what the model will say; without weights none of that is there."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.embedder = WordHashEmbedder()
        self.model = ScriptedModel()
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        for name in ("LC_ALL", "LC_MESSAGES", "SEORAP_LANGUAGE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LANG", "C.UTF-8")
        monkeypatch.setenv("COLUMNS", "140")
        monkeypatch.setenv("SEORAP_HOME", str(home))
        monkeypatch.setenv("SEORAP_WEIGHTS", str(home.parent / "no weights"))
        monkeypatch.setattr(assemble, "open_assistant", self._open)
        for seclude in ("ui.cli.seclude", "ui.cli.machine.leave_network"):  # this process has other tests to run
            monkeypatch.setattr(seclude, lambda *_, **__: Seclusion(("python",)))

    def without_weights(self) -> None:
        self._monkeypatch.setattr(assemble, "open_assistant", OPEN_ASSISTANT)

    def _open(self, settings: Settings) -> Assistant:
        return Assistant(settings, Library(settings.home), embedder=self.embedder, model=self.model)

    def __call__(self, *arguments: str | Path, replies: tuple[str, ...] = ()) -> Ran:
        self.model.replies = list(replies)
        self._monkeypatch.setattr(sys, "argv", ["seorap", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Ran(int(ended.value.code or 0), out, err)


@pytest.fixture
def seorap(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """The command, over a drawer that is not there yet."""
    return Terminal(home, monkeypatch, capsys)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Path:
    """A drawer with the lease and the work rules, to be copied. Its index is left out: it is made again where it is needed."""
    folder = tmp_path_factory.mktemp("original")
    for name, text in (("lease.md", LEASE), ("취업규칙.md", RULES)):
        (folder / name).write_text(text, encoding="utf-8")
    library = Library(folder / "drawer")
    outcomes = list(add([folder], Batch(library, WordHashEmbedder(), sandbox, SplitSettings(passage_tokens=50))))
    library.close()
    assert [outcome.outcome.value for outcome in outcomes] == ["added", "added"]
    shutil.rmtree(folder / "drawer" / "index")
    return folder


@pytest.fixture
def drawer(seorap: Terminal, original: Path) -> Path:
    """``seorap`` with a drawer that holds two documents."""
    shutil.copytree(original / "drawer", seorap.home)
    return seorap.home


@pytest.fixture
def owner(drawer: Path) -> Iterator[int]:
    """Another process that holds the drawer; its process id."""
    program = "import sys; from pathlib import Path; from rag.library.lock import DrawerLock\n"
    program += "lock = DrawerLock(Path(sys.argv[1])); sys.stdout.write('held\\n'); sys.stdout.flush(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(drawer)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.stdin.close()


def _steering(text: str) -> set[str]:
    return {letter for letter in text if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs")}


# --- verbs and their help --------------------------------------------------------------------


def test_these_are_the_verbs() -> None:
    assert set(VERBS) == VERBS_OF_THE_CONTRACT


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(seorap: Terminal, verb: str) -> None:
    ran = seorap(verb, "--help")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: seorap {verb} ")
    what_it_does = ran.out.split("\n\n")[1]
    assert what_it_does.startswith("  ")
    assert what_it_does.endswith(".")
    assert "--library" in ran.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_leaves_the_network_before_it_does_anything(verb: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Left(Exception):
        pass

    def leave_network(*, keeps_loopback: bool = False) -> NoReturn:
        raise Left

    monkeypatch.setattr("ui.cli.for_owner_only", lambda: None)
    monkeypatch.setattr("ui.cli.leave_network", leave_network)
    monkeypatch.setattr("ui.cli.machine.leave_network", leave_network)
    monkeypatch.setenv("SEORAP_HOME", str(home))

    with pytest.raises(Left):
        typer.main.get_command(app)([verb, *(["--port", "0"] if verb == "serve" else [])], standalone_mode=False)

    assert not home.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str) -> None:
    assert f"seorap {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_exit_codes_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert (
        "Exit codes: 0 done, 1 anything else, 2 usage, 3 some documents failed, 4 nothing found in the documents, 5 the drawer is in use."
        in (" ".join(readme.split()))
    )


@pytest.mark.parametrize("arguments", [(), ("--help",)], ids=["nothing", "--help"])
def test_help_names_every_verb(seorap: Terminal, arguments: tuple[str, ...]) -> None:
    ran = seorap(*arguments)

    assert (ran.code, ran.err) == (0, "")
    assert {line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")} >= VERBS_OF_THE_CONTRACT


def test_both_languages_say_everything_with_the_same_facts() -> None:
    def facts(words: terminal.Words) -> dict[str, set[str | None]]:
        return {key: {fact for _, fact, _, _ in string.Formatter().parse(sentence)} - {None} for key, sentence in words.items()}

    assert facts(terminal.ENGLISH) == facts(terminal.KOREAN)


# --- passwords ---------------------------------------------------------------------------------

PASSWORD = "열려라 Sesame"


@pytest.fixture
def attic(drawer: Path, seorap: Terminal, tmp_path: Path) -> Path:
    """A document that needs a password, as the drawer knows it."""
    path = documents.pdf(tmp_path / "attic.pdf", ["The attic is dry."], password=PASSWORD)
    assert seorap("add", path).code == ExitCode.SOME_DOCUMENTS_FAILED
    return path


def _type(monkeypatch: pytest.MonkeyPatch, *passwords: str) -> list[str]:
    """Somebody at a terminal who types these; what they were asked."""
    asked: list[str] = []
    typed = iter(passwords)

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return next(typed)

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    return asked


@pytest.mark.usefixtures("attic")
def test_a_document_that_needs_a_password_says_what_to_do(seorap: Terminal) -> None:
    ran = seorap("list")

    assert "attic.pdf  [needs password]" in ran.out
    assert "attic.pdf: it is protected by a password; give it with `seorap unlock NAME`" in ran.out


@pytest.mark.usefixtures("attic")
def test_a_password_is_asked_for_until_it_is_right(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _type(monkeypatch, "sesame", PASSWORD)

    ran = seorap("unlock", "attic.pdf")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "not added: attic.pdf: this is not its password; try again, and mind capital letters and the language of the keyboard.",
        "added: attic.pdf",
    ]
    assert asked == ["Password of attic.pdf: "] * 2
    assert "attic.pdf  [ready]" in seorap("list").out


@pytest.mark.usefixtures("attic")
def test_nobody_types_wrong_passwords_for_ever(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _type(monkeypatch, *["wrong"] * 9)

    assert seorap("unlock", "attic.pdf").code == ExitCode.SOME_DOCUMENTS_FAILED
    assert len(asked) == 3


@pytest.mark.parametrize("content", [f"{PASSWORD}\n", f"\ufeff{PASSWORD}\r\nmore", PASSWORD], ids=["a line", "of Windows", "no end"])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_script_gives_the_password_in_a_file(
    seorap: Terminal, attic: Path, monkeypatch: pytest.MonkeyPatch, source: str, content: str
) -> None:
    given = attic.with_name("password.txt")
    given.write_bytes(content.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))

    ran = seorap("unlock", "attic.pdf", "--json", "--password-file", given if source == "file" else "-")

    assert (ran.code, ran.err) == (0, "")
    assert ran.row() == {"path": str(attic), "outcome": "added", "passages": 1, "reason": None}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "No such file or directory"),
        (b"", "its first line is empty"),
        (b"\nsecond", "its first line is empty"),
        (b"\xbf\xad\xb7\xc1", "it is not UTF-8"),
        (b"x" * 5000, "its first line is too long"),
    ],
    ids=["none", "empty", "second line", "CP949", "long"],
)
def test_a_file_without_a_password_is_a_mistake(seorap: Terminal, attic: Path, content: bytes | None, cause: str) -> None:
    given = attic.with_name("password.txt")
    if content is not None:
        given.write_bytes(content)

    ran = seorap("unlock", "attic.pdf", "--password-file", given)

    assert ran.code == ExitCode.USAGE
    assert ran.complaint().startswith(f"{given}: no password was given there ({cause}); type it on a terminal")


@pytest.mark.usefixtures("attic")
def test_without_a_terminal_nobody_is_asked(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"secret\n")))

    ran = seorap("unlock", "attic.pdf")

    assert ran.code == ExitCode.USAGE
    assert "it is not a terminal" in ran.complaint()


@pytest.mark.parametrize(("name", "said"), [("cellar.pdf", "no document of this name"), ("lease.md", "needs no password")])
@pytest.mark.usefixtures("attic")
def test_only_a_locked_document_is_unlocked(seorap: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    asked = _type(monkeypatch)

    ran = seorap("unlock", name)

    assert (ran.code, asked) == (ExitCode.USAGE, [])
    assert said in ran.complaint()


def test_a_name_does_not_steer_the_terminal_that_asks(seorap: Terminal, attic: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = attic.with_name(f"{ESCAPES}.pdf")
    attic.rename(hostile)
    seorap("add", hostile)
    asked = _type(monkeypatch, PASSWORD)

    assert seorap("unlock", hostile).code == 0
    assert _steering(asked[0]) == set()


@pytest.mark.usefixtures("owner")
def test_the_owner_of_the_drawer_unlocks_it(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _type(monkeypatch)

    assert (seorap("unlock", "lease.md").code, asked) == (ExitCode.IN_USE, [])


# --- which drawer ----------------------------------------------------------------------------


def test_the_drawer_may_be_named_before_and_after_the_verb_and_in_the_environment(
    seorap: Terminal, drawer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_environment = seorap("list")
    monkeypatch.setenv("SEORAP_HOME", str(tmp_path / "another"))

    assert by_environment.code == 0
    assert "lease.md" in by_environment.out
    assert seorap("--library", drawer, "list") == by_environment
    assert seorap("list", "--library", drawer) == by_environment
    assert seorap("--library", tmp_path / "a third", "list", "--library", drawer) == by_environment
    assert str(tmp_path / "another") in seorap("list").complaint()


def test_a_relative_drawer_lies_where_the_command_is_given(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(drawer.parent)

    assert seorap("--library", drawer.name, "status", "--json").row()["home"] == str(drawer)


# --- the way through, for people -------------------------------------------------------------


def test_from_files_to_an_answer(seorap: Terminal, papers: Path) -> None:
    added = seorap("add", papers)
    assert added == Ran(0, "added: lease.md\nadded: 취업규칙.md\n", "Files: 2. Added: 2, unchanged: 0, not added: 0.\n")

    asked = seorap("ask", QUESTION, replies=(f"{REPLY} {INVENTED}",))
    assert asked.code == 0
    answer, cited = asked.out.split("\n\n")
    assert answer == f"{REPLY} [1]\n{INVENTED} (no sentence of your documents says this)"
    assert cited == "[1] lease.md\n    “The tenant pays a deposit of 3,751 euros before moving in.”\n"
    assert asked.err.startswith("Found in: lease.md")

    again = seorap("add", papers)
    assert again == Ran(0, "unchanged: lease.md\nunchanged: 취업규칙.md\n", "Files: 2. Added: 0, unchanged: 2, not added: 0.\n")


def test_several_questions_are_answered_in_turn(seorap: Terminal, drawer: Path) -> None:
    both = seorap("ask", QUESTION, "Who won the cup?", replies=(REPLY, "Not in the documents."))

    assert both.code == 0
    assert both.out.startswith(f"{REPLY} [1]\n")
    assert both.out.endswith("\nNot in your documents.\n")
    assert [line for line in both.err.splitlines() if line.startswith(">")] == [f"> {QUESTION}", "> Who won the cup?"]

    rows = seorap("ask", QUESTION, "Who won the cup?", "--json", replies=(REPLY, "Not in the documents.")).rows()
    assert [(row["question"], row["status"]) for row in rows] == [(QUESTION, "answered"), ("Who won the cup?", "not_found")]


def test_what_the_documents_do_not_say(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("ask", "Who won the cup?", replies=("Not in the documents.",))

    assert (ran.code, ran.out) == (ExitCode.NOT_FOUND, "Not in your documents.\n")
    assert "Nearest passages:" in ran.err


# --- whole documents ---------------------------------------------------------------------------

LEASE_SUMMARY = ("The rent is 1,250.50 euros a month.", REPLY, "Either party may end the lease with three months' notice.")


def test_a_summary_names_its_sections_and_quotes_them(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("summarise", "lease.md", replies=LEASE_SUMMARY)

    assert ran.code == 0
    summary, *quotations = ran.out.split("\n\n")
    assert summary.splitlines()[:2] == ["1. Rent", "  The rent is 1,250.50 euros a month. [1]"]
    assert quotations[0].startswith("[1] lease.md\n    “The rent is 1,250.50 euros a month,")
    assert ran.err.splitlines()[0] == "1 of 3: 1. Rent"
    assert "2 of 3: 2. Deposit (0 s each), about 0 s left" in ran.err


# --- answers as files ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "begins"), [("docx", b"PK"), ("zip", b"PK"), ("pdf", b"%PDF-"), ("md", b"# ")], ids=["docx", "zip", "pdf", "md"]
)
def test_an_answer_is_also_put_into_a_file(seorap: Terminal, drawer: Path, tmp_path: Path, kind: str, begins: bytes) -> None:
    file = tmp_path / f"deposit.{kind.upper()}"

    ran = seorap("ask", QUESTION, "--dossier", file, replies=(REPLY,))

    assert ran.code == 0
    assert REPLY in ran.out
    assert ran.err.splitlines()[-1] == f"Also written to: {file}"
    assert file.read_bytes().startswith(begins)
    assert oct(file.stat().st_mode)[-3:] == "600"
    if kind == "md":
        written = file.read_text(encoding="utf-8")
        assert QUESTION in written
        assert "The tenant pays a deposit of 3,751 euros before moving in." in written
        assert "## 2. Deposit" in written.replace("\\", "")  # what stands around it


def test_pages_are_pictured_in_the_file(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    seorap("add", documents.pdf(tmp_path / "fees.pdf", ["The fee of the notary is 812 euros."]))

    seorap("ask", "What is the fee of the notary?", "--dossier", tmp_path / "fee.zip", replies=("The fee of the notary is 812 euros.",))

    with zipfile.ZipFile(tmp_path / "fee.zip") as made:
        pictures = [name for name in made.namelist() if name.endswith((".jpg", ".png"))]
        assert len(pictures) == 1
        width, height = Image.open(made.open(pictures[0])).size
        assert width > height * 0.6 > 600


def test_what_was_not_found_is_put_into_the_file_too(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    ran = seorap("ask", "Who won?", "--dossier", tmp_path / "won.md", replies=("Not in the documents.",))

    assert ran.code == ExitCode.NOT_FOUND
    assert "Who won?" in (tmp_path / "won.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "verb", [("summarise", "lease.md"), ("compare", "lease.md", "취업규칙.md", "--on", "deposit")], ids=lambda verb: verb[0]
)
def test_work_over_whole_documents_is_put_into_a_file(seorap: Terminal, drawer: Path, tmp_path: Path, verb: tuple[str, ...]) -> None:
    ran = seorap(*verb, "--dossier", tmp_path / "whole.md", replies=LEASE_SUMMARY)

    assert ran.code in (0, ExitCode.NOT_FOUND)
    assert "lease.md" in (tmp_path / "whole.md").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_made_is_told_before_anything_is_asked(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.pdf").write_text("mine")
    for name, cause in (
        (tmp_path / "mine.pdf", "there is a file already"),
        (drawer / "answer.pdf", "it would lie in the drawer"),
        (tmp_path / "no" / "answer.pdf", "No such file or directory"),
        (tmp_path / "answer.html", "none of the files"),
        (tmp_path / "answer", "none of the files"),
    ):
        ran = seorap("ask", QUESTION, "--dossier", name)
        assert (ran.code, cause in ran.complaint()) == (ExitCode.USAGE, True)
        assert str(name) in ran.err
    assert (tmp_path / "mine.pdf").read_text() == "mine"
    assert seorap.model.prompts == []

    several = seorap("ask", QUESTION, "Who won?", "--dossier", tmp_path / "answers.pdf")
    assert several.code == ExitCode.USAGE
    assert "one question at a time" in several.complaint()


def test_a_question_that_fails_leaves_no_empty_file(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    ran = seorap("ask", "   ", "--dossier", tmp_path / "answer.pdf")

    assert ran.code == ExitCode.USAGE
    assert not (tmp_path / "answer.pdf").exists()


def test_a_script_gets_a_summary_like_any_answer(seorap: Terminal, drawer: Path) -> None:
    row = seorap("summarise", "lease.md", "--json", replies=LEASE_SUMMARY).row()

    assert row["status"] == "answered"
    assert isinstance(row["claims"], list)
    assert len(row["claims"]) == 3
    assert isinstance(row["summary"], dict)
    assert (row["summary"]["document"], row["summary"]["share"]) == ("lease.md", 1.0)
    assert [section["title"] for section in row["summary"]["sections"]] == ["1. Rent", "2. Deposit", "3. Notice"]


def test_asking_for_a_summary_is_the_same(seorap: Terminal, drawer: Path) -> None:
    verb = seorap("summarise", "lease.md", replies=LEASE_SUMMARY)
    asked = seorap("ask", "summarise lease.md", replies=LEASE_SUMMARY)

    assert (asked.code, asked.out) == (0, verb.out)


def test_a_comparison_says_what_is_not_stated(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("compare", "lease.md", "취업규칙.md", "--on", "deposit", replies=(REPLY, "Not in the documents."))

    assert ran.code == 0
    assert ran.out.split("\n\n")[0] == f"deposit\n  lease.md: {REPLY} [1]\n  취업규칙.md: not stated"
    assert ran.err.splitlines()[0] == "1 of 2: lease.md: deposit"

    row = seorap("compare", "lease.md", "취업규칙.md", "--on", "deposit", "--json", replies=(REPLY, "Not in the documents.")).row()
    assert row["comparison"] == {"points": ["deposit"], "documents": ["lease.md", "취업규칙.md"], "cells": [[[0], []]]}


def test_a_comparison_without_a_single_statement_found_nothing(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("compare", "lease.md", "취업규칙.md", "--on", "arbitration", replies=("Not in the documents.",) * 2)

    assert ran.code == ExitCode.NOT_FOUND
    assert ran.out.count("not stated") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("summarise", "nowhere.pdf"), "nowhere.pdf: no document of this name is in the drawer"),
        (("compare", "lease.md", "--on", "rent"), "name 2 to 6 documents"),
        (("compare", "lease.md", "취업규칙.md", "--on", " "), "It is not said what the documents are to be compared on"),
        (("compare", "lease.md", "취업규칙.md"), "--on"),
    ],
)
@pytest.mark.usefixtures("drawer")
def test_what_is_not_said_well_is_a_mistake(seorap: Terminal, arguments: tuple[str, ...], said: str) -> None:
    ran = seorap(*arguments)

    assert ran.code == ExitCode.USAGE
    assert said in ran.complaint()


def test_a_list_of_places_needs_no_model(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("ask", "List every clause that mentions the deposit")

    assert ran.code == 0
    assert ran.out.splitlines()[:3] == ["“deposit”: places: 2, documents: 1.", "", "lease.md"]
    assert ran.out.count("\n- “") == 2
    assert "- “The deposit is returned within 30 days after the end of the lease.”" in ran.out

    row = seorap("ask", "모든 병가 조항을 나열해줘", "--json").row()
    assert row["survey"] == {"subject": "병가", "places": 2, "documents": 1, "shown": 2}
    assert seorap("ask", "List all mentions of arbitration").code == ExitCode.NOT_FOUND


def test_found_passages_are_numbered(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("search", "deposit", "-k", "1")

    assert ran.code == 0
    assert ran.out.startswith("1. lease.md\n   ")
    assert "3,751 euros" in ran.out
    assert ran.err == ""


def test_the_list_shows_states_and_reasons(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    seorap("add", tmp_path / "empty.txt")

    ran = seorap("list")

    assert ran.code == 0
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[0].startswith("lease.md  [ready]  ")
    assert lines[1].startswith("취업규칙.md  [ready]  ")
    assert lines[2:] == [
        "empty.txt  [failed]  passages: 0",
        "    empty.txt: the file is empty; check that it was saved or copied completely.",
    ]


def test_what_failed_is_listed_and_tried_again(seorap: Terminal, papers: Path) -> None:
    draft = papers / "draft.txt"
    draft.touch()
    seorap("add", papers)

    listed = seorap("list", "--failed")
    assert listed.out.splitlines()[:2] == [
        "draft.txt  [failed]  passages: 0",
        "    draft.txt: the file is empty; check that it was saved or copied completely.",
    ]
    assert re.fullmatch(r"    Tried at \d{4}-\d\d-\d\d \d\d:\d\d; tried again with: seorap retry", listed.out.splitlines()[2])
    row = seorap("list", "--failed", "--json").row()
    assert isinstance(row["tried"], float)
    assert (row["name"], row["again"]) == ("draft.txt", None)

    assert seorap("retry").code == ExitCode.SOME_DOCUMENTS_FAILED
    draft.write_text("now it has words")
    again = seorap("retry", "--json")
    assert (again.code, [row["outcome"] for row in again.rows()]) == (0, ["added"])
    assert seorap("retry") == Ran(0, "", "Everything in the drawer could be read as a whole.\n")
    assert seorap("list", "--failed").err == "Everything in the drawer could be read as a whole.\n"
    assert seorap("retry", "draft.txt").out == "updated: draft.txt\n"
    assert seorap("retry", "nowhere.txt").code == ExitCode.USAGE


def test_tags_are_shown_and_narrow_the_question(seorap: Terminal, papers: Path) -> None:
    (papers / "Contracts").mkdir()
    (papers / "lease.md").rename(papers / "Contracts" / "lease.md")
    seorap("add", papers)
    library = Library(seorap.home)
    library.manifest.put_folder(WatchedFolder(os.fsencode(papers)))
    library.close()

    assert {str(row["name"]): row["tags"] for row in seorap("list", "--json").rows()} == {"lease.md": ["Contracts"], "취업규칙.md": []}
    assert re.search(r"passages: \d+  #Contracts$", seorap("list").out.splitlines()[1])
    for options in (("--lexical",), ()):
        found = seorap("search", "deposit 휴가", "--tag", "contracts", "--json", *options).row()["passages"]
        assert isinstance(found, list)
        assert {passage["document"] for passage in found} == {"lease.md"}
    assert seorap("ask", QUESTION, "--tag", "CONTRACTS", replies=(REPLY,)).code == 0
    wrong = seorap("ask", QUESTION, "--tag", "Contracts", "--tag", "2024")
    assert (wrong.code, wrong.complaint()[:16]) == (ExitCode.USAGE, "Contracts, 2024:")


@pytest.mark.parametrize(
    ("options", "documents"),
    [
        (("--document", "lease.md"), {"lease.md"}),
        (("--document", "lease.md", "--document", "취업규칙.md"), {"lease.md", "취업규칙.md"}),
        (("--format", "md", "--since", "2020", "--before", "2999-01-01"), {"lease.md", "취업규칙.md"}),
        (("--format", ".MD", "--document", "취업규칙.md"), {"취업규칙.md"}),
    ],
)
def test_options_narrow_the_question(seorap: Terminal, drawer: Path, options: tuple[str, ...], documents: set[str]) -> None:
    for lexical in (("--lexical",), ()):
        found = seorap("search", "deposit 휴가", *options, *lexical, "--json").row()["passages"]
        assert isinstance(found, list)
        assert {passage["document"] for passage in found} == documents
    asked = seorap("ask", QUESTION, *options, "--json", replies=(REPLY,)).row()
    assert isinstance(asked["passages"], list)
    assert {passage["document"] for passage in asked["passages"]} == documents


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--document", "nothing.md"), "nothing.md: no document of this name"),
        (("--format", "pdf"), "pdf: no document in the drawer fits all of this"),
        (("--folder", "contracts"), "contracts: no document in the drawer fits all of this"),
        (("--since", "2998-01-01"), "≥ 2998-01-01: no document in the drawer fits all of this"),
        (("--since", "soon"), "Invalid value for --since: 'soon' is not a date such as 2026-03-01"),
    ],
)
def test_what_nothing_fits_is_said(seorap: Terminal, drawer: Path, options: tuple[str, ...], said: str) -> None:
    for verb in ("search", "ask"):
        refused = seorap(verb, QUESTION, *options)
        assert (refused.code, refused.complaint()[: len(said)]) == (ExitCode.USAGE, said)


def test_a_folder_narrows_the_question(seorap: Terminal, papers: Path) -> None:
    (papers / "Contracts").mkdir()
    (papers / "lease.md").rename(papers / "Contracts" / "lease.md")
    seorap("add", papers)

    for folder in ("contracts", papers / "Contracts"):
        found = seorap("search", "deposit 휴가", "--folder", folder, "--json").row()
        assert {passage["document"] for passage in found["passages"]} == {"lease.md"}  # type: ignore[attr-defined]  # a list of rows
        assert found["only_in"] == {"folders": [str(folder)]}


def test_what_the_question_says_of_the_documents_is_told_and_can_be_undone(seorap: Terminal, drawer: Path) -> None:
    question = f"According to lease.md, {QUESTION[0].lower()}{QUESTION[1:]}"

    asked = seorap("ask", question, replies=(REPLY,))
    assert (asked.code, asked.err.splitlines()[:2]) == (0, [f"Understood as: {QUESTION}", "Only in: lease.md"])
    row = seorap("ask", question, "--json", replies=(REPLY,)).row()
    assert (row["question"], row["understood_as"], row["only_in"]) == (question, QUESTION, {"documents": ["lease.md"]})

    typed = seorap("ask", question, "--as-typed", "--json", replies=(REPLY,)).row()
    assert "understood_as" not in typed
    assert "only_in" not in typed


def test_a_later_question_follows_on_when_asked_to(seorap: Terminal, drawer: Path) -> None:
    again = "When is it returned?"
    replies = (REPLY, "When is the deposit returned?", "The deposit is returned within 30 days.")

    both = seorap("ask", "-f", QUESTION, again, replies=replies)
    assert both.code == 0
    assert "Understood as: When is the deposit returned?" in both.err.splitlines()
    assert "The deposit is returned within 30 days. [1]" in both.out
    rows = seorap("ask", "--follow-up", QUESTION, again, "--json", replies=replies).rows()
    assert [(row["question"], row.get("understood_as")) for row in rows] == [(QUESTION, None), (again, "When is the deposit returned?")]

    apart = seorap("ask", QUESTION, again, "--json", replies=(REPLY, "The deposit is returned within 30 days.")).rows()
    assert "understood_as" not in apart[1]


def test_a_quoted_phrase_must_stand_there(seorap: Terminal, drawer: Path) -> None:
    for verb, options in (("ask", ()), ("search", ()), ("search", ("--lexical",))):
        missing = seorap(verb, "What is the “deposit of 3,752 euros”?", *options)
        assert missing.code == ExitCode.NOT_FOUND
        assert "no passage holds all of this word for word: “deposit of 3,752 euros”" in (missing.out or missing.err)
    found = seorap("search", 'What is the "deposit of 3,751 euros"?', "--json").row()
    assert found["phrases"] == ["deposit of 3,751 euros"]
    assert all("deposit of 3,751 euros" in passage["text"] for passage in found["passages"])  # type: ignore[attr-defined]  # a list of rows


def test_an_empty_drawer_says_how_to_fill_it(seorap: Terminal) -> None:
    Library(seorap.home).close()

    assert seorap("list") == Ran(0, "", "The drawer is empty. Put documents in with: seorap add PATH\n")


def test_removing_takes_it_out_of_the_drawer_only(seorap: Terminal, papers: Path) -> None:
    seorap("add", papers)

    assert seorap("remove", "취업규칙.md") == Ran(0, "취업규칙.md: taken out of the drawer; the file itself was left alone.\n", "")

    assert (papers / "취업규칙.md").read_text(encoding="utf-8") == RULES
    assert [row["name"] for row in seorap("list", "--json").rows()] == ["lease.md"]
    assert seorap("search", "병가", "--lexical").code == ExitCode.NOT_FOUND
    assert seorap("remove", papers / "lease.md", "--json").row() == {"removed": "lease.md"}
    assert seorap("check").out == "All is well. Documents: 0, passages: 0.\n"


# --- erasing -----------------------------------------------------------------------------------


def _answer(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Somebody at a terminal who types this."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)


def _said(ran: Ran) -> str:
    """stderr but for the lines of progress."""
    return "".join(line for line in ran.err.splitlines(keepends=True) if not re.fullmatch(r".*: \d+ %\n", line))


def test_erasing_prints_a_certificate(seorap: Terminal, drawer: Path) -> None:
    path = Path(str(seorap("list", "--json").rows()[0]["places"][0]))  # type: ignore[index]  # a list of paths

    ran = seorap("erase", "lease.md")

    assert (ran.code, _said(ran)) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == ["Certificate of deletion", "Document: lease.md", f"Found at: {path}"]
    assert lines[3] == f"SHA-256 of its bytes: {hashlib.sha256(path.read_bytes()).hexdigest()}"
    assert re.fullmatch(r"Searched afterwards: every byte of \d+ files \(\d+ bytes\) for \d+ samples of .*; none was found\.", lines[-2])
    assert lines[-1].startswith("Not covered: the file from which it was read, backups")
    assert [row["name"] for row in seorap("list", "--json").rows()] == ["취업규칙.md"]
    assert seorap("search", "deposit", "--lexical").code == ExitCode.NOT_FOUND
    assert path.read_text(encoding="utf-8") == LEASE
    assert seorap("check").out.startswith("All is well. Documents: 1, ")
    assert seorap("erase", "lease.md").code == ExitCode.USAGE


def test_json_of_erasing(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("erase", "lease.md", "--json")

    assert (ran.code, _said(ran)) == (0, "")
    row = ran.row()
    assert list(row) == [
        "seorap",
        "drawer",
        "names",
        "places",
        "sha256",
        "format",
        "pages",
        "passages",
        "vectors",
        "size_bytes",
        "uploads_removed",
        "upload_bytes",
        "manifest_bytes_before",
        "erased",
        "manifest_bytes_after",
        "index_before",
        "index_after",
        "files_searched",
        "bytes_searched",
        "samples",
        "not_covered",
    ]
    assert (row["names"], row["passages"]) == (["lease.md"], row["vectors"])
    assert row["not_covered"] == ["source files", "backups and other copies", "free blocks of the disk", "memory and swap"]


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_the_certificate_goes_into_a_file_that_is_new(
    seorap: Terminal, drawer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    file = tmp_path / "certificate"
    file.write_text("mine")
    refused = seorap("erase", "lease.md", "--certificate", file, *options)
    assert refused.code == ExitCode.USAGE
    assert refused.complaint() == (
        f"{file}: the certificate could not be written there (there is a file already), so nothing was erased; name another file."
    )
    assert file.read_text() == "mine"
    inside = seorap("erase", "lease.md", "--certificate", drawer / "certificate", *options)
    assert (inside.code, "it would lie in the drawer" in inside.complaint()) == (ExitCode.USAGE, True)
    nowhere = seorap("erase", "lease.md", "--certificate", tmp_path / "no" / "certificate", *options)
    assert "No such file or directory" in nowhere.complaint()
    with monkeypatch.context() as patch:
        patch.setattr("rag.library.library._LEAST_FREE_BYTES", 1 << 62)
        assert seorap("erase", "lease.md", "--certificate", tmp_path / "new", *options).complaint().startswith("The disk that holds")
    assert not (tmp_path / "new").exists()
    assert len(seorap("list", "--json").rows()) == 2

    ran = seorap("erase", "lease.md", "--certificate", tmp_path / "new", *options)

    assert ran.code == 0
    assert (tmp_path / "new").read_text(encoding="utf-8") == ran.out
    assert oct((tmp_path / "new").stat().st_mode)[-3:] == "600"


def test_somebody_at_a_terminal_is_asked_first(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in ("\n", "n\n", "", "maybe\n"):
        _answer(monkeypatch, answer)
        declined = seorap("erase", "lease.md", "--json")
        assert declined == Ran(ExitCode.FAILED, "", "Erase lease.md for good? [y/N] Nothing was erased.\n")
    assert len(seorap("list", "--json").rows()) == 2
    _answer(monkeypatch, "")
    assert _said(seorap("erase", "취업규칙.md", "--yes")) == ""
    monkeypatch.setenv("SEORAP_LANGUAGE", "ko")
    _answer(monkeypatch, "y\n")

    ran = seorap("erase", "lease.md")

    assert ran.code == 0
    assert ran.err.startswith("lease.md을(를) 완전히 지울까요? [y/N] ")
    assert ran.out.splitlines()[0] == "삭제 증명서"


@pytest.mark.parametrize("paused", [False, True], ids=["watched", "paused"])
def test_a_file_that_would_come_back_is_named(seorap: Terminal, papers: Path, paused: bool) -> None:
    seorap("add", papers)
    library = Library(seorap.home)
    library.manifest.put_folder(WatchedFolder(os.fsencode(papers), paused=paused))
    library.close()
    (papers / "취업규칙.md").unlink()

    ran = seorap("erase", "lease.md", "--json")

    assert (ran.code, ran.row()["names"]) == (0, ["lease.md"])
    assert _said(ran) == (
        f"{papers / 'lease.md'} lies in the watched folder {papers} and would be taken in again: move it elsewhere, or name it in a "
        ".seorapignore there.\n"
    )
    assert _said(seorap("erase", "취업규칙.md")) == ""  # it is not there


def test_an_erasure_that_was_stopped_is_gone_on_with(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Library) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rag.library.manifest.Manifest.pack", interrupted)
        ran = seorap("erase", "lease.md")
    assert (ran.code, ran.out) == (ExitCode.FAILED, "")
    assert _said(ran) == (
        "\nStopped. lease.md is out of the drawer; the next command that opens the drawer goes on taking it out of the files, without a "
        "certificate.\n"
    )
    assert "An erasure of 20" in seorap("status").out
    assert str(seorap("status", "--json").row()["erasing"]).startswith("20")

    assert seorap("check").out.startswith("All is well. Documents: 1, ")
    assert seorap("status", "--json").row()["erasing"] is None


def test_an_erasure_that_stops_before_it_begins_is_like_any_other_interruption(
    seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.library.erase.foreign_files", interrupted)

    assert _said(seorap("erase", "lease.md")) == "\nStopped. What is done is kept; run the same command again to go on.\n"
    assert len(seorap("list", "--json").rows()) == 2


def test_what_is_stopped_after_the_certificate_takes_nothing_back(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Library, "fill_index", interrupted)
        ran = seorap("erase", "lease.md")

    assert (ran.code, ran.out.splitlines()[0]) == (0, "Certificate of deletion")
    assert _said(ran).endswith("searching works without it.\n")
    assert seorap("check").out.startswith("All is well. Documents: 1, ")


def test_a_certificate_that_finds_no_room_is_printed_all_the_same(
    seorap: Terminal, drawer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> NoReturn:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ui.cli.erase.os.fsync", full)
        ran = seorap("erase", "lease.md", "--certificate", tmp_path / "certificate")

    assert (ran.code, ran.out.splitlines()[0]) == (ExitCode.FAILED, "Certificate of deletion")
    assert "(No space left on device), though the document is erased" in _said(ran)


def test_what_keeps_an_erasure_from_ending_is_said_in_both_languages(
    seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.library._READERS_MAY_TAKE_S", 0.0)
    reader = sqlite3.connect(f"{(drawer / 'manifest.sqlite3').as_uri()}?mode=ro", uri=True, isolation_level=None)
    Library(drawer).close()
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM pages").fetchone()

    ran = seorap("erase", "lease.md")
    monkeypatch.setenv("SEORAP_LANGUAGE", "ko")
    again = seorap("erase", "취업규칙.md")

    assert (ran.code, again.code) == (ExitCode.FAILED, ExitCode.FAILED)
    assert (ran.out, again.out) == ("", "")
    assert _said(ran).startswith("lease.md: it is out of the drawer, but its remains are not all out of the files (another program is")
    assert "다른 프로그램이 서랍을 읽고 있음" in _said(again)
    reader.close()
    assert seorap("check").out.startswith("이상 없음: 문서 0개")


def test_watching_once_makes_the_drawer_equal_to_the_folder(seorap: Terminal, papers: Path) -> None:
    first = seorap("watch", papers, "--once")
    assert (first.code, first.out) == (0, "added: lease.md\nadded: 취업규칙.md\n")
    assert first.err == f"Looked through {papers}; the drawer is equal to it.\n"

    (papers / "취업규칙.md").unlink()
    (papers / "lease.md").write_text(LEASE.replace("3,751", "4,000"), encoding="utf-8")
    (papers / "empty.txt").touch()
    second = seorap("watch", papers, "--once", "--json")

    assert second.code == ExitCode.SOME_DOCUMENTS_FAILED
    assert [(Path(str(row["path"])).name, row["outcome"]) for row in second.rows()] == [("empty.txt", "failed"), ("lease.md", "updated")]
    assert sorted((row["name"], row["state"]) for row in seorap("list", "--json").rows()) == [
        ("empty.txt", "failed"),
        ("lease.md", "ready"),
    ]


def test_watched_folders_are_shown_and_forgotten(seorap: Terminal, drawer: Path, papers: Path) -> None:
    assert seorap("watch").err == "No folder is watched. Watch one with: seorap watch DIR\n"
    library = Library(drawer)
    library.manifest.put_folder(WatchedFolder(os.fsencode(papers), exclude=("*.tmp",)))
    library.close()

    assert seorap("watch").out == f"{papers}  [watched]\n"
    (row,) = seorap("watch", "--json").rows()
    assert (row["folder"], row["exclude"], row["paused"], row["reachable"]) == (str(papers), ["*.tmp"], False, True)

    assert seorap("status", "--json").row()["folders"] == [{"folder": str(papers), "paused": False, "reachable": True}]
    assert f"\n{papers}  [watched]\n" in seorap("status").out

    assert seorap("watch", papers, "--forget").err == f"{papers}: watched no longer; its documents stay in the drawer.\n"
    assert seorap("watch", papers, "--forget").err == f"{papers}: this folder was not watched.\n"
    assert seorap("watch", "--json").rows() == []
    assert len(seorap("list", "--json").rows()) == 2


def test_documents_of_a_folder_that_is_not_there_are_marked(seorap: Terminal, drawer: Path) -> None:
    library = Library(drawer)
    papers = Path(library.documents()[0].places[0]).parent
    library.manifest.put_folder(WatchedFolder(os.fsencode(papers)))
    library.manifest.note_sweep(os.fsencode(papers), device=None)
    library.close()

    assert seorap("list").out.count(f"    {terminal.ENGLISH['document_away']}\n") == 2
    assert [row["away"] for row in seorap("list", "--json").rows()] == [True, True]
    assert f"{papers}  [{terminal.ENGLISH['folder_unreachable']}]\n" in seorap("status").out


def test_status_says_what_could_not_be_read(seorap: Terminal, drawer: Path, papers: Path) -> None:
    (papers / "empty.md").touch()
    seorap("add", papers / "empty.md")

    assert terminal.ENGLISH["not_whole"].format(count=1) + "\n" in seorap("status").out


def test_a_mistyped_folder_is_not_watched(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("watch", drawer / "nowhere")

    assert (ran.code, ran.complaint()) == (
        ExitCode.SOME_DOCUMENTS_FAILED,
        f"{drawer / 'nowhere'}: there is no such folder; check the path.",
    )
    assert seorap("watch", "--json").rows() == []


def test_what_is_left_out_of_a_folder_is_said(seorap: Terminal, papers: Path) -> None:
    (papers / "film.mkv").touch()
    (papers / "gone.md").symlink_to("nowhere")

    ran = seorap("add", papers)

    assert ran.code == 0
    assert "Left out, being of kinds that are not read: 1 – .mkv (1)." in ran.err
    assert "gone.md: this is not an ordinary file" in ran.err


def test_rebuilding_goes_over_to_another_embedder(seorap: Terminal, drawer: Path) -> None:
    seorap.embedder = WordHashEmbedder("another")
    refused = seorap("search", "deposit")
    assert refused.code == ExitCode.FAILED
    assert refused.complaint().startswith(
        "The drawer's vectors were made with word-hash, but the settings name another; run `seorap rebuild`"
    )

    rebuilt = seorap("rebuild")
    assert rebuilt.code == 0
    assert rebuilt.out.startswith("Rebuilt. Documents: 2, ")
    assert seorap.embedder.embedded > 0

    assert seorap("search", "deposit").code == 0
    assert seorap("check").out.startswith("All is well. Documents: 2, ")


def test_without_weights_a_search_goes_by_words_and_says_so(seorap: Terminal, drawer: Path) -> None:
    seorap.without_weights()

    ran = seorap("search", "deposit")

    assert ran.code == 0
    assert "3,751 euros" in ran.out
    (line,) = ran.err.splitlines()
    assert line.startswith("Searching by words only: The files of the model ")
    assert line.endswith("run `seorap weights --install`.")


def test_an_interruption_is_a_sentence(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Library) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "faults", interrupted)

    ran = seorap("check")

    assert (ran.code, ran.out) == (ExitCode.FAILED, "")
    assert ran.err == "\nStopped. What is done is kept; run the same command again to go on.\n"


# --- the way through, for programs -----------------------------------------------------------


def test_json_of_add_list_and_remove(seorap: Terminal, papers: Path) -> None:
    (papers / "empty.txt").touch()

    added = seorap("add", papers, "--json")
    assert [(Path(str(row["path"])), row["outcome"]) for row in added.rows()] == [
        (papers / "empty.txt", "failed"),
        (papers / "lease.md", "added"),
        (papers / "취업규칙.md", "added"),
    ]
    assert [list(row) for row in added.rows()] == [["path", "outcome", "passages", "reason"]] * 3
    assert [row["reason"] for row in added.rows()] == [
        "empty.txt: the file is empty; check that it was saved or copied completely.",
        None,
        None,
    ]
    assert added.err == "Files: 3. Added: 2, unchanged: 0, not added: 1.\n"

    listed = seorap("list", "--json")
    assert (listed.code, listed.err) == (0, "")
    assert [(row["name"], row["state"], row["format"], row["places"]) for row in listed.rows()] == [
        ("empty.txt", "failed", "", [str(papers / "empty.txt")]),
        ("lease.md", "ready", "markdown", [str(papers / "lease.md")]),
        ("취업규칙.md", "ready", "markdown", [str(papers / "취업규칙.md")]),
    ]
    assert listed.rows()[1].keys() == {
        "doc_id",
        "name",
        "places",
        "state",
        "format",
        "pages",
        "passages",
        "size_bytes",
        "added",
        "reason",
        "tags",
        "tried",
        "away",
        "again",
        "recognised_pages",
        "confidence",
        "changed",
    }

    assert seorap("remove", "lease.md", "--json") == Ran(0, '{"removed": "lease.md"}\n', "")


def test_json_of_status_and_check(seorap: Terminal, drawer: Path) -> None:
    status = seorap("status", "--json")
    assert (status.code, status.err) == (0, "")
    row = status.row()
    assert list(row) == ["home", "documents", "passages", "waiting_for_index", "not_whole", "erasing", "folders", "weights"]
    assert (row["home"], row["documents"]) == (str(drawer), 2)
    weights = row["weights"]
    assert isinstance(weights, list)
    assert {tuple(weight) for weight in weights} == {("role", "name", "present", "path")}

    check = seorap("check", "--json")
    assert (check.code, check.err) == (0, "")
    assert check.row() == {"faults": [], "documents": 2, "passages": row["passages"], "waiting_for_index": 0}


@pytest.mark.parametrize("options", [(), ("--lexical",)], ids=["both ways", "by words"])
def test_json_of_search(seorap: Terminal, drawer: Path, options: tuple[str, ...]) -> None:
    ran = seorap("search", "deposit", "-k", "1", "--json", *options)

    assert (ran.code, ran.err) == (0, "")
    assert list(ran.row()) == ["question", "passages"]
    passages = ran.row()["passages"]
    assert isinstance(passages, list)
    (passage,) = passages
    assert passage.keys() == {"document", "page", "page_end", "text", "score"}
    assert (passage["document"], passage["page"]) == ("lease.md", None)


def test_json_of_a_full_check(seorap: Terminal, papers: Path) -> None:
    seorap("add", papers)
    (papers / "lease.md").unlink()

    ran = seorap("check", "--full", "--json")

    row = ran.row()
    assert ran.code == 0
    assert list(row) == ["faults", "documents", "passages", "waiting_for_index", "notes", "files", "bytes_read"]
    assert (row["faults"], row["files"], row["bytes_read"]) == ([], 1, (papers / "취업규칙.md").stat().st_size)
    assert row["notes"] == [{"path": str(papers / "lease.md"), "note": "gone"}]
    assert "the file is no longer there" in seorap("check", "--full").out


def test_json_of_ask(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("ask", QUESTION, "--json", replies=(f"{REPLY} {INVENTED}",))

    row = ran.row()
    timings, passages, citations = row.pop("timings"), row.pop("passages"), row.pop("citations")
    assert ran.code == 0
    assert ran.err.startswith("Found in: lease.md")
    assert row == {
        "question": QUESTION,
        "status": "partial",
        "answer": REPLY,
        "claims": [
            {"text": REPLY, "supported": True, "citations": [0]},
            {"text": INVENTED, "supported": False, "citations": [], "doubt": "words"},
        ],
        "model": "scripted",
        "embedder": "word-hash",
    }
    quote = "The tenant pays a deposit of 3,751 euros before moving in."
    start = LEASE.index(quote)
    assert citations == [
        {
            "document": "lease.md",
            "page": None,
            "page_end": None,
            "quote": quote,
            "start": start,
            "end": start + len(quote),
            "boxes": [],
            "recognised": None,
        }
    ]
    assert isinstance(passages, list)
    assert {key for passage in passages for key in passage} == {"document", "page", "page_end", "text", "score"}
    assert isinstance(timings, dict)
    assert list(timings) == ["retrieval_ms", "first_token_ms", "total_ms", "prompt_tokens", "answer_tokens"]
    assert timings["answer_tokens"] == len(f"{REPLY} {INVENTED}")
    assert 0 < timings["retrieval_ms"] <= timings["first_token_ms"] <= timings["total_ms"]


def test_json_of_an_answer_that_is_not_there(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("ask", "Who won the cup?", "--json", replies=("Not in the documents.",))

    assert ran.code == ExitCode.NOT_FOUND
    assert [ran.row()[key] for key in ("status", "answer", "claims", "citations")] == ["not_found", "", [], []]


def test_evaluation_goes_on_where_it_was(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    cases, out = tmp_path / "cases.jsonl", tmp_path / "results.jsonl"
    cases.write_text("".join(json.dumps({"id": name, "question": QUESTION}) + "\n" for name in "abc"), encoding="utf-8")

    first = seorap("eval", cases, "--out", out, "--limit", "2", "--search-only")
    assert (first.code, first.out) == (0, "")
    assert "There is nothing to score" in first.err
    assert f"New results in {out}: 2." in first.err
    assert f"New results in {out}: 0." in seorap("eval", cases, "--out", out, "--limit", "2", "--search-only").err
    assert f"New results in {out}: 1." in seorap("eval", cases, "--out", out, replies=(REPLY,)).err

    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["id"], "answer" in row) for row in rows] == [("a", False), ("b", False), ("c", True)]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """One that the documents answer, one that they do not, one of which nothing is known."""
    evidence = [{"document": "lease.md", "text": "The tenant pays a deposit of 3,751 euros before moving in."}]
    rows = (
        {"id": "a", "question": QUESTION, "answers": ["3,751 euros"], "evidence": evidence},
        {"id": "b", "question": "사내 식당은 몇 층인가요?", "answerable": False},
        {"id": "c", "question": "Why?"},
    )
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_evaluation_tells_how_good_the_answers_are(seorap: Terminal, drawer: Path, cases: Path, tmp_path: Path) -> None:
    replies = (REPLY, "문서에 없습니다.", "Not in the documents.")

    ran = seorap("eval", cases, "--out", tmp_path / "results.jsonl", "--json", replies=replies)

    row = ran.row()
    assert ran.code == 0
    assert {name: row[name] for name in row if name not in ("ms", "tokens")} == {
        "cases": 2,
        "answers": 2,
        "hit@1": 1.0,
        "hit@5": 1.0,
        "hit@10": 1.0,
        "mrr@10": 1.0,
        "evidence@600": 1.0,
        "contains_gold": 1.0,
        "f1": round(2 * 3 / (6 + 3), 3),
        "verdict_accuracy": None,
        "refusal_precision": 1.0,
        "refusal_recall": 1.0,
        "refused_answerable": 0.0,
        "answered_with_citation": 1.0,
        "citation_hits_evidence": 1.0,
        "quotes_verbatim": 1.0,
    }
    assert isinstance(row["ms"], dict)
    assert isinstance(row["tokens"], dict)
    assert list(row["ms"]) == ["first_token_ms", "retrieval_ms", "total_ms"]
    assert list(row["tokens"]) == ["answer_tokens", "prompt_tokens"]


@pytest.mark.parametrize(
    ("language", "sentence", "label"),
    [
        ("en", "2 cases say what is right, 0 of them were answered or refused.", "the first passage holds the evidence (1)"),
        ("ko", "정답이 적힌 문항 2개, 그 가운데 답하거나 거절한 문항 0개.", "첫 단락에 근거가 있음 (1)"),
    ],
)
def test_figures_are_told_in_the_reader_s_language(
    seorap: Terminal, drawer: Path, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str, label: str
) -> None:
    monkeypatch.setenv("SEORAP_LANGUAGE", language)

    ran = seorap("eval", cases, "--out", tmp_path / "results.jsonl", "--search-only")

    head, *lines = ran.out.splitlines()
    assert head.startswith(sentence)
    assert lines[0].split(maxsplit=2) == ["hit@1", "1.000", label]
    assert [line.split()[0] for line in lines] == ["hit@1", "hit@5", "hit@10", "mrr@10", "evidence@600", "retrieval_ms"]


@pytest.mark.parametrize("words", terminal.IN.values(), ids=terminal.IN)
def test_every_figure_has_its_words(words: terminal.Words) -> None:
    assert {figure.value for figure in Figure} <= set(words)


def test_results_never_go_into_the_cases(seorap: Terminal, drawer: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": "a", "question": "Why?"}', encoding="utf-8")

    ran = seorap("eval", cases, "--out", cases)

    assert ran.code == ExitCode.USAGE
    assert ran.complaint() == f"{cases}: results cannot be added to this file (these are the cases); name another with --out."
    assert cases.read_text(encoding="utf-8") == '{"id": "a", "question": "Why?"}'


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(("list", "--colour"), "No such option: --colour", id="unknown option"),
        pytest.param(("fetch",), "No such command 'fetch'", id="unknown verb"),
        pytest.param(("--library", "/tmp"), "Missing command", id="no verb"),
        pytest.param(("ask",), "Missing argument 'TEXT...'", id="nothing asked"),
        pytest.param(("add",), "Missing argument 'PATH...'", id="nothing to add"),
        pytest.param(("search", "deposit", "-k", "0"), "Invalid value for '-k'", id="out of bounds"),
    ],
)
def test_a_mistyped_command_is_explained_in_one_line(seorap: Terminal, arguments: tuple[str, ...], complaint: str) -> None:
    ran = seorap(*arguments)

    assert ran.code == ExitCode.USAGE
    assert ran.complaint().startswith(complaint)
    assert ran.complaint().endswith("; see `seorap --help`.")


@pytest.mark.parametrize("verb", ["ask", "search"])
def test_an_empty_question_is_refused(seorap: Terminal, drawer: Path, verb: str) -> None:
    ran = seorap(verb, " \n")

    assert ran.code == ExitCode.USAGE
    assert ran.complaint() == "The question is empty; write what you want to know."


def test_a_document_that_is_not_there_cannot_be_removed(seorap: Terminal, drawer: Path) -> None:
    ran = seorap("remove", "{0}.pdf", "--json")

    assert ran.code == ExitCode.USAGE
    assert ran.complaint() == "{0}.pdf: no document of this name is in the drawer; see the list of documents (`seorap list`)."


def test_two_documents_of_one_name_are_told_apart_by_their_path(seorap: Terminal, tmp_path: Path) -> None:
    for folder, text in (("a", "One thing."), ("b", "Another thing.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(text, encoding="utf-8")
    seorap("add", tmp_path / "a", tmp_path / "b")

    refused = seorap("remove", "note.txt")
    assert refused.code == ExitCode.USAGE
    assert refused.complaint().startswith("note.txt: 2 documents have this name;")

    assert seorap("remove", tmp_path / "b" / "note.txt").code == 0
    assert [row["places"] for row in seorap("list", "--json").rows()] == [[str(tmp_path / "a" / "note.txt")]]


def test_settings_that_are_wrong_are_named(seorap: Terminal, drawer: Path) -> None:
    (drawer / "seorap.toml").write_text("[retrieval]\npasages = 3\n", encoding="utf-8")

    ran = seorap("list")

    assert ran.code == ExitCode.USAGE
    assert f"{drawer / 'seorap.toml'} are not valid: retrieval.pasages" in ran.complaint()


def test_files_that_fail_stop_nothing(seorap: Terminal, papers: Path) -> None:
    (papers / "empty.txt").touch()

    ran = seorap("add", papers / "missing.pdf", papers / "empty.txt", papers / "lease.md")

    assert ran.code == ExitCode.SOME_DOCUMENTS_FAILED
    assert ran.out.splitlines() == [
        f"not added: {papers / 'missing.pdf'}: there is no such file; check the path.",
        "not added: empty.txt: the file is empty; check that it was saved or copied completely.",
        "added: lease.md",
    ]
    assert seorap("search", "deposit", "--lexical").code == 0


@pytest.mark.parametrize("options", [(), ("--lexical",)], ids=["both ways", "by words"])
def test_a_search_that_finds_nothing(seorap: Terminal, options: tuple[str, ...]) -> None:
    Library(seorap.home).close()

    assert seorap("search", "deposit", *options) == Ran(ExitCode.NOT_FOUND, "", "Not in your documents.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "."),
        ("remove", "lease.md"),
        ("erase", "lease.md"),
        ("search", "deposit"),
        ("ask", QUESTION),
        ("watch", ".", "--once"),
        ("check",),
        ("rebuild",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_drawer_in_use_is_refused_in_words(seorap: Terminal, drawer: Path, owner: int, arguments: tuple[str, ...]) -> None:
    ran = seorap(*arguments, "--json")

    assert ran.code == ExitCode.IN_USE
    assert (
        ran.complaint()
        == f"The drawer {drawer} is in use by another Seorap (process {owner}); close that one, or use its page (its address: seorap address)."
    )


def test_a_drawer_in_use_can_still_be_looked_into(seorap: Terminal, owner: int) -> None:
    assert [row["name"] for row in seorap("list", "--json").rows()] == ["lease.md", "취업규칙.md"]
    assert seorap("status", "--json").row()["documents"] == 2
    assert seorap("search", "deposit", "--lexical").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("status",),
        ("search", "deposit"),
        ("search", "deposit", "--lexical"),
        ("ask", QUESTION),
        ("remove", "lease.md"),
        ("erase", "lease.md"),
        ("check",),
        ("rebuild",),
    ],
    ids=" ".join,
)
def test_a_drawer_that_is_not_there_is_not_made_by_looking_for_it(seorap: Terminal, arguments: tuple[str, ...]) -> None:
    ran = seorap(*arguments)

    assert ran.code == ExitCode.FAILED
    assert ran.complaint() == f"There is no drawer at {seorap.home} yet; put documents in with `seorap add PATH`."
    assert not seorap.home.exists()


@pytest.mark.parametrize("arguments", [("ask", QUESTION), ("add", ".")], ids=lambda arguments: arguments[0])
def test_missing_weights_are_named_with_the_remedy(seorap: Terminal, drawer: Path, arguments: tuple[str, ...]) -> None:
    seorap.without_weights()

    ran = seorap(*arguments)

    assert ran.code == ExitCode.FAILED
    assert ran.complaint().startswith("The files of the model ")
    assert ran.complaint().endswith(f" are not in {seorap.home.parent / 'no weights'}; run `seorap weights --install`.")


def test_the_doctor_does_not_call_a_drawer_well_that_it_has_not_seen(seorap: Terminal) -> None:
    ran = seorap("doctor")

    assert ran.code == ExitCode.FAILED
    assert "ok" not in ran.out
    assert f"There is no drawer at {seorap.home} yet" in ran.err
    assert not seorap.home.exists()


# --- in Korean -------------------------------------------------------------------------------


def _by_environment(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEORAP_LANGUAGE", "ko")


def _by_system(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")


def _by_settings(seorap: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (seorap.home / "seorap.toml").write_text('language = "ko"\n', encoding="utf-8")


@pytest.mark.parametrize("choose", [_by_environment, _by_system, _by_settings])
def test_in_korean_failures_are_korean(
    seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch, choose: Callable[[Terminal, pytest.MonkeyPatch], None]
) -> None:
    choose(seorap, monkeypatch)

    assert seorap("ask", " ").complaint() == "질문이 비어 있습니다. 알고 싶은 것을 적어 주세요."
    assert (
        seorap("remove", "없음.pdf").complaint()
        == "없음.pdf: 서랍에 이런 이름의 문서가 없습니다. 문서 목록(`seorap list`)에서 확인해 주세요."
    )


def test_in_korean_everything_else_is_korean(seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEORAP_LANGUAGE", "ko")

    assert seorap("list", "--colour").complaint() == "명령이 올바르지 않습니다(No such option: --colour). `seorap --help`를 봐 주세요."
    assert seorap("search", "zzz", "--lexical").err == "문서에 없는 내용입니다.\n"
    assert seorap("list", "--json").rows()[0]["state"] == "ready"  # what scripts read stays the same
    seorap.without_weights()
    assert seorap("ask", QUESTION).complaint().endswith("`seorap weights --install`로 받아 주세요.")


def test_wrong_settings_are_told_in_the_language_of_the_environment(
    seorap: Terminal, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEORAP_LANGUAGE", "ko")
    (drawer / "seorap.toml").write_text("language = 3\n", encoding="utf-8")

    assert seorap("list").complaint().startswith(f"{drawer / 'seorap.toml'}의 설정이 올바르지 않습니다: language")


# --- nothing from outside steers the terminal ------------------------------------------------


@pytest.fixture
def hostile(seorap: Terminal, tmp_path: Path) -> Path:
    """``seorap`` with a document whose name and text hold escape sequences. What a name holds is kept; of a text, only directions are."""
    path = tmp_path / f"in{ESCAPES}voice\nadded: fake.md"
    path.write_text(LEASE.replace("3,751 euros", f"3,751{ESCAPES} euros"), encoding="utf-8")
    assert seorap("add", path).code == 0
    return path


def test_names_and_texts_cannot_steer_the_terminal(seorap: Terminal, hostile: Path) -> None:
    missing = f"{hostile.name}.missing"
    for ran in (
        seorap("list"),
        seorap("search", "deposit"),
        seorap("ask", QUESTION, replies=(f"The deposit is {ESCAPES}3,751 euros.",)),
        seorap("ask", "Who won?", replies=("Not in the documents.",)),
        seorap("add", hostile),
        seorap("add", missing),
        seorap("list", f"--{ESCAPES}"),
        seorap("remove", missing),
        seorap("erase", missing),
        seorap("watch", missing, "--once"),
        seorap("erase", hostile.name, "--certificate", hostile.with_name("certificate")),
    ):
        assert ran.out + ran.err != ""
        assert _steering(ran.out + ran.err) == set()
        assert "\nadded: fake" not in ran.out + ran.err


def test_json_holds_them_as_escapes(seorap: Terminal, hostile: Path) -> None:
    listed = seorap("list", "--json")
    found = seorap("search", "deposit", "--json")
    asked = seorap("ask", QUESTION, "--json", replies=(REPLY,))

    for ran in (listed, found, asked):
        assert _steering(ran.out + ran.err) == set()
        assert "�" not in ran.out
    assert listed.row()["name"] == hostile.name
    for row in (found.row(), asked.row()):
        passages = row["passages"]
        assert isinstance(passages, list)
        assert {passage["document"] for passage in passages} == {hostile.name}
        assert any("\u202e" in passage["text"] for passage in passages)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are always text")
def test_a_name_that_is_no_text_is_shown_all_the_same(seorap: Terminal, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path / "caf") + b"\xe9.txt"
    Path(os.fsdecode(path)).write_text("The deposit is 3,751 euros.", encoding="utf-8")

    added = seorap("add", os.fsdecode(path), "--json")

    assert added.code == 0
    assert os.fsencode(str(added.row()["path"])) == path
    assert seorap("list").out.startswith("caf�.txt  [ready]")


# --- quick verbs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [("--help",), ("list",), ("status",), ("search", "deposit", "--lexical"), ("search", "deposit", "--lexical", "--json")]
)
def test_quick_verbs_import_nothing_heavy(drawer: Path, arguments: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ui", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    imported = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert ran.returncode == 0
    assert ran.stdout
    assert {"typer", "rag", "pydantic"} <= imported
    assert imported & {"torch", "chromadb", "sentence_transformers", "llama_cpp", "llama_index", "streamlit", "transformers"} == set()
