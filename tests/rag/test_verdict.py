"""Which questions are answered by yes or no."""

from __future__ import annotations

import pytest

from rag.verdict import is_yes_or_no, verdict_of


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("May I sublet?", True),
        ("Doesn't the tenant pay the heating?", True),
        ("In this agreement, is the deposit returned?", True),
        ("How may I sublet?", False),
        ("What is the deposit?", False),
        ("전대해도 됩니까?", True),
        ("반려동물을 키울 수 있나요?", True),
        ("보증금은 돌려받을 수 있는가?", True),
        ("보증금은 얼마인가요?", False),
        ("계약은 언제 끝나나요?", False),
        ("누가 수리비를 내나요?", False),
        ("위약금 조항", False),
    ],
)
def test_questions_for_a_verdict(question: str, expected: bool) -> None:
    assert is_yes_or_no(question) == expected


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("Yes, because it is so.", "Yes"),
        ("no. It may not.", "No"),
        ("예, 그렇습니다.", "예"),
        ("아니요.", "아니요"),
        ("Nobody may.", ""),
        ("", ""),
    ],
)
def test_the_verdict_of_an_answer(answer: str, verdict: str) -> None:
    assert verdict_of(answer) == verdict
