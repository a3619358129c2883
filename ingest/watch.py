"""Watched folders: events of the system are hints to look, the comparison of the whole folder with the drawer is the truth."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

import watchfiles

from ingest.folders import FoundFile, Named, Scan, is_passed_over, scan
from ingest.pipeline import Batch, take_in
from ingest.read import SUPPORTED_SUFFIXES
from ingest.retry import next_try
from rag.errors import NoSuchFolder
from rag.library.manifest import Place
from rag.library.paths import is_below
from rag.library.worklist import Happened, Happening, WatchedFolder
from rag.records import FileOutcome, Outcome

log = logging.getLogger(__name__)

_MISSING_S = 15.0
"""Between two looks for a folder that is not there: nothing tells when a disk is plugged in again."""

LOOK_AGAIN_S = 3.0
"""After a sweep that met files still being written."""

_SETTLED_S = 2.0
"""A file changed more recently than this is probably still being written."""

_AUDIT_BYTES = 64 << 20
"""Read again in each sweep, of files that look unchanged: size and time can stay while the content does not."""

_AUDIT_AFTER_S = 24 * 3600.0

_HAPPENED = {
    Outcome.ADDED: Happened.ADDED,
    Outcome.UPDATED: Happened.CHANGED,
    Outcome.PARTIAL: Happened.PARTIAL,
    Outcome.FAILED: Happened.FAILED,
}

_METHOD_OF_FAILURES = "method of failures"


class Sweep:
    """One comparison of a folder with the drawer, as an iterator over the outcomes of what was new or changed."""

    def __init__(self, folder: WatchedFolder, batch: Batch, *, settled_s: float = _SETTLED_S) -> None:
        self.folder = folder
        self.unsettled = 0  # files left for the next sweep, since they are still being written
        self.missing = False  # the folder, when it was last looked for
        self.found = Scan()
        self._batch = batch
        self._settled_s = settled_s

    def pause_s(self, every_s: float) -> float:
        """How long to wait for the next sweep when nothing happens: ``every_s``, or less where there is something to look at again."""
        if self.unsettled:
            return LOOK_AGAIN_S
        if self.missing:
            return min(every_s, _MISSING_S)
        places = self._batch.library.manifest.places()
        due = (next_try(place) for place in places if place.reason and is_below(place.place, self.folder.folder))
        return min([every_s, *(max(LOOK_AGAIN_S, at - time.time()) for at in due if at is not None)])

    def __iter__(self) -> Iterator[FileOutcome]:
        """Take in what is new or changed, then let go of what is gone: a renamed file keeps its passages.

        Raises:
            NoSuchFolder: the folder is not there, or its disk is not; nothing is let go of then.
        """
        root = Path(os.fsdecode(self.folder.folder))
        manifest = self._batch.library.manifest
        known = {place.place: place for place in manifest.places() if is_below(place.place, self.folder.folder)}
        try:
            self.found = _scan(self.folder)
            device = root.stat().st_dev
            if known and not self.found.files and self.folder.device not in (None, device) and not any(root.iterdir()):
                raise NoSuchFolder(name=str(root))  # an empty mount point
        except (NoSuchFolder, OSError) as error:
            self.missing = True
            manifest.note_sweep(self.folder.folder, device=None)
            raise NoSuchFolder(name=str(root)) from error
        methods = manifest.methods()
        again = manifest.fact(_METHOD_OF_FAILURES) != self._batch.method
        looked = self._look(known, methods, failures_too=again)
        gone = [place for at, place in known.items() if at not in self.found.files and self.found.can_tell(at) and self._is_gone(at)]
        changed = [place for file in looked if (place := known.get(os.fsencode(file.path))) and _has_changed(place, file)]
        named = [Named(file.path, file.size_bytes) for file in looked]
        came = dict[str, bytes]()  # content -> where it is new
        for outcome in take_in([*self._moved([*gone, *changed]), *named], self._batch):
            self._note(outcome, came)
            yield outcome
        with manifest.transaction():
            manifest.drop_places(*(place.place for place in gone))
            self._note_gone(gone, came)
        self._batch.library.fill_index()
        manifest.set_fact(_METHOD_OF_FAILURES, self._batch.method)
        manifest.note_sweep(self.folder.folder, device=device)

    def _note(self, outcome: FileOutcome, came: dict[str, bytes]) -> None:
        """Remember what happened, for whoever wants to know what became of a file."""
        place, manifest = os.fsencode(outcome.path), self._batch.library.manifest
        folder = next((each.folder for each in manifest.folders() if is_below(place, each.folder)), None)
        if outcome.outcome is Outcome.UNCHANGED or folder is None:  # looked through once, without being watched
            return
        doc_id = next((found.doc_id for found in manifest.places(place=place)), None)
        if outcome.outcome is Outcome.ADDED and doc_id:
            came[doc_id] = place
        manifest.note(Happening(folder, place, _HAPPENED[outcome.outcome], doc_id, time.time()))

    def _note_gone(self, gone: Sequence[Place], came: dict[str, bytes]) -> None:
        manifest = self._batch.library.manifest
        if self.folder.folder not in {each.folder for each in manifest.folders()}:
            return
        for place in gone:
            now = came.pop(place.doc_id, None) if place.doc_id else None
            if now is not None:
                manifest.note_renamed(now, was=place.place)
            else:
                manifest.note(Happening(self.folder.folder, place.place, Happened.GONE, place.doc_id, time.time()))

    def _look(self, known: Mapping[bytes, Place], methods: Mapping[str, str], *, failures_too: bool) -> list[FoundFile]:
        """The files to read: new and changed ones, those whose time has come, and the few that are read again to be sure."""
        now = time.time()
        looked: list[FoundFile] = []
        same: list[tuple[float, FoundFile]] = []
        for at, file in self.found.files.items():
            place = known.get(at)
            if place is None or _has_changed(place, file):
                if 0 <= now - file.mtime_ns / 1e9 < self._settled_s:
                    self.unsettled += 1
                else:
                    looked.append(file)
            elif (again := next_try(place)) is not None:
                if now > again:
                    looked.append(file)
            elif (failures_too and place.doc_id is None) or (place.doc_id and not self._batch.is_current(methods.get(place.doc_id))):
                looked.append(file)
            elif place.doc_id and now - (place.checked or 0) > _AUDIT_AFTER_S:
                same.append((place.checked or 0, file))
        left = _AUDIT_BYTES
        for _, file in sorted(same, key=lambda item: item[0]):
            left -= file.size_bytes
            if left < 0:
                break
            looked.append(file)
        return looked

    def _moved(self, left: Sequence[Place]) -> list[Named]:
        """New files of other watched folders that look like what has left its place here: taken in first, they cost nothing."""
        stamps = {(place.size_bytes, place.mtime_ns) for place in left if place.doc_id}
        moved: list[Named] = []
        for folder in self._batch.library.manifest.folders() if stamps else ():
            if folder.paused or folder.folder == self.folder.folder:
                continue
            try:
                found = _scan(folder)
            except NoSuchFolder:
                continue
            files = [(at, file) for at, file in found.files.items() if (file.size_bytes, file.mtime_ns) in stamps]
            known = {place.place: place for place in self._batch.library.manifest.places()} if files else {}
            moved += [Named(file.path, file.size_bytes) for at, file in files if at not in known or _has_changed(known[at], file)]
        return moved

    def _is_gone(self, place: bytes) -> bool:
        """A file of another kind that was named by hand stays as long as it is there."""
        suffix = PurePath(os.fsdecode(place)).suffix.lower()
        return bool(self.folder.include) or suffix in SUPPORTED_SUFFIXES or not os.path.lexists(place)


def _scan(folder: WatchedFolder) -> Scan:
    return scan(Path(os.fsdecode(folder.folder)), suffixes=SUPPORTED_SUFFIXES, include=folder.include, exclude=folder.exclude)


def _has_changed(place: Place, file: FoundFile) -> bool:
    return (place.size_bytes, place.mtime_ns) != (file.size_bytes, file.mtime_ns) or place.inode not in (None, file.inode)


def changes(
    folders: Collection[bytes], stop: threading.Event, *, most_s: float, deaf: Callable[[], None] = lambda: None
) -> Iterator[set[bytes]]:
    """The folders in which something seems to have happened, as often as it does; the empty set after ``most_s`` of silence.

    Ends when ``stop`` is set, and after ``most_s`` when the system cannot watch. ``deaf`` is called when the system will not tell
    everything: the sweeps must do then.
    """
    there = [os.fsdecode(folder) for folder in folders if Path(os.fsdecode(folder)).is_dir()]
    if not there:
        stop.wait(most_s)
        return
    try:
        for events in _events(there, stop, deaf, most_s=most_s):
            paths = [os.fsencode(path) for _, path in events]
            yield {folder for folder in folders if any(_tells(path, folder) for path in paths)}
    except (OSError, RuntimeError, UnicodeEncodeError) as error:  # the folder is gone, or its name is not UTF-8
        log.info("watched folders are only looked through from time to time: %s", type(error).__name__)
        deaf()
        stop.wait(most_s)


def _events(
    there: Sequence[str], stop: threading.Event, deaf: Callable[[], None], *, most_s: float
) -> Iterator[set[watchfiles.main.FileChange]]:
    """All of them, or, where the system has no room for so many folders, those of the folders for which it has.

    Told to ignore refused folders, watchfiles ignores the want of room too, so it is told so only once that has been said.
    """
    lenient = False
    while True:
        try:
            yield from watchfiles.watch(
                *there,
                stop_event=stop,
                rust_timeout=int(most_s * 1000),
                yield_on_timeout=True,
                watch_filter=None,
                raise_interrupt=True,
                ignore_permission_denied=lenient,
            )
            return
        except OSError as error:
            if lenient:
                raise
            if not isinstance(error, PermissionError):
                deaf()
            lenient = True


def _tells(path: bytes, folder: bytes) -> bool:
    """A sweep writes to the drawer: if that were a reason to sweep, a folder that holds its own drawer would be swept for ever."""
    return path == folder or (is_below(path, folder) and not is_passed_over(path, folder))
