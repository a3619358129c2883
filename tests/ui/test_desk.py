"""A day at the page: what is kept, what the keyboard reaches, two tabs at once, and nothing that jumps."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docx
import pypdfium2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.library.conversations import PastTurn
from rag.library.library import Library
from tests.browser import SECONDS, Server, Visit, fill, needs_chromium, running_server
from tests.conftest import LEASE, RULES
from tests.documents import pdf
from ui.words.history import ENGLISH as HISTORY
from ui.words.machine import ENGLISH as MACHINE
from ui.words.page import ENGLISH, KOREAN
from ui.words.viewer import ENGLISH as VIEWER

pytestmark = needs_chromium

DEPOSIT = "The tenant pays a deposit of 3,751 euros before moving in."
QUESTION = "How much is the deposit?"
BOILER = "When was the boiler of house 3 inspected?"
INSPECTED = "The boiler of house 3 was inspected in 2030."


def write_papers(folder: Path) -> Path:
    folder.mkdir()
    (folder / "lease.md").write_text(LEASE, encoding="utf-8")
    (folder / "취업규칙.md").write_text(RULES, encoding="utf-8")
    pages = [f"Page {number}\nThe boiler of house {number} was inspected in 20{number}0." for number in range(1, 5)]
    pdf(folder / "boilers.pdf", pages)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all that leave nothing behind that others would see."""
    folder = tmp_path_factory.mktemp("desk")
    fill(folder / "drawer", write_papers(folder / "papers"))
    with running_server(folder / "drawer") as running:
        yield running


def asked(visit: Visit, question: str = QUESTION, *, quoted: str = "3,751") -> None:
    expect(visit.page.locator("textarea")).to_be_enabled(timeout=30 * SECONDS)
    visit.ask(question)
    expect(visit.page.locator(".sr .quote").last).to_contain_text(quoted, timeout=30 * SECONDS)
    visit.is_still()


def conversations(page: Page) -> Locator:
    return page.locator("[data-send='conversation']")


def questions(page: Page) -> Locator:
    return page.locator(".sr p.question")


# --- what is kept ------------------------------------------------------------------------------


def test_a_conversation_outlives_the_server(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "drawer"
    fill(home, write_papers(tmp_path / "papers"))
    with running_server(home) as server:
        visit = Visit(browser, server)
        asked(visit)
        visit.ask("Tell me slowly")
        expect(visit.page.locator(".sr .live")).to_contain_text("word word", timeout=30 * SECONDS)
        visit.page.get_by_test_id("stChatInputStopButton").click()
        expect(visit.page.get_by_text(ENGLISH.stopped)).to_be_visible(timeout=10 * SECONDS)
        visit.page.context.close()

    with running_server(home) as server:
        visit = Visit(browser, server)
        page = visit.page
        expect(conversations(page)).to_have_text([QUESTION], timeout=30 * SECONDS)
        visit.is_still()
        assert questions(page).count() == 0
        conversations(page).click()
        expect(questions(page)).to_have_text([QUESTION, "Tell me slowly"])
        expect(page.locator(".sr .quote")).to_contain_text(DEPOSIT)
        expect(page.get_by_text(ENGLISH.stopped)).to_be_visible()

        page.locator(".sr sup .mark").click()
        expect(page.get_by_role("complementary").locator("mark.strong")).to_have_text(DEPOSIT, timeout=15 * SECONDS)

        assert re.search(r"\?c=\d+$", page.url)
        page.reload()
        expect(questions(page)).to_have_text([QUESTION, "Tell me slowly"], timeout=30 * SECONDS)
        expect(page.locator(".sr .quote")).to_contain_text(DEPOSIT)


def test_earlier_questions_are_found_renamed_saved_and_deleted(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "drawer"
    with closing(Library(home)) as library:
        for number in range(14):
            library.manifest.keep_turn(PastTurn(f"What about pump {number}?", written=f"It was mended in {2000 + number}."))
    with running_server(home) as server:
        visit = Visit(browser, server)
        page = visit.page
        expect(conversations(page)).to_have_count(12, timeout=30 * SECONDS)
        visit.is_still()
        page.get_by_role("button", name=HISTORY.more).click()
        expect(conversations(page)).to_have_count(14)

        page.get_by_label(HISTORY.search).fill("in 2003")
        page.keyboard.press("Enter")
        expect(conversations(page)).to_have_text(["What about pump 3?"])
        conversations(page).click()
        expect(page.locator(".sr").get_by_text("It was mended in 2003.")).to_be_visible()

        page.get_by_role("button", name=HISTORY.manage_named.format(title="What about pump 3?")).click()
        dialog = page.get_by_role("dialog")
        with page.expect_download() as download:
            dialog.get_by_role("button", name=HISTORY.export).click()
        assert "It was mended in 2003." in download.value.path().read_text(encoding="utf-8")
        dialog.get_by_label(HISTORY.name).fill("The red <b>pump</b> mended")
        dialog.get_by_role("button", name=HISTORY.rename).click()
        expect(conversations(page)).to_have_text(["The red <b>pump</b> mended"])
        expect(dialog).to_have_count(0)

        page.get_by_role("button", name=HISTORY.manage_named.format(title="The red <b>pump</b> mended")).click()
        page.get_by_role("dialog").get_by_role("button", name=HISTORY.delete, exact=True).click()
        expect(page.get_by_text(HISTORY.none_found)).to_be_visible()
        expect(questions(page)).to_have_count(0)
        page.get_by_label(HISTORY.search).fill("")
        page.keyboard.press("Enter")
        expect(conversations(page)).to_have_count(13)
        page.reload()
        expect(conversations(page)).to_have_count(12, timeout=30 * SECONDS)
        expect(page.get_by_text("pump 3")).to_have_count(0)
        assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def test_an_edited_question_takes_the_place_of_what_came_after_it(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    asked(visit)
    asked(visit, "What does moving in cost?")

    page.get_by_role("button", name=ENGLISH.edit, exact=True).first.click()
    field = page.get_by_label(ENGLISH.edit_label)
    expect(field).to_have_value(QUESTION)
    field.fill("How high is the deposit?")
    page.get_by_role("button", name=ENGLISH.ask, exact=True).click()

    expect(questions(page)).to_have_text(["How high is the deposit?"], timeout=30 * SECONDS)
    expect(page.locator(".sr .quote")).to_contain_text(DEPOSIT, timeout=30 * SECONDS)
    visit.is_still()
    page.reload()
    expect(questions(page)).to_have_text(["How high is the deposit?"], timeout=30 * SECONDS)

    page.get_by_role("button", name=ENGLISH.ask_again).click()
    expect(questions(page)).to_have_text(["How high is the deposit?"] * 2, timeout=30 * SECONDS)


# --- by the keyboard alone ---------------------------------------------------------------------

FOCUSED = """() => {
  const it = document.activeElement, look = getComputedStyle(it);
  const accents = ["rgb(47, 111, 97)", "rgb(111, 181, 164)"];
  const drawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none" || accents.includes(style.borderTopColor);
  const around = [...function* () { for (let each = it; each && each !== document.body; each = each.parentElement) yield each; }()].slice(0, 5);
  return {
    what: it.outerHTML.slice(0, 200),
    page: it === document.body,
    index: it.tabIndex,
    seen: around.some((each) => drawn(getComputedStyle(each))) || look.caretColor !== "auto" && it.matches("[role='spinbutton']"),
    placed: it.checkVisibility({ visibilityProperty: true, opacityProperty: true }),
  };
}"""


def reach(page: Page, wanted: Locator, *, key: str = "Tab", most: int = 60) -> None:
    """Press a key until it has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"not reached: {page.evaluate(FOCUSED)}")


def test_from_the_first_key_to_the_quoted_page_and_back_without_a_mouse(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    field = page.locator("textarea")
    expect(field).to_be_enabled(timeout=30 * SECONDS)
    visit.is_still()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type(BOILER)
    page.keyboard.press("Enter")
    mark = page.locator(".sr sup .mark")
    expect(mark).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()

    field.focus()
    reach(page, mark, key="Shift+Tab")
    page.keyboard.press("Enter")
    viewer = page.get_by_role("complementary")
    expect(viewer).to_be_focused(timeout=15 * SECONDS)
    count = viewer.locator(".v-count")
    expect(count).to_have_text(VIEWER.page_of.format(page=3, pages=4))
    expect(viewer.locator(".v-mark")).not_to_have_count(0)
    reach(page, viewer.get_by_role("button", name=VIEWER.next), most=6)
    page.keyboard.press("Enter")
    expect(count).to_have_text(VIEWER.page_of.format(page=4, pages=4))
    page.keyboard.press("[")
    expect(count).to_have_text(VIEWER.page_of.format(page=3, pages=4))
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(mark).to_be_focused()


def test_an_earlier_question_is_opened_without_a_mouse(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    asked(visit)
    page = visit.page
    page.goto(page.url.partition("?")[0])
    expect(conversations(page).first).to_have_text(QUESTION, timeout=30 * SECONDS)
    visit.is_still()
    reach(page, conversations(page).first)
    page.keyboard.press("Enter")

    expect(questions(page)).to_have_text([QUESTION], timeout=10 * SECONDS)
    expect(conversations(page).first).to_have_attribute("aria-current", "true")
    expect(conversations(page).first).to_be_focused()


def test_documents_are_chosen_without_a_mouse(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    expect(page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    visit.is_still()
    reach(page, page.get_by_test_id("stPopoverButton"))
    page.keyboard.press("Enter")
    choice = page.get_by_label(ENGLISH.narrow_documents, exact=True).locator("visible=true").last
    expect(choice).to_be_visible()
    reach(page, page.get_by_role("combobox", name=ENGLISH.narrow_documents), most=6)
    page.keyboard.type("lease")
    expect(page.get_by_role("option", name="lease.md")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ENGLISH.only_in.format(documents="lease.md"))).to_be_attached(timeout=10 * SECONDS)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(page.get_by_test_id("stPopoverButton")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_the_tab_key_reaches_is_seen_to_have_the_focus(browser: Browser, shared: Server, scheme: str) -> None:
    visit = Visit(browser, shared, scheme="dark" if scheme == "dark" else "light")
    page = visit.page
    asked(visit)
    page.locator(".sr sup .mark").first.click()
    expect(page.get_by_role("complementary")).to_be_visible(timeout=15 * SECONDS)
    views = page.get_by_test_id("stPageLink").count()
    for view in range(views):
        if view:
            page.get_by_test_id("stPageLink").nth(view).get_by_role("link").click()
            visit.is_still()
        page.wait_for_timeout(500)
        assert (
            page.locator("[tabindex]").evaluate_all(
                "all => all.filter(each => each.tabIndex > 0).map(each => each.outerHTML.slice(0, 200))"
            )
            == []
        )
        page.get_by_test_id("stSkipToContent").focus()
        seen = list[str]()
        for _ in range(45):
            page.keyboard.press("Tab")
            page.wait_for_timeout(30)
            focused = page.evaluate(FOCUSED)
            if focused["page"]:
                break
            seen.append(focused["what"])
            assert focused["seen"], focused
            assert focused["placed"], focused
        assert len(seen) > 7, seen


# --- two tabs ----------------------------------------------------------------------------------


def test_two_tabs_do_not_disturb_each_other(browser: Browser, server: Server, tmp_path: Path) -> None:
    one = Visit(browser, server)
    one.add("lease.md", LEASE)
    expect(one.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    one.go(ENGLISH.ask)
    page, other = one.page, one.context.new_page()
    other.goto(server.address)
    expect(other.locator("textarea")).to_be_enabled(timeout=30 * SECONDS)

    one.ask("Tell me slowly")
    live = page.locator(".sr .live")
    expect(live).to_contain_text("word word", timeout=30 * SECONDS)
    other.locator("textarea").fill(QUESTION)
    other.keyboard.press("Enter")
    expect(other.get_by_text(ENGLISH.waiting.format(ahead=1))).to_be_visible(timeout=15 * SECONDS)
    written = len(live.inner_text())
    expect(live).to_have_text(re.compile(f".{{{written + 20},}}", re.DOTALL), timeout=15 * SECONDS)
    expect(other.locator(".sr .quote")).to_contain_text("3,751", timeout=60 * SECONDS)

    expect(questions(page)).to_have_text(["Tell me slowly"])
    expect(questions(other)).to_have_text([QUESTION])
    expect(page.locator(".sr .unsupported, .sr .calm").first).to_be_visible(timeout=30 * SECONDS)
    expect(page.locator(".sr .quote")).to_have_count(0)

    other.get_by_role("radio", name="한국어").click()
    expect(other.get_by_role("link", name=KOREAN.ask, exact=True)).to_be_visible(timeout=10 * SECONDS)
    one.go(MACHINE.title)
    one.go(ENGLISH.ask)
    expect(page.get_by_role("link", name=ENGLISH.ask, exact=True)).to_be_visible()
    expect(questions(page)).to_have_text(["Tell me slowly"])
    page.reload()
    expect(page.get_by_role("link", name=KOREAN.ask, exact=True)).to_be_visible(timeout=30 * SECONDS)
    expect(questions(page)).to_have_text(["Tell me slowly"], timeout=10 * SECONDS)


# --- what is saved -----------------------------------------------------------------------------


def test_an_answer_is_saved_as_files_that_open_and_hold_the_quotation(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    asked(visit, BOILER, quoted="2030")
    saved = {}
    for kind, label in ENGLISH.save_as.items():
        with page.expect_download(timeout=60 * SECONDS) as download:
            page.locator(".sr .tools").get_by_role("button", name=label, exact=True).click()
        assert download.value.suggested_filename.endswith(f".{'zip' if kind == 'md' else kind}")
        saved[kind] = download.value.path().read_bytes()

    word = docx.Document(io.BytesIO(saved["docx"]))
    assert any(INSPECTED in (part.text or "") for part in word.element.body.iter())
    assert len(word.inline_shapes) == 1  # the page
    document = pypdfium2.PdfDocument(saved["pdf"])
    assert INSPECTED in " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    with zipfile.ZipFile(io.BytesIO(saved["md"])) as folder:
        names = folder.namelist()
        text = next(folder.read(name).decode() for name in names if name.endswith(".md"))
    assert INSPECTED in text
    assert BOILER in text
    assert [name for name in names if name.endswith((".png", ".jpg"))]


# --- nothing that jumps ------------------------------------------------------------------------

WATCH = """() => {
  const watched = document.querySelector(".sr p.question");
  window.seen = { gone: 0, blank: 0, least: Infinity, tops: [] };
  const look = () => {
    const main = document.querySelector("#stMain");
    const there = [...document.querySelectorAll(".sr p.question")].filter((each) => each.checkVisibility({ opacityProperty: true }));
    if (!there.length) window.seen.gone++;
    if (!main || main.innerText.trim().length < 20) window.seen.blank++;
    window.seen.tops.push(Math.round(main?.scrollTop ?? -1));
    for (let each = there[0]; each; each = each.parentElement) window.seen.least = Math.min(window.seen.least, Number(getComputedStyle(each).opacity));
    window.looking = requestAnimationFrame(look);
  };
  look();
}"""


def test_a_click_beside_the_conversation_neither_blanks_nor_scrolls_it(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    for _ in range(3):
        asked(visit)
    visit.is_still()
    page.wait_for_timeout(1500)  # Streamlit is still on its way to the end
    page.mouse.move(700, 400)
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(1200)
    page.evaluate(WATCH)

    page.get_by_role("radio", name="한국어").click()
    expect(page.get_by_role("link", name=KOREAN.ask, exact=True)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("link", name=ENGLISH.ask, exact=True)).to_be_visible(timeout=10 * SECONDS)
    visit.is_still()
    page.locator("[data-send='manage']").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    conversations(page).first.click()  # the one that is shown
    visit.is_still()
    page.wait_for_timeout(500)

    seen = page.evaluate("window.seen")
    assert (seen["gone"], seen["blank"]) == (0, 0), seen
    assert max(seen["tops"]) - min(seen["tops"]) <= 4, seen


def test_looking_at_a_page_draws_nothing_anew(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    asked(visit)
    page.evaluate(
        """() => { window.ran = []; new MutationObserver(() => window.ran.push(document.querySelector(".stApp").dataset.testScriptState))
        .observe(document.querySelector(".stApp"), { attributes: true, attributeFilter: ["data-test-script-state"] }); }"""
    )
    page.locator(".sr sup .mark").first.click()
    viewer = page.get_by_role("complementary")
    expect(viewer.locator("mark.strong")).to_be_visible(timeout=15 * SECONDS)
    viewer.get_by_role("button", name=VIEWER.close).click()
    expect(viewer).to_have_count(0)
    page.wait_for_timeout(300)

    assert page.evaluate("window.ran") == []


def test_streamlits_own_widgets_and_keys_do_nothing_of_ours(browser: Browser, shared: Server) -> None:
    visit = Visit(browser, shared)
    page = visit.page
    expect(page.get_by_test_id("stPopoverButton")).to_be_visible(timeout=30 * SECONDS)
    page.get_by_test_id("stPopoverButton").click()
    page.get_by_role("combobox", name=ENGLISH.narrow_documents).click()
    page.get_by_role("option", name="lease.md").click()
    page.get_by_test_id("stDateInputCalendarButton").first.click()
    expect(page.get_by_test_id("stDateInputCalendar")).to_be_visible()
    assert page.get_by_role("complementary").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    visit.is_still()

    visit.ask("Tell me slowly")
    live = page.locator(".sr .live")
    expect(live).to_contain_text("word word", timeout=30 * SECONDS)
    page.locator(".sr p.question").click()
    page.keyboard.press("r")  # which has Streamlit draw everything anew
    written = len(live.inner_text())
    expect(live).to_have_text(re.compile(f".{{{written + 20},}}", re.DOTALL), timeout=15 * SECONDS)
    page.get_by_test_id("stChatInputStopButton").click()
    expect(page.get_by_text(ENGLISH.stopped)).to_be_visible(timeout=10 * SECONDS)
