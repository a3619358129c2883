"""Kills Seorap at its own system calls and looks what a drawer is like afterwards: ``python -m bench.crashes [--runs N] [--seed S]``.

Each run takes a small drawer, lets ``add``, ``remove``, ``rebuild`` or ``backup`` work on it under strace, and kills it at the k-th of the
writes, fsyncs, renames, truncations and unlinks that it makes, Chroma's own files included. Then the drawer is opened as any next start
would, without help, and must hold every acknowledged document, no half one and no fault; when the verb has been run again, search must give
what it gives in a drawer that was never killed. Vectors are hashed words: what is tested is the storage. Needs strace.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.errors import SeorapError
from rag.library.backup import restore_backup, write_backup
from rag.library.library import Library
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder

_CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")
_VERBS = ("add", "remove", "rebuild", "backup")
_QUESTIONS = [f"what does clause {number} of subject{number % 24} say about the deposit?" for number in range(50)]
_REMOVED = "03.txt"


def work(verb: str, home: Path, folder: Path) -> None:
    """In a process of its own. Says on stdout what is acknowledged, as soon as it is."""
    library = Library(home)
    match verb:
        case "add":
            with Sandbox(SandboxSettings()) as sandbox:
                for outcome in add([folder], Batch(library, WordHashEmbedder(), sandbox, SplitSettings())):
                    if outcome.state in ("added", "unchanged"):
                        print(Path(outcome.path).name, flush=True)
        case "remove":
            try:
                library.remove(_REMOVED)
            except SeorapError:  # the run that was killed had come so far
                pass
            print(f"-{_REMOVED}", flush=True)
        case "rebuild":
            library.rebuild(WordHashEmbedder(), lambda done, total: None)
        case "backup":
            write_backup(home, home.with_name("backup"))
    library.close()


def look(home: Path) -> dict[str, list[str] | list[list[tuple[str, int]]]]:
    """In a process of its own: what the next start finds, and what search gives."""
    library = Library(home)
    library.fill_index()
    embedder = WordHashEmbedder()
    answers = []
    for question in _QUESTIONS:
        near = library.dense(embedder.embed_question(question), 10, embedder=embedder.identity) + library.lexical(question, 10)
        passages = library.passages([passage_id for passage_id, _ in near])
        answers.append([(passages[passage_id].document, passages[passage_id].ordinal) for passage_id, _ in near])
    found = {"names": sorted(document.name for document in library.documents()), "faults": list(library.faults()), "answers": answers}
    library.close()
    return found


def _run(*arguments: str, strace: Sequence[str] = ()) -> str:
    done = subprocess.run([*strace, sys.executable, "-m", "bench.crashes", *arguments], capture_output=True, text=True, check=False)
    if not strace and done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


def _looked(home: Path) -> dict[str, list[str]]:
    looked: dict[str, list[str]] = json.loads(_run("--look", str(home)))
    return looked


def _count(verb: str, base: Path, folder: Path, scratch: Path) -> dict[str, int]:
    """How often the verb makes each call, in a run that is left alone."""
    home = scratch / "count"
    shutil.copytree(base, home)
    log = scratch / "strace.log"
    _run("--work", verb, str(home), str(folder), strace=["strace", "-f", "-qq", "-e", f"trace={','.join(_CALLS)}", "-o", str(log)])
    text = log.read_text(errors="replace")
    shutil.rmtree(home)
    return {call: len(re.findall(rf"^\d+ +{call}\(", text, re.MULTILINE)) for call in _CALLS}


def main(runs: int, seed: int) -> int:
    luck = random.Random(seed)
    failures = 0
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        folder = scratch / "papers"
        folder.mkdir()
        for number in range(24):
            (folder / f"{number:02}.txt").write_text(
                "\n\n".join(f"Clause {clause} of subject{number} speaks of deposit {clause * number}. " * 8 for clause in range(6))
            )
        base, whole = scratch / "base", scratch / "whole"
        later = [path for path in sorted(folder.iterdir()) if path.name >= "12.txt"]
        for path in later:
            path.rename(scratch / path.name)
        _run("--work", "add", str(base), str(folder))
        for path in later:
            (scratch / path.name).rename(path)
        controls: dict[str, dict[str, list[str]]] = {}
        counts: dict[str, dict[str, int]] = {}
        for verb in _VERBS:
            shutil.copytree(base, whole)
            _run("--work", verb, str(whole), str(folder))
            controls[verb] = _looked(whole)
            shutil.rmtree(whole)
            (scratch / "backup").unlink(missing_ok=True)
            counts[verb] = _count(verb, base, folder, scratch)
            (scratch / "backup").unlink(missing_ok=True)
            sys.stdout.write(f"{verb}: {sum(counts[verb].values())} calls {counts[verb]}\n")
            sys.stdout.flush()
        before = set(_looked(base)["names"])
        for number in range(runs):
            verb = _VERBS[number % len(_VERBS)]
            call = luck.choice([name for name in _CALLS if counts[verb][name]])
            at = luck.randint(1, counts[verb][call])
            home = scratch / "run"
            shutil.copytree(base, home)
            said = _run(
                *("--work", verb, str(home), str(folder)),
                strace=["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}"],
            ).split()
            wrong = _wrong(verb, home, folder, said, before, controls[verb], scratch)
            if wrong:
                failures += 1
                sys.stdout.write(f"FAILED {verb} killed at {call} {at}: {wrong}\n")
                sys.stdout.flush()
            shutil.rmtree(home)
        sys.stdout.write(f"{runs} kills, {failures} failures\n")
    return 1 if failures else 0


def _wrong(
    verb: str, home: Path, folder: Path, said: Sequence[str], before: set[str], control: dict[str, list[str]], scratch: Path
) -> str | None:
    found = _looked(home)
    names = set(found["names"])
    if found["faults"]:
        return f"faults {found['faults']}"
    if len(found["names"]) != len(names):
        return "a document twice"
    acknowledged = {name for name in said if not name.startswith("-")}
    kept = before - {_REMOVED} if verb == "remove" else before
    if lost := (kept | acknowledged) - names:
        return f"lost {sorted(lost)}"
    if verb == "remove" and f"-{_REMOVED}" in said and _REMOVED in names:
        return "a ghost"
    backup = scratch / "backup"
    if backup.exists():
        restore_backup(backup, scratch / "restored")
        if set(_looked(scratch / "restored")["names"]) != before:
            return "the backup holds something else"
        shutil.rmtree(scratch / "restored")
        backup.unlink()
    _run("--work", verb, str(home), str(folder))
    backup.unlink(missing_ok=True)
    again = _looked(home)
    return None if again == control else f"differs afterwards: {again['faults']} {set(again['names']) ^ set(control['names'])}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["--look"]:
        sys.stdout.write(json.dumps(look(Path(sys.argv[2]))))
    else:
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--runs", type=int, default=40)
        parser.add_argument("--seed", type=int, default=1)
        asked = parser.parse_args()
        sys.exit(main(asked.runs, asked.seed))
