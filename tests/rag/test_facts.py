"""Amounts, dates and articles are compared as what they are, not as letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.facts import facts


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("3751 euros", "a deposit of 3,751.00 euros", id="separators and needless decimals"),
        pytest.param("six months", "not less than 6 months' notice", id="a number in words"),
        pytest.param("six (6) months", "a term of six months", id="a number in words and digits"),
        pytest.param("30%", "thirty percent of the fee", id="percent in words"),
        pytest.param("March 3, 2020", "on 3 March 2020", id="the order of a date"),
        pytest.param("March 2020", "on 3 March 2020", id="less of a date than is written"),
        pytest.param("2026년 3월 1일", "2026. 3. 1.부터", id="a Korean date with points"),
        pytest.param("March 3, 2020", "2020-03-03", id="an ISO date"),
        pytest.param("in 2020", "on 3 March 2020", id="the year of a date"),
        pytest.param("5,000만원", "보증금 50,000,000원", id="a Korean scale"),
        pytest.param("두 달", "2개월 전", id="a Korean number in words"),
        pytest.param("$32,780 million", "Total cost of revenue 32,780 33,038", id="a table in millions"),
        pytest.param("$5.4 million", "$5,400,000", id="a scale written out"),
        pytest.param("Article 12", "Art. 12 applies", id="an abbreviated article"),
        pytest.param("제12조", "제 12 조에 따라", id="a Korean article with spaces"),
        pytest.param("§ 4.2", "under §4.2 of the lease", id="a section sign"),
        pytest.param("12", "제12조", id="the bare number of an article"),
    ],
)
def test_the_same_fact_is_found_however_it_is_written(claim: str, source: str) -> None:
    assert facts(claim)
    assert not facts(claim).lacking(facts(source))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("3,571 euros", "3,751 euros", id="other digits"),
        pytest.param("3 months", "3 days", id="another unit"),
        pytest.param("5 mg", "5 g", id="another weight"),
        pytest.param("$100", "100 won", id="another currency"),
        pytest.param("$5.4 billion", "$5.4 million", id="another scale"),
        pytest.param("5,000만원", "5,000원", id="a Korean scale that is not there"),
        pytest.param("March 3, 2020", "March 4, 2020", id="another day"),
        pytest.param("2026년 3월 1일", "2026년 4월 1일", id="another month"),
        pytest.param("March 3, 2020", "March 2020", id="more of a date than is written"),
        pytest.param("Article 12", "Article 13", id="another article"),
        pytest.param("Article 12", "12 days", id="a number that is no article"),
        pytest.param("제3항", "제3조", id="a paragraph that is an article"),
        pytest.param("12 days", "Article 12", id="an article that is no number of days"),
        pytest.param("5%", "5 percentage points", id="percent and points"),
        pytest.param("1.5", "15", id="a decimal point"),
    ],
)
def test_another_fact_is_not_taken_for_it(claim: str, source: str) -> None:
    assert facts(claim).lacking(facts(source))


@given(st.integers(1, 10**9))
def test_separators_of_thousands_change_nothing(number: int) -> None:
    assert facts(f"{number:,} won") == facts(f"{number} won")


@given(st.text(max_size=200))
def test_a_text_lacks_none_of_its_own_facts(text: str) -> None:
    assert not facts(text).lacking(facts(text))
