"""A document's sections, and those that stand for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.records import Passage
from rag.sections import Section, representative, sections


def _passages(*parts: tuple[str, int]) -> list[Passage]:
    """Passages of so many words, each under its heading."""
    found, at = [], 0
    for ordinal, (heading, words) in enumerate(parts):
        text = " ".join(["word"] * words)
        headings = tuple(heading.split("/")) if heading else ()
        found.append(Passage(ordinal, "d", "a.md", None, None, at, at + len(text), text, headings, ordinal))
        at += len(text) + 2
    return found


def _cut(passages: Sequence[Passage], *, wanted: int, most_tokens: int = 600) -> list[list[int]]:
    vectors = np.eye(len(passages), dtype=np.float32)
    found = sections(passages, vectors, tokens=lambda text: len(text.split()), wanted=wanted, most_tokens=most_tokens)
    return [[passage.ordinal for passage in section.passages] for section in found]


def test_every_passage_is_in_one_section_in_order() -> None:
    passages = _passages(*[(f"A/{at % 7}", 40 + at) for at in range(40)])

    for wanted in (1, 3, 8, 100):
        assert [ordinal for section in _cut(passages, wanted=wanted) for ordinal in section] == list(range(40))


def test_a_section_ends_where_a_heading_begins() -> None:
    assert _cut(_passages(("1", 70), ("1", 20), ("2", 60), ("3", 90)), wanted=3) == [[0, 1], [2], [3]]


def test_short_sections_are_joined_and_long_ones_are_cut() -> None:
    assert _cut(_passages(*[(str(at), 10) for at in range(12)]), wanted=8) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11]]
    assert _cut(_passages(("1", 250), ("1", 250), ("1", 250)), wanted=1) == [[0, 1], [2]]
    assert _cut(_passages(("1", 900), ("2", 10)), wanted=8) == [[0], [1]]


def test_a_section_knows_its_place() -> None:
    passages = _passages(("Lease/1. Rent", 10), ("Lease/2. Deposit", 10))
    whole = Section(tuple(passages), np.ones(2, np.float32))

    assert (whole.start, whole.end) == (passages[0].start, passages[1].end)


@pytest.mark.parametrize(
    ("headings", "title"),
    [
        (["Lease/1. Rent", "Lease/1. Rent"], "1. Rent"),
        (["Lease/1. Rent", "Lease/2. Deposit", "Lease/3. Notice"], "1. Rent – 3. Notice"),
        (["Lease/1. Rent/a", "Lease/1. Rent/a", "Lease/1. Rent/b"], "a – b"),
        (["Lease", "Lease/1. Rent"], "Lease"),
        (["", ""], ""),
    ],
)
def test_titles(headings: list[str], title: str) -> None:
    passages = _passages(*[(heading, 5) for heading in headings])

    assert Section(tuple(passages), np.ones(2, np.float32)).title == title


def _section(at: int, *vector: float) -> Section:
    passages = _passages(*[("", 5)] * (at + 1))
    unit = np.array(vector, np.float32)
    return Section((passages[at],), unit / np.linalg.norm(unit))


def test_few_sections_are_all_looked_at() -> None:
    assert representative([_section(0, 1, 0), _section(1, 0, 1)], 8) == [0, 1]


def test_of_many_the_first_and_those_that_repeat_nothing_are_chosen_in_order() -> None:
    about = [(1, 0, 0), (1, 0.1, 0), (1, 0.12, 0), (0, 1, 0), (0, 1, 0.1), (0, 0, 1)]

    assert representative([_section(at, *vector) for at, vector in enumerate(about)], 3) in ([0, 3, 5], [0, 4, 5])
