"""Whatever the page says to who reads Korean is Korean: every view, with all that opens on it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SECONDS, Server, Visit, fill, needs_chromium, running_server
from tests.conftest import RULES
from tests.documents import KOREAN_FONT, lettered_pdf
from ui.words import history as history_words
from ui.words import library as library_words
from ui.words import machine as machine_words
from ui.words import page as page_words
from ui.words import search as search_words
from ui.words.page import KOREAN

pytestmark = [*needs_chromium, pytest.mark.skipif(not KOREAN_FONT.is_file(), reason="fonts-nanum is not installed")]

SAID = """() => {
  const said = [];
  document.querySelectorAll("details").forEach((each) => (each.open = true));
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, around = node.parentElement;
    if (node.nodeType === Node.TEXT_NODE) {
      if (around?.closest("script, style, noscript, template, textarea, .path, [aria-hidden='true'][translate='no']")) continue;
      if (around?.checkVisibility()) said.push(node.data);
    } else if (node.checkVisibility())
      for (const name of ["aria-label", "aria-description", "aria-valuetext", "title", "placeholder", "alt", "label"]) said.push(node.getAttribute(name) ?? "");
  }
  return [document.title, ...said].filter((text) => /[A-Za-z]{2}/.test(text));
}"""

ALLOWED = re.compile(
    r"""(?<![A-Za-z]) (?:
    Seorap | English | Esc | Ctrl | scripted   # the product, a language's own name, keys, the model
    | [\w./-]+\.(?:pdf|md|exe) | \*\.pdf | (?:/[\w.-]+)+/? | spoken\d/문서 | http://127\.0\.0\.1:\d+   # names of files and folders, the address
    | PDF | DOCX? | XLSX | PPTX | HWPX? | MD | Markdown   # formats
    | k?B | MB | GB | SHA-256 | \.gitignore
    | seorap\ [a-z]+(?:\ --[a-z]+)?   # commands
    | Qwen[\w.]+-Coder-[\w.]+-Instruct | Q\d_K_M | multilingual-e5-small | llama\.cpp | Apache-2\.0 | MIT   # models and their licences
    | ext4 | overlay | tmpfs | [vs]d[a-z]\d*    # the disk
    | seorap\.toml | refusal\.least_chance | keep_conversations\ =\ false   # settings, as they are written in the file
    ) (?![A-Za-z])""",
    re.VERBOSE,
)


def foreign(page: Page) -> set[str]:
    """What is said that is not Korean."""
    return {text.strip()[:200] for text in page.evaluate(SAID) if re.search("[A-Za-z]{2}", ALLOWED.sub("", text))}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Documents, names and folders are Korean, so that whatever else is left was said by the page."""
    folder = tmp_path_factory.mktemp("spoken")
    papers = folder / "문서"
    papers.mkdir()
    (papers / "취업규칙.md").write_text(RULES, encoding="utf-8")
    (papers / "깨진 것.pdf").write_bytes(b"no PDF")
    sheets = [f"제{number}조 (보증금)\n임차인은 보증금 {number}2,500,000원을 지급한다." for number in range(1, 5)]
    sheets[2] += "\n보증금은 계약이 끝난 날부터 30일 이내에 반환한다."
    lettered_pdf(papers / "임대차계약서.pdf", sheets, font=KOREAN_FONT)
    fill(folder / "drawer", papers)
    with running_server(folder / "drawer") as running:
        yield running


@pytest.fixture
def visit(browser: Browser, desk: Server) -> Iterator[Visit]:
    opened = Visit(browser, desk, "ko-KR")
    expect(opened.page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    opened.is_still()
    yield opened
    assert foreign(opened.page) == set()  # also at the end, when what was open has been closed
    opened.context.close()


def test_the_question_and_what_documents_it_is_asked_of(visit: Visit) -> None:
    page = visit.page
    assert foreign(page) == set()
    page.get_by_test_id("stPopoverButton").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    assert foreign(page) == set()

    day = page.get_by_test_id("stDateInput").first
    day.get_by_test_id("stDateInputCalendarButton").click()
    expect(page.get_by_test_id("stDateInputCalendar")).to_be_visible()
    assert foreign(page) == set()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    visit.is_still()
    expect(day.get_by_test_id("stDateInputClearButton")).to_be_visible()
    assert foreign(page) == set()
    day.locator("[data-type='year']").click()
    page.keyboard.type("1960")
    page.keyboard.press("Tab")
    page.get_by_test_id("stDateInputError").hover()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert foreign(page) == set()
    day.get_by_test_id("stDateInputClearButton").click()

    documents = page.get_by_role("combobox", name=KOREAN.narrow_documents)
    documents.click()
    expect(page.get_by_role("option").first).to_be_visible()
    assert foreign(page) == set()
    page.keyboard.type("없는 이름")
    expect(page.get_by_test_id("stMultiSelectDropdown")).to_contain_text("없습니다")
    assert foreign(page) == set()
    documents.fill("취업")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text(KOREAN.only_in.format(documents="취업규칙.md"))).to_be_attached(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()


def test_an_answer_its_page_and_what_is_not_found(visit: Visit) -> None:
    page = visit.page
    visit.ask("보증금은 언제 반환하나요?")
    expect(page.locator(".sr .quote")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()
    page.locator(".sr sup .mark").first.click()
    expect(page.locator(".v-sheet img")).to_be_visible(timeout=15 * SECONDS)
    assert foreign(page) == set()
    page.keyboard.press("Escape")

    visit.ask("월드컵은 누가 우승했나요?")
    expect(page.locator(".sr .calm")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()

    page.locator("[data-send='manage']").first.click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=10 * SECONDS)
    page.get_by_role("dialog").get_by_label(history_words.KOREAN.name).fill("다른 이름")
    assert foreign(page) == set()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=KOREAN.edit).first.click()
    expect(page.get_by_label(KOREAN.edit_label)).to_be_visible()
    page.get_by_label(KOREAN.edit_label).fill("무엇인가요?")
    assert foreign(page) == set()


def test_an_answer_that_is_being_written(visit: Visit) -> None:
    page = visit.page
    visit.ask("보증금은 천천히 얼마인가요?")
    expect(page.locator(".sr .live")).to_contain_text("보증금은", timeout=30 * SECONDS)
    page.get_by_test_id("stChatInputStopButton").hover()
    assert foreign(page) == set()
    page.get_by_test_id("stChatInputStopButton").click()
    expect(page.get_by_text(KOREAN.stopped)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()


def test_every_other_view(visit: Visit) -> None:
    page = visit.page
    visit.go(search_words.KOREAN.title)
    expect(page.get_by_role("searchbox")).to_be_visible(timeout=10 * SECONDS)
    assert foreign(page) == set()
    page.get_by_role("searchbox").fill("보증금")
    page.keyboard.press("Enter")
    expect(page.locator(".s-doc").first).to_be_visible(timeout=10 * SECONDS)
    assert foreign(page) == set()

    visit.go(page_words.KOREAN.whole)
    visit.is_still()
    page.get_by_role("combobox").first.click()
    assert foreign(page) == set()
    page.keyboard.press("Escape")
    page.get_by_role("radio", name=KOREAN.compare).click()
    expect(page.get_by_label(KOREAN.points)).to_be_visible()
    page.get_by_label(KOREAN.points).fill("보증금")
    assert foreign(page) == set()

    visit.go(machine_words.KOREAN.title)
    expect(page.get_by_text(machine_words.KOREAN.drawer).first).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()


def test_the_documents(visit: Visit) -> None:
    page = visit.page
    visit.go(page_words.KOREAN.library)
    library = page.locator(".st-key-library")
    expect(library.get_by_text("임대차계약서.pdf").first).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    assert foreign(page) == set()
    for choice in library.get_by_role("combobox").all():
        choice.click()
        expect(page.get_by_role("option").first).to_be_visible()
        assert foreign(page) == set()
        page.keyboard.press("Escape")
    for number in range(library.get_by_role("radio").count()):
        library.get_by_role("radio").nth(number).click()
        visit.is_still()
        assert foreign(page) == set()
    library.get_by_role("radio").first.click()
    library.locator("[data-pick]").first.check()
    expect(library.get_by_role("button", name=library_words.KOREAN.remove_picked)).to_be_visible(timeout=10 * SECONDS)
    assert foreign(page) == set()
    library.get_by_role("button", name=library_words.KOREAN.remove_picked).click()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=10 * SECONDS)
    assert foreign(page) == set()
    page.get_by_role("dialog").get_by_role("button", name=library_words.KOREAN.keep).click()
    library.locator("input[type=file]").set_input_files({"name": "빈 것.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"})
    page.wait_for_timeout(500)
    visit.is_still()


def test_a_server_that_is_gone(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "ko-KR")
    expect(visit.page.get_by_text(KOREAN.empty_title)).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    server.process.send_signal(signal.SIGINT)
    expect(visit.page.get_by_role("dialog")).to_contain_text("seorap serve", timeout=60 * SECONDS)
    assert foreign(visit.page) == set()
