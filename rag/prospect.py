"""Question and evidence -> whether to ask the model at all, and what it is given to read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rag.languages import language_of, written_in
from rag.library.library import Library
from rag.ports import Embedder
from rag.records import Evidence
from rag.refuse import chance_across, chance_of_answer, shares, uncovered_parts
from rag.retrieve import TermWeights, weigh_terms
from rag.settings import RefusalSettings


@dataclass(frozen=True, slots=True)
class Prospect:
    asked: TermWeights
    evidence: tuple[Evidence, ...]  # in the order in which the model reads it
    hopeful: bool  # it is worth asking
    sure: bool  # an answer is there, whatever the model makes of it
    abroad: bool  # if so, then in documents in another language than the question
    mixed: bool  # some of the evidence is in another language
    uncovered: tuple[str, ...] = ()  # parts of the question of which nothing was found


def prospect(
    question: str,
    evidence: tuple[Evidence, ...],
    *,
    library: Library,
    embedder: Embedder,
    settings: RefusalSettings,
    scope: Collection[str] = (),
    about: str = "",
) -> Prospect:
    """``about``: what of the question must stand in the documents, where other words only make a question of it.

    Only where the documents in the question's own language hold too little of it, others are believed to answer, and read first.
    """
    language = language_of(question)
    elsewhere = library.not_in(language, scope=scope)
    across = tuple(item for item in evidence if item.doc_id in elsewhere and written_in(item.text) != language)
    own = tuple(item for item in evidence if item not in across)
    asked = weigh_terms(about or question, library=library, across=bool(across))
    chance = chance_of_answer(shares(question, own, asked), settings) if own else 0.0
    if chance >= settings.least_chance or not across:
        uncovered = uncovered_parts(question, evidence, asked)
        hopeful = bool(own) and chance >= settings.least_chance
        return Prospect(asked, evidence, hopeful, chance >= settings.sure_chance, abroad=False, mixed=bool(across), uncovered=uncovered)
    nearest = library.dense(embedder.embed_question(question), 1, embedder=embedder.identity, scope=elsewhere)
    chance = chance_across(shares(question, across, asked), max((cosine for _, cosine in nearest), default=0.0), settings)
    return Prospect(asked, (*across, *own), chance >= settings.least_chance, chance >= settings.sure_chance, abroad=True, mixed=True)
