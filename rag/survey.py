"""Subject -> every place in the documents that speaks of it, word for word. No model: nothing is left out because it was not near enough.

A place is a sentence. It is one of those asked for when the subject's own words stand in it; whoever lists them can say how many there are.
Sentences that seem to mean the same in other words are nearest by their vectors; they come after, apart, and are not counted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.cite import cite
from rag.languages import language_of
from rag.library.fulltext import content_terms, hangul_stems, question_terms, terms
from rag.library.library import Library
from rag.ports import Embedder
from rag.quotable import Quotation, plain
from rag.records import Answer, Claim, Passage, Status, Survey, Timings
from rag.sentences import sentence_spans

SHOWN = 200
"""Places at most in an answer: more nobody reads, and the number of all is said."""

_LEAST = 0.6
"""Share of a subject's words that a sentence must hold, of a passage that holds all of them: both of two, two of three."""

_CONTRAST = 2.5
"""Standard deviations above the drawer's mean similarity from which passages, and their sentences, count as near."""

_BACKGROUND = 30
"""Passages at least in a drawer, for its mean to say anything."""

_NEAR_PASSAGES = 8
_NEAR_SENTENCES = 5
"""Looked into for other words, and shown of them: sentences are embedded while the reader waits, some 20 a second."""


@dataclass(frozen=True, slots=True)
class Place:
    """``document text[start:end] == text``."""

    doc_id: str
    document: str
    start: int
    end: int
    text: str


def survey(question: str, subject: str, *, library: Library, embedder: Embedder, scope: Collection[str] = ()) -> Answer:
    """Every place that holds the subject's words, document by document, then the few that come near it in others.

    Raises:
        EmbedderMismatch
    """
    started = time.perf_counter()
    found = places(subject, library=library, scope=scope)
    near = near_places(subject, found, library=library, embedder=embedder, scope=scope)
    shown = found[:SHOWN]
    cited = [*shown, *near]
    elapsed_ms = (time.perf_counter() - started) * 1000
    return Answer(
        question=question,
        language=language_of(question),
        status=Status.ANSWERED if cited else Status.NOT_FOUND,
        text=" ".join(place.text for place in shown),
        claims=tuple(Claim(place.text, True, (at,)) for at, place in enumerate(cited)),
        citations=tuple(cite(Quotation(place.doc_id, place.start, place.end, place.text), place.document, library) for place in cited),
        evidence=(),
        timings=Timings(elapsed_ms, total_ms=elapsed_ms),
        model="",
        embedder=embedder.identity,
        whole=Survey(subject, len(found), len({place.doc_id for place in found}), len(shown)),
    )


# --- in the subject's own words ----------------------------------------------------------------


def places(subject: str, *, library: Library, scope: Collection[str] = ()) -> list[Place]:
    """All sentences that hold the subject's words, by document and in its order."""
    found: dict[tuple[str, int], Place] = {}
    for words in alternatives(subject):
        for passage in library.holding([family(term) for term in content_terms(words)], scope=scope):
            for place in sentences(passage):
                if holds(words, place.text):
                    found[place.doc_id, place.start] = place
    return sorted(found.values(), key=lambda place: (place.document, place.doc_id, place.start))


def alternatives(subject: str) -> list[str]:
    """ "termination or expiry": either will do."""
    return [words for words in re.split(r"\s+or\s+|\s+또는\s+|\s+혹은\s+|\s*/\s*", subject) if words.strip()]


def holds(words: str, sentence: str) -> bool:
    """Do enough of the words stand in the sentence? Hangul words by their stem, Latin ones in any form; quoted words as they are."""
    if quoted := _QUOTED.findall(words):
        return all(plain(part) in plain(sentence) for part in quoted)
    stems = list(dict.fromkeys(hangul_stems(words)))
    latin = [family(term) for term in question_terms(re.sub(r"[가-힣]+", " ", words))]
    if not stems and not latin:
        return bool(plain(words)) and plain(words) in plain(sentence)
    held, flat = {family(term) for term in terms(sentence)}, plain(sentence)
    hits = sum(plain(stem) in flat for stem in stems) + sum(term in held for term in latin)
    return hits / (len(stems) + len(latin)) >= _LEAST


_QUOTED = re.compile(r"[\"“‘「『]([^\"”’」』]+)[\"”’」』]")

_DERIVED = ((re.compile(r"(?:ific|ifi|if)$"), 4), (re.compile(r"(?:ur|anc|i)$"), 5), (re.compile(r"(?:il|l)$"), 4))
"""Endings that the stemmer leaves on one of two words of a family, and how much must be left before them: disclos|ur, indemn|ifi, liab|il."""


def family(stem: str) -> str:
    """What a Latin stem shares with its relatives; any other term is its own. Only for comparing: it is no word, but both begin with it."""
    if not (stem.isascii() and stem.isalpha()):
        return stem
    for ending, least in _DERIVED:
        shorter = ending.sub("", stem)
        if shorter != stem and len(shorter) >= least:
            return family(shorter)
    return stem


def sentences(passage: Passage) -> Iterator[Place]:
    """The passage's sentences. A heading goes with the sentence below it: by itself it says nothing. Lines of a table of contents are none."""
    heading: int | None = None
    titles = {plain(title) for title in passage.headings}
    for start, end in sentence_spans(passage.text):
        if _LEADERS.search(passage.text, start, end):
            heading = None
            continue
        if plain(passage.text[start:end]) in titles or _TITLE.fullmatch(passage.text, start, end):
            heading = start if heading is None else heading
            continue
        begin = start if heading is None else heading
        yield Place(passage.doc_id, passage.document, passage.start + begin, passage.start + end, passage.text[begin:end])
        heading = None
    if heading is not None:  # what stands below it is another passage's
        words = passage.text[heading:].rstrip()
        yield Place(passage.doc_id, passage.document, passage.start + heading, passage.start + heading + len(words), words)


_TITLE = re.compile(
    r"(?:(?:article|section|clause|제)\s*)?(?:[\d.()]+\s+)?(?-i:[A-Z][\w’'/-]*)(?:[\s,&/]+(?:(?-i:[A-Z][\w’'/-]*)|and|or|of|on|in|to|for|the|with|by)){0,8}[.:]?",
    re.IGNORECASE,
)
"""A heading that the format does not tell: "15. Governing Law and Venue." """

_LEADERS = re.compile(r"\.{5,}|(?:\. ){5,}|…{3,}")


# --- in other words ----------------------------------------------------------------------------


def near_places(subject: str, found: Sequence[Place], *, library: Library, embedder: Embedder, scope: Collection[str] = ()) -> list[Place]:
    """The few sentences that mean the subject without its words, nearest first: out of passages that stand out from the whole drawer."""
    asked = embedder.embed_question(subject)
    ids, scores = library.similarities(asked, embedder=embedder.identity)
    if len(ids) < _BACKGROUND:
        return []
    least = float(scores.mean() + _CONTRAST * scores.std())
    if scope:
        ids, scores = library.similarities(asked, embedder=embedder.identity, scope=scope)
    order = np.lexsort((ids, -scores))[:_NEAR_PASSAGES]
    passages = library.passages([int(ids[at]) for at in order if scores[at] >= least])
    known = {(place.doc_id, place.start) for place in found}
    candidates = [
        place
        for passage in passages.values()
        for place in sentences(passage)
        if (place.doc_id, place.start) not in known and len(terms(place.text)) >= _LEAST_TERMS and "|" not in place.text
    ]
    if not candidates:
        return []
    near = embedder.embed_passages([place.text for place in candidates]) @ asked
    best = sorted(zip(candidates, near.tolist(), strict=True), key=lambda scored: (-scored[1], scored[0].start))
    return [place for place, score in best if score >= least][:_NEAR_SENTENCES]


_LEAST_TERMS = 7
"""Of a sentence that can mean something by itself; shorter ones, and rows of tables, are near everything."""
