"""What a claim says, and why a sentence does or does not support it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rag.bilingual import in_the_other_language
from rag.facts import Facts, facts, without_facts
from rag.library.fulltext import hangul_stems, question_terms, says_something, spans, terms
from rag.negation import denies, denies_across
from rag.opposites import opposed
from rag.quotable import Sentence, plain, without_numbering
from rag.records import Doubt
from rag.verdict import is_yes_or_no, verdict_of, without_verdict

ABOUT = 0.25
"""Share of the question's words that the quotation of a claim of a few words must hold."""

NAMED = 0.5
"""Share of those words of the question that a claim repeats which its quotation must hold. After yes or no all of them must stand there:
there they are not the frame of an answer but what is claimed."""

SUPPORT = 0.6
"""Share of what a claim says beyond the question that its quotation must hold."""

_KNOWN_ACROSS = 1 / 2
"""Share of the words of a claim that the glossary knows which a sentence in another language must hold."""

_UNITS = frozenset(terms("year month week day hour minute won euro dollar percent")) | {"시간", "하루", "매월", "매년", "연간", "주당"}
"""Words that are compared with their amounts."""

_LEAST_PREDICATE = 3
"""Words from which a claim says something of something."""

_FEW = 2
"""Words from which a share of them says something."""

_LATIN = r"(?:[^\W\d_가-힣]|[\d_&'’-])"
_NAME = re.compile(rf"(?<![^\W가-힣])[A-Z]{_LATIN}*(?:\s+[A-Z]{_LATIN}*)*")
_FILLER = re.compile(
    r"\b(?:because )?(?:the )?(?:excerpts?|documents?|agreement|text) (?:explicitly |clearly )?(?:states?|says?|specif(?:y|ies)|mentions?)(?: that)?\b",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"\bor\b|\bwhich\b|아니면|또는|혹은|중에|중 |가운데|어느|누가|누구", re.IGNORECASE)
"""A question that names what can be answered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a claim says, ready to be looked for."""

    body: str
    question: str
    must_stand: Facts
    said: frozenset[str]
    asked: frozenset[str]
    new: frozenset[str]  # what it adds to the question; where that is nothing, and no fact either, what there is
    known: tuple[tuple[str, ...], ...]  # of each word that the glossary knows: itself, and its words in the other language
    only_echoes: bool  # it repeats the question, which asked for something else than yes or no
    after_verdict: bool  # it is the reason of a yes or no
    spelt: Mapping[str, str]  # stems of Latin words -> as they are written

    def covered(self, sentence: Sentence) -> float:
        """Share of what the claim adds to the question that stands in the sentence."""
        return sum(map(sentence.holds, self.new)) / len(self.new) if self.new else 1.0

    @property
    def named(self) -> frozenset[str]:
        """What the claim repeats of the question."""
        return self.said & self.asked

    def names_the_same(self, sentence: Sentence) -> bool:
        if self.after_verdict:
            return all(map(sentence.speaks_of, self.named))
        return sum(map(sentence.holds, self.named)) >= len(self.named) * NAMED

    def speaks_of_something_else(self, sentence: Sentence) -> bool:
        """What the claim names of the question must be named there too; a claim of a few words takes its subject from the question."""
        if len(self.named) >= _FEW:
            return not self.names_the_same(sentence)
        if len(self.asked) == 1 and self.must_stand:  # "What is the rent?" "5,000 euros." So may be the deposit.
            return not all(map(sentence.speaks_of, self.asked))
        return len(self.asked) >= _FEW and sum(map(sentence.holds, self.asked)) < len(self.asked) * ABOUT

    def says_the_opposite_word(self, sentence: Sentence) -> bool:
        said = self.body if len(self.named) >= _FEW or self.after_verdict else f"{self.question} {self.body}"
        return opposed(said, sentence.in_its_place)

    def is_contradicted_by(self, sentence: Sentence) -> bool:
        """Does the sentence speak of what the claim names, and say another amount or date of it?"""
        return len(self.named) >= _FEW and self.names_the_same(sentence) and self.must_stand.contradicted_by(sentence.facts)

    def closeness(self, sentence: Sentence) -> tuple[float, int]:
        words = self.said | self.asked
        about = sum(map(sentence.holds, words)) / len(words) if words else 0.0
        verbatim = 1.0 if plain(self.body) and plain(self.body) in sentence.plain else 0.0
        return verbatim + self.covered(sentence) + about, -len(sentence.text)

    def doubts(self, sentence: Sentence) -> Iterator[Doubt]:
        """Why the sentence does not support the claim, the gravest reason last; nothing when it does."""
        if self.only_echoes:
            yield Doubt.ECHO
            return
        of_another = self.speaks_of_something_else(sentence) or self.says_the_opposite_word(sentence)
        if self.covered(sentence) < SUPPORT or of_another or (self.after_verdict and sentence.heading):
            yield Doubt.WORDS
            return
        if not self._names_stand(sentence):
            yield Doubt.NAME
        if sentence.lacks(self.must_stand):
            yield Doubt.FACT
        if denies(self.body, sentence.text, self.said & sentence.terms):
            yield Doubt.NEGATION

    def covered_across(self, sentence: Sentence) -> float:
        """Share of what the claim says, else the question, and the glossary knows which stands in the sentence in the other language."""
        return sum(map(sentence.holds_any, self.known)) / len(self.known) if self.known else 1.0

    def doubts_across(self, sentence: Sentence) -> Iterator[Doubt]:
        """The same of a sentence in another language, the gravest reason first."""
        if self.only_echoes:
            yield Doubt.ECHO
        if sentence.lacks(self.must_stand):
            yield Doubt.FACT
        if not self._names_stand_across(sentence):
            yield Doubt.NAME
        if len(self.body.split()) >= _LEAST_PREDICATE and denies_across(self.body, sentence.text):
            yield Doubt.NEGATION
        if self.covered_across(sentence) < _KNOWN_ACROSS or sentence.heading or opposed(self.body, sentence.in_its_place):
            yield Doubt.WORDS
        if self.after_verdict and not self.said - self.asked:  # a yes or no alone: its words cannot be compared
            yield Doubt.LANGUAGE
        if not self.must_stand and sum(sentence.holds_across(self.spelt.get(word, word)) for word in self.new) < len(self.new) * SUPPORT:
            yield Doubt.LANGUAGE

    def _names_stand(self, sentence: Sentence) -> bool:
        """Every Latin name in the claim stands in the sentence, in the question or in the document's name."""
        asked_terms = set(terms(self.question))
        for match in _NAME.finditer(self.body):
            at_start = match.start() == 0 and " " not in match.group()
            if at_start or (len(match.group()) > 1 and plain(match.group()) in sentence.plain):
                continue
            if not all(term in asked_terms or sentence.holds(term) for term in terms(match.group())):
                return False
        return True

    def _names_stand_across(self, sentence: Sentence) -> bool:
        """The same; what the glossary knows is no name, and dates and amounts are compared as such."""
        asked_terms = set(terms(self.question))
        body = without_facts(self.body)
        for match in _NAME.finditer(body):
            at_start = match.start() == 0 and " " not in match.group()
            for word in () if at_start or not says_something(match.group()) else match.group().split():
                held = all(term in asked_terms or sentence.holds(term) for term in terms(word))
                if says_something(word) and not held and not sentence.holds_across(word):
                    return False
        return True


def wanted(claim: str, question: str) -> Wanted:
    body = without_numbering(_FILLER.sub(" ", without_verdict(claim)))
    asked, said = _words(question), _words(body)
    must_stand = _must_stand(facts(body), facts(question))
    new = said - asked
    only_echoes = not new and not must_stand and bool(said) and not is_yes_or_no(question) and not _ALTERNATIVES.search(question)
    new = new or (frozenset[str]() if must_stand else said or asked)
    after_verdict = is_yes_or_no(question) and bool(verdict_of(claim))
    spelt = {term: text[start:end] for text in (question, body) for term, start, end in spans(text) if text[start].isascii()}
    known = _known(body) or _known(question)
    return Wanted(body, question, must_stand, said, asked, new, known, only_echoes, after_verdict, spelt)


def _known(text: str) -> tuple[tuple[str, ...], ...]:
    pairs = in_the_other_language(text)
    return tuple((named, *others) for named, others in pairs if not _UNITS.issuperset(terms(named)) and named not in _UNITS)


def _must_stand(claimed: Facts, asked: Facts) -> Facts:
    """What the claim only repeats of the question need not stand there, unless it is an amount of something: "Is it three months?" """
    named = frozenset(amount for amount in asked.amounts if amount.unit in (None, "year"))
    return claimed.lacking(Facts(named, asked.dates, asked.articles)) if asked else claimed


def _words(text: str) -> frozenset[str]:
    """What must stand in a quotation: stems of the words that carry meaning. Numbers are compared apart, as numbers."""
    return frozenset(hangul_stems(text)) | {term for term in question_terms(re.sub(r"[가-힣]+", " ", text)) if not term.isdigit()}
