"""What a password has opened stays in the drawer; the password stays nowhere."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add, read_again
from ingest.queue import Queue
from ingest.sandbox import Sandbox
from ingest.unlock import find_locked, unlock
from ingest.watch import Sweep
from rag.assemble import Assistant
from rag.errors import AmbiguousDocument, NoSuchDocument, NotLocked, needs_password
from rag.library.library import UPLOAD, Library
from rag.library.worklist import WatchedFolder
from rag.records import FileOutcome, Outcome, State
from rag.settings import SandboxSettings, Settings, SplitSettings
from tests import documents
from tests.fakes import ScriptedModel, WordHashEmbedder

PASSWORD = "열려라 Sesame"


@pytest.fixture
def locked(papers: Path, batch: Batch) -> Path:
    """Among the papers of the drawer, one that needs a password."""
    path = documents.pdf(papers / "attic.pdf", ["The attic is dry."], password=PASSWORD)
    first, *_ = add([papers], batch)
    assert needs_password(first.reason)
    return path


def opened(path: Path, batch: Batch, password: str = PASSWORD) -> FileOutcome:
    return unlock(find_locked(batch.library, path.name), password, batch)


def state(library: Library, name: str) -> tuple[State, bool]:
    """Its state, and whether its words are found."""
    (document,) = (document for document in library.documents() if document.name == name)
    return document.state, bool(library.lexical("attic", 5))


def sweep(folder: Path, batch: Batch) -> dict[str, str]:
    return {Path(outcome.path).name: outcome.outcome.value for outcome in Sweep(WatchedFolder(os.fsencode(folder)), batch, settled_s=0.0)}


def test_its_password_takes_it_in(locked: Path, library: Library, batch: Batch) -> None:
    assert state(library, "attic.pdf") == (State.FAILED, False)

    assert opened(locked, batch) == FileOutcome(str(locked), Outcome.ADDED, 1)
    assert state(library, "attic.pdf") == (State.READY, True)
    assert list(library.faults()) == []


def test_a_wrong_password_changes_nothing_and_may_be_followed_by_the_right_one(locked: Path, library: Library, batch: Batch) -> None:
    before = library.manifest.places()

    outcome = opened(locked, batch, "sesame")

    assert outcome.reason is not None
    assert outcome.reason.code == "WrongPassword"
    assert library.manifest.places() == before
    assert opened(locked, batch).outcome is Outcome.ADDED


def test_once_it_is_in_it_stays_in(locked: Path, library: Library, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(locked, batch)
    monkeypatch.setattr("ingest.watch._AUDIT_AFTER_S", -1.0)
    anew = Batch(library, batch.embedder, batch.sandbox, SplitSettings(passage_tokens=60))  # another method
    places = library.manifest.places(place=os.fsencode(locked))

    for again in (batch, anew):
        list(add([locked], again))
        assert sweep(locked.parent, again)["attic.pdf"] == "unchanged"
        assert [outcome.outcome for outcome in read_again(places, again)] == [Outcome.UNCHANGED]
        os.utime(locked)  # as if it had been written
        assert sweep(locked.parent, again)["attic.pdf"] == "unchanged"
    monkeypatch.setattr("ingest.pipeline.READ_VERSION", "next")
    assert sweep(locked.parent, batch)["attic.pdf"] == "unchanged"
    locked.rename(locked.with_name("loft.pdf"))
    assert sweep(locked.parent, batch)["loft.pdf"] == "added"

    assert state(library, "loft.pdf") == (State.READY, True)


def test_it_stays_in_over_a_restart(locked: Path, library: Library, batch: Batch, home: Path, embedder: WordHashEmbedder) -> None:
    opened(locked, batch)
    library.close()

    started = Library(home)
    (outcome,) = add([locked], Batch(started, embedder, batch.sandbox, batch.settings))

    assert outcome.outcome is Outcome.UNCHANGED
    assert state(started, "attic.pdf") == (State.READY, True)
    started.close()


def test_a_copy_of_what_is_open_needs_no_password(locked: Path, library: Library, batch: Batch) -> None:
    opened(locked, batch)
    (locked.parent / "copy.pdf").write_bytes(locked.read_bytes())

    assert sweep(locked.parent, batch)["copy.pdf"] == "added"


def test_another_content_needs_its_password_and_the_old_one_is_still_found(locked: Path, library: Library, batch: Batch) -> None:
    opened(locked, batch)
    documents.pdf(locked, ["The attic is damp."], password="other")

    assert sweep(locked.parent, batch) == {"attic.pdf": "failed"}
    assert state(library, "attic.pdf") == (State.FAILED, True)
    assert needs_password(next(document.reason for document in library.documents() if document.name == "attic.pdf"))
    assert sweep(locked.parent, batch) == {}

    assert opened(locked, batch, "other").outcome is Outcome.UPDATED
    assert library.lexical("dry", 5) == []
    assert library.lexical("damp", 5) != []


def test_what_was_unlocked_can_be_read_anew_with_its_password(locked: Path, library: Library, batch: Batch) -> None:
    opened(locked, batch)

    assert opened(locked, batch).outcome is Outcome.UPDATED
    assert opened(locked, batch, "wrong").outcome is Outcome.FAILED
    assert state(library, "attic.pdf") == (State.READY, True)


def test_what_needs_none_after_all_is_read_as_ever(locked: Path, library: Library, batch: Batch) -> None:
    documents.pdf(locked, ["The attic is open."])

    assert opened(locked, batch).outcome is Outcome.ADDED
    assert library.manifest.method_of(library.manifest.places(place=os.fsencode(locked))[0].doc_id or "") == batch.method


def test_only_what_a_password_may_open_is_asked_for_one(locked: Path, library: Library, batch: Batch) -> None:
    twin = locked.parent / "twin" / "attic.pdf"
    twin.parent.mkdir()
    documents.pdf(twin, ["Another attic."], password="other")
    list(add([twin], batch))

    with pytest.raises(NoSuchDocument):
        find_locked(library, "cellar.pdf")
    with pytest.raises(NotLocked):
        find_locked(library, "lease.md")
    with pytest.raises(AmbiguousDocument):
        find_locked(library, "attic.pdf")
    assert find_locked(library, str(twin)).place == os.fsencode(twin)


def test_the_password_is_nowhere_in_the_drawer_nor_in_what_is_said(
    locked: Path, library: Library, batch: Batch, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcomes = [opened(locked, batch, "Sesam0"), opened(locked, batch)]
    library.manifest.close()

    assert "Sesam" not in caplog.text + repr(outcomes)
    for path in home.rglob("*"):
        contents = path.read_bytes() if path.is_file() else b""
        assert all(PASSWORD.encode(form) not in contents and b"Sesam" not in contents for form in ("utf-8", "utf-16-le"))


# --- the page's worker -------------------------------------------------------------------------


@pytest.fixture
def queue(library: Library, embedder: WordHashEmbedder, home: Path) -> Iterator[Queue]:
    working = Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))
    yield working
    working.close()


def until_idle(queue: Queue) -> None:
    deadline = time.monotonic() + 60
    while (queue.is_waited_for() or queue.progress()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not queue.is_waited_for()


def test_an_upload_is_kept_until_its_password_comes(queue: Queue, library: Library, tmp_path: Path) -> None:
    content = documents.pdf(tmp_path / "attic.pdf", ["The attic is dry."], password=PASSWORD).read_bytes()
    place = UPLOAD + b"attic.pdf"
    queue.upload("attic.pdf", content)
    until_idle(queue)
    assert state(library, "attic.pdf") == (State.FAILED, False)

    queue.unlock(place, "wrong")
    until_idle(queue)
    assert queue.is_refused(place)
    assert state(library, "attic.pdf") == (State.FAILED, False)
    queue.unlock(place, PASSWORD)
    until_idle(queue)

    assert not queue.is_refused(place)
    assert state(library, "attic.pdf") == (State.READY, True)
    assert list(library.faults()) == []
    queue.upload("attic.pdf", content)
    until_idle(queue)
    assert [outcome.outcome for outcome in queue.outcomes()][-1] is Outcome.UNCHANGED
    library.remove("attic.pdf")
    assert list((library.home / "snapshots").iterdir()) == []


def test_a_password_for_what_is_gone_by_then_does_nothing(queue: Queue, library: Library) -> None:
    queue.unlock(UPLOAD + b"gone.pdf", PASSWORD)
    until_idle(queue)

    assert library.documents() == []
    assert PASSWORD not in repr(vars(queue))


def test_the_reader_is_told_the_password_over_its_pipe_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.pdf(tmp_path / "attic.pdf", ["The attic is dry."], password="Sesame")
    seen: list[str] = []

    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(documents.text(tmp_path / "a.txt", "words"))
        original = sandbox._drop_child

        def look_then_drop() -> None:
            folder = Path(f"/proc/{sandbox.pid}")
            seen.append(repr((folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()))
            original()

        monkeypatch.setattr(sandbox, "_drop_child", look_then_drop)
        sandbox.read(path, password="Sesame")
        monkeypatch.undo()

    assert seen
    assert not any("Sesame" in said for said in seen)
