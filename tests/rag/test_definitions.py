"""What asks for a definition, and what gives one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag.definitions import defined_term, defines
from rag.library.library import Library
from rag.retrieve import retrieve
from rag.settings import RetrievalSettings
from tests.fakes import WordHashEmbedder


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What does “Structure” mean?", "Structure"),
        ("What does Availability mean in this agreement?", "Availability"),
        ("Define Confidential Information.", "Confidential Information"),
        ("define 'working day'", "working day"),
        ("What is the definition of Building Costs?", "Building Costs"),
        ("What is meant by gross negligence?", "gross negligence"),
        ("How is Affiliate defined?", "Affiliate"),
        ("What is ordavexine?", "ordavexine"),
        ("What is a Business Day?", "Business Day"),
        ("What is the “Structure”?", "Structure"),
        ("사원의 정의는?", "사원"),
        ("소정근로시간의 정의를 알려줘", "소정근로시간"),
        ("개인정보취급자란?", "개인정보취급자"),
        ("“개인정보취급자”란 무엇인가요?", "개인정보취급자"),
        ("통상임금이란 무엇인가요?", "통상임금"),
        ("부서장은 무슨 뜻인가요?", "부서장"),
        ("가산금은 무엇을 의미하나요?", "가산금"),
        ("정기검사라는 용어는 무슨 뜻인가요?", "정기검사"),
        ("영업비밀을 정의해 줘", "영업비밀"),
        ("What is the deposit?", None),
        ("What is the notice period?", None),
        ("What is the maximum fine for late payment?", None),
        ("What is due when the lease ends?", None),
        ("How much is the rent?", None),
        ("Who is the landlord?", None),
        ("What does the tenant pay?", None),
        ("병가는 며칠까지 쓸 수 있나요?", None),
        ("보증금은 얼마인가요?", None),
        ("임대인은 누구인가요?", None),
    ],
)
def test_questions_for_a_definition(question: str, term: str | None) -> None:
    assert defined_term(question) == term


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("Structure", "1.3 “Structure” means the roof, the foundations and the outer walls."),
        ("structure", "The term Structure shall mean the roof."),
        ("Availability", "“Availability” means the share of minutes in a calendar month."),
        ("Confidential Information", '"Confidential\nInformation" refers to any data disclosed by a Party.'),
        ("Affiliate", "“Affiliate” (or “Group Company”) means any entity under common control."),
        ("Affiliates", "“Affiliates” has the meaning given in clause 2."),
        ("Business Day", "A Business Day is a day other than a Saturday."),
        ("Recipient", "Acme Ltd (hereinafter referred to as the “Recipient”) agrees as follows."),
        ("Agreement", "This Non-Disclosure Agreement (this “Agreement”) is made on 1 May."),
        ("Force Majeure", "Force Majeure is defined as an event beyond control."),
        ("Representatives", "“Representatives” shall include directors, officers and advisers."),
        ("개인정보취급자", "1. “개인정보취급자”란 회사의 지휘·감독을 받아 개인정보를 처리하는 임직원을 말한다."),
        ("영업비밀", "영업비밀이라 함은 공공연히 알려져 있지 아니한 정보를 말한다."),
        ("사원", "이 규칙에서 “사원”은 회사와 근로계약을 체결한 사람을 말한다."),
        ("소정근로시간", "소정근로시간은 사원과 회사가 정한 근로시간을 뜻한다."),
        ("회사", "이 규칙은 주식회사 나래솔기(이하 “회사”라 한다) 사원의 근로조건을 정한다."),
    ],
)
def test_sentences_that_define(term: str, sentence: str) -> None:
    assert defines(term, sentence)


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("Structure", "The Tenant shall keep the Structure in repair."),
        ("Deposit", "The Tenant pays the Deposit by any means."),
        ("Structure", "“Building Costs” means the cost of repairing the Structure."),
        ("Information", "“Confidential Information” means any data."),
        ("Term", "“Termination” means the end of this Agreement."),
        ("Day", "A Business Day is a day other than a Saturday."),
        ("rent", "The tenant whose parent is a company pays more."),
        ("사원", "“기간제사원”이란 기간을 정한 사람을 말한다."),
        ("휴가", "휴가는 입사일부터 계산한다."),
        ("회사", "회사는 사원에게 휴가를 준다."),
        ("", "“Structure” means the roof."),
    ],
)
def test_sentences_that_only_mention(term: str, sentence: str) -> None:
    assert not defines(term, sentence)


def test_what_defines_a_term_is_found_before_what_uses_it(
    library: Library, batch: Batch, embedder: WordHashEmbedder, tmp_path: Path
) -> None:
    used = "".join(
        f"\n\n## {at}. Use\n\nThe tenant keeps the Structure in repair; the mean cost of Structure {at} is shared." for at in range(8)
    )
    (tmp_path / "deed.md").write_text(f"# Deed{used}\n\n## 9. Terms\n\n“Structure” means the pier with its jetty.", encoding="utf-8")
    list(add([tmp_path / "deed.md"], batch))

    found = retrieve("What does Structure mean?", library=library, embedder=embedder, settings=RetrievalSettings(), k=3)

    assert "means the pier" in found[0].text
