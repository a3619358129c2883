"""A watched folder of many files: the first sweep, the sweep after a restart, and a sweep that has 100 changes to find.

    python -m bench.folder [FILES]

Embedding is left out (vectors of hashed words), so that what is measured is the folder, the readers' process and the manifest.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

import psutil

from ingest.pipeline import Batch
from ingest.sandbox import Sandbox
from ingest.watch import Sweep
from rag.library.library import Library
from rag.library.worklist import WatchedFolder
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder

_TELL_EVERY = 1000

WORDS = [
    "lease",
    "deposit",
    "rent",
    "notice",
    "tenant",
    "landlord",
    "clause",
    "계약",
    "보증금",
    "임대인",
    "임차인",
    "해지",
    "통지",
    "기간",
    "조항",
]


def write(path: Path, size_bytes: int, luck: random.Random) -> None:
    line = " ".join(luck.choices(WORDS, k=200)) + f" {luck.random()}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((line * (size_bytes // len(line.encode()) + 1)).encode()[:size_bytes].decode("utf-8", "ignore"), encoding="utf-8")


def sweep(library: Library, root: Path, sandbox: Sandbox) -> tuple[float, int, int]:
    """Seconds, outcomes, passages embedded."""
    embedder = WordHashEmbedder()
    began, count = time.perf_counter(), 0
    for count, _ in enumerate(
        Sweep(WatchedFolder(os.fsencode(root)), Batch(library, embedder, sandbox, SplitSettings()), settled_s=0.0), 1
    ):
        if count % _TELL_EVERY == 0:
            passages = library.counts().passages
            print(
                f"  {count} files, {passages} passages in the drawer; memory {memory_mib():.0f} MiB, of which the reader {child_mib():.0f}"
            )
    return time.perf_counter() - began, count, embedder.embedded


def memory_mib() -> float:
    own = psutil.Process()
    return sum(process.memory_info().rss for process in (own, *own.children(recursive=True))) / 2**20


def child_mib() -> float:
    return sum(process.memory_info().rss for process in psutil.Process().children(recursive=True)) / 2**20


def main(files: int) -> None:
    luck = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, Sandbox(SandboxSettings()) as sandbox:
        root, home = Path(folder, "papers"), Path(folder, "drawer")
        for number in range(files):
            size = int(1024 * 1024 ** (luck.random() ** 8))  # 1 KB to 1 MB, most of them small
            write(root / f"{number % 100:02}" / f"{number}.txt", size, luck)
        total_mib = sum(path.stat().st_size for path in root.rglob("*.txt")) / 2**20
        print(f"{files} files, {total_mib:.0f} MiB; memory at first {memory_mib():.0f} MiB")
        library = Library(home)
        seconds, count, embedded = sweep(library, root, sandbox)
        print(
            f"first sweep: {count} files, {embedded} passages in {seconds:.1f} s ({count / seconds:.1f} files/s); memory {memory_mib():.0f} MiB"
        )
        library.close()

        began = time.perf_counter()
        library = Library(home)
        opened = time.perf_counter() - began
        seconds, count, _ = sweep(library, root, sandbox)
        print(f"after a restart: opened in {opened:.1f} s, {count} to do, found out in {seconds:.1f} s")

        paths = sorted(root.rglob("*.txt"))
        luck.shuffle(paths)
        for path in paths[:40]:
            write(path, 3000, luck)
        for path in paths[40:70]:
            path.unlink()
        for path in paths[70:90]:
            path.rename(path.with_name(f"renamed {path.name}"))
        for number in range(10):
            write(root / f"new {number}.txt", 2000, luck)
        seconds, count, embedded = sweep(library, root, sandbox)
        there = {os.fsencode(path) for path in root.rglob("*.txt")}
        equal = there == {place.place for place in library.manifest.places()}
        print(f"100 changes: {count} outcomes, {embedded} passages embedded in {seconds:.1f} s; drawer equal to the folder: {equal}")
        print(f"memory at the end {memory_mib():.0f} MiB; check: {list(library.faults()) or 'clean'}")
        library.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
