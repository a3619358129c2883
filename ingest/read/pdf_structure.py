"""What a PDF says about itself: labels, metadata, outline, whether a password is needed.

From pypdf, which reads them as plain objects. They are a courtesy: what it cannot read, or would take too long over, is done without.
"""

from __future__ import annotations

import io
import logging
import struct
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, ParamSpec, TypeVar

import pypdf
import pypdf.errors
from pypdf.generic import Destination, IndirectObject, PdfObject

from ingest.read.text import normalise

P = ParamSpec("P")
T = TypeVar("T")

STRUCTURE_UNREADABLE = (
    pypdf.errors.PyPdfError,
    pypdf.errors.DependencyError,
    pypdf.errors.DeprecationError,
    # What a parser in Python raises where a file is not what it expects:
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_STRUCTURE_SECONDS = 5.0
_STRUCTURE_LIMITS = pypdf.Configuration(
    outline_maximum_entries=5_000,
    zlib_maximum_output_length=8 * 2**20,  # of one stream of objects; those that programs write have some 100 KiB
    lzw_maximum_output_length=8 * 2**20,
    run_length_maximum_output_length=8 * 2**20,
    stream_decoding_work_maximum_length=32 * 2**20,
    jbig2dec_binary=None,
)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its remarks on a file's faults are of no use to the reader


class OutlineEntry(NamedTuple):
    level: int  # 1 is the highest
    title: str
    page_index: int


class Structure(NamedTuple):
    metadata: Mapping[str, str] = {}
    labels: Mapping[int, str] = {}
    outline: Sequence[OutlineEntry] = ()


class _Reader(pypdf.PdfReader):
    """Gives up after some seconds of work, so that no file can spend the time its text needs."""

    def __init__(self, contents: bytes) -> None:
        self._gives_up_at = time.thread_time() + _STRUCTURE_SECONDS
        super().__init__(io.BytesIO(contents), strict=False)

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        if time.thread_time() > self._gives_up_at:
            raise pypdf.errors.LimitReachedError(f"{_STRUCTURE_SECONDS} s")
        return super().get_object(indirect_reference)


def _attempt(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """What pypdf reads within the limits; None where it cannot."""
    try:
        with pypdf.apply_configuration(_STRUCTURE_LIMITS):
            return read(*args, **kwargs)
    except STRUCTURE_UNREADABLE:
        return None


def is_locked(contents: bytes, password: str | None) -> bool:
    """Whether it takes a password to open it, and not this one, as far as that can be told."""
    return _attempt(lambda: not _unlocked(_Reader(contents), password)) or False


def _unlocked(reader: pypdf.PdfReader, password: str | None) -> bool:
    if not reader.is_encrypted:
        return True
    forms = ("",) if password is None else (password, password.encode())  # of itself it takes Latin-1 where it can, as AES-256 does not
    return any(reader.decrypt(form) != pypdf.PasswordType.NOT_DECRYPTED for form in forms)


def structure(contents: bytes, page_count: int, password: str | None) -> Structure:
    """Each part by itself: one that is broken does not cost the others."""
    reader = _attempt(_Reader, contents)
    if reader is not None and password is not None:
        _attempt(_unlocked, reader, password)
    if reader is None:
        return Structure()
    return Structure(
        _metadata(reader),
        _attempt(_labels, reader, page_count) or {},
        _attempt(_outline, reader, page_count) or (),
    )


def _metadata(reader: pypdf.PdfReader) -> dict[str, str]:
    info = _attempt(lambda: reader.metadata)
    if info is None:
        return {}
    found = {
        "title": _attempt(lambda: _words(info["/Title"])),
        "author": _attempt(lambda: _words(info["/Author"])),
        "created": _attempt(lambda: _iso_date(info.creation_date)),
        "modified": _attempt(lambda: _iso_date(info.modification_date)),
    }
    return {key: value for key, value in found.items() if value}


def _labels(reader: pypdf.PdfReader, page_count: int) -> dict[int, str]:
    if "/PageLabels" not in reader.root_object or len(reader.pages) != page_count:  # the page tree takes a while
        return {}
    labels = {index: _words(label) for index, label in enumerate(reader.page_labels)}
    return {index: label for index, label in labels.items() if label}


def _outline(reader: pypdf.PdfReader, page_count: int) -> list[OutlineEntry]:
    if "/Outlines" not in reader.root_object or len(reader.pages) != page_count:
        return []
    found: list[OutlineEntry] = []

    def walk(entries: Sequence[object], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)
            elif isinstance(entry, Destination):
                page: object = entry.page  # some programs write its index
                index = int(page) if isinstance(page, int) else reader.get_destination_page_number(entry)
                if index is not None and 0 <= index < page_count:
                    found.append(OutlineEntry(level, _words(entry.title), index))

    walk(reader.outline, 1)
    return found


def _words(value: object) -> str:
    """A short text of pypdf's on one line; empty where its letters are broken, which leaves it bytes."""
    return " ".join(normalise(value).split()) if isinstance(value, str) else ""


def _iso_date(date: datetime | None) -> str:
    """As its writer's clock showed it."""
    return date.replace(tzinfo=None).isoformat(timespec="seconds") if date is not None else ""
