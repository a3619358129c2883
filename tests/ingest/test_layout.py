"""What a PDF's text looks like once headers, columns and wrong letters are seen to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.read import read
from ingest.read.garbled import is_garbled
from ingest.read.running import without_running_lines
from tests.documents import TWO_COLUMNS, pdf


def body(number: int) -> str:
    """Two lines like no other page's."""
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return f"The {words[number % 12]} of this page,\nand the end of {words[number % 12]} and {number // 12 * 'more '}words."


# --- columns ---------------------------------------------------------------------------------


def test_columns_drawn_line_by_line_are_read_one_after_the_other(tmp_path: Path) -> None:
    lines = read(pdf(tmp_path / "a.pdf", [TWO_COLUMNS])).pages[0].text.split("\n")

    assert lines == [
        "A title that runs across the whole page, over both of its columns, as titles of papers often do",
        *[f"left line {number} of the first column in full" for number in range(1, 13)],
        *[f"right line {number} of the second column too" for number in range(1, 13)],
    ]


# --- headers, footers, page numbers ----------------------------------------------------------


def leave_out_running_lines(pages: list[str]) -> list[str]:
    return [page[kept] for page, kept in zip(pages, without_running_lines(pages), strict=True)]


def test_headers_and_page_numbers_are_left_out_and_the_first_header_kept() -> None:
    pages = [f"Annual Report\n{body(number)}\n- {number} -" for number in range(1, 7)]

    assert leave_out_running_lines(pages) == [f"Annual Report\n{body(1)}", *[f"{body(number)}" for number in range(2, 7)]]


def test_a_line_with_the_page_number_in_it_is_one_line_on_all_pages() -> None:
    pages = [f"{body(number)}\n임대차 계약서 {number + 11}" for number in range(1, 7)]

    assert leave_out_running_lines(pages) == [pages[0], *[f"{body(number)}" for number in range(2, 7)]]


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([f"Annual Report\n{body(number)}\n{number}" for number in range(1, 5)], id="too few pages"),
        pytest.param([f"Article {number}\n{body(number)}" for number in range(1, 9)], id="numbered headings"),
        pytest.param([f"제{number}조\n{body(number)}" for number in range(1, 9)], id="numbered Korean headings"),
        pytest.param([f"{body(number)}\n{number * number}" for number in range(1, 9)], id="numbers that do not count up"),
        pytest.param([*[f"Part\n{body(number)}" for number in range(5)], *[f"{body(number)}" for number in range(5, 24)]], id="a chapter"),
        pytest.param([str(number) for number in range(1, 9)], id="nothing but numbers"),
    ],
)
def test_what_is_not_certainly_a_running_line_stays(pages: list[str]) -> None:
    assert leave_out_running_lines(pages) == pages


def test_pages_keep_their_numbers_without_their_lines(tmp_path: Path) -> None:
    reading = read(pdf(tmp_path / "a.pdf", [f"Lease\nSentence {number}.\n{number}" for number in range(1, 8)]))

    assert [(page.number, page.text) for page in reading.pages] == [
        (1, "Lease\nSentence 1."),
        *[(number, f"Sentence {number}.") for number in range(2, 8)],
    ]


# --- letters that are not what they look like ------------------------------------------------

HANGUL = "제1조 이 계약은 임대인과 임차인 사이의 주택 임대차에 관한 사항을 정함을 목적으로 한다. "


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ue012\ue034 " * 10, id="private codes"),
        pytest.param("7KH\x03WHQDQW\x03SD\\V\x03WKH\x03UHQW\x03 " * 3, id="codes of shapes, shifted"),
        pytest.param("(cid:12)(cid:44)(cid:7) and", id="a notation for no letter"),
        pytest.param("ӽ ਬ ౠ எ ക ഛ ਢ த అ ఇ ಅ ಒ " * 3, id="letters of everywhere"),
        pytest.param("뷁쀍꽑뷇쒧쯟퓱뚫쐽쳀" * 12, id="syllables nobody writes"),
        pytest.param("bcdf ghjkl mnpq rstvw xz " * 12, id="no vowels"),
    ],
)
def test_nonsense_is_seen(text: str) -> None:
    assert is_garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HANGUL * 5, id="Korean"),
        pytest.param("The tenant pays the rent in advance. " * 10, id="English"),
        pytest.param("\uf0b7 one item of a list of several\r\n" * 10, id="bullets"),
        pytest.param("\ue000 one item of another list, in its own symbol\r\n" * 10, id="bullets of its own"),
        pytest.param("∀ε>0 ∃δ: |x−a|<δ ⇒ |f(x)−f(a)|<ε, ∫₀^∞ e^{−𝑥²}d𝑥 = √π/2, ⟨ψ|Ĥ|φ⟩ ∈ ℝ, 𝛼𝛽 ≤ ∑ᵢ " * 5, id="mathematics"),
        pytest.param("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है " * 5, id="Hindi"),
        pytest.param("人人生而自由,在尊严和权利上一律平等。すべての人間は、生まれながらにして自由である。" * 5, id="Chinese and Japanese"),
        pytest.param("$ 1,234 (5,678) 12.5% — " * 40, id="figures"),
        pytest.param("NYSE: WMT CMPNY LLC QRTR " * 3, id="abbreviations"),
        pytest.param("man\x02agement of hyphens\ufffe at ends " * 20, id="hyphens"),
    ],
)
def test_unusual_pages_are_not_taken_for_nonsense(text: str) -> None:
    assert not is_garbled(text)
