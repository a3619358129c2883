"""Answer text -> claims, each with the verbatim words that support it, or marked unsupported. Pure.

The model is not believed: it never names its sources. For every sentence it wrote, code looks for the
sentence of the evidence that says the same, and the amounts, dates, articles and names in the claim must stand there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from rag.addressed import speaks_to_the_model
from rag.agree import agrees
from rag.bilingual import in_the_other_language
from rag.facts import Facts, facts
from rag.languages import written_in
from rag.library.fulltext import hangul_stems, question_terms, terms
from rag.negation import denies
from rag.prompt import NOT_FOUND
from rag.records import Doubt, Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.verdict import YES, is_yes_or_no, verdict_of, without_verdict

_NEARLY = 0.85
"""Of the closeness of the best sentence, for a second one to be quoted too."""

ABOUT = 0.25
"""Share of the question's words that the quotation of a claim of a few words must hold."""

NAMED = 0.5
"""Share of those words of the question that a claim repeats which its quotation must hold. After yes or no all of them must stand there or
in the sentence before it: there they are not the frame of an answer but what is claimed."""

_FEW = 2
"""Words from which a share of them says something."""

_LEAST_SHARE = 0.5
"""Of the question, for a sentence to answer it by itself."""

_NEARLY_ALL = 0.8
"""Share of the terms of a sentence from which a claim that holds them is given in its words."""

_LEAST_WORDS = 3
"""Of a sentence that answers by itself."""

_NEAR_BONUS = 0.2
"""Added to the share of the sentence that comes nearest to what the model failed to say."""

SUPPORT = 0.6
"""Share of what a claim says beyond the question that its quotation must hold."""

_KNOWN_ACROSS = 1 / 3
"""Share of the words of a claim that the glossary knows which a sentence in another language must hold."""

_COMPARED_ACROSS = 3
"""So many of the sentences that come nearest may support a claim in another language."""

Similar = Callable[[str, Sequence[str]], Sequence[float]]
"""How near a text is in meaning to each of others, in whatever language."""

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]|\*\*|__|`")
_NUMBERING = re.compile(r"^\s*(?:\d{1,3}(?:\.\d{1,3})*[.)]\s+|\d{1,3}(?:\.\d{1,3})+\s+(?=[A-Z“\"가-힣]))")
"""Of a clause or an item, which is no amount."""

_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")
_LATIN = r"(?:[^\W\d_가-힣]|[\d_&'’-])"
_NAME = re.compile(rf"(?<![^\W가-힣])[A-Z]{_LATIN}*(?:\s+[A-Z]{_LATIN}*)*")
_FILLER = re.compile(
    r"\b(?:because )?(?:the )?(?:excerpts?|documents?|agreement|text) (?:explicitly |clearly )?(?:states?|says?|specif(?:y|ies)|mentions?)(?: that)?\b",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"\bor\b|\bwhich\b|아니면|또는|혹은|중에|중 |가운데|어느|누가|누구", re.IGNORECASE)
"""A question that names what can be answered."""

_REFUSAL = re.compile(
    r"not in the documents|(?:documents?|excerpts?|text|passages?)\b[^.]{0,40}\b(?:do|does|did) not (?:\w+ )?(?:contain|mention|say|hold|provide|specify|state|include)"
    r"|(?:is|are) not (?:mentioned|specified|stated|provided|given|found) in the|cannot be (?:determined|found|answered)"
    r"|no (?:information|mention)\b[^.]{0,60}\b(?:excerpt|document|text|passage)"
    r"|(?:문서|발췌문|본문|내용)에(?:는|서|서는)?[^.]{0,30}(?:없습니다|않습니다|않았습니다|없다)|(?:알|찾을|확인할) 수 없",
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
class GroundedClaim:
    text: str
    quotations: tuple[Quotation, ...]  # empty: nothing in the evidence supports it
    doubt: Doubt | None = None  # why nothing does
    nearest: Quotation | None = None  # then the sentence that comes nearest
    verbatim: bool = False  # the text is the quotation itself


@dataclass(frozen=True, slots=True)
class _Sentence:
    quotation: Quotation
    terms: frozenset[str]
    facts: Facts
    plain: str  # letters and digits only, lower case
    place: str  # the same of the document's name and headings
    place_facts: Facts
    before: frozenset[str]  # terms of the sentence before it

    @property
    def says_something(self) -> bool:
        """Or is it a heading?"""
        words = _NUMBERING.sub("", self.quotation.text)
        return len(words.split()) >= _LEAST_WORDS and plain(words) not in self.place

    def holds(self, word: str) -> bool:
        """Is the word there, in the sentence or in the name of what it stands under? Hangul words by their stem: endings differ."""
        if "가" <= word[0] <= "힣":
            return word in self.plain or word in self.place
        return word in self.terms or word in self.place

    def speaks_of(self, word: str) -> bool:
        """Is it there in any form, or in the sentence before, to which a pronoun may point?"""
        pieces = terms(word)
        return self.holds(word) or 2 * sum(piece in self.terms or piece in self.before for piece in pieces) >= len(pieces)

    def holds_across(self, word: str) -> bool:
        """Is the word there, or what the glossary has for it?"""
        names = (name for _, others in in_the_other_language(word) for name in others)
        return self.holds(word) or any(self.terms.issuperset(terms(name)) for name in names)

    def lacks(self, wanted: Facts) -> bool:
        return bool(wanted.lacking(self.facts).lacking(self.place_facts))


def says_not_found(text: str) -> bool:
    """Did the model decline? Only what it says first counts: a claim may go on to say what is not in the document."""
    first = text.strip().split("\n")[0]
    return plain(text).startswith((plain(NOT_FOUND["en"]), plain(NOT_FOUND["ko"]))) or bool(_REFUSAL.search(first) and len(first) < 160)


def ground(text: str, evidence: Sequence[Evidence], question: str, *, similar: Similar | None = None) -> tuple[GroundedClaim, ...]:
    """The claims of an answer in its order. With ``similar`` a sentence in another language can support one too."""
    sentences = [_sentences(item) for item in evidence]
    grounded = [_grounded(claim, sentences, question) for claim in claims(text)]
    if similar:
        singles = [sentence for group, _ in sentences for sentence in group]
        grounded = [claim if claim.quotations else _grounded_across(claim, singles, question, similar) for claim in grounded]
    return tuple(_with_verdict_if_shown(claim, question) for claim in grounded)


def _with_verdict_if_shown(claim: GroundedClaim, question: str) -> GroundedClaim:
    """A yes or no that the cited words do not show is not said; its reason stands."""
    if not claim.quotations or not is_yes_or_no(question) or agrees(claim.text, question, claim.quotations[0].text):
        return claim
    reason = without_verdict(claim.text)
    return replace(claim, text=reason[:1].upper() + reason[1:])


def in_its_own_words(
    question: str, asked: TermWeights, evidence: Sequence[Evidence], doubted: Sequence[GroundedClaim], *, verdict: str = ""
) -> tuple[GroundedClaim, ...]:
    """The sentence that holds most of the question, or that comes nearest to what the model failed to say: where the model has no
    answer that can be supported, the document's own words are one, after the ``verdict`` where one was asked for and the words show it.
    None where no sentence holds half of the question, or says the opposite of what the model said."""
    nearest = {claim.nearest for claim in doubted}
    opposite = {claim.nearest for claim in doubted if claim.doubt is Doubt.NEGATION}
    best = max(
        (sentence for item in evidence for sentence in _sentences(item)[0] if sentence.says_something),
        key=lambda sentence: (sentence.quotation in opposite, asked.share(sentence.terms) + _NEAR_BONUS * (sentence.quotation in nearest)),
        default=None,
    )
    if best is None or (asked.share(best.terms) < _LEAST_SHARE and best.quotation not in opposite):
        return ()
    words = " ".join(best.quotation.text.split())
    shown = agrees(f"{verdict}: {words}", question, words) and not (verdict in YES and best.lacks(facts(question)))
    says = verdict and shown and best.quotation not in opposite
    return (GroundedClaim(f"{verdict}: {words}" if says else words, (best.quotation,), verbatim=True),)


def word_for_word(claim: GroundedClaim) -> GroundedClaim:
    """In the words of its quotation, after its yes or no, where it says nearly all of them: a paraphrase would only lose by it."""
    if not claim.quotations:
        return claim
    held = frozenset(terms(claim.quotations[0].text))
    if len(held & frozenset(terms(claim.text))) < len(held) * _NEARLY_ALL:
        return claim
    words, verdict = " ".join(claim.quotations[0].text.split()), verdict_of(claim.text)
    return replace(claim, text=f"{verdict}: {words}" if verdict else words, verbatim=True)


def in_their_own_language(
    question: str, evidence: Sequence[Evidence], doubted: Sequence[GroundedClaim], similar: Similar
) -> tuple[GroundedClaim, ...]:
    """The sentence in another language than the question's that comes nearest to it, and to what the model failed to say, as it stands there."""
    others = _in_another_language(question, [one for item in evidence for one in _sentences(item)[0] if one.says_something])
    if not others:
        return ()
    best = _by_meaning(" ".join((question, *(claim.text for claim in doubted))), others, similar)[0].quotation
    return (GroundedClaim(" ".join(best.text.split()), (best,), verbatim=True),)


def claims(text: str) -> list[str]:
    """Sentences of the answer, without markup; a bare yes or no goes with the reason after it."""
    cleaned = _MARKER.sub("", text)
    found: list[str] = []
    for start, end in sentence_spans(cleaned):
        sentence = " ".join(_BULLET.sub("", cleaned[start:end]).split())
        if found and not without_verdict(found[-1]).strip(" .,"):
            found[-1] = f"{found[-1]} {sentence}"
        elif plain(sentence):
            found.append(sentence)
    return found


def plain(text: str) -> str:
    """NFKC, lower case, letters and digits only: what is left after layout and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def _sentences(item: Evidence) -> tuple[list[_Sentence], list[_Sentence]]:
    """The sentences of a piece of evidence, and its neighbouring pairs: "The deposit is as follows. 5,000,000 won." """
    named = " ".join((item.document, *item.headings))
    place, place_facts = plain(named), facts(named)
    spans = sentence_spans(item.text)
    pairs = [(first[0], second[1]) for first, second in pairwise(spans)]
    before = {then[0]: frozenset(terms(item.text[slice(*first)])) for first, then in pairwise(spans)}
    spans, pairs = ([one for one in some if not speaks_to_the_model(item.text[slice(*one)])] for some in (spans, pairs))
    singles, doubles = (
        [
            _Sentence(
                Quotation(item.doc_id, item.start + start, item.start + end, words),
                frozenset(terms(words)),
                facts(_NUMBERING.sub("", words)),
                plain(words),
                place,
                place_facts,
                before.get(start, frozenset()),
            )
            for start, end in chosen
            for words in (item.text[start:end],)
        ]
        for chosen in (spans, pairs)
    )
    return singles, doubles


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a claim says, ready to be looked for."""

    body: str
    question: str
    must_stand: Facts
    said: frozenset[str]
    asked: frozenset[str]
    new: frozenset[str]
    only_echoes: bool  # it repeats the question, which asked for something else than yes or no
    after_verdict: bool  # it is the reason of a yes or no

    def covered(self, sentence: _Sentence) -> float:
        """Share of what the claim adds to the question that stands in the sentence."""
        return sum(map(sentence.holds, self.new)) / len(self.new) if self.new else 1.0

    @property
    def named(self) -> frozenset[str]:
        """What the claim repeats of the question."""
        return self.said & self.asked

    def names_the_same(self, sentence: _Sentence) -> bool:
        if self.after_verdict:
            return all(map(sentence.speaks_of, self.named))
        return sum(map(sentence.holds, self.named)) >= len(self.named) * NAMED

    def speaks_of_something_else(self, sentence: _Sentence) -> bool:
        """What the claim names of the question must be named there too; a claim of a few words takes its subject from the question."""
        if len(self.named) >= _FEW:
            return not self.names_the_same(sentence)
        return len(self.asked) >= _FEW and sum(map(sentence.holds, self.asked)) < len(self.asked) * ABOUT

    def is_contradicted_by(self, sentence: _Sentence) -> bool:
        """Does the sentence speak of what the claim names, and say another amount or date of it?"""
        return len(self.named) >= _FEW and self.names_the_same(sentence) and self.must_stand.contradicted_by(sentence.facts)

    def closeness(self, sentence: _Sentence) -> tuple[float, int]:
        words = self.said | self.asked
        about = sum(map(sentence.holds, words)) / len(words) if words else 0.0
        verbatim = 1.0 if plain(self.body) and plain(self.body) in sentence.plain else 0.0
        return verbatim + self.covered(sentence) + about, -len(sentence.quotation.text)

    def doubts(self, sentence: _Sentence) -> Iterator[Doubt]:
        """Why the sentence does not support the claim, the gravest reason last; nothing when it does."""
        if self.only_echoes:
            yield Doubt.ECHO
            return
        if self.covered(sentence) < SUPPORT or self.speaks_of_something_else(sentence):
            yield Doubt.WORDS
            return
        if not _names_stand(self.body, self.question, sentence):
            yield Doubt.NAME
        if sentence.lacks(self.must_stand):
            yield Doubt.FACT
        if denies(self.body, sentence.quotation.text, self.said & sentence.terms):
            yield Doubt.NEGATION

    def covered_across(self, sentence: _Sentence) -> float:
        """Share of all that the claim says which the glossary finds in the sentence."""
        return sum(map(sentence.holds_across, self.said)) / len(self.said) if self.said else 0.0

    def doubts_across(self, sentence: _Sentence) -> Iterator[Doubt]:
        """The same of a sentence in another language, the gravest reason first."""
        if self.only_echoes:
            yield Doubt.ECHO
        if sentence.lacks(self.must_stand):
            yield Doubt.FACT
        if not _names_stand(self.body, self.question, sentence):
            yield Doubt.NAME
        if denies(self.body, sentence.quotation.text, ()):
            yield Doubt.NEGATION
        known = [word for word in self.said if in_the_other_language(word)]
        if sum(map(sentence.holds_across, known)) < len(known) * _KNOWN_ACROSS:
            yield Doubt.WORDS
        if not self.must_stand and sum(map(sentence.holds_across, self.new)) < len(self.new) * SUPPORT:
            yield Doubt.LANGUAGE


def _wanted(claim: str, question: str) -> _Wanted:
    body = _FILLER.sub(" ", without_verdict(claim))
    asked, said = _words(question), _words(body)
    must_stand = _must_stand(facts(body), facts(question))
    new = said - asked
    only_echoes = not new and not must_stand and bool(said) and not is_yes_or_no(question) and not _ALTERNATIVES.search(question)
    lookup = new or (frozenset[str]() if must_stand else said or asked)
    return _Wanted(body, question, must_stand, said, asked, lookup, only_echoes, is_yes_or_no(question) and bool(verdict_of(claim)))


def _must_stand(claimed: Facts, asked: Facts) -> Facts:
    """What the claim only repeats of the question need not stand there, unless it is an amount of something: "Is it three months?" """
    named = frozenset(amount for amount in asked.amounts if amount.unit in (None, "year"))
    return claimed.lacking(Facts(named, asked.dates, asked.articles)) if asked else claimed


def _grounded(claim: str, evidence: Sequence[tuple[list[_Sentence], list[_Sentence]]], question: str) -> GroundedClaim:
    wanted = _wanted(claim, question)
    nearest = max((sentence for singles, _ in evidence for sentence in singles), key=wanted.closeness, default=None)
    if nearest is None:
        return GroundedClaim(claim, (), Doubt.WORDS)
    doubt = next(reversed(list(wanted.doubts(nearest))), None)
    # Two sentences only where one is not enough, and not to get around one that denies it: the shorter a quotation, the sooner it is checked.
    contradicted = any(wanted.is_contradicted_by(sentence) for singles, _ in evidence for sentence in singles)
    for which in (0,) if contradicted or doubt is Doubt.NEGATION else (0, 1):
        fit = [sentence for group in evidence for sentence in group[which] if not any(wanted.doubts(sentence))]
        if fit:
            return GroundedClaim(claim, _cited(fit, wanted))
    if contradicted and doubt is not Doubt.NEGATION:
        doubt = Doubt.FACT
    return GroundedClaim(claim, (), doubt or Doubt.WORDS, nearest.quotation)


def _grounded_across(claim: GroundedClaim, sentences: Sequence[_Sentence], question: str, similar: Similar) -> GroundedClaim:
    """The same among sentences in another language: amounts, dates, articles and names are the same there, for other words there is a
    glossary, and what is left only a reader can compare."""
    others = _in_another_language(claim.text, sentences)
    if not others:
        return claim
    wanted = _wanted(claim.text, question)
    ranked = _by_meaning(f"{question} {claim.text}", others, similar)[:_COMPARED_ACROSS]
    fit = [sentence for sentence in ranked if not any(wanted.doubts_across(sentence))]
    if fit:
        return GroundedClaim(claim.text, (max(fit, key=wanted.covered_across).quotation,))
    if claim.doubt is not Doubt.WORDS:
        return claim
    return GroundedClaim(claim.text, (), next(iter(wanted.doubts_across(ranked[0]))), ranked[0].quotation)


def _in_another_language(text: str, sentences: Sequence[_Sentence]) -> list[_Sentence]:
    return [sentence for sentence in sentences if written_in(sentence.quotation.text) != written_in(text)]


def _by_meaning(text: str, sentences: Sequence[_Sentence], similar: Similar) -> list[_Sentence]:
    near = similar(text, [sentence.quotation.text for sentence in sentences])
    return [sentence for _, sentence in sorted(zip(near, sentences, strict=True), key=lambda pair: -pair[0])]


def _cited(fit: Sequence[_Sentence], wanted: _Wanted) -> tuple[Quotation, ...]:
    """The sentence that says it best, and one elsewhere that says it nearly as well: whoever checks is surer with two."""
    ranked = sorted(fit, key=wanted.closeness, reverse=True)
    best = ranked[0]
    least = wanted.closeness(best)[0] * _NEARLY
    others = (one.quotation for one in ranked[1:] if wanted.closeness(one)[0] >= least and _apart(one.quotation, best.quotation))
    return (best.quotation, *islice(others, 1))


def _apart(one: Quotation, other: Quotation) -> bool:
    return one.doc_id != other.doc_id or one.end <= other.start or other.end <= one.start


def _words(text: str) -> frozenset[str]:
    """What must stand in a quotation: stems of the words that carry meaning. Numbers are compared apart, as numbers."""
    return frozenset(hangul_stems(text)) | {term for term in question_terms(re.sub(r"[가-힣]+", " ", text)) if not term.isdigit()}


def _names_stand(claim: str, question: str, sentence: _Sentence) -> bool:
    """Every Latin name in the claim stands in the sentence, in the question or in the document's name."""
    asked = plain(question)
    asked_terms = set(terms(question))
    for match in _NAME.finditer(claim):
        name = plain(match.group())
        at_start = match.start() == 0 and " " not in match.group()
        if at_start or name in sentence.plain or name in asked or name in sentence.place:
            continue
        if not all(term in asked_terms or sentence.holds(term) for term in terms(match.group())):
            return False
    return True
