"""The parts of the benchmark of search that are pure, and a small drawer of recombined documents."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from bench import haystack
from bench.figures import share_at, spread
from bench.search import Clock, phrase
from rag.library.library import Library
from rag.phrases import hold
from rag.records import Page, Reading, Span
from tests.fakes import WordHashEmbedder

SENTENCES = ["The rent is due on Monday.", "The deposit is three months of rent.", "임차인은 보증금을 낸다.", "계약은 두 달 전에 알린다."]


def _paper(name: str, passages: int) -> haystack.Paper:
    texts = [f"{SENTENCES[at % 4]} {SENTENCES[(at + 1) % 4]} {name} {at}." for at in range(passages)]
    spans, start = list[Span](), 0
    for text in texts:
        spans.append(Span(start, start + len(text), text))
        start += len(text) + 1
    reading = Reading((Page(" ".join(texts)),), "text")
    return haystack.Paper(name, reading, tuple(spans), (name,) * passages, WordHashEmbedder().embed_passages(texts))


def test_the_spread_is_the_middle_what_19_of_20_stay_below_and_the_most() -> None:
    assert spread([float(value) for value in range(1, 101)]) == {"p50": 50.5, "p95": 95.0, "max": 100.0}
    assert spread([3.0]) == {"p50": 3.0, "p95": 3.0, "max": 3.0}
    assert [share_at(0.95, count) for count in (1, 2, 19, 20, 21)] == [0, 1, 18, 18, 19]


def test_recombined_sentences_are_whole_as_long_as_wanted_and_the_same_for_the_same_seed() -> None:
    text = haystack.recombine(SENTENCES, least_chars=200, luck=random.Random(1))

    assert len(text) >= 200
    for sentence in SENTENCES:
        text = text.replace(sentence, "")
    assert not text.strip()
    assert haystack.recombine(SENTENCES, least_chars=200, luck=random.Random(1)) == haystack.recombine(
        SENTENCES, least_chars=200, luck=random.Random(1)
    )


def test_moved_vectors_are_of_length_one_and_nearer_to_real_ones_than_to_noise() -> None:
    real = _paper("a", 30).vectors

    made = haystack.moved(real, 50, luck=random.Random(1))

    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-6)
    assert (made @ real.T).max(axis=1).min() > 0.7


def test_a_drawer_has_exactly_so_many_passages_in_documents_whose_text_they_are(tmp_path: Path) -> None:
    sets = {"korquad": [_paper("one.md", 3), _paper("too long.md", 900)], "covidqa": [_paper("two.txt", 5)]}

    papers = list(haystack.mixed(sets, 300, luck=random.Random(1)))
    library = Library(tmp_path)
    library.claim_embedder("word-hash")
    for name, paper in papers:
        haystack._commit(library, paper, place=f"/papers/{name}/{paper.name}".encode())

    assert library.counts().passages == 300 == sum(len(paper.spans) for _, paper in papers)
    assert {"one.md", "two.txt"} < {paper.name for _, paper in papers}
    assert "too long.md" not in {paper.name for _, paper in papers}
    assert list(library.faults()) == []
    library.close()


def test_a_phrase_stands_in_the_text_it_is_taken_from() -> None:
    text = 'The "deposit" of the tenant is three months of rent. 임차인은 보증금을 두 달 전에 낸다.'

    for seed in range(20):
        assert hold([text.replace('"', "")], [phrase(text, luck=random.Random(seed))])


def test_a_stage_within_another_counts_for_itself_alone() -> None:
    clock = Clock()
    with clock.stage("outer"), clock.stage("inner"):
        sum(range(200_000))

    spent = clock.stop()

    assert spent["inner"] > spent["outer"]
    assert set(spent) == {"outer", "inner", "order"}
