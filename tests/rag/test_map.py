"""A map keeps together what speaks of the same things, and nothing hides another."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import Batch, add
from rag import map as maps
from rag.library.erase import erase
from rag.library.library import Library
from rag.map import Maps, placed
from rag.ports import Vectors


def groups(sizes: list[int], *, dimensions: int = 64, noise: float = 0.5) -> tuple[Vectors, np.ndarray]:
    """Unit vectors around a direction for each group, and which group each is of; all in no order."""
    random = np.random.default_rng(4)
    of = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    around = random.normal(size=(len(sizes), dimensions))[of]
    vectors = (around + noise * random.normal(size=around.shape)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), of


def between(points: np.ndarray) -> np.ndarray:
    far = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    np.fill_diagonal(far, np.inf)
    return far


@pytest.mark.parametrize("sizes", [[5, 5], [30, 20, 10], [90, 60, 40, 30, 20]], ids=str)
def test_neighbours_on_the_map_are_of_one_kind(sizes: list[int]) -> None:
    vectors, of = groups(sizes)
    points = placed(vectors)

    nearest = between(points).argmin(axis=1)
    assert (of[nearest] == of).mean() > 0.95
    assert points.min() >= 0
    assert points.max() <= 1


def test_no_two_documents_lie_on_one_spot_even_where_they_say_the_same() -> None:
    vectors, _ = groups([40, 40])
    vectors[:30] = vectors[0]

    assert between(placed(vectors)).min() > 0.02


def test_the_same_documents_give_the_same_map() -> None:
    vectors, _ = groups([20, 20])

    assert np.array_equal(placed(vectors), placed(vectors.copy()))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_a_few_documents_have_a_map_too(count: int) -> None:
    vectors, _ = groups([count or 1])

    points = placed(vectors[:count])

    assert points.shape == (count, 2)
    assert not np.isnan(points).any()
    assert count < 2 or between(points).min() > 0


def _drawn(drawer: Maps, library: Library) -> maps.Map:
    until = time.monotonic() + 30
    while (found := drawer.of(library.documents())) is None and time.monotonic() < until:
        time.sleep(0.02)
    assert found
    return found


def test_a_map_of_a_drawer_knows_what_is_most_alike(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "house.md").write_text("# Lease\n\nThe tenant pays a deposit and rent to the landlord each month.", encoding="utf-8")
    list(add([papers], batch))
    drawer = Maps(library)

    found = _drawn(drawer, library)

    nearest = {spot.document.name: spot.nearest.name for spot in found.spots if spot.nearest}
    assert nearest["house.md"] == "lease.md"
    assert nearest["lease.md"] == "house.md"
    assert found.left_out == 0


def test_a_document_of_another_name_is_on_another_map_and_none_stays_when_told_to_forget(
    library: Library, papers: Path, batch: Batch
) -> None:
    list(add([papers], batch))
    drawer, documents = Maps(library), library.documents()
    _drawn(drawer, library)
    renamed = [replace(documents[0], name="another name.md"), *documents[1:]]
    until = time.monotonic() + 30
    while (found := drawer.of(renamed)) is None and time.monotonic() < until:
        time.sleep(0.02)

    assert found
    assert "another name.md" in {spot.document.name for spot in found.spots}
    drawer.forget()
    assert drawer._drawn == {}


def test_a_large_drawer_is_shown_in_part(library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (papers / f"{number}.md").write_text(f"Paper number {number} speaks of {number} things.", encoding="utf-8")
    list(add([papers], batch))
    monkeypatch.setattr(maps, "MOST", 6)

    found = _drawn(Maps(library), library)

    assert (len(found.spots), found.left_out) == (6, 8)


def test_means_follow_the_drawer(library: Library, papers: Path, batch: Batch) -> None:
    list(add([papers], batch))
    documents = library.documents()
    known, vectors = library.means.of(documents)
    assert [document.name for document in known] == ["lease.md", "취업규칙.md"]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    erase(library, "lease.md")

    known, vectors = library.means.of(documents)  # as somebody may still have them
    assert [document.name for document in known] == ["취업규칙.md"]
    assert len(vectors) == 1
