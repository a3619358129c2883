"""What may remain of a document in the files of a drawer: pieces of it, and the search for them in every byte."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.library.paths import ENTRIES

_PIECE_BYTES = 32
"""Of a text, a vector, a file: so few that hardly one of a hundred runs over the end of a page of the manifest."""

_LONGEST_BYTES = 64
"""Of a name or path."""

_LEAST_BYTES, _LEAST_DIFFERENT = 8, 6
"""What is shorter, or as monotonous as blanks and rules, stands in files by chance."""

_AT_ONCE_BYTES = 1 << 20

_BOOT = "import sys; root = sys.argv[1]; root in sys.path or sys.path.insert(0, root); from rag.library.remains import serve; serve()"

Report = Callable[[int, int], None]
"""Told the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class Searched:
    files: int
    size_bytes: int
    found: tuple[tuple[str, bytes], ...]  # in which file which piece


# --- pieces ----------------------------------------------------------------------------------


def piece_of(content: bytes) -> bytes | None:
    """The part of it that says most; None where it says too little to be known again."""
    parts = [content[at : at + _PIECE_BYTES] for at in range(0, max(1, len(content) - _PIECE_BYTES + 1), _PIECE_BYTES)]
    best = max(parts, key=lambda part: len(set(part)))
    return best if len(best) >= _LEAST_BYTES and len(set(best)) >= _LEAST_DIFFERENT else None


def end_of(name: bytes) -> bytes | None:
    """A name or path as a piece."""
    return name[-_LONGEST_BYTES:] if len(name) >= _LEAST_BYTES else None


def pieces_of_file(path: Path, most: int) -> Iterator[bytes]:
    """From all over a file, if it is there."""
    if not path.is_file():
        return
    step = max(_PIECE_BYTES, path.stat().st_size // most)
    with path.open("rb") as file:
        for at in range(0, most * step, step):
            file.seek(at)
            if piece := piece_of(file.read(min(step, 16 * _PIECE_BYTES))):
                yield piece


# --- the search ------------------------------------------------------------------------------


def found_in(chunks: Iterable[bytes], pieces: Collection[bytes]) -> set[bytes]:
    """The pieces that stand in one of the chunks."""
    left = set(pieces)
    for chunk in chunks:
        left -= {piece for piece in left if piece in chunk}
        if not left:
            break
    return set(pieces) - left


def chunks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, each chunk with the end of the one before it, so that no piece is cut in two; none of one that has just gone."""
    end = b""
    try:
        with path.open("rb") as file:
            while read := file.read(_AT_ONCE_BYTES):
                yield end + read
                end = (end + read)[1 - _LONGEST_BYTES :]
    except FileNotFoundError:
        return


def files_below(folder: Path) -> dict[Path, int]:
    """Every ordinary file and its size; links are not followed."""
    found = {}
    for where, _, names in os.walk(folder):
        for path in (Path(where, name) for name in names):
            with suppress(FileNotFoundError):  # it has just gone
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    found[path] = status.st_size
    return found


def foreign_files(home: Path) -> list[Path]:
    """Those in a drawer's folder that are none of its own."""
    return [path for path in files_below(home) if path.relative_to(home).parts[0] not in ENTRIES]


def search(home: Path, pieces: Sequence[bytes], report: Report = lambda done, total: None) -> Searched:
    """Look for the pieces in every byte of every file of a drawer.

    A process of its own does it: where one that has the manifest open closes that file a second time, the system takes its locks away, and
    SQLite no longer knows that somebody is writing.

    Raises:
        OSError: a file could not be read.
    """
    asked = {"home": os.fsencode(home.absolute()).hex(), "pieces": [piece.hex() for piece in pieces]}
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _BOOT, root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="ascii",
        start_new_session=True,  # Ctrl-C in the terminal is the parent's to answer
    ) as child:
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps(asked))
            child.stdin.close()
            for line in child.stdout:
                answer = json.loads(line)
                if "error" in answer:
                    raise OSError(0, answer["error"], os.fsdecode(bytes.fromhex(answer["file"])))
                if "found" in answer:
                    found = ((os.fsdecode(bytes.fromhex(file)), bytes.fromhex(piece)) for file, piece in answer["found"])
                    return Searched(answer["files"], answer["size_bytes"], tuple(found))
                report(answer["done"], answer["total"])
        except BaseException:
            child.kill()
            raise
    raise OSError(0, f"exit code {child.returncode}")


def serve() -> None:
    """The other end of ``search``: one JSON object a line, the last with what was found."""
    asked = json.load(sys.stdin)
    home, pieces = Path(os.fsdecode(bytes.fromhex(asked["home"]))), [bytes.fromhex(piece) for piece in asked["pieces"]]
    files = {path: size for path, size in files_below(home).items() if size}  # an empty one may be a lock that nobody else can read
    total, done, found = sum(files.values()), 0, []
    for path in files:
        there: set[bytes] = set()
        try:
            for chunk in chunks_of(path):
                there |= found_in([chunk], pieces)
                done += min(_AT_ONCE_BYTES, len(chunk))
                _say(done=done, total=max(done, total))
        except OSError as error:
            _say(error=error.strerror or "no access", file=os.fsencode(path).hex())
            return
        found += [(os.fsencode(path).hex(), piece.hex()) for piece in there]
    _say(files=len(files), size_bytes=done, found=found)


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()
