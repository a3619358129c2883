"""Documents side by side: every cell an answer from one document alone, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag.assemble import Assistant
from rag.compare import question_about
from rag.errors import NothingToCompareOn, TooMuchToCompare
from rag.library.library import Library
from rag.records import Answer, Answered, Comparison, PartProgress, Status
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder

HIRE = """# Hire of a van

## 1. Price

The price of the hire is 90 euros a day.

## 2. Deposit

The hirer leaves a deposit of 500 euros.
"""


@pytest.fixture
def two(filled: Library, papers: Path, batch: Batch) -> Library:
    (papers / "hire.md").write_text(HIRE, encoding="utf-8")
    list(add([papers / "hire.md"], batch))
    return filled


def _assistant(library: Library, *replies: str) -> tuple[Assistant, ScriptedModel]:
    model = ScriptedModel(*replies)
    return Assistant(Settings(home=library.home), library, embedder=WordHashEmbedder(), model=model), model


def _compared(library: Library, *replies: str, points: tuple[str, ...] = ("deposit", "notice period")) -> Answer:
    *_, last = _assistant(library, *replies)[0].compare(["lease.md", "hire.md"], points)
    assert isinstance(last, Answered)
    return last.answer


LEASE_DEPOSIT = "The tenant pays a deposit of 3,751 euros."
HIRE_DEPOSIT = "The hirer leaves a deposit of 500 euros."
NOTICE = "Three months' notice in writing."


def test_every_cell_is_cited_from_its_own_document_or_empty(two: Library) -> None:
    answer = _compared(two, LEASE_DEPOSIT, HIRE_DEPOSIT, NOTICE, "Not in the documents.")

    assert answer.whole == Comparison(("deposit", "notice period"), ("lease.md", "hire.md"), (((0,), (1,)), ((2,), ())))
    assert [claim.text for claim in answer.claims] == [LEASE_DEPOSIT, HIRE_DEPOSIT, NOTICE]
    assert [answer.citations[claim.citations[0]].document for claim in answer.claims] == ["lease.md", "hire.md", "lease.md"]
    assert answer.status is Status.ANSWERED


def test_a_figure_of_the_other_document_gives_way_to_the_documents_own(two: Library) -> None:
    answer = _compared(two, LEASE_DEPOSIT, "The hirer leaves a deposit of 3,751 euros.", points=("deposit",))

    assert isinstance(answer.whole, Comparison)
    assert answer.whole.cells == (((0,), (1,)),)
    assert answer.claims[1].text == HIRE_DEPOSIT


def test_a_figure_that_no_document_holds_is_not_stated(two: Library) -> None:
    answer = _compared(two, LEASE_DEPOSIT, "The fee is 77 euros.", points=("insurance",))

    assert isinstance(answer.whole, Comparison)
    assert answer.whole.cells == (((), ()),)


def test_only_what_has_support_stands_in_a_cell(two: Library) -> None:
    answer = _compared(two, f"{LEASE_DEPOSIT} It is kept by the Bank of Narnia.", HIRE_DEPOSIT, points=("deposit",))

    assert "Narnia" not in answer.text
    assert all(claim.supported for claim in answer.claims)


def test_where_nothing_is_stated_anywhere_nothing_was_found(two: Library) -> None:
    answer = _compared(two, "Not in the documents.", "Not in the documents.", points=("arbitration",))

    assert answer.status is Status.NOT_FOUND
    assert isinstance(answer.whole, Comparison)
    assert answer.whole.cells == (((), ()),)


def test_each_cell_asks_one_document(two: Library) -> None:
    assistant, model = _assistant(two, LEASE_DEPOSIT, HIRE_DEPOSIT)

    list(assistant.compare(["lease.md", "hire.md"], ["deposit"]))

    of_lease, of_hire = ("".join(chr(token) for token in prompt if token < 0x110000) for prompt in model.prompts)
    assert "3,751" in of_lease
    assert "500 euros" not in of_lease
    assert "500 euros" in of_hire
    assert "3,751" not in of_hire


def test_progress_is_told_for_each_cell_with_the_table_so_far(two: Library) -> None:
    events = _assistant(two, LEASE_DEPOSIT, HIRE_DEPOSIT, NOTICE, "Not in the documents.")[0].compare(
        ["lease.md", "hire.md"], ["deposit", "notice period"]
    )

    told = [event for event in events if isinstance(event, PartProgress)]

    assert [(event.done, event.total, event.current) for event in told] == [
        (0, 4, "lease.md: deposit"),
        (1, 4, "hire.md: deposit"),
        (2, 4, "lease.md: notice period"),
        (3, 4, "hire.md: notice period"),
    ]
    so_far = told[3].so_far.whole
    assert isinstance(so_far, Comparison)
    assert so_far.cells == (((0,), (1,)), ((2,),))


def test_closing_stops_the_model(two: Library) -> None:
    assistant, model = _assistant(two, "A long answer that nobody waits for.")
    events = assistant.compare(["lease.md", "hire.md"], ["deposit"])
    for _ in range(5):
        next(events)
    events.close()  # type: ignore[attr-defined]  # a generator

    assert model.closed_early


def test_asking_for_a_comparison_gives_one(two: Library) -> None:
    assistant, _ = _assistant(two, LEASE_DEPOSIT, HIRE_DEPOSIT)

    *_, last = assistant.ask("Compare lease.md and hire.md on deposit")

    assert isinstance(last, Answered)
    assert isinstance(last.answer.whole, Comparison)


def test_what_cannot_be_compared_says_so(two: Library) -> None:
    assistant, _ = _assistant(two)

    with pytest.raises(NothingToCompareOn):
        assistant.compare(["lease.md", "hire.md"], [])
    with pytest.raises(NothingToCompareOn):
        assistant.ask("Compare lease.md and hire.md")
    with pytest.raises(TooMuchToCompare):
        assistant.compare(["lease.md", "lease.md"], ["deposit"])
    with pytest.raises(TooMuchToCompare):
        assistant.compare(["lease.md", "hire.md"], [str(number) for number in range(99)])


@pytest.mark.parametrize(
    ("point", "question"),
    [
        ("notice period", "What is stated about the notice period?"),
        ("the deposit", "What is stated about the deposit?"),
        ("Who pays?", "Who pays?"),
        ("해지 통지", "해지 통지는 어떻게 정해져 있나요?"),
        ("위약금", "위약금은 어떻게 정해져 있나요?"),
    ],
)
def test_a_point_becomes_a_question(point: str, question: str) -> None:
    assert question_about(point) == question
