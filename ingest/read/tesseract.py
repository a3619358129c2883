"""Tesseract on this machine: the library where its wheel is installed, else the program. A picture -> words and where they are."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from PIL import Image

from ingest.read.text import normalise

try:
    import tesserocr
except ImportError:  # no wheel for this system
    tesserocr = None

Picture = Image.Image


class Word(NamedTuple):
    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    block: int
    line: int


class Look(Protocol):
    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[Word]:
        """The words in reading order."""


class RecogniserFailed(Exception):
    """A picture could not be drawn, or Tesseract could not do with it."""


def has_engine() -> bool:
    return tesserocr is not None or shutil.which("tesseract") is not None


def engine(folder: Path) -> tuple[Look, str] | None:
    """What looks at pictures with the data in ``folder``, and its version; None where nothing is installed that could."""
    if tesserocr is not None:
        return _Library(folder), f"Tesseract {str(tesserocr.tesseract_version()).split()[1]}"
    program = shutil.which("tesseract")
    return (_Program(program, folder), _version(program)) if program is not None else None


def mean(words: list[Word]) -> float:
    """Confidence, a long word counting for more."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _joined(pieces: list[Word], text: str) -> list[Word]:
    """Tesseract's "words" of Korean are often single syllables; its text alone says which of them belong together."""
    text = normalise(text)
    words: list[Word] = []
    at = 0
    for piece in pieces:
        start = at
        while start < len(text) and text[start].isspace():
            start += 1
        found = text.startswith(piece.text, start)
        if found and start == at and words and words[-1].line == piece.line:
            words[-1] = _glued(words[-1], piece)
        else:
            words.append(piece)
        if found:
            at = start + len(piece.text)
        elif (later := text.find(piece.text, at)) != -1:
            at = later + len(piece.text)
    return words


def _glued(left: Word, right: Word) -> Word:
    return left._replace(
        text=left.text + right.text,
        confidence=mean([left, right]),
        left=min(left.left, right.left),
        top=min(left.top, right.top),
        right=max(left.right, right.right),
        bottom=max(left.bottom, right.bottom),
    )


# --- the engine as a library -----------------------------------------------------------------


class _Library:
    """Opened at the first picture, for most documents have none: 0.1 s and 60 MB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engines: dict[str, tesserocr.PyTessBaseAPI] = {}

    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[Word]:
        try:
            if languages not in self._engines:
                self._engines[languages] = tesserocr.PyTessBaseAPI(path=f"{self._folder}{os.sep}", lang=languages)
            engine = self._engines[languages]
            engine.SetPageSegMode(assume)
            engine.SetImage(picture)
            engine.SetSourceResolution(dpi)
            engine.Recognize()
            return _joined(self._words(engine.GetIterator()), engine.GetUTF8Text())
        except RuntimeError as error:  # the only kind that tesserocr raises of itself
            raise RecogniserFailed(str(error)) from error

    def _words(self, results: tesserocr.PyResultIterator | None) -> list[Word]:
        level = tesserocr.RIL
        found: list[Word] = []
        block = line = 0
        for place in tesserocr.iterate_level(results, level.WORD) if results is not None else ():
            block += place.IsAtBeginningOf(level.BLOCK)
            line += place.IsAtBeginningOf(level.TEXTLINE)
            if place.Empty(level.WORD) or not (text := normalise(place.GetUTF8Text(level.WORD)).strip()):
                continue
            left, top, right, bottom = place.BoundingBox(level.WORD)
            found.append(Word(text, place.Confidence(level.WORD), left, top, right, bottom, block, line))
        return found


# --- the engine as a program -----------------------------------------------------------------


class _Program:
    def __init__(self, program: str, folder: Path) -> None:
        self._command = [program, "-", "-", "--tessdata-dir", str(folder)]

    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[Word]:
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        said = _run([*self._command, "-l", languages, "--dpi", str(dpi), "--psm", str(assume), "tsv", "txt"], file.getvalue())
        table, text = _table_and_text(said.decode("utf-8", "replace"))
        found = []
        for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["level"] != "5" or not (word := normalise(row["text"] or "").strip()):
                continue
            left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
            block = int(row["block_num"])
            line = (block * 1000 + int(row["par_num"])) * 1000 + int(row["line_num"])
            found.append(Word(word, float(row["conf"]), left, top, left + width, top + height, block, line))
        return _joined(found, text)


def _table_and_text(said: str) -> tuple[list[str], str]:
    """What the program writes with "tsv txt": rows of twelve fields, then the page's text."""
    lines = said.split("\n")
    rows = next((at for at, line in enumerate(lines) if line.count("\t") != 11), len(lines))
    return lines[:rows], "\n".join(lines[rows:])


def _run(command: list[str], given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise RecogniserFailed(str(error)) from error
    return done.stdout


@cache
def _version(program: str) -> str:
    try:
        said = _run([program, "--version"])
    except RecogniserFailed:
        return "Tesseract"
    first = said.decode("utf-8", "replace").split("\n")[0].split()
    return f"Tesseract {first[1]}" if len(first) > 1 else "Tesseract"
