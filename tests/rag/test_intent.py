"""What a question asks for, told from its words alone."""

from __future__ import annotations

import pytest

from rag.intent import Compare, comparison_of, points_of, summary_of, survey_subject

NAMES = ["lease-agreement.pdf", "service-agreement.docx", "취업규칙.docx", "이사회 회의록.txt"]


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("List every clause that mentions termination", "termination"),
        ("List every clause that mentions termination.", "termination"),
        ("Please list all mentions of the deposit", "deposit"),
        ("Show me all references to personal data.", "personal data"),
        ("Find every place where insurance is mentioned", "insurance"),
        ("List all sections about late payment", "late payment"),
        ("list all termination clauses", "termination"),
        ("Show all provisions concerning liability or indemnity", "liability or indemnity"),
        ("Where is termination mentioned?", "termination"),
        ("Where are the audit rights mentioned?", "audit rights"),
        ("Which documents mention arbitration?", "arbitration"),
        ("Which clauses refer to the Supplier?", "Supplier"),
        ("모든 위약금 조항을 나열해줘", "위약금"),
        ("위약금이 언급된 조항을 모두 찾아줘", "위약금"),
        ("위약금에 대한 모든 조항을 보여 주세요.", "위약금"),
        ("위약금과 관련된 내용을 빠짐없이 찾아 주세요", "위약금"),
        ("해지 통지를 다룬 조항을 전부 나열해 주세요", "해지 통지"),
        ("모든 계약 해지 관련 조항을 찾아줘", "계약 해지 관련"),
        ("어디에 위약금이 언급되나요?", "위약금"),
        ("위약금은 어디에 언급되나요?", "위약금"),
        ("어느 문서에 손해배상이 언급되어 있나요?", "손해배상"),
        ("비밀유지라는 말이 어디에 등장하나요?", "비밀유지"),
        ("List all parties", None),
        ("List all deadlines in the lease", None),
        ("How long is every notice period?", None),
        ("Where is the office?", None),
        ("What does the clause on termination say?", None),
        ("Which clause is longest?", None),
        ("Are all employees covered?", None),
        ("모든 직원은 휴가를 받나요?", None),
        ("회의는 어디에서 열렸나요?", None),
        ("계약의 내용을 알려 주세요", None),
        ("참석자를 모두 알려줘", None),
    ],
)
def test_what_every_place_is_asked_for(question: str, subject: str | None) -> None:
    assert survey_subject(question) == subject


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("summarise lease-agreement.pdf", "lease-agreement.pdf"),
        ("Please summarize the lease agreement.", "lease-agreement.pdf"),
        ("Give me a short summary of “service-agreement.docx”, please", "service-agreement.docx"),
        ("Can you sum up lease-agreement for me?", "lease-agreement.pdf"),
        ("lease-agreement.pdf 요약해줘", "lease-agreement.pdf"),
        ("lease-agreement.pdf를 요약해 주세요.", "lease-agreement.pdf"),
        ("취업규칙을 간단히 요약해 줘", "취업규칙.docx"),
        ("취업규칙 요약", "취업규칙.docx"),
        ("이사회 회의록의 내용을 요약해 주세요", "이사회 회의록.txt"),
        ("Summarise the termination clause", None),
        ("Summarise the agreement", None),
        ("summarise this document", None),
        ("What is the summary of risks?", None),
        ("휴가 규정을 요약해 줘", None),
    ],
)
def test_which_document_is_to_be_summarised(question: str, name: str | None) -> None:
    assert summary_of(question, NAMES) == name


def test_this_document_is_the_only_one() -> None:
    assert summary_of("Summarise this document.", ["a.pdf"]) == "a.pdf"
    assert summary_of("이 문서를 요약해 줘", ["a.pdf"]) == "a.pdf"
    assert summary_of("이 문서를 요약해 줘", ["a.pdf", "b.pdf"]) is None


def test_a_name_without_its_ending_that_two_have_is_no_name() -> None:
    assert summary_of("summarise lease", ["lease.pdf", "lease.docx"]) is None
    assert summary_of("summarise lease.pdf", ["lease.pdf", "lease.docx"]) == "lease.pdf"


@pytest.mark.parametrize(
    ("question", "compared"),
    [
        (
            "Compare lease-agreement.pdf and service-agreement.docx on notice period and deposit",
            Compare(("lease-agreement.pdf", "service-agreement.docx"), ("notice period", "deposit")),
        ),
        ("compare service-agreement with lease-agreement by liability", Compare(("service-agreement.docx", "lease-agreement.pdf"), ("liability",))),
        ("Compare lease-agreement.pdf and service-agreement.docx", Compare(("lease-agreement.pdf", "service-agreement.docx"), ())),
        ("취업규칙.docx와 이사회 회의록.txt를 휴가 기준으로 비교해 줘", Compare(("취업규칙.docx", "이사회 회의록.txt"), ("휴가",))),
        ("lease-agreement.pdf와 service-agreement.docx의 해지 통지와 손해배상을 비교해 주세요", Compare(("lease-agreement.pdf", "service-agreement.docx"), ("해지 통지", "손해배상"))),
        ("취업규칙과 이사회 회의록을 비교해 줘", Compare(("취업규칙.docx", "이사회 회의록.txt"), ())),
        ("Compare the rent with the deposit", None),
        ("Compare lease-agreement.pdf on rent", None),
        ("올해와 작년의 매출을 비교해 줘", None),
    ],
)  # fmt: skip
def test_which_documents_are_to_be_compared_on_what(question: str, compared: Compare | None) -> None:
    assert comparison_of(question, NAMES) == compared


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ("notice period, deposit and governing law", ("notice period", "deposit", "governing law")),
        ("notice period, deposit, and governing law", ("notice period", "deposit", "governing law")),
        ("notice period and deposit", ("notice period", "deposit")),
        ("governing law", ("governing law",)),
        ("terms and conditions", ("terms and conditions",)),
        ("rent; terms and conditions", ("rent", "terms and conditions")),
        ("liability for loss and damage", ("liability for loss and damage",)),
        ("How much notice must be given, and to whom?", ("How much notice must be given", "to whom")),
        ("해지 통지와 손해배상", ("해지 통지", "손해배상")),
        ("보증금과 위약금", ("보증금", "위약금")),
        ("보증금, 위약금 및 해지", ("보증금", "위약금", "해지")),
        ("해지 통지와 손해배상과 관할 법원", ("해지 통지", "손해배상", "관할 법원")),
        ("검사 결과 보고", ("검사 결과 보고",)),
        ("검사결과 보고", ("검사결과 보고",)),
        ("초과 근무", ("초과 근무",)),
        ("과태료 부과 기준", ("과태료 부과 기준",)),
        ("임대인과 임차인의 의무", ("임대인과 임차인의 의무",)),
        ("갑과 을", ("갑과 을",)),
        ("deposit\nrent", ("deposit", "rent")),
        ("rent, rent", ("rent",)),
        (" , ", ()),
    ],
)
def test_points_are_parted_where_it_is_surely_a_list(said: str, points: tuple[str, ...]) -> None:
    assert points_of(said) == points


@pytest.mark.parametrize("pasted", ["모든 조항을 ", "을 ", "compare a.pdf and b.pdf ", "list all clauses about "])
def test_pages_of_pasted_text_are_a_question(pasted: str) -> None:
    text = f"{pasted * 5000}비교"

    assert (survey_subject(text), summary_of(text, NAMES), comparison_of(text, NAMES)) == (None, None, None)
