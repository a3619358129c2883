"""Rows of figures stay whole, under the title and the years that say what they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.figures import tables_of_figures
from ingest.split import header, split
from rag.records import Page, Reading
from rag.sentences import sentence_spans
from rag.settings import SplitSettings

STATEMENT = """Item 8
CONSOLIDATED STATEMENTS OF CASH FLOWS
(In thousands)
Year Ended December 31,
2020 2019 2018
Cash flows from operating activities:
Net income (loss) $ 213,105 $ 375,446 $ (38,453)
Depreciation and amortization 84,212 75,598 60,961
Net cash provided by operating activities 381,603 465,699 295,080
See accompanying notes to consolidated financial statements."""


def _words(text: str) -> int:
    return len(text.split())


def test_a_statement_is_found_with_its_title_and_years() -> None:
    (table,) = tables_of_figures(STATEMENT)

    assert table.caption == "Item 8 CONSOLIDATED STATEMENTS OF CASH FLOWS (In thousands) Year Ended December 31,"
    assert STATEMENT[table.start : table.end].split("\n")[table.header_rows - 1] == "2020 2019 2018"
    assert STATEMENT[table.start : table.end].endswith("381,603 465,699 295,080")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("We sold 3 of 4 shops in 2019.\nThe rest, 12, closed.\nNothing was left.", id="prose with numbers"),
        pytest.param("1\n2\n3\n4\n5", id="a column of single numbers"),
        pytest.param("Total 5 6\nMore 7 8", id="two rows"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_table_is_none(text: str) -> None:
    assert tables_of_figures(text) == []


def test_every_passage_of_a_long_statement_says_whose_figures_they_are() -> None:
    rows = "\n".join(f"Item of revenue number {number} $ {number},000 $ {number},500" for number in range(1, 60))
    reading = Reading((Page(f"CONSOLIDATED BALANCE SHEETS\n(In millions)\n2020 2019\n{rows}", 7),), "pdf")

    spans = split(reading, count_tokens=_words, settings=SplitSettings(passage_tokens=100))

    assert len(spans) > 3
    assert all("BALANCE SHEETS (In millions)" in header("report.pdf", reading, span) for span in spans)
    assert all("2020 2019" in header("report.pdf", reading, span) or "2020 2019" in span.text for span in spans)
    assert {line for span in spans for line in span.text.split("\n")} >= set(rows.split("\n"))


def test_a_sentence_too_long_for_a_passage_is_never_cut_within_a_number() -> None:
    text = "The sums are " + " and then ".join(f"{number},234.50 euros" for number in range(1, 200))
    spans = split(Reading((Page(text),), "text"), count_tokens=_words, settings=SplitSettings(passage_tokens=60))

    assert len(spans) > 5
    assert all(f"{number},234.50" in " ".join(span.text for span in spans) for number in range(1, 200))
    assert not any(span.text.rstrip()[-1] in ",.0123456789" for span in spans[:-1] if not span.text.rstrip().endswith(".50"))


def test_a_row_is_quoted_alone() -> None:
    rows = [STATEMENT[start:end] for start, end in sentence_spans(STATEMENT)]

    assert "Net income (loss) $ 213,105 $ 375,446 $ (38,453)" in rows
    assert "Depreciation and amortization 84,212 75,598 60,961" in rows


@given(st.text(alphabet="ab 0123456789,.$()—|\n", max_size=400))
def test_whatever_the_text_tables_lie_within_it_in_order(text: str) -> None:
    tables = tables_of_figures(text)

    assert all(0 <= table.start < table.end <= len(text) for table in tables)
    assert all(first.end <= second.start for first, second in pairwise(tables))
