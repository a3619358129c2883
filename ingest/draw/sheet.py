"""What is common to all pictures of pages: their size, marks as of a highlighter, the file that a browser shows."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

MOST_PIXELS = 12_000_000
LONGEST_EDGE = 12_000
"""Of a picture, whatever its page's proportions: A4 has 8 million at the greatest width."""

Picture = Image.Image

MediaType = Literal["image/png", "image/jpeg"]

Mark = tuple[float, float, float, float]  # left, top, right, bottom, in shares of the page

_HIGHLIGHTER = (255, 230, 90)

_PAPER = 0.4
"""Share of a page that has one and the same brightness, from which on it is a PNG: text has some 0.85, a photograph or the noise of a
scanner less than 0.1. Of those a PNG is four times as large as a JPEG and takes twenty times as long (1400 wide: 2.5 MB, 250 ms)."""

_PNG_LEVEL = 3  # from 4 on zlib takes longer and coloured letters grow larger
_JPEG_QUALITY = 88


class NotDrawable(Exception):
    """A page, or the whole file, is not what its format says."""


class TooManyPixels(NotDrawable):
    """More than a scan would have."""


class NotThere(Exception):
    """The file has no such page."""


class Locked(Exception):
    """It takes a password."""


def fitted(page_width: float, page_height: float, *, width: int) -> tuple[int, int]:
    """The picture's size: ``width``, unless it would become too large."""
    scale = min(width / page_width, LONGEST_EDGE / page_height, math.sqrt(MOST_PIXELS / page_width / page_height))
    return max(1, int(page_width * scale + 1e-6)), max(1, int(page_height * scale + 1e-6))


def marked(picture: Picture, marks: Sequence[Mark]) -> Picture:
    """Where a mark lies, white takes its colour, and black stays black."""
    if not marks:
        return picture
    layer = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(layer)
    for left, top, right, bottom in marks:
        first = int(left * picture.width), int(top * picture.height)
        last = math.ceil(right * picture.width) - 1, math.ceil(bottom * picture.height) - 1
        pen.rectangle((first, (max(first[0], last[0]), max(first[1], last[1]))), fill=_HIGHLIGHTER)
    return ImageChops.multiply(picture.convert("RGB"), layer)


def encoded(picture: Picture) -> tuple[bytes, MediaType]:
    grey = picture.convert("L")
    if picture.mode != "L" and _is_grey(picture):
        picture = grey  # a third of the bytes, and of the time
    file = io.BytesIO()
    if max(grey.histogram()) >= _PAPER * grey.width * grey.height:
        picture.save(file, "PNG", compress_level=_PNG_LEVEL)
        return file.getvalue(), "image/png"
    picture.save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue(), "image/jpeg"


def _is_grey(picture: Picture) -> bool:
    red, green, blue = (band.tobytes() for band in picture.split())
    return red == green == blue
