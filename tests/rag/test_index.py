"""The vector index: whatever happens to its files, search answers at once and as before, and the index is made again."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import Batch, add
from rag.library import exact
from rag.library.library import Library
from rag.library.vectors import ChromaIndex, IndexBroken
from rag.ports import Vectors
from rag.records import Page, Reading, Span
from tests.fakes import WordHashEmbedder

PASSAGES = 1_200  # Chroma writes its graph to files after a thousand
EMBEDDER = "random"


def some_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, 32)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(library: Library, name: str, count: int, seed: int) -> None:
    words = [f"{name}{number}" for number in range(count)]
    text = " ".join(words)
    starts = [0, *accumulate(len(word) + 1 for word in words)]
    library.claim_embedder(EMBEDDER)
    library.commit(
        f"/{name}".encode(),
        name=name,
        doc_id=hashlib.sha256(name.encode()).hexdigest(),
        mtime_ns=1,
        size_bytes=len(text),
        method="m",
        embedder=EMBEDDER,
        reading=Reading((Page(text),), "text"),
        spans=[Span(start, start + len(word), word) for start, word in zip(starts, words, strict=False)],
        headers=[name] * count,
        vectors=some_vectors(count, seed),
    )


@pytest.fixture(autouse=True)
def by_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a small drawer is searched through the index."""
    monkeypatch.setattr("rag.library.library._EXACT_UP_TO", 0)


@pytest.fixture(scope="module")
def drawers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``now``, a drawer with its index, and ``before``, the same some passages ago."""
    folder = tmp_path_factory.mktemp("drawers")
    library = Library(folder / "now")
    put(library, "many", PASSAGES, seed=1)
    library.fill_index()
    library.close()
    shutil.copytree(folder / "now", folder / "before")
    library = Library(folder / "now")
    put(library, "more", 40, seed=2)
    library.fill_index()
    library.close()
    return folder


def searches(library: Library) -> list[list[tuple[int, float]]]:
    return [library.dense(question, 10, embedder=EMBEDDER) for question in some_vectors(50, seed=3)]


def generation(library: Library) -> str:
    return library.manifest.fact("index_generation") or "1"


def serves(library: Library) -> bool:
    """Whether the index answers, and not exact search in its stead."""
    return library._index.nearest(some_vectors(1, seed=4)[0], 1) is not None


def removed(path: Path) -> None:
    path.unlink()


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) * 2 // 3] ^= 1
    path.write_bytes(content)


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def as_before(home: Path, before: Path, name: str) -> None:
    """Replace the files of this name by an older copy."""
    for path in (before / "index").rglob(name):
        if path.is_file():
            shutil.copyfile(path, home / path.relative_to(before))


def index_file(home: Path, name: str) -> Path:
    (path,) = (home / "index").rglob(name)
    return path


FILES = ["chroma.sqlite3", "data_level0.bin", "header.bin", "index_metadata.pickle", "length.bin", "link_lists.bin"]
SABOTAGE = [
    *(
        pytest.param(lambda home, before, damage=damage, name=name: damage(index_file(home, name)), id=f"{name} {damage.__name__}")
        for damage in (removed, truncated, flipped, zeroed)
        for name in FILES
    ),
    pytest.param(lambda home, before: as_before(home, before, "chroma.sqlite3"), id="chroma.sqlite3 older"),
    pytest.param(lambda home, before: as_before(home, before, "*"), id="all older"),
    pytest.param(lambda home, before: (home / "index" / "gen-1" / "foreign").write_text("?"), id="one more file"),
]


@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_damage_costs_no_answer_and_is_mended_unasked(drawers: Path, tmp_path: Path, sabotage: Callable[[Path, Path], None]) -> None:
    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    library = Library(home)
    expected = searches(library)
    library.close()
    sabotage(home, drawers / "before")

    library = Library(home)
    assert searches(library) == expected
    library.fill_index()

    assert generation(library) == "2"
    assert serves(library)
    assert searches(library) == expected
    assert list(library.faults()) == []
    library.close()


@pytest.mark.parametrize("waiting", [0, 3])
def test_an_index_that_was_removed_learns_everything_anew(drawers: Path, tmp_path: Path, waiting: int) -> None:
    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    library = Library(home)
    if waiting:
        put(library, "again", waiting, seed=5)
    expected = searches(library)
    library.close()
    shutil.rmtree(home / "index")

    library = Library(home)
    assert searches(library) == expected
    library.fill_index()

    assert serves(library)
    assert searches(library) == expected
    assert list(library.faults()) == []
    library.close()


def test_an_index_left_alone_is_used_again(drawers: Path, tmp_path: Path) -> None:
    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    for _ in range(3):
        library = Library(home)
        library.fill_index()
        assert serves(library)
        assert generation(library) == "1"
        searches(library)
        put(library, "again", 3, seed=5)
        library.fill_index()
        library.remove("again")
        library.close()


def test_an_index_that_was_being_written_is_not_trusted(drawers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def killed(self: object, ids: object, vectors: object) -> None:
        raise Killed

    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    library = Library(home)
    put(library, "again", 3, seed=5)
    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "upsert", killed)
        with pytest.raises(Killed):
            library.fill_index()
    library.close()

    library = Library(home)
    library.fill_index()

    assert generation(library) == "2"
    assert list(library.faults()) == []
    library.close()


def test_search_does_not_wait_while_the_index_is_made(drawers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    upsert = ChromaIndex.upsert

    def slow(self: ChromaIndex, ids: list[int], vectors: Vectors) -> None:
        begun.set()
        assert go_on.wait(20)
        upsert(self, ids, vectors)

    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    shutil.rmtree(home / "index")
    monkeypatch.setattr(ChromaIndex, "upsert", slow)
    library = Library(home)
    filling = threading.Thread(target=library.fill_index)
    filling.start()
    assert begun.wait(20)

    meanwhile = searches(library)
    assert filling.is_alive()
    assert not serves(library)
    go_on.set()
    filling.join()

    assert serves(library)
    assert searches(library) == meanwhile
    library.close()


def test_the_index_and_exact_search_agree(drawers: Path, tmp_path: Path) -> None:
    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    library = Library(home)
    library.fill_index()
    assert serves(library)

    ids, vectors = library.manifest.vectors(EMBEDDER)

    for question, found in zip(some_vectors(50, seed=3), searches(library), strict=True):
        exactly = exact.nearest(question, ids, vectors, 10)
        assert [passage_id for passage_id, _ in found] == [passage_id for passage_id, _ in exactly]
        assert [score for _, score in found] == pytest.approx([score for _, score in exactly])
    library.close()


def test_an_index_that_breaks_at_work_costs_no_answer(library: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder) -> None:
    def broken(self: object, ids: object, vectors: object) -> None:
        raise IndexBroken("out of order")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ChromaIndex, "upsert", broken)
        assert [outcome.outcome.value for outcome in add([papers], batch)] == ["added", "added"]
        assert library.dense(embedder.embed_question("deposit"), 3, embedder=embedder.identity)
        assert list(library.faults()) == ["the vector index could not be used; it is made again at the next start"]
    library.close()

    again = Library(library.home)
    again.fill_index()
    assert list(again.faults()) == []
    again.close()


def test_an_index_that_breaks_in_a_search_is_made_again(drawers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, question: object, k: object) -> None:
        raise IndexBroken("out of order")

    home = tmp_path / "drawer"
    shutil.copytree(drawers / "now", home)
    library = Library(home)
    expected = searches(library)
    library.fill_index()
    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "nearest", broken)
        assert searches(library) == expected
    library.fill_index()

    assert generation(library) == "2"
    assert serves(library)
    library.close()


def test_a_search_in_an_index_that_was_just_closed_finds_it_broken(tmp_path: Path) -> None:
    """Another takes its place, and exact search serves meanwhile."""
    index = ChromaIndex(tmp_path)
    index.upsert([1], np.eye(1, 8, dtype=np.float32))
    index.close()

    with pytest.raises(IndexBroken):
        index.nearest(np.eye(1, 8, dtype=np.float32)[0], 1)
