"""What must be, what may be, and what is not."""

from __future__ import annotations

import pytest

from rag.force import keeps_force


@pytest.mark.parametrize(
    ("claim", "quotation"),
    [
        ("The tenant must keep it clean.", "The Tenant shall keep the Premises clean."),
        ("The tenant pays rent monthly.", "The Tenant shall pay the Rent by monthly instalments."),
        ("The landlord may enter.", "The Landlord may enter on notice."),
        ("The tenant has the right to park.", "The Tenant may use the car park."),
        ("The tenant must not sublet.", "The Tenant shall not sublet."),
        ("Sick leave is up to 60 days.", "Sick leave may not exceed 60 days."),
        ("병가는 연 60일까지 쓸 수 있다.", "병가는 연 60일을 넘을 수 없다."),
        ("사원은 신청하여야 한다.", "사원은 3일 전까지 신청하여야 한다."),
        ("회사는 휴가를 줄 수 있다.", "회사는 수당을 갈음하여 휴가를 줄 수 있다."),
        ("금강산은 아름답다.", "금강산은 예로부터 아름답기로 유명하다."),
    ],
)
def test_what_keeps_its_force(claim: str, quotation: str) -> None:
    assert keeps_force(claim, quotation)


@pytest.mark.parametrize(
    ("claim", "quotation"),
    [
        ("The tenant must pass through the Common Parts.", "The Tenant may pass through the Common Parts."),
        ("The landlord may repair the roof.", "The Landlord shall repair the roof."),
        ("The tenant may sublet.", "The Tenant may not sublet."),
        ("The tenant shall sublet.", "The Tenant shall not sublet."),
        ("The tenant may not park.", "The Tenant may park."),
        ("Interest is due.", "Interest is paid on arrears."),
        ("사원은 겸직할 수 있다.", "사원은 허가 없이 겸직할 수 없다."),
        ("회사는 휴가를 주어야 한다.", "회사는 휴가를 줄 수 있다."),
        ("회사는 이를 보관한다.", "회사는 이를 보관하지 아니한다."),
    ],
)
def test_what_does_not(claim: str, quotation: str) -> None:
    assert not keeps_force(claim, quotation)
