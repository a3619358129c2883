"""Answer text -> claims, each with the verbatim words that support it, or marked unsupported. Pure.

The model is not believed: it never names its sources. For every sentence it wrote, code looks for the
sentence of the evidence that says the same, and the amounts, dates, articles and names in the claim must stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rag.agree import agrees
from rag.facts import facts
from rag.languages import written_in
from rag.library.fulltext import terms
from rag.prompt import NOT_FOUND
from rag.quotable import Quotation, Sentence, plain, sentences_of
from rag.records import Doubt, Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.verdict import YES, is_yes_or_no, verdict_of, without_verdict
from rag.wanted import Wanted, wanted

_NEARLY = 0.85
"""Of the closeness of the best sentence, for a second one to be quoted too."""

_LEAST_SHARE = 0.5
"""Of the question, for a sentence to answer it by itself."""

_NEAR_BONUS = 0.2
"""Added to the share of the sentence that comes nearest to what the model failed to say."""

_NEARLY_ALL = 0.8
"""Share of the terms of a sentence from which a claim that holds them is given in its words."""

_COMPARED_ACROSS = 6
"""So many of the sentences that come nearest may support a claim in another language."""

Similar = Callable[[str, Sequence[str]], Sequence[float]]
"""How near a text is in meaning to each of others, in whatever language."""

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]|\*\*|__|`")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)])\s+")

_REFUSAL = re.compile(
    r"not in the documents|(?:documents?|excerpts?|text|passages?)\b[^.]{0,40}\b(?:do|does|did) not (?:\w+ )?(?:contain|mention|say|hold|provide|specify|state|include)"
    r"|(?:is|are) not (?:mentioned|specified|stated|provided|given|found) in the|cannot be (?:determined|found|answered)"
    r"|no (?:information|mention)\b[^.]{0,60}\b(?:excerpt|document|text|passage)"
    r"|(?:문서|발췌문|본문|내용)에(?:는|서|서는)?[^.]{0,30}(?:없습니다|않습니다|않았습니다|없다)|(?:알|찾을|확인할) 수 없",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GroundedClaim:
    text: str
    quotations: tuple[Quotation, ...]  # empty: nothing in the evidence supports it
    doubt: Doubt | None = None  # why nothing does
    nearest: Quotation | None = None  # then the sentence that comes nearest
    verbatim: bool = False  # the text is the quotation itself


def says_not_found(text: str) -> bool:
    """Did the model decline? Only what it says first counts: a claim may go on to say what is not in the document."""
    first = text.strip().split("\n")[0]
    return plain(text).startswith((plain(NOT_FOUND["en"]), plain(NOT_FOUND["ko"]))) or bool(_REFUSAL.search(first) and len(first) < 160)


def ground(text: str, evidence: Sequence[Evidence], question: str, *, similar: Similar | None = None) -> tuple[GroundedClaim, ...]:
    """The claims of an answer in its order. With ``similar`` a sentence in another language can support one too."""
    sentences = [sentences_of(item) for item in evidence]
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
        (sentence for item in evidence for sentence in sentences_of(item)[0] if sentence.says_something),
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
    """The sentence in another language than the question's that comes nearest to it and to what the model said, as it stands there; none where
    what the model said holds another amount or other words than the nearest, which then speaks of something else."""
    if not any(claim.doubt in (Doubt.LANGUAGE, Doubt.NAME, Doubt.NEGATION) for claim in doubted):
        return ()
    others = _in_another_language(question, [one for item in evidence for one in sentences_of(item)[0] if one.says_something])
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


def _grounded(claim: str, evidence: Sequence[tuple[list[Sentence], list[Sentence]]], question: str) -> GroundedClaim:
    claimed = wanted(claim, question)
    nearest = max((sentence for singles, _ in evidence for sentence in singles), key=claimed.closeness, default=None)
    if nearest is None:
        return GroundedClaim(claim, (), Doubt.WORDS)
    doubt = next(reversed(list(claimed.doubts(nearest))), None)
    # Two sentences only where one is not enough, and not to get around one that denies it: the shorter a quotation, the sooner it is checked.
    contradicted = any(claimed.is_contradicted_by(sentence) for singles, _ in evidence for sentence in singles)
    for which in (0,) if contradicted or doubt is Doubt.NEGATION or claimed.after_verdict else (0, 1):
        fit = [sentence for group in evidence for sentence in group[which] if not any(claimed.doubts(sentence))]
        if fit:
            return GroundedClaim(claim, _cited(fit, claimed))
    if contradicted and doubt is not Doubt.NEGATION:
        doubt = Doubt.FACT
    return GroundedClaim(claim, (), doubt or Doubt.WORDS, nearest.quotation)


def _grounded_across(claim: GroundedClaim, sentences: Sequence[Sentence], question: str, similar: Similar) -> GroundedClaim:
    """The same among sentences in another language: amounts, dates, articles and names are the same there, for other words there is a
    glossary, and what is left only a reader can compare."""
    others = _in_another_language(claim.text, sentences)
    if not others:
        return claim
    claimed = wanted(claim.text, question)
    ranked = _by_meaning(f"{question} {claim.text}", others, similar)[:_COMPARED_ACROSS]
    fit = [sentence for sentence in ranked if not any(claimed.doubts_across(sentence))]
    if fit:
        return GroundedClaim(claim.text, (max(fit, key=claimed.covered_across).quotation,))
    if claim.doubt is not Doubt.WORDS:
        return claim
    return GroundedClaim(claim.text, (), next(iter(claimed.doubts_across(ranked[0]))), ranked[0].quotation)


def _in_another_language(text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences if written_in(sentence.text) != written_in(text)]


def _by_meaning(text: str, sentences: Sequence[Sentence], similar: Similar) -> list[Sentence]:
    near = similar(text, [sentence.text for sentence in sentences])
    return [sentence for _, sentence in sorted(zip(near, sentences, strict=True), key=lambda pair: -pair[0])]


def _cited(fit: Sequence[Sentence], claimed: Wanted) -> tuple[Quotation, ...]:
    """The sentence that says it best, and one elsewhere that says it nearly as well: whoever checks is surer with two."""
    ranked = sorted(fit, key=claimed.closeness, reverse=True)
    best = ranked[0]
    least = claimed.closeness(best)[0] * _NEARLY
    others = (one.quotation for one in ranked[1:] if claimed.closeness(one)[0] >= least and _apart(one.quotation, best.quotation))
    return (best.quotation, *islice(others, 1))


def _apart(one: Quotation, other: Quotation) -> bool:
    return one.doc_id != other.doc_id or one.end <= other.start or other.end <= one.start
