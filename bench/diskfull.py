"""A drawer on a disk that is too small, then a little larger, and so on until it is large enough. Linux; needs no root.

    python -m bench.diskfull [--steps N] [--files N]

At each size the same folder is added, on a tmpfs in a mount namespace of its own. Whenever there is no room, the sentence must be the one for
it, everything acknowledged before must still be there, whole, and found; and at the last size the drawer must hold and answer what one
does that always had room. Twice: as it is, where a reserve is kept for search and tidying up, and without the reserve, as when another
program takes the last byte: then the vector index may have to be given up until there is room. Vectors are hashed words: what is tried here is the storage.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import rag.library.library as library_module
from bench.crashes import Bench, Child, State, from_row, state, work, wrongs_of
from rag.errors import SeorapError

_LEAST_BYTES = {True: 32 << 20, False: 64 << 10}
"""The first size, with and without the reserve: that much and nothing more is what must stay free."""

_AMPLE_BYTES = 16 << 20
"""More than is needed, at the last size."""

_WITHOUT_INDEX = "the vector index could not be used; it is made again at the next start"
_INSIDE = "--inside"


def _worker(what: str, home: Path, folder: Path, reserve: bool) -> None:
    """Says what is acknowledged, then what ended it."""
    if not reserve:
        library_module._LEAST_FREE_BYTES = 0
    try:
        if what == "add":
            work("add", home, folder)
        else:
            sys.stdout.write(json.dumps(asdict(state(home))))
    except SeorapError as error:
        sys.stdout.write(f"!{type(error).__name__}\n")


def _run(bench: Bench, what: str, home: Path, *, reserve: bool) -> tuple[str, str]:
    """What it said, and the name of the error that ended it ("" for none).

    Raises:
        RuntimeError: it ended with something that is no sentence for the user.
    """
    all_said, code = Child(lambda: _worker(what, home, bench.folder, reserve)).end()
    if code:
        raise RuntimeError(f"{what} ended with {code}")
    said, _, error = all_said.partition("!")
    return said, error.strip()


def steps(bench: Bench, disk: Path, *, reserve: bool, count: int, control: State, needed_bytes: int) -> int:
    """The number of sizes at which something was wrong."""
    home, wrong, full = disk / "drawer", 0, 0
    acknowledged: dict[str, str] = {}
    least = _LEAST_BYTES[reserve]
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={least}", "seorap", str(disk)], check=True)
    try:
        for step in range(count + 1):
            size = least + needed_bytes * step // count + (_AMPLE_BYTES if step == count else 0)
            subprocess.run(["mount", "-o", f"remount,size={size}", "seorap", str(disk)], check=True)
            found: list[str] = []
            try:
                said, error = _run(bench, "add", home, reserve=reserve)
                full += error == "DrawerFull"
                if error not in ("", "DrawerFull"):
                    found.append(f"ended with {error}")
                text, error = _run(bench, "state", home, reserve=reserve)
                if text:
                    now = from_row(json.loads(text))
                    found += wrongs_of(now, acknowledged, said, control.documents, may_lack=set())
                    if not reserve and step < count and _WITHOUT_INDEX in found:
                        found.remove(_WITHOUT_INDEX)
                    acknowledged = now.documents
                elif reserve or error != "DrawerFull":
                    found.append(f"cannot be searched: {error}")
            except RuntimeError as fault:
                found.append(str(fault))
            wrong += bool(found)
            print(f"{size / 2**20:8.2f} MiB: {len(acknowledged)} documents{'; FAILED: ' if found else ''}{'; '.join(found)}", flush=True)
        same = now.answers_as(control)
        ended = now.documents == control.documents and not now.faults and same == len(control.answers)
        print(
            f"{'with' if reserve else 'without'} the reserve: {count + 1} sizes, {full} too small, {wrong} failures; "
            f"at the end {len(now.documents)} of {len(control.documents)} documents, top 10 equal in {same} of {len(control.answers)} questions",
            flush=True,
        )
        return wrong + (not ended)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--files", type=int, default=60)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        bench.folder.mkdir()
        for number in range(asked.files):
            bench.write(number, 1, clauses=4 if number % 10 else 120)
        whole = bench.scratch / "whole"
        _run(bench, "add", whole, reserve=False)
        control = from_row(json.loads(_run(bench, "state", whole, reserve=False)[0]))
        needed = 3 * sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())  # journals, and two generations of the index
        shutil.rmtree(whole)
        disk = bench.scratch / "disk"
        disk.mkdir()
        return sum(
            steps(bench, disk, reserve=reserve, count=asked.steps, control=control, needed_bytes=needed) for reserve in (True, False)
        )


if __name__ == "__main__":
    if sys.argv[1:2] == [_INSIDE]:
        del sys.argv[1]
        sys.exit(min(main(), 1))
    else:
        unshare = ["unshare", "--user", "--map-root-user", "--mount"]
        os.execvp("unshare", [*unshare, sys.executable, "-m", "bench.diskfull", _INSIDE, *sys.argv[1:]])
