"""Summaries and comparisons in a real browser, over the real server, with scripted models."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import docx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.records import Language
from tests.browser import SECONDS, Scheme, Server, Visit, fill, needs_chromium, running_server
from tests.conftest import LEASE, RULES
from tests.documents import pdf
from tests.ui.test_accessible import examine
from tests.ui.test_desk import reach
from tests.ui.test_spoken import foreign
from tests.ui.walk import LOCALES, choose, press
from ui.words.page import ENGLISH, IN, KOREAN, Words
from ui.words.viewer import ENGLISH as VIEWER
from ui.words.viewer import KOREAN as VIEWER_IN_KOREAN

pytestmark = needs_chromium

RENT = "The rent is 1,250.50 euros a month."
DEPOSIT = "The tenant pays a deposit of 3,751 euros before moving in."
INSPECTED = "The boiler of house 3 was inspected in 2030."
PUMP = """# Pump

## 1. Deposit of oil

The operator keeps a deposit of oil of 20 litres beside the pump. The oil is changed in the spring of every year by the operator.

## 2. Filling

The pump fills the tank slowly, within 40 minutes of the start. The tank is never filled by hand while the pump is at work.
"""
SLOW = "The pump fills the tank slowly, within 40 minutes of the start."
KOREAN_LEASE = """# 임대차계약서

## 제1조 (보증금)

임차인은 보증금 12,500,000원을 지급한다. 보증금은 계약이 끝난 날부터 30일 이내에 반환한다.

## 제2조 (차임)

임차인은 매월 말일까지 차임 500,000원을 임대인의 계좌로 지급한다. 차임을 늦게 내면 이자를 더한다.
"""
PAPERS = {"lease.md": LEASE, "취업규칙.md": RULES, "pump.md": PUMP, "임대차계약서.md": KOREAN_LEASE}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("whole")
    for name, text in PAPERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    pdf(folder / "boilers.pdf", [f"Page {number}\nThe boiler of house {number} was inspected in 20{number}0." for number in range(1, 5)])
    fill(folder / "drawer", *(folder / name for name in (*PAPERS, "boilers.pdf")))
    with running_server(folder / "drawer") as running:
        yield running


def opened(browser: Browser, server: Server, language: Language = "en", *, scheme: Scheme = "light") -> Visit:
    visit = Visit(browser, server, LOCALES[language], scheme=scheme)
    expect(visit.page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    visit.go(IN[language].whole)
    expect(visit.page.get_by_role("heading", name=IN[language].whole_title)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    return visit


def summarise(visit: Visit, name: str, words: Words = ENGLISH) -> None:
    choose(visit.page, words.document_to_summarise, name)
    press(visit.page, words.summarise)


def compare(visit: Visit, names: list[str], points: str, words: Words = ENGLISH) -> None:
    page = visit.page
    page.get_by_role("radio", name=words.compare, exact=True).click()
    expect(page.get_by_label(words.points)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    choose(page, words.documents_to_compare, *names)
    page.get_by_label(words.points).fill(points)
    press(page, words.compare)


def is_done(visit: Visit, words: Words = ENGLISH) -> None:
    expect(visit.page.get_by_role("button", name=words.save_as["docx"])).to_be_visible(timeout=30 * SECONDS)
    expect(stop(visit.page, words)).to_have_count(0, timeout=10 * SECONDS)
    visit.is_still()


def stop(page: Page, words: Words = ENGLISH) -> Locator:
    return page.get_by_role("button", name=words.stop, exact=True)


def at_part(page: Page, words: Words, number: int, *, of: int) -> Locator:
    return page.locator(".while-running", has_text=words.part.format(number=number, total=of))


def viewer(page: Page) -> Locator:
    return page.get_by_role("complementary")


# --- from the choice to the words ---------------------------------------------------------------


def test_a_sentence_of_a_summary_opens_the_page_with_its_words_marked(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    summarise(visit, "boilers.pdf")
    is_done(visit)
    expect(page.locator(".sr p.question")).to_have_text(ENGLISH.summary_of.format(name="boilers.pdf"))

    page.locator(".part p", has_text=INSPECTED).locator(".mark").first.click()

    expect(viewer(page).locator(".v-count")).to_have_text(VIEWER.page_of.format(page=3, pages=4), timeout=15 * SECONDS)
    expect(viewer(page).locator(".v-mark")).not_to_have_count(0)
    expect(viewer(page).locator(".v-sheet img")).to_be_visible()
    assert visit.stayed_home(desk.address), (visit.asked, visit.complaints)


def test_a_summary_stands_under_its_headings_and_folds_its_quotations(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    summarise(visit, "lease.md")
    is_done(visit)

    expect(page.locator(".part > .where b")).to_have_text(["1. Rent", "2. Deposit", "3. Notice"])
    expect(page.locator(".part").first).to_contain_text(RENT)
    assert "Narnia" not in page.locator("#stMain, .stMain").first.inner_text()
    quotation = page.locator(".part").nth(1).locator(".quote", has_text=DEPOSIT)
    expect(quotation).to_be_hidden()
    page.locator(".part").nth(1).get_by_text(ENGLISH.supporting).click()
    expect(quotation).to_be_visible()
    quotation.locator(".open").click()
    expect(viewer(page).locator("mark.strong")).to_have_text(DEPOSIT, timeout=15 * SECONDS)


def test_a_comparison_says_what_is_not_stated_and_opens_what_is(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    compare(visit, ["lease.md", "취업규칙.md"], "deposit, 병가")
    is_done(visit)

    rows = [row.locator("th, td").all_inner_texts() for row in page.locator(".rows.wide tr").all()]
    assert [[re.sub(r"\s*\[\d+\]", "", cell) for cell in row] for row in rows] == [
        ["", "lease.md", "취업규칙.md"],
        ["deposit", "The deposit is 3,751 euros.", ENGLISH.not_stated],
        ["병가", ENGLISH.not_stated, "병가는 연 60일을 넘을 수 없다."],
    ]
    page.locator(".rows.wide .mark").last.click()
    expect(viewer(page).locator("mark.strong")).to_have_text("병가는 연 60일을 넘을 수 없다.", timeout=15 * SECONDS)


def test_who_chooses_nothing_is_told_what_to_choose(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    press(page, ENGLISH.summarise)
    expect(page.locator(".sr").get_by_text(ENGLISH.choose_document)).to_be_visible(timeout=10 * SECONDS)

    compare(visit, [], "")
    expect(page.locator(".sr .problem")).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    compare(visit, ["lease.md"], "deposit")
    expect(page.locator(".sr .problem")).to_contain_text("2", timeout=10 * SECONDS)
    expect(stop(page)).to_have_count(0, timeout=10 * SECONDS)


# --- stopped ------------------------------------------------------------------------------------


def test_a_stopped_summary_leaves_what_was_checked(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    summarise(visit, "pump.md")
    expect(at_part(page, ENGLISH, 2, of=2)).to_be_visible(timeout=30 * SECONDS)
    stop(page).click()

    expect(page.get_by_text(ENGLISH.stopped_part)).to_be_visible(timeout=10 * SECONDS)
    expect(stop(page)).to_have_count(0)
    expect(page.locator(".part > .where b")).to_have_text(["1. Deposit of oil"])
    expect(page.locator(".while-running")).to_have_count(0)
    assert SLOW not in page.locator(".stMain").inner_text()
    visit.is_still()
    page.locator(".part .mark").first.click()
    expect(viewer(page).locator("mark.strong")).not_to_have_count(0, timeout=15 * SECONDS)


def test_a_stopped_comparison_leaves_the_cells_that_were_checked(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    page = visit.page
    compare(visit, ["lease.md", "취업규칙.md"], "deposit, slowly")
    expect(at_part(page, ENGLISH, 3, of=4)).to_be_visible(timeout=30 * SECONDS)
    stop(page).click()

    expect(page.get_by_text(ENGLISH.stopped_part)).to_be_visible(timeout=10 * SECONDS)
    expect(page.locator(".rows.wide tr + tr td")).to_have_text([re.compile("The deposit is 3,751 euros"), ENGLISH.not_stated])
    expect(page.locator(".rows.wide th")).to_have_text(["lease.md", "취업규칙.md", "deposit"])


# --- saved --------------------------------------------------------------------------------------


def saved(page: Page, words: Words = ENGLISH) -> tuple[str, str]:
    """All text of the Word file and of the Markdown."""
    files = {}
    for kind in ("docx", "md"):
        with page.expect_download(timeout=60 * SECONDS) as download:
            page.locator(".sr .tools").get_by_role("button", name=words.save_as[kind], exact=True).click()
        files[kind] = download.value.path().read_bytes()
    word = docx.Document(io.BytesIO(files["docx"]))
    return "\n".join(part.text or "" for part in word.element.body.iter()), files["md"].decode()


def test_a_summary_is_saved_as_files_that_hold_its_sentences_and_quotations(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk)
    summarise(visit, "lease.md")
    is_done(visit)

    for text in saved(visit.page):
        assert RENT in text
        assert DEPOSIT in text
        assert "3. Notice" in text.replace("\\", "")
        assert "Narnia" not in text


def test_a_comparison_is_saved_with_what_is_not_stated(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk, "ko")
    compare(visit, ["취업규칙.md", "임대차계약서.md"], "병가", KOREAN)
    is_done(visit, KOREAN)

    for text in saved(visit.page, KOREAN):
        assert "병가는 연 60일을 넘을 수 없다." in text
        assert KOREAN.not_stated in text


# --- in Korean, by the keyboard, and by ear -----------------------------------------------------


def test_a_summary_in_korean_without_a_mouse(browser: Browser, desk: Server) -> None:
    visit = Visit(browser, desk, "ko-KR")
    page = visit.page
    expect(page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    reach(page, page.get_by_role("link", name=KOREAN.whole, exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=KOREAN.whole_title)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()

    choice = page.get_by_role("combobox", name=KOREAN.document_to_summarise)
    reach(page, choice)
    page.keyboard.type("취업")
    expect(page.get_by_role("option", name="취업규칙.md")).to_be_visible()
    assert foreign(page) == set()
    page.keyboard.press("Enter")
    reach(page, page.get_by_test_id("stFormSubmitButton").get_by_role("button"), most=4)
    page.keyboard.press("Enter")
    is_done(visit, KOREAN)
    expect(page.locator(".part").last).to_contain_text("병가는 연 60일을 넘을 수 없다.")
    assert foreign(page) == set()

    mark = page.locator(".part .mark").last
    reach(page, mark)
    page.keyboard.press("Enter")
    expect(viewer(page)).to_be_focused(timeout=15 * SECONDS)
    expect(viewer(page).locator("mark.strong")).to_have_text("병가는 연 60일을 넘을 수 없다.")
    expect(viewer(page).get_by_role("button", name=VIEWER_IN_KOREAN.close)).to_be_visible()
    assert foreign(page) == set()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()


def test_a_comparison_in_korean_while_it_is_made_and_when_it_is_stopped(browser: Browser, desk: Server) -> None:
    visit = opened(browser, desk, "ko")
    page = visit.page
    press(page, KOREAN.summarise)
    expect(page.locator(".sr").get_by_text(KOREAN.choose_document)).to_be_visible(timeout=10 * SECONDS)
    assert foreign(page) == set()
    compare(visit, ["취업규칙.md"], "", KOREAN)
    expect(page.locator(".sr .problem")).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()

    compare(visit, ["임대차계약서.md"], "병가, 천천히 하는 것", KOREAN)
    expect(at_part(page, KOREAN, 3, of=4)).to_be_visible(timeout=30 * SECONDS)
    expect(page.locator(".rows.wide td.nothing")).to_have_text([KOREAN.not_stated])
    assert foreign(page) == set()
    stop(page, KOREAN).click()
    expect(page.get_by_text(KOREAN.stopped_part)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ko", "dark")])
def test_a_result_keeps_nobody_out(browser: Browser, desk: Server, language: Language, scheme: Scheme) -> None:
    words = IN[language]
    visit = opened(browser, desk, language, scheme=scheme)
    page = visit.page
    press(page, words.summarise)
    expect(page.locator(".sr").get_by_text(words.choose_document)).to_be_visible(timeout=10 * SECONDS)
    examine(page, "nothing chosen")
    summarise(visit, "pump.md", words)
    expect(at_part(page, words, 2, of=2)).to_be_visible(timeout=30 * SECONDS)
    expect(page.locator(".sr").get_by_text(words.choose_document)).to_have_count(0)
    examine(page, "a summary while it is made")
    is_done(visit, words)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    examine(page, "a summary")

    compare(visit, ["lease.md", "취업규칙.md"], "deposit, 병가", words)
    expect(page.locator(".rows.wide tr + tr td")).to_have_count(4, timeout=30 * SECONDS)
    is_done(visit, words)
    page.locator(".rows.wide .mark").first.click()
    expect(viewer(page).locator("mark.strong")).not_to_have_count(0, timeout=15 * SECONDS)
    examine(page, "a comparison and its words")
