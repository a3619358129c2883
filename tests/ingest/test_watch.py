"""Watched folders: after a sweep the drawer is equal to the folder."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from ingest.folders import find_files, require_folder, scan
from ingest.pipeline import Batch, add
from ingest.queue import Queue
from ingest.watch import Sweep, changes
from rag.assemble import Assistant
from rag.errors import NoSuchFile, SystemFolder
from rag.library.library import Library
from rag.library.worklist import WatchedFolder
from rag.records import State
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder

KINDS = frozenset({".txt", ".md"})


def sweep(folder: Path, batch: Batch, *, settled_s: float = 0.0, **rules: tuple[str, ...]) -> dict[str, str]:
    """What one sweep of a registered folder did, by file name."""
    place = os.fsencode(folder)
    manifest = batch.library.manifest
    kept = {found.folder: found for found in manifest.folders()}.get(place)
    if kept is None or rules:
        manifest.put_folder(kept := WatchedFolder(place, **rules))
    return {Path(outcome.path).name: outcome.outcome.value for outcome in Sweep(kept, batch, settled_s=settled_s)}


def names(library: Library) -> list[str]:
    return sorted(document.name for document in library.documents())


def change(path: Path, text: str) -> None:
    """Write another content of another time, whatever the clock's grain."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    if path.stat().st_mtime_ns == before:
        os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_a_sweep_makes_the_drawer_equal_to_the_folder(library: Library, papers: Path, batch: Batch) -> None:
    assert sweep(papers, batch) == {"lease.md": "added", "취업규칙.md": "added"}
    (papers / "lease.md").unlink()
    (papers / "sub").mkdir()
    (papers / "sub" / "new.txt").write_text("new paper")

    assert sweep(papers, batch) == {"new.txt": "added"}
    assert names(library) == ["new.txt", "취업규칙.md"]


def test_nothing_is_read_when_nothing_changed(library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(papers, batch)
    monkeypatch.setattr("ingest.pipeline._hash", lambda *_: pytest.fail("a file was read"))

    assert sweep(papers, batch) == {}


@pytest.mark.parametrize("new", ["LEASE.MD", "sub/lease.md", "contract.txt"])
def test_a_renamed_file_is_not_embedded_again(library: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder, new: str) -> None:
    sweep(papers, batch)
    embedded = embedder.embedded
    (papers / "sub").mkdir()
    (papers / "lease.md").rename(papers / new)

    assert sweep(papers, batch) == {Path(new).name: "added"}
    assert embedder.embedded == embedded
    assert names(library) == sorted([Path(new).name, "취업규칙.md"])
    assert list(library.faults()) == []


def test_one_content_at_two_places_is_one_document(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "copy.md").write_bytes((papers / "lease.md").read_bytes())
    sweep(papers, batch)
    assert library.counts().documents == 2

    (papers / "lease.md").unlink()
    sweep(papers, batch)

    assert names(library) == ["copy.md", "취업규칙.md"]


def test_a_file_replaced_by_renaming_is_read_again(library: Library, papers: Path, batch: Batch) -> None:
    sweep(papers, batch)
    status = (papers / "lease.md").stat()
    other = papers / "other.part"
    other.write_bytes(b"#" * status.st_size)
    os.utime(other, ns=(status.st_mtime_ns, status.st_mtime_ns))
    other.replace(papers / "lease.md")  # the same name, size and time; only the file is another

    assert sweep(papers, batch) == {"lease.md": "updated"}


def test_another_content_of_the_same_size_and_time_is_found_in_time(
    library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(papers, batch)
    path = papers / "lease.md"
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"3,751", b"9,999"))
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert sweep(papers, batch) == {}

    monkeypatch.setattr("ingest.watch._AUDIT_AFTER_S", -1.0)

    assert sweep(papers, batch) == {"lease.md": "updated", "취업규칙.md": "unchanged"}


def test_a_file_still_being_written_waits(papers: Path, batch: Batch) -> None:
    kept = WatchedFolder(os.fsencode(papers))
    waiting = Sweep(kept, batch, settled_s=60.0)

    assert list(waiting) == []
    assert waiting.unsettled == 2


def test_a_file_that_failed_is_tried_again_when_it_changes(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "draft.txt").touch()
    assert sweep(papers, batch)["draft.txt"] == "failed"
    assert sweep(papers, batch) == {}

    change(papers / "draft.txt", "now it has words")

    assert sweep(papers, batch) == {"draft.txt": "added"}
    assert {document.state for document in library.documents()} == {State.READY}


def test_what_may_pass_is_tried_again_later_and_later(
    library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import pipeline
    from rag.errors import UnreadableFile

    def locked(path: Path, name: str) -> str:
        raise UnreadableFile(name=name, cause="locked")

    monkeypatch.setattr("ingest.pipeline._hash", locked)
    assert set(sweep(papers, batch).values()) == {"failed"}
    assert sweep(papers, batch) == {}
    monkeypatch.setattr("ingest.retry._FIRST_RETRY_S", 0.0)
    assert set(sweep(papers, batch).values()) == {"failed"}
    assert {place.attempts for place in library.manifest.places()} == {2}

    monkeypatch.undo()
    monkeypatch.setattr("ingest.retry._FIRST_RETRY_S", 0.0)
    assert pipeline._hash is not locked

    assert set(sweep(papers, batch).values()) == {"added"}
    assert {place.attempts for place in library.manifest.places()} == {0}


def test_a_folder_that_is_gone_takes_no_documents_with_it(library: Library, papers: Path, batch: Batch) -> None:
    sweep(papers, batch)
    papers.rename(papers.with_name("elsewhere"))

    with pytest.raises(NoSuchFile):
        sweep(papers, batch)

    assert library.counts().documents == 2
    assert [folder.reachable for folder in library.manifest.folders()] == [False]
    assert [document.away for document in library.documents()] == [True, True]
    papers.with_name("elsewhere").rename(papers)
    assert sweep(papers, batch) == {}
    assert [folder.reachable for folder in library.manifest.folders()] == [True]
    assert [document.away for document in library.documents()] == [False, False]


def test_an_empty_mount_point_is_a_disk_that_is_not_there(library: Library, papers: Path, batch: Batch) -> None:
    sweep(papers, batch)
    (registered,) = library.manifest.folders()
    for file in papers.iterdir():
        file.unlink()
    elsewhere = WatchedFolder(registered.folder, device=(registered.device or 0) + 1)

    with pytest.raises(NoSuchFile):
        list(Sweep(elsewhere, batch))
    assert library.counts().documents == 2

    assert list(Sweep(registered, batch)) == []  # the same disk, and the files are really gone
    assert library.counts().documents == 0


def test_a_file_of_another_kind_that_was_named_by_hand_stays(library: Library, papers: Path, batch: Batch) -> None:
    notes = papers / "notes.log"
    notes.write_text("kept by hand")
    list(add([notes], batch))

    sweep(papers, batch)
    assert "notes.log" in names(library)

    notes.unlink()
    sweep(papers, batch)
    assert "notes.log" not in names(library)


def test_what_is_ignored_leaves_the_drawer(library: Library, papers: Path, batch: Batch) -> None:
    sweep(papers, batch)
    (papers / ".seorapignore").write_text("lease*\n")

    sweep(papers, batch)
    assert names(library) == ["취업규칙.md"]

    sweep(papers, batch, include=("*.md",), exclude=("취업*",))
    assert names(library) == []


def test_an_unlisted_folder_takes_no_documents_with_it(
    library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (papers / "sub").mkdir()
    (papers / "sub" / "a.txt").write_text("words")
    sweep(papers, batch)
    listing = os.scandir

    def refuse(folder: str) -> object:
        if str(folder).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return listing(folder)

    monkeypatch.setattr("ingest.folders.os.scandir", refuse)
    (papers / "lease.md").unlink()
    sweep(papers, batch)

    assert names(library) == ["a.txt", "취업규칙.md"]


# --- what lies in a folder -------------------------------------------------------------------


def test_links_and_special_files_are_reported_and_never_opened(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.txt").write_text("words")
    (tmp_path / "outside.txt").write_text("secret")
    (root / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.txt")
    (root / ".hidden.txt").touch()
    (root / "~$a.txt").touch()
    (root / "picture.xyz").touch()

    found = scan(root, suffixes=KINDS)

    assert [Path(os.fsdecode(place)).name for place in found.files] == ["a.txt"]
    assert sorted(str(error.facts["name"]) for error in found.left_out) == ["out.txt", "pipe.txt"]
    assert found.other_kinds == {"": 1, ".xyz": 1}


def test_names_that_look_alike_are_different_files(tmp_path: Path) -> None:
    import unicodedata

    for form in ("NFC", "NFD"):
        (tmp_path / f"{unicodedata.normalize(form, '계약')}.txt").write_text(form)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb0\xe8.txt")).write_text("CP949")

    assert len(scan(tmp_path, suffixes=KINDS).files) == 3


def test_patterns_are_meant_from_the_folder_they_lie_in(tmp_path: Path) -> None:
    for name in ("a/keep.txt", "a/drop.txt", "b/drop.txt", "old/keep.txt", "c/old/keep.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".seorapignore").write_text("/old/\n# a remark\n")
    (tmp_path / "a" / ".seorapignore").write_text("drop.*\n")

    found = scan(tmp_path, suffixes=KINDS)

    assert [os.fsdecode(place).removeprefix(f"{tmp_path}/") for place in found.files] == ["a/keep.txt", "b/drop.txt", "c/old/keep.txt"]


# --- the queue -------------------------------------------------------------------------------


@pytest.fixture
def queue(library: Library, embedder: WordHashEmbedder, home: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.setattr("ingest.watch.LOOK_AGAIN_S", 0.1)
    return Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))


def until(holds: object, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_events_make_the_drawer_follow_the_folder(queue: Queue, library: Library, papers: Path) -> None:
    queue.watch(papers)
    until(lambda: names(library) == ["lease.md", "취업규칙.md"])
    time.sleep(0.5)  # by then the system tells what happens

    (papers / "new.txt").write_text("new paper")
    until(lambda: "new.txt" in names(library))
    (papers / "lease.md").unlink()
    until(lambda: names(library) == ["new.txt", "취업규칙.md"])
    queue.close()


@pytest.mark.parametrize("failure", [OSError(28, "OS file watch limit reached"), RuntimeError("gone")], ids=str)
def test_a_system_that_cannot_watch_is_told_of_and_leaves_it_to_the_sweeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("ingest.watch.watchfiles.watch", refuse)

    deaf = threading.Event()
    assert list(changes([os.fsencode(tmp_path)], threading.Event(), most_s=0.01, deaf=deaf.set)) == []
    assert deaf.is_set()


def test_where_there_is_no_room_for_all_folders_that_is_said_and_some_are_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def watch(*_: str, ignore_permission_denied: bool, **__: object) -> list[set[tuple[int, str]]]:
        if not ignore_permission_denied:
            raise OSError("OS file watch limit reached.")
        return [{(1, str(tmp_path / "a.txt"))}]  # watchfiles says nothing of the limit then

    monkeypatch.setattr("ingest.watch.watchfiles.watch", watch)

    deaf = threading.Event()
    assert list(changes([os.fsencode(tmp_path)], threading.Event(), most_s=0.01, deaf=deaf.set)) == [{os.fsencode(tmp_path)}]
    assert deaf.is_set()


def test_a_folder_whose_name_is_not_utf_8_is_left_to_the_sweeps(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xb0\xe8"
    Path(os.fsdecode(folder)).mkdir()

    assert list(changes([folder], threading.Event(), most_s=0.01)) == []


def test_a_drawer_in_its_own_watched_folder_and_hidden_files_are_no_reason_to_look(queue: Queue, library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    queue.watch(tmp_path)
    until(lambda: names(library) == ["a.txt"])
    time.sleep(3)  # the folder that the drawer itself has just become
    (swept,) = (folder.swept for folder in library.manifest.folders())

    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "a.txt").write_text("other words")
    library.manifest.set_fact("noted", "now")
    time.sleep(3)
    assert [folder.swept for folder in library.manifest.folders()] == [swept]

    (tmp_path / ".seorapignore").write_text("a.txt")
    until(lambda: names(library) == [])
    queue.close()


def test_a_paused_folder_is_left_alone_and_a_paused_queue_keeps_everything(queue: Queue, library: Library, papers: Path) -> None:
    queue.pause()
    queue.watch(papers)
    queue.upload("a.txt", b"an upload")
    time.sleep(0.3)
    assert names(library) == []

    (folder,) = library.manifest.folders()
    queue.pause_folder(folder, paused=True)
    queue.resume()
    until(lambda: names(library) == ["a.txt"])
    time.sleep(0.3)
    assert names(library) == ["a.txt"]

    queue.pause_folder(folder, paused=False)
    until(lambda: len(names(library)) == 3)
    queue.close()


def test_a_small_folder_does_not_wait_for_a_large_one(queue: Queue, library: Library, tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    for folder, count in ((large, 60), (small, 2)):
        folder.mkdir()
        for number in range(count):
            (folder / f"{folder.name}{number}.txt").write_text(f"{folder.name} {number}")
    queue.pause()
    queue.watch(large)
    queue.watch(small)
    queue.resume()

    until(lambda: sum(name.startswith("small") for name in names(library)) == 2)
    assert sum(name.startswith("large") for name in names(library)) < 30
    until(lambda: len(names(library)) == 62)
    queue.close()


def test_a_folder_is_watched_again_after_a_restart(
    queue: Queue, library: Library, embedder: WordHashEmbedder, home: Path, papers: Path
) -> None:
    queue.watch(papers)
    until(lambda: len(names(library)) == 2)
    queue.close()
    (papers / "lease.md").unlink()

    again = Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))
    until(lambda: names(library) == ["취업규칙.md"])
    again.unwatch(os.fsencode(papers))
    again.close()

    assert library.manifest.folders() == []
    assert names(library) == ["취업규칙.md"]
    assert threading.active_count() < 20


def test_a_folder_of_the_system_is_refused_and_one_that_sounds_like_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.folders._OF_THE_KERNEL", (os.fsencode(tmp_path / "proc"),))
    for name in ("proc", "process"):
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "a.txt").write_text("words")

    require_folder(tmp_path / "process")
    for folder in (tmp_path / "proc", tmp_path / "proc" / "1"):
        with pytest.raises(SystemFolder):
            require_folder(folder)
    assert list(scan(tmp_path, suffixes=frozenset({".txt"})).files) == [os.fsencode(tmp_path / "process" / "1" / "a.txt")]
    (named,), _ = find_files([tmp_path / "proc"], suffixes=frozenset({".txt"}))
    assert isinstance(named.error, SystemFolder)


def test_what_a_folder_holds_beside_documents_can_be_told(queue: Queue, library: Library, papers: Path) -> None:
    for name in ("a.doc", "b.doc", "c.zip"):
        (papers / name).write_bytes(b"x")
    (papers / "link.txt").symlink_to("/etc/hostname")

    queue.watch(papers)
    until(lambda: queue.left_out(os.fsencode(papers)).other_kinds != {})
    queue.close()

    found = queue.left_out(os.fsencode(papers))
    assert found.kinds() == ".doc (2), .zip (1)"
    assert [error.facts["name"] for error in found.left_out] == ["link.txt"]
    assert queue.left_out(b"/elsewhere").kinds() == ""
