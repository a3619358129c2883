"""Near passages of any choice of documents, as close to exact as makes no difference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.library import exact
from rag.library.library import Library
from rag.library.sketch import Sketch
from rag.ports import Vectors
from rag.records import Page, Reading, Span

DIMENSIONS = 64


def put(library: Library, name: str, vectors: Vectors) -> None:
    """A document with so many passages, one letter each."""
    spans = [Span(at, at + 1, "x") for at in range(len(vectors))]
    library.commit(
        f"/papers/{name}".encode(),
        name=name,
        doc_id=name,
        mtime_ns=0,
        size_bytes=1,
        method="test",
        embedder="random",
        reading=Reading((Page("x" * len(vectors)),), "text"),
        spans=spans,
        headers=["" for _ in spans],
        vectors=vectors,
    )


def random_vectors(count: int, seed: int) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    unit: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@pytest.fixture
def shelves(library: Library) -> Library:
    library.claim_embedder("random")
    for number in range(20):
        put(library, f"{number}.txt", random_vectors(30, number))
    return library


def test_the_nearest_in_a_choice_of_documents_are_those_of_exact_search(shelves: Library) -> None:
    sketch = Sketch(shelves.manifest)
    question = random_vectors(1, 99)[0]
    chosen = {f"{number}.txt" for number in range(0, 20, 2)}

    near = sketch.nearest(question, 40, embedder="random", passages=600, documents=chosen)

    right = exact.nearest(question, *shelves.manifest.vectors("random", scope=chosen), 10)
    assert {passage_id for passage_id, _ in right} <= set(near)
    assert len(near) == 40
    assert sketch.nearest(question, 5, embedder="random", passages=600, documents={"unknown"}) == []


def test_what_is_added_is_found_and_a_new_embedder_is_followed(shelves: Library) -> None:
    sketch = Sketch(shelves.manifest)
    question = random_vectors(1, 99)[0]
    sketch.nearest(question, 1, embedder="random", passages=600, documents={"0.txt"})
    put(shelves, "new.txt", question[None, :])

    (first,) = sketch.nearest(question, 1, embedder="random", passages=601, documents={"0.txt", "new.txt"})
    assert shelves.passages([first])[first].document == "new.txt"

    ids = sorted(shelves.manifest.passage_ids())
    shelves.manifest.add_vectors("other", ids, [str(number) for number in ids], np.roll(shelves.manifest.vectors("random")[1], 1, axis=0))
    (first,) = sketch.nearest(question, 1, embedder="other", passages=601, documents=shelves.manifest.document_ids())
    assert first == ids[0]


def test_a_large_drawer_is_searched_in_part_and_while_the_index_is_not_there(
    shelves: Library, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = random_vectors(1, 99)[0]
    scope = frozenset(f"{number}.txt" for number in range(15))
    whole, part = (shelves.dense(question, 10, embedder="random", scope=some) for some in (frozenset[str](), scope))
    monkeypatch.setattr("rag.library.library._EXACT_UP_TO", 10)

    assert shelves.dense(question, 10, embedder="random", scope=scope) == part
    assert shelves.dense(question, 10, embedder="random") == whole  # the index has learnt nothing yet
    shelves.fill_index()
    assert shelves.dense(question, 10, embedder="random") == whole

    shelves.remove("3.txt")
    rest = scope - {"3.txt"}
    found = shelves.dense(question, 10, embedder="random", scope=rest)
    assert found == exact.nearest(question, *shelves.manifest.vectors("random", scope=rest), 10)
