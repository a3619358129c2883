"""The page in a real browser, over the real server, with scripted models."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import SECONDS, Server, Visit, needs_chromium
from tests.conftest import LEASE, RULES
from ui.words import library
from ui.words.page import ENGLISH

pytestmark = needs_chromium
DOCUMENTS = library.ENGLISH


@pytest.fixture
def address(server: Server) -> str:
    return server.address


def test_from_upload_to_a_cited_answer_in_english(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "en-GB")
    page = visit.page
    expect(page.get_by_text("The drawer is empty")).to_be_visible(timeout=30 * SECONDS)
    visit.add("lease <b>.md", LEASE, "Documents")
    expect(page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_role("link", name="Ask", exact=True).click()

    visit.ask("How much is the deposit?")

    expect(page.locator(".sr .quote")).to_contain_text("3,751 euros", timeout=30 * SECONDS)
    expect(page.locator(".sr .quote")).to_contain_text("lease <b>.md")
    expect(page.locator(".sr .unsupported")).to_contain_text("Bank of Narnia")
    expect(page.locator(".sr .flag")).to_have_text("no sentence of your documents says this")

    visit.ask("Who won the cup?")

    expect(page.locator(".sr .calm")).to_contain_text("Not in your documents", timeout=30 * SECONDS)
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def test_korean_readers_get_a_korean_page(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "ko-KR")
    expect(visit.page.get_by_text("서랍이 비어 있습니다")).to_be_visible(timeout=30 * SECONDS)
    visit.add("취업규칙.md", RULES, "문서")
    expect(visit.page.get_by_text("문서 1개", exact=False).first).to_be_visible(timeout=60 * SECONDS)
    visit.page.get_by_role("link", name="질문하기", exact=True).click()

    visit.ask("병가는 며칠까지 쓸 수 있나요?")

    expect(visit.page.locator(".sr .quote")).to_contain_text("병가는 연 60일을 넘을 수 없다.", timeout=30 * SECONDS)
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def test_an_answer_can_be_stopped(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "en-GB")
    visit.add("lease.md", LEASE, "Documents")
    expect(visit.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    visit.page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("Tell me slowly")
    expect(visit.page.locator(".sr .live")).to_contain_text("word word", timeout=30 * SECONDS)
    expect(visit.page.get_by_text(ENGLISH.unchecked)).to_be_visible()

    visit.page.get_by_test_id("stChatInputStopButton").click()

    expect(visit.page.get_by_text(ENGLISH.stopped)).to_be_visible(timeout=5 * SECONDS)
    expect(visit.page.get_by_text(ENGLISH.unchecked)).to_be_hidden()

    visit.ask("How much is the deposit?")

    expect(visit.page.locator(".sr .quote")).to_contain_text("3,751", timeout=30 * SECONDS)
    expect(visit.page.get_by_text(ENGLISH.stopped)).to_be_visible()


def test_ctrl_c_ends_the_server_while_an_answer_is_written(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "en-GB")
    visit.add("lease.md", LEASE, "Documents")
    expect(visit.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    visit.page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("Tell me slowly")
    expect(visit.page.locator(".sr .live")).to_contain_text("word word", timeout=30 * SECONDS)

    server.process.send_signal(signal.SIGINT)

    assert server.process.wait(timeout=10) == 0


def test_text_from_outside_is_neither_a_link_nor_a_picture(browser: Browser, server: Server) -> None:
    hostile = "http://evil.example/a www.evil.example ![x](http://evil.example/x.png) <img src=http://evil.example/y> :smile: $x$"
    visit = Visit(browser, server, "en-GB")
    visit.add(
        "www.evil.example <b>[x](http:evil.example) \u202efdp.md", f"# {hostile}\n\nThe deposit is 3,751 euros. {hostile}", "Documents"
    )
    expect(visit.page.locator(".sr .name")).to_have_text("www.evil.example <b>[x](http:evil.example) \ufffdfdp.md", timeout=60 * SECONDS)
    visit.add("http:evil.example.pdf", "no PDF", "Documents")
    expect(visit.page.locator(".sr .reason")).to_contain_text("http:evil.example.pdf: ", timeout=60 * SECONDS)
    visit.page.get_by_role("link", name="Ask", exact=True).click()

    visit.ask(f"How much is the deposit? {hostile}")

    expect(visit.page.locator(".sr .quote")).to_contain_text("3,751 euros", timeout=30 * SECONDS)
    expect(visit.page.locator(".sr .question")).to_contain_text(hostile)
    assert visit.page.locator(".sr a, a[href*=evil], body img").count() == 0
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def test_a_document_is_taken_out_after_asking(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "en-GB")
    visit.add("lease.md", LEASE, "Documents")
    expect(visit.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)

    visit.page.get_by_role("button", name=DOCUMENTS.remove_named.format(name="lease.md")).click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("lease.md", timeout=10 * SECONDS)
    visit.page.get_by_role("button", name=DOCUMENTS.remove_yes).click()

    expect(visit.page.get_by_text(DOCUMENTS.no_documents)).to_be_visible(timeout=10 * SECONDS)


def test_a_document_is_erased_with_its_quotations_and_a_certificate(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.page
    visit.add("lease.md", LEASE, "Documents")
    expect(page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_role("link", name="Ask", exact=True).click()
    visit.ask("How much is the deposit?")
    expect(page.locator(".sr .quote")).to_contain_text("3,751 euros", timeout=30 * SECONDS)
    page.get_by_role("link", name="Documents", exact=True).click()

    page.get_by_role("button", name=DOCUMENTS.remove_named.format(name="lease.md")).click()
    page.get_by_role("button", name=DOCUMENTS.erase).click(timeout=10 * SECONDS)

    erasure = page.locator(".st-key-erasure")
    expect(erasure).to_contain_text("Certificate of deletion", timeout=60 * SECONDS)
    expect(erasure).to_contain_text("none was found")
    with page.expect_download() as download:
        page.get_by_role("button", name=DOCUMENTS.certificate_save).click()
    assert "Document: lease.md" in download.value.path().read_text()
    page.get_by_role("button", name=ENGLISH.close, exact=True).click()
    expect(page.get_by_text(DOCUMENTS.no_documents)).to_be_visible(timeout=10 * SECONDS)
    expect(page.locator("body")).not_to_contain_text("lease.md")
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.get_by_text(ENGLISH.empty_title)).to_be_visible(timeout=10 * SECONDS)
    expect(page.locator("body")).not_to_contain_text("3,751")
    held = b"".join(path.read_bytes() for path in server.home.rglob("*") if path.is_file())
    assert not [word for word in (b"3,751", b"lease.md", b"Alder", b"deposit") if word in held]
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


def test_the_page_follows_a_watched_folder_by_itself(browser: Browser, server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    visit = Visit(browser, server, "en-GB")
    page = visit.page
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_text(DOCUMENTS.folders).click()
    page.get_by_label(DOCUMENTS.path).fill(str(folder))
    page.get_by_role("button", name=DOCUMENTS.folder_watch, exact=True).click()
    expect(page.get_by_text(str(folder), exact=True)).to_be_visible(timeout=10 * SECONDS)  # its list stays open

    for number in range(900):  # so many that the page looks while they are read
        (folder / f"{number}.md").write_text(f"Paper number {number}")
    page.get_by_role("button", name=DOCUMENTS.pause).click(timeout=30 * SECONDS)
    expect(page.get_by_text(DOCUMENTS.paused)).to_be_visible(timeout=10 * SECONDS)
    page.get_by_role("button", name=DOCUMENTS.resume).click()
    expect(page.get_by_text("Documents: 900")).to_be_visible(timeout=120 * SECONDS)

    folder.rename(tmp_path / "away")
    expect(page.get_by_text(DOCUMENTS.document_away).first).to_be_visible(timeout=30 * SECONDS)


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}], ids=str)
def test_the_running_server_refuses_other_pages(address: str, header: dict[str, str]) -> None:
    for path in ("/", "/_stcore/health", "/healthz"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(address + path, headers=header), timeout=10)
        assert refused.value.code == 403
    assert urllib.request.urlopen(address + "/healthz", timeout=10).read() == b"ok"


def test_the_server_listens_on_loopback_only(address: str) -> None:
    port = f"{int(address.rpartition(':')[2]):04X}"
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]

    assert [entry for entry in listening if entry.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_the_plain_address_leads_a_browser_that_is_in_to_its_page(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    expect(visit.page.get_by_text(ENGLISH.empty_title)).to_be_visible(timeout=30 * SECONDS)

    for path in ("/", "/?token=used-up", "/a-room-of-an-earlier-start/documents"):
        visit.page.goto(server.address + path)
        expect(visit.page.get_by_text(ENGLISH.empty_title)).to_be_visible(timeout=30 * SECONDS)

    stranger = browser.new_context().new_page()
    stranger.goto(visit.page.url)
    expect(stranger.get_by_text("Seorap does not know this browser yet")).to_be_visible(timeout=10 * SECONDS)


def test_the_page_says_what_keeps_everything_here(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)

    expect(visit.page.get_by_test_id("stSidebar")).to_contain_text(ENGLISH.privacy_by_kernel, timeout=30 * SECONDS)
