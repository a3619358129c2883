"""Evidence -> snippets: the fewest sentences that may hold the answer, with what they need around them.

The best piece of evidence is shown nearly whole, of each further one the sentences around the one that holds most of the question.
Sentences without their surroundings cost answers (of 24 Korean questions 14 were answered from the three best sentences, 20 from whole passages).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from rag.addressed import speaks_to_the_model
from rag.library.fulltext import terms
from rag.records import Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.settings import AnswerSettings

_NEIGHBOUR = 0.3
"""Of what the sentences beside it hold counts for a sentence: an answer often stands beside the words of the question."""

_EARLY = 1 / 3
"""Of a passage: a sentence that begins before it is read after the passage before, for what leads to it."""

_LEAST_TOKENS = 40
"""Less than this is no snippet."""

_AROUND_LABEL = 6
"""Tokens of the number before a label and the line ends around it."""


class Onward(Protocol):
    """A document's text from the beginning of the passage on that holds ``offset``, some passages long; None where it has just gone."""

    def __call__(self, item: Evidence, offset: int) -> Evidence | None: ...


class Snippet(NamedTuple):
    item: Evidence
    tokens: int  # the label's among them


@dataclass(frozen=True, slots=True)
class Selection:
    snippets: tuple[Evidence, ...]
    shared: bool = False  # the first depends on its passage alone: whatever finds that is given the same words


def select(
    evidence: Sequence[Evidence],
    asked: TermWeights,
    *,
    count_tokens: Callable[[str], int],
    label: Callable[[Evidence], str],
    onward: Onward | None = None,
    most_tokens: int,
    settings: AnswerSettings,
) -> Selection:
    """Snippets of at most ``most_tokens`` together, their labels counted, in rank order. Each is a run of whole sentences of its evidence;
    but with ``onward`` the first begins where a passage does, shortly before its best sentence, wherever that is in reach: many questions share it."""
    left = most_tokens
    snippets: list[Evidence] = []
    shared = False
    for item in evidence:
        label_tokens = count_tokens(label(item)) + _AROUND_LABEL
        most = min(left - label_tokens, settings.window_tokens if snippets else settings.first_tokens)
        if most < _LEAST_TOKENS:
            break
        ranked = _Ranked.of(item, asked)
        if not ranked:
            continue
        chosen = _begun_with_a_passage(ranked, onward, count_tokens, label, settings) if onward and not snippets else None
        if chosen and chosen.tokens <= left:
            shared = True
        else:
            shown, tokens = _window(ranked, most, count_tokens)
            chosen = Snippet(shown, tokens + label_tokens)
        snippets.append(chosen.item)
        left -= chosen.tokens
    return Selection(tuple(snippets), shared)


def opening(
    item: Evidence, *, count_tokens: Callable[[str], int], label: Callable[[Evidence], str], settings: AnswerSettings
) -> Snippet | None:
    """The whole sentences with which a text begins, as many as make a first snippet."""
    around = count_tokens(label(item)) + _AROUND_LABEL
    most, used, end = min(settings.evidence_tokens - around, settings.first_tokens), 0, 0
    spans = sentence_spans(item.text)
    for first, last in spans:
        used += count_tokens(item.text[first:last]) + 1
        if used > most or speaks_to_the_model(item.text[first:last]):
            break
        end = last
    if not end:
        return None
    start = spans[0][0]
    text = item.text[start:end]
    return Snippet(replace(item, text=text, start=item.start + start, end=item.start + end, tables=()), count_tokens(text) + around)


def _begun_with_a_passage(
    ranked: _Ranked, onward: Onward, count_tokens: Callable[[str], int], label: Callable[[Evidence], str], settings: AnswerSettings
) -> Snippet | None:
    """The opening that begins with the best sentence's passage, or the one before, if it holds that sentence."""
    start, end = (ranked.item.start + offset for offset in ranked.spans[ranked.best])
    if not (text := onward(ranked.item, start)):
        return None
    first, last = text.best
    if first and start - first < _EARLY * (last - first):
        text = onward(ranked.item, first - 1) or text
    found = opening(text, count_tokens=count_tokens, label=label, settings=settings)
    return found if found and found.item.start <= start and end <= found.item.end else None


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The sentences of a piece of evidence."""

    item: Evidence
    spans: list[tuple[int, int]]
    allowed: list[bool]
    held: list[float]  # of the question
    best: int

    @classmethod
    def of(cls, item: Evidence, asked: TermWeights) -> _Ranked | None:
        """None where all of them speak to the model."""
        spans = sentence_spans(item.text)
        allowed = [not speaks_to_the_model(item.text[start:end]) for start, end in spans]
        if not any(allowed):
            return None
        held = [asked.share(set(terms(item.text[start:end]))) for start, end in spans]
        padded = [0.0, *held, 0.0]
        best = max(
            (at for at in range(len(spans)) if allowed[at]), key=lambda at: padded[at + 1] + _NEIGHBOUR * (padded[at] + padded[at + 2])
        )
        return cls(item, spans, allowed, held, best)


def _window(ranked: _Ranked, most_tokens: int, count_tokens: Callable[[str], int]) -> tuple[Evidence, int]:
    """The sentences around the best one that fit, and their tokens; a best sentence too long to fit is cut after a word."""
    item, spans = ranked.item, ranked.spans
    cost = [count_tokens(item.text[start:end]) + 1 for start, end in spans]
    first = last = ranked.best
    used = cost[first]
    while True:
        beside = [at for at in (last + 1, first - 1) if 0 <= at < len(spans) and ranked.allowed[at] and used + cost[at] <= most_tokens]
        if not beside:
            break
        at = max(beside, key=lambda at: ranked.held[at])  # the one after it where both hold as much
        used += cost[at]
        first, last = min(first, at), max(last, at)
    start, end = spans[first][0], spans[last][1]
    if used > most_tokens:
        end = start + _fitting(item.text[start:end], most_tokens, count_tokens)
        used = count_tokens(item.text[start:end])
    shown = item.text[start:end]
    return replace(item, text=shown, start=item.start + start, end=item.start + end, tables=()), used


def _fitting(text: str, most_tokens: int, count_tokens: Callable[[str], int]) -> int:
    """How many characters of the text fit, up to the end of a word."""
    end = len(text)
    while end and (tokens := count_tokens(text[:end])) > most_tokens:
        end = min(end - 1, end * most_tokens // tokens)
    return text.rfind(" ", 0, end) if " " in text[:end] and end < len(text) else end
