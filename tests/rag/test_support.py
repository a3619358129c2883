"""What supports a claim, and a yes or a no, in one language."""

from __future__ import annotations

import pytest

from rag.agree import agrees
from rag.ground import GroundedClaim, ground, in_its_own_words, word_for_word
from rag.quotable import Quotation
from rag.records import Doubt, Evidence
from rag.retrieve import TermWeights


def _evidence(text: str) -> Evidence:
    return Evidence("d", "paper.pdf", 1, 1, 0, len(text), text, (), 1.0, (0, len(text)))


# --- yes and no ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "question", "words", "agreed"),
    [
        ("No, because it may.", "May the tenant keep a copy?", "The tenant may keep one copy.", False),
        ("No, because not.", "May the tenant keep a copy?", "The tenant shall not keep a copy.", True),
        ("Yes, because not.", "May the tenant keep a copy?", "The tenant shall not keep a copy.", False),
        ("Yes, because.", "May the tenant keep a copy?", "The tenant shall not keep a copy, except for audits.", True),
        ("Yes.", "May the tenant keep a copy?", "The tenant may keep a copy.", True),
        ("No, because neither.", "Does it grant a licence?", "Neither party grants a licence to the other, nor a right.", True),
        ("No, marked or not.", "Must it be marked?", "It may be marked.", True),
        ("No: all.", "Is it limited to letters?", "It includes letters and calls.", True),
        ("아니요, 됩니다.", "전대할 수 있나요?", "임차인은 전대할 수 있다.", False),
        ("아니요.", "전대할 수 있나요?", "임차인은 전대하지 못한다.", True),
        ("예.", "전대할 수 있나요?", "임차인은 전대하지 못한다.", False),
        ("The tenant pays.", "May the tenant keep a copy?", "The tenant shall not keep a copy.", True),
    ],
)
def test_a_yes_or_no_agrees_with_its_words(answer: str, question: str, words: str, agreed: bool) -> None:
    assert agrees(answer, question, words) == agreed


def test_a_verdict_that_its_words_do_not_show_is_left_out() -> None:
    (claim,) = ground(
        "No, because the Tenant may keep one copy of the lease.",
        [_evidence("The Tenant may keep one copy of the lease.")],
        "May the tenant keep a copy of the lease?",
    )

    assert claim.text == "The Tenant may keep one copy of the lease."
    assert claim.quotations


def test_what_a_yes_claims_must_stand_in_its_words() -> None:
    evidence = _evidence("The Tenant may assign the lease with the consent of the Landlord.")

    (claim,) = ground(
        "Yes, because the Tenant may sublet with the consent of the Landlord.",
        [evidence],
        "May the tenant sublet with the consent of the landlord?",
    )

    assert (claim.quotations, claim.doubt) == ((), Doubt.WORDS)


@pytest.mark.parametrize(
    ("claim", "text", "verbatim"),
    [
        ("Tenants pay the deposit before they move in.", "Tenants pay the deposit before they move in.", False),
        ("The Tenant shall pay a deposit before moving into the flat.", "The Tenant pays a deposit before moving into the flat.", True),
        (
            "Yes, because the Tenant pays a deposit before moving into it.",
            "Yes: The Tenant pays a deposit before moving into the flat.",
            True,
        ),
    ],
)
def test_what_says_nearly_all_of_a_sentence_is_given_in_its_words(claim: str, text: str, verbatim: bool) -> None:
    quotation = Quotation("d", 0, 54, "The Tenant pays a deposit\nbefore moving into the flat.")

    given = word_for_word(GroundedClaim(claim, (quotation,)))

    assert (given.text, given.verbatim) == (text, verbatim)


def test_words_that_say_the_opposite_of_a_claim_answer_themselves() -> None:
    evidence = _evidence("Rent is due on Mondays. The Recipient shall not reveal the List.")
    asked = TermWeights(("show", "list", "others"), {"show": 3.0, "other": 3.0, "list": 1.0})
    doubted = ground("Yes, because the Recipient may reveal the List.", [evidence], "May one show the List to others?")

    (own,) = in_its_own_words("May one show the List to others?", asked, [evidence], doubted, verdict="Yes")

    assert doubted[0].doubt is Doubt.NEGATION
    assert (own.text, own.verbatim) == ("The Recipient shall not reveal the List.", True)


# --- what must not be supported --------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "question", "text"),
    [
        ("No patient under 18 may take this medicine.", "Who may take this medicine?", "Any patient under 18 may take this medicine."),
        ("The rent is 5,000 euros.", "What is the rent?", "The deposit is 5,000 euros."),
        ("월세는 500만원입니다.", "월세는 얼마인가요?", "보증금은 500만원이다."),
        ("The maximum dose is 4 g.", "What is the maximum dose?", "The minimum dose is 4 g."),
        ("최대 용량은 하루 4 g입니다.", "하루 최대 용량은 얼마인가요?", "최소 용량은 하루 4 g이다."),
        ("환자의 혈액형은 A형입니다.", "환자의 혈액형은 무엇인가요?", "환자의 혈액형은 B형이다."),
        (
            "Yes, the Tenant may sublet the premises.",
            "May the Tenant sublet the premises?",
            "12. Subletting of premises by the Tenant\n\nThe Tenant shall not sublet the premises or any part of them to others.",
        ),
        (
            "예, 임차인은 전대할 수 있습니다.",
            "임차인은 전대할 수 있나요?",
            "제12조 (임차인의 전대)\n\n임차인은 목적물을 제3자에게 전대하지 못한다.",
        ),
        (
            "Yes, the Tenant may terminate early.",
            "May the Tenant terminate early?",
            "The Tenant pays rent. The Landlord may terminate early.",
        ),
    ],
)
def test_what_the_words_do_not_say_is_not_supported(claim: str, question: str, text: str) -> None:
    evidence = Evidence("d", "chart.pdf", 1, 1, 0, len(text), text, (), 1.0, (0, len(text)))

    (grounded,) = ground(claim, [evidence], question)

    assert grounded.quotations == ()


@pytest.mark.parametrize(
    ("claim", "question", "text"),
    [
        (
            "4.2 The Tenant shall pay a deposit before moving in.",
            "What does the Tenant pay?",
            "4.2\tThe Tenant shall pay a deposit before moving in.",
        ),
        ("이자는 3.5 퍼센트입니다.", "이자는 얼마인가요?", "3.5 퍼센트의 이자를 지급한다."),
        ("Revenue was 3.5 Billion dollars.", "What was the revenue?", "3.5 Billion dollars was the revenue."),
        ("Yes, it shall give notice.", "Does the Tenant give notice?", "The Tenant leaves in May. It shall give notice before that day."),
    ],
)
def test_what_the_words_say_is_supported(claim: str, question: str, text: str) -> None:
    (grounded,) = ground(claim, [_evidence(text)], question)

    assert grounded.quotations


@pytest.mark.parametrize(
    ("answer", "question", "words", "agreed"),
    [
        ("Yes.", "Does the agreement expire on March 1, 2026?", "The agreement expires on March 1, 2025.", False),
        ("No.", "Does the agreement expire on March 1, 2026?", "The agreement expires on March 1, 2025.", True),
        ("Yes.", "Is the notice period 60 days?", "The notice period is 30 days.", False),
        ("예.", "연이율은 7%인가요?", "연이율은 5%이다.", False),
        ("Yes.", "Can I take this medicine in pregnancy?", "This medicine is contraindicated in pregnancy.", False),
        ("No.", "Can I take this medicine in pregnancy?", "This medicine is contraindicated in pregnancy.", True),
        ("예.", "병가는 유급인가요?", "병가는 무급이다.", False),
        ("Yes.", "Is the tenant required to pay a deposit?", "The Tenant is not required to pay a deposit.", False),
        ("예.", "임대인의 동의가 필요한가요?", "임대인의 동의는 필요하지 않다.", False),
        ("Yes.", "May the Supplier use the data of the Customer?", "The Supplier shall not use the data provided by the Customer.", False),
        ("No.", "Can I cancel?", "You can cancel at no cost.", False),
        ("No.", "May the Tenant terminate the lease?", "The Tenant may terminate the lease if the Landlord does not repair.", False),
        ("아니요.", "임차인은 해지할 수 있나요?", "임대인이 수리하지 않는 경우 임차인은 해지할 수 있다.", False),
    ],
)
def test_a_verdict_against_its_words(answer: str, question: str, words: str, agreed: bool) -> None:
    assert agrees(answer, question, words) == agreed


def test_a_heading_does_not_say_of_one_thing_what_a_sentence_says_of_another() -> None:
    text = "The Tenant may assign the lease with the Landlord’s written consent, which shall not be unreasonably withheld."
    evidence = Evidence("d", "lease.pdf", 1, 1, 0, len(text), text, ("8. ASSIGNMENT AND SUBLETTING",), 1.0, (0, len(text)))
    answer = "No, because the Tenant may sublet with the Landlord’s written consent, which shall not be unreasonably withheld."

    (claim,) = ground(answer, [evidence], "May the tenant sublet without consent?")

    assert claim.quotations == ()
