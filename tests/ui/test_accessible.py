"""Every view can be used by who hears it, sees little, or has the keyboard alone: examined by axe-core in the browser.

All of it counts, Streamlit's own markup too: what that does wrong is put right by ``ui/web/parts/desk.js`` and ``ui/web/look.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.records import Language
from tests.browser import SECONDS, Scheme, Server, Visit, fill, needs_chromium, running_server
from tests.conftest import LEASE, RULES
from tests.documents import pdf
from ui.words import history, library, machine, search
from ui.words import page as page_words
from ui.words import viewer as viewer_words

pytestmark = needs_chromium

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SEVERE = ("serious", "critical")

NOT_OURS = {
    "landmark-banner-is-top-level",  # the calendar's own heading is a <header>
    "landmark-no-duplicate-banner",
    "landmark-unique",
    "presentation-role-conflict",  # where files are dropped
}
"""What Streamlit gets wrong without keeping anybody from anything: none of it is severe."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("accessible")
    (folder / "lease.md").write_text(LEASE, encoding="utf-8")
    (folder / "취업규칙.md").write_text(RULES, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"no PDF")
    pdf(folder / "boilers.pdf", [f"Page {number}\nThe boiler of house {number} was inspected in 20{number}0." for number in range(1, 5)])
    fill(folder / "drawer", *(folder / name for name in ("lease.md", "취업규칙.md", "broken.pdf", "boilers.pdf")))
    with running_server(folder / "drawer") as running:
        yield running


def examine(page: Page, where: str) -> None:
    expect(page.locator("[data-stale='true']:not(:has(> .stEmpty))")).to_have_count(0)
    page.wait_for_timeout(250)  # colours change by and by
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    wrong = [
        f"{where}: {each['id']} ({each['impact']}): {node['html'][:160]}: {node['failureSummary']}"
        for each in found["violations"]
        if each["id"] not in NOT_OURS or each["impact"] in SEVERE
        for node in each["nodes"]
    ]
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_view_keeps_anybody_out(browser: Browser, desk: Server, language: Language, scheme: Scheme) -> None:
    words = page_words.IN[language]
    visit = Visit(browser, desk, {"en": "en-GB", "ko": "ko-KR"}[language], scheme=scheme)
    page = visit.page
    expect(page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    expect(page.locator("html")).to_have_attribute("lang", language)
    examine(page, "ask")
    page.get_by_test_id("stPopoverButton").click()
    page.get_by_test_id("stDateInputCalendarButton").first.click()
    expect(page.get_by_test_id("stDateInputCalendar")).to_be_visible()
    examine(page, "the choice of documents")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    visit.ask("When was the boiler of house 3 inspected?")
    expect(page.locator(".sr sup .mark")).to_be_visible(timeout=30 * SECONDS)
    visit.ask("How much is the deposit?")
    expect(page.locator(".sr .unsupported")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    page.locator(".sr sup .mark").first.click()
    expect(page.get_by_role("complementary").get_by_role("button", name=viewer_words.IN[language].closer)).to_be_visible(
        timeout=15 * SECONDS
    )
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    examine(page, "an answer and a page")
    page.keyboard.press("Escape")
    visit.ask("Who won the cup?")
    expect(page.locator(".sr .calm")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    page.locator("[data-send='manage']").first.click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=10 * SECONDS)
    expect(page.get_by_role("dialog").get_by_role("button", name=history.IN[language].rename)).to_be_visible()
    examine(page, "a dialog")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    examine(page, "not found")

    visit.go(search.IN[language].title)
    page.get_by_role("searchbox").fill("deposit")
    page.keyboard.press("Enter")
    expect(page.locator(".s-doc").first).to_be_visible(timeout=10 * SECONDS)
    examine(page, "search")
    visit.go(words.whole)
    visit.is_still()
    examine(page, "whole documents")
    visit.go(words.library)
    views = page.locator(".st-key-library").get_by_role("radio")
    expect(views.first).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    for number in range(views.count()):
        views.nth(number).click()
        visit.is_still()
        examine(page, f"documents, {number + 1}")
    views.first.click()
    page.locator("[data-pick]").first.check()
    page.get_by_role("button", name=library.IN[language].remove_picked).click()
    expect(page.get_by_role("dialog").get_by_role("button", name=library.IN[language].keep)).to_be_visible(timeout=10 * SECONDS)
    examine(page, "leaving")
    page.keyboard.press("Escape")
    visit.go(machine.IN[language].title)
    expect(page.get_by_text(machine.IN[language].drawer).first).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    examine(page, "settings")
    page.context.close()
