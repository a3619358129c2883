"""What is erased is in no byte of the drawer; what stays is as it was; what was broken off is finished."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pptx
import pytest

from ingest.pipeline import Batch, add, add_upload
from ingest.queue import Queue
from rag.assemble import Assistant
from rag.errors import AmbiguousDocument, CopyInDrawer, DrawerFull, ErasureUnfinished, NoSuchDocument, RemainsFound
from rag.library import erase as erasing
from rag.library import remains
from rag.library.erase import erase
from rag.library.library import Library, PlaceInText
from rag.library.manifest import Manifest, Place
from rag.library.vectors import ChromaIndex, IndexBroken
from rag.ports import Vectors
from rag.records import Page, Passage, Reading, Span
from rag.retrieve import retrieve
from rag.settings import RetrievalSettings, Settings
from rag.version import VERSION
from tests.conftest import LEASE
from tests.fakes import ScriptedModel, WordHashEmbedder

ROOT = Path(__file__).parents[2]
TEXT, HEADING, CELL, TITLE, NOTE, NAME = "qavexzorbo", "wulmipketh", "jundafriq", "hobgezzim", "yotkuphlar", "fimbrudgax"
SECRET = f"""# The {HEADING}

The {TEXT} was sealed on the 뷁쀍 day, and nobody but its keeper has ever read a word of what it says.

| what | who |
|---|---|
| {CELL} | the keeper |

The tenant pays a deposit of 3,751 euros before moving in. The deposit is returned within 30 days after the end of the lease.
"""
QUESTIONS = ("How much is the deposit?", "three months notice in writing", "병가는 며칠까지 쓸 수 있나", "rent due each month", "진단서")


def held(home: Path, *words: str | bytes) -> dict[str, set[str]]:
    """Of each word or piece, the files of the drawer that hold it: as it is, in small letters, or as the word index does, without its beginning."""
    files = {path.relative_to(home).as_posix(): path.read_bytes().lower() for path in home.rglob("*") if path.is_file()}
    found: dict[str, set[str]] = {}
    for word in words:
        piece = word.lower() if isinstance(word, bytes) else word.lower().encode()[2 if word.isascii() else 0 :]
        if there := {name for name, content in files.items() if piece in content}:
            found[repr(word)] = there
    return found


def searches(library: Library, embedder: WordHashEmbedder) -> list[object]:
    """What the questions find, without what the ids of passages are."""
    library.languages()
    found: list[object] = []
    for question in QUESTIONS:
        dense = library.dense(embedder.embed_question(question), 10, embedder=embedder.identity)
        found += [dense, library.lexical(question, 10)]
        found.append(retrieve(question, library=library, embedder=embedder, settings=RetrievalSettings(), k=10))
    return found


@pytest.fixture
def secret(papers: Path) -> Path:
    path = papers / f"{NAME}.md"
    path.write_text(SECRET, encoding="utf-8")
    return path


@pytest.fixture
def slides(papers: Path) -> Path:
    """With a title among its properties, and notes."""
    deck = pptx.Presentation()
    deck.core_properties.title = f"A {TITLE} of slides"
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Plans for the garden and everything around it"
    slide.notes_slide.notes_text_frame.text = f"Say that the {NOTE} comes later, when everybody has seen the garden."
    deck.save(papers / "slides.pptx")
    return papers / "slides.pptx"


def _vector_pieces(library: Library, name: str) -> list[bytes]:
    """Those that no other document has."""
    doc_id = library.find_one(name)[0].doc_id
    rows = library.manifest.rows("SELECT vector, doc_id=? FROM vectors JOIN passages USING (passage_id)", (doc_id,))
    pieces = [piece for vector, mine in rows if mine and (piece := remains.piece_of(vector))]
    others = [vector for vector, mine in rows if not mine]
    return [piece for piece in pieces if not any(piece in vector for vector in others)]


# --- nothing is left --------------------------------------------------------------------------


def test_no_word_and_no_vector_is_left_in_any_byte(
    library: Library, secret: Path, slides: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    list(add([papers], batch))
    vectors = _vector_pieces(library, secret.name)
    library.close()
    words = (TEXT, HEADING, CELL, TITLE, NOTE, NAME, "뷁쀍")
    before = held(library.home, *words, *vectors)
    assert len(before) == len(words) + len(vectors) > len(words)

    again = Library(library.home)
    again.fill_index()
    certificates = [erase(again, secret.name), erase(again, slides.name)]
    again.fill_index()
    assert list(again.faults()) == []
    again.close()

    assert held(library.home, *words, *vectors) == {}
    assert all(certificate.samples > 4 for certificate in certificates)
    assert secret.read_text(encoding="utf-8") == SECRET


def test_this_search_finds_what_removing_leaves(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    library.remove(secret.name)
    library.close()

    assert set(held(library.home, TEXT, HEADING, CELL)) != set()


def test_while_it_is_open_nothing_is_left_either(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    """The log beside the manifest holds old pages for as long as somebody has it open."""
    list(add([papers], batch))
    erase(library, secret.name)

    copied = library.home.with_name("copied")  # another process reads it: to close a file takes its locks away
    subprocess.run(["cp", "-r", library.home, copied], check=True)
    assert (copied / "manifest.sqlite3-wal").is_file()
    assert held(copied, TEXT, HEADING, CELL, NAME) == {}


def test_what_stays_is_found_as_before(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    erase(library, secret.name)
    expected = searches(library, embedder)
    assert any(expected)
    list(add([secret], batch))
    assert searches(library, embedder) != expected
    kept = library.documents()

    certificate = erase(library, secret.name)

    assert searches(library, embedder) == expected
    assert library.documents() == [document for document in kept if document.name != secret.name]
    assert [document.name for document in library.documents()] == ["lease.md", "취업규칙.md"]
    assert library.names() is not None
    assert secret.name not in str(library.names())
    assert library.lexical(TEXT, 5) == []
    monkeypatch.setattr("rag.library.library._EXACT_UP_TO", 0)
    library.fill_index()
    assert list(searches(library, embedder)[::3]) == expected[::3]
    assert list(library.faults()) == []
    assert (certificate.index_before + 1, library.manifest.fact("index_generation")) == (
        certificate.index_after,
        str(certificate.index_after),
    )


def test_what_others_say_too_stays_and_is_no_sample(library: Library, papers: Path, batch: Batch) -> None:
    copy = papers / "copy.md"
    copy.write_text(LEASE + "\n", encoding="utf-8")  # another content with the same words
    list(add([papers], batch))
    rows = library.manifest.rows("SELECT count(*) FROM passages")

    certificate = erase(library, copy.name)

    assert library.lexical("deposit", 5) != []
    assert library.manifest.rows("SELECT count(*) FROM passages")[0][0] == rows[0][0] - certificate.passages
    assert certificate.samples < 3 * certificate.passages  # its name and its vectors, which know its name
    assert list(library.faults()) == []


def test_every_name_of_a_content_goes(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    other = papers / "zhubquelf.md"
    shutil.copyfile(secret, other)
    list(add([papers], batch))

    certificate = erase(library, secret.name)

    assert set(certificate.names) == {secret.name, other.name}
    assert set(certificate.places) == {str(secret), str(other)}
    assert [document.name for document in library.documents()] == ["lease.md", "취업규칙.md"]
    library.close()
    assert held(library.home, TEXT, NAME, "zhubquelf") == {}


def test_an_upload_goes_with_its_bytes_its_jobs_and_its_other_names(library: Library, home: Path, embedder: WordHashEmbedder) -> None:
    queue = Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))
    content = SECRET.encode() + b"<!-- \x07 never shown: ompelquizz -->"
    queue.upload(f"{NAME}.md", content)
    queue.upload("stays.md", LEASE.encode())
    while queue.is_waited_for():
        time.sleep(0.02)
    queue.pause()
    queue.upload("zhubquelf.md", content)
    queue.upload("waits.md", b"# Waits\n\nIt is not taken in yet.")
    queue.close()
    digest = hashlib.sha256(content).hexdigest()
    assert set(held(home, "ompelquizz", "zhubquelf")) == {"'ompelquizz'", "'zhubquelf'"}
    library.manifest.keep_page(digest, "m", 1, f"recognised {TEXT}")
    library.manifest.keep_page("of another", "m", 1, "is kept")

    certificate = erase(library, f"{NAME}.md")

    assert (certificate.uploads_removed, certificate.upload_bytes, certificate.sha256) == (1, len(content), (digest,))
    assert certificate.places == ()
    assert [name for _, name, _ in library.manifest.jobs()] == ["waits.md"]
    assert library.manifest.kept_pages("of another", "m") == ["is kept"]
    assert len(library.snapshots()) == 2
    library.close()
    assert held(home, TEXT, NAME, "ompelquizz", "zhubquelf", digest[:32]) == {}


def test_a_document_that_could_not_be_read_can_be_erased(library: Library, papers: Path, batch: Batch) -> None:
    """It has no id; what was recognised of its bytes before it was broken off goes too, even when the file has gone."""
    bad, gone = papers / f"{NAME}.pdf", papers / "zhubquelf.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing that could be read")
    gone.write_bytes(b"%PDF-1.4 nothing of that kind either")
    list(add([papers], batch))
    library.manifest.keep_page(hashlib.sha256(bad.read_bytes()).hexdigest(), "m", 1, f"recognised {TEXT}")
    library.manifest.keep_page("of another", "m", 1, "is kept")
    library.manifest.keep_page("of nobody", "m", 1, f"recognised {CELL}")

    certificate = erase(library, bad.name)

    assert (certificate.sha256, certificate.passages, certificate.pages) == ((), 0, None)
    assert library.manifest.kept_pages(hashlib.sha256(bad.read_bytes()).hexdigest(), "m") == []
    assert library.manifest.kept_pages("of another", "m") == ["is kept"]
    gone.unlink()
    erase(library, gone.name)
    library.close()
    assert held(library.home, TEXT, CELL, NAME, "zhubquelf") == {}


def test_what_was_left_of_an_unfinished_document_goes(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    (place,) = library.find_one(secret.name)
    assert place.doc_id
    library.manifest.keep_page(place.doc_id, "m", 1, '"text": "half of the oslindravek"')
    kept = np.random.default_rng(5).normal(size=64).astype(np.float32)
    library.manifest.keep_vectors(place.doc_id, "e", {b"key": kept})
    library.manifest.want(place.place)

    erase(library, secret.name)

    assert library.manifest.wanted() == []
    library.close()
    assert held(library.home, "oslindravek", kept.tobytes()[32:64]) == {}


PASSAGES = 5_200


def put(library: Library, name: str, count: int, seed: int) -> Vectors:
    """A document of many passages, with vectors of its own."""
    words = [f"{name}{number} stands here among all the others" for number in range(count)]
    text = "\n".join(words)
    starts = [0, *accumulate(len(word) + 1 for word in words)]
    vectors = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    library.claim_embedder("random")
    library.commit(
        f"/papers/{name}.txt".encode(),
        name=f"{name}.txt",
        doc_id=hashlib.sha256(name.encode()).hexdigest(),
        mtime_ns=1,
        size_bytes=len(text),
        method="m",
        embedder="random",
        reading=Reading((Page(text),), "text"),
        spans=[Span(start, start + len(word), word) for start, word in zip(starts, words, strict=False)],
        headers=[name] * count,
        vectors=vectors,
    )
    return vectors


def test_of_a_drawer_that_is_searched_through_its_index_nothing_is_left_either(library: Library) -> None:
    stays = put(library, "stays", PASSAGES, seed=1)
    mine = put(library, "qavexzorbo", 300, seed=2)
    library.fill_index()
    pieces = [vector.tobytes()[32:64] for vector in mine]
    before = [library.dense(vector, 10, embedder="random") for vector in stays[:20]]
    library.close()
    found = held(library.home, *pieces)
    assert len(found) == 300
    assert {file.split("/")[0] for files in found.values() for file in files} >= {"manifest.sqlite3", "index"}

    again = Library(library.home)  # in which the index has not been opened
    erase(again, "qavexzorbo.txt")
    assert again._index.nearest(stays[0], 1) is None
    exactly = [again.dense(vector, 10, embedder="random") for vector in stays[:20]]
    again.fill_index()
    assert again._index.nearest(stays[0], 1) is not None
    ids = again.manifest.passage_ids()
    for vector, earlier, now in zip(stays, before, exactly, strict=False):
        assert now == again.dense(vector, 10, embedder="random")
        assert [item for item in earlier if item[0] in ids] == now[: sum(item[0] in ids for item in earlier)]
    assert list(again.faults()) == []
    again.close()
    assert held(library.home, *pieces, "qavexzorbo") == {}


def test_terms_that_merging_would_leave_are_seen_and_the_word_index_is_made_again(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    monkeypatch.setattr(Manifest, "merge_terms", lambda self: None)

    erase(library, secret.name)

    library.close()
    assert held(library.home, TEXT, HEADING, CELL) == {}


def test_what_lay_in_unused_parts_of_the_manifest_before_goes_too(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    library.close()
    careless = sqlite3.connect(library.home / "manifest.sqlite3")
    careless.execute("PRAGMA secure_delete=OFF")
    careless.execute("CREATE TABLE once (text)")
    careless.executemany("INSERT INTO once VALUES (?)", [(SECRET,)] * 20)
    careless.execute("DROP TABLE once")
    careless.commit()
    careless.close()
    again = Library(library.home)

    certificate = erase(again, secret.name)

    again.close()
    assert certificate.manifest_bytes_after < certificate.manifest_bytes_before
    assert held(library.home, TEXT, HEADING, CELL, NAME) == {}


def test_the_whole_drawer_can_be_erased_document_by_document(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    for _ in range(2):
        list(add([papers], batch))
        for name in ("lease.md", "취업규칙.md", secret.name):
            erase(library, name)
    assert library.counts().documents == 0
    assert list(library.faults()) == []
    library.close()
    assert held(library.home, TEXT, CELL, "landlord", "유급휴가", "lease.md") == {}


def test_a_drawer_without_an_index_gets_none_by_erasing(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    library.close()
    shutil.rmtree(library.home / "index")
    again = Library(library.home)

    certificate = erase(again, secret.name)

    assert (certificate.index_before, certificate.index_after) == (1, 2)
    assert not (again.home / "index").exists()
    again.fill_index()
    assert list(again.faults()) == []
    again.close()


def test_generations_that_could_not_be_deleted_before_are_deleted(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    for number in (0, 2):  # an older one, and one in the place of the next
        shutil.copytree(library.home / "index" / "gen-1", library.home / "index" / f"gen-{number}")

    erase(library, secret.name)

    assert list((library.home / "index").iterdir()) == []
    library.fill_index()
    assert [path.name for path in (library.home / "index").iterdir()] == ["gen-2"]
    assert list(library.faults()) == []


def test_what_a_kill_left_of_uploads_goes_at_the_next_opening(library: Library, home: Path) -> None:
    library.keep_snapshot("b" * 64, b"needed")
    library.manifest.put_job("waits.txt", "b" * 64)
    (home / "snapshots" / f"{'a' * 64}.part").write_bytes(b"half of it")
    (home / "manifest.sqlite3.packed").write_bytes(b"half of it")
    library.close()

    Library(home).close()

    assert [path.name for path in (home / "snapshots").iterdir()] == ["b" * 64]
    assert not (home / "manifest.sqlite3.packed").exists()


def test_an_upload_that_finds_no_room_leaves_no_part(library: Library, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.library.library.os.fsync", full)
    with pytest.raises(DrawerFull):
        library.keep_snapshot("a" * 64, b"half of it")

    assert list((home / "snapshots").iterdir()) == []


# --- broken off -------------------------------------------------------------------------------


class Killed(BaseException):
    pass


STEPS = {
    "before it is taken out": "rag.library.erase._require_no_copy",
    "in the transaction": "rag.library.manifest.Manifest.erase_placeless",
    "before its upload goes": "rag.library.library.Library.forget_snapshot",
    "before the index goes": "rag.library.index.VectorIndex.discard",
    "before the terms go": "rag.library.manifest.Manifest.merge_terms",
    "before the manifest is written anew": "rag.library.manifest.Manifest.pack",
    "before the log is emptied": "rag.library.manifest.Manifest.empty_wal",
    "before the search": "rag.library.erase.search",
    "before it is noted as done": "rag.library.library.Library.end_erasing",
}
NOT_BEGUN = {"before it is taken out", "in the transaction"}


@pytest.fixture
def uploaded(library: Library, home: Path, secret: Path, papers: Path, batch: Batch) -> str:
    """The secret, which lies in the drawer as an upload too."""
    list(add([papers], batch))
    content = secret.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    library.keep_snapshot(digest, content)
    library.manifest.put_place(
        b"upload:" + secret.name.encode(),
        name=secret.name,
        doc_id=digest,
        mtime_ns=1,
        size_bytes=len(content),
        reason=None,
        snapshot=digest,
    )
    return secret.name


@pytest.mark.parametrize("step", STEPS)
def test_what_was_broken_off_is_finished_by_the_next_opening(library: Library, uploaded: str, step: str) -> None:
    def killed(*arguments: object, **more: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(STEPS[step], killed)
        with pytest.raises(Killed):
            erase(library, uploaded)
    since = library.erasing()
    library.close()

    again = Library(library.home)
    if step in NOT_BEGUN:
        assert since is None
        assert len(again.find(uploaded)) == 2
        assert list(again.faults()) == []
        again.close()
        return
    assert since is not None
    assert again.erasing() is None
    assert [document.name for document in again.documents()] == ["lease.md", "취업규칙.md"]
    assert list(again.faults()) == []
    again.close()
    assert held(library.home, TEXT, HEADING, CELL, NAME, SECRET.encode()[100:140]) == {}


def test_what_waits_for_it_goes_in_the_same_transaction(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    def killed(self: object) -> None:
        raise Killed

    list(add([papers], batch))
    doc_id = library.find_one(secret.name)[0].doc_id
    assert doc_id
    library.manifest.keep_page(doc_id, "m", 1, "half of the oslindravek")
    library.manifest.put_job("waits.md", doc_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.library.library.Library.forget_snapshot", lambda self, content: killed(self))
        with pytest.raises(Killed):
            erase(library, secret.name)

    assert library.manifest.kept_pages(doc_id, "m") == []
    assert library.manifest.jobs() == []


def test_a_place_that_is_found_only_now_goes_too(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody takes in a copy while the erasure looks for samples."""
    list(add([papers], batch))
    shutil.copyfile(secret, papers / "zhubquelf.md")
    sampled = erasing._sampled

    def meanwhile(*arguments: Any) -> Any:
        leaving = sampled(*arguments)
        list(add([papers / "zhubquelf.md"], batch))
        return leaving

    monkeypatch.setattr(erasing, "_sampled", meanwhile)
    erase(library, secret.name)

    assert [document.name for document in library.documents()] == ["lease.md", "취업규칙.md"]
    library.close()
    assert held(library.home, TEXT, NAME, "zhubquelf") == {}


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from rag.library import database, library, manifest
from rag.library.erase import erase
owner, name = {"pack": (database.Database, "pack"), "backup": (database, "closing"), "wal": (database.Database, "empty_wal")}[sys.argv[3]]
setattr(owner, name, lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
erase(library.Library(Path(sys.argv[1])), sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("step", ["pack", "backup", "wal"])
def test_a_killed_process_leaves_nothing_for_good(library: Library, uploaded: str, step: str) -> None:
    library.close()
    ended = subprocess.run([sys.executable, "-c", KILLED_AT, library.home, uploaded, step], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (library.home / "manifest.sqlite3.packed").exists() == (step == "backup")
    assert held(library.home, TEXT) != {} or step == "wal"

    again = Library(library.home)

    assert again.erasing() is None
    assert list(again.faults()) == []
    again.close()
    assert held(library.home, TEXT, HEADING, CELL, NAME, SECRET.encode()[100:140]) == {}


def test_what_is_noted_of_an_unfinished_erasure_holds_nothing_of_the_document(
    library: Library, uploaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: object) -> None:
        raise Killed

    monkeypatch.setattr("rag.library.index.VectorIndex.discard", killed)
    doc_id = library.find(uploaded)[0].doc_id
    with pytest.raises(Killed):
        erase(library, uploaded)

    facts = str(library.manifest.rows("SELECT * FROM facts"))
    assert uploaded not in facts
    assert str(doc_id) not in facts


def test_an_opening_without_room_leaves_it_unfinished_and_says_so(
    library: Library, uploaded: str, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.library.manifest.Manifest.pack", lambda self: (_ for _ in ()).throw(DrawerFull(home="it")))
        with pytest.raises(ErasureUnfinished, match="No space left on device"):
            erase(library, uploaded)
    library.close()
    monkeypatch.setattr("rag.library.library._LEAST_FREE_BYTES", 1 << 62)

    full = Library(library.home)
    assert full.dense(embedder.embed_question("deposit"), 3, embedder=embedder.identity)
    assert [fault for fault in full.faults() if "may still be found in the files" in fault] != []
    full.close()
    monkeypatch.undo()

    again = Library(library.home)
    assert list(again.faults()) == []
    again.close()
    assert held(library.home, TEXT, NAME) == {}


# --- refused ----------------------------------------------------------------------------------


def test_without_room_nothing_is_done(library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    list(add([papers], batch))
    needed = 2 * library.manifest.size_bytes() + (32 << 20)
    free = shutil.disk_usage(library.home)
    monkeypatch.setattr("rag.library.library.shutil.disk_usage", lambda home: free._replace(free=needed - 1))
    with pytest.raises(DrawerFull):
        erase(library, secret.name)
    assert library.find_one(secret.name)
    assert library.erasing() is None
    monkeypatch.setattr("rag.library.library.shutil.disk_usage", lambda home: free._replace(free=needed))

    erase(library, secret.name)


@pytest.mark.parametrize("frees", [True, False])
def test_a_reader_of_the_drawer_is_waited_for_but_not_for_ever(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch, frees: bool
) -> None:
    list(add([papers], batch))
    reader = sqlite3.connect(
        f"{(library.home / 'manifest.sqlite3').as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM pages").fetchone()
    if frees:
        threading.Timer(1.0, lambda: reader.execute("ROLLBACK")).start()
        erase(library, secret.name)
    else:
        monkeypatch.setattr("rag.library.library._READERS_MAY_TAKE_S", 0.3)
        with pytest.raises(ErasureUnfinished, match="another program is reading the drawer"):
            erase(library, secret.name)
        assert library.find(secret.name) == []
        assert held(library.home, TEXT) != {}
    reader.close()
    library.close()

    Library(library.home).close()

    assert held(library.home, TEXT, HEADING, CELL, NAME) == {}


def test_a_reader_that_only_has_the_drawer_open_is_in_nobody_s_way(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    reader = Library(library.home, read_only=True)
    assert len(reader.documents()) == 3

    erase(library, secret.name)

    assert [document.name for document in reader.documents()] == ["lease.md", "취업규칙.md"]
    assert reader.lexical("deposit", 3) != []
    reader.close()


def test_a_copy_beside_the_drawer_s_own_files_is_named_before_anything_is_done(
    library: Library, secret: Path, papers: Path, batch: Batch
) -> None:
    list(add([papers], batch))
    note = library.home / "notes" / "mine.txt"
    note.parent.mkdir()
    note.write_text(f"Copied: {SECRET}", encoding="utf-8")

    with pytest.raises(CopyInDrawer, match=r"mine\.txt"):
        erase(library, secret.name)
    assert library.find_one(secret.name)
    note.unlink()
    erase(library, secret.name)


def test_a_file_beside_them_that_says_only_what_stays_is_no_copy(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "copy.md").write_text(LEASE + "\n", encoding="utf-8")
    list(add([papers], batch))
    (library.home / "mine.txt").write_text(LEASE, encoding="utf-8")

    assert erase(library, "copy.md").names == ("copy.md",)


def test_what_is_found_afterwards_is_an_error_and_no_certificate(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    monkeypatch.setattr(Manifest, "pack", lambda self: None)
    monkeypatch.setattr(Manifest, "merge_terms", lambda self: None)
    monkeypatch.setattr(Manifest, "rebuild_terms", lambda self: None)

    with pytest.raises(RemainsFound, match=r"manifest\.sqlite3"):
        erase(library, secret.name)
    assert library.erasing() is not None


def test_vectors_are_searched_for_too(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "stays", 10, seed=1)
    put(library, "qavexzorbo", 10, seed=2)
    library.fill_index()
    monkeypatch.setattr("rag.library.index.VectorIndex.discard", lambda self: None)

    with pytest.raises(RemainsFound, match=r"index.gen-1"):
        erase(library, "qavexzorbo.txt")


def test_uploaded_bytes_are_searched_for_too(library: Library, slides: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a packed file has no word in common with what was read of it."""
    digest = hashlib.sha256(slides.read_bytes()).hexdigest()
    library.keep_snapshot(digest, slides.read_bytes())
    add_upload("slides.pptx", digest, batch)
    monkeypatch.setattr("rag.library.library.Library.forget_snapshot", lambda self, content: None)

    with pytest.raises(RemainsFound, match="snapshots"):
        erase(library, "slides.pptx")


@pytest.mark.parametrize("forgotten", ["unfinished_pages", "unfinished_vectors", "jobs"])
def test_the_search_does_not_rest_on_the_deletion(library: Library, uploaded: str, forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a fault would leave in a table is found, since samples are told apart by the document they come from."""
    digest = library.find(uploaded)[0].doc_id
    assert digest
    library.manifest.put_job("zhubquelf and its other name.md", digest)
    library.manifest.keep_page(digest, "m", 1, "half of the oslindravek")
    library.manifest.keep_vectors(digest, "e", {b"key": np.random.default_rng(5).normal(size=64).astype(np.float32)})
    table = {
        "unfinished_pages": "Worklist.forget_unfinished",
        "unfinished_vectors": "Worklist.forget_unfinished",
        "jobs": "Worklist.drop_jobs_of",
    }
    other = {"unfinished_pages": "unfinished_vectors", "unfinished_vectors": "unfinished_pages", "jobs": ""}[forgotten]

    def forgetful(self: Manifest, content: str) -> None:
        if other:
            with self.transaction():
                self.rows(f"DELETE FROM {other} WHERE doc_id=?", (content,))

    monkeypatch.setattr(f"rag.library.worklist.{table[forgotten]}", forgetful)

    with pytest.raises(RemainsFound):
        erase(library, uploaded)


def test_a_name_that_is_none_or_many_is_refused(filled: Library, tmp_path: Path, batch: Batch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "lease.md").write_text("The rent is 9 francs.", encoding="utf-8")
    list(add([other], batch))

    with pytest.raises(NoSuchDocument):
        erase(filled, "nothing.md")
    with pytest.raises(AmbiguousDocument):
        erase(filled, "lease.md")
    assert erase(filled, str(other / "lease.md")).places == (str(other / "lease.md"),)
    assert filled.lexical("euros", 5) != []


# --- while others work ------------------------------------------------------------------------


def test_searching_and_taking_in_go_on_meanwhile(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.library._EXACT_UP_TO", 0)
    list(add([papers], batch))
    failed: list[BaseException] = []
    done = threading.Event()

    def forever(work: Callable[[int], object]) -> None:
        number = 0
        try:
            while not done.is_set():
                work(number := number + 1)
        except BaseException as error:
            failed.append(error)
            raise

    def ask(number: int) -> None:
        searches(library, embedder)
        for document in library.documents():
            library.whole(document.doc_id, embedder=embedder.identity)
            library.place_of(document.doc_id, 0)

    def take_in(number: int) -> None:
        path = papers / f"more {number % 5}.txt"
        path.write_text(f"The deposit of number {number} is returned after {number} days.", encoding="utf-8")
        list(add([path], replace(batch)))

    threads = [threading.Thread(target=forever, args=(work,)) for work in (ask, ask, take_in, lambda number: library.fill_index())]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            certificate = erase(library, secret.name)
            assert certificate.samples > 4
            list(add([secret], replace(batch)))
        erase(library, secret.name)
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert failed == []
    library.fill_index()
    assert list(library.faults()) == []
    library.close()
    assert held(library.home, TEXT, HEADING, CELL, NAME) == {}


def test_a_document_that_goes_in_the_middle_of_a_question_is_left_out(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    doc_id = library.find_one(secret.name)[0].doc_id
    assert doc_id
    passages = library.passages

    def first_found_then_gone(ids: list[int]) -> dict[int, Passage]:
        found = passages(ids)
        if library.find(secret.name):
            erase(library, secret.name)
        return found

    monkeypatch.setattr(library, "passages", first_found_then_gone)
    found = retrieve(TEXT, library=library, embedder=embedder, settings=RetrievalSettings(passages=3), k=10)
    monkeypatch.undo()

    assert all(evidence.text for evidence in found)
    assert (library.text(doc_id, 0, 9), library.place_of(doc_id, 9)) == ("", PlaceInText(None, 9))
    lease = library.find_one("lease.md")[0].doc_id or ""
    some = next(iter(library.manifest.passage_ids()))
    monkeypatch.setattr(library, "passages", lambda ids: passages([each for each in ids if each != some]))
    assert some not in [passage.passage_id for passage in library.whole(lease, embedder=embedder.identity)[0]]


def test_one_erasure_does_not_note_another_as_done(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    unfinished: list[int] = []
    take_out, end = Library.take_out_for_good, Library.end_erasing

    def begun(self: Library, places: list[Place], contents: set[str]) -> tuple[int, int]:
        unfinished.append(1)
        time.sleep(0.2)
        return take_out(self, places, contents)

    def ended(self: Library) -> None:
        assert len(unfinished) == 1
        unfinished.pop()
        end(self)

    monkeypatch.setattr(Library, "take_out_for_good", begun)
    monkeypatch.setattr(Library, "end_erasing", ended)
    with ThreadPoolExecutor(2) as threads:
        certificates = list(threads.map(lambda name: erase(library, name), [secret.name, "lease.md"]))

    assert [certificate.names for certificate in certificates] == [(secret.name,), ("lease.md",)]
    assert library.erasing() is None
    assert [document.name for document in library.documents()] == ["취업규칙.md"]


def test_a_search_in_an_index_that_is_given_up_says_nothing_of_the_next(
    library: Library, secret: Path, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))

    def left_meanwhile(self: ChromaIndex, question: Vectors, k: int) -> list[int]:
        erase(library, secret.name)
        library.fill_index()
        raise IndexBroken("closed")

    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "nearest", left_meanwhile)
        assert library._index.nearest(np.ones(256, np.float32), 1) is None
    library.fill_index()

    assert library.manifest.fact("index_generation") == "2"


def test_the_erasure_does_not_wait_until_an_index_is_filled(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "stays", 3_000, seed=1)
    put(library, "qavexzorbo", 10, seed=2)
    begun = threading.Event()
    calls: list[int] = []
    upsert = ChromaIndex.upsert

    def counted(self: ChromaIndex, ids: list[int], vectors: Vectors) -> None:
        calls.append(len(ids))
        begun.set()
        time.sleep(0.5)
        upsert(self, ids, vectors)

    monkeypatch.setattr(ChromaIndex, "upsert", counted)
    filling = threading.Thread(target=library.fill_index)
    filling.start()
    assert begun.wait(20)

    erase(library, "qavexzorbo.txt")
    filling.join()

    assert len(calls) < 3
    library.fill_index()
    assert list(library.faults()) == []


def test_what_lies_in_memory_does_not_get_into_the_index(tmp_path: Path) -> None:
    """Chroma lays down the files of a graph as memory was, and fills them after a thousand vectors."""
    vectors = np.random.default_rng(1).normal(size=(1_100, 32)).astype(np.float32)
    index = ChromaIndex(tmp_path / "index")
    index.upsert([1], vectors[:1])
    laid_down = [path for name in ("data_level0.bin", "length.bin") for path in (tmp_path / "index").rglob(name)]
    for path in laid_down:
        path.write_bytes(b"x" * path.stat().st_size)

    index.upsert([2, 3], vectors[1:3])

    assert [set(path.read_bytes()) for path in laid_down] == [{0}, {0}]
    index.close()
    again = ChromaIndex(tmp_path / "index")
    assert again.nearest(vectors[1], 1) == [2]
    again.upsert(list(range(4, 1_101)), vectors[3:1_100])
    again.close()
    assert [set(path.read_bytes()) == {0} for path in laid_down] == [False, False]
    assert ChromaIndex(tmp_path / "index").nearest(vectors[1], 1) == [2]


# --- the search -------------------------------------------------------------------------------


def test_a_piece_is_found_wherever_it_stands(tmp_path: Path) -> None:
    piece = b"0123456789abcdef-0123456789ABCDE"
    for at in (0, remains._AT_ONCE_BYTES - 17, remains._AT_ONCE_BYTES, 3 * remains._AT_ONCE_BYTES - len(piece)):
        content = bytearray(3 * remains._AT_ONCE_BYTES)
        content[at : at + len(piece)] = piece
        (tmp_path / "some file").write_bytes(content)
        found = remains.search(tmp_path, [piece, b"never written"])
        assert found == remains.Searched(1, len(content), ((str(tmp_path / "some file"), piece),))


def test_a_file_that_cannot_be_read_is_no_file_without_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remains, "_BOOT", 'import sys; sys.stdout.write(\'{"error": "Permission denied", "file": "2f61"}\')')
    with pytest.raises(OSError, match="Permission denied"):
        remains.search(tmp_path, [b"anything"])
    monkeypatch.setattr(remains, "_BOOT", "raise SystemExit(3)")
    with pytest.raises(OSError, match="exit code 3"):
        remains.search(tmp_path, [b"anything"])


def test_the_search_leaves_the_locks_of_the_manifest_alone(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    """A process that closes a file of which it has another handle open loses its locks on it; a reader that then ends would take the log away."""
    list(add([papers], batch))
    erase(library, secret.name)
    program = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT count(*) FROM pages').fetchall(); db.close()"
    subprocess.run([sys.executable, "-c", program, library.home / "manifest.sqlite3"], check=True)

    assert (library.home / "manifest.sqlite3-wal").exists()


@pytest.mark.parametrize(
    ("content", "piece"),
    [
        (b"", None),
        (b"short", None),
        (b"-" * 200, None),
        (b" " * 64 + b"the one part that says something" + b" " * 64, b"the one part that says something"),
        (b"a short one", b"a short one"),
    ],
)
def test_a_piece_says_something(content: bytes, piece: bytes | None) -> None:
    assert remains.piece_of(content) == piece


# --- the certificate --------------------------------------------------------------------------


def test_the_certificate_says_what_was_done(library: Library, secret: Path, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    (before,) = [document for document in library.documents() if document.name == secret.name]
    size = library.manifest.size_bytes()
    told: list[str] = []

    certificate = erase(library, secret.name, lambda what, done, total: told.append(what) if done <= total else None)

    assert (certificate.seorap, certificate.drawer, certificate.names) == (VERSION, str(library.home), (secret.name,))
    assert certificate.places == (str(secret),)
    assert certificate.sha256 == (hashlib.sha256(secret.read_bytes()).hexdigest(),)
    assert (certificate.format, certificate.pages, certificate.passages) == (before.format, before.pages, before.passages)
    assert certificate.vectors == before.passages
    assert certificate.size_bytes == secret.stat().st_size
    assert certificate.manifest_bytes_before == size
    assert certificate.manifest_bytes_after == library.manifest.size_bytes()
    assert certificate.files_searched >= 3
    assert certificate.bytes_searched >= certificate.manifest_bytes_after
    assert abs(time.time() - time.mktime(time.strptime(certificate.erased[:19], "%Y-%m-%dT%H:%M:%S"))) < 60
    assert certificate.erased[19] in "+-"
    assert list(dict.fromkeys(told)) == ["samples", "scrub", "search"]


def test_the_version_is_that_of_the_package() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION
