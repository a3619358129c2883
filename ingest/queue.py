"""One worker over one drawer: uploads first, then what was named by its path and the watched folders, in turn. What ``upload`` or ``add``
has returned from is taken in, if need be after a restart."""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from ingest.folders import Scan, require_folder, require_path
from ingest.pipeline import Batch, Cancelled, add, add_upload, read_again
from ingest.priority import lower_this_thread
from ingest.sandbox import Sandbox
from ingest.unlock import unlock
from ingest.watch import Sweep, changes
from rag.assemble import Assistant
from rag.errors import DocumentError, SeorapError, TakingInBroke, WrongPassword
from rag.library.library import UPLOAD
from rag.library.worklist import WatchedFolder
from rag.records import FileOutcome, Outcome, Progress

log = logging.getLogger(__name__)

_REMEMBERED = 200
_RETRY_S = 60.0
"""After what stopped everything (no weights, a full disk); it may have passed."""


class Queue:
    """The uploads lie in the manifest, their bytes in snapshots/; the folders lie in the manifest too."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._manifest = assistant.library.manifest
        self._sweep_every_s = float(assistant.settings.watch.sweep_seconds)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._cancelled = threading.Event()
        self._paused = threading.Event()
        self._folders_changed = threading.Event()
        self._deaf = threading.Event()
        self._outcomes: deque[FileOutcome] = deque(maxlen=_REMEMBERED)
        self._progress: Progress | None = None
        self._broken: SeorapError | None = None
        self._locked: deque[tuple[bytes, str]] = deque()  # places and their passwords, in memory only and until they are tried
        self._refused: set[bytes] = set()  # places whose last password was wrong
        self._left_out: dict[bytes, Scan] = {}  # folder -> what its last sweep passed over, without its files
        self._hints: queue.SimpleQueue[bytes] = queue.SimpleQueue()  # folders in which something has happened
        self._due: dict[bytes, float] = {}  # folder -> when to look into it, by the monotonic clock; the worker's own
        self._sweeps: dict[bytes, tuple[Sweep, Iterator[FileOutcome]]] = {}
        self._adding: tuple[bytes, Batch, Iterator[FileOutcome]] | None = None  # a path that is being taken in
        self._index_lacks = threading.Event()  # it has to be filled
        self._index_lacks.set()
        self._worker = threading.Thread(target=self._work, name="ingestion", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="folders", daemon=True)
        self._worker.start()
        self._listener.start()

    # --- what others may say and ask ----------------------------------------------------------

    def upload(self, name: str, content: bytes) -> None:
        """Keep the bytes, then queue them; a content that is in the drawer under this name already does nothing."""
        content_hash = hashlib.sha256(content).hexdigest()
        self._assistant.library.keep_snapshot(content_hash, content)
        self._manifest.put_job(unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name), content_hash)
        self._wake.set()

    def add(self, path: Path) -> None:
        """Take in, once, the file there or everything below the folder.

        Raises:
            NoSuchFile, NotAFile, SystemFolder, UnreadableFile
        """
        require_path(path)
        self._manifest.put_path(os.fsencode(path.absolute()))
        self._wake.set()

    def read_again(self, *places: bytes) -> None:
        """Try once more, as soon as possible, what could not be read or not wholly."""
        self._manifest.want(*places)
        self._wake.set()

    def unlock(self, place: bytes, password: str) -> None:
        """Take in what lies there, by its password, as soon as possible; a wrong one ends in ``is_refused``."""
        self._refused.discard(place)
        self._locked.append((place, password))
        self._wake.set()

    def is_refused(self, place: bytes) -> bool:
        """Was the last password for it a wrong one?"""
        return place in self._refused

    def is_waited_for(self) -> bool:
        """Is there an upload, a path, or something to unlock or to read again, that the worker has not ended?"""
        return bool(self._locked or self._manifest.jobs() or self._manifest.paths() or self._manifest.wanted())

    def watch(self, folder: Path, *, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> None:
        """Keep the drawer equal to ``folder`` from now on.

        Raises:
            NoSuchFolder, SystemFolder
        """
        require_folder(folder)
        self._put(WatchedFolder(os.fsencode(folder.absolute()), include, exclude))

    def unwatch(self, folder: bytes) -> None:
        """What was found in it stays in the drawer."""
        self._manifest.drop_folder(folder)
        self._folders_changed.set()

    def pause_folder(self, folder: WatchedFolder, *, paused: bool) -> None:
        self._put(replace(folder, paused=paused))

    def look_into(self, folder: bytes) -> None:
        """Compare it as soon as possible."""
        self._hints.put(folder)
        self._wake.set()

    def left_out(self, folder: bytes) -> Scan:
        """What the last look through a folder, or a path that was added, passed over and why; nothing before the first look since the start."""
        return self._left_out.get(folder, Scan())

    def is_deaf(self) -> bool:
        """Does the system not tell all that happens in the folders, so that they are only looked through every now and then?"""
        return self._deaf.is_set()

    def progress(self) -> Progress | None:
        """None when there is nothing to do."""
        return self._progress

    def broken(self) -> SeorapError | None:
        """Why the queue stands still (no weights, disk full), until it goes on."""
        return self._broken

    def outcomes(self) -> tuple[FileOutcome, ...]:
        return tuple(self._outcomes)

    def is_paused(self) -> bool:
        return self._paused.is_set()

    def pause(self) -> None:
        """Finish the present file, then wait; whatever waits stays."""
        self._paused.set()

    def resume(self) -> None:
        self._paused.clear()
        self._wake.set()

    def cancel(self) -> None:
        """Drop the uploads and paths that wait, and read nothing again; what is in the drawer stays."""
        self._cancelled.set()
        self._wake.set()

    def forget(self, places: Collection[bytes]) -> None:
        """What lay there was erased: tell nothing of it any more, under no form of its name, and have the index filled again."""
        names = {_name_of(os.fsdecode(place.removeprefix(UPLOAD))) for place in places}
        self._outcomes = deque((outcome for outcome in self.outcomes() if _name_of(outcome.path) not in names), maxlen=_REMEMBERED)
        self._index_lacks.set()
        self._wake.set()

    def close(self) -> None:
        """Stop after the present step; what waits is kept for the next start."""
        self._stopping.set()
        self._folders_changed.set()
        self._wake.set()
        self._worker.join(timeout=30)
        self._listener.join(timeout=5)

    # --- the worker ---------------------------------------------------------------------------

    def _work(self) -> None:
        lower_this_thread()
        with Sandbox(self._assistant.settings.sandbox, self._assistant.settings.ocr) as sandbox:
            while not self._stopping.is_set():
                worked = False
                try:
                    if self._index_lacks.is_set():
                        self._fill_index()
                    worked = not self._paused.is_set() and (
                        self._next_locked(sandbox) or self._next_upload(sandbox) or self._next_again(sandbox) or self._next_files(sandbox)
                    )
                    self._broken = None
                except Cancelled:
                    self._begin_anew()
                except SeorapError as error:
                    log.warning("taking in documents has stopped: %s", type(error).__name__)
                    self._broken = error
                    self._begin_anew()
                except Exception as error:  # the queue outlives every fault
                    log.error("taking in documents was stopped by a fault: %s", type(error).__name__)
                    log.debug("the fault", exc_info=True)
                    self._broken = TakingInBroke(cause=type(error).__name__)
                    self._begin_anew()
                if not worked and not self._stopping.is_set():
                    self._progress = None
                    self._wake.wait(timeout=self._pause_s())
                    self._wake.clear()
            self._begin_anew()  # while the drawer is open: each tidies up behind it

    def _begin_anew(self) -> None:
        """What is half done is begun again when it is due; what came of it stays."""
        self._sweeps.clear()
        self._adding = None

    def _fill_index(self) -> None:
        """Do what an earlier run, a damaged index, or an erasure left to do; what cannot be done now is tried again."""
        self._index_lacks.clear()
        try:
            self._assistant.library.fill_index()
        except BaseException:
            self._index_lacks.set()
            raise

    def _pause_s(self) -> float | None:
        if self._broken:
            return _RETRY_S
        if self._paused.is_set():
            return None
        now = time.monotonic()
        return max(0.0, min(self._due.values()) - now) if self._due else None

    def _batch(self, sandbox: Sandbox) -> Batch:
        return Batch(
            self._assistant.library,
            self._assistant.embedder,
            sandbox,
            self._assistant.settings.split,
            report=self._note,
            cancelled=lambda: self._stopping.is_set() or self._cancelled.is_set(),
        )

    def _note(self, progress: Progress) -> None:
        self._progress = progress

    def _note_sweep(self, progress: Progress) -> None:
        """What somebody waits for goes before."""
        if self._adding is None:
            self._progress = progress

    def _next_locked(self, sandbox: Sandbox) -> bool:
        """Try one password; whether there was one. Whatever comes of it, it is forgotten."""
        if not self._locked:
            return False
        self._progress = Progress(0, 1, 0, 0.0, None, "")
        at, password = self._locked.popleft()
        for place in self._manifest.places(place=at):
            outcome = unlock(place, password, self._batch(sandbox))
            self._outcomes.append(outcome)
            if outcome.reason and outcome.reason.code == WrongPassword.__name__:
                self._refused.add(at)
        return True

    def _next_upload(self, sandbox: Sandbox) -> bool:
        """Take in all uploads that wait; whether there were any."""
        batch: Batch | None = None
        while jobs := self._manifest.jobs():
            if self._stopping.is_set() or self._paused.is_set():
                return False
            if self._cancelled.is_set():
                for job_id, _, content_hash in jobs:
                    self._manifest.drop_job(job_id)
                    self._assistant.library.forget_snapshot(content_hash)
                self._end_of_cancelling()
                return True
            job_id, name, content_hash = jobs[0]
            if batch is None:
                self._progress = Progress(0, len(jobs), 0, 0.0, None, name)
                batch = self._batch(sandbox)
                batch.library.claim_embedder(batch.embedder.identity)
            batch.files_total = batch.files_done + len(jobs) - 1
            free_name = self._free_name(name, content_hash)
            try:
                self._outcomes.append(add_upload(free_name, content_hash, batch))
            except Cancelled:
                continue
            self._manifest.drop_job(job_id)
        if self._cancelled.is_set():
            self._end_of_cancelling()
        return batch is not None

    def _end_of_cancelling(self) -> None:
        self._manifest.want_no_more(*self._manifest.wanted())
        self._manifest.drop_paths(*self._manifest.paths())
        self._adding = None
        self._cancelled.clear()

    def _next_again(self, sandbox: Sandbox) -> bool:
        """Read again all that was asked for; whether there was anything."""
        batch: Batch | None = None
        while (wanted := self._manifest.wanted()) and not self._paused.is_set():
            batch = batch or self._batch(sandbox)
            batch.files_total = batch.files_done + len(wanted) - 1
            self._outcomes.extend(read_again(self._manifest.places(place=wanted[0]), batch))
            self._manifest.want_no_more(wanted[0])
        return batch is not None

    def _free_name(self, name: str, content_hash: str) -> str:
        """The name, with a number when another document has it: nothing that was uploaded is ever replaced unasked."""
        taken = {place.name: place for place in self._manifest.places()}
        path, number, free = PurePath(name), 1, name
        while free in taken and taken[free].doc_id not in (None, content_hash):
            number += 1
            free = f"{path.stem} ({number}){path.suffix}"
        return free

    def _next_files(self, sandbox: Sandbox) -> bool:
        """One of what was named by its path, one of each folder that is due; whether there was anything to do."""
        added = self._next_added(sandbox)
        return self._next_file(sandbox) or added

    def _next_added(self, sandbox: Sandbox) -> bool:
        waiting = self._manifest.paths()
        if self._adding and self._adding[0] not in waiting:  # erased since
            self._adding = None
        if not waiting:
            return False
        if self._adding is None:
            batch = self._batch(sandbox)
            self._progress = Progress(0, 1, 0, 0.0, None, "")
            self._adding = waiting[0], batch, add([Path(os.fsdecode(waiting[0]))], batch)
        path, batch, outcomes = self._adding
        outcome = next(outcomes, None)
        if outcome is not None:
            self._outcomes.append(outcome)
        else:
            self._left_out[path] = Scan(left_out=batch.left_out.left_out, other_kinds=batch.left_out.other_kinds)
            self._manifest.drop_paths(path)
            self._adding = None
        return True

    def _next_file(self, sandbox: Sandbox) -> bool:
        """One file of each folder that is due, so that a large folder does not keep a small one waiting; whether there was anything to do."""
        folders = {folder.folder: folder for folder in self._manifest.folders() if not folder.paused}
        self._due = {place: self._due.get(place, 0.0) for place in folders}
        while not self._hints.empty():
            self._due[self._hints.get()] = 0.0
        for place in list(self._sweeps):
            if place not in folders:
                del self._sweeps[place]
        for place, folder in folders.items():
            if place not in self._sweeps and self._due[place] <= time.monotonic():
                sweep = Sweep(folder, replace(self._batch(sandbox), report=self._note_sweep))
                self._due[place] = time.monotonic() + self._sweep_every_s  # what happens from now on is a reason to look again
                self._sweeps[place] = (sweep, iter(sweep))
        for place, (sweep, outcomes) in list(self._sweeps.items()):
            try:
                outcome = next(outcomes, None)
            except DocumentError:  # the folder is not there; the manifest says so now
                outcome = None
            if outcome is None:
                del self._sweeps[place]
                self._left_out[place] = Scan(left_out=sweep.found.left_out, other_kinds=sweep.found.other_kinds)
                self._due[place] = min(self._due[place], time.monotonic() + sweep.pause_s(self._sweep_every_s))
            elif outcome.outcome is not Outcome.UNCHANGED:
                self._outcomes.append(outcome)
        return bool(self._sweeps)

    # --- watched folders ----------------------------------------------------------------------

    def _put(self, folder: WatchedFolder) -> None:
        self._manifest.put_folder(folder)
        self._folders_changed.set()
        self.look_into(folder.folder)

    def _listen(self) -> None:
        """Turn events of the file system into sweeps that are due at once."""
        while not self._stopping.is_set():
            self._folders_changed.clear()
            watched = [folder.folder for folder in self._manifest.folders() if not folder.paused]
            if not watched:
                self._folders_changed.wait()
                continue
            self._deaf.clear()
            for touched in changes(watched, self._folders_changed, most_s=self._sweep_every_s, deaf=self._deaf.set):
                for folder in touched:
                    self.look_into(folder)


def _name_of(place: str) -> str:
    return unicodedata.normalize("NFC", PurePath(place).name)
