"""Question -> evidence: two rankings fused, neighbours joined."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log

from rag.library.fulltext import content_terms, terms
from rag.library.library import Library
from rag.ports import Embedder
from rag.records import Evidence, Passage
from rag.settings import RetrievalSettings

LEXICAL_WEIGHT = 1.2
"""Of the ranking by words against the ranking by meaning. Between 1 and 1.5 nothing much changes on Korean or English sets."""

_JOINED_AMONG = 5
"""Only the first few pieces of evidence take in their neighbours: further down it would only push others out of reach."""

_MOST_JOINED = 3


def retrieve(
    question: str, *, library: Library, embedder: Embedder | None, settings: RetrievalSettings, k: int, scope: Collection[str] = ()
) -> tuple[Evidence, ...]:
    """The ``k`` best pieces of evidence, best first; by words alone where there is no ``embedder``."""
    rankings = [library.lexical(question, settings.candidates, scope=scope)]
    if embedder:
        rankings.append(library.dense(embedder.embed_question(question), settings.candidates, embedder=embedder.identity, scope=scope))
    fused = fuse(rankings, weights=(LEXICAL_WEIGHT, 1.0))
    passages = library.passages([passage_id for passage_id, _ in fused])
    joined = join_neighbours([(passages[passage_id], score) for passage_id, score in fused if passage_id in passages], k)
    return tuple(_evidence(run, library) for run in joined)


def coverage(question: str, evidence: Sequence[Evidence], *, library: Library) -> float:
    """How much of the question stands in the best of the evidence, 0..1: its terms, weighted by how rare they are in the drawer.

    Tells questions that the drawer can answer from those about something else with an area under the curve of 0.99 (KorQuAD and
    COVID-QA, some documents left out of the drawer), better than the similarity of vectors (0.97 and 0.77).
    """
    asked = content_terms(question)
    counts = library.term_counts(asked)
    passages = library.counts().passages
    weights = {term: log(1 + passages / (counts.get(term, 0) + 0.5)) for term in asked}
    total = sum(weights.values())
    held = (frozenset(terms(" ".join((item.document, *item.headings, item.text)))) for item in evidence)
    return max((sum(weights[term] for term in asked if term in found) / total for found in held), default=0.0) if total else 1.0


def fuse(rankings: Sequence[Sequence[tuple[int, float]]], *, weights: Sequence[float]) -> list[tuple[int, float]]:
    """Merge rankings of (passage id, score) into one, best first: each ranking's scores are scaled to 0..1, weighted and added.

    A convex combination keeps how much better the first is than the second, which reciprocal ranks
    throw away (Bruch et al., 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").
    """
    fused: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights, strict=False):
        if not ranking:
            continue
        low, high = min(score for _, score in ranking), max(score for _, score in ranking)
        for passage_id, score in ranking:
            scaled = (score - low) / (high - low) if high > low else 1.0
            fused[passage_id] = fused.get(passage_id, 0.0) + weight * scaled
    return sorted(fused.items(), key=lambda scored: (-scored[1], scored[0]))


@dataclass
class Run:
    """Passages that follow one another in a document, and the score of the best of them."""

    doc_id: str
    passages: list[Passage]
    score: float
    best: Passage

    def touches(self, passage: Passage) -> bool:
        return passage.doc_id == self.doc_id and passage.ordinal in (self.passages[0].ordinal - 1, self.passages[-1].ordinal + 1)

    def take(self, passage: Passage) -> None:
        self.passages = sorted([*self.passages, passage], key=lambda taken: taken.ordinal)


def join_neighbours(ranked: Sequence[tuple[Passage, float]], k: int) -> list[Run]:
    """At most ``k`` runs in rank order; a passage beside one of the first few joins it, so that an answer cut in two is whole again."""
    runs: list[Run] = []
    for passage, score in ranked:
        beside = next((run for run in runs[:_JOINED_AMONG] if run.touches(passage) and len(run.passages) < _MOST_JOINED), None)
        if beside and len(runs) <= _JOINED_AMONG:
            beside.take(passage)
        elif len(runs) < k:
            runs.append(Run(passage.doc_id, [passage], score, passage))
        else:
            break
    return runs


def _evidence(run: Run, library: Library) -> Evidence:
    first, last = run.passages[0], run.passages[-1]
    text = first.text if first is last else library.text(run.doc_id, first.start, last.end)
    return Evidence(
        run.doc_id,
        first.document,
        first.page,
        last.page_end,
        first.start,
        last.end,
        text,
        run.best.headings,
        run.score,
        (run.best.start, run.best.end),
        library.tables(run.doc_id, first.start, last.end),
    )
