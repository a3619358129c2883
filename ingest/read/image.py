"""Picture files -> pages: each frame is one."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable
from dataclasses import replace

from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.read.headings import find_headings
from ingest.read.ocr import Recogniser, why_no_words
from ingest.read.tesseract import Picture, RecogniserFailed
from rag.errors import DamagedDocument, DocumentTooDemanding
from rag.records import Page, Reading, Unread

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})

_STARTS = ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"))

_LARGEST_MEGAPIXELS = 80
"""A3 at 600 dpi has 70, and in colour takes 280 MB while it is decoded."""

_MOST_FRAMES = 2000

UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    # What Pillow's decoders raise where a file is not what they expect:
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
)


def kind(contents: bytes) -> str | None:
    """PNG, JPEG or TIFF; None for anything else."""
    return next((found for start, found in _STARTS if contents.startswith(start)), None)


def read(contents: bytes, name: str, recogniser: Recogniser | None = None) -> Reading:
    format_ = kind(contents)
    pages: list[Page] = []
    because: dict[int, Unread] = {}
    picture = _open(contents, name, format_)
    number = 0
    while _seek(picture, number):
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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            picture = Image.open(io.BytesIO(contents), formats=[format_ or ""])
    except Image.DecompressionBombError as error:
        raise DocumentTooDemanding(name=name, limit=f"{_LARGEST_MEGAPIXELS} megapixels") from error
    except UNREADABLE as error:
        raise DamagedDocument(name=name, cause=f"it cannot be opened as {format_}") from error
    if _is_too_large(picture):
        raise DocumentTooDemanding(name=name, limit=f"{_LARGEST_MEGAPIXELS} megapixels")
    if format_ != "TIFF":  # of which a part may be whole
        try:
            picture.load()
        except UNREADABLE as error:
            raise DamagedDocument(name=name, cause="the picture in it is cut off or broken") from error
    return picture


def _is_too_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > _LARGEST_MEGAPIXELS * 1_000_000


def _seek(picture: Image.Image, index: int) -> bool:
    """Whether there is such a frame. One whose beginning is broken ends the file: nothing says where the next would be."""
    if index == 0:
        return True
    if picture.format != "TIFF" or index >= _MOST_FRAMES:  # a moving PNG is one picture
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture.seek(index)
    except UNREADABLE:
        return False
    return True


def _drawn(picture: Image.Image) -> Callable[[], Picture]:
    def draw() -> Image.Image:
        if _is_too_large(picture):
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
    if picture.mode in ("I;16", "I;16B", "I;16L", "I", "F"):  # convert would cut off what is brighter than 255
        return picture.convert("F").point(lambda value: value / 256).convert("L") if picture.mode.startswith("I") else picture.convert("L")
    return picture.convert("L")
