"""A drawer -> questions that its documents answer, for somebody who does not know what to ask. By rule, without a model.

Only a few passages of the newest documents are looked at, so that a page with suggestions takes no longer in a large drawer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random

from rag.asking.askable import Askable, Kind
from rag.asking.questions import asked_of, asked_of_title, questions, spoken_name, spoken_title
from rag.languages import written_in
from rag.library.fulltext import terms
from rag.library.library import Library
from rag.records import Answer, Citation, Language, Passage

_NEWEST = 40
"""Documents that may be chosen from."""
_LOOKED_AT = 12
"""Passages of each; all of a document that has no more."""
_FIRST = 4
"""Of them are its first, which say what it is and what its terms mean; the others are from all over it."""
_MOST_LOOKED_AT = 200
"""Of all documents together: 10 ms."""
_ENOUGH = 4
"""Questions of one document to choose from."""
_BESIDE = 5
"""Passages before and after a quotation that is followed up."""
_FOLLOW_UPS = 3
_WEIGHTS = {Kind.FACT: 6.0, Kind.TOPIC: 5.0, Kind.TERM: 2.0, Kind.HEADING: 1.5}
"""How often each kind is chosen before the others, where a document offers several."""
_KNOWN_SHARE = 0.6
"""Of a question's terms that an answer holds, from which on it has answered it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    question: str
    doc_id: str
    document: str  # file name


_Row = tuple[int, tuple[str, ...], str]  # ordinal, headings, text


@dataclass(frozen=True, slots=True)
class _Sample:
    """Some of a document."""

    doc_id: str
    document: str
    called: str | None  # as a question may call it
    language: Language
    rows: Sequence[_Row]


def suggestions(library: Library, *, language: Language, count: int, seed_day: date) -> tuple[Suggestion, ...]:
    """At most ``count``, each of another document, in the language of that document: those in ``language`` first, newer ones before older ones,
    other ones on another day."""
    rng = Random(seed_day.isoformat())  # so that a day's suggestions stay
    newest = library.manifest.newest(_NEWEST)
    named = Counter(name for _, name in newest)
    order = sorted(range(len(newest)), key=lambda rank: rank + rng.uniform(0, 4 * count))
    chosen, about = list[Suggestion](), set[str]()
    abroad, alike = list[_Sample](), list[_Sample]()
    left = _MOST_LOOKED_AT
    for doc_id, name in (newest[rank] for rank in order):
        if len(chosen) == count or left <= 0:
            break
        sample = _sampled(library, doc_id, name, rng, is_unique=named[name] == 1)
        left -= len(sample.rows)
        if sample.language != language:
            abroad.append(sample)
        elif found := _chosen(sample, about, rng, alone=len(newest) == 1):
            chosen += found
        else:
            alike.append(sample)
    for sample, but in (*((each, set[str]()) for each in alike), *((each, about) for each in abroad)):
        if len(chosen) < count:
            chosen += _chosen(sample, but, rng, alone=len(newest) == 1)
    return tuple(chosen)


def followups(answer: Answer, library: Library, *, language: Language, asked: Collection[str] = ()) -> tuple[Suggestion, ...]:
    """Up to three questions that what stands beside the quotations of an answer answers, and the answer does not; of documents in ``language``
    first. ``asked``: earlier questions."""
    known = [set(terms(text)) for text in (answer.text, answer.question, *asked) if text]
    alone = library.counts().documents == 1
    cited = {item.doc_id: item for item in reversed(answer.citations)}
    found = list[Suggestion]()
    for sample in sorted((_beside(library, item, answer) for item in cited.values()), key=lambda sample: sample.language != language):
        for askable in sorted(_askable(sample, sample.rows), key=lambda askable: askable.kind):
            wanted = set(terms(askable.question))
            if _may_be_asked(askable, sample, alone=alone) and not any(len(wanted & each) >= _KNOWN_SHARE * len(wanted) for each in known):
                known.append(wanted)
                found.append(_suggestion(askable, sample, alone=alone))
    return tuple(found[:_FOLLOW_UPS])


# --- what is looked at ------------------------------------------------------------------------


def _sampled(library: Library, doc_id: str, name: str, rng: Random, *, is_unique: bool) -> _Sample:
    count = library.manifest.passage_count(doc_id)
    ordinals = range(count) if count <= _LOOKED_AT else [*range(_FIRST), *rng.sample(range(_FIRST, count), _LOOKED_AT - _FIRST)]
    return _sample(doc_id, name, library.manifest.passages_at(doc_id, ordinals), is_unique=is_unique)


def _sample(doc_id: str, name: str, rows: Sequence[_Row], *, is_unique: bool) -> _Sample:
    written = written_in("\n".join(text[:200] for _, _, text in rows[:3]))
    return _Sample(doc_id, name, spoken_name(name) if is_unique else None, written, rows)


def _beside(library: Library, cited: Citation, answer: Answer) -> _Sample:
    """The passages around a quotation, without its own section."""
    here = list[Passage]()
    for item in answer.evidence:
        if not here and item.doc_id == cited.doc_id and (at := item.text.find(cited.quote)) >= 0:
            here = library.passages_from(cited.doc_id, item.start + at, 1)
    around = range(max(0, here[0].ordinal - _BESIDE), here[0].ordinal + _BESIDE + 1) if here else range(0)
    rows = [
        row
        for row in library.manifest.passages_at(cited.doc_id, around)
        if row[0] != here[0].ordinal and (not row[1] or row[1] != here[0].headings)
    ]
    return _sample(cited.doc_id, cited.document, rows, is_unique=len(library.find(cited.document)) == 1)


def _askable(sample: _Sample, rows: Sequence[_Row]) -> Iterator[Askable]:
    """Each question once. The highest heading is what the document is about, and none to be asked about, where all its passages stand under it."""
    firsts = Counter(headings[0] for _, headings, _ in sample.rows if headings)
    below = {headings[0] for _, headings, _ in sample.rows if len(headings) > 1}
    top = next((heading for heading, held in firsts.most_common(1) if held == firsts.total() or heading in below), "")
    title = spoken_title(top) if len(firsts) == 1 and not below else ""  # it has no other headings
    seen = set[str]()
    for _, headings, text in rows:
        for askable in questions(headings[-1] if headings and headings != (top,) else "", text, sample.language, title=title):
            if askable.question not in seen:
                seen.add(askable.question)
                yield askable
    if not seen and (of_title := asked_of_title(title, sample.language)):
        yield of_title


# --- which of them is asked -------------------------------------------------------------------


def _may_be_asked(askable: Askable, sample: _Sample, *, alone: bool) -> bool:
    """Does it say of what it asks: by its own words, by the document's name, or because there is no other?"""
    return alone or askable.stands_alone or sample.called is not None


def _suggestion(askable: Askable, sample: _Sample, *, alone: bool) -> Suggestion:
    return Suggestion(asked_of(askable, None if alone else sample.called, sample.language), sample.doc_id, sample.document)


def _chosen(sample: _Sample, about: set[str], rng: Random, *, alone: bool) -> list[Suggestion]:
    """One, a better kind more often, of something that is not among what others are ``about``, to which it is added; none where there is none.

    The draw is weighted (Efraimidis and Spirakis, 2006).
    """
    may = (
        askable for askable in _askable(sample, rng.sample(sample.rows, len(sample.rows))) if _may_be_asked(askable, sample, alone=alone)
    )
    some = list(islice((askable for askable in may if askable.about.casefold() not in about), _ENOUGH))
    if not some:
        return []
    drawn = max(some, key=lambda askable: rng.random() ** (1 / _WEIGHTS[askable.kind]))
    about.add(drawn.about.casefold())
    return [_suggestion(drawn, sample, alone=alone)]
