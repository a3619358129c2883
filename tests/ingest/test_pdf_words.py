"""Where the words of a PDF stand, held against the ink of the drawn page."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.read import read
from ingest.read.pdf import _join_hyphenated, _tidy
from ingest.read.pdf_words import PlacedText, boxes
from rag.boxes import rectangles, words
from rag.records import Page
from tests.documents import TWO_COLUMNS, pdf, with_entries

SCALE = 3  # of the drawing; a point is three pixels
TOLERANCE = 2  # pixels


def shown(page: Page, said: str) -> list[tuple[float, float, float, float]]:
    """The rectangles of these words, in shares."""
    start = page.text.index(said)
    meant = [word for word in words(page.boxes, len(page.text)) if word.start < start + len(said) and word.end > start]
    return [(found.left, found.top, found.right, found.bottom) for found in rectangles(meant, page=page.number)]


def ink(path: Path, number: int | None = 1) -> np.ndarray:
    """Where the page is dark, as it is shown."""
    with pypdfium2.PdfDocument(path) as document:
        drawn: np.ndarray = document[(number or 1) - 1].render(scale=SCALE, grayscale=True).to_numpy().squeeze() < 160
        return drawn.copy()


def assert_ink_is_boxed(path: Path, page: Page) -> None:
    """All the page's ink lies in its boxes, and every box holds some."""
    dark = ink(path, page.number)
    height, width = dark.shape
    left_over = dark.copy()
    for box in words(page.boxes, len(page.text)):
        left, right = int(box.left * width), int(box.right * width) + 1
        top, bottom = int(box.top * height), int(box.bottom * height) + 1
        assert dark[top:bottom, left:right].any(), page.text[box.start : box.end]
        left_over[max(0, top - TOLERANCE) : bottom + TOLERANCE, max(0, left - TOLERANCE) : right + TOLERANCE] = False
    assert not left_over.any()


def spelt(page: Page) -> list[str]:
    return [page.text[word.start : word.end] for word in words(page.boxes, len(page.text))]


def test_a_word_stands_where_it_was_set(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", ["The deposit is due"])
    (page,) = read(path).pages

    ((left, top, right, bottom),) = shown(page, "The deposit")

    assert (left, right) == pytest.approx((50 / 612, (50 + 12 * 5.225) / 612), abs=0.001)  # widths of Helvetica, in ems
    assert 1 - 740 / 792 < bottom < 1 - 736 / 792  # the line it stands on, less what goes below
    assert 1 - 753 / 792 < top < 1 - 748.6 / 792  # its capitals and a little more
    assert spelt(page) == ["The", "deposit", "is", "due"]
    assert_ink_is_boxed(path, page)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(b"/Rotate 90", (743 / 792, 50 / 612), id="turned right"),
        pytest.param(b"/Rotate 180", (1 - 50 / 612, 743 / 792), id="upside down"),
        pytest.param(b"/Rotate 270", (1 - 743 / 792, 1 - 50 / 612), id="turned left"),
        pytest.param(b"/CropBox[40 400 340 760]", (10 / 300, 17 / 360), id="cropped"),
        pytest.param(b"/CropBox[40 400 340 760]/Rotate 90", (343 / 360, 10 / 300), id="cropped and turned"),
        pytest.param(b"/UserUnit 2", (50 / 612, 1 - 743 / 792), id="in larger units"),
    ],
)
def test_boxes_are_those_of_the_page_as_it_is_shown(tmp_path: Path, entries: bytes, expected: tuple[float, float]) -> None:
    path = with_entries(pdf(tmp_path / "a.pdf", ["The deposit is due\non the first day"]), entries)
    (page,) = read(path).pages

    (first,) = [word for word in words(page.boxes, len(page.text)) if page.text[word.start : word.end] == "The"]

    assert sorted(spelt(page)) == sorted(["The", "deposit", "is", "due", "on", "the", "first", "day"])
    assert first.left - 0.005 <= expected[0] <= first.right + 0.005  # where the pen was set down, a little above the line
    assert first.top - 0.005 <= expected[1] <= first.bottom + 0.005
    assert_ink_is_boxed(path, page)


def test_columns_that_are_put_in_order_keep_their_places(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [TWO_COLUMNS])
    (page,) = read(path).pages

    assert spelt(page) == page.text.split()
    (second,) = shown(page, "right line 3 of the second column too")
    assert second[0] == pytest.approx(330 / 612, abs=0.003)
    assert second[3] == pytest.approx(1 - (734 - 14 * 3 - 2) / 792, abs=0.004)
    assert_ink_is_boxed(path, page)


def test_a_divided_word_has_a_box_on_each_line(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", ["the man-\nagement of a third-\nparty, any third-party"])
    (page,) = read(path).pages

    assert page.text == "the management of a third-party, any third-party"
    assert spelt(page) == ["the", "man", "agement", "of", "a", "third", "party,", "any", "third-party"]
    first, second = shown(page, "management")
    assert (first[1] < second[1], second[0] == pytest.approx(50 / 612, abs=0.002)) == (True, True)


def test_hangul_in_pieces_and_running_lines_keep_the_words_in_their_places(tmp_path: Path) -> None:
    sentence = unicodedata.normalize("NFD", "서랍 속의 계약서")
    path = pdf(tmp_path / "a.pdf", [f"Lease\nSentence {number}. {sentence}\n{number}" for number in range(1, 8)])

    pages = read(path).pages

    assert [spelt(page) for page in pages] == [page.text.split() for page in pages]
    (found,) = shown(pages[6], "서랍")
    assert 1 - 740 / 792 < (found[1] + found[3]) / 2 < 1 - 716 / 792
    assert pages[6].text == "Sentence 7. 서랍 속의 계약서"


LIGATURE = "of\ufb01ce rules"


def test_a_ligature_is_one_place(tmp_path: Path) -> None:
    (page,) = read(pdf(tmp_path / "a.pdf", [LIGATURE])).pages

    assert spelt(page) == page.text.split()


WORDS = st.text(st.sampled_from("ab-é\u0301가\u1100\u1161 \xa0\xad\t\u200b\x07\x02\ufffe\uf0b7\r\n\u2002"), max_size=60)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=3), st.integers(0, 10), st.integers(0, 60))
def test_spans_lie_in_the_text_in_order_and_say_what_was_found(raw: list[str], start: int, end: int) -> None:
    for found, joined in zip(raw, _join_hyphenated(raw), strict=True):
        pieces = [match.span() for match in re.finditer(r"[^\s\x02\ufffe]+", found)]
        places = [(at, at, at + 1, at + 1) for at in range(1, len(pieces) + 1)]
        text = _tidy(joined)
        kept = slice(min(start, len(text)), min(max(start, end), len(text)))

        boxed = words(boxes(PlacedText(found, pieces, places), text, kept, _tidy), len(text[kept]))

        spans = [(word.start, word.end) for word in boxed]
        assert spans == sorted(spans)
        for word in boxed:
            first, last = pieces[round(word.left * 10_000) - 1]
            assert text[kept][word.start : word.end] == _tidy(found[first:last])
