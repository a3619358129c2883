"""Folders in which anything may happen, against a model of what the drawer has to hold after a sweep."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ingest.pipeline import Batch
from ingest.sandbox import Sandbox
from ingest.watch import Sweep
from rag.library.faults import faults
from rag.library.library import Library
from rag.library.worklist import WatchedFolder
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder

STEPS = int(os.environ.get("SEORAP_WATCH_STEPS", "30"))
SEEDS = int(os.environ.get("SEORAP_WATCH_SEEDS", "12"))

NAMES = st.sampled_from(["a.txt", "A.txt", "b.md", "계약.txt", "sub/a.txt", "sub/deep/c.md", "\u1100\u1161.txt", "가.txt"])
ROOTS = st.sampled_from(["one", "two"])
SETTLED_S = 3600.0
"""A file younger than this is being written; all others are made to look years old."""

WORDS = st.sampled_from(["lease", "deposit", "휴가 규정", "notice", "rent", "징계", ""])


class Folders(RuleBasedStateMachine):
    """Every content is one passage, so that what was embedded can be counted."""

    sandbox: Sandbox

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.clock = 1_600_000_000_000_000_000
        self.embedder = WordHashEmbedder()
        self.held: set[str] = set()  # contents in the drawer
        self.written: set[str] = set()  # contents written anew since the last sweep, so that nothing tells where they were before
        for root in ("one", "two"):
            (self.home / root).mkdir()
        self.open()
        for root in ("one", "two"):
            self.library.manifest.put_folder(WatchedFolder(os.fsencode(self.home / root)))

    def open(self) -> None:
        self.library = Library(self.home / "drawer")

    def path(self, root: str, name: str) -> Path:
        return self.home / root / name

    def put(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.written.add(text)
        self.clock += 1_000_000_000
        os.utime(path, ns=(self.clock, self.clock))

    def files(self, *, growing: bool) -> dict[bytes, str]:
        found = [path for root in ("one", "two") for path in (self.home / root).rglob("*") if path.is_file()]
        return {os.fsencode(path): path.read_text() for path in found if growing == (path.stat().st_mtime > time.time() - SETTLED_S)}

    @rule(root=ROOTS, name=NAMES, text=WORDS)
    def write(self, root: str, name: str, text: str) -> None:
        self.put(self.path(root, name), text)

    @rule(root=ROOTS, name=NAMES, text=WORDS)
    def begin_a_slow_write(self, root: str, name: str, text: str) -> None:
        self.put(self.path(root, name), text)
        os.utime(self.path(root, name))

    @rule(root=ROOTS, name=NAMES)
    def end_a_slow_write(self, root: str, name: str) -> None:
        path = self.path(root, name)
        if os.fsencode(path) in self.files(growing=True):
            self.put(path, path.read_text())

    @rule(root=ROOTS, name=NAMES, text=WORDS)
    def replace_by_renaming(self, root: str, name: str, text: str) -> None:
        path = self.path(root, name)
        if path.exists():
            self.put(path.with_name(".unfinished"), text)
            path.with_name(".unfinished").replace(path)

    @rule(root=ROOTS, name=NAMES, to_root=ROOTS, to_name=NAMES)
    def move(self, root: str, name: str, to_root: str, to_name: str) -> None:
        source, target = self.path(root, name), self.path(to_root, to_name)
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)

    @rule(root=ROOTS, name=NAMES, to_root=ROOTS, to_name=NAMES)
    def copy(self, root: str, name: str, to_root: str, to_name: str) -> None:
        source = self.path(root, name)
        if source.exists():
            target = self.path(to_root, to_name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source != target:
                shutil.copy2(source, target)

    @rule(root=ROOTS, name=NAMES)
    def delete(self, root: str, name: str) -> None:
        self.path(root, name).unlink(missing_ok=True)

    @rule(root=ROOTS)
    def delete_folder(self, root: str) -> None:
        shutil.rmtree(self.home / root / "sub", ignore_errors=True)

    @rule()
    def restart(self) -> None:
        self.library.close()
        self.open()

    @rule(first=st.booleans())
    def sweep(self, first: bool) -> None:
        files, growing = self.files(growing=False), self.files(growing=True)
        left = {place.place: place.doc_id for place in self.library.manifest.places() if place.place in growing}
        before = self.embedder.embedded
        for folder in self.library.manifest.folders()[:: 1 if first else -1]:
            list(Sweep(folder, Batch(self.library, self.embedder, self.sandbox, SplitSettings()), settled_s=SETTLED_S))

        places = {place.place: place for place in self.library.manifest.places()}
        assert {at: places.pop(at).doc_id for at in left} == left  # what was there before stays until the file is whole
        assert set(places) == set(files)
        texts = {document: self.library.text(document, 0, 1_000) for place in places.values() if (document := place.doc_id)}
        assert {at: texts[place.doc_id] if place.doc_id and not place.reason else None for at, place in places.items()} == {
            at: text or None for at, text in files.items()
        }
        wanted = {text for text in files.values() if text}
        assert len(wanted - self.held) <= self.embedder.embedded - before <= len(wanted - (self.held - self.written))
        self.written = set(growing.values())
        self.held = wanted | {self.library.text(document, 0, 1_000) for document in (*texts, *left.values()) if document}

    @invariant()
    def is_healthy(self) -> None:
        assert not hasattr(self, "library") or faults(self.library.manifest) == []

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            shutil.rmtree(self.home)


def test_the_drawer_follows_the_folders_whatever_happens() -> None:
    with Sandbox(SandboxSettings()) as sandbox:
        Folders.sandbox = sandbox
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Folders,
            settings=settings(
                max_examples=SEEDS,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=list(HealthCheck),
                derandomize=False,
            ),
        )
