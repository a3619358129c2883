"""Question and evidence -> how likely the documents hold an answer. What the model says of that is worth little: told to decline when unsure,
a small one declines what it could answer; told not to, it answers everything."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from rag.library.fulltext import terms
from rag.prompt import language_of
from rag.records import Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.settings import RefusalSettings


def chance_of_answer(question: str, evidence: Sequence[Evidence], asked: TermWeights, settings: RefusalSettings) -> float:
    """Probability, 0..1, that the evidence holds an answer: logistic in two shares of the question, weighted by how rare its terms are.

    One is what the best piece of evidence holds, with the name of its document and its headings; the other what the best sentence does. Words tell
    nothing where the evidence is in another language than the question, nor where the question has none that carry meaning: then it is 1.

    The weights were fitted by ``python -m bench.refusal`` to questions whose evidence had been taken out of the drawer, against the same questions with it.
    """
    if not evidence:
        return 0.0
    language = language_of(question)
    readable = [item for item in evidence if language_of(item.text) == language]
    if len(readable) < len(evidence) or not asked.weights:
        return 1.0
    passage = max(asked.share(set(terms(" ".join((item.document, *item.headings, item.text))))) for item in readable)
    sentence = max(
        (asked.share(set(terms(item.text[start:end]))) for item in readable for start, end in sentence_spans(item.text)), default=0.0
    )
    return 1 / (1 + exp(-(settings.passage_weight * passage + settings.sentence_weight * sentence - settings.offset)))
