"""Words -> the documents that hold them, with their best passages, and what there is to choose among them. No language model.

A passage *holds* the words when all of them that carry meaning stand in it or above it: such passages are counted, all of them. Beside them stand the few
that only come near in meaning; they are shown as that, and not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.beginning import beginning_of
from rag.errors import NothingFits, WeightsError
from rag.find import quoting, read, scope_of
from rag.library.fulltext import all_of, any_of, content_terms, hangul_stems, says_something, terms
from rag.library.library import Library
from rag.library.traits import Group, Trait, Traits
from rag.ports import Embedder
from rag.records import Document, Evidence, Passage, Understood
from rag.retrieve import rank
from rag.settings import RetrievalSettings

ROWS = 3
"""Passages of a document that are seen without asking for more."""

MOST_OF_A_DOCUMENT = 60
"""Passages of a document at most, when more are asked for."""

_NEAR_DOCUMENTS = 5
"""Documents at most that only come near in meaning, each with its best passage alone: something is always nearest."""

_COMPLETIONS = 24
"""Terms that an unfinished word is taken for, the commonest first: one syllable begins hundreds."""

Choice = frozenset[Trait]
"""Any of the values chosen of a group, all of the tags."""


@dataclass(frozen=True, slots=True)
class Row:
    passage: Evidence
    near: bool  # in meaning only


@dataclass(frozen=True, slots=True)
class DocumentFound:
    document: Document
    held: int  # passages that hold the words
    rows: tuple[Row, ...]  # the best of them


@dataclass(frozen=True, slots=True)
class Value:
    value: str
    documents: int  # found that have it, if it were chosen
    chosen: bool


@dataclass(frozen=True, slots=True)
class LookedUp:
    understood: Understood
    asked: str  # whose words are to be marked
    begun: str  # the last word, where it was taken for the beginning of others
    documents: tuple[DocumentFound, ...]  # as many as were wanted, best first
    more_documents: int
    held_documents: int
    held_passages: int  # in them
    near_documents: int
    left_out: int  # documents that hold the words, but do not fit the choice
    values: Mapping[Group, tuple[Value, ...]] = field(default_factory=dict)
    at_least: bool = False  # there may be more than these counts, as the last word may become still others
    by_words_because: WeightsError | None = None  # why meaning was left out
    fits: bool = True  # is there a document that fits what the question says of documents?


@dataclass(frozen=True, slots=True)
class _Held:
    """Of each document, the numbers of the passages that hold the words, in its order; a phrase may run on from one to the ``next``."""

    passages: Mapping[str, list[int]]
    next: Mapping[int, Passage] = field(default_factory=dict)


def look_up(
    question: str,
    *,
    library: Library,
    embedder: Embedder | None,
    settings: RetrievalSettings,
    k: int,
    choice: Choice = frozenset(),
    unfinished: bool = False,
    as_typed: bool = False,
) -> LookedUp:
    """The ``k`` best documents; by words alone where there is no ``embedder``. ``unfinished``: the last word is still being typed.

    Raises:
        EmptyQuestion
    """
    understood = read(question, library=library, as_typed=as_typed)
    traits = library.traits()
    try:
        within = scope_of(understood, library=library) or traits.keys()
    except NothingFits:
        return LookedUp(understood, understood.text, "", (), 0, 0, 0, 0, 0, fits=False)
    wanted = _Wanted.of(understood, library=library, unfinished=unfinished)
    held = _held(wanted, library=library, within=within)
    allowed = set(fitting(within, traits, choice)) if choice else within
    ranked = _ranked(wanted, held, library=library, embedder=embedder, settings=settings, allowed=allowed)

    holding = {doc_id: ids for doc_id, ids in held.passages.items() if doc_id in allowed}
    known = {document.doc_id: document for document in library.documents()}
    order, near = _order(
        {doc_id: ids for doc_id, ids in holding.items() if doc_id in known}, [item for item in ranked if item[0].doc_id in known]
    )
    return LookedUp(
        understood,
        wanted.marked,
        wanted.begun,
        tuple(_documents(order[:k], known, holding, held, ranked, library)),
        max(0, len(order) - k),
        len(holding),
        sum(map(len, holding.values())),
        len(near),
        len(held.passages) - len(holding),
        values_of(held.passages or near, traits, choice),
        at_least=wanted.at_least,
    )


@dataclass(frozen=True, slots=True)
class AllIn:
    """The passages of one document that hold the words, in its order: MOST_OF_A_DOCUMENT of the ``count`` there are."""

    passages: tuple[Evidence, ...]
    count: int
    asked: str  # whose words are to be marked


def all_in(question: str, doc_id: str, *, library: Library, unfinished: bool = False, as_typed: bool = False) -> AllIn:
    """Raises: EmptyQuestion."""
    wanted = _Wanted.of(read(question, library=library, as_typed=as_typed), library=library, unfinished=unfinished)
    held = _held(wanted, library=library, within={doc_id})
    ids = held.passages.get(doc_id, [])
    passages = library.passages(ids[:MOST_OF_A_DOCUMENT])
    return AllIn(tuple(_evidence(passages[number], held, library) for number in ids if number in passages), len(ids), wanted.marked)


# --- what is looked for ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wanted:
    text: str  # with its last word completed to the likeliest
    phrases: tuple[str, ...]
    match: tuple[str, ...]  # full-text queries, the strictest first
    marked: str
    begun: str = ""
    at_least: bool = False

    @classmethod
    def of(cls, understood: Understood, *, library: Library, unfinished: bool) -> _Wanted:
        text, phrases = understood.text, understood.phrases
        begun = beginning_of(text) if unfinished and not phrases else None
        if not begun:
            return cls(text, phrases, _queries(text), text)
        likely = library.terms_between(begun.first, begun.last, limit=_COMPLETIONS)
        known = library.term_counts([begun.own, *begun.stems])
        own = [begun.own] if begun.own in known else []
        may_be = [*own, *sorted({*known, *(term for term, _ in likely)} - {begun.own}, key=lambda term: -({**known, **dict(likely)}[term]))]
        if not may_be:
            return cls(text, phrases, _queries(text), text)
        before = text[: begun.start]
        settled = [*(content_terms(before) if says_something(before) else ()), *begun.settled]
        match = " AND ".join([*([all_of(settled)] if settled else []), f"({any_of(may_be)})"])
        others = [term for term in may_be if term != begun.own]
        completed = text if own else f"{before}{begun.word[: begun.kept]}{others[0]}"
        return cls(completed, phrases, (match,), " ".join([text, *others]), begun.word if others else "", len(likely) == _COMPLETIONS)


def _queries(text: str) -> tuple[str, ...]:
    """All terms; then, as a Korean word may be written in one or in two, all but those that a blank would take away."""
    strict = content_terms(text) or terms(text)
    if not strict:
        return ()
    stems = [stem for stem in hangul_stems(text) if len(terms(stem)) > 1]
    inside = {term for stem in stems for term in terms(stem)}
    rest = [term for term in strict if term not in inside]
    groups = [terms(stem)[at : at + 2] for stem in stems for at in range(0, len(terms(stem)), 2)]
    loose = " AND ".join([*([all_of(rest)] if rest else []), *(f"({any_of(group)})" for group in groups)])
    return (all_of(strict), loose) if stems else (all_of(strict),)


def _held(wanted: _Wanted, *, library: Library, within: Collection[str]) -> _Held:
    if wanted.phrases:
        runs = quoting(wanted.phrases, library=library, scope=_scope(within, library))
        found: dict[str, list[int]] = {}
        for run in runs:
            found.setdefault(run[0].doc_id, []).append(run[0].passage_id)
        return _Held(found, {run[0].passage_id: run[1] for run in runs if len(run) > 1})
    for match in wanted.match:
        held = {doc_id: ids.tolist() for doc_id, ids in library.by_document(match).items() if doc_id in within}
        if held:
            return _Held(held)
    return _Held({})


def _ranked(
    wanted: _Wanted, held: _Held, *, library: Library, embedder: Embedder | None, settings: RetrievalSettings, allowed: Collection[str]
) -> list[tuple[Passage, bool]]:
    """Best first, and whether each holds the words."""
    if wanted.phrases:
        allowed = {doc_id for doc_id in held.passages if doc_id in allowed}
    if not allowed:
        return []
    near = rank(wanted.text, library=library, embedder=embedder, settings=settings, scope=_scope(allowed, library))
    found = [passage for passage, _ in near]
    holds = {number for doc_id in {passage.doc_id for passage in found} for number in held.passages.get(doc_id, ())}
    ranked = [(passage, passage.passage_id in holds) for passage in found]
    return [item for item in ranked if item[1]] if wanted.phrases else ranked


def _scope(doc_ids: Collection[str], library: Library) -> Collection[str]:
    """As all that search takes it: empty for all."""
    return doc_ids if len(doc_ids) < len(library.traits()) else ()


# --- in which order ----------------------------------------------------------------------------


def _order(holding: Mapping[str, list[int]], ranked: Sequence[tuple[Passage, bool]]) -> tuple[list[str], list[str]]:
    """The documents, and those among them that only come near. First those that hold the words, as their best passages are ranked, then by how many they
    have; then what comes near."""
    in_rank = list(dict.fromkeys(passage.doc_id for passage, _ in ranked))
    near = [doc_id for doc_id in in_rank if doc_id not in holding][:_NEAR_DOCUMENTS]
    first = [doc_id for doc_id in in_rank if doc_id in holding]
    rest = sorted(holding.keys() - first, key=lambda doc_id: (-len(holding[doc_id]), doc_id))
    return [*first, *rest, *near], near


def _documents(
    order: Sequence[str],
    known: Mapping[str, Document],
    holding: Mapping[str, list[int]],
    held: _Held,
    ranked: Sequence[tuple[Passage, bool]],
    library: Library,
) -> list[DocumentFound]:
    foremost = {passage.passage_id for passage, _ in ranked[:ROWS]}
    best = {doc_id: _best([item for item in ranked if item[0].doc_id == doc_id], foremost) for doc_id in order}
    wanted = {
        doc_id: [
            int(number)
            for number in holding.get(doc_id, ())[: 2 * ROWS]
            if int(number) not in {item[0].passage_id for item in best[doc_id]}
        ]
        for doc_id in order
    }
    passages = library.passages([number for doc_id in order for number in wanted[doc_id][: ROWS - len(best[doc_id])]])
    found = []
    for doc_id in order:
        more = [(passages[number], True) for number in wanted[doc_id] if number in passages]
        rows = [Row(_evidence(passage, held, library), near=not holds) for passage, holds in [*best[doc_id], *more][:ROWS]]
        if rows:  # else it has just been taken out
            found.append(DocumentFound(known[doc_id], len(holding.get(doc_id, ())), tuple(rows)))
    return found


def _best(ranked: Sequence[tuple[Passage, bool]], foremost: Collection[int]) -> list[tuple[Passage, bool]]:
    """Of one document: what only comes near is shown above what holds the words where it is among the ``foremost`` of all."""
    if not any(holds for _, holds in ranked):
        return list(ranked[:1])
    return [item for at, item in enumerate(ranked) if item[1] or (at == 0 and item[0].passage_id in foremost)][:ROWS]


def _evidence(passage: Passage, held: _Held, library: Library) -> Evidence:
    last = held.next.get(passage.passage_id)
    found = Evidence(
        passage.doc_id,
        passage.document,
        passage.page,
        passage.page_end,
        passage.start,
        passage.end,
        passage.text,
        passage.headings,
        0.0,
        (passage.start, passage.end),
    )
    if last is None:
        return found
    text = library.text(passage.doc_id, passage.start, last.end)
    return replace(found, page_end=last.page_end, end=last.end, text=text, best=(passage.start, last.end))


# --- what there is to choose -------------------------------------------------------------------


def fitting(doc_ids: Iterable[str], traits: Traits, choice: Choice) -> list[str]:
    chosen = _by_group(choice)
    return [doc_id for doc_id in doc_ids if doc_id in traits and not _against(traits[doc_id], chosen)]


def _by_group(choice: Choice) -> dict[Group, set[Trait]]:
    return {group: {trait for trait in choice if trait[0] is group} for group in {group for group, _ in choice}}


def _against(one: frozenset[Trait], chosen: Mapping[Group, set[Trait]]) -> list[Group]:
    """The groups whose choice leaves the document out."""
    return [group for group, wanted in chosen.items() if (not wanted <= one if group is Group.TAG else wanted.isdisjoint(one))]


def values_of(doc_ids: Iterable[str], traits: Traits, choice: Choice) -> dict[Group, tuple[Value, ...]]:
    """By group, the commonest first and years the last first. What of a group is not chosen is counted as if it were, beside what is; of tags, all of which
    are wanted, together with what is."""
    chosen = _by_group(choice)
    counts: Counter[Trait] = Counter(dict.fromkeys(choice, 0))
    for doc_id in doc_ids:
        one = traits.get(doc_id, frozenset())
        against = _against(one, chosen) if chosen else []
        if not against:
            counts.update(one)
        elif len(against) == 1 and Group.TAG not in against:
            counts.update(trait for trait in one if trait[0] is against[0])
    values: dict[Group, list[Value]] = {group: [] for group in Group}
    for (group, value), documents in sorted(counts.items(), key=lambda item: (-item[1], item[0][1])):
        values[group].append(Value(value, documents, (group, value) in choice))
    values[Group.YEAR].sort(key=lambda one: one.value, reverse=True)
    return {group: tuple(found) for group, found in values.items()}
