"""Kills Seorap at its own system calls and looks what the drawer is like afterwards. Needs strace.

    python -m bench.crashes [--every N] [--random N] [--seed S]

The matrix: ``add``, ``remove``, ``rebuild``, ``backup`` and ``restore`` of a small drawer are run once for each write, fsync, rename, truncation
and unlink that they make, Chroma's own included (``--every N``: for each N-th), and killed at it. Random: one drawer lives through N kills, at
any moment of any of these works, while its files change. After each kill the drawer is opened as any next start would open it, without
help: it must hold every acknowledged document, no half one, none twice, and no fault, and when the work has been done again, search must give
what it gives in a drawer that was never killed. Vectors are hashed words: what is tried here is the storage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

import chromadb  # noqa: F401 - what the forks would import one by one
import llama_index.core.node_parser  # noqa: F401 - likewise

import ingest.pipeline as pipeline_module
import rag.library.library as library_module
from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.errors import DrawerNotEmpty, NoSuchDocument
from rag.library.backup import restore_backup, write_backup
from rag.library.library import Library
from rag.records import Outcome
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "unlinkat", "ftruncate", "mkdir")
WORKS = ("add", "remove", "rebuild", "backup", "restore")
QUESTIONS = [f"what does clause {number} of subject{number % 12} say about the deposit?" for number in range(50)]
REMOVED = "03.txt"


# --- in processes of their own ----------------------------------------------------------------


class Child:
    """A fork of this process, which has imported everything and started nothing: what it does, and nothing else, can be traced and killed."""

    def __init__(self, does: Callable[[], None], *, strace: Sequence[str] = ()) -> None:
        """``strace``: traced with these options from before it begins."""
        out, into = os.pipe()
        begin, may_begin = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(out)
            os.close(may_begin)
            os.dup2(into, 1)
            os.read(begin, 1)
            self._live(does)
        os.close(into)
        os.close(begin)
        self._said = os.fdopen(out)
        self._strace = (
            subprocess.Popen(["strace", "-f", "-qq", *strace, "-p", str(self.pid)], stderr=subprocess.DEVNULL) if strace else None
        )
        while self._strace and self._strace.poll() is None and not self._is_traced():
            time.sleep(0.002)
        os.write(may_begin, b"!")
        os.close(may_begin)

    def _live(self, does: Callable[[], None]) -> NoReturn:
        code = 1
        try:
            with open(1, "w", closefd=False) as sys.stdout:
                does()
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)

    def _is_traced(self) -> bool:
        return "TracerPid:\t0\n" not in Path(f"/proc/{self.pid}/status").read_text()

    def is_alive(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> tuple[str, int]:
        """All it said, and how it ended (as ``subprocess`` tells it)."""
        with self._said:
            said = self._said.read()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self._strace:
            self._strace.wait()
        return said, code


def work(what: str, home: Path, folder: Path) -> None:
    """Says on stdout what is acknowledged, as soon as it is: a file's name and the hash of its content."""
    if what == "restore":
        with suppress(DrawerNotEmpty):  # the run that was killed had come so far
            restore_backup(folder.with_name("backup"), home)
        return
    library = Library(home)
    pipeline_module._EMBED_AT_ONCE, pipeline_module._KEEP_AT = 4, 8  # so that a document of a few passages counts as a long one
    match what:
        case "add":
            hashes = {path.name: _hash(path) for path in folder.iterdir()}
            with Sandbox(SandboxSettings()) as sandbox:
                for outcome in add([folder], Batch(library, WordHashEmbedder(), sandbox, SplitSettings())):
                    if outcome.outcome is not Outcome.FAILED:
                        name = Path(outcome.path).name
                        sys.stdout.write(f"+{name} {hashes[name]}\n")
                        sys.stdout.flush()
        case "remove":
            with suppress(NoSuchDocument):  # as above
                library.remove(REMOVED)
            sys.stdout.write(f"-{REMOVED}\n")
            sys.stdout.flush()
        case "rebuild":
            library.rebuild(WordHashEmbedder(), lambda done, total: None)
        case "backup":
            write_backup(home, home.with_name("written"))
    library.close()


@dataclass(frozen=True)
class State:
    documents: dict[str, str]  # name -> hash of its content
    faults: list[str]
    answers: list[list[tuple[str, int, float]]]  # by question: document, place in it and score, best first

    def answers_as(self, other: State) -> int:
        """How many questions are answered alike, but for the order of passages that score alike."""
        return sum(_but_for_ties(one) == _but_for_ties(another) for one, another in zip(self.answers, other.answers, strict=True))


def _but_for_ties(answer: Sequence[tuple[str, int, float]]) -> tuple[list[float], set[tuple[str, int]]]:
    last = min((score for _, _, score in answer), default=0.0)
    return [score for _, _, score in answer], {(name, ordinal) for name, ordinal, score in answer if score > last}


def state(home: Path) -> State:
    """What the next start finds, and what search through the index gives."""
    library_module._EXACT_UP_TO = 0
    library = Library(home)
    library.fill_index()
    embedder = WordHashEmbedder()
    answers = []
    for question in QUESTIONS:
        near = library.dense(embedder.embed_question(question), 10, embedder=embedder.identity)
        passages = library.passages([passage_id for passage_id, _ in near])
        answers.append([(passages[passage_id].document, passages[passage_id].ordinal, round(score, 5)) for passage_id, score in near])
    documents = library.documents()
    faults = list(library.faults())
    if len({document.name for document in documents}) != len(documents):
        faults.append("a document is there twice")
    library.close()
    return State({document.name: document.doc_id for document in documents}, faults, answers)


# --- the kills --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    scratch: Path

    @property
    def folder(self) -> Path:
        return self.scratch / "papers"

    def work(self, what: str, home: Path, *, strace: Sequence[str] = ()) -> str:
        said, code = Child(lambda: work(what, home, self.folder), strace=strace).end()
        if code and not strace:
            raise RuntimeError(f"{what} ended with {code}")
        return said

    def state(self, home: Path) -> State:
        said, code = Child(lambda: _say(json.dumps(asdict(state(home))))).end()
        if code:
            raise RuntimeError(f"the drawer could not be looked at: {code}")
        return from_row(json.loads(said))

    def states(self, what: str, home: Path) -> tuple[State, State]:
        """As the next start finds it, and when the work has been done again."""
        found = self.state(home)
        self.work(what, home)
        return found, self.state(home)

    def write(self, number: int, edition: int, *, clauses: int = 4) -> None:
        words = "\n\n".join(
            f"Clause {clause} of subject{number} speaks of deposit {clause * number} in {edition}. " * 4 for clause in range(clauses)
        )
        (self.folder / f"{number:02}.txt").write_text(words)


def from_row(row: dict[str, Any]) -> State:
    return State(
        row["documents"], row["faults"], [[(name, ordinal, score) for name, ordinal, score in answer] for answer in row["answers"]]
    )


def calls_of(what: str, bench: Bench, base: Path) -> Iterator[tuple[str, int]]:
    """Every call that the work makes when it is left alone, as its name and its number in the thread that makes it."""
    home = bench.scratch / "count"
    if what != "restore":
        shutil.copytree(base, home)
    log = bench.scratch / "strace.log"
    bench.work(what, home, strace=["-e", f"trace={','.join(CALLS)}", "-o", str(log)])
    _tidy(bench, home)
    made = Counter(re.findall(rf"^(\d+) +({'|'.join(CALLS)})\(", log.read_text(errors="replace"), re.MULTILINE))
    for call in CALLS:
        most = max((count for (_, name), count in made.items() if name == call), default=0)
        yield from ((call, number) for number in range(1, most + 1))


def _tidy(bench: Bench, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(home.with_name(home.name + ".restoring"), ignore_errors=True)
    (bench.scratch / "written").unlink(missing_ok=True)


def matrix(bench: Bench, every: int) -> int:
    """The number of kills after which something was wrong."""
    base = bench.scratch / "base"
    for number in range(8):
        bench.write(number, 1)
    bench.work("add", base)
    for number in range(8, 12):
        bench.write(number, 1, clauses=4 if number < 11 else 150)
    (bench.folder / "00.txt").write_text("Clause 9 of subject0 now says something else about the deposit. " * 30)
    before = bench.state(base)
    bench.work("backup", base)
    (bench.scratch / "written").rename(bench.scratch / "backup")
    failures = 0
    for what in WORKS:
        whole = bench.scratch / "whole"
        if what != "restore":
            shutil.copytree(base, whole)
        bench.work(what, whole)
        control = bench.state(whole)
        _tidy(bench, whole)
        calls = list(calls_of(what, bench, base))
        chosen = calls[::every]
        wrong = 0
        started = time.monotonic()
        for call, number in chosen:
            home = bench.scratch / "run"
            if what != "restore":
                shutil.copytree(base, home)
            inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
            said = bench.work(what, home, strace=["-o", "/dev/null", *inject])
            if found := list(_wrongs(what, bench, home, said, before, control)):
                wrong += 1
                _say(f"FAILED {what}, killed at {call} {number}: {'; '.join(found)}")
            _tidy(bench, home)
        _say(
            f"{what}: {len(calls)} calls ({', '.join(f'{n} {c}' for c, n in Counter(c for c, _ in calls).items())}), "
            f"{len(chosen)} kills, {wrong} failures, {time.monotonic() - started:.0f} s"
        )
        failures += wrong
    return failures


def _wrongs(what: str, bench: Bench, home: Path, said: str, before: State, control: State) -> Iterator[str]:
    if what == "restore" and not (home / "manifest.sqlite3").exists():
        bench.work(what, home)
        after = bench.state(home)
    else:
        found, after = bench.states(what, home)
        yield from wrongs_of(found, before.documents, said, {**before.documents, **control.documents}, may_lack={REMOVED})
    if (written := bench.scratch / "written").exists():
        restore_backup(written, bench.scratch / "restored")
        if bench.state(bench.scratch / "restored").documents != before.documents:
            yield "the backup holds something else"
        shutil.rmtree(bench.scratch / "restored")
    if (after.documents, after.faults, after.answers_as(control)) != (control.documents, [], len(QUESTIONS)):
        yield f"differs from the drawer that was never killed: {after.faults}"


def wrongs_of(found: State, before: dict[str, str], said: str, newest: dict[str, str], may_lack: set[str]) -> Iterator[str]:
    """``before``: what had been acknowledged before the work, whose words are ``said``."""
    yield from found.faults
    acknowledged = dict(line[1:].split() for line in said.splitlines() if line.startswith("+") and line.count(" ") == 1)
    gone = {line[1:] for line in said.splitlines() if line.startswith("-")}
    for name, content in {**before, **acknowledged}.items():
        if name not in found.documents:
            if name not in may_lack:
                yield f"{name} is lost"
        elif name in gone:
            yield f"{name} is still there"
        elif found.documents[name] not in ({content} if name in acknowledged else {content, newest[name]}):
            yield f"{name} has a content that it never had"
    if strangers := set(found.documents) - set(newest):
        yield f"nobody knows {sorted(strangers)}"


def many(bench: Bench, kills: int, seed: int) -> int:
    """One drawer through ``kills`` kills at random moments; the number of failures."""
    luck = random.Random(seed)
    home = bench.scratch / "long"
    edition = 0
    for number in range(12):
        bench.write(number, edition)
    bench.work("add", home)
    known = bench.state(home).documents
    failures = done = 0
    while done < kills:
        for number in luck.sample(range(12), luck.randint(0, 4)):
            edition += 1
            bench.write(number, edition)
        what = luck.choice(("add", "add", "remove", "rebuild", "backup"))
        child = Child(lambda what=what: work(what, home, bench.folder))  # type: ignore[misc]
        until = time.monotonic() + luck.uniform(0.01, 1.5)
        while child.is_alive() and time.monotonic() < until:
            time.sleep(0.005)
        done += child.is_alive()
        child.kill()
        said, _ = child.end()
        _tidy(bench, bench.scratch / "nothing")
        found = bench.state(home)
        newest = {path.name: _hash(path) for path in bench.folder.iterdir()}
        if wrongs := list(wrongs_of(found, known, said, known | newest, may_lack={REMOVED} if what == "remove" else set())):
            failures += 1
            _say(f"FAILED {what}, kill {done}: {'; '.join(wrongs)}")
        known = found.documents
    bench.work("add", home)
    bench.work("add", bench.scratch / "fresh")
    after, fresh = bench.state(home), bench.state(bench.scratch / "fresh")
    same = after.answers_as(fresh)
    _say(f"random: {kills} kills, {failures} failures; top 10 equal to a fresh drawer's in {same} of {len(QUESTIONS)} questions")
    return failures + (after.documents != fresh.documents or bool(after.faults) or same != len(QUESTIONS))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="of the matrix, each N-th call; 0: none")
    parser.add_argument("--random", type=int, default=200, help="kills of the drawer that lives on")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    failures = 0
    logging.disable(logging.WARNING)  # an index that is made again is what happens all the time here
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        bench.folder.mkdir()
        if asked.every:
            failures += matrix(bench, asked.every)
        if asked.random:
            failures += many(bench, asked.random, asked.seed)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
