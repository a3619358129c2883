"""The model sees whole sentences around what answers, within its budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Evidence
from rag.retrieve import TermWeights
from rag.select import select
from rag.settings import AnswerSettings

DEPOSIT = TermWeights(("deposit",), {"deposit": 3.0})


def _evidence(text: str, *, start: int = 0) -> Evidence:
    return Evidence("d", "lease.pdf", 1, 1, start, start + len(text), text, (), 1.0, (start, start + len(text)))


def _words(text: str) -> int:
    return len(text.split())


def _select(evidence: list[Evidence], *, most: int, first: int = 300, window: int = 120) -> tuple[Evidence, ...]:
    settings = AnswerSettings(first_tokens=first, window_tokens=window)
    return select(
        evidence,
        DEPOSIT,
        count_tokens=_words,
        label=lambda item: item.document,
        onward=lambda item, offset: None,
        most_tokens=most,
        settings=settings,
    ).snippets


def test_the_best_is_shown_whole_and_of_the_others_what_is_around_the_answer() -> None:
    best = _evidence("Rent is due on Monday. " * 20)
    other = _evidence("Nothing here. " * 60 + "The deposit is 3,751 euros. " + "Nothing there. " * 60)

    whole, window = _select([best, other], most=500)

    assert whole.text == best.text.strip()
    assert "The deposit is 3,751 euros." in window.text
    assert _words(window.text) <= 120


def test_snippets_end_with_the_budget() -> None:
    snippets = _select([_evidence("One sentence of six words here. " * 20)] * 9, most=400)

    assert sum(_words(item.text) for item in snippets) <= 400
    assert len(snippets) > 1


def test_a_sentence_longer_than_its_room_is_cut_after_a_word() -> None:
    (snippet,) = _select([_evidence("deposit " * 1000)], most=200)

    assert 150 < _words(snippet.text) <= 200
    assert snippet.text.endswith("deposit")


def test_a_row_is_a_sentence() -> None:
    rows = "\n".join(f"Row number {number} of it {number}00 {number}50" for number in range(1, 200))
    text = rows.replace("Row number 90", "The deposit row")

    (snippet,) = _select([_evidence(text)], most=200)

    assert "The deposit row of it 9000 9050" in snippet.text.split("\n")


@pytest.mark.parametrize("text", ["", "  \n "])
def test_without_words_there_is_no_snippet(text: str) -> None:
    assert _select([_evidence(text)], most=200) == ()


@given(st.text(max_size=400), st.integers(60, 200), st.integers(0, 50))
def test_a_snippet_is_cut_from_its_document(text: str, most: int, start: int) -> None:
    for snippet in _select([_evidence(text, start=start)], most=most, first=60):
        assert text[snippet.start - start : snippet.end - start] == snippet.text
