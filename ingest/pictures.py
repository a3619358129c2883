"""Pages of documents in the drawer, as pictures for the page viewer and for exports. READ FIRST: ``Pictures._picture``.

What is drawn are the bytes that were read, or nothing: a file whose SHA-256 is another one now shows no pages. A child of its own draws
them (``ingest.painter``), so that nobody who looks at a page waits for documents that are being taken in, and a page that crashes or
stalls it costs that page. Nothing of the pictures is written to the disk.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from pydantic import ValidationError

from ingest.child import Child, boot
from ingest.draw.messages import Drawn, DrawRequest, Refusal
from ingest.draw.sheet import LONGEST_EDGE, MOST_PIXELS, Mark, MediaType
from ingest.pipeline import is_unlocked
from ingest.stamp import Stamp, stamp_of
from rag.errors import (
    NoPictures,
    NoSuchDocument,
    NoSuchPage,
    PageNotDrawn,
    PasswordNotKept,
    PictureError,
    SourceChanged,
    SourceGone,
    SourceUnreadable,
)
from rag.library.library import UPLOAD, Library
from rag.library.manifest import Place
from rag.records import Rectangle
from rag.settings import SandboxSettings

NARROWEST, WIDEST = 400, 2400
_STEP = 100
"""Of widths, in pixels: the next one up is drawn, so that a window of another size finds the picture that is there."""

_FORMATS = frozenset({"pdf", "png", "jpeg", "tiff"})

_SECONDS = 15
"""For one page. Those of 10-K filings take 0.1 s, and the reader sits before the screen."""

_FAILURE_KEPT_S = 60
"""For that long a page that could not be drawn is not tried again: who turns pages to and fro would wait each time."""

_MOST_VERDICTS = 1000

_MOST_TABLES = 30  # before the frame of a JPEG; Pillow writes six

_BOOT = boot("ingest.painter")

_LARGEST_PICTURE_BYTES = 3 * MOST_PIXELS + 2**20
_LARGEST_ANSWER_BYTES = _LARGEST_PICTURE_BYTES * 4 // 3 + 2**10  # in base64


@dataclass(frozen=True, slots=True)
class Picture:
    contents: bytes
    media_type: MediaType
    width: int  # in pixels, as the height
    height: int


class _Key(NamedTuple):
    doc_id: str
    page: int
    width: int
    marks: tuple[Mark, ...]


class _Source(NamedTuple):
    """A file that holds the document's very bytes."""

    path: Path
    stamp: Stamp


class Pictures:
    """Safe to share between threads, which take turns. The child is started when first needed, and again whenever it has ended."""

    def __init__(self, library: Library, settings: SandboxSettings, *, kept_bytes: int = 64 * 2**20, idle_s: float = 180) -> None:
        """``kept_bytes`` of pictures are kept, those that were looked at last. A child that has had nothing to draw for ``idle_s``, and holds
        a document open, is ended."""
        self._library = library
        self._memory_mib, self._seconds = settings.memory_mib, min(settings.seconds, _SECONDS)
        self._idle_s = idle_s
        self._one_at_a_time = threading.Lock()
        self._child: _Child | None = None
        self._kept = _Kept(kept_bytes)
        self._failed: dict[tuple[str, int], tuple[PictureError, float]] = {}  # and until when it stays
        self._hashes: OrderedDict[_Source, str] = OrderedDict()
        self._guard = threading.Lock()  # of the last two

    def __enter__(self) -> Pictures:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child, while there is one."""
        child = self._child
        return child.process.pid if child is not None else None

    @property
    def kept_bytes(self) -> int:
        """Of pictures, at present."""
        return self._kept.size_bytes

    def close(self) -> None:
        child = self._child
        if child is not None:
            child.process.kill()  # whatever it is drawing
        with self._one_at_a_time:
            self._drop_child()
            self._kept.clear()

    def warm(self) -> None:
        """Have the child start now, in a thread of its own, for somebody is about to look at a page; one that nobody does ends after a while."""
        if self._child is None:
            threading.Thread(target=self._start, daemon=True).start()

    def _start(self) -> None:
        with self._one_at_a_time, suppress(RuntimeError, OSError):  # whoever looks at a page is told
            self._running_child()

    def forget(self, doc_ids: Collection[str]) -> None:
        """Let go of all that is kept of documents that have been erased."""
        with self._one_at_a_time:  # what is being drawn of them now is kept before, or not at all
            if self._child is not None and not self._child.opened.isdisjoint(doc_ids):
                self._drop_child()
            self._kept.forget(doc_ids)
            with self._guard:
                self._failed = {key: failed for key, failed in self._failed.items() if key[0] not in doc_ids}
                self._hashes = OrderedDict((source, found) for source, found in self._hashes.items() if found not in doc_ids)

    def page(self, doc_id: str, number: int, *, width: int) -> Picture:
        """A page by its 1-based number in the file, ``width`` pixels wide: from 400 to 2400, rounded up to hundreds. A picture file with fewer
        pixels comes with those, a very long page narrower.

        A picture that is kept is shown although its file has gone or changed since: it is the page that was read.

        Raises:
            PictureError: there is no picture of it; which one says why. Its words are there all the same.
            NoSuchDocument: it is not in the drawer.
        """
        return self._picture(doc_id, number, width, ())

    def marked_page(self, doc_id: str, number: int, rectangles: Sequence[Rectangle], *, width: int) -> Picture:
        """As ``page``, with those of the rectangles that lie on this page marked as with a highlighter.

        Raises:
            PictureError, NoSuchDocument
        """
        marks = tuple((at.left, at.top, at.right, at.bottom) for at in rectangles if at.page in (None, number))
        return self._picture(doc_id, number, width, marks)

    def _picture(self, doc_id: str, number: int, width: int, marks: tuple[Mark, ...]) -> Picture:
        name, size_bytes, places = self._known(doc_id)
        key = _Key(doc_id, number, min(WIDEST, max(NARROWEST, -(-width // _STEP) * _STEP)), marks)
        if (picture := self._kept.get(key)) is not None:
            return picture
        if number < 1:
            raise NoSuchPage(name=name, page=number)
        source = self._source(doc_id, name, size_bytes, places)
        with self._one_at_a_time:
            self._known(doc_id)  # it may have been erased while we waited, and its picture drawn
            if (picture := self._kept.get(key)) is not None:
                return picture
            self._raise_what_failed(key)
            try:
                picture = self._draw(key, source, name)
            except PageNotDrawn as error:
                self._keep_failure(key, error)
                raise
            self._kept.put(key, picture)
            return picture

    # --- where its bytes are --------------------------------------------------------------------

    def _known(self, doc_id: str) -> tuple[str, int, list[Place]]:
        """Name, size in bytes and places of a document that can be drawn.

        Raises:
            NoSuchDocument, NoPictures, PasswordNotKept
        """
        how = self._library.manifest.how_read(doc_id)
        places = self._library.manifest.places(doc_id=doc_id)
        if how is None or not places:
            raise NoSuchDocument(name=doc_id)
        format_, method, size_bytes = how
        name = places[0].name
        if format_ not in _FORMATS:
            raise NoPictures(name=name, kind=format_.upper())
        if is_unlocked(method):
            raise PasswordNotKept(name=name)
        return name, size_bytes, places

    def _source(self, doc_id: str, name: str, size_bytes: int, places: Sequence[Place]) -> _Source:
        """The first place where the document's very bytes lie.

        Raises:
            SourceChanged, SourceUnreadable, SourceGone: the gravest of what was found at its places.
        """
        unreadable: OSError | None = None
        is_changed = False
        for place in places:
            path = self._path_of(place, doc_id)
            try:
                found = path.stat()
                if not stat.S_ISREG(found.st_mode):  # a pipe would never end
                    is_changed = True
                    continue
                source = _Source(path, stamp_of(found))
                if found.st_size == size_bytes and self._hash(source) == doc_id:
                    return source
                is_changed = True
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                unreadable = error
        if is_changed:
            raise SourceChanged(name=name)
        if unreadable is not None:
            raise SourceUnreadable(name=name, cause=unreadable.strerror or "no access")
        raise SourceGone(name=name)

    def _path_of(self, place: Place, doc_id: str) -> Path:
        if place.place.startswith(UPLOAD):
            return self._library.snapshot_path(place.snapshot or doc_id)
        return Path(os.fsdecode(place.place))

    def _hash(self, source: _Source) -> str:
        """SHA-256 of the file. Once for as long as its stamp stays: a gigabyte takes a second."""
        with self._guard:
            if source in self._hashes:
                return self._hashes[source]
        with source.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            after = _Source(source.path, stamp_of(os.fstat(file.fileno())))
        if after == source:
            with self._guard:
                self._hashes[source] = found
                if len(self._hashes) > _MOST_VERDICTS:
                    self._hashes.popitem(last=False)
        return found

    # --- the child ------------------------------------------------------------------------------

    def _draw(self, key: _Key, source: _Source, name: str) -> Picture:
        """
        Raises:
            PageNotDrawn, NoSuchPage, PasswordNotKept, SourceChanged, SourceGone
        """
        request = DrawRequest(
            path=os.fsencode(source.path.absolute()).hex(), stamp=source.stamp, page=key.page, width=key.width, marks=key.marks
        )
        try:
            child = self._running_child()
        except (RuntimeError, OSError) as error:  # no memory, say, or no room for temporary files
            raise PageNotDrawn(name=name, page=key.page, cause="the program that draws does not start") from error
        child.opened.add(key.doc_id)
        drawn: Drawn | None = None
        try:
            drawn = child.draw(request, name)
            return _checked(drawn, request, name)
        finally:
            if drawn is None or drawn.leaves:  # a child in the middle of something else would answer the wrong question
                self._drop_child()

    def _running_child(self) -> _Child:
        if self._child is not None and self._child.process.poll() is not None:
            self._drop_child()
        if self._child is None:
            self._child = _Child(self._memory_mib, self._seconds)
            self._look_again(self._child, in_s=self._idle_s)
        self._child.used = time.monotonic()
        return self._child

    def _drop_child(self) -> None:
        if self._child is not None:
            if self._child.timer is not None:
                self._child.timer.cancel()
            self._child.end()
            self._child = None

    def _look_again(self, child: _Child, *, in_s: float) -> None:
        child.timer = threading.Timer(in_s, self._end_idle, (child,))
        child.timer.daemon = True
        child.timer.start()

    def _end_idle(self, child: _Child) -> None:
        with self._one_at_a_time:
            if self._child is not child:
                return
            left = child.used + self._idle_s - time.monotonic()
            if left > 0:
                self._look_again(child, in_s=left)
            else:
                self._drop_child()

    # --- what could not be drawn ----------------------------------------------------------------

    def _raise_what_failed(self, key: _Key) -> None:
        with self._guard:
            error, until = self._failed.get(key[:2], (None, 0.0))
        if error is not None and time.monotonic() < until:
            raise type(error)(**error.facts)

    def _keep_failure(self, key: _Key, error: PictureError) -> None:
        now = time.monotonic()
        with self._guard:
            self._failed = {page: failed for page, failed in self._failed.items() if failed[1] > now}
            self._failed[key[:2]] = error, now + _FAILURE_KEPT_S


class _Child(Child):
    def __init__(self, memory_mib: int, seconds: int) -> None:
        """Raises: RuntimeError, as ``Child``."""
        self._memory_mib, self._seconds = memory_mib, seconds
        self.opened = set[str]()  # document ids; their remains are in its memory
        self.used = time.monotonic()
        self.timer: threading.Timer | None = None  # ends it when it is idle
        super().__init__(_BOOT, (str(memory_mib), str(seconds)), memory_mib=memory_mib, most_bytes=_LARGEST_ANSWER_BYTES)

    def draw(self, request: DrawRequest, name: str) -> Drawn:
        """Raises: PageNotDrawn."""
        self.tell(request.model_dump_json().encode())
        message, in_time = self.hear(seconds=self._seconds)
        if not in_time:
            raise PageNotDrawn(name=name, page=request.page, cause=f"it takes more than {self._seconds} s")
        if message is None:
            raise self._how_it_died(request, name)
        try:
            return Drawn.model_validate_json(message)
        except ValidationError as error:
            raise PageNotDrawn(name=name, page=request.page, cause="what was drawn makes no sense") from error

    def _how_it_died(self, request: DrawRequest, name: str) -> PageNotDrawn:
        death = self.death()
        match death.wanted:
            case "memory":
                return PageNotDrawn(name=name, page=request.page, cause=f"it takes more than {self._memory_mib} MiB of memory")
            case "time":
                return PageNotDrawn(name=name, page=request.page, cause=f"it takes more than {self._seconds} s")
            case None:
                return PageNotDrawn(name=name, page=request.page, cause=f"the program that draws stopped: {death.cause}")


class _Kept:
    """Pictures, those that were looked at last, so many bytes of them."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._pictures: OrderedDict[_Key, Picture] = OrderedDict()
        self._guard = threading.Lock()
        self.size_bytes = 0

    def get(self, key: _Key) -> Picture | None:
        with self._guard:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def put(self, key: _Key, picture: Picture) -> None:
        with self._guard:
            self._take_out(key)
            self._pictures[key] = picture
            self.size_bytes += len(picture.contents)
            while self.size_bytes > self._most_bytes:
                self._take_out(next(iter(self._pictures)))

    def forget(self, doc_ids: Collection[str]) -> None:
        with self._guard:
            for key in [key for key in self._pictures if key.doc_id in doc_ids]:
                self._take_out(key)

    def clear(self) -> None:
        with self._guard:
            self._pictures.clear()
            self.size_bytes = 0

    def _take_out(self, key: _Key) -> None:
        if (picture := self._pictures.pop(key, None)) is not None:
            self.size_bytes -= len(picture.contents)


# --- what the child says ------------------------------------------------------------------------


def _checked(drawn: Drawn, request: DrawRequest, name: str) -> Picture:
    """
    Raises:
        PageNotDrawn, NoSuchPage, PasswordNotKept, SourceChanged, SourceGone
    """
    match drawn.refusal:
        case None:
            width, height = _size_of(drawn.picture, drawn.media_type)
            fits = 1 <= width <= request.width and 1 <= height <= LONGEST_EDGE and width * height <= MOST_PIXELS
            if not fits or len(drawn.picture) > _LARGEST_PICTURE_BYTES:
                raise PageNotDrawn(name=name, page=request.page, cause="what was drawn makes no sense")
            return Picture(drawn.picture, drawn.media_type, width, height)
        case Refusal.GONE:
            raise SourceGone(name=name)
        case Refusal.CHANGED:
            raise SourceChanged(name=name)
        case Refusal.LOCKED:
            raise PasswordNotKept(name=name)
        case Refusal.NOT_THERE:
            raise NoSuchPage(name=name, page=request.page)
        case Refusal.BROKEN:
            raise PageNotDrawn(name=name, page=request.page, cause="it is damaged")
        case Refusal.TOO_LARGE:
            raise PageNotDrawn(name=name, page=request.page, cause="it has too many pixels")
        case Refusal.NO_MEMORY:
            raise PageNotDrawn(name=name, page=request.page, cause="it takes too much memory")


def _size_of(picture: bytes, media_type: MediaType) -> tuple[int, int]:
    """Width and height as the file's own header says; 0, 0 where it is no such file."""
    if media_type == "image/png":
        if not picture.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") or not picture.endswith(b"IEND\xaeB`\x82"):
            return 0, 0
        return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
    if not picture.startswith(b"\xff\xd8\xff") or not picture.endswith(b"\xff\xd9"):
        return 0, 0
    at = 2
    for _ in range(_MOST_TABLES):
        if picture[at + 1 : at + 2] in (b"\xc0", b"\xc1", b"\xc2"):  # the frame, before which there are only tables
            return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(picture[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return 0, 0
