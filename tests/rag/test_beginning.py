"""What a word that is still being typed may become."""

from __future__ import annotations

import pytest

from rag.beginning import beginning_of


def _may_become(text: str, term: str) -> bool:
    begun = beginning_of(text)
    assert begun is not None
    return begun.first <= term <= begun.last or term in (begun.own, *begun.stems)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        pytest.param("dep", "deposit", id="a stem that is longer"),
        pytest.param("terminatio", "termin", id="a stem that is shorter"),
        pytest.param("the Companie", "compani", id="in capitals, behind another word"),
        pytest.param("보", "보증", id="one syllable"),
        pytest.param("보ㅈ", "보증", id="the first consonant of the next syllable"),
        pytest.param("보즈", "보증", id="a syllable without its last consonant"),
        pytest.param("보증그", "증금", id="in the third syllable"),
        pytest.param("임대차 계약ㅅ", "약서", id="behind another word, in the third syllable"),
    ],
)
def test_a_word_may_become_what_begins_with_it(text: str, term: str) -> None:
    assert _may_become(text, term)


@pytest.mark.parametrize(
    ("text", "term"),
    [("dep", "rent"), ("보즈", "보통"), ("보증", "보장"), ("보ㅈ", "보통"), ("compan", "comp")],
)
def test_and_not_what_does_not(text: str, term: str) -> None:
    assert not _may_become(text, term)


def test_of_a_longer_korean_word_the_first_syllables_are_settled() -> None:
    begun = beginning_of("손해배상채")

    assert begun is not None
    assert begun.settled == ("손해", "해배", "배상")
    assert begun.own == "상채"
    assert "손해배상채"[: begun.kept] == "손해배"


@pytest.mark.parametrize("text", ["", "deposit ", "보증금 ", "보증금은", "받습니다", "the", "in", "1,234", "d", "“deposit”", "보증ㅏ"])
def test_a_complete_word_begins_nothing(text: str) -> None:
    assert beginning_of(text) is None
