"""Picture files -> pages: each frame is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PIL import Image, ImageOps

from ingest.draw.image import LARGEST_MEGAPIXELS, UNREADABLE, deep, is_too_large, kind, open_picture, seek
from ingest.draw.sheet import NotDrawable, TooManyPixels
from ingest.read.headings import find_headings
from ingest.read.ocr import Recogniser, why_no_words
from ingest.read.tesseract import Picture, RecogniserFailed
from rag.errors import DamagedDocument, DocumentTooDemanding
from rag.records import Page, Reading, Unread

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})


def read(contents: bytes, name: str, recogniser: Recogniser | None = None) -> Reading:
    format_ = kind(contents)
    pages: list[Page] = []
    because: dict[int, Unread] = {}
    picture = _open(contents, name, format_)
    number = 0
    while seek(picture, number):
        number += 1
        found = recogniser.page(number, _drawn(picture)) if recogniser is not None else Unread.NEEDS_OCR
        if isinstance(found, Page):
            pages.append(replace(found, headings=tuple(find_headings(found.text))))
        else:
            because[number] = found
    if not pages:
        raise why_no_words(name, because)
    return Reading(tuple(pages), format=(format_ or "").lower(), unread_pages=tuple(because), unread_because=because)


def _open(contents: bytes, name: str, format_: str | None) -> Image.Image:
    """
    Raises:
        DocumentTooDemanding: its first frame has more pixels than a scan would.
        DamagedDocument
    """
    try:
        picture = open_picture(contents)
    except TooManyPixels as error:
        raise DocumentTooDemanding(name=name, limit=f"{LARGEST_MEGAPIXELS} megapixels") from error
    except NotDrawable as error:
        raise DamagedDocument(name=name, cause=f"it cannot be opened as {format_}") from error
    if format_ != "TIFF":  # of which a part may be whole
        try:
            picture.load()
        except UNREADABLE as error:
            raise DamagedDocument(name=name, cause="the picture in it is cut off or broken") from error
    return picture


def _drawn(picture: Image.Image) -> Callable[[], Picture]:
    def draw() -> Image.Image:
        if is_too_large(picture):
            raise RecogniserFailed("too many pixels")
        try:
            return _on_white(ImageOps.exif_transpose(picture))
        except UNREADABLE as error:
            raise RecogniserFailed(str(error)) from error

    return draw


def _on_white(picture: Image.Image) -> Image.Image:
    """What is transparent shows the paper: black letters on nothing would turn black on black."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("L")
    return deep(picture) or picture.convert("L")
