"""Cases and their results -> figures of how good they are. Pure.

What every figure means is told in docs/quality.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath

from rag.cases import Case, GoldEvidence
from rag.records import Language, Status


class Figure(StrEnum):
    """In the order in which they are told; stable, as scripts read them."""

    HIT_1 = "hit@1"
    HIT_5 = "hit@5"
    HIT_10 = "hit@10"
    MRR_10 = "mrr@10"
    EVIDENCE_600 = "evidence@600"
    CONTAINS_GOLD = "contains_gold"
    F1 = "f1"
    VERDICT_ACCURACY = "verdict_accuracy"
    REFUSAL_PRECISION = "refusal_precision"
    REFUSAL_RECALL = "refusal_recall"
    REFUSED_ANSWERABLE = "refused_answerable"
    ANSWERED_WITH_CITATION = "answered_with_citation"
    CITATION_HITS_EVIDENCE = "citation_hits_evidence"
    QUOTES_VERBATIM = "quotes_verbatim"


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage of a result."""

    document: str  # file name
    text: str
    page: int | None = None
    page_end: int | None = None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A citation of a result. ``start`` and ``end`` index the texts of ``page`` and ``page_end``."""

    document: str
    quote: str
    page: int | None = None
    page_end: int | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case. Without ``status`` it was searched for only."""

    id: str  # of the case
    passages: tuple[Shown, ...]
    status: Status | None = None
    answer: str = ""
    citations: tuple[Quoted, ...] = ()
    timings: Mapping[str, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Mean:
    """Of what was counted or measured."""

    total: float = 0.0
    count: int = 0

    @property
    def value(self) -> float | None:
        """None where there was nothing to count."""
        return round(self.total / self.count, 3) if self.count else None

    def __add__(self, other: Mean) -> Mean:
        return Mean(self.total + other.total, self.count + other.count)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle, and what 95 % stay below."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Score:
    cases: int  # with something known about their answers, and a result
    answers: int  # of them, not only searched for
    means: Mapping[Figure, Mean]
    spreads: Mapping[str, Spread]  # of the timings, by their name in the results

    def mean(self, figure: Figure) -> Mean:
        return self.means.get(figure, Mean())

    def row(self) -> dict[str, object]:
        """In the form that scripts rely on."""
        spreads = {name: {"p50": spread.p50, "p95": spread.p95} for name, spread in self.spreads.items()}
        return {
            "cases": self.cases,
            "answers": self.answers,
            **{figure.value: self.mean(figure).value for figure in Figure},
            "ms": {name: spread for name, spread in spreads.items() if name.endswith("_ms")},
            "tokens": {name: spread for name, spread in spreads.items() if name.endswith("_tokens")},
        }


Verbatim = Callable[[Quoted], bool | None]
"""Do a quotation's words stand where it says? None where nobody can tell."""


def score(cases: Iterable[Case], results: Mapping[str, Result], *, verbatim: Verbatim) -> Score:
    """The figures of the cases about which something is known and which have a result."""
    pairs = [(case, results[case.case_id]) for case in cases if case.answerable is not None and case.case_id in results]
    values: dict[Figure, list[float]] = {}
    timings: dict[str, list[float]] = {}
    for case, result in pairs:
        for figure, value in _measured(case, result, verbatim):
            values.setdefault(figure, []).append(value)
        for name, time in (result.timings or {}).items():
            if time is not None:
                timings.setdefault(name, []).append(time)
    return Score(
        len(pairs),
        sum(result.status is not None for _, result in pairs),
        {figure: Mean(sum(measured), len(measured)) for figure, measured in values.items()},
        {name: Spread(percentile(times, 0.5), percentile(times, 0.95)) for name, times in sorted(timings.items())},
    )


def _measured(case: Case, result: Result, verbatim: Verbatim) -> Iterator[tuple[Figure, float]]:
    """Each figure to which the case counts, with what it counts there."""
    if case.answerable and case.evidence:
        yield from _found(case, result.passages)
    if result.status is None:
        return
    refused = result.status is Status.NOT_FOUND
    if refused:
        yield Figure.REFUSAL_PRECISION, not case.answerable
    if not case.answerable:
        yield Figure.REFUSAL_RECALL, refused
        return
    yield Figure.REFUSED_ANSWERABLE, refused
    yield from _right(case, result.answer, refused=refused)
    if not refused:
        yield Figure.ANSWERED_WITH_CITATION, bool(result.citations)
        if case.evidence:
            yield Figure.CITATION_HITS_EVIDENCE, any(_quotes(cited, gold) for cited in result.citations for gold in case.evidence)
    for cited in result.citations:
        if (stands := verbatim(cited)) is not None:
            yield Figure.QUOTES_VERBATIM, stands


# --- what was found --------------------------------------------------------------------------

_LEAST_SHARE = 0.6
"""Of the evidence's n-grams: splitting and joining passages may cost some of its words, not half of them."""

_GRAM = 5

_CHARS_OF_600_TOKENS: dict[Language, int] = {"ko": 1000, "en": 2400}
"""About: what a small model reads quickly. Passages of any length can be compared by it, whereas hit@k flatters long ones."""


def _found(case: Case, passages: Sequence[Shown]) -> Iterator[tuple[Figure, float]]:
    rank = next((rank for rank, passage in enumerate(passages, 1) if _any_shown([passage], case.evidence)), None)
    yield Figure.HIT_1, rank == 1
    yield Figure.HIT_5, rank is not None and rank <= 5
    yield Figure.HIT_10, rank is not None and rank <= 10
    yield Figure.MRR_10, 1 / rank if rank is not None and rank <= 10 else 0.0
    yield Figure.EVIDENCE_600, _any_shown(_first_chars(passages, _CHARS_OF_600_TOKENS[case.language]), case.evidence)


def _any_shown(passages: Iterable[Shown], evidence: Sequence[GoldEvidence]) -> bool:
    return any(shows(passage, gold) for passage in passages for gold in evidence)


def _first_chars(passages: Sequence[Shown], left: int) -> Iterator[Shown]:
    for passage in passages:
        if left <= 0:
            return
        yield replace(passage, text=passage.text[:left])
        left -= len(passage.text)


def shows(passage: Shown, gold: GoldEvidence) -> bool:
    """Does whoever reads the passage read the evidence?"""
    if gold.page is not None or not _is_of(passage, gold):
        return _is_of(passage, gold)
    wanted = grams(gold.text)
    return bool(wanted) and len(wanted & grams(passage.text)) / len(wanted) >= _LEAST_SHARE


def _quotes(cited: Quoted, gold: GoldEvidence) -> bool:
    """As ``_shows``; but a quotation may be a part of the evidence, or the evidence of it."""
    if gold.page is not None or not _is_of(cited, gold):
        return _is_of(cited, gold)
    wanted, held = grams(gold.text), grams(cited.quote)
    return bool(wanted and held) and len(wanted & held) / min(len(wanted), len(held)) >= _LEAST_SHARE


def _is_of(place: Shown | Quoted, gold: GoldEvidence) -> bool:
    """Is it in the evidence's document, and does it touch its page, where it has one?"""
    if _name(place.document) != _name(gold.document):
        return False
    if gold.page is None:
        return True
    return place.page is not None and place.page <= gold.page <= (place.page_end or place.page)


def _name(document: str) -> str:
    return unicodedata.normalize("NFC", PurePath(document).name)


def grams(text: str) -> frozenset[str]:
    plain = _plain(text)
    return frozenset(plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1))) if plain else frozenset()


# --- what was answered -----------------------------------------------------------------------

_NO = ("no", "아니", "아닙")


def _right(case: Case, answer: str, *, refused: bool) -> Iterator[tuple[Figure, float]]:
    said = _plain(answer)
    if case.answers:
        yield Figure.CONTAINS_GOLD, not refused and any(_plain(gold) in said for gold in case.answers)
        yield Figure.F1, 0.0 if refused else max(f1(answer, gold, case.language) for gold in case.answers)
    if case.verdict:
        yield Figure.VERDICT_ACCURACY, not refused and said.startswith(_NO) == (case.verdict == "contradiction")


def f1(said: str, gold: str, language: Language) -> float:
    """The harmonic mean of how much of the one is in the other, by words; by characters in Korean, where endings change the words."""
    one, other = Counter(_units(said, language)), Counter(_units(gold, language))
    return 2 * (one & other).total() / (one.total() + other.total()) if one and other else 0.0


def _units(text: str, language: Language) -> Sequence[str]:
    return _plain(text) if language == "ko" else re.findall(r"\w+", _folded(text))


def _plain(text: str) -> str:
    """Letters and digits only: what is left after layout and punctuation. Changing it changes figures that are compared over years."""
    return re.sub(r"[\W_]+", "", _folded(text))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, one of them: no interpolation."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)
