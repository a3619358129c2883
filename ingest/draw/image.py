"""A frame of a picture file -> its picture, turned as its camera says."""

from __future__ import annotations

import io
import struct
import warnings

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ingest.draw.sheet import NotDrawable, NotThere, Picture, TooManyPixels, fitted

_STARTS = ((b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"))

LARGEST_MEGAPIXELS = 80
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

_LYING = frozenset({5, 6, 7, 8})  # orientations that exchange width and height


def kind(contents: bytes) -> str | None:
    """PNG, JPEG or TIFF; None for anything else."""
    return next((found for start, found in _STARTS if contents.startswith(start)), None)


def open_picture(contents: bytes) -> Picture:
    """Its first frame, not yet decoded.

    Raises:
        TooManyPixels, NotDrawable
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is stricter
            picture = Image.open(io.BytesIO(contents), formats=[kind(contents) or ""])
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    except UNREADABLE as error:
        raise NotDrawable from error
    if is_too_large(picture):
        raise TooManyPixels
    return picture


def is_too_large(picture: Picture) -> bool:
    return picture.width * picture.height > LARGEST_MEGAPIXELS * 1_000_000


def seek(picture: Picture, index: int) -> bool:
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


def draw_frame(contents: bytes, number: int, *, width: int) -> Picture:
    """Not larger than it is: a browser enlarges as well.

    Raises:
        NotThere, TooManyPixels, NotDrawable
    """
    picture = open_picture(contents)
    for index in range(1, number):  # one after another, as they were numbered
        if not seek(picture, index):
            raise NotThere
    if is_too_large(picture):
        raise TooManyPixels
    try:
        _decode_smaller(picture, width)
        shown = _in_colour(ImageOps.exif_transpose(picture))
        size = fitted(*shown.size, width=min(width, shown.width))
        return shown.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0) if size != shown.size else shown
    except UNREADABLE as error:
        raise NotDrawable from error


def _decode_smaller(picture: Picture, width: int) -> None:
    """A JPEG can be decoded at a half or less of its size, in a third of the time."""
    if picture.format == "JPEG":
        lies = picture.getexif().get(ExifTags.Base.Orientation) in _LYING
        across, down = (picture.height, picture.width) if lies else picture.size
        wanted = width, max(1, down * width // across)
        picture.draft(picture.mode, wanted[::-1] if lies else wanted)


def _in_colour(picture: Picture) -> Picture:
    """RGB, or L where it has no colour; on white, where it is transparent."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    if (grey := deep(picture)) is not None:
        return grey
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def deep(picture: Picture) -> Picture | None:
    """In 256 shades, where a picture has more than those: ``convert`` would cut off what is brighter. None where it has not."""
    if picture.mode.startswith("I"):
        return picture.convert("F").point(lambda value: value / 256).convert("L")
    return picture.convert("L") if picture.mode == "F" else None
