"""How soon a page is there to be looked at: ``python -m bench.pictures [PDF [PAGE]]``, from the folder of the project.

Without a file it makes one of 300 pages of text. Each figure is from a process of its own, which has the drawer open and has drawn
nothing: the child is started, the file's SHA-256 taken, the page drawn and handed over. Then the next page, and the one before it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from ingest.pictures import Pictures
from rag.library.library import Library
from rag.records import Page, Reading, Rectangle, Span
from rag.settings import SandboxSettings
from tests.documents import KOREAN_FONT, lettered_pdf

_PAGES, _PAGE = 300, 210
_WIDTHS = (900, 1400)
_ROUNDS = 5

_LINE = "제{}조 (보증금) 임차인은 보증금 12,500,000원을 {}일까지 지급하고, the landlord returns it within {} days."


def text_pdf(path: Path) -> Path:
    """Korean and English, with the font in it."""
    pages = ["\n".join(_LINE.format(page, page * line % 28 + 1, line) for line in range(1, 38)) for page in range(1, _PAGES + 1)]
    return lettered_pdf(path, pages, font=KOREAN_FONT, points=11)


def put_in(library: Library, path: Path) -> str:
    """The id of the document, which the drawer takes for read."""
    doc_id, found = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat()
    library.commit(
        os.fsencode(path),
        name=path.name,
        doc_id=doc_id,
        mtime_ns=found.st_mtime_ns,
        size_bytes=found.st_size,
        method="bench",
        embedder="none",
        reading=Reading((Page("words", number=1),), format="pdf"),
        spans=[Span(0, 5, "words")],
        headers=[""],
        vectors=np.ones((1, 4), np.float32),
    )
    return doc_id


def once(home: Path, doc_id: str, page: int, width: int) -> dict[str, float]:
    """Milliseconds, bytes, MiB."""
    library = Library(home)
    with Pictures(library, SandboxSettings()) as pictures:
        found: dict[str, float] = {}

        def timed(what: str, number: int) -> None:
            began = time.perf_counter()
            if what == "marked":
                picture = pictures.marked_page(doc_id, number, [Rectangle(number, 0.1, 0.1, 0.9, 0.12)], width=width)
            else:
                picture = pictures.page(doc_id, number, width=width)
            found[what] = (time.perf_counter() - began) * 1000
            found[f"{what}, bytes"] = len(picture.contents)

        timed("cold", page)
        timed("next", page + 1)
        timed("one before", page - 1)
        timed("marked", page)
        timed("kept", page)
        found["child, MiB"] = psutil.Process(pictures.pid).memory_info().rss / 2**20
    library.close()
    return found


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(arguments[0]).absolute() if arguments else text_pdf(Path(folder, "text.pdf"))
        page = int(arguments[1]) if len(arguments) > 1 else _PAGE
        home = Path(folder, "drawer")
        library = Library(home)
        doc_id = put_in(library, path)
        library.close()
        print(f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB, page {page}; median of {_ROUNDS} (worst)")
        for width in _WIDTHS:
            command = [sys.executable, "-m", "bench.pictures", "--once", str(home), doc_id, str(page), str(width)]
            runs = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(_ROUNDS)]
            for what in ("cold", "next", "one before", "marked", "kept"):
                took = [run[what] for run in runs]
                size = f"{runs[0][f'{what}, bytes'] / 1024:.0f} KiB"
                print(f"  {width} wide, {what}: {statistics.median(took):.1f} ms ({max(took):.1f}), {size}")
            print(f"  {width} wide, the child at the end: {max(run['child, MiB'] for run in runs):.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))))
    else:
        main(sys.argv[1:])
