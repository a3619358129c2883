"""The page of search: what the server answers, and what a reader does with it in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ingest.queue import Queue
from rag.assemble import Assistant
from rag.errors import WeightsMissing
from rag.library.library import Library
from rag.library.traits import Group
from rag.records import Document, Language, State
from rag.settings import Settings
from tests.browser import SECONDS, Server, Visit, needs_chromium, running_server
from tests.conftest import LEASE, RULES
from tests.fakes import ScriptedModel, WordHashEmbedder
from ui.web import found, state
from ui.web.routes import ROUTES
from ui.web.state import Desk
from ui.words import page as words_of_page
from ui.words.search import ENGLISH, IN, KOREAN


def browser_test(test: Callable[..., None]) -> Callable[..., None]:
    for mark in needs_chromium:
        test = mark(test)
    return test


# --- what the server answers -------------------------------------------------------------------


@pytest.fixture
def opened(filled: Library, home: Path) -> Iterator[Assistant]:
    assistant = Assistant(Settings(home=home), filled, embedder=WordHashEmbedder(), model=ScriptedModel())
    queue = Queue(assistant)
    state.open_desk(Desk(assistant, queue))
    yield assistant
    state.close_desk()
    queue.close()


@pytest.fixture
def asked(opened: Assistant) -> TestClient:
    return TestClient(Starlette(routes=ROUTES))


def answer(asked: TestClient, text: str, **more: str) -> str:
    got = asked.get("/desk/find", params={"text": text, **more})
    assert got.status_code == 200
    return got.text


def part(markup: str, name: str) -> str:
    return markup.partition(f'<div data-part="{name}"')[2].partition("<div data-part=")[0]


def test_results_come_by_document_with_pages_headings_and_marked_words(asked: TestClient) -> None:
    drawn = part(answer(asked, "deposit"), "found")

    assert "<h2>lease.md</h2>" in drawn
    assert '<span class="where">Lease › 2. Deposit</span>' in drawn
    assert "pays a <mark>deposit</mark> of 3,751 euros" in drawn
    assert re.search(
        r'class="open s-hit" data-open data-doc="[0-9a-f]{64}" data-start="\d+" data-end="\d+" data-said="[0-9a-f]+" data-marked="deposit"',
        drawn,
    )


def test_the_count_is_said(asked: TestClient) -> None:
    assert ENGLISH.held.format(documents=1, passages=1) in part(answer(asked, "3,751 deposit"), "status")
    assert KOREAN.held.format(documents=1, passages=1) in part(answer(asked, "진단서", language="ko"), "status")


def test_an_unfinished_word_is_taken_for_a_beginning_until_enter(asked: TestClient) -> None:
    typed, entered = answer(asked, "depos", unfinished=""), answer(asked, "depos")

    assert ENGLISH.begun.format(word="depos") in part(typed, "status")
    assert "<mark>deposit</mark>" in typed
    assert ENGLISH.none_held in part(entered, "status")


def test_a_phrase_that_stands_nowhere_is_said_with_how_to_widen(asked: TestClient) -> None:
    drawn = part(answer(asked, "“deposit of <b> euros”"), "found")

    assert ENGLISH.phrases_missing.format(phrases="“deposit of &lt;b&gt; euros”") in drawn
    assert f"data-plain>{ENGLISH.without_marks}" in drawn
    assert "problem" not in drawn
    assert "<article" not in drawn


def test_what_the_words_say_of_documents_is_shown_and_can_be_taken_back(asked: TestClient) -> None:
    narrowed, wide = answer(asked, "days in lease.md"), answer(asked, "days in lease.md", as_typed="")

    assert "Only in: lease.md" in part(narrowed, "chips")
    assert "data-as-typed" in part(narrowed, "chips")
    assert "취업규칙.md" not in part(narrowed, "found")
    assert "Only in" not in wide


def test_what_is_chosen_is_kept_and_said_when_it_leaves_nothing(asked: TestClient) -> None:
    korean = found.sign((Group.LANGUAGE, "ko"))

    drawn = answer(asked, "deposit", chosen=korean)

    assert f'data-drop="{korean}"' in part(drawn, "chips")
    assert f'data-choice="{korean}" checked aria-label="Korean, documents: 0"' in part(drawn, "facets")
    assert ENGLISH.left_out.format(count=1) in part(drawn, "found")
    assert "lease.md" not in part(drawn, "found")


def test_before_anything_is_typed_the_latest_documents_and_what_can_be_done_are_shown(asked: TestClient) -> None:
    drawn = part(answer(asked, " ", language="ko"), "found")

    assert KOREAN.lately in drawn
    assert all(hint in drawn for hint in KOREAN.hints)
    assert "lease.md" in drawn
    assert "취업규칙.md" in drawn
    assert part(answer(asked, "d", unfinished=""), "found") == part(answer(asked, ""), "found")


def test_all_passages_of_a_document_can_be_had(asked: TestClient, opened: Assistant) -> None:
    doc_id = next(document.doc_id for document in opened.library.documents() if document.name == "lease.md")

    drawn = answer(asked, "landlord", doc=doc_id)

    assert part(drawn, "rows").count("<li>") == 2
    assert "취업규칙.md" not in drawn


def test_without_weights_the_words_themselves_are_found(asked: TestClient, opened: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Assistant) -> None:
        raise WeightsMissing(name="e5", folder="/w")

    monkeypatch.setattr(Assistant, "embedder", property(missing))

    drawn = part(answer(asked, "deposit"), "found")

    assert "<h2>lease.md</h2>" in drawn
    assert "Only the words themselves were looked for." in drawn


def test_an_answer_needs_no_language_model(asked: TestClient, opened: Assistant) -> None:
    opened._model = None

    answer(asked, "deposit")

    assert opened._model is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_failure_is_a_sentence_and_no_empty_result(asked: TestClient, opened: Assistant, language: str) -> None:
    opened.library.manifest.set_fact("embedder", "another")

    drawn = answer(asked, "deposit", language=language)

    assert 'class="problem"' in drawn
    assert "data-part" not in drawn


def test_a_folder_whose_name_is_no_text_can_be_shown_and_chosen() -> None:
    folder = (Group.FOLDER, "/a/\udcff")
    item = Document("d", "a.md", (), State.READY, "pdf", 1, 1, 1, 0.0)

    drawn = found.before([item], frozenset({folder}), {"d": frozenset({folder})}, "en")

    assert "\ufffd" in drawn
    assert drawn.encode()
    assert f'data-choice="{found.sign(folder)}" checked' in drawn


# --- in a browser ------------------------------------------------------------------------------

CUP = "The cup was won in May.\n" + "The landlord of the cup was glad. " * 400


@pytest.fixture(scope="module")
def drawer(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("search") / "drawer") as server:
        visit = Visit(browser, server)
        for number, (name, text) in enumerate((("lease.md", LEASE), ("취업규칙.md", RULES), ("cup.txt", CUP)), 1):
            visit.add(name, text)
            expect(visit.page.locator(".st-key-documents .sr .name")).to_have_count(number, timeout=60 * SECONDS)
        visit.context.close()
        yield server


@pytest.fixture
def language() -> Language:
    return "en"


@pytest.fixture
def visit(browser: Browser, drawer: Server, language: Language) -> Iterator[Visit]:
    opened = Visit(browser, drawer, {"en": "en-GB", "ko": "ko-KR"}[language])
    opened.page.get_by_role("link", name=IN[language].title, exact=True).click(timeout=30 * SECONDS)
    expect(field(opened.page)).to_be_focused(timeout=30 * SECONDS)
    expect(opened.page.locator(".s-hints")).to_be_visible(timeout=30 * SECONDS)
    yield opened
    opened.context.close()


def field(page: Page) -> Locator:
    return page.locator("[data-search] input[type=search]")


def names(page: Page) -> Locator:
    """Of the documents that hold the words."""
    return page.locator(".s-doc:has(.figures b) h2")


@browser_test
def test_results_come_while_one_types(visit: Visit, drawer: Server) -> None:
    page = visit.page

    page.keyboard.type("depos", delay=30)

    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)
    expect(page.get_by_role("status").filter(has_text="depos")).to_be_visible()
    expect(page.locator(".s-doc mark").first).to_have_text("Deposit")
    page.keyboard.press("Enter")
    expect(page.locator(".s-found .calm")).to_contain_text(ENGLISH.none_held)
    assert "depos" not in page.url
    assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").count("depos") == 0
    assert visit.stayed_home(drawer.address), (visit.asked, visit.complaints)


@browser_test
def test_who_types_without_a_pause_sees_results_too(visit: Visit) -> None:
    visit.page.keyboard.type("the landlord of the cup", delay=100)

    texts = [re.findall("text=([^&]*)", url)[0].replace("+", " ") for url in visit.asked if "desk/find" in url]
    assert [text for text in texts if text and text != "the landlord of the cup"] != []


@browser_test
def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type("landlord")
    expect(names(page)).to_have_count(2, timeout=10 * SECONDS)
    hits = page.locator(".s-found .s-hit")

    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field(page)).to_be_focused()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".viewer")).to_be_focused(timeout=10 * SECONDS)
    page.keyboard.press("Escape")
    expect(page.locator(".viewer")).to_have_count(0)
    expect(hits.nth(0)).to_be_focused()

    page.locator("h1").click()
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("landlord")


@browser_test
def test_one_result_is_in_the_order_of_the_tab_key_and_the_boxes_before_it(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type("landlord")
    expect(names(page)).to_have_count(2, timeout=10 * SECONDS)

    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=ENGLISH.ask_this)).to_be_focused()
    while page.evaluate("!document.activeElement.closest('.s-found')"):
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('[data-search]')")

    assert page.locator(".s-found button[tabindex='0']").count() == 1


@browser_test
def test_values_are_chosen_shown_and_taken_back(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type("landlord")
    expect(names(page)).to_have_count(2, timeout=10 * SECONDS)
    box = page.get_by_role("checkbox", name=ENGLISH.value_counted.format(value="Text", count=1))

    box.focus()
    page.keyboard.press("Space")
    expect(names(page)).to_have_text(["cup.txt"], timeout=10 * SECONDS)
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    page.get_by_role("checkbox", name=ENGLISH.value_counted.format(value="Markdown", count=1)).check()
    expect(names(page)).to_have_count(2, timeout=10 * SECONDS)

    page.get_by_role("button", name=ENGLISH.drop.format(value="Markdown")).click()
    expect(names(page)).to_have_text(["cup.txt"], timeout=10 * SECONDS)
    field(page).fill("deposit")
    expect(page.locator(".s-found .calm")).to_contain_text(ENGLISH.left_out.format(count=1), timeout=10 * SECONDS)
    page.get_by_role("button", name=ENGLISH.show_left_out).click()
    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)


@browser_test
def test_all_passages_of_a_document_unfold(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type("landlord glad")
    expect(names(page)).to_have_text(["cup.txt"], timeout=10 * SECONDS)
    rows = page.locator(".s-doc:has(.figures b) li")
    expect(rows).to_have_count(3)

    page.locator("[data-more]").click()

    expect(page.locator("[data-more]")).to_have_count(0, timeout=10 * SECONDS)
    assert rows.count() > 3
    expect(rows.nth(3).locator("button")).to_be_focused()


@browser_test
def test_of_two_quick_searches_the_later_one_wins(visit: Visit) -> None:
    page, held = visit.page, list[Route]()
    page.route(re.compile("desk/find.*text=cup"), lambda route: held.append(route))
    page.keyboard.type("cup")
    page.keyboard.press("Enter")
    expect(page.locator("[data-search][aria-busy]")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)

    field(page).fill("deposit")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)
    for each in held:
        each.fulfill(body='<div data-part="found"><article>late</article></div>')
    page.wait_for_timeout(500)

    expect(names(page)).to_have_text(["lease.md"])
    expect(page.locator("[data-search][aria-busy]")).to_have_count(0)


@browser_test
def test_a_search_is_still_there_after_another_page_and_nowhere_else(visit: Visit) -> None:
    page = visit.page
    page.keyboard.type("deposit")
    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)

    page.get_by_role("link", name="Documents", exact=True).click()
    expect(page.locator(".st-key-documents")).to_be_visible(timeout=10 * SECONDS)
    page.get_by_role("link", name=ENGLISH.title, exact=True).click()

    expect(field(page)).to_have_value("deposit", timeout=10 * SECONDS)
    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)
    assert "deposit" not in page.url
    page.reload()
    expect(field(page)).to_have_value("", timeout=30 * SECONDS)


@browser_test
def test_what_was_searched_for_can_be_asked(visit: Visit) -> None:
    page = visit.page
    ask = page.get_by_role("button", name=ENGLISH.ask_this)
    expect(ask).to_be_disabled()
    page.keyboard.type("deposit")
    expect(names(page)).to_have_text(["lease.md"], timeout=10 * SECONDS)

    ask.click()

    expect(page.locator(".sr .quote")).to_contain_text("3,751 euros", timeout=30 * SECONDS)


@browser_test
def test_a_server_that_does_not_answer_is_no_empty_result(visit: Visit) -> None:
    page = visit.page
    page.route("**/desk/find*", lambda route: route.abort())

    page.keyboard.type("deposit")

    expect(page.get_by_role("status").filter(has_text=ENGLISH.failed)).to_be_visible(timeout=10 * SECONDS)


@browser_test
@pytest.mark.parametrize("language", ["ko"])
def test_korean_is_searched_while_its_syllables_are_put_together(visit: Visit) -> None:
    page = visit.page
    keys = page.context.new_cdp_session(page)

    for composed in ("ㅈ", "지", "진"):
        keys.send("Input.imeSetComposition", {"text": composed, "selectionStart": 1, "selectionEnd": 1})
    keys.send("Input.insertText", {"text": "진"})
    for composed in ("ㄷ", "다"):
        keys.send("Input.imeSetComposition", {"text": composed, "selectionStart": 1, "selectionEnd": 1})

    expect(names(page)).to_have_text(["취업규칙.md"], timeout=10 * SECONDS)
    expect(field(page)).to_have_value("진다")
    keys.send("Input.imeSetComposition", {"text": "단", "selectionStart": 1, "selectionEnd": 1})
    keys.send("Input.insertText", {"text": "단"})
    expect(field(page)).to_have_value("진단")
    expect(page.locator(".s-doc mark").first).to_have_text("진단서를", timeout=10 * SECONDS)


_WORDS_OF_OURS = """
() => {
  const copy = document.querySelector('[data-search]').cloneNode(true);
  copy.querySelectorAll('.snippet, .where, h2:not(.s-near), .s-lately b').forEach(each => each.remove());
  const told = [...copy.querySelectorAll('[aria-label], [placeholder]')].map(each => `${each.getAttribute('aria-label')} ${each.placeholder ?? ''}`);
  return [copy.textContent, ...told].join(' ');
}
"""


@browser_test
@pytest.mark.parametrize("language", ["ko"])
def test_a_korean_page_has_no_english_word_left(visit: Visit) -> None:
    page = visit.page
    said = [page.evaluate(_WORDS_OF_OURS)]
    for text in ("병가", "landlord", "없는 낱말", "“없는 글”", "휴가 취업규칙.md에서"):
        field(page).fill(text)
        page.wait_for_timeout(800)
        said.append(page.evaluate(_WORDS_OF_OURS))

    assert len(set(said)) == len(said)
    assert set(re.findall(r"[A-Za-z]+", " ".join(said).replace("취업규칙.md", ""))) <= {"Esc", "pdf", "landlord", "null"}


@browser_test
def test_an_empty_drawer_says_what_to_do_first(browser: Browser, server: Server) -> None:
    page = Visit(browser, server).page
    page.get_by_role("link", name=ENGLISH.title, exact=True).click(timeout=30 * SECONDS)

    expect(page.get_by_text(words_of_page.ENGLISH.empty_title)).to_be_visible(timeout=30 * SECONDS)
    expect(page.get_by_text(words_of_page.ENGLISH.go_to_library)).to_be_visible()
    expect(field(page)).to_have_count(0)
