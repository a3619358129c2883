"""A walk through all views of the page, over a drawer that holds the sample documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from rag.records import Language
from tests.browser import ROOT, SECONDS, Visit
from ui.words import machine, search, viewer
from ui.words import page as page_words

SAMPLES = ROOT / "data" / "samples"
LOCALES: Mapping[Language, str] = {"en": "en-GB", "ko": "ko-KR"}
_WORK_S = 60
"""That an answer may take where a real model writes it; a summary is several."""


@dataclass(frozen=True)
class Script:
    """What is asked on the way."""

    question: str
    search: str
    summarised: str
    compared: tuple[str, str]
    points: str


SCRIPTS: Mapping[Language, Script] = {
    "en": Script(
        question="How much notice must the tenant give to end the lease on the break date?",
        search="notice",
        summarised="lease-agreement.pdf",
        compared=("lease-agreement.pdf", "service-agreement.docx"),
        points="notice, deposit, personal data breach",
    ),
    "ko": Script(
        question="민감정보를 처리하는 시스템의 접속기록은 얼마 동안 보관해야 하나요?",
        search="접속기록",
        summarised="개인정보-내부관리-규정.pdf",
        compared=("취업규칙.docx", "개인정보-내부관리-규정.pdf"),
        points="연차유급휴가, 접속기록의 보관",
    ),
}
_OF_THE_LIBRARY = ("documents", "map", "lengths", "activity")


def walk(visit: Visit, language: Language) -> Iterator[str]:
    """The name of each view, while it is shown and nothing is drawn any more."""
    words, script, page = page_words.IN[language], SCRIPTS[language], visit.page
    expect(page.get_by_role("heading", name=words.ask_title)).to_be_visible(timeout=60 * SECONDS)
    visit.is_still()
    yield "ask"
    page.get_by_test_id("stPopoverButton").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    yield "ask-of-which"
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    visit.is_still()
    visit.ask(script.question)
    expect(page.locator(".sr .quote").first).to_be_visible(timeout=_WORK_S * SECONDS)
    visit.is_still()
    yield "answer"
    page.locator(".sr sup .mark").first.click()
    expect(page.locator(".v-mark").first).to_be_visible(timeout=30 * SECONDS)
    yield "page"
    page.get_by_role("complementary").get_by_role("button", name=viewer.IN[language].close).click()
    expect(page.get_by_role("complementary")).to_have_count(0)

    go(visit, search.IN[language].title)
    expect(page.get_by_role("searchbox")).to_be_visible(timeout=30 * SECONDS)
    page.get_by_role("searchbox").fill(script.search)
    page.keyboard.press("Enter")
    expect(page.locator(".s-doc").first).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    yield "search"

    go(visit, words.whole)
    expect(page.get_by_role("heading", name=words.whole_title)).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    choose(page, words.document_to_summarise, script.summarised)
    press(page, words.summarise)
    _is_done(visit, words)
    yield "summary"
    page.get_by_role("radio", name=words.compare, exact=True).click()
    expect(page.get_by_label(words.points)).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    choose(page, words.documents_to_compare, *script.compared)
    page.get_by_label(words.points).fill(script.points)
    press(page, words.compare)
    expect(page.locator(".rows.wide").first).to_be_visible(timeout=2 * _WORK_S * SECONDS)
    _is_done(visit, words)
    yield "comparison"

    go(visit, words.library)
    choices = page.locator(".st-key-library").get_by_role("radio")
    expect(choices).to_have_count(len(_OF_THE_LIBRARY), timeout=30 * SECONDS)
    for number, name in enumerate(_OF_THE_LIBRARY):
        choices.nth(number).click()
        if name == "map":
            expect(page.locator(".map svg")).to_be_visible(timeout=30 * SECONDS)
        visit.is_still()
        yield name

    go(visit, machine.IN[language].title)
    expect(page.get_by_text(machine.IN[language].drawer).first).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    yield "settings"


def go(visit: Visit, title: str) -> None:
    """By the menu, which is folded where there is no room for it."""
    page = visit.page
    folded = page.get_by_test_id("stExpandSidebarButton")
    if was_folded := folded.is_visible():
        unfold(page)
    visit.go(title)
    fold = page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
    if was_folded and fold.is_visible():
        fold.click()
        expect(folded).to_be_visible()


def unfold(page: Page) -> None:
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stPageLink").first).to_be_in_viewport()


def choose(page: Page, label: str, *names: str) -> None:
    for name in names:
        page.get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=name, exact=True).click()
    if page.get_by_role("option").count():  # Streamlit takes the choice back where the list is closed already
        page.keyboard.press("Escape")


def press(page: Page, label: str) -> None:
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=label, exact=True).click()


def _is_done(visit: Visit, words: page_words.Words) -> None:
    expect(visit.page.get_by_role("button", name=words.save_as["docx"])).to_be_visible(timeout=4 * _WORK_S * SECONDS)
    expect(visit.page.get_by_role("button", name=words.stop, exact=True)).to_have_count(0, timeout=10 * SECONDS)
    visit.is_still()
