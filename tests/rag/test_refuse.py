"""What the documents do not speak of is refused before the model is asked."""

from __future__ import annotations

from rag.records import Evidence
from rag.refuse import chance_of_answer, shares, uncovered_parts
from rag.retrieve import TermWeights
from rag.settings import RefusalSettings

ASKED = TermWeights(("deposit", "return", "lease"), {"deposit": 3.0, "return": 2.0, "leas": 1.0})


def _evidence(text: str) -> Evidence:
    return Evidence("d", "paper.pdf", 1, 1, 0, len(text), text, (), 1.0, (0, len(text)))


def _chance(*texts: str, question: str = "When is the deposit of the lease returned?") -> float:
    return chance_of_answer(shares(question, [_evidence(text) for text in texts], ASKED), RefusalSettings())


def test_more_of_the_question_in_one_sentence_is_more_of_a_chance() -> None:
    spread = _chance("The deposit is 3 euros. The keys are returned. The lease ends.")
    whole = _chance("The deposit is returned after the lease.")

    assert _chance("Pets are not allowed.") < _chance("The lease is long.") < spread < whole


def test_the_default_refuses_what_shares_nothing_and_answers_what_shares_all() -> None:
    least = RefusalSettings().least_chance

    assert _chance("Pets are not allowed.") < least < _chance("The deposit is returned after the lease.")


def test_nothing_found_has_no_chance() -> None:
    assert _chance() < 0.05


def test_a_question_without_a_telling_word_is_for_the_model() -> None:
    assert _chance("The deposit is returned.", question="Why is that so?") == 1.0


def test_the_part_of_which_nothing_was_found_is_named() -> None:
    asked = TermWeights((), {"deposit": 3.0, "park": 3.0, "fee": 2.0})
    found = [_evidence("The tenant pays a deposit of 3,751 euros.")]

    assert uncovered_parts("How much is the deposit, and what is the parking fee?", found, asked) == ("what is the parking fee",)
    assert uncovered_parts("How much is the deposit?", found, asked) == ()
    assert uncovered_parts("What is the parking fee?", found, asked) == ()


def test_how_to_answer_is_no_part_of_what_is_asked() -> None:
    asked = TermWeights((), {"deposit": 3.0, "state": 4.0, "million": 4.0, "digit": 4.0})
    found = [_evidence("The deposit is 3,751 euros.")]

    plain = shares("How much is the deposit?", found, asked)

    assert shares("How much is the deposit? State it in millions, with two digits.", found, asked) == plain
