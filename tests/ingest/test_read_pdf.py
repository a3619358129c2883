"""PDF -> pages."""

import unicodedata
from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import DamagedDocument, EncryptedDocument, NoTextInDocument
from rag.records import Heading, Page, Reading
from tests.documents import SCAN, pdf


def test_text_comes_page_by_page_with_labels_and_metadata(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "lease.pdf",
        ["Lease (draft)\nbetween A & B", "제1조 (목적) 이 계약은 임대차를 정한다.\n보증금은 1,000만 원이다."],
        title="임대차 계약서",
        roman_front_pages=1,
    )

    assert read(path) == Reading(
        pages=(
            Page("Lease (draft)\nbetween A & B", number=1, label="i"),
            Page(
                "제1조 (목적) 이 계약은 임대차를 정한다.\n보증금은 1,000만 원이다.",
                number=2,
                label="1",
                headings=(Heading(5, "제1조 (목적)", 0),),
            ),
        ),
        format="pdf",
        title="임대차 계약서",
        metadata={"title": "임대차 계약서", "author": "A. Writer", "created": "2024-01-31T09:30:00"},
    )


def test_hangul_in_pieces_is_put_together(tmp_path: Path) -> None:
    path = pdf(tmp_path / "mac.pdf", [unicodedata.normalize("NFD", "서랍 속의 계약서")])

    assert [page.text for page in read(path).pages] == ["서랍 속의 계약서"]


def test_what_was_filled_into_a_form_is_read_where_it_stands(tmp_path: Path) -> None:
    path = pdf(tmp_path / "form.pdf", ["Name of the tenant:"], filled_in="Kim Min-jun")

    assert [page.text for page in read(path).pages] == ["Name of the tenant:\nKim Min-jun"]


def test_pages_without_text_are_listed_and_the_others_kept(tmp_path: Path) -> None:
    reading = read(pdf(tmp_path / "mixed.pdf", ["first", SCAN, "third", " . "]))

    assert [(page.number, page.text) for page in reading.pages] == [(1, "first"), (3, "third")]
    assert reading.unread_pages == (2, 4)


def test_a_scan_says_how_many_pages_it_has(tmp_path: Path) -> None:
    with pytest.raises(NoTextInDocument) as caught:
        read(pdf(tmp_path / "scan.pdf", [SCAN, SCAN]))

    assert caught.value.facts == {"name": "scan.pdf", "pages": 2}


def test_a_password_to_open_it_is_asked_to_be_removed(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument) as caught:
        read(pdf(tmp_path / "secret.pdf", ["words"], password="s3cret"))

    assert caught.value.facts == {"name": "secret.pdf"}


def test_a_password_against_editing_does_not_matter(tmp_path: Path) -> None:
    path = pdf(tmp_path / "locked.pdf", ["비밀 아닌 words"], owner_password="s3cret")

    assert [page.text for page in read(path).pages] == ["비밀 아닌 words"]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param("the man-\nagement of it", "the management of it", id="divided word"),
        pytest.param(
            "an inter-\nnational body, other international law", "an international body, other international law", id="seen whole"
        ),
        pytest.param("a third-\nparty claim, any third-party", "a third-party claim, any third-party", id="seen with its hyphen"),
        pytest.param("low non-\ncurrent debt", "low non-current debt", id="prefix"),
        pytest.param("state-\nsponsored, the state sponsored it", "state-sponsored, the state sponsored it", id="two words of their own"),
        pytest.param("a list:\n- one\n- two", "a list:\n- one\n- two", id="dashes that divide nothing"),
    ],
)
def test_a_word_divided_at_the_end_of_a_line_is_whole_again(tmp_path: Path, page: str, expected: str) -> None:
    assert read(pdf(tmp_path / "a.pdf", [page])).pages[0].text == expected


def test_the_outline_gives_headings_where_they_stand(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        ["Contents\nScope 2", "1.1 Scope\nThis is the scope.", "제2조(정의) 이 법에서 쓰는 말", "nothing"],
        outline=[("scope", 2), ("제2조(정의)", 3), ("Missing", 4)],
    )

    headings = {page.number: page.headings for page in read(path).pages}

    assert headings == {1: (), 2: (Heading(1, "Scope", 4),), 3: (Heading(1, "제2조(정의)", 0),), 4: ()}


def test_a_line_at_the_top_of_each_page_is_no_heading(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [f"PART II\nARTICLE {number}\ntext" for number in (1, 2, 3)])

    assert [[heading.title for heading in page.headings] for page in read(path).pages] == [["ARTICLE 1"], ["ARTICLE 2"], ["ARTICLE 3"]]


@pytest.mark.parametrize(
    "title",
    ["0001065280-18-000069", "Microsoft Word - 계약서_최종.hwp", "untitled", "제목 없음", "contract.docx"],
)
def test_a_title_made_by_a_program_is_none(tmp_path: Path, title: str) -> None:
    assert read(pdf(tmp_path / "a.pdf", ["words"], title=title)).title is None


def test_a_file_cut_off_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    whole = pdf(tmp_path / "whole.pdf", [f"page {number}" for number in range(1, 9)]).read_bytes()
    cut = tmp_path / "cut.pdf"
    last_object_ends = whole.rfind(b"endobj") + len(b"endobj")

    outcomes: dict[int, object] = {}
    for length in range(100, len(whole), 37):
        cut.write_bytes(whole[:length])
        try:
            outcomes[length] = [page.text for page in read(cut).pages]
        except DamagedDocument as error:
            outcomes[length] = error.facts["cause"]

    complete = [f"page {number}" for number in range(1, 9)]
    assert {length for length, outcome in outcomes.items() if outcome not in ("its end is missing", complete)} == set()
    assert {length for length, outcome in outcomes.items() if outcome == complete and length < last_object_ends} == set()


def test_a_file_whose_table_is_wrong_is_read_all_the_same(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", ["one", "two"])
    contents = path.read_bytes()
    path.write_bytes(contents[: contents.rfind(b"startxref")] + b"startxref\n7\n%%EOF\n")

    assert [page.text for page in read(path).pages] == ["one", "two"]


def test_a_file_that_only_begins_like_a_pdf_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nhello\n%%EOF\n")

    with pytest.raises(DamagedDocument) as caught:
        read(tmp_path / "a.pdf")

    assert caught.value.facts == {"name": "a.pdf", "cause": "it cannot be opened as a PDF"}
