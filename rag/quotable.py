"""Evidence -> the sentences in it that can be quoted, and what each of them holds. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from rag.addressed import speaks_to_the_model
from rag.bilingual import in_the_other_language
from rag.facts import Facts, facts
from rag.library.fulltext import terms
from rag.records import Evidence
from rag.sentences import sentence_spans

_NUMBERING = re.compile(
    r"^\s*(?:[①-⑳㉑-㉟]\s*|\d{1,3}(?:\.\d{1,3})*[.)]\s+|\d{1,3}(?:\.\d{1,3})+(?:\t\s*|\s+(?=(?-i:[A-Z])[a-z]|[“\"]|[가-힣]{2})"
    r"(?!(?:[mkuµ]?g|[mk]?l|[mckg]m|thousand|million|billion|trillion|per\s?cent)\b|퍼센트|프로|밀리|킬로|마이크로|유로|달러|제곱|평방|개월)))",
    re.IGNORECASE,
)
"""Of a clause or an item, which is no amount."""

_ENDS = re.compile(r"[.!?:;。」』”\"’\]다요음함임됨]\s*$")
"""Of what is said in full; a bracket may close a heading."""
_ARTICLE = re.compile(r"제\s?\d+\s?[조장절항](?:의\s?\d+)?|^(?:Article|Section|Clause|Chapter|Part)\s+\d+", re.IGNORECASE)
_MOST_OF_A_HEADING = 12
"""Words."""
_LEAST_WORDS = 3
"""Of a sentence that says something by itself."""

_POINTS_BACK = re.compile(
    r"\b(?:it|they|them|he|she|such|this|these|those|its|their|his|her|same)\b|(?<![가-힣])(?:이를|이는|이때|이 경우|그|그는|그가|그의|그녀|해당|동)(?![가-힣])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """``document text[start:end]`` of the evidence's document."""

    doc_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """What sentences stand under: the name of their document, and headings."""

    name: str
    plain: str  # letters and digits only, lower case
    terms: frozenset[str]
    facts: Facts
    document_terms: frozenset[str]  # of the document's name alone


@dataclass(frozen=True, slots=True)
class Sentence:
    quotation: Quotation
    terms: frozenset[str]
    facts: Facts
    plain: str  # letters and digits only, lower case
    place: Place
    before: str  # the sentence before, where this one may point back to it
    heading: bool

    @property
    def text(self) -> str:
        return self.quotation.text

    @property
    def in_its_place(self) -> str:
        """With what it stands under and points back to."""
        return " ".join((self.place.name, self.before, self.text))

    @property
    def says_something(self) -> bool:
        """By itself: it is no heading, nor what is left of one."""
        words = without_numbering(self.text)
        return not self.heading and len(words.split()) >= _LEAST_WORDS and plain(words) not in self.place.plain

    def holds(self, word: str) -> bool:
        """Is the word there, in the sentence or in the name of what it stands under? Hangul words by their stem: endings differ."""
        if "가" <= word[0] <= "힣":
            return word in self.plain or word in self.place.plain
        return word in self.terms or word in self.place.terms

    def speaks_of(self, word: str) -> bool:
        """Is it there in any form, in the name of the document, or in the sentence before, to which a pronoun may point? A heading names
        what all below it is about ("Assignment and subletting"), not what a sentence says of it."""
        pieces, there = terms(word), self.terms.union(self.place.document_terms, terms(self.before))
        return word in there or 2 * sum(piece in there for piece in pieces) >= len(pieces)

    def holds_across(self, word: str) -> bool:
        """Is the word there, or what the glossary has for it?"""
        return self.holds(word) or any(self.holds_any(others) for _, others in in_the_other_language(word))

    def holds_any(self, names: Iterable[str]) -> bool:
        """Do all terms of one of the names stand there?"""
        there = self.terms | self.place.terms
        return any(there.issuperset(terms(name)) for name in names)

    def lacks(self, wanted: Facts) -> bool:
        return bool(wanted.lacking(self.facts).lacking(self.place.facts))


def sentences_of(item: Evidence) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences of a piece of evidence, and its neighbouring pairs: "The deposit is as follows. 5,000,000 won."

    What speaks to the model is not among them.
    """
    named = " ".join((item.document, *item.headings))
    place = Place(named, plain(named), frozenset(terms(named)), facts(named), frozenset(terms(item.document)))
    spans = sentence_spans(item.text)
    pairs = [(first[0], second[1]) for first, second in pairwise(spans)]
    before = {then[0]: item.text[slice(*first)] for first, then in pairwise(spans) if _POINTS_BACK.search(item.text[slice(*then)])}
    spans, pairs = ([one for one in some if not speaks_to_the_model(item.text[slice(*one)])] for some in (spans, pairs))
    singles, doubles = (
        [
            Sentence(
                Quotation(item.doc_id, item.start + start, item.start + end, words),
                frozenset(terms(words)),
                facts(without_numbering(words)),
                plain(words),
                place,
                before.get(start, ""),
                _is_heading(words, item.text[end : end + 2]),
            )
            for start, end in chosen
            for words in (item.text[start:end],)
        ]
        for chosen in (spans, pairs)
    )
    return singles, doubles


def plain(text: str) -> str:
    """NFKC, lower case, letters and digits only: what is left after layout and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def without_numbering(text: str) -> str:
    return _NUMBERING.sub("", text)


def _is_heading(words: str, after: str) -> bool:
    """A few words without a full stop that stand on lines of their own, and are no item of a list or a table."""
    bare = without_numbering(words).strip()
    if not after.startswith("\n\n") or "\n" in bare or "\t" in bare or "|" in bare or bare[:1] in "-*•·":
        return False
    figures = re.search(r"\d", _ARTICLE.sub("", bare))
    return len(bare.split()) <= _MOST_OF_A_HEADING and not figures and not _ENDS.search(bare)
