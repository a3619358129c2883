"""What could not be read is listed with its reason, tried again when asked, and let go of when dismissed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add, read_again
from ingest.queue import Queue
from ingest.retry import dead_letters, to_read_again
from ingest.watch import Sweep
from rag.assemble import Assistant
from rag.errors import NoSuchDocument, UnreadableFile
from rag.library.library import Library, identity
from rag.library.worklist import WatchedFolder
from rag.records import Outcome, State
from rag.settings import Settings
from tests import documents
from tests.fakes import ScriptedModel, WordHashEmbedder


@pytest.fixture
def assistant(library: Library, embedder: WordHashEmbedder, home: Path) -> Assistant:
    return Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel())


@pytest.fixture
def queue(assistant: Assistant) -> Iterator[Queue]:
    opened = Queue(assistant)
    yield opened
    opened.close()


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """No file can be read until this is called."""

    def refuse(path: Path, name: str) -> str:
        raise UnreadableFile(name=name, cause="locked")

    monkeypatch.setattr("ingest.pipeline._hash", refuse)
    return monkeypatch.undo


def until_idle(queue: Queue) -> None:
    deadline = time.monotonic() + 30
    while (queue.is_waited_for() or queue.progress()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not queue.is_waited_for()


def states(library: Library) -> dict[str, State]:
    return {document.name: document.state for document in library.documents()}


def kept(library: Library) -> list[bytes]:
    return sorted(path.read_bytes() for path in (library.home / "snapshots").iterdir())


def test_a_failed_upload_is_kept_and_can_be_tried_again(queue: Queue, library: Library, locked: Callable[[], None]) -> None:
    queue.upload("note.txt", b"The attic is dry.")
    until_idle(queue)
    (letter,) = dead_letters(library).values()
    assert (letter.document.state, letter.again, letter.followed) == (State.FAILED, None, False)
    assert letter.tried == pytest.approx(time.time(), abs=30)
    locked()

    queue.read_again(*(place.place for place in letter.places))
    until_idle(queue)

    assert states(library) == {"note.txt": State.READY}
    assert [outcome.outcome for outcome in queue.outcomes()] == [Outcome.FAILED, Outcome.ADDED]
    assert kept(library) == [b"The attic is dry."]
    assert list(library.faults()) == []


def test_a_dismissed_upload_leaves_nothing_behind(queue: Queue, library: Library, papers: Path, batch: Batch) -> None:
    (papers / "same.txt").write_text("a paper of the same name")
    list(add([papers / "same.txt"], batch))
    queue.upload("same.txt", b"\0\0\0")
    until_idle(queue)
    (letter,) = dead_letters(library).values()

    library.remove(identity(letter.document))

    assert states(library) == {"same.txt": State.READY}
    assert kept(library) == []


def test_bytes_stay_while_another_upload_needs_them(queue: Queue, library: Library) -> None:
    queue.upload("a.txt", b"\0\0\0")
    queue.upload("b.txt", b"\0\0\0")
    until_idle(queue)
    assert states(library) == {"a.txt": State.FAILED, "b.txt": State.FAILED}

    library.remove("a.txt")
    assert kept(library) == [b"\0\0\0"]
    library.remove("b.txt")
    assert kept(library) == []


def test_a_whole_copy_takes_the_place_of_a_failed_upload(queue: Queue, library: Library) -> None:
    queue.upload("note.txt", b"\0\0\0")
    until_idle(queue)
    queue.upload("note.txt", b"The attic is dry.")
    until_idle(queue)

    assert states(library) == {"note.txt": State.READY}
    assert kept(library) == [b"The attic is dry."]


def test_uploads_that_are_called_off_leave_no_bytes(queue: Queue, library: Library) -> None:
    queue.pause()
    queue.upload("note.txt", b"The attic is dry.")
    queue.cancel()
    queue.resume()
    until_idle(queue)

    assert states(library) == {}
    assert kept(library) == []


def test_an_upload_whose_bytes_are_gone_says_so(library: Library, batch: Batch, queue: Queue) -> None:
    queue.upload("empty.txt", b"\0")
    until_idle(queue)
    library.snapshot_path(hashlib.sha256(b"\0").hexdigest()).unlink()

    (outcome,) = read_again(to_read_again(library, ()), batch)

    assert outcome.reason
    assert (outcome.outcome, outcome.reason.code) == (Outcome.FAILED, "UploadNotKept")


def test_what_is_to_be_read_again_is_read_after_a_restart(assistant: Assistant, library: Library, locked: Callable[[], None]) -> None:
    queue = Queue(assistant)
    queue.upload("note.txt", b"The attic is dry.")
    until_idle(queue)
    queue.pause()
    queue.read_again(*(place.place for place in to_read_again(library, ())))
    queue.close()
    locked()

    queue = Queue(assistant)
    until_idle(queue)
    queue.close()

    assert states(library) == {"note.txt": State.READY}


def test_what_was_taken_out_meanwhile_does_not_come_back(queue: Queue, library: Library) -> None:
    queue.upload("empty.txt", b"\0")
    until_idle(queue)
    (place,) = to_read_again(library, ())
    queue.pause()
    queue.read_again(place.place)
    library.remove("empty.txt")
    queue.resume()
    until_idle(queue)

    assert states(library) == {}


def test_a_partial_document_is_read_again_as_a_whole(
    library: Library, batch: Batch, tmp_path: Path, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path / "none"))
    path = documents.pdf(tmp_path / "a.pdf", ["first page", documents.SCAN])
    assert [outcome.outcome for outcome in add([path], batch)] == [Outcome.PARTIAL]
    embedded = embedder.embedded
    read: list[Path] = []
    reading = batch.sandbox.read
    monkeypatch.setattr(batch.sandbox, "read", lambda path, **options: (read.append(path), reading(path, **options))[1])

    outcomes = list(read_again(to_read_again(library, ()), batch))

    assert [outcome.outcome for outcome in outcomes] == [Outcome.PARTIAL]
    assert read == [path]
    assert embedder.embedded == embedded  # its words are the same
    assert list(library.faults()) == []


def test_only_what_may_pass_is_tried_again_by_itself_and_only_where_a_folder_is_watched(
    library: Library, papers: Path, batch: Batch, locked: Callable[[], None]
) -> None:
    folder = WatchedFolder(os.fsencode(papers))
    list(add([papers / "lease.md"], batch))
    assert [(letter.again, letter.followed) for letter in dead_letters(library).values()] == [(None, False)]

    library.manifest.put_folder(folder)
    (letter,) = dead_letters(library).values()
    assert letter.tried
    assert letter.again == pytest.approx(letter.tried + 30, abs=1)

    locked()
    sweep = Sweep(folder, batch)
    assert sweep.pause_s(180.0) == pytest.approx(30, abs=5)  # the next look comes when the file may be read again
    (papers / "lease.md").write_bytes(b"\0\0")
    list(add([papers / "lease.md"], batch))
    (letter,) = dead_letters(library).values()
    assert (letter.again, letter.followed) == (None, True)
    assert sweep.pause_s(180.0) == 180.0


def test_named_documents_are_read_again_whatever_state_they_are_in(filled: Library, batch: Batch) -> None:
    assert to_read_again(filled, ()) == []
    assert [place.name for place in to_read_again(filled, ["lease.md", "lease.md"])] == ["lease.md"]
    with pytest.raises(NoSuchDocument):
        to_read_again(filled, ["nowhere.md"])

    assert [outcome.outcome for outcome in read_again(to_read_again(filled, ["lease.md"]), batch)] == [Outcome.UPDATED]
