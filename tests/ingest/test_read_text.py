"""Plain text and Markdown -> one page."""

import time
import unicodedata
from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import UnknownEncoding
from rag.records import Heading, Page, Reading
from tests.documents import text

KOREAN = "제1조(목적) 이 규정은 직원의 휴가를 정한다.\n① 펭귄과 똠방각하, ㈜서랍 《취업규칙》 · 5℃\n"
ENGLISH = "The café charges £5 – “naïve” customers pay €6.\n"
JAPANESE = "この契約は東京で結ばれた。カタカナもある。\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (KOREAN, "utf-8"),
        (KOREAN, "utf-8-sig"),
        (KOREAN, "utf-16"),
        (KOREAN, "utf-16-le"),
        (KOREAN, "utf-16-be"),
        (KOREAN, "utf-32"),
        (KOREAN, "cp949"),
        ("계약서\n", "cp949"),
        ("계약서\n", "euc-kr"),
        (KOREAN * 20_000, "cp949"),
        ("계약서 Agreement\n대한민국\n", "iso2022_kr"),
        (ENGLISH * 20, "utf-8"),
        (ENGLISH * 20, "cp1252"),
        (JAPANESE * 20, "shift_jis"),
        ("plain\n", "ascii"),
    ],
)
def test_letters_are_right_in_every_encoding(tmp_path: Path, content: str, encoding: str) -> None:
    assert read(text(tmp_path / "a.txt", content, encoding=encoding)).text() == content


def test_a_broken_byte_in_utf_8_does_not_make_it_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(KOREAN.encode() * 5 + b"\xed\x95 end")

    assert read(tmp_path / "a.txt").text() == KOREAN * 5 + "\ufffd end"


def test_a_broken_byte_in_cp949_shows_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(KOREAN.encode("cp949") * 5 + b"\xff end")

    assert read(tmp_path / "a.txt").text() == KOREAN * 5 + "\ufffd end"


def test_letters_that_nothing_explains_are_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(128 + (at * 89) % 128 for at in range(5000)))

    with pytest.raises(UnknownEncoding) as caught:
        read(tmp_path / "a.txt")

    assert caught.value.facts == {"name": "a.txt"}


def test_lines_stay_and_what_cannot_be_shown_goes(tmp_path: Path) -> None:
    written = unicodedata.normalize("NFD", "각 é") + "\r\n  indented\r\rlast\x07\x1b[0m\fnew page\u2028line"
    path = text(tmp_path / "a.txt", written)

    assert read(path) == Reading(pages=(Page("각 é\n  indented\n\nlast[0m\n\nnew page\nline"),), format="text")


def test_markdown_is_kept_as_it_is_written(tmp_path: Path) -> None:
    written = (
        "---\ntitle: 휴가 규정\ntags: [a]\n---\n\n# 첫째 *장* #\n\n본문 **굵게**\r\n\n```\n# not a heading\n```\n\n"
        "둘째\n====\n\n> ### In a quote\n\n- #### In a list\n\n## **굵은 제목**\n\n    # code\n\n#\n"
    )  # fmt: skip
    path = text(tmp_path / "a.md", written)

    page = read(path).pages[0]

    assert page.text == written.replace("\r\n", "\n")
    assert [(heading.level, heading.title) for heading in page.headings] == [
        (1, "첫째 *장*"),
        (1, "둘째"),
        (3, "In a quote"),
        (4, "In a list"),
        (2, "굵은 제목"),
    ]
    assert all(page.text[heading.start :].startswith(heading.title) for heading in page.headings)
    assert page.headings[1].start == page.text.index("둘째\n====")
    assert read(path).title == "휴가 규정"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("## b\n\n# a\n", "a"),
        ("## b\n", None),
        ("---\nauthor: x\n---\n# a\n", "a"),
        ('---\ntitle: "q"\n---\n', "q"),
        ("text\n\n---\ntitle: x\n---\n", None),
    ],
)
def test_the_title_of_markdown(tmp_path: Path, written: str, title: str | None) -> None:
    assert read(text(tmp_path / "a.md", written)).title == title


def test_markdown_headings_stand_on_the_last_line_too(tmp_path: Path) -> None:
    assert read(text(tmp_path / "a.md", "x\n\n# end")).pages[0].headings == (Heading(1, "end", 5),)


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        pytest.param("\u0316" * 29 + "\u0301", "\u00e1" + "\u0316" * 29, id="as many as Unicode's stream-safe format lets be"),
        pytest.param("\u0316" * 30 + "\u0301", "a" + "\u0316" * 30 + "\u034f\u0301", id="one more"),
        pytest.param("\u0f73" * 40, "a" + "\u0f71" * 30 + "\u0f72" * 30 + "\u034f" + "\u0f71" * 10 + "\u0f72" * 10, id="marks made of two"),
    ],
)
def test_marks_on_one_letter_are_sorted_thirty_at_a_time(tmp_path: Path, marks: str, shown: str) -> None:
    before = "words " * 50

    page_text = read(text(tmp_path / "a.txt", f"{before}a{marks}b")).text()

    assert page_text == f"{before}{shown}b"
    assert unicodedata.is_normalized("NFC", page_text)


def test_a_million_marks_on_one_letter_cost_no_minutes(tmp_path: Path) -> None:
    began = time.process_time()

    assert len(read(text(tmp_path / "a.txt", "a" + "\u0301\u0316" * 500_000)).text()) == 1_000_000 + 1_000_000 // 30
    assert time.process_time() - began < 10  # as they stand, they take hours
