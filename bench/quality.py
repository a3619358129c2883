"""How good answers are, on sets of questions with known answers: now, as last accepted, and beside a yardstick.

    python -m bench.quality FOLDER [--sets NAME,...] [--search-only] [--yardstick "COMMAND"] [--keep DIR] [--accept]

FOLDER holds a folder for each set: ``docs/``, and ``retrieval.jsonl`` and ``answers.jsonl`` (either may be missing) in the form that the README
gives for cases. Seorap is called as a user calls it: ``add`` the documents, ``eval --search-only`` the first file and ``eval`` the second. COMMAND is
called with the folder of documents, --cases FILE and --out FILE, and with --answers for the second file; it writes results in the same form
(LlamaIndex's starter pipeline, say).

Prints one table. "accepted" is docs/quality.json, which --accept writes: only what was measured is replaced, and times are left out. The halves
share no document, so that a choice which helps one half alone is seen to be tuned to it. With --keep, drawers and results stay in DIR: an
interrupted run goes on where it was, documents are read again only when Seorap reads or splits them otherwise, and results hold as long as code and
cases stay as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.quality_table import Figures, Measured, Row, halves, pooled_refusals, rows_of, table
from rag.cases import read_cases
from rag.errors import ExitCode
from rag.evaluate import is_verbatim, read_results
from rag.library.library import Library
from rag.score import score

ROOT = Path(__file__).parents[1]
ACCEPTED = ROOT / "docs" / "quality.json"


@dataclass(frozen=True)
class Run:
    """One file of cases of one set, and where its results go."""

    folder: Path  # of the set
    part: str  # "retrieval", "answers"
    keep: Path  # of the set

    @property
    def cases(self) -> Path:
        return self.folder / f"{self.part}.jsonl"

    @property
    def docs(self) -> Path:
        return self.folder / "docs"

    @property
    def drawer(self) -> Path:
        """Another one when documents come or go; when one changes, adding it again is enough."""
        return self.keep / f"drawer-{_hash(*(str(path.relative_to(self.docs)) for path in sorted(self.docs.rglob('*'))))}"

    def results(self, made_by: str) -> Path:
        documents = (f"{path.relative_to(self.docs)} {path.stat().st_size}" for path in sorted(self.docs.rglob("*")))
        return self.keep / f"{self.part}-{_hash(made_by, self.cases.read_text(encoding='utf-8'), *documents)}.jsonl"


def asked(run: Run) -> Path:
    """Seorap's results."""
    out, name = run.results(code_hash()), run.folder.name
    add_documents(run)
    _tell(f"{name}: {run.part}")
    _call([*_seorap(run), "eval", str(run.cases), "--out", str(out), *(["--search-only"] if run.part == "retrieval" else [])])
    return out


def add_documents(run: Run) -> None:
    _tell(f"{run.folder.name}: documents")
    if _call([*_seorap(run), "add", str(run.docs)], fine=(ExitCode.DONE, ExitCode.SOME_DOCUMENTS_FAILED)) != ExitCode.DONE:
        _tell(f"{run.folder.name}: some of its documents could not be read; see seorap --library {run.drawer} list --failed")


def _seorap(run: Run) -> list[str]:
    return [sys.executable, "-m", "ui", "--library", str(run.drawer)]


def yardstick(run: Run, command: str) -> Path:
    out = run.results(command)
    if not out.exists():
        _tell(f"{run.folder.name}: {run.part} by the yardstick")
        unfinished = out.with_suffix(".part")
        answers = ["--answers"] if run.part == "answers" else []
        _call([*shlex.split(command), str(run.docs), "--cases", str(run.cases), "--out", str(unfinished), *answers])
        unfinished.replace(out)
    return out


def _call(command: Sequence[str], fine: Sequence[int] = (0,)) -> int:
    """Its progress is ours; what it finds is read from its files."""
    code = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode
    if code not in fine:
        raise SystemExit(f"{shlex.join(command)} ended with {code}; what is done so far is kept where --keep was given.")
    return code


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def code_hash() -> str:
    """Of all that results depend on: how files are read, and how questions are answered. How results are scored is no part of it."""
    files = (path for room in ("rag", "ingest") for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".toml", ".txt"))
    sources = sorted(path for path in files if path != ROOT / "rag" / "score.py")
    return _hash(*(f"{path.relative_to(ROOT)}\0{path.read_text(encoding='utf-8')}" for path in sources))


def measure(run: Run, *, command: str | None) -> Measured:
    cases = read_cases(run.cases)
    results = read_results(asked(run))
    library = Library(run.drawer, read_only=True)
    whole, first, second = (score(some, results, verbatim=lambda quoted: is_verbatim(quoted, library)) for some in (cases, *halves(cases)))
    library.close()
    theirs = score(cases, read_results(yardstick(run, command)), verbatim=lambda quoted: None) if command else None
    return Measured(f"{run.folder.name} {run.part}", whole, (first, second), theirs)


def accepted() -> Figures:
    return json.loads(ACCEPTED.read_text(encoding="utf-8")) if ACCEPTED.exists() else {}


def accept(rows: Sequence[Row]) -> None:
    """Write the figures of the rows into docs/quality.json; what was not measured stays as it is. Times depend on what else the machine does."""
    figures = {where: dict(known) for where, known in accepted().items()}
    for row in (row for row in rows if "_ms" not in row.figure):
        figures.setdefault(row.where, {})[row.figure] = row.now
    ACCEPTED.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", help="names, with commas between them; else all")
    parser.add_argument("--search-only", action="store_true")
    parser.add_argument("--yardstick", metavar="COMMAND")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    parser.add_argument("--accept", action="store_true")
    options = parser.parse_args()
    names = options.sets.split(",") if options.sets else sorted(path.parent.name for path in options.folder.glob("*/docs"))
    if unknown := [name for name in names if not (options.folder / name / "docs").is_dir()]:
        parser.error(f"no such sets in {options.folder}: {', '.join(unknown)}")
    parts = ("retrieval",) if options.search_only else ("retrieval", "answers")
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            keep = (options.keep or Path(temporary)).absolute() / name
            keep.mkdir(parents=True, exist_ok=True)
            runs = [Run((options.folder / name).absolute(), part, keep) for part in parts]
            measured += [measure(run, command=options.yardstick) for run in runs if run.cases.exists()]
    before = accepted()
    rows = [row for one in measured for row in rows_of(one, before)] + pooled_refusals(measured, before)
    print(table(rows))
    if options.accept:
        accept(rows)


if __name__ == "__main__":
    main()
