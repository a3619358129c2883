"""Pictures of pages -> pages.

No engine brings the data of any language; that is the system's or the user's own. Where the engine or the data is missing, ``recogniser``
says so with None, and a page that needed it says so with a reason; nothing fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ingest.read.columns import Area, area_of, find_columns
from ingest.read.tesseract import Look, Picture, RecogniserFailed, Word, engine, has_engine, mean
from rag.boxes import UNITS, Row, pack
from rag.errors import UNREAD_DOCUMENT, DocumentError
from rag.records import Page, Recognition, Unread
from rag.settings import OCRSettings

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


class Recogniser(Protocol):
    """Reads pictures of pages. ``draw`` is called when the picture is needed, which may be never."""

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread: ...


def why_no_words(name: str, because: Mapping[int, Unread]) -> DocumentError:
    """What to say of a document none of whose pages gave words; ``because`` holds those that show something."""
    why = next((why for why in UNREAD_DOCUMENT if why in because.values()), Unread.NO_TEXT)
    return UNREAD_DOCUMENT[why](name=name, pages=len(because))


# --- what is installed -----------------------------------------------------------------------


def recogniser(settings: OCRSettings, environment: Mapping[str, str] = os.environ) -> Tesseract | None:
    """The recogniser for the settings' languages; None where the engine or one of the languages is not installed."""
    folder = _tessdata(settings, environment)
    found = engine(folder) if folder is not None else None
    return Tesseract(*found, settings.languages) if found is not None else None


def is_installed(settings: OCRSettings, environment: Mapping[str, str] = os.environ) -> bool:
    return has_engine() and _tessdata(settings, environment) is not None


def _tessdata(settings: OCRSettings, environment: Mapping[str, str]) -> Path | None:
    """The first folder that has every language; one that is named outright is the only one looked at."""
    named = settings.tessdata or environment.get("TESSDATA_PREFIX")
    folders = [Path(named), Path(named) / "tessdata"] if named else [Path(folder) for folder in _FOLDERS]
    wanted = [f"{language}.traineddata" for language in settings.languages]
    return next((folder for folder in folders if all((folder / name).is_file() for name in wanted)), None)


# --- the recogniser --------------------------------------------------------------------------


class Tesseract:
    def __init__(self, look: Look, version: str, languages: Sequence[str]) -> None:
        self._look = look
        self._languages = "+".join(languages)
        self._reads_korean = _KOREAN in languages
        self._engine = f"{version} ({self._languages})"

    def page(self, number: int, draw: Callable[[], Picture]) -> Page | Unread:
        try:
            picture = _fitted(draw())
            words = [word for word in self._best(picture) if not _is_noise(word)]
        except (RecogniserFailed, MemoryError):
            return Unread.NOT_RECOGNISED
        if mean(words) < _NO_WORDS or not any(char.isalnum() for word in words for char in word.text):
            return Unread.NO_WORDS
        return _page(words, number=number, size=picture.size, engine=self._engine)

    def _best(self, picture: Picture) -> list[Word]:
        """What is seen at the first look, or at a second one where the first sees Korean or is unsure."""
        first = self._look(picture, dpi=DPI, assume=_AUTOMATIC, languages=self._languages)
        if _hangul(first) >= _SOME and self._reads_korean:
            second = self._look(picture, dpi=DPI, assume=_ONE_BLOCK, languages=_KOREAN)
            if mean(second) < _SURE:
                third = self._look(picture, dpi=DPI, assume=_ONE_BLOCK, languages=self._languages)
                second = _with_latin_of(third, second)
            enough = _HARDLY_FEWER
        elif mean(first) < _SURE:
            smaller = picture.resize((max(1, int(picture.width * _SMALLER)), max(1, int(picture.height * _SMALLER))))
            seen = self._look(smaller, dpi=int(DPI * _SMALLER), assume=_ONE_BLOCK, languages=self._languages)
            second, enough = [_enlarged(word, 1 / _SMALLER) for word in seen], _CLEARLY_MORE
        else:
            return first
        return _by_columns(second) if _good(second) > enough * _good(first) else first


def _fitted(picture: Picture) -> Picture:
    """In grey, and of a size that Tesseract does well with."""
    grey = picture.convert("L")
    pixels = grey.width * grey.height
    if pixels > LARGEST_PIXELS:
        share = (LARGEST_PIXELS / pixels) ** 0.5
        return grey.resize((max(1, int(grey.width * share)), max(1, int(grey.height * share))))
    if pixels < _SMALL_PIXELS:
        return grey.resize((2 * grey.width, 2 * grey.height))
    return grey


def _is_noise(word: Word) -> bool:
    return word.confidence < (_NOISE if any(char.isalnum() for char in word.text) else _NOISE_WITHOUT_LETTERS)


def _good(words: list[Word]) -> int:
    return sum(len(word.text) for word in words if word.confidence >= _GOOD)


def _with_latin_of(other: list[Word], korean: list[Word]) -> list[Word]:
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


def _hangul(words: list[Word]) -> float:
    """The share of Hangul among the letters."""
    letters = [char for word in words for char in word.text if char.isalpha()]
    return sum("가" <= char <= "힣" for char in letters) / len(letters) if letters else 0.0


def _by_columns(words: list[Word]) -> list[Word]:
    """Words that were seen as one block, column after column where there are two."""
    places = [Area(word.left, word.top, word.right, word.bottom) for word in words]
    areas = find_columns(places)
    if areas is None:
        return words
    own = [area_of(place, areas) or 0 for place in places]
    order = sorted(range(len(words)), key=lambda at: own[at])
    return [words[at]._replace(block=own[at]) for at in order]


def _enlarged(word: Word, factor: float) -> Word:
    return word._replace(left=word.left * factor, top=word.top * factor, right=word.right * factor, bottom=word.bottom * factor)


def _page(words: list[Word], *, number: int, size: tuple[int, int], engine: str) -> Page:
    """Lines as they stand, a blank one between two blocks, and where each word is."""
    width, height = size
    text = ""
    rows: list[Row] = []
    before: Word | None = None
    for word in words:
        if before is not None:
            text += "\n\n" if word.block != before.block else "\n" if word.line != before.line else " "
        start = len(text)
        text += word.text
        left, right = (min(UNITS, max(0, round(edge / width * UNITS))) for edge in (word.left, word.right))
        top, bottom = (min(UNITS, max(0, round(edge / height * UNITS))) for edge in (word.top, word.bottom))
        rows.append((start, len(text), left, top, right, bottom))
        before = word
    return Page(text, number=number, recognised=Recognition(engine, round(mean(words), 1)), boxes=pack(rows))
