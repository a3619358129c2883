"""From an answer to the words it rests on, on their page, as a reader sees them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import SECONDS, Server, Visit, needs_chromium
from tests.conftest import LEASE
from tests.documents import KOREAN_FONT, TWO_COLUMNS, lettered_pdf, pdf, with_entries
from ui.words.viewer import ENGLISH

pytestmark = needs_chromium

Colours = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Place:
    """In shares of the page as it is shown; where the PDF itself says that the words stand."""

    left: float
    top: float
    right: float
    bottom: float


def second_column(path: Path) -> Path:
    line = b"right line 3 of the second column too"
    contents = pdf(path, [TWO_COLUMNS]).read_bytes().replace(line, b"The deposit is 3,751 euros.".ljust(len(line)))
    path.write_bytes(contents.replace(b"column too)", b"column so.)"))
    return path


def korean(path: Path) -> Path:
    lines = "제2조 (보증금)\n임차인은 보증금 12,500,000원을 지급한다.\n보증금은 계약이 끝난 날부터 30일 이내에 반환한다.\n제3조 (차임)"
    return lettered_pdf(path, ["표지", lines], font=KOREAN_FONT)


def turned(path: Path) -> Path:
    """Written along the long side, as wide tables are, and shown upright by turning the page."""
    lines = ["Lease agreement.", "The tenant pays a deposit of 3,751 euros before moving in.", "Other matters."]
    contents = with_entries(pdf(path, ["\n".join(lines)]), b"/Rotate 90").read_bytes()
    for at in range(len(lines)):
        contents = contents.replace(b"1 0 0 1 50 %d Tm" % (740 - 16 * at), b"0 1 -1 0 %d 50 Tm" % (60 + 16 * at))
    path.write_bytes(contents)
    return path


@pytest.mark.parametrize(
    ("build", "question", "place"),
    [
        pytest.param(second_column, "How much is the deposit?", Place(330 / 612, 92 / 792, 0.78, 103 / 792), id="two columns"),
        pytest.param(
            korean,
            "보증금은 언제 반환하나요?",
            Place(60 / 595, (82 + 19.2 * 2 - 12) / 842, 0.65, (82 + 19.2 * 2 + 4) / 842),
            marks=pytest.mark.skipif(not KOREAN_FONT.is_file(), reason="fonts-nanum is not installed"),
            id="Korean",
        ),
        pytest.param(turned, "When is the money due, before moving in or after?", Place(50 / 792, 66 / 612, 0.5, 79 / 612), id="rotated"),
    ],
)
def test_a_citation_opens_its_page_with_the_words_marked_where_they_stand(
    browser: Browser, server: Server, tmp_path: Path, build: Callable[[Path], Path], question: str, place: Place
) -> None:
    visit = Visit(browser, server)
    page = visit.page
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("input[type=file]").set_input_files(build(tmp_path / "paper.pdf"))
    expect(page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask(question)
    page.locator(".sr sup .mark").first.click(timeout=30 * SECONDS)

    sheet = page.locator(".v-sheet")
    expect(sheet.locator(".v-mark")).not_to_have_count(0, timeout=15 * SECONDS)
    expect(sheet.locator("img")).to_have_js_property("complete", True)
    marked = seen(page)
    page.add_style_tag(content=".v-mark { visibility: hidden; }")
    plain = seen(page)

    yellow = (marked[:, :, 2] < 120) & (marked[:, :, 0] > 200)
    height, width = yellow.shape
    rows, columns = np.flatnonzero(yellow.any(axis=1)), np.flatnonzero(yellow.any(axis=0))
    found = Place(columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    near = 0.015
    assert abs(found.left - place.left) < near, found
    assert abs(found.top - place.top) < near, found
    assert abs(found.bottom - place.bottom) < near, found
    assert found.left < found.right < place.right + near, found
    ink = (plain < 100).all(axis=2)
    assert ink[yellow].any() or ink[rows[0] : rows[-1], columns[0] : columns[-1]].sum() > 50  # words, not an empty strip
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def seen(page: Page) -> Colours:
    """The page of the document as it is on the screen."""
    with Image.open(io.BytesIO(page.locator(".v-sheet").screenshot())) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.int16)


def test_the_viewer_turns_pages_steps_through_places_and_closes_by_keys(browser: Browser, server: Server, tmp_path: Path) -> None:
    visit = Visit(browser, server)
    page = visit.page
    page.get_by_role("link", name="Documents", exact=True).click()
    pages = [f"Page {number}\nOn page {number} the deposit of tenant {number} is {number}00 euros." for number in range(1, 5)]
    page.locator("input[type=file]").set_input_files(pdf(tmp_path / "four.pdf", pages))
    expect(page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("Who won the cup?")
    expect(page.locator(".sr .calm")).to_be_visible(timeout=30 * SECONDS)  # not found, with the nearest passages
    first = page.locator(".sr [data-open]").first
    first.focus()
    page.keyboard.press("Enter")

    viewer = page.get_by_role("complementary")
    expect(viewer).to_be_focused(timeout=15 * SECONDS)
    expect(viewer.locator(".v-count")).to_have_text(ENGLISH.page_of.format(page=1, pages=4))
    page.keyboard.press("]")
    expect(viewer.locator(".v-count")).to_have_text(ENGLISH.page_of.format(page=2, pages=4))
    page.keyboard.press("[")
    expect(viewer.locator(".v-count")).to_have_text(ENGLISH.page_of.format(page=1, pages=4))
    width = viewer.locator(".v-sheet").bounding_box()
    page.keyboard.press("+")
    wider = viewer.locator(".v-sheet").bounding_box()
    assert width
    assert wider
    assert wider["width"] > 1.2 * width["width"]
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(first).to_be_focused()


def test_what_has_no_pages_is_shown_in_its_surroundings(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "How much is the deposit?")
    page.locator(".sr .quote .open").first.click(timeout=30 * SECONDS)

    viewer = page.get_by_role("complementary")
    expect(viewer.locator("mark.strong")).to_have_text("The tenant pays a deposit of 3,751 euros before moving in.", timeout=15 * SECONDS)
    expect(viewer).to_contain_text("Either party may end the lease")
    expect(viewer.locator("img")).to_have_count(0)


def test_an_answer_goes_on_being_written_while_a_page_is_looked_at(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "Tell me slowly")
    expect(page.locator(".sr .live")).to_contain_text("word word", timeout=30 * SECONDS)
    written = len(page.locator(".sr .live").inner_text())

    page.locator(".sr .card .open").first.click()

    expect(page.get_by_role("complementary")).to_contain_text("lease.md", timeout=15 * SECONDS)
    expect(page.locator(".sr .live")).to_have_text(re.compile(f".{{{written + 20},}}", re.DOTALL))
