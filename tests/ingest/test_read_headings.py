"""Headings of texts without styles."""

import pytest

from ingest.read.headings import find_headings
from rag.records import Heading


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("제1장 총칙", (2, "제1장 총칙")),
        ("제 2 절  휴가", (3, "제 2 절  휴가")),
        ("제1조 (목적)", (5, "제1조 (목적)")),
        ("제1조(목적) 이 법은 권리를 정한다.", (5, "제1조(목적)")),
        ("제10조의2(특례) ① 다음 각 호와 같다.", (5, "제10조의2(특례)")),
        ("제3조【비밀유지】 갑은", (5, "제3조【비밀유지】")),
        ("제4조(정보(데이터)의 보호) 을은", (5, "제4조(정보(데이터)의 보호)")),
        ("  제5조 계약기간", (5, "제5조 계약기간")),
        ("제6조", (5, "제6조")),
        ("부 칙 <제1234호>", (1, "부 칙 <제1234호>")),
        ("ARTICLE 5", (2, "ARTICLE 5")),
        ("Article IV. Confidential Information", (2, "Article IV. Confidential Information")),
        ("SECTION 3.2 – Payment of Fees", (3, "SECTION 3.2 – Payment of Fees")),
        ("Item 1A. Risk Factors.", (3, "Item 1A. Risk Factors.")),
        ("EXHIBIT B", (1, "EXHIBIT B")),
        ("1. DEFINITIONS", (2, "1. DEFINITIONS")),
        ("2.3 LIMITATION OF LIABILITY", (3, "2.3 LIMITATION OF LIABILITY")),
    ],
)
def test_a_clear_heading_is_found(line: str, heading: tuple[int, str]) -> None:
    level, title = heading

    assert find_headings(f"before\n{line}\nafter") == (Heading(level, title, 7 + len(line) - len(line.lstrip())),)


@pytest.mark.parametrize(
    "line",
    [
        "제5조에 따라 해지할 수 있다.",
        "제5조(비밀유지)에 따라 해지한다.",
        "제5조(비밀유지) 및 제6조(해지)를 적용한다.",
        "제5조 제2항에 따른 통지",
        "제5조, 제6조",
        "제1장 총칙 ........ 3",
        "제1장 총칙 3",
        "제3조 갑은 을에게 이 계약이 정하는 바에 따라 매월 말일까지 차임을 지급하여야 한다",
        "제품 1조 원",
        "부칙에 따라",
        "Section 5 of the Act applies to",
        "Article 5 applies.",
        "Part of the work",
        "Item 1. Business 4",
        "Item 7. Management. Discussion and the rest of it",
        "1. Definitions of terms used here",
        "2020 NETFLIX INC",
        "10. 000",
        "1. IN",
        "SHOUTING WITHOUT A NUMBER",
        "",
    ],
)
def test_what_may_be_text_is_text(line: str) -> None:
    assert find_headings(f"before\n{line}\nafter") == ()
