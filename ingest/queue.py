"""Uploads wait here for their turn. What ``upload`` has returned from is taken in, if need be after a restart."""

from __future__ import annotations

import hashlib
import logging
import threading
import unicodedata
from collections import deque
from pathlib import PurePath

from ingest.pipeline import Batch, Cancelled, add_upload
from ingest.sandbox import Sandbox
from rag.assemble import Assistant
from rag.errors import SeorapError
from rag.library.library import UPLOAD
from rag.records import FileOutcome, Outcome, Progress

log = logging.getLogger(__name__)

_REMEMBERED = 200


class Queue:
    """One worker thread over one drawer. The jobs lie in the manifest, their bytes in snapshots/."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._cancelled = threading.Event()
        self._outcomes: deque[FileOutcome] = deque(maxlen=_REMEMBERED)
        self._progress: Progress | None = None
        self._broken: SeorapError | None = None
        self._worker = threading.Thread(target=self._work, name="ingestion", daemon=True)
        self._worker.start()

    def upload(self, name: str, content: bytes) -> None:
        """Keep the bytes, then queue them; a content that is in the drawer under this name already does nothing."""
        content_hash = hashlib.sha256(content).hexdigest()
        library = self._assistant.library
        library.keep_snapshot(content_hash, content)
        library.manifest.put_job(unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name), content_hash)
        self._wake.set()

    def progress(self) -> Progress | None:
        """None when there is nothing to do."""
        return self._progress

    def broken(self) -> SeorapError | None:
        """Why the queue stands still (no weights, disk full), until it goes on."""
        return self._broken

    def outcomes(self) -> tuple[FileOutcome, ...]:
        return tuple(self._outcomes)

    def cancel(self) -> None:
        """Drop everything that waits; what is in the drawer stays."""
        self._cancelled.set()
        self._wake.set()

    def close(self) -> None:
        """Stop after the present step; what waits is kept for the next start."""
        self._stopping.set()
        self._wake.set()
        self._worker.join(timeout=30)

    def _work(self) -> None:
        with Sandbox(self._assistant.settings.sandbox, self._assistant.settings.ocr) as sandbox:
            self._assistant.library.fill_index()  # what an earlier run, or a damaged index, left to do
            while not self._stopping.is_set():
                try:
                    self._drain(sandbox)
                    self._broken = None
                except SeorapError as error:
                    log.warning("taking in uploads has stopped: %s", type(error).__name__)
                    self._broken = error
                self._progress = None
                self._wake.wait(timeout=60 if self._broken else None)
                self._wake.clear()

    def _drain(self, sandbox: Sandbox) -> None:
        manifest = self._assistant.library.manifest
        batch: Batch | None = None
        while jobs := manifest.jobs():
            if self._stopping.is_set():
                return
            if self._cancelled.is_set():
                for job_id, _, _ in jobs:
                    manifest.drop_job(job_id)
                self._cancelled.clear()
                return
            job_id, name, content_hash = jobs[0]
            if batch is None:
                self._progress = Progress(0, len(jobs), 0, 0.0, None, name)
                batch = Batch(
                    self._assistant.library,
                    self._assistant.embedder,
                    sandbox,
                    self._assistant.settings.split,
                    report=self._note,
                    cancelled=lambda: self._stopping.is_set() or self._cancelled.is_set(),
                )
                batch.library.claim_embedder(batch.embedder.identity)
            batch.files_total = batch.files_done + len(jobs) - 1
            free_name = self._free_name(name, content_hash)
            try:
                outcome = add_upload(free_name, content_hash, batch, place=UPLOAD + free_name.encode())
            except Cancelled:
                continue
            self._outcomes.append(outcome)
            manifest.drop_job(job_id)
            if outcome.outcome is Outcome.FAILED:
                batch.library.forget_snapshot(content_hash)

    def _note(self, progress: Progress) -> None:
        self._progress = progress

    def _free_name(self, name: str, content_hash: str) -> str:
        """The name, with a number when another document has it: nothing that was uploaded is ever replaced unasked."""
        taken = {place.name: place for place in self._assistant.library.manifest.places()}
        path, number, free = PurePath(name), 1, name
        while free in taken and taken[free].doc_id not in (None, content_hash):
            number += 1
            free = f"{path.stem} ({number}){path.suffix}"
        return free
