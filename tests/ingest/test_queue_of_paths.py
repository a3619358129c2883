"""What is named by its path is taken in once, also after a restart; what happens in watched folders is remembered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import Batch
from ingest.queue import Queue
from ingest.watch import Sweep
from rag.assemble import Assistant
from rag.errors import NoSuchFile, SystemFolder
from rag.library.conversations import PastTurn
from rag.library.erase import erase
from rag.library.library import Library
from rag.library.worklist import Happened, Happening, WatchedFolder
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder


@pytest.fixture
def queue(library: Library, home: Path, embedder: WordHashEmbedder) -> Callable[[], Queue]:
    return lambda: Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))


def ended(queue: Queue) -> None:
    until = time.monotonic() + 30
    while queue.is_waited_for() and time.monotonic() < until:
        time.sleep(0.02)
    assert not queue.is_waited_for()


# --- paths -------------------------------------------------------------------------------------


def test_a_folder_is_taken_in_once_and_not_followed(queue: Callable[[], Queue], library: Library, papers: Path) -> None:
    (papers / "photo.raw").write_bytes(b"\x00\x01")
    opened = queue()
    opened.add(papers)
    ended(opened)
    (papers / "later.md").write_text("# Later\n\nIt came afterwards.", encoding="utf-8")
    time.sleep(0.3)
    opened.close()

    assert {document.name for document in library.documents()} == {"lease.md", "취업규칙.md"}
    assert library.manifest.folders() == []
    assert opened.left_out(os.fsencode(papers)).kinds() == ".raw (1)"


def test_a_path_that_waits_is_taken_in_after_a_restart(queue: Callable[[], Queue], library: Library, papers: Path) -> None:
    first = queue()
    first.pause()
    first.add(papers / "lease.md")
    first.close()
    assert library.documents() == []

    second = queue()
    ended(second)
    second.close()

    assert [document.name for document in library.documents()] == ["lease.md"]


def test_paths_are_dropped_by_a_stop_and_what_was_read_stays(queue: Callable[[], Queue], library: Library, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(400):
        (many / f"{number}.md").write_text(f"# Paper\n\nPaper number {number} of many.", encoding="utf-8")
    opened = queue()
    opened.add(many)
    until = time.monotonic() + 30
    while not library.counts().documents and time.monotonic() < until:
        time.sleep(0.01)
    opened.cancel()
    ended(opened)
    opened.close()

    assert 0 < library.counts().documents < 400
    assert library.manifest.paths() == []


def test_a_path_that_leads_nowhere_is_refused_at_once(queue: Callable[[], Queue], library: Library, tmp_path: Path) -> None:
    opened = queue()
    with pytest.raises(NoSuchFile):
        opened.add(tmp_path / "nowhere")
    with pytest.raises(SystemFolder):
        opened.add(Path("/proc"))
    opened.close()

    assert library.manifest.paths() == []


# --- what happened -----------------------------------------------------------------------------


def swept(batch: Batch, folder: Path) -> list[tuple[str, str, str | None]]:
    """Sweeps the folder once; what happened, oldest first: the file, what, and what it was called before."""
    known = {each.folder: each for each in batch.library.manifest.folders()}
    if os.fsencode(folder) not in known:
        batch.library.manifest.put_folder(WatchedFolder(os.fsencode(folder)))
        known = {each.folder: each for each in batch.library.manifest.folders()}
    before = len(batch.library.manifest.happenings(since=0))
    list(Sweep(known[os.fsencode(folder)], batch, settled_s=0.0))
    found = batch.library.manifest.happenings(since=0)[::-1][before:]
    return [(Path(os.fsdecode(each.place)).name, each.what.value, Path(os.fsdecode(each.was)).name if each.was else None) for each in found]


def test_every_change_of_a_watched_folder_is_remembered_by_its_name(batch: Batch, papers: Path) -> None:
    assert sorted(swept(batch, papers)) == [("lease.md", "added", None), ("취업규칙.md", "added", None)]

    (papers / "lease.md").rename(papers / "contract.md")
    (papers / "취업규칙.md").unlink()
    (papers / "draft.txt").touch()
    assert sorted(swept(batch, papers)) == [
        ("contract.md", "renamed", "lease.md"),
        ("draft.txt", "failed", None),
        ("취업규칙.md", "gone", None),
    ]

    (papers / "contract.md").write_text("# Contract\n\nNow it says something else.", encoding="utf-8")
    assert swept(batch, papers) == [("contract.md", "changed", None)]
    assert swept(batch, papers) == []


def test_what_happened_is_still_known_after_a_restart_and_forgotten_with_its_folder(batch: Batch, papers: Path) -> None:
    swept(batch, papers)
    batch.library.close()

    again = Library(batch.library.home)
    assert len(again.manifest.happenings(since=0)) == 2
    assert again.manifest.happenings(since=time.time() + 1) == []
    again.manifest.drop_folder(os.fsencode(papers))
    assert again.manifest.happenings(since=0) == []
    again.close()


def test_a_folder_that_is_only_looked_through_leaves_no_trace(batch: Batch, papers: Path) -> None:
    list(Sweep(WatchedFolder(os.fsencode(papers)), batch, settled_s=0.0))

    assert batch.library.manifest.happenings(since=0) == []


def test_the_list_of_what_happened_does_not_grow_for_ever(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.library.worklist._REMEMBERED", 50)
    month = 31 * 24 * 3600

    def note(number: int, at: float) -> None:
        library.manifest.note(Happening(b"/papers", f"/papers/{number}.txt".encode(), Happened.ADDED, None, at))

    with library.manifest.transaction():
        note(-1, time.time() - month)
        for number in range(200):
            note(number, time.time())

    found = library.manifest.happenings(since=0)
    assert [each.place for each in found] == [f"/papers/{number}.txt".encode() for number in range(199, 149, -1)]


def test_that_a_file_still_fails_is_no_news(library: Library) -> None:
    for at in (1.0, 2.0):
        library.manifest.note(Happening(b"/p", b"/p/a.pdf", Happened.FAILED, None, time.time() + at))

    assert len(library.manifest.happenings(since=0)) == 1


def test_an_erased_document_takes_along_what_happened_to_it_under_every_name(batch: Batch, papers: Path) -> None:
    library = batch.library
    (papers / "quorblimvat.md").write_text("# Note\n\nA note about the attic and the keys to it.", encoding="utf-8")
    swept(batch, papers)
    (papers / "quorblimvat.md").rename(papers / "zhubquelf.md")
    swept(batch, papers)
    (papers / "zhubquelf.md").write_text("# Note\n\nA note about the cellar, which is another content.", encoding="utf-8")
    swept(batch, papers)
    assert {b"quorblimvat", b"zhubquelf"} <= _held(library.home, b"quorblimvat", b"zhubquelf")
    library.manifest.put_path(os.fsencode(papers / "zhubquelf.md"))
    library.manifest.keep_turn(PastTurn("What does quorblimvat.md say of the keys?", written="It says", sources=()))

    certificate = erase(library, "zhubquelf.md")

    assert certificate.samples > 2
    assert {Path(os.fsdecode(each.place)).name for each in library.manifest.happenings(since=0)} == {"lease.md", "취업규칙.md"}
    assert library.manifest.paths() == []
    library.close()
    assert _held(library.home, b"quorblimvat", b"zhubquelf") == set()


def test_a_name_that_another_document_has_now_is_no_remains(batch: Batch, papers: Path) -> None:
    """What was there before is erased under its new name; what lies there now keeps its own."""
    first, second = papers / "attic-and-keys.md", papers / "elsewhere-now.md"
    first.write_text("# Note\n\nA note about the attic and the keys to it.", encoding="utf-8")
    swept(batch, papers)
    first.rename(second)
    swept(batch, papers)
    first.write_text("# Other\n\nAnother paper, under the name that the first one had.", encoding="utf-8")
    swept(batch, papers)

    erase(batch.library, second.name)

    assert first.name in {document.name for document in batch.library.documents()}


def _held(home: Path, *words: bytes) -> set[bytes]:
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    return {word for word in words if any(word in content for content in files)}
