"""Files become passages in the library. READ FIRST: ``add`` is the whole ingestion, one outcome per file."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType

import numpy as np

from ingest.ahead import ReadAhead, ReadingAhead
from ingest.folders import Named, Scan, find_files
from ingest.messages import page_to_json, pages_from_json
from ingest.read import READ_VERSION, SUPPORTED_SUFFIXES
from ingest.sandbox import Sandbox
from ingest.split import SPLIT_VERSION, header, load_splitter, split
from ingest.stamp import Stamp, stamp_of
from rag.errors import (
    PARTIAL_REASONS,
    ChangedWhileReading,
    DocumentError,
    EncryptedDocument,
    KeptOutByFault,
    NoSuchFile,
    SeorapError,
    UnreadableFile,
    UploadNotKept,
    WrongPassword,
)
from rag.library.library import UPLOAD, Library
from rag.library.manifest import Place, embedded_text, key_of
from rag.partial import needs_recogniser, why_partial
from rag.ports import Embedder, Vectors
from rag.records import FileOutcome, Outcome, Page, Progress, Reading, Reason, Span, Unread
from rag.settings import SplitSettings

log = logging.getLogger(__name__)

_EMBED_AT_ONCE = 64
"""Passages between two reports of progress and two chances to stop."""

_KEEP_AT = 1_024
"""Passages of one document, a multiple of those embedded at once, after which they are kept, should it be broken off: half a minute's work."""

_INDEX_AT = 1_000
"""Waiting index operations after which the index is told."""

_WITHOUT_OCR = ", without OCR"
_UNLOCKED = ", unlocked"
"""Ends the method of what was read with a password, which is not kept: it cannot be read again."""


class Cancelled(Exception):
    """The batch was told to stop; what was saved before stays saved."""


@dataclass
class Batch:
    """What one run shares: the parts it works with, and how far it is."""

    library: Library
    embedder: Embedder
    sandbox: Sandbox
    settings: SplitSettings
    report: Callable[[Progress], None] = lambda progress: None
    cancelled: Callable[[], bool] = lambda: False
    started: float = field(default_factory=time.monotonic)
    files_done: int = 0
    files_total: int = 0
    bytes_worked: float = 0
    bytes_left: float = 0
    passages_done: int = 0
    left_out: Scan = field(default_factory=Scan)  # of the folders that were named
    ahead: ReadingAhead | None = None

    @property
    def method(self) -> str:
        return f"read {READ_VERSION}, split {SPLIT_VERSION}, {self.settings.passage_tokens}+{self.settings.overlap_tokens}"

    def method_for(self, reading: Reading, *, unlocked: bool = False) -> str:
        """A reading that lacks something for want of a recogniser is remembered as such, and so is one that took a password."""
        return self.method + (_WITHOUT_OCR if needs_recogniser(reading) else "") + (_UNLOCKED if unlocked else "")

    def is_current(self, method: str | None) -> bool:
        """Whether what was read by ``method`` is what reading it now would give, or the best that there is without its password."""
        return method == self.method or is_unlocked(method) or (method == self.method + _WITHOUT_OCR and not self.sandbox.recognises())

    def go_on(self) -> None:
        """Raises: Cancelled."""
        if self.cancelled():
            raise Cancelled

    def tell(self, name: str, *, part_bytes: float = 0) -> None:
        self.go_on()
        elapsed = time.monotonic() - self.started
        worked = self.bytes_worked + part_bytes
        remaining = elapsed * max(0.0, self.bytes_left - part_bytes) / worked if self.passages_done and worked else None
        rate = self.passages_done / elapsed if elapsed else 0.0
        self.report(Progress(self.files_done, self.files_total, self.passages_done, rate, remaining, name))


def is_unlocked(method: str | None) -> bool:
    """Whether what was read by ``method`` took a password."""
    return method is not None and method.endswith(_UNLOCKED)


def add(paths: Sequence[Path], batch: Batch) -> Iterator[FileOutcome]:
    """Take in files and everything below folders, one outcome per file as it ends; a file that fails stops nothing.

    Raises:
        Cancelled: ``batch.cancelled()`` became true.
        LibraryError: the drawer cannot take any more (full, read-only, other embedder).
    """
    files, batch.left_out = find_files(paths, suffixes=SUPPORTED_SUFFIXES)
    yield from take_in(files, batch)


def take_in(files: Sequence[Named], batch: Batch) -> Iterator[FileOutcome]:
    """As ``add``, for files that have been found already."""
    batch.library.claim_embedder(batch.embedder.identity)
    batch.files_total, batch.bytes_left = len(files), float(sum(file.size_bytes for file in files))
    try:
        with ReadingAhead(files, partial(_read_ahead, batch)) as batch.ahead, _Filling(batch.library) as filling:
            for file in files:
                yield _one_of(batch, file)
                filling.begin_when_due()
    finally:
        batch.ahead = None
        batch.library.manifest.erase_placeless()
    batch.library.fill_index()


class _Filling:
    """The index learns in a thread of its own what it lacks: nobody waits for it before the end."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="filling the index")
        self._filled: Future[None] | None = None

    def begin_when_due(self) -> None:
        """Raises: DrawerFull, from the last time."""
        if self._filled is not None and self._filled.done():
            self._filled.result()
            self._filled = None
        if self._filled is None and self._library.counts().waiting_for_index >= _INDEX_AT:
            self._filled = self._thread.submit(self._library.fill_index)

    def __enter__(self) -> _Filling:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.shutdown(wait=False)  # whoever closes the drawer waits for the present step alone


def _one_of(batch: Batch, file: Named) -> FileOutcome:
    batch.tell(file.path.name)
    batch.library.require_room()
    if file.error is None:
        outcome, worked = _add_file(file.path, place=os.fsencode(file.path), name=_shown_name(file.path), batch=batch)
    else:
        outcome, worked = FileOutcome(str(file.path), Outcome.FAILED, reason=file.error.reason()), False
    batch.files_done += 1
    batch.bytes_left -= file.size_bytes
    batch.bytes_worked += file.size_bytes if worked else 0
    return outcome


def add_upload(name: str, content_hash: str, batch: Batch) -> FileOutcome:
    """Take in a kept upload under the name that the user gave it."""
    path, place = batch.library.snapshot_path(content_hash), UPLOAD + name.encode()
    batch.files_total, batch.bytes_left = batch.files_total + 1, batch.bytes_left + path.stat().st_size
    before = batch.library.manifest.places(place=place)
    outcome, _ = _add_file(path, place=place, name=name, batch=batch)
    for replaced in before:  # could not be read, and now has a successor of the same name
        if replaced.snapshot:
            batch.library.forget_snapshot(replaced.snapshot)
    batch.files_done += 1
    batch.library.manifest.erase_placeless()
    batch.library.fill_index()
    return outcome


def read_again(places: Sequence[Place], batch: Batch, *, password: str | None = None) -> Iterator[FileOutcome]:
    """As ``add``, for what has been tried before: each is read now, whatever is known of it.

    What a password opens stays in the drawer from then on, and is not read again without one. A wrong one changes nothing.
    """
    batch.library.claim_embedder(batch.embedder.identity)
    batch.files_total += len(places)
    batch.bytes_left += sum(place.size_bytes for place in places)
    try:
        for place in places:
            batch.tell(place.name)
            batch.library.require_room()
            yield _again(place, batch, password)
            batch.files_done += 1
            batch.bytes_left -= place.size_bytes
    finally:
        batch.library.manifest.erase_placeless()
    batch.library.fill_index()


def _again(place: Place, batch: Batch, password: str | None) -> FileOutcome:
    if place.place.startswith(UPLOAD):
        path, name = batch.library.snapshot_path(place.snapshot or "none"), place.name
        if not path.is_file():
            return FileOutcome(name, Outcome.FAILED, reason=UploadNotKept(name=name).reason())
    else:
        path = Path(os.fsdecode(place.place))
        name = _shown_name(path)
    outcome, worked = _add_file(path, place=place.place, name=name, batch=batch, anew=True, password=password)
    batch.bytes_worked += place.size_bytes if worked else 0
    return outcome


def _add_file(
    path: Path, *, place: bytes, name: str, batch: Batch, anew: bool = False, password: str | None = None
) -> tuple[FileOutcome, bool]:
    """The outcome, and whether it took real work (which is what the estimate counts). With ``anew`` what is known is read all the same."""
    library = batch.library
    before = next(iter(library.manifest.places(place=place)), None)
    snapshot = path.name if place.startswith(UPLOAD) else None
    shown = name if snapshot else os.fsdecode(path)
    stamp: Stamp | None = None
    content_hash: str | None = None
    try:
        stamp = _stamp(path, name)
        content_hash = _hash(path, name)
        method = library.manifest.method_of(content_hash)
        known = password is None and (is_unlocked(method) or (not anew and batch.is_current(method)))
        if known and before and before.doc_id == content_hash and before.name == name and not _failed(before.reason):
            library.manifest.mark_checked(place, mtime_ns=stamp.mtime_ns, inode=stamp.inode)
            return FileOutcome(shown, Outcome.UNCHANGED), False
        if known:  # the same content from another place: nothing to read or embed
            lacks = _lacks(library, content_hash, name)
            library.manifest.put_place(place, name=name, doc_id=content_hash, reason=lacks, snapshot=snapshot, **stamp._asdict())
            return FileOutcome(shown, Outcome.UPDATED if before and before.doc_id else Outcome.ADDED), False
        reading, unlocked = _read_already(path, stamp, content_hash, name, batch) or _read(path, content_hash, name, password, batch)
        if batch.ahead is not None:
            batch.ahead.begin(after=path, content_hash=content_hash)
        if _stamp(path, name) != stamp:
            raise ChangedWhileReading(name=name)
        with _kept_apart(name):
            spans = split(reading, count_tokens=batch.embedder.count_tokens, settings=batch.settings)
            headers = [header(name, reading, span) for span in spans]
            vectors = _embed(content_hash, spans, headers, name=name, size=stamp.size_bytes, batch=batch)
            library.commit(
                place,
                name=name,
                doc_id=content_hash,
                mtime_ns=stamp.mtime_ns,
                size_bytes=stamp.size_bytes,
                inode=stamp.inode,
                method=batch.method_for(reading, unlocked=unlocked),
                embedder=batch.embedder.identity,
                reading=reading,
                spans=spans,
                headers=headers,
                vectors=vectors,
                snapshot=snapshot,
            )
    except WrongPassword as error:
        return FileOutcome(shown, Outcome.FAILED, reason=error.reason()), False
    except DocumentError as error:
        log.info("a document was not taken in: %s", type(error).__name__)
        if content_hash:
            library.manifest.forget_unfinished(content_hash)
        library.manifest.put_place(
            place,
            name=name,
            doc_id=before.doc_id if before else None,  # what could be read before stays findable
            mtime_ns=stamp.mtime_ns if stamp else None,
            size_bytes=stamp.size_bytes if stamp else before.size_bytes if before else 0,
            inode=stamp.inode if stamp else None,
            reason=error.reason(),
            attempts=(before.attempts if before else 0) + 1 if error.may_pass else 0,
            snapshot=snapshot,
        )
        return FileOutcome(shown, Outcome.FAILED, reason=error.reason()), False
    if reason := why_partial(name, reading):
        return FileOutcome(shown, Outcome.PARTIAL, len(spans), reason), True
    return FileOutcome(shown, Outcome.UPDATED if before and before.doc_id else Outcome.ADDED, len(spans)), True


def _read(path: Path, content_hash: str, name: str, password: str | None, batch: Batch) -> tuple[Reading, bool]:
    """What is in a file, and whether it took the password: it is not handed to a reader that does well without."""
    splitting = threading.Thread(target=load_splitter)  # the first time as long as a reading takes
    splitting.start()
    try:
        return _from_sandbox(path, content_hash, name, batch, go_on=lambda: batch.tell(name)), False
    except EncryptedDocument:
        if password is None:
            raise
    finally:
        splitting.join()
    return batch.sandbox.read(path, name=name, password=password, on_page=lambda number, came: batch.tell(name)), True


def _from_sandbox(path: Path, content_hash: str, name: str, batch: Batch, *, go_on: Callable[[], None]) -> Reading:
    """Recognised pages are kept as they come, so that a long scan that is broken off goes on where it was."""
    manifest, method = batch.library.manifest, f"{batch.method}, {batch.sandbox.recognition}"

    def on_page(number: int, came: Page | Unread | None) -> None:
        if came is not None:
            manifest.keep_page(content_hash, method, number, page_to_json(number, came))
        go_on()

    kept = pages_from_json(manifest.kept_pages(content_hash, method))
    return batch.sandbox.read(path, name=name, recognised=kept, on_page=on_page, go_on=go_on)


def _read_ahead(batch: Batch, path: Path, at_work: str, go_on: Callable[[], None]) -> ReadAhead | None:
    """None of what need not be read, or whose turn will tell better."""
    name = _shown_name(path)

    def both() -> None:
        go_on()
        batch.go_on()

    try:
        stamp = _stamp(path, name)
        content_hash = _hash(path, name)
    except DocumentError:
        return None
    method = batch.library.manifest.method_of(content_hash)
    if content_hash == at_work or batch.is_current(method):
        return None
    try:
        return ReadAhead(stamp, content_hash, _from_sandbox(path, content_hash, name, batch, go_on=both))
    except DocumentError as error:
        return ReadAhead(stamp, content_hash, error)


def _read_already(path: Path, stamp: Stamp, content_hash: str, name: str, batch: Batch) -> tuple[Reading, bool] | None:
    """What was read of these very bytes while another file was at work.

    Raises:
        DocumentError: what came of it.
    """
    found = batch.ahead.take(path, waiting=lambda: batch.tell(name)) if batch.ahead is not None else None
    if found is None or (found.stamp, found.content_hash) != (stamp, content_hash):
        return None
    if isinstance(found.came, DocumentError):
        raise found.came
    return found.came, False


@contextmanager
def _kept_apart(name: str) -> Iterator[None]:
    """No document may stop the others, whatever it holds: a fault of ours costs it alone."""
    try:
        yield
    except (SeorapError, Cancelled):
        raise
    except Exception as error:
        log.debug("a fault over one document", exc_info=True)
        raise KeptOutByFault(name=name, cause=type(error).__name__) from error


def _lacks(library: Library, content_hash: str, name: str) -> Reason | None:
    """What was missing of the same content at another place."""
    reasons = (place.reason for place in library.manifest.places(doc_id=content_hash) if place.reason)
    found = next((reason for reason in reasons if reason.code in PARTIAL_REASONS), None)
    return replace(found, facts={**found.facts, "name": name}) if found else None


def _shown_name(path: Path) -> str:
    """The file name as the user knows it: composed (macOS stores it decomposed), and text whatever bytes it is made of."""
    return unicodedata.normalize("NFC", os.fsencode(path.name).decode("utf-8", "replace"))


def _failed(reason: Reason | None) -> bool:
    return reason is not None and reason.code not in PARTIAL_REASONS


def _embed(doc_id: str, spans: Sequence[Span], headers: Sequence[str], *, name: str, size: int, batch: Batch) -> Vectors:
    """What is embedded already, of this content or of another in the drawer, is not embedded again, even if that reading was broken off."""
    manifest, embedder = batch.library.manifest, batch.embedder.identity
    wanted = [embedded_text(where, span.text) for where, span in zip(headers, spans, strict=True)]
    vectors = manifest.embedded(doc_id, embedder)
    keys = {passage: key_of(passage) for passage in wanted if passage not in vectors}
    known = manifest.embedded_anywhere(list(keys.values()), embedder) | manifest.kept_vectors(doc_id, embedder)
    vectors |= {passage: known[key] for passage, key in keys.items() if key in known}
    new = [passage for passage in dict.fromkeys(wanted) if passage not in vectors]
    for at in range(0, len(new), _EMBED_AT_ONCE):
        if at and at % _KEEP_AT == 0:
            manifest.keep_vectors(doc_id, embedder, {keys[passage]: vectors[passage] for passage in new[at - _KEEP_AT : at]})
        batch.tell(name, part_bytes=size * at / len(new))
        together = new[at : at + _EMBED_AT_ONCE]
        vectors |= zip(together, batch.embedder.embed_passages(together), strict=True)
        batch.passages_done += len(together)
    return np.stack([vectors[passage] for passage in wanted])


def _stamp(path: Path, name: str) -> Stamp:
    try:
        return stamp_of(path.stat())
    except FileNotFoundError as error:
        raise NoSuchFile(name=name) from error
    except OSError as error:
        raise UnreadableFile(name=name, cause=error.strerror or "no access") from error


def _hash(path: Path, name: str) -> str:
    """SHA-256, hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(name=name, cause=error.strerror or "no access") from error
