"""The parts of the benchmark of quality that are pure."""

from __future__ import annotations

import unicodedata

from bench.quality_table import Measured, Row, halves, pooled_refusals, rows_of, table
from rag.cases import Case, GoldEvidence
from rag.score import Figure, Mean, Score, Spread

NOTHING = Score(0, 0, {}, {})


def _case(name: str, *, evidence: str | None = None, scope: tuple[str, ...] = ()) -> Case:
    gold = (GoldEvidence(evidence, 1, ""),) if evidence else ()
    return Case(name, "Why?", scope=scope, answerable=bool(evidence), evidence=gold)


def test_the_halves_share_no_document_and_hold_all_cases() -> None:
    cases = [_case(f"{at} {ask}", evidence=f"{at}.txt") for at in range(40) for ask in range(3)]
    cases += [_case(f"scoped {at}", scope=(f"{at}.txt",)) for at in range(40)]
    cases += [_case(f"free {at}") for at in range(40)]

    one, other = halves(cases)

    assert sorted(case.case_id for case in one + other) == sorted(case.case_id for case in cases)
    documents = [
        {gold.document for case in half for gold in case.evidence} | {name for case in half for name in case.scope} for half in (one, other)
    ]
    assert documents[0] & documents[1] == set()
    assert min(len(documents[0]), len(documents[1])) >= 10
    assert all(sum(case.case_id.startswith("free") for case in half) >= 10 for half in (one, other))


def test_a_case_stays_in_its_half_whatever_else_is_asked() -> None:
    case, decomposed = (_case("a", evidence=unicodedata.normalize(form, "취업규칙.md")) for form in ("NFC", "NFD"))

    others = [_case(str(at), evidence=f"{at}.md") for at in range(9)]
    alone = [case in half for half in halves([case])]
    assert alone == [case in half for half in halves([*others, case])] == [decomposed in half for half in halves([decomposed])]


def test_each_figure_is_a_row_beside_what_was_accepted_and_the_yardstick() -> None:
    whole = Score(250, 0, {Figure.HIT_1: Mean(230, 250)}, {"retrieval_ms": Spread(20.4, 31.0)})
    parts = Score(100, 0, {Figure.HIT_1: Mean(90, 100)}, {}), Score(150, 0, {Figure.HIT_1: Mean(140, 150)}, {})
    theirs = Score(250, 0, {Figure.HIT_1: Mean(169, 250)}, {"retrieval_ms": Spread(350.0, 400.0)})

    rows = rows_of(Measured("korquad retrieval", whole, parts, theirs), {"korquad retrieval": {"hit@1": 0.918, "retrieval_ms p50": 22.0}})

    assert rows == [
        Row("korquad retrieval", "hit@1", 250, 0.92, 0.918, 0.676, (0.9, 0.933)),
        Row("korquad retrieval", "retrieval_ms p50", 250, 20.4, 22.0, 350.0),
        Row("korquad retrieval", "retrieval_ms p95", 250, 31.0, None, 400.0),
    ]
    assert table(rows).splitlines() == [
        "| set | figure | of | now | accepted | change | yardstick | half A | half B |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
        "| korquad retrieval | hit@1 | 250 | 0.920 | 0.918 | +0.002 | 0.676 | 0.900 | 0.933 |",
        "| korquad retrieval | retrieval_ms p50 | 250 | 20 | 22 | -2 | 350 |  |  |",
        "| korquad retrieval | retrieval_ms p95 | 250 | 31 |  |  | 400 |  |  |",
    ]


def test_refusals_are_pooled_by_counting_them_all_where_some_are_right() -> None:
    def answered(right: int, refused: int, unanswerable: int) -> Score:
        means = {Figure.REFUSAL_PRECISION: Mean(right, refused)}
        return Score(60, 60, means | ({Figure.REFUSAL_RECALL: Mean(right, unanswerable)} if unanswerable else {}), {})

    measured = [
        Measured("korquad answers", answered(19, 20, 20), (answered(9, 9, 10), answered(10, 11, 10))),
        Measured("contracts answers", answered(6, 10, 20), (answered(6, 10, 20), NOTHING)),
        Measured("filings answers", answered(0, 5, 0), (answered(0, 5, 0), NOTHING)),
    ]

    assert pooled_refusals(measured, {"all answers": {"refusal_recall": 0.6}}) == [
        Row("all answers", "refusal_precision", 30, 0.833, None, None, (0.789, 0.909)),
        Row("all answers", "refusal_recall", 40, 0.625, 0.6, None, (0.5, 1.0)),
    ]
