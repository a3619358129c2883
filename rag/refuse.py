"""Question and evidence -> how likely the documents hold an answer. What the model says of that is worth little: told to decline when unsure,
a small one declines what it could answer; told not to, it answers everything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from rag.library.fulltext import content_terms, says_something, terms
from rag.records import Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.settings import RefusalSettings


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a question stands in the evidence, 0..1, its terms weighted by how rare they are."""

    passage: float  # in the best piece of evidence, with the name of its document and its headings
    sentence: float  # in the best sentence


def shares(question: str, evidence: Sequence[Evidence], asked: TermWeights) -> Shares | None:
    """None where words tell nothing: the question has none that carry meaning."""
    asked = asked.of(content_terms(_what_is_asked(question))) if asked.weights else asked
    if not asked.weights or not says_something(question):
        return None
    passage = max((asked.share(set(terms(" ".join((item.document, *item.headings, item.text))))) for item in evidence), default=0.0)
    sentences = (item.text[start:end] for item in evidence for start, end in sentence_spans(item.text))
    return Shares(passage, max((asked.share(set(terms(sentence))) for sentence in sentences), default=0.0))


def _what_is_asked(question: str) -> str:
    """The sentences that end in a question mark, where there are any: others say how to answer, or tell a story first."""
    sentences = [question[start:end] for start, end in sentence_spans(question)]
    asking = [sentence for sentence in sentences if sentence.rstrip("\"'”’)").endswith(("?", "？"))]
    return " ".join(asking or sentences)


def chance_of_answer(found: Shares | None, settings: RefusalSettings) -> float:
    """Probability, 0..1, that the evidence holds an answer: logistic in both shares; 1 where words tell nothing.

    The weights were fitted by ``python -m bench.refusal`` to questions whose evidence had been taken out of the drawer, against the same questions with it.
    """
    if found is None:
        return 1.0
    return 1 / (1 + exp(-(settings.passage_weight * found.passage + settings.sentence_weight * found.sentence - settings.offset)))


def chance_across(found: Shares | None, similarity: float, settings: RefusalSettings) -> float:
    """The same of evidence in another language than the question: logistic in the share that the glossary finds there and in the highest
    cosine, which tells what is spoken of but little more. Fitted by ``python -m bench.across``."""
    share = found.passage if found else 0.0
    return 1 / (1 + exp(-(settings.across_share_weight * share + settings.across_similarity_weight * similarity - settings.across_offset)))


_PARTS = re.compile(
    r"[?？]\s+|;\s*|,\s+(?:and\s+)?(?=who|what|when|where|how|which|why|is|are|do|does|may|must|can)|\s+and\s+|그리고\s*|,\s+|\s및\s|(?<=[가-힣])[와과]\s",
    re.IGNORECASE,
)
_HARDLY = 0.3
_LARGELY = 0.6
"""Shares of a part's terms that stand in the evidence: below the one nothing was found of it, from the other on it is covered."""


def uncovered_parts(question: str, evidence: Sequence[Evidence], asked: TermWeights) -> tuple[str, ...]:
    """Parts of a question that asks for several things of which nothing was found, while other parts were: word for word, as they stand there."""
    found = frozenset(term for item in evidence for term in terms(" ".join((item.document, *item.headings, item.text))))
    parts = [part.strip(" ,?.？") for part in _PARTS.split(question)]
    held = {part: asked.of(content_terms(part)).share(found) for part in parts if content_terms(part)}
    if not any(share >= _LARGELY for share in held.values()):
        return ()
    return tuple(part for part, share in held.items() if share < _HARDLY)
