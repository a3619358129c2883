"""Pictures of pages -> pages, by Tesseract on this machine: the library where its wheel is installed, else the program.

Neither brings the data of any language; that is the system's or the user's own. Where a part is missing, ``recogniser`` says so with
None, and a page that needed it says so with a reason; nothing fails.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from PIL import Image

from ingest.read.columns import Area, area_of, find_columns
from ingest.read.text import normalise
from rag.errors import UNREAD_DOCUMENT, DocumentError
from rag.records import Box, Page, Recognition, Unread
from rag.settings import OCRSettings

try:
    import tesserocr
except ImportError:  # no wheel for this system
    tesserocr = None

DPI = 200
"""At which pages are drawn. At 300 dpi a page takes a third longer, and Korean in 10.5 pt is recognised no better."""

LARGEST_PIXELS = 4000 * 4000
_SMALL_PIXELS = 1_000_000  # a picture of a screen: its letters are half as large as Tesseract likes them

_AUTOMATIC, _ONE_BLOCK = 3, 6  # Tesseract's numbers for what it may assume about a page
_KOREAN = "kor"
_SOME = 0.15
"""Share of Hangul among the letters from which a page is looked at again, as one block of Korean. Layout analysis takes Korean lines
apart and loses some, and English beside Korean makes Latin of syllables: character error rate 0.05 to 0.11 at 200 dpi in three fonts,
against less than 0.02. Of Latin words the Korean data makes nonsense; those are taken from a third look."""
_SURE = 90.0
_SMALLER = 0.75  # the scale of a second look at other pages, where the first is unsure
_CLEARLY_MORE, _HARDLY_FEWER = 1.03, 0.95  # of letters well seen, for the second look to be the better

_NOISE = 30.0  # below, a word is a stain
_NOISE_WITHOUT_LETTERS = 60.0  # below, a mark without letters is a rule or the edge of a picture
_NO_WORDS = 50.0
"""Mean confidence below which a picture holds no words at all: what Tesseract makes of photographs."""
_GOOD = 60.0  # words that count when two looks are compared

_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    r"C:\Program Files\Tesseract-OCR\tessdata",
)


Picture = Image.Image


class Recogniser(Protocol):
    """Reads pictures of pages. ``draw`` is called when the picture is needed, which may be never."""

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread: ...


class _Word(NamedTuple):
    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float
    block: int
    line: int


class _Look(Protocol):
    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[_Word]:
        """The words in reading order."""


class RecogniserFailed(Exception):
    """A picture could not be drawn, or Tesseract could not do with it."""


def why_no_words(name: str, because: Mapping[int, Unread]) -> DocumentError:
    """What to say of a document none of whose pages gave words; ``because`` holds those that show something."""
    why = next((why for why in UNREAD_DOCUMENT if why in because.values()), Unread.NO_TEXT)
    return UNREAD_DOCUMENT[why](name=name, pages=len(because))


# --- what is installed -----------------------------------------------------------------------


def recogniser(settings: OCRSettings, environment: Mapping[str, str] = os.environ) -> Tesseract | None:
    """The recogniser for the settings' languages; None where the engine or one of the languages is not installed."""
    folder, program = _tessdata(settings, environment), shutil.which("tesseract")
    languages = "+".join(settings.languages)
    if folder is not None and tesserocr is not None:
        version = str(tesserocr.tesseract_version()).split("\n")[0].split()[-1]
        return Tesseract(_Library(folder), f"Tesseract {version}", languages)
    if folder is not None and program is not None:
        return Tesseract(_Program(program, folder), _version(program), languages)
    return None


def is_installed(settings: OCRSettings, environment: Mapping[str, str] = os.environ) -> bool:
    engine = tesserocr is not None or shutil.which("tesseract") is not None
    return engine and _tessdata(settings, environment) is not None


def _tessdata(settings: OCRSettings, environment: Mapping[str, str]) -> Path | None:
    """The first folder that has every language; one that is named outright is the only one looked at."""
    named = settings.tessdata or environment.get("TESSDATA_PREFIX")
    folders = [Path(named), Path(named) / "tessdata"] if named else [Path(folder) for folder in _FOLDERS]
    wanted = [f"{language}.traineddata" for language in settings.languages]
    return next((folder for folder in folders if all((folder / name).is_file() for name in wanted)), None)


@cache
def _version(program: str) -> str:
    try:
        said = _run([program, "--version"])
    except RecogniserFailed:
        return "Tesseract"
    first = said.decode("utf-8", "replace").split("\n")[0].split()
    return f"Tesseract {first[1]}" if len(first) > 1 else "Tesseract"


# --- the recogniser --------------------------------------------------------------------------


class Tesseract:
    def __init__(self, look: _Look, engine: str, languages: str) -> None:
        self._look = look
        self._engine = f"{engine} ({languages})"
        self._languages = languages

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread:
        try:
            picture = _fitted(draw())
            words = [word for word in self._best(picture) if not _is_noise(word)]
        except (RecogniserFailed, MemoryError):
            return Unread.NOT_RECOGNISED
        if _mean(words) < _NO_WORDS or not any(char.isalnum() for word in words for char in word.text):
            return Unread.NO_WORDS
        return _page(words, number=number, size=picture.size, engine=self._engine)

    def _best(self, picture: Image.Image) -> list[_Word]:
        """What is seen at the first look, or at a second one where the first sees Korean or is unsure."""
        first = self._look(picture, dpi=DPI, assume=_AUTOMATIC, languages=self._languages)
        if _hangul(first) >= _SOME and _KOREAN in self._languages:
            second = self._look(picture, dpi=DPI, assume=_ONE_BLOCK, languages=_KOREAN)
            if _mean(second) < _SURE:
                third = self._look(picture, dpi=DPI, assume=_ONE_BLOCK, languages=self._languages)
                second = _with_latin_of(third, second)
            enough = _HARDLY_FEWER
        elif _mean(first) < _SURE:
            smaller = picture.resize((max(1, int(picture.width * _SMALLER)), max(1, int(picture.height * _SMALLER))))
            seen = self._look(smaller, dpi=int(DPI * _SMALLER), assume=_ONE_BLOCK, languages=self._languages)
            second, enough = [_enlarged(word, 1 / _SMALLER) for word in seen], _CLEARLY_MORE
        else:
            return first
        return _by_columns(second) if _good(second) > enough * _good(first) else first


def _fitted(picture: Image.Image) -> Image.Image:
    """In grey, and of a size that Tesseract does well with."""
    grey = picture.convert("L")
    pixels = grey.width * grey.height
    if pixels > LARGEST_PIXELS:
        share = (LARGEST_PIXELS / pixels) ** 0.5
        return grey.resize((max(1, int(grey.width * share)), max(1, int(grey.height * share))))
    if pixels < _SMALL_PIXELS:
        return grey.resize((2 * grey.width, 2 * grey.height))
    return grey


def _is_noise(word: _Word) -> bool:
    return word.confidence < (_NOISE if any(char.isalnum() for char in word.text) else _NOISE_WITHOUT_LETTERS)


def _mean(words: list[_Word]) -> float:
    """Confidence, a long word counting for more."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _good(words: list[_Word]) -> int:
    return sum(len(word.text) for word in words if word.confidence >= _GOOD)


def _with_latin_of(other: list[_Word], korean: list[_Word]) -> list[_Word]:
    """The look at Korean, with the Latin words of the other wherever that was surer of them."""
    merged = list(korean)
    for word in other:
        latin = sum(char.isascii() and char.isalpha() for char in word.text)
        if word.confidence < _GOOD or 2 * latin <= len(word.text) or len(word.text) == 1:
            continue
        same = [
            at
            for at, seen in enumerate(merged)
            if word.left <= (seen.left + seen.right) / 2 <= word.right and word.top <= (seen.top + seen.bottom) / 2 <= word.bottom
        ]
        if same and same[-1] - same[0] == len(same) - 1 and all(merged[at].confidence < word.confidence for at in same):
            merged[same[0] : same[-1] + 1] = [word._replace(block=merged[same[0]].block, line=merged[same[0]].line)]
    return merged


def _hangul(words: list[_Word]) -> float:
    """The share of Hangul among the letters."""
    letters = [char for word in words for char in word.text if char.isalpha()]
    return sum("가" <= char <= "힣" for char in letters) / len(letters) if letters else 0.0


def _by_columns(words: list[_Word]) -> list[_Word]:
    """Words that were seen as one block, column after column where there are two."""
    places = [Area(word.left, word.top, word.right, word.bottom) for word in words]
    areas = find_columns(places)
    if areas is None:
        return words
    own = [area_of(place, areas) or 0 for place in places]
    order = sorted(range(len(words)), key=lambda at: own[at])
    return [words[at]._replace(block=own[at]) for at in order]


def _enlarged(word: _Word, factor: float) -> _Word:
    return word._replace(left=word.left * factor, top=word.top * factor, right=word.right * factor, bottom=word.bottom * factor)


def _page(words: list[_Word], *, number: int, size: tuple[int, int], engine: str) -> Page:
    """Lines as they stand, a blank one between two blocks, and where each word is."""
    width, height = size
    text, boxes = "", []
    before: _Word | None = None
    for word in words:
        if before is not None:
            text += "\n\n" if word.block != before.block else "\n" if word.line != before.line else " "
        start = len(text)
        text += word.text
        boxes.append(
            Box(
                start,
                len(text),
                max(0.0, round(word.left / width, 4)),
                max(0.0, round(word.top / height, 4)),
                min(1.0, round(word.right / width, 4)),
                min(1.0, round(word.bottom / height, 4)),
            )
        )
        before = word
    return Page(text, number=number, recognised=Recognition(engine, round(_mean(words), 1), tuple(boxes)))


def _joined(pieces: list[_Word], text: str) -> list[_Word]:
    """Tesseract's "words" of Korean are often single syllables; its text alone says which of them belong together."""
    text = normalise(text)
    words: list[_Word] = []
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


def _glued(left: _Word, right: _Word) -> _Word:
    return left._replace(
        text=left.text + right.text,
        confidence=_mean([left, right]),
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

    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[_Word]:
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

    def _words(self, results: tesserocr.PyResultIterator | None) -> list[_Word]:
        level = tesserocr.RIL
        found: list[_Word] = []
        block = line = 0
        for place in tesserocr.iterate_level(results, level.WORD) if results is not None else ():
            block += place.IsAtBeginningOf(level.BLOCK)
            line += place.IsAtBeginningOf(level.TEXTLINE)
            if place.Empty(level.WORD) or not (text := normalise(place.GetUTF8Text(level.WORD)).strip()):
                continue
            left, top, right, bottom = place.BoundingBox(level.WORD)
            found.append(_Word(text, place.Confidence(level.WORD), left, top, right, bottom, block, line))
        return found


# --- the engine as a program -----------------------------------------------------------------


class _Program:
    def __init__(self, program: str, folder: Path) -> None:
        self._command = [program, "-", "-", "--tessdata-dir", str(folder)]

    def __call__(self, picture: Picture, *, dpi: int, assume: int, languages: str) -> list[_Word]:
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
            found.append(_Word(word, float(row["conf"]), left, top, left + width, top + height, block, line))
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
