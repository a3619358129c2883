"""PDF -> pages."""

import inspect
import random
import unicodedata
from dataclasses import replace
from pathlib import Path

import pypdf.errors
import pytest

from ingest.read import read
from ingest.read.pdf_structure import STRUCTURE_UNREADABLE
from rag.errors import BlankDocument, DamagedDocument, DocumentError, DocumentNeedsOCR, EncryptedDocument
from rag.records import Heading, Page, Reading
from tests.documents import DRAWING, RULED, SCAN, SCAN_IN_A_FORM, pdf


def test_text_comes_page_by_page_with_labels_and_metadata(tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "lease.pdf",
        ["Lease (draft)\nbetween A & B", "제1조 (목적) 이 계약은 임대차를 정한다.\n보증금은 1,000만 원이다."],
        title="임대차 계약서",
        roman_front_pages=1,
    )

    assert _without_boxes(read(path)) == Reading(
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


def _without_boxes(reading: Reading) -> Reading:
    return replace(reading, pages=tuple(replace(page, boxes=b"") for page in reading.pages))


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


def test_a_blank_page_hides_nothing(tmp_path: Path) -> None:
    reading = read(pdf(tmp_path / "a.pdf", ["first", "", " ", RULED, "fifth"]))

    assert [(page.number, page.text) for page in reading.pages] == [(1, "first"), (5, "fifth")]
    assert reading.unread_pages == ()


@pytest.mark.parametrize("page", [SCAN, SCAN_IN_A_FORM, DRAWING, " . "])
def test_a_page_that_shows_something_other_than_words_is_unread(tmp_path: Path, page: str) -> None:
    assert read(pdf(tmp_path / "a.pdf", ["first", page])).unread_pages == (2,)


@pytest.mark.parametrize(
    ("pages", "error"),
    [
        pytest.param([SCAN, SCAN], DocumentNeedsOCR(name="scan.pdf", pages=2), id="scans"),
        pytest.param(["", ""], BlankDocument(name="scan.pdf", pages=2), id="blank"),
        pytest.param([SCAN, ""], DocumentNeedsOCR(name="scan.pdf", pages=1), id="both"),
    ],
)
def test_a_document_without_a_word_says_how_many_pages_it_has(tmp_path: Path, pages: list[str], error: DocumentError) -> None:
    with pytest.raises(DocumentError) as caught:
        read(pdf(tmp_path / "scan.pdf", pages))

    assert caught.value.reason() == error.reason()


ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_password_to_open_it_is_asked_to_be_removed(tmp_path: Path, algorithm: str) -> None:
    with pytest.raises(EncryptedDocument) as caught:
        read(pdf(tmp_path / "secret.pdf", ["words"], password="s3cret", algorithm=algorithm))

    assert caught.value.facts == {"name": "secret.pdf"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_password_against_editing_does_not_matter(tmp_path: Path, algorithm: str) -> None:
    path = pdf(
        tmp_path / "locked.pdf", ["비밀 아닌 words"], title="비밀", roman_front_pages=1, owner_password="s3cret", algorithm=algorithm
    )

    reading = read(path)

    assert [(page.text, page.label) for page in reading.pages] == [("비밀 아닌 words", "i")]
    assert reading.title == "비밀"


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


# --- structure that cannot be read -----------------------------------------------------------

ENDLESS_OUTLINE = {number: b"<</Title(one)/First %d 0 R/Next %d 0 R>>" % (number + 1, number + 1) for number in range(1000, 1040)}
METADATA = {"title": "T", "author": "A. Writer", "created": "2024-01-31T09:30:00"}
ENDLESS_LABELS = {1000: b"<</Limits[0 9]/Kids[1000 0 R]>>"}


@pytest.mark.parametrize(
    ("catalog_entries", "more_objects", "metadata", "label"),
    [
        pytest.param(b"/Outlines<</First 1000 0 R>>", ENDLESS_OUTLINE, METADATA, "i", id="outline without end"),
        pytest.param(b"/Outlines<</First 7>>/Dests 7", {}, METADATA, "i", id="outline of numbers"),
        pytest.param(b"/PageLabels<</Kids[1000 0 R]>>", ENDLESS_LABELS, METADATA, None, id="labels without end"),
        pytest.param(b"/PageLabels<</Nums[0<</S/r/P<FEFFD8>>>]>>", {}, METADATA, "1", id="labels in broken letters"),
        pytest.param(b"", {10: b"[7 7 7]"}, {}, "i", id="metadata that is a list"),
        pytest.param(
            b"",
            {10: b"<</Title(T)/Author 7/CreationDate(soon)/ModDate(D:2024)>>"},
            {"title": "T", "modified": "2024-01-01T00:00:00"},
            "i",
            id="metadata of other kinds",
        ),
        pytest.param(b"", {2: b"<</Type/Pages/Count 2/Kids[20 0 R 22 0 R 2 0 R]>>"}, METADATA, None, id="pages in a circle"),
    ],
)
def test_structure_that_makes_no_sense_costs_itself_alone(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    catalog_entries: bytes,
    more_objects: dict[int, bytes],
    metadata: dict[str, str],
    label: str | None,
) -> None:
    own_labels = 0 if b"/PageLabels" in catalog_entries else 2
    path = pdf(
        tmp_path / "a.pdf",
        ["one", "two"],
        title="T",
        roman_front_pages=own_labels,
        catalog_entries=catalog_entries,
        more_objects=more_objects,
    )

    reading = read(path)

    assert [page.text for page in reading.pages] == ["one", "two"]
    assert reading.metadata == metadata
    assert reading.pages[0].label == label
    assert caplog.records == []


def test_structure_that_takes_too_long_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "a.pdf", ["one", "two"], title="T", roman_front_pages=1, outline=[("two", 2)])
    monkeypatch.setattr("ingest.read.pdf_structure._STRUCTURE_SECONDS", 0)

    assert _without_boxes(read(path)) == Reading((Page("one", number=1), Page("two", number=2)), format="pdf")


def test_every_error_of_the_structure_library_is_expected() -> None:
    errors = [kind for _, kind in inspect.getmembers(pypdf.errors, inspect.isclass) if issubclass(kind, Exception)]

    assert [kind for kind in errors if not issubclass(kind, (*STRUCTURE_UNREADABLE, Warning))] == []


def test_whatever_is_wrong_with_a_file_it_is_read_or_refused_in_words(tmp_path: Path) -> None:
    whole = pdf(tmp_path / "a.pdf", ["one", "two"], title="T", roman_front_pages=1, outline=[("one", 1), ("two", 2)]).read_bytes()
    chance = random.Random(7)
    outcomes: set[str] = set()
    for _ in range(300):
        spoiled = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            spoiled[chance.randrange(16, len(spoiled))] = chance.choice(b"\0 0179/<>[]()RXobj\xff")
        (tmp_path / "b.pdf").write_bytes(spoiled)
        try:
            read(tmp_path / "b.pdf")
            outcomes.add("read")
        except DocumentError:
            outcomes.add("refused")

    assert outcomes == {"read", "refused"}
