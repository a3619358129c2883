"""Every file of some folders through the reader's child process: to what end each comes, how long it takes, and who dies of it.

    python -m bench.robustness CORPUS... [--hostile] [--each]

``--hostile`` adds files made to hurt (bombs, loops, cut and mixed up files); ``--each`` prints a line a file. Memory is the most that the
child held while it read the file. Ends with exit code 1 when a file came to no stated end, or took more than the limits allow.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ingest.sandbox import Sandbox
from rag import errors
from rag.errors import PARTIAL_REASONS, DocumentError
from rag.settings import OCRSettings, SandboxSettings

_ENDS = {
    errors.EncryptedDocument: "needs password",
    errors.UnsupportedEncryption: "needs password",
    errors.DocumentNeedsOCR: "needs OCR",
    errors.DocumentGarbled: "needs OCR",
    errors.UnsupportedFormat: "unsupported",
    errors.UnreadableFile: "retry later",
    errors.ChangedWhileReading: "retry later",
}
"""Of a file that gives nothing; every other reason is a refusal."""


@dataclass(frozen=True)
class End:
    path: Path
    end: str
    why: str
    seconds: float
    memory_mib: float
    died: bool


class _Gauge:
    """The most memory that the child held since ``begin``."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._most = 0
        threading.Thread(target=self._look, daemon=True).start()

    def begin(self) -> None:
        self._most = 0

    def most_mib(self) -> float:
        return self._most / 2**20

    def _look(self) -> None:
        while True:
            with suppress(psutil.Error):
                if pid := self._sandbox.pid:
                    self._most = max(self._most, psutil.Process(pid).memory_info().rss)
            time.sleep(0.01)


def ends(files: Iterator[Path], sandbox: Sandbox) -> Iterator[End]:
    gauge = _Gauge(sandbox)
    for path in files:
        gauge.begin()
        began = time.perf_counter()
        died = False
        try:
            reading = sandbox.read(path)
            because = sorted({str(why) for why in reading.unread_because.values()})
            end, why = ("partial", ", ".join(because)) if reading.unread_pages else ("indexed", reading.format)
            if not reading.text().strip():
                end, why = "SILENTLY EMPTY", reading.format
        except DocumentError as error:
            end, why = _ENDS.get(type(error), "refused"), type(error).__name__
            died = isinstance(error, errors.ReaderDied)
            if why in PARTIAL_REASONS:
                end = "partial"
        yield End(path, end, why, time.perf_counter() - began, gauge.most_mib(), died)


def files_below(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


# --- files made to hurt ------------------------------------------------------------------------


def make_hostile(folder: Path) -> None:
    _bomb(folder / "inflates to 1.5 GB.docx", b"<w:p/>", 1_500)
    _bomb(folder / "ten million paragraphs.docx", b"<w:p><w:r><w:t>x</w:t></w:r></w:p>", 340)
    _bomb(folder / "one long word.docx", b"x", 200, around=(b"<w:p><w:r><w:t>", b"</w:t></w:r></w:p>"))
    _pdf(folder / "decompression bomb.pdf", _stream(zlib.compress(b"(x) Tj\n" * 40_000_000), "/Filter /FlateDecode"))
    _pdf(folder / "page tree loop.pdf", b"", pages=b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 >>")
    _pdf(folder / "deep form loop.pdf", _stream(b"/F Do"), resources=b"<< /XObject << /F 4 0 R >> >>")
    (folder / "xref loop.pdf").write_bytes(
        b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer << /Size 1 /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF"
    )
    (folder / "nested arrays.pdf").write_bytes(
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF"
    )
    (folder / "deep.html").write_bytes(b"<html>" + b"<div>" * 500_000 + b"words")
    (folder / "one line.txt").write_bytes(b"x" * 50_000_000)
    (folder / "many lines.csv").write_bytes(b"a,b,c\n" * 5_000_000)
    (folder / "deep.eml").write_bytes(b"From: a\nMIME-Version: 1.0\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000)
    (folder / "laughs.xml.docx").write_bytes(
        _package(
            b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">'
            + b"".join(b'<!ENTITY x%d "%s">' % (step, b"&x%s;" % (b"" if step == 1 else b"%d" % (step - 1)) * 10) for step in range(1, 10))
            + b"]><w:document xmlns:w='w'><w:body><w:p><w:r><w:t>&x9;</w:t></w:r></w:p></w:body></w:document>"
        )
    )
    (folder / "zeros.pdf").write_bytes(bytes(1_000_000))
    (folder / "empty.md").touch()
    (folder / "noise.pdf").write_bytes(b"%PDF-1.7\n" + os.urandom(2_000_000))
    (folder / "noise.docx").write_bytes(b"PK\x03\x04" + os.urandom(2_000_000))
    (folder / "noise.hwp").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(2_000_000))
    with zipfile.ZipFile(folder / "many entries.docx", "w") as archive:
        for number in range(200_000):
            archive.writestr(str(number), b"")


def _package(document: bytes) -> bytes:
    import io

    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", document)
    return kept.getvalue()


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def _bomb(path: Path, piece: bytes, mib: int, *, around: tuple[bytes, bytes] = (b"", b"")) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>' + around[0])
            block = piece * (2**20 // len(piece))
            for _ in range(mib):
                part.write(block)
            part.write(around[1] + b"</w:body></w:document>")


def _stream(content: bytes, entries: str = "") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries.encode(), content)


def _pdf(path: Path, content: bytes, *, pages: bytes = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", resources: bytes = b"<< >>") -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources %s /Contents 4 0 R >>" % resources
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, content or _stream(b"")]
    out, at = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(at) + 1,
        table,
        len(at) + 1,
        len(out),
    )
    path.write_bytes(out)


# --- the table -----------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", type=Path)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--each", action="store_true")
    asked = parser.parse_args()
    limits = SandboxSettings()
    found: list[End] = []
    with tempfile.TemporaryDirectory() as made, Sandbox(limits, OCRSettings()) as sandbox:
        if asked.hostile:
            make_hostile(Path(made))
        for end in ends(files_below([*asked.corpus, Path(made)]), sandbox):
            found.append(end)
            if asked.each:
                sys.stdout.write(f"{end.end:<15} {end.why:<22} {end.seconds:7.2f} s {end.memory_mib:6.0f} MiB  {end.path.name}\n")
                sys.stdout.flush()
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
    sys.stdout.write("slowest: " + "; ".join(f"{end.path.name} {end.seconds:.1f} s" for end in slowest) + "\n")
    sys.stdout.write(
        f"memory of the child: most {max(end.memory_mib for end in found):.0f} MiB; children that died: {sum(end.died for end in found)}; this process: alive\n"
    )
    late = [end for end in found if end.seconds > limits.seconds + 5 and end.end not in ("indexed", "partial")]
    bad = [end for end in found if end.end == "SILENTLY EMPTY" or end.memory_mib > limits.memory_mib + 512]
    return 1 if bad or late else 0


if __name__ == "__main__":
    sys.exit(main())
