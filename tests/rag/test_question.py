"""What a question says of the documents, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import Days, days
from rag.library.names import names_of
from rag.phrases import folded, hold
from rag.question import narrowed, understand
from rag.records import EVERYTHING, Document, Filter, State, Understood

TODAY = date(2026, 3, 18)  # a Wednesday


def _document(place: str, kind: str, tags: tuple[str, ...] = ()) -> Document:
    return Document(place, place.rpartition("/")[2], (place,), State.READY, kind, None, 1, 1, 0.0, tags=tags)


DRAWER = (
    _document("/papers/contracts/lease-agreement.pdf", "pdf", ("contracts",)),
    _document("/papers/contracts/service-agreement.docx", "docx", ("contracts",)),
    _document("/papers/계약/취업규칙.docx", "docx", ("계약",)),
    _document("/papers/cities/New York.md", "markdown", ("cities",)),
    _document("/papers/cities/여의도.md", "markdown", ("cities",)),
    _document("/papers/이사회-회의록.txt", "text"),
    _document("/papers/a/plan.pdf", "pdf"),
    _document("/papers/b/plan.pdf/plan.pdf", "pdf"),
    _document("/papers/예산.xlsx", "xlsx"),
    _document("/papers/document-7.pdf", "pdf"),
)


def _understood(question: str) -> Understood:
    return understand(question, names_of(DRAWER), today=TODAY)


# --- filters in the question -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "text", "documents"),
    [
        ("In lease-agreement.pdf, how long is the notice?", "How long is the notice?", ("lease-agreement.pdf",)),
        ("How long is the notice in lease-agreement.pdf?", "How long is the notice?", ("lease-agreement.pdf",)),
        ("How long is the notice in the lease agreement?", "How long is the notice?", ("lease-agreement.pdf",)),
        ("According to the Lease Agreement, how long is the notice?", "How long is the notice?", ("lease-agreement.pdf",)),
        ("according to “lease-agreement”, how long is it?", "how long is it?", ("lease-agreement.pdf",)),
        ("According to document 7, who pays?", "Who pays?", ("document-7.pdf",)),
        ("In the document New York, who pays?", "Who pays?", ("New York.md",)),
        ("According to New York, who pays?", "Who pays?", ("New York.md",)),
        ("What does lease-agreement.pdf say about notice?", "What does lease-agreement.pdf say about notice?", ("lease-agreement.pdf",)),
        ("lease-agreement에서 통지 기간은?", "통지 기간은?", ("lease-agreement.pdf",)),
        ("lease-agreement.pdf에서 통지 기간은?", "통지 기간은?", ("lease-agreement.pdf",)),
        ("lease-agreement.pdf의 통지 기간은?", "lease-agreement.pdf의 통지 기간은?", ("lease-agreement.pdf",)),
        ("취업규칙에서 병가는 며칠인가요?", "병가는 며칠인가요?", ("취업규칙.docx",)),
        ("「취업규칙」에서 병가는 며칠인가요?", "병가는 며칠인가요?", ("취업규칙.docx",)),
        ("취업규칙에 따르면 병가는 며칠인가요?", "병가는 며칠인가요?", ("취업규칙.docx",)),
        ("이사회 회의록에 따르면, 배당금은 얼마인가요?", "배당금은 얼마인가요?", ("이사회-회의록.txt",)),
        ("여의도 문서에서 인구는 얼마인가요?", "인구는 얼마인가요?", ("여의도.md",)),
    ],
)
def test_a_document_named_in_the_question_narrows_it(question: str, text: str, documents: tuple[str, ...]) -> None:
    taken = Filter(documents=documents)

    assert _understood(question) == Understood(text, (), taken, taken)


def test_documents_that_are_compared_stay_in_the_question() -> None:
    question = "Is the notice in lease-agreement.pdf longer than in service-agreement.docx?"

    assert _understood(question).text == question
    assert set(_understood("Compare the notice in lease-agreement.pdf and in service-agreement.docx.").taken.documents) == {
        "lease-agreement.pdf",
        "service-agreement.docx",
    }


@pytest.mark.parametrize(
    ("question", "text", "taken"),
    [
        ("In folder contracts, who pays?", "Who pays?", Filter(folders=("contracts",))),
        ("Who pays in the contracts folder?", "Who pays?", Filter(folders=("contracts",))),
        ("계약 폴더에서 병가는 며칠인가요?", "병가는 며칠인가요?", Filter(folders=("계약",))),
        ("계약 폴더의 문서 중에서 병가는 며칠인가요?", "병가는 며칠인가요?", Filter(folders=("계약",))),
        ("Who pays in documents tagged cities?", "Who pays?", Filter(tags=("cities",))),
        ("#계약 문서에서 병가는 며칠인가요?", "병가는 며칠인가요?", Filter(tags=("계약",))),
        ("cities 태그가 붙은 문서에서 인구는?", "인구는?", Filter(tags=("cities",))),
        ("In the PDFs, who pays?", "Who pays?", Filter(formats=("pdf",))),
        ("Who pays in my PDF files?", "Who pays?", Filter(formats=("pdf",))),
        ("Who pays in all Word documents?", "Who pays?", Filter(formats=("docx",))),
        ("워드 문서에서 병가는 며칠인가요?", "병가는 며칠인가요?", Filter(formats=("docx",))),
        ("엑셀에서 예산은 얼마인가요?", "예산은 얼마인가요?", Filter(formats=("xlsx",))),
        ("PDF에서 보증금은 얼마인가요?", "보증금은 얼마인가요?", Filter(formats=("pdf",))),
        ("In documents added since March 2026, who pays?", "Who pays?", Filter(since=date(2026, 3, 1))),
        ("Which documents changed before 2026 mention rent?", "Which documents mention rent?", Filter(before=date(2026, 1, 1))),
        ("Who pays in files updated last week?", "Who pays?", Filter(since=date(2026, 3, 9), before=date(2026, 3, 16))),
        ("Who pays in documents that were added after 1 March 2026?", "Who pays?", Filter(since=date(2026, 3, 2))),
        ("지난달에 추가된 문서에서 보증금은 얼마인가요?", "보증금은 얼마인가요?", Filter(since=date(2026, 2, 1), before=date(2026, 3, 1))),
        ("2026년 3월 이후 수정된 문서 중 보증금이 나오는 것은?", "보증금이 나오는 것은?", Filter(since=date(2026, 3, 1))),
        ("2026년 3월 이전에 추가된 파일에서 보증금은?", "보증금은?", Filter(before=date(2026, 3, 1))),
        (
            "In the PDFs in folder contracts, who pays?",
            "Who pays?",
            Filter(folders=("contracts",), formats=("pdf",)),
        ),
    ],
)
def test_folders_tags_formats_and_days_narrow_it(question: str, text: str, taken: Filter) -> None:
    assert _understood(question) == Understood(text, (), taken, taken)


@pytest.mark.parametrize(
    "question",
    [
        "What happened in March 2020?",
        "Which clauses were added in March 2020?",
        "Which documents were added last month?",  # asks for nothing else
        "What was changed since 2019?",
        "2020년 3월 이후 무슨 일이 있었나요?",
        "지난달에 추가된 조항은 무엇인가요?",
        "지난달에 추가된 문서는?",
        "Who was mayor in New York?",
        "여의도에서 인구는 얼마인가요?",
        "What does the plan say?",
        "How long is the notice in plan.pdf?",  # there are two
        "How long is the notice in sublease-agreement.pdf?",  # there is none
        "Who pays in the spreadsheets?",
        "May data be kept in PDF files for ten years?",
        "Who pays in documents tagged houses?",
        "What is said outside lease-agreement.pdf?",
        "lease-agreement.pdf 말고 어디에 나오나요?",
        "한글에서 자음은 몇 개인가요?",
        "In the HTML files, who pays?",  # there are none
        "Who is #1?",
        "Is the tenant's or the landlord's notice longer?",
        "",
    ],
)
def test_what_is_not_certainly_a_filter_stays_in_the_question(question: str) -> None:
    assert _understood(question) == Understood(question)


def test_what_fits_the_call_and_the_question() -> None:
    call = Filter(documents=("a",), tags=("x",), formats=("pdf", "docx"), since=date(2026, 1, 1), before=date(2026, 6, 1))
    taken = Filter(tags=("y",), formats=("pdf",), since=date(2025, 1, 1), before=date(2026, 5, 1))

    assert narrowed(call, taken) == Filter(("a",), ("x", "y"), (), ("pdf",), date(2026, 1, 1), date(2026, 5, 1))
    assert narrowed(call, EVERYTHING) == call
    assert narrowed(EVERYTHING, taken) == taken


def test_a_text_that_was_pasted_names_nothing() -> None:
    pasted = 'In lease-agreement.pdf, "who pays"? ' * 100

    assert _understood(pasted) == Understood(pasted.strip())


@given(st.text(max_size=80))
def test_any_question_is_understood(question: str) -> None:
    understood = _understood(question)

    assert understood.text in (question, question.strip()) or understood.taken != EVERYTHING
    assert all(phrase in question for phrase in understood.phrases)


_WORDS = st.lists(
    st.sampled_from(
        [
            "in",
            "the",
            "document",
            "folder",
            "contracts",
            "lease-agreement.pdf",
            "에서",
            "취업규칙에서",
            "계약",
            "폴더에서",
            "PDFs",
            "added",
            "since",
            "March",
            "2026",
            "documents",
            ",",
            "?",
            '"',
            "“rent”",
            "#cities",
            "who",
            "pays",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(_WORDS)
def test_nothing_is_taken_from_a_question_without_being_reported(question: str) -> None:
    understood = _understood(question)

    if understood.taken == EVERYTHING:
        assert understood.text == question.strip()
    assert understood.text or not question.strip()


# --- phrases ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('Where does it say "prior written notice"?', ("prior written notice",)),
        ("Where does it say “prior written notice” and “Break Date”?", ("prior written notice", "Break Date")),
        ("「개인정보 보호책임자」는 누구인가요?", ("개인정보 보호책임자",)),
        ("『불가항력』의 뜻은?", ("불가항력",)),
        ("Where does it say 'prior written notice'?", ("prior written notice",)),
        ("‘정당한 사유’란 무엇인가요?", ("정당한 사유",)),
        ("The tenant's and the landlord's duties?", ()),
        ("The tenants' and the landlords' duties?", ()),
        ("Who is 'Alder'?", ()),
        ('Is 5" or 7" meant?', ()),
        ('What is "?" or ""?', ()),
        ('"How much is the deposit?"', ()),
        ("「갑」은 누구인가요?", ()),  # one syllable stands in half of all words
        ('In "lease-agreement.pdf", who pays?', ()),
        ('"prior written notice"', ("prior written notice",)),
    ],
)
def test_quoted_phrases(question: str, phrases: tuple[str, ...]) -> None:
    assert _understood(question).phrases == phrases


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("prior written notice", "six months’ Prior  Written\nnotice.", True),
        ("tenant's", "the Tenant’s Break Date", True),
        ("ﬁrst of 12", "First of １２ months", True),
        ("보증금 반환", "보증금반환은", True),
        ("보증금반환", "보증금\n반환", True),
        ("art", "a party", False),
        ("5 euros", "15 euros", False),
        ("계약", "계약서", True),
        ("now here", "nowhere", False),
        ("notice prior", "prior notice", False),
    ],
)
def test_verbatim_but_for_layout_and_case(phrase: str, text: str, stands: bool) -> None:
    assert hold([text], [phrase]) is stands


@given(st.text(min_size=1, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_a_phrase_stands_between_blanks_whatever_it_is(phrase: str, before: str, after: str) -> None:
    if folded(phrase):
        assert hold([f"{before} | {phrase} | {after}"], [phrase])


# --- days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first", "after"),
    [
        ("March 2026", "2026-03-01", "2026-04-01"),
        ("Dec. 2025", "2025-12-01", "2026-01-01"),
        ("1st of March 2026", "2026-03-01", "2026-03-02"),
        ("March 1, 2026", "2026-03-01", "2026-03-02"),
        ("2026-03-01", "2026-03-01", "2026-03-02"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026년 3월", "2026-03-01", "2026-04-01"),
        ("2026년 3월 5일", "2026-03-05", "2026-03-06"),
        ("today", "2026-03-18", "2026-03-19"),
        ("어제", "2026-03-17", "2026-03-18"),
        ("this week", "2026-03-16", "2026-03-19"),
        ("지난주", "2026-03-09", "2026-03-16"),
        ("지난 달", "2026-02-01", "2026-03-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("the last 30 days", "2026-02-16", "2026-03-19"),
        ("최근 2주 동안", "2026-03-04", "2026-03-19"),
    ],
)
def test_days(words: str, first: str, after: str) -> None:
    assert days(words, TODAY) == Days(date.fromisoformat(first), date.fromisoformat(after))


@pytest.mark.parametrize("words", ["", "soon", "2026-02-31", "2026-13", "9999-12-31", "the last 9999 years", "1 2 3 4", "0000"])
def test_what_is_no_day(words: str) -> None:
    assert days(words, TODAY) is None


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 30)))
def test_every_written_day_is_itself(day: date) -> None:
    found = days(day.isoformat(), TODAY)

    assert found is not None
    assert (found.first, (found.after - found.first).days) == (day, 1)
