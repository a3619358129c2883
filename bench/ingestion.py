"""Taking documents in, in turn with a yardstick, on the same files, weights and cores.

    python -m bench.ingestion FOLDER... --yardstick "COMMAND" [--rounds N]

COMMAND is called with a folder and prints a JSON object with ``ingest_s`` and ``pages`` (LlamaIndex's starter pipeline, say). Seorap is called as a
user calls it, ``seorap add``, with a new drawer each time, so its seconds hold the start of the program and the loading of the weights too; of the
yardstick both are told, the seconds that it counts itself and those of the whole program.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seorap(folder: Path) -> tuple[float, int, int]:
    """Seconds, pages (a format without pages counts as one), passages."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "ui", "--library", home]
        started = time.perf_counter()
        added = subprocess.run([*command, "add", str(folder), "--json"], capture_output=True, check=False)
        seconds = time.perf_counter() - started
        if added.returncode not in (0, 3):
            raise RuntimeError(added.stderr.decode(errors="replace")[-2000:])
        listed = subprocess.run([*command, "list", "--json"], capture_output=True, check=True)
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    return seconds, sum(row["pages"] or 1 for row in rows), sum(row["passages"] for row in rows)


def yardstick(command: str, folder: Path) -> tuple[float, float, int]:
    """Seconds by its own count, of the whole program, pages."""
    started = time.perf_counter()
    done = subprocess.run([*shlex.split(command), str(folder)], capture_output=True, check=True)
    whole = time.perf_counter() - started
    report = json.loads(done.stdout.splitlines()[-1])
    return report["ingest_s"], whole, report["pages"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--yardstick", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    for folder in asked.folders:
        ours, theirs, theirs_whole = [], [], []
        for _ in range(asked.rounds):
            seconds, pages, passages = seorap(folder)
            ours.append(seconds)
            their_seconds, their_whole, their_pages = yardstick(asked.yardstick, folder)
            theirs.append(their_seconds)
            theirs_whole.append(their_whole)
        one, other, whole = (statistics.median(times) for times in (ours, theirs, theirs_whole))
        sys.stdout.write(
            f"{folder.name}: {one:.1f} s, {pages} pages ({pages / one:.2f}/s), {passages} passages ({passages / one:.1f}/s); "
            f"yardstick {other:.1f} s, as a whole {whole:.1f} s, {their_pages} pages ({their_pages / whole:.2f}/s); "
            f"{other / one:.2f} times as fast, whole against whole {whole / one:.2f}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
