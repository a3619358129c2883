"""What of the page runs in the browser minds its own markup, and leaves the words of documents as they are."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser import SECONDS, Server, Visit, needs_chromium
from tests.conftest import LEASE, RULES
from ui.words import chrome, history, library
from ui.words import viewer as words_of_viewer
from ui.words.page import KOREAN

pytestmark = needs_chromium


def test_a_folder_called_like_a_button_keeps_its_name(browser: Browser, server: Server, tmp_path: Path) -> None:
    for folder, text in (("Open", LEASE), ("Close", RULES)):
        (tmp_path / "papers" / folder).mkdir(parents=True)
        (tmp_path / "papers" / folder / "paper.md").write_text(text, encoding="utf-8")
    visit = Visit(browser, server, "ko-KR")
    page = visit.page
    page.get_by_role("link", name=KOREAN.library, exact=True).click()
    page.get_by_text(library.KOREAN.folders).click(timeout=30 * SECONDS)
    page.get_by_label(library.KOREAN.path).fill(str(tmp_path / "papers"))
    page.get_by_role("button", name=library.KOREAN.folder_watch, exact=True).click()
    expect(page.locator(".st-key-documents .sr tr")).to_have_count(3, timeout=60 * SECONDS)
    page.get_by_role("link", name=KOREAN.ask, exact=True).click()
    page.get_by_test_id("stPopoverButton").click()
    field = page.get_by_role("combobox", name=KOREAN.narrow_tags, exact=True)
    field.fill("Open")
    page.get_by_role("option", name="Open", exact=True).click(timeout=30 * SECONDS)

    chip = page.locator("[data-tag]")
    expect(chip).to_have_text("Open", timeout=30 * SECONDS)
    expect(chip).to_have_attribute("aria-label", "Open")
    expect(
        page.get_by_test_id("stMultiSelect").get_by_role("button", name=chrome.KOREAN["Clear all"]).last
    ).to_be_visible()  # Streamlit's own word is Korean

    field.press("ArrowDown")  # while it is open, Streamlit marks the field with an attribute that we use too
    field.click()
    expect(page.get_by_role("complementary")).to_have_count(0)


def test_the_viewer_of_an_erased_document_closes(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "How much is the deposit?")
    page.locator(".sr .quote .open").first.click(timeout=30 * SECONDS)
    viewer = page.get_by_role("complementary")
    expect(viewer).to_contain_text("3,751 euros", timeout=15 * SECONDS)

    page.get_by_role("link", name="Documents", exact=True).click()
    expect(viewer).to_be_visible()
    page.get_by_role("button", name=library.ENGLISH.remove_named.format(name="lease.md")).click()
    page.get_by_role("button", name=library.ENGLISH.erase).click(timeout=10 * SECONDS)

    expect(page.locator(".st-key-erasure")).to_be_visible(timeout=60 * SECONDS)
    expect(viewer).to_have_count(0)


def test_a_server_that_does_not_answer_is_told_in_words_that_can_be_closed(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "How much is the deposit?")
    page.route("**/desk/**", lambda route: route.abort())
    page.locator(".sr .quote .open").first.click(timeout=30 * SECONDS)

    viewer = page.get_by_role("complementary")
    expect(viewer).to_contain_text(words_of_viewer.ENGLISH.unreached, timeout=15 * SECONDS)
    viewer.get_by_role("button", name=words_of_viewer.ENGLISH.close).click()
    expect(viewer).to_have_count(0)


def test_places_are_counted_beyond_nine(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add(
        "lease.md", "# Lease\n\n" + "\n\n".join(f"## {number}. Part\n\nThe deposit of part {number} is due." for number in range(1, 13))
    )
    expect(page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("List every clause that mentions the deposit")
    page.locator(".sr .place .open").nth(9).dispatch_event("click", timeout=30 * SECONDS)

    counted = page.get_by_role("complementary").locator("[data-count]")
    expect(counted).to_have_text(words_of_viewer.ENGLISH.hits.format(at=10, all=12), timeout=15 * SECONDS)
    page.keyboard.press("n")
    expect(counted).to_have_text(words_of_viewer.ENGLISH.hits.format(at=11, all=12), timeout=15 * SECONDS)


_DRAW_ANEW = "list => { list.parentElement.innerHTML = list.parentElement.innerHTML.replaceAll('aria-current=\"true\"', ''); }"


def test_a_button_that_is_drawn_anew_under_the_finger_is_pressed_all_the_same(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "How much is the deposit?")
    row = page.locator(".conversations [data-send=conversation]")
    expect(row).to_have_count(1, timeout=30 * SECONDS)
    page.get_by_role("button", name=history.ENGLISH.new).click()
    expect(page.locator(".sr .question")).to_have_count(0, timeout=10 * SECONDS)
    visit.is_still()

    row.hover()
    page.mouse.down()
    page.locator(".conversations").evaluate(_DRAW_ANEW)
    page.mouse.up()

    expect(page.locator(".sr .question")).to_have_count(1, timeout=10 * SECONDS)


def test_what_is_let_go_elsewhere_is_not_pressed(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add_and_ask("lease.md", LEASE, "How much is the deposit?")
    expect(page.locator(".conversations [data-send=conversation]")).to_have_count(1, timeout=30 * SECONDS)
    page.get_by_role("button", name=history.ENGLISH.new).click()
    expect(page.locator(".sr .question")).to_have_count(0, timeout=10 * SECONDS)
    visit.is_still()

    page.locator(".conversations [data-send=manage]").hover()
    page.mouse.down()
    page.locator(".conversations").evaluate(_DRAW_ANEW)
    page.locator(".conversations [data-send=conversation]").hover()
    page.mouse.up()
    page.wait_for_timeout(500)
    visit.is_still()

    expect(page.locator(".sr .question")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
