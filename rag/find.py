"""A question -> what it asks of which documents -> evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, islice

from rag.errors import EmptyQuestion, NoSuchDocument, NoSuchTag, NothingFits
from rag.library import fulltext
from rag.library.filter import wanted
from rag.library.library import Library
from rag.library.names import names_of
from rag.phrases import hold
from rag.ports import Embedder
from rag.question import narrowed, understand
from rag.records import EVERYTHING, Evidence, Filter, Passage, Understood
from rag.retrieve import retrieve
from rag.settings import RetrievalSettings


def read(question: str, *, library: Library, only: Filter = EVERYTHING, as_typed: bool = False) -> Understood:
    """What the question asks of the documents that fit ``only``; ``as_typed``: nothing in it is taken for a filter.

    Raises:
        EmptyQuestion, NoSuchDocument, NoSuchTag, NothingFits
    """
    if not question.strip():
        raise EmptyQuestion
    asked = library.scope(only)
    names = names_of(document for document in library.documents() if document.doc_id in asked) if asked else library.names()
    understood = understand(question, names, today=date.today())
    if as_typed:
        understood = Understood(question.strip(), understood.phrases)
    called = tuple(library.find(name)[0].name for name in only.documents)
    return replace(understood, only=narrowed(replace(only, documents=called), understood.taken))


def scope_of(understood: Understood, *, library: Library, only: Filter = EVERYTHING) -> frozenset[str]:
    """Ids of the documents that fit the call and the question; empty for all.

    Raises:
        NoSuchDocument, NoSuchTag, NothingFits
    """
    by_call, by_question = library.scope(only), library.scope(understood.taken)
    if not by_call or not by_question:
        return by_call or by_question
    if not by_call & by_question:
        raise NothingFits(wanted=wanted(understood.only))
    return by_call & by_question


def still_fits(taken: Filter, *, library: Library, only: Filter) -> bool:
    """May a follow-up question go on with what the question before it said? Documents go, and the reader may ask others now."""
    try:
        by_question = library.scope(taken)
        return not (by_call := library.scope(only)) or not by_question or bool(by_call & by_question)
    except (NoSuchDocument, NoSuchTag, NothingFits):
        return False


def find(
    understood: Understood, *, library: Library, embedder: Embedder | None, settings: RetrievalSettings, k: int, scope: Collection[str] = ()
) -> tuple[Evidence, ...]:
    """As ``retrieve``; with phrases only what holds them all, and nothing when nothing does."""
    if not understood.phrases:
        return retrieve(understood.text, library=library, embedder=embedder, settings=settings, k=k, scope=scope)
    held = quoting(understood.phrases, library=library, scope=scope)
    if not held:
        return ()
    near = retrieve(
        understood.text,
        library=library,
        embedder=embedder,
        settings=settings,
        k=settings.candidates,
        scope={run[0].doc_id for run in held},
    )
    best = [item for item in near if hold((item.text, *item.headings), understood.phrases)]
    further = (run for run in held if not any(_within(run, item) for item in best))
    return tuple(islice(chain(best, (evidence for run in further if (evidence := _evidence(run, library)).text)), k))


def quoting(phrases: Sequence[str], *, library: Library, scope: Collection[str] = ()) -> list[tuple[Passage, ...]]:
    """The passages that hold all of the phrases word for word, in their text or the headings above it; where none does, two that
    follow one another and do so together, as when a phrase runs on from one to the next."""
    words = [word for phrase in phrases for word in fulltext.words(phrase)]
    if not words:
        return []
    manifest = library.manifest
    found = _holding(fulltext.closely(phrases), phrases, library=library, scope=scope)
    if not found:  # something may have come between the letters; many more passages fit
        found = _holding(fulltext.of_each(words), phrases, library=library, scope=scope)
    if not found:
        counts = library.term_counts([term for word in words for term in word])
        rarest = min(words, key=lambda word: sum(counts.get(term, 0) for term in word))
        pairs = manifest.pairs(manifest.matching(fulltext.any_of(rarest), scope=scope))
        known = library.passages([passage_id for pair in pairs for passage_id in pair])
        runs = [(known[first], known[second]) for first, second in pairs if first in known and second in known]
        found = [run for run in runs if hold((library.text(run[0].doc_id, run[0].start, run[1].end),), phrases)]
    return sorted(found, key=lambda run: (run[0].document, run[0].doc_id, run[0].ordinal))


def _holding(match: str, phrases: Sequence[str], *, library: Library, scope: Collection[str]) -> list[tuple[Passage, ...]]:
    fitting = library.passages(library.manifest.matching(match, scope=scope))
    return [(passage,) for passage in fitting.values() if hold((passage.text, *passage.headings), phrases)]


def _within(run: tuple[Passage, ...], item: Evidence) -> bool:
    return item.doc_id == run[0].doc_id and item.start <= run[0].start and run[-1].end <= item.end


def _evidence(run: tuple[Passage, ...], library: Library) -> Evidence:
    """Of passages that were found by their words alone: behind all others."""
    first, last = run[0], run[-1]
    return Evidence(
        first.doc_id,
        first.document,
        first.page,
        last.page_end,
        first.start,
        last.end,
        library.text(first.doc_id, first.start, last.end),
        first.headings,
        0.0,
        (first.start, last.end),
        library.tables(first.doc_id, first.start, last.end),
    )
