"""What a sentence forbids is not quoted for its permission."""

from __future__ import annotations

import pytest

from rag.library.fulltext import terms
from rag.negation import denies


def _denies(claim: str, sentence: str) -> bool:
    return denies(claim, sentence, set(terms(claim)))


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The recipient may disclose it to third parties.", "The recipient shall not disclose it to third parties."),
        ("The tenant may keep pets.", "The tenant must never keep pets, unless the landlord agrees."),
        ("Information must be marked.", "Information need not be marked, but must be kept secret."),
        ("The recipient may copy documents.", "The recipient is prohibited from copying documents, and shall return them without delay."),
        ("May the tenant sublet the premises?", "The Tenant shall not assign, charge, sublet or share possession of the Premises."),
        ("The tenant may not sublet.", "The tenant may sublet with the landlord's consent."),
        ("반려동물을 키울 수 있다.", "임차인은 반려동물을 키울 수 없다."),
        ("운전 전에 복용해도 된다.", "운전 전에는 복용하지 마십시오."),
        ("퇴직금을 지급한다.", "회사는 퇴직금을 지급하지 아니한다."),
    ],
)
def test_a_claim_and_a_sentence_that_contradict_each_other(claim: str, sentence: str) -> None:
    assert _denies(claim, sentence)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            "The recipient may not disclose it.",
            "The recipient shall not disclose it to third parties without the prior written consent of the owner.",
        ),
        (
            "The tenant may sublet with consent, which shall not be withheld.",
            "The tenant may sublet the whole with written consent, which shall not be unreasonably withheld.",
        ),
        ("The tenant may sublet with consent, which shall not be withheld.", "The tenant may sublet the whole with consent."),
        ("Notice is six months.", "The tenant gives not less than six months' notice."),
        ("It includes drawings.", "It includes, but is not limited to, drawings."),
        (
            "The party may share it with employees.",
            "The party shall not disclose it, except that it may share it with employees who need it.",
        ),
        ("The tenant may not keep pets.", "Pets are forbidden."),
        ("반려동물을 키울 수 없습니다.", "임차인은 반려동물을 키울 수 없다."),
        ("복용하지 마세요.", "운전 전에는 복용하지 마십시오."),
        ("학생뿐만 아니라 교사도 이용한다.", "학생과 교사가 이용한다."),
        ("동의를 받아 전대한다.", "임대인의 동의 없이 전대한다."),
    ],
)
def test_a_claim_that_says_the_same(claim: str, sentence: str) -> None:
    assert not _denies(claim, sentence)
