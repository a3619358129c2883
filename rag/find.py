"""A question -> what it asks of which documents -> evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from rag.errors import EmptyQuestion, NoSuchDocument, NoSuchTag, NothingFits
from rag.library.filter import wanted
from rag.library.library import Library
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
    documents = [document for document in library.documents() if not asked or document.doc_id in asked]
    understood = understand(question, documents, today=date.today())
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
    quoting = library.quoting(understood.phrases, scope=scope)
    if not quoting:
        return ()
    near = retrieve(
        understood.text,
        library=library,
        embedder=embedder,
        settings=settings,
        k=settings.candidates,
        scope={run[0].doc_id for run in quoting},
    )
    best = [item for item in near if hold((item.text, *item.headings), understood.phrases)]
    further = [run for run in quoting if not any(_within(run, item) for item in best)]
    return tuple([*best, *(_evidence(run, library) for run in further)][:k])


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
