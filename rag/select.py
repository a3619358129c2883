"""Evidence -> snippets: the fewest sentences that may hold the answer, with what they need around them.

The best piece of evidence is shown nearly whole, of each further one the sentences around the one that holds most of the question.
Sentences without their surroundings cost answers (of 24 Korean questions 14 were answered from the three best sentences, 20 from whole passages).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.addressed import speaks_to_the_model
from rag.library.fulltext import terms
from rag.records import Evidence
from rag.retrieve import TermWeights
from rag.sentences import sentence_spans
from rag.settings import AnswerSettings

_NEIGHBOUR = 0.3
"""Of what the sentences beside it hold counts for a sentence: an answer often stands beside the words of the question."""

_LEAST_TOKENS = 40
"""Less than this is no snippet."""

_AROUND_LABEL = 6
"""Tokens of the number before a label and the line ends around it."""


def select(
    evidence: Sequence[Evidence],
    asked: TermWeights,
    *,
    count_tokens: Callable[[str], int],
    label: Callable[[Evidence], str],
    most_tokens: int,
    settings: AnswerSettings,
) -> tuple[Evidence, ...]:
    """Snippets of at most ``most_tokens`` together, their labels counted, in rank order. Each is a run of whole sentences of its evidence."""
    left = most_tokens
    snippets: list[Evidence] = []
    for item in evidence:
        label_tokens = count_tokens(label(item)) + _AROUND_LABEL
        most = min(left - label_tokens, settings.window_tokens if snippets else settings.first_tokens)
        if most < _LEAST_TOKENS:
            break
        snippet, tokens = _window(item, asked, most, count_tokens)
        if snippet is None:
            continue
        snippets.append(snippet)
        left -= tokens + label_tokens
    return tuple(snippets)


def _window(item: Evidence, asked: TermWeights, most_tokens: int, count_tokens: Callable[[str], int]) -> tuple[Evidence | None, int]:
    """The sentences around the best one that fit, and their tokens; a best sentence too long to fit is cut after a word."""
    spans = sentence_spans(item.text)
    allowed = [not speaks_to_the_model(item.text[start:end]) for start, end in spans]
    if not any(allowed):
        return None, 0
    held = [asked.share(set(terms(item.text[start:end]))) for start, end in spans]
    padded = [0.0, *held, 0.0]
    best = max((at for at in range(len(spans)) if allowed[at]), key=lambda at: padded[at + 1] + _NEIGHBOUR * (padded[at] + padded[at + 2]))
    cost = [count_tokens(item.text[start:end]) + 1 for start, end in spans]
    first = last = best
    used = cost[best]
    while True:
        beside = [at for at in (last + 1, first - 1) if 0 <= at < len(spans) and allowed[at] and used + cost[at] <= most_tokens]
        if not beside:
            break
        at = max(beside, key=lambda at: held[at])  # the one after it where both hold as much
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
