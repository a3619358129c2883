"""Scores -> one Markdown table. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.cases import Case
from rag.score import Figure, Mean, Score

POOLED = "all answers"

_REFUSALS = (Figure.REFUSAL_PRECISION, Figure.REFUSAL_RECALL, Figure.REFUSED_ANSWERABLE)


@dataclass(frozen=True)
class Measured:
    """One file of cases of one set."""

    where: str  # "korquad retrieval"
    whole: Score
    halves: tuple[Score, Score]
    yardstick: Score | None = None


@dataclass(frozen=True)
class Row:
    """One figure of one set."""

    where: str
    figure: str
    count: int  # how many cases, refusals or quotations count
    now: float | None
    accepted: float | None
    yardstick: float | None = None
    halves: tuple[float | None, float | None] = (None, None)


Figures = Mapping[str, Mapping[str, float | None]]
"""By set and figure."""


def halves(cases: Iterable[Case]) -> tuple[list[Case], list[Case]]:
    """Two halves that share no document: by the document that holds the evidence, else by the one that is asked, else by the case's own name."""
    parts: tuple[list[Case], list[Case]] = ([], [])
    for case in cases:
        parts[_half(_document(case) or case.case_id)].append(case)
    return parts


def _document(case: Case) -> str | None:
    return next((gold.document for gold in case.evidence), None) or next(iter(case.scope), None)


def _half(name: str) -> int:
    return hashlib.sha256(unicodedata.normalize("NFC", name).encode()).digest()[0] % 2


def rows_of(measured: Measured, accepted: Figures) -> list[Row]:
    """The figures that there are, then the spread of each timing and of the lengths of prompt and answer."""
    whole, theirs, before = measured.whole, measured.yardstick, accepted.get(measured.where, {})
    shares = [
        Row(
            measured.where,
            figure.value,
            whole.mean(figure).count,
            whole.mean(figure).value,
            before.get(figure.value),
            theirs.mean(figure).value if theirs else None,
            (measured.halves[0].mean(figure).value, measured.halves[1].mean(figure).value),
        )
        for figure in Figure
        if whole.mean(figure).count
    ]
    now, other = _spreads(whole), _spreads(theirs) if theirs else {}
    spreads = [Row(measured.where, name, whole.cases, value, before.get(name), other.get(name)) for name, value in now.items()]
    return shares + spreads


def _spreads(score: Score) -> dict[str, float]:
    return {f"{name} {at}": value for name, spread in score.spreads.items() for at, value in (("p50", spread.p50), ("p95", spread.p95))}


def pooled_refusals(measured: Sequence[Measured], accepted: Figures) -> list[Row]:
    """Over all sets with questions that cannot be answered: elsewhere a refusal can only be wrong."""
    sets = [one for one in measured if one.whole.mean(Figure.REFUSAL_RECALL).count]
    rows = []
    for figure in _REFUSALS:
        mean = _pooled(figure, [one.whole for one in sets])
        parts = (_pooled(figure, [one.halves[0] for one in sets]).value, _pooled(figure, [one.halves[1] for one in sets]).value)
        if mean.count:
            rows.append(Row(POOLED, figure.value, mean.count, mean.value, accepted.get(POOLED, {}).get(figure.value), halves=parts))
    return rows


def _pooled(figure: Figure, scores: Iterable[Score]) -> Mean:
    return sum((score.mean(figure) for score in scores), Mean())


def table(rows: Sequence[Row]) -> str:
    lines = ["| set | figure | of | now | accepted | change | yardstick | half A | half B |", "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    for row in rows:
        form = ".0f" if row.figure.endswith(("p50", "p95")) else ".3f"
        change = row.now - row.accepted if row.now is not None and row.accepted is not None else None
        shown = [_number(row.now, form), _number(row.accepted, form), _number(change, f"+{form}")]
        shown += [_number(value, form) for value in (row.yardstick, *row.halves)]
        lines.append(f"| {row.where} | {row.figure} | {row.count} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _number(value: float | None, form: str) -> str:
    return "" if value is None else f"{value:{form}}"
