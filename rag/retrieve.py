"""Question -> evidence: two rankings fused, neighbours joined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from rag.bilingual import in_the_other_language
from rag.definitions import defined_term, defines
from rag.glossary import other_names
from rag.languages import language_of
from rag.library.fulltext import content_terms, spans, terms
from rag.library.library import Library
from rag.ports import Embedder
from rag.records import Evidence, Passage
from rag.sentences import sentence_spans
from rag.settings import RetrievalSettings

LEXICAL_WEIGHT = 0.8
"""Of the ranking by words against the ranking by meaning, where what a passage covers of the question is counted besides."""

COVERAGE_WEIGHT = 1.15
"""Of the share of the question that stands in a passage or above it, by rarity of its terms."""

SENTENCE_WEIGHT = 0.6
"""Of the share that stands in one sentence of it."""

ORDER_WEIGHT = 0.6
"""Of the share of the question's neighbouring terms that are neighbours there too."""

DEFINITION_WEIGHT = 1.0
"""Of a sentence that says what a term means, where that is asked for."""

_IMAGINED, _IMAGINED_SHARE = 500, 0.01
"""As if there were so many passages more, of which so large a share held each term: in a drawer of ten passages rarity tells nothing yet,
and a question would be refused for one verb that the document does not use."""

_RERANKED = 30
"""So many of the fused candidates are compared word by word, which takes some 10 ms."""

_JOINED_AMONG = 5
"""Only the first few pieces of evidence take in their neighbours: further down it would only push others out of reach."""

_MOST_JOINED = 3

_ONWARD = 4
"""Passages that are more than a first snippet."""


def retrieve(
    question: str, *, library: Library, embedder: Embedder | None, settings: RetrievalSettings, k: int, scope: Collection[str] = ()
) -> tuple[Evidence, ...]:
    """The ``k`` best pieces of evidence, best first; by words alone where there is no ``embedder``."""
    ranked = rank(question, library=library, embedder=embedder, settings=settings, scope=scope)
    joined = join_neighbours(ranked, k)
    return tuple(evidence for run in joined if (evidence := _evidence(run, library)).text)  # else it has just been taken out


def rank(
    question: str, *, library: Library, embedder: Embedder | None, settings: RetrievalSettings, scope: Collection[str] = ()
) -> list[tuple[Passage, float]]:
    """The passages that come nearest, best first, with scores that order them; by words alone where there is no ``embedder``."""
    elsewhere = library.not_in(language_of(question), scope=scope)
    names = " ".join(name for _, others in _same(question, across=bool(elsewhere)) for name in others)
    rankings = [library.lexical(f"{question} {names}", settings.candidates, scope=scope)]
    if embedder:
        asked = embedder.embed_question(question)
        rankings.append(library.dense(asked, settings.candidates, embedder=embedder.identity, scope=scope))
        if elsewhere:  # the embedder puts any passage in the question's own language before what answers it in another
            rankings.append(library.dense(asked, settings.candidates, embedder=embedder.identity, scope=elsewhere))
    fused = fuse(rankings, weights=(LEXICAL_WEIGHT, 1.0, 1.0))[:_RERANKED]
    passages = library.passages([passage_id for passage_id, _ in fused])
    candidates = [(passages[passage_id], score) for passage_id, score in fused if passage_id in passages]
    asked_terms = weigh_terms(question, library=library, across=bool(elsewhere))
    return _by_coverage(candidates, asked_terms, defined_term(question))


@dataclass(frozen=True, slots=True)
class TermWeights:
    """Terms of a question in its order, and how rare each is in the drawer (inverse document frequency, natural logarithm).

    ``same`` holds, for terms that name a thing together, the terms of each of its other names.
    """

    order: tuple[str, ...]
    weights: Mapping[str, float]
    same: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()

    def share(self, found: Collection[str]) -> float:
        """How much of the question is among ``found``, 0..1; a thing that is there by another name is there."""
        total = sum(self.weights.values())
        elsewise = frozenset(term for named, other in self.same if other <= set(found) for term in named)
        return sum(weight for term, weight in self.weights.items() if term in found or term in elsewise) / total if total else 0.0

    def of(self, chosen: Collection[str]) -> TermWeights:
        """The same for some of the terms."""
        return TermWeights(self.order, {term: weight for term, weight in self.weights.items() if term in chosen}, self.same)

    def share_of_pairs(self, text: Sequence[str]) -> float:
        """How many neighbours in the question are neighbours in the text too, 0..1."""
        asked = list(pairwise(self.order))
        return len(set(asked) & set(pairwise(text))) / len(asked) if asked else 0.0


def weigh_terms(question: str, *, library: Library, across: bool = False) -> TermWeights:
    """``across``: a word is there too where a document in the other language says it."""
    asked = content_terms(question)
    counts = library.term_counts(asked)
    passages = library.counts().passages
    same = tuple((frozenset(terms(named)), frozenset(terms(other))) for named, others in _same(question, across=across) for other in others)
    weights = {term: log(1 + (passages + _IMAGINED) / (counts.get(term, 0) + _IMAGINED * _IMAGINED_SHARE + 0.5)) for term in asked}
    return TermWeights(tuple(terms(question)), weights, same)


def _same(question: str, *, across: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (*other_names(question), *(in_the_other_language(question) if across else ()))


def _by_coverage(candidates: Sequence[tuple[Passage, float]], asked: TermWeights, term: str | None) -> list[tuple[Passage, float]]:
    """Order anew by what each candidate holds of the question, beside the score it came with; where the meaning of a ``term`` is asked
    for, what defines it comes first."""

    def score(passage: Passage, fused: float) -> float:
        words, by_sentence = terms_by_sentence(passage.text)
        place = terms(" ".join((passage.document, *passage.headings)))
        best_sentence = max((asked.share(set(said)) for said in by_sentence), default=0.0)
        defined = term is not None and any(defines(term, passage.text[start:end]) for start, end in sentence_spans(passage.text))
        return (
            fused
            + COVERAGE_WEIGHT * asked.share({*words, *place})
            + SENTENCE_WEIGHT * best_sentence
            + ORDER_WEIGHT * asked.share_of_pairs(words)
            + DEFINITION_WEIGHT * defined
        )

    return sorted(((passage, score(passage, fused)) for passage, fused in candidates), key=lambda scored: -scored[1])


def terms_by_sentence(text: str) -> tuple[list[str], list[list[str]]]:
    """All terms of a text, which is NFC, and those of each of its sentences. No term runs over the end of a sentence."""
    found = list(spans(text))
    starts = [start for _, start, _ in found]
    words = [term for term, _, _ in found]
    return words, [words[bisect_left(starts, start) : bisect_left(starts, end)] for start, end in sentence_spans(text)]


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


def onward(doc_id: str, offset: int, *, library: Library, score: float = 0.0) -> Evidence | None:
    """What the document says from the passage on that holds ``offset``; None where it has just been taken out."""
    passages = library.passages_from(doc_id, offset, _ONWARD)
    if not passages:
        return None
    first, last = passages[0], passages[-1]
    text = library.text(doc_id, first.start, last.end)
    return Evidence(
        doc_id, first.document, first.page, first.page_end, first.start, last.end, text, first.headings, score, (first.start, first.end)
    )
