"""Every file of some folders through the reader's child process: to what end each comes, how long it takes, and who dies of it.

    python -m bench.robustness CORPUS... [--hostile] [--each] [--no-ocr]

``--hostile`` adds files made to hurt (bombs, loops, cut and mixed up files); ``--each`` prints a line a file; ``--no-ocr`` leaves pages without
text unrecognised, which takes most of the time. Memory is the most that the child held while it read the file. A file has 60 s, and each page
that is recognised has them again. Ends with exit code 1 when a file came to no stated end, or took more than the limits allow.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import hostile
from ingest.sandbox import Sandbox
from rag import errors
from rag.errors import PARTIAL_REASONS, DocumentError
from rag.records import Page, Unread
from rag.settings import OCRSettings, SandboxSettings

_ENDS = {
    errors.EncryptedDocument: "needs password",
    errors.UnsupportedEncryption: "needs password",
    errors.DocumentNeedsOCR: "needs OCR",
    errors.DocumentGarbled: "needs OCR",
    errors.UnsupportedFormat: "unsupported",
    errors.OldFormat: "unsupported",
    errors.UnreadableFile: "retry later",
    errors.ChangedWhileReading: "retry later",
}
"""Of a file that gives nothing; every other reason is a refusal."""


_TELL_EVERY = 200

_SHARED_MIB = 100
"""Code of libraries, which the system shares between processes and loads when it is first used, is not in the limit."""


@dataclass(frozen=True)
class End:
    path: Path
    end: str
    why: str
    seconds: float
    memory_mib: float
    died: bool
    recognised: int  # pages


class _Gauge:
    """The most memory that the child held since ``begin``, and the pages that were recognised."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._most = 0
        self.recognised: set[int] = set()
        threading.Thread(target=self._watch, daemon=True).start()

    def begin(self) -> None:
        self._most = 0
        self.recognised = set()

    def page(self, number: int, came: Page | Unread | None) -> None:
        if came is not None:
            self.recognised.add(number)

    def most_mib(self) -> float:
        self._look()
        return self._most / 2**20

    def _watch(self) -> None:
        while True:
            self._look()
            time.sleep(0.01)

    def _look(self) -> None:
        with suppress(psutil.Error):
            if pid := self._sandbox.pid:
                self._most = max(self._most, psutil.Process(pid).memory_info().rss)


def ends(files: Iterator[Path], sandbox: Sandbox) -> Iterator[End]:
    gauge = _Gauge(sandbox)
    for path in files:
        gauge.begin()
        began = time.perf_counter()
        died = False
        try:
            reading = sandbox.read(path, on_page=gauge.page)
            because = sorted({str(reading.unread_because.get(number, Unread.NO_TEXT)) for number in reading.unread_pages})
            end, why = ("partial", ", ".join(because)) if reading.unread_pages else ("indexed", reading.format)
            if not reading.text().strip():
                end, why = "SILENTLY EMPTY", reading.format
        except DocumentError as error:
            end, why = _ENDS.get(type(error), "refused"), type(error).__name__
            died = isinstance(error, errors.ReaderDied)
            if why in PARTIAL_REASONS:
                end = "partial"
        yield End(path, end, why, time.perf_counter() - began, gauge.most_mib(), died, len(gauge.recognised))


def files_below(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _pages(end: End) -> str:
    return f" ({end.recognised} pages recognised)" if end.recognised else ""


# --- the table -----------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--no-ocr", action="store_true")
    asked = parser.parse_args()
    limits = SandboxSettings()
    ocr = OCRSettings(tessdata=Path("/nonexistent")) if asked.no_ocr else OCRSettings()
    found: list[End] = []
    with tempfile.TemporaryDirectory() as made, Sandbox(limits, ocr) as sandbox:
        if asked.hostile:
            hostile.make(Path(made), files_below(asked.corpus))
        files = list(files_below([*asked.corpus, Path(made)]))
        began = time.monotonic()
        for end in ends(iter(files), sandbox):
            found.append(end)
            if len(found) % _TELL_EVERY == 0:
                rate = len(found) / (time.monotonic() - began)
                left_min = (len(files) - len(found)) / rate / 60
                sys.stderr.write(f"{len(found)} of {len(files)} files, {rate:.1f}/s, {left_min:.0f} min left\n")
            if asked.each:
                sys.stdout.write(
                    f"{end.end:<15} {end.why:<22} {end.seconds:7.2f} s {end.memory_mib:6.0f} MiB  {end.path.name!r}{_pages(end)}\n"
                )
                sys.stdout.flush()
    left = len(psutil.Process().children(recursive=True))
    if not found:
        sys.stdout.write("no files\n")
        return 1
    counts = Counter((end.end, end.why) for end in found)
    sys.stdout.write(f"\n{len(found)} files\n")
    for (end_of, why), count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1])):
        sys.stdout.write(f"{count:6}  {end_of:<15} {why}\n")
    times = sorted(end.seconds for end in found)
    slowest = sorted(found, key=lambda end: -end.seconds)[:3]
    sys.stdout.write(f"time: p50 {times[len(times) // 2]:.3f} s, p95 {times[int(len(times) * 0.95)]:.2f} s, most {times[-1]:.2f} s\n")
    sys.stdout.write("slowest: " + "; ".join(f"{end.path.name!r} {end.seconds:.1f} s{_pages(end)}" for end in slowest) + "\n")
    sys.stdout.write(
        f"memory of the child: most {max(end.memory_mib for end in found):.0f} MiB; children that died: {sum(end.died for end in found)}; left behind: {left}; this process: alive\n"
    )
    late = [end for end in found if end.seconds > (limits.seconds + 5) * (1 + end.recognised)]
    bad = [end for end in found if end.end == "SILENTLY EMPTY" or end.memory_mib > limits.memory_mib + _SHARED_MIB]
    return 1 if bad or late or left else 0


if __name__ == "__main__":
    sys.exit(main())
