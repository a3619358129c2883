"""The figures, with values worked out by hand from their definitions in docs/quality.md."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from rag.cases import Case, GoldEvidence
from rag.records import Status
from rag.score import Figure, Mean, Quoted, Result, Score, Shown, Spread, percentile, score

NOTICE = "Either party may end the lease with three months' notice."
GOLD = GoldEvidence("lease.md", None, NOTICE)
RIGHT = Shown("lease.md", f"3. Notice\n{NOTICE} Notices go to the landlord.")
WRONG = Shown("lease.md", "The rent is due on the third day of each month.")
CASE = Case("a", "How long is the notice?", answerable=True, answers=("three months",), evidence=(GOLD,))
UNANSWERABLE = Case("u", "Who won the cup?", answerable=False)
REFUSED = Result("a", (), Status.NOT_FOUND)


def _score(*pairs: tuple[Case, Result], verbatim: bool | None = None) -> Score:
    """Cases and results, named by their place."""
    named = [(replace(case, case_id=str(at)), replace(result, id=str(at))) for at, (case, result) in enumerate(pairs)]
    return score([case for case, _ in named], {result.id: result for _, result in named}, verbatim=lambda quoted: verbatim)


def _found(*passages: Shown, case: Case = CASE) -> Score:
    return _score((case, Result("", passages)))


def _answered(answer: str, *citations: Quoted, case: Case = CASE) -> Score:
    return _score((case, Result("", (), Status.ANSWERED, answer, citations)))


# --- what was found --------------------------------------------------------------------------


def test_the_rank_of_the_first_passage_with_the_evidence_counts() -> None:
    ranks = _score(
        (CASE, Result("", (RIGHT, WRONG))),
        (CASE, Result("", (WRONG, RIGHT, RIGHT))),
        (CASE, Result("", (WRONG,) * 7 + (RIGHT,))),
        (CASE, Result("", (WRONG,) * 10 + (RIGHT,))),
        (CASE, Result("", ())),
    )

    assert [ranks.mean(figure) for figure in (Figure.HIT_1, Figure.HIT_5, Figure.HIT_10)] == [Mean(1, 5), Mean(2, 5), Mean(3, 5)]
    assert ranks.mean(Figure.MRR_10) == Mean(1 + 1 / 2 + 1 / 8, 5)
    assert ranks.mean(Figure.MRR_10).value == 0.325
    assert (ranks.cases, ranks.answers) == (5, 0)


@pytest.mark.parametrize(
    ("passage", "hit"),
    [
        pytest.param(
            Shown("lease.md", "EITHER party\nmay end-the lease, with three months’ notice"), True, id="other layout and punctuation"
        ),
        pytest.param(Shown("lease.md", NOTICE[: len(NOTICE) * 3 // 4]), True, id="three quarters of it"),
        pytest.param(Shown("lease.md", NOTICE[: len(NOTICE) // 2]), False, id="half of it"),
        pytest.param(Shown("papers/lease.md", NOTICE), True, id="a path"),
        pytest.param(Shown("rules.md", NOTICE), False, id="another document"),
        pytest.param(Shown("lease.md", ""), False, id="no text"),
    ],
)
def test_a_passage_shows_the_evidence_with_six_tenths_of_its_words(passage: Shown, hit: bool) -> None:
    assert _found(passage).mean(Figure.HIT_1) == Mean(hit, 1)


def test_exactly_six_tenths_are_enough() -> None:
    """Fourteen letters have ten runs of five; the first ten letters have six of them, the first nine have five."""
    case = replace(CASE, evidence=(GoldEvidence("lease.md", None, "abcdefghijklmn"),))

    assert _found(Shown("lease.md", "abcdefghij"), case=case).mean(Figure.HIT_1) == Mean(1, 1)
    assert _found(Shown("lease.md", "abcdefghi"), case=case).mean(Figure.HIT_1) == Mean(0, 1)


@pytest.mark.parametrize(
    ("passage", "hit"),
    [
        pytest.param(Shown("a.pdf", "Other words.", 4, 4), True, id="that page"),
        pytest.param(Shown("a.pdf", "Other words.", 3, 5), True, id="among its pages"),
        pytest.param(Shown("a.pdf", "Other words.", 4), True, id="that page, without an end"),
        pytest.param(Shown("a.pdf", NOTICE, 5, 6), False, id="the words on another page"),
        pytest.param(Shown("a.pdf", NOTICE), False, id="no page"),
        pytest.param(Shown("b.pdf", NOTICE, 4, 4), False, id="another document"),
    ],
)
def test_where_the_evidence_names_a_page_the_page_counts(passage: Shown, hit: bool) -> None:
    case = replace(CASE, evidence=(GoldEvidence("a.pdf", 4, NOTICE),))

    assert _found(passage, case=case).mean(Figure.HIT_5) == Mean(hit, 1)


def test_any_of_the_evidence_will_do_and_names_are_compared_as_they_look() -> None:
    decomposed = unicodedata.normalize("NFD", "취업규칙.md")
    case = replace(CASE, evidence=(GoldEvidence("gone.md", None, "Nothing."), GoldEvidence("취업규칙.md", None, "휴가는 15일이다.")))

    assert _found(Shown(decomposed, "휴가는 15일이다."), case=case).mean(Figure.HIT_1) == Mean(1, 1)


@pytest.mark.parametrize(
    ("question", "before", "within"),
    [
        pytest.param("When?", 2400 - len(NOTICE), True, id="English, just within"),
        pytest.param("When?", 2390, False, id="English, cut off"),
        pytest.param("언제인가?", 1000 - len(NOTICE), True, id="Korean, just within"),
        pytest.param("언제인가?", 990, False, id="Korean, cut off"),
    ],
)
def test_the_first_600_tokens_are_the_first_so_many_characters_of_all_passages(question: str, before: int, within: bool) -> None:
    case = replace(CASE, question=question)

    scored = _found(Shown("lease.md", "x" * (before - 5)), Shown("lease.md", "y" * 5), Shown("lease.md", NOTICE), case=case)

    assert scored.mean(Figure.EVIDENCE_600) == Mean(within, 1)
    assert scored.mean(Figure.HIT_5) == Mean(1, 1)


def test_without_evidence_there_is_nothing_to_find() -> None:
    scored = _found(RIGHT, case=replace(CASE, evidence=()))

    assert scored.means == {}
    assert scored.cases == 1


# --- what was answered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "contains", "overlap"),
    [
        pytest.param("Three months.", 1, 1.0, id="right"),
        pytest.param("The notice is THREE-months long.", 1, 2 * 2 / (6 + 2), id="right, with more"),
        pytest.param("Two months.", 0, 2 * 1 / (2 + 2), id="half right"),
        pytest.param("Next year.", 0, 0.0, id="wrong"),
        pytest.param("", 0, 0.0, id="nothing"),
    ],
)
def test_an_answer_is_compared_with_the_right_ones(answer: str, contains: int, overlap: float) -> None:
    scored = _answered(answer, case=replace(CASE, answers=("a quarter of 2025", "three months")))

    assert scored.mean(Figure.CONTAINS_GOLD) == Mean(contains, 1)
    assert scored.mean(Figure.F1) == Mean(overlap, 1)


def test_korean_is_compared_by_its_letters() -> None:
    """ "14일전까지입니다" has nine letters, "14일 전" four, all of them among the nine."""
    case = Case("a", "며칠 전까지인가?", answerable=True, answers=("14일 전",))

    scored = _answered("14일 전까지입니다.", case=case)

    assert scored.mean(Figure.CONTAINS_GOLD) == Mean(1, 1)
    assert scored.mean(Figure.F1).value == round(2 * 4 / (9 + 4), 3)


@pytest.mark.parametrize(
    ("answer", "entailment", "contradiction"),
    [
        ("Yes, because it says so.", 1, 0),
        ("No, because it does not.", 0, 1),
        ("The tenant may.", 1, 0),
        ("예, 그렇습니다.", 1, 0),
        ("아니요, 그렇지 않습니다.", 0, 1),
        ("아닙니다.", 0, 1),
    ],
)
def test_a_verdict_is_right_when_yes_and_no_are(answer: str, entailment: int, contradiction: int) -> None:
    yes, no = (Case("a", "May it?", answerable=True, verdict=verdict) for verdict in ("entailment", "contradiction"))

    assert _answered(answer, case=yes).mean(Figure.VERDICT_ACCURACY) == Mean(entailment, 1)
    assert _answered(answer, case=no).mean(Figure.VERDICT_ACCURACY) == Mean(contradiction, 1)


def test_a_refusal_is_no_right_answer() -> None:
    scored = _score((replace(CASE, verdict="contradiction"), replace(REFUSED, answer="No, three months.")))

    assert scored.mean(Figure.CONTAINS_GOLD) == scored.mean(Figure.F1) == scored.mean(Figure.VERDICT_ACCURACY) == Mean(0, 1)


def test_refusals_are_weighed_both_ways() -> None:
    """Four refusals, three of them right; five unanswerable questions, two answered ones among them; one of three answerable ones refused."""
    answered = Result("", (), Status.ANSWERED, "Three months.")
    partial = replace(answered, status=Status.PARTIAL)

    scored = _score(
        *[(UNANSWERABLE, REFUSED)] * 3,
        (UNANSWERABLE, answered),
        (UNANSWERABLE, partial),
        (CASE, REFUSED),
        (CASE, answered),
        (CASE, partial),
        (CASE, Result("", ())),  # only searched for
    )

    assert scored.mean(Figure.REFUSAL_PRECISION) == Mean(3, 4)
    assert scored.mean(Figure.REFUSAL_RECALL) == Mean(3, 5)
    assert scored.mean(Figure.REFUSED_ANSWERABLE) == Mean(1, 3)
    assert (scored.cases, scored.answers) == (9, 8)


def test_a_citation_hits_the_evidence_as_a_part_of_it_or_around_it() -> None:
    long = f"{NOTICE} {'Ms. Alder receives notices for the landlord. ' * 4}"
    scored = _score(
        (CASE, Result("", (), Status.ANSWERED, "x", (Quoted("lease.md", "three months' notice"),))),
        (CASE, Result("", (), Status.ANSWERED, "x", (Quoted("lease.md", "The rent is due."), Quoted("lease.md", long)))),
        (CASE, Result("", (), Status.PARTIAL, "x", (Quoted("lease.md", "The rent is due."),))),
        (CASE, Result("", (), Status.ANSWERED, "x", (Quoted("rules.md", NOTICE),))),
        (CASE, Result("", (), Status.ANSWERED, "x")),
        (CASE, REFUSED),
        (UNANSWERABLE, Result("", (), Status.ANSWERED, "x", (Quoted("lease.md", NOTICE),))),
    )

    assert scored.mean(Figure.ANSWERED_WITH_CITATION) == Mean(4, 5)
    assert scored.mean(Figure.CITATION_HITS_EVIDENCE) == Mean(2, 5)


def test_quotations_count_one_by_one_where_somebody_can_tell() -> None:
    two = Result("", (), Status.ANSWERED, "x", (Quoted("a.md", "one"), Quoted("b.md", "two")))

    assert _score((CASE, two), verbatim=True).mean(Figure.QUOTES_VERBATIM) == Mean(2, 2)
    assert _score((CASE, two), verbatim=False).mean(Figure.QUOTES_VERBATIM) == Mean(0, 2)
    assert _score((CASE, two), verbatim=None).mean(Figure.QUOTES_VERBATIM) == Mean()


# --- as a whole ------------------------------------------------------------------------------


def test_cases_of_which_nothing_is_known_or_that_have_no_result_are_left_out() -> None:
    scored = score(
        [CASE, Case("q", "Why?"), replace(CASE, case_id="later")],
        {"a": Result("a", (RIGHT,), timings={"retrieval_ms": 5.0}), "q": Result("q", (RIGHT,), timings={"retrieval_ms": 900.0})},
        verbatim=lambda quoted: None,
    )

    assert scored.cases == 1
    assert scored.mean(Figure.HIT_1) == Mean(1, 1)
    assert scored.spreads == {"retrieval_ms": Spread(5.0, 5.0)}


def test_percentiles_are_among_the_values() -> None:
    times = [float(time) for time in range(1, 21)]

    assert [percentile(times[::-1], share) for share in (0.5, 0.95)] == [11.0, 20.0]
    assert [percentile([1.26], share) for share in (0.5, 0.95)] == [1.3, 1.3]


def test_scripts_can_rely_on_these_names() -> None:
    timings = {"retrieval_ms": 21.04, "first_token_ms": None, "prompt_tokens": 600}

    row = _score(
        (CASE, Result("", (RIGHT,), Status.ANSWERED, "Three months.", (Quoted("lease.md", NOTICE),), timings)), verbatim=True
    ).row()

    assert row == {
        "cases": 1,
        "answers": 1,
        "hit@1": 1.0,
        "hit@5": 1.0,
        "hit@10": 1.0,
        "mrr@10": 1.0,
        "evidence@600": 1.0,
        "contains_gold": 1.0,
        "f1": 1.0,
        "verdict_accuracy": None,
        "refusal_precision": None,
        "refusal_recall": None,
        "refused_answerable": 0.0,
        "answered_with_citation": 1.0,
        "citation_hits_evidence": 1.0,
        "quotes_verbatim": 1.0,
        "ms": {"retrieval_ms": {"p50": 21.0, "p95": 21.0}},
        "tokens": {"prompt_tokens": {"p50": 600, "p95": 600}},
    }
