"""Nothing that documents, their names or a model say makes the browser fetch, open or lead to anything, in whatever view it stands."""

from __future__ import annotations

import html
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag.records import Language
from tests.browser import SECONDS, Server, needs_chromium, opened_browser, running_server
from tests.privacy.onlooker import Onlooker
from tests.privacy.payloads import ECHO, as_file_name, on_one_line, payloads
from tests.privacy.sink import Outside, outside
from tests.protected import office
from ui.web import render
from ui.words import history as words_of_history
from ui.words import library
from ui.words import search as words_of_search
from ui.words.page import IN, Words

pytestmark = needs_chromium
IN_BOTH = pytest.mark.parametrize("language", ["en", "ko"])

PROGRAM = (sys.executable, "-m", "tests.privacy.server")
A_QUESTION = 20
"""Payloads: as much as the model repeats at a time."""


@pytest.fixture(scope="module")
def sink() -> Iterator[Outside]:
    with outside() as opened:
        yield opened


@pytest.fixture(autouse=True)
def quiet_sink(sink: Outside) -> None:
    sink.hits.clear()


@pytest.fixture(scope="module")
def browser(sink: Outside) -> Iterator[Browser]:
    """In which the sink is also every other host that a payload names."""
    names = f"MAP evil.example {sink.host},MAP *.evil.example {sink.host},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"
    with opened_browser(f"--host-resolver-rules={names}") as opened:
        yield opened


@pytest.fixture(scope="module")
def texts(sink: Outside) -> dict[str, str]:
    return payloads(sink.host)


def write(folder: Path, texts: dict[str, str]) -> None:
    """For each text a folder of that name, in it a document that says it, and one that cannot be read."""
    for name, text in texts.items():
        called, line = as_file_name(text), on_one_line(text)
        said = f"# {line}\n\nThe fee of {name} is 41 euros {text}\n\n| item | note |\n| --- | --- |\n| {name} | {line} |\n"
        (folder / called).mkdir(parents=True)
        (folder / called / f"{called}.md").write_text(said.replace("\0", ""), encoding="utf-8")
        (folder / called / f"{called}.pdf").write_bytes(b"no PDF")
        (folder / called / f"{called}.zip").write_bytes(b"of another kind")
    title = html.escape(" ".join(map(on_one_line, texts.values())).replace("\0", ""))
    whole = f"<title>{title}</title><h1>{title}</h1><p>All fees: {title}</p><table><tr><th>{title}<td>{title}</table>"
    (folder / f"{as_file_name(texts['img'])}.html").write_text(whole, encoding="utf-8")
    office(folder / f"{as_file_name(texts['svg-onload'])}.docx", "the password")
    (folder / as_file_name(f"{texts['anchor']}.md")).symlink_to("/etc/passwd")


@dataclass(frozen=True)
class Drawer:
    """Watches a folder whose every name and text is a payload."""

    server: Server
    folder: Path


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str], browser: Browser, sink: Outside) -> Iterator[Drawer]:
    folder = tmp_path_factory.mktemp("watched") / as_file_name(texts["img"])
    write(folder, texts)
    with running_server(tmp_path_factory.mktemp("home") / "drawer", command=PROGRAM) as server:
        visit = Onlooker(browser, server, sink)
        look_into(visit, IN["en"], str(folder))
        expect(visit.page.get_by_text(f"Documents: {len(texts) + 1} ")).to_be_visible(timeout=90 * SECONDS)
        assert visit.unwanted() == []
        visit.context.close()
        yield Drawer(server, folder)


@pytest.fixture
def language() -> Language:
    return "en"


@pytest.fixture
def words(language: Language) -> Words:
    return IN[language]


@pytest.fixture
def visit(drawer: Drawer, browser: Browser, sink: Outside, language: Language) -> Iterator[Onlooker]:
    opened = Onlooker(browser, drawer.server, sink, {"en": "en-GB", "ko": "ko-KR"}[language])
    yield opened
    opened.context.close()


@pytest.fixture
def documents(language: Language) -> library.Words:
    return library.IN[language]


def missing(texts: dict[str, str], shown: str) -> list[str]:
    """Names of files that are not shown letter by letter."""
    return [name for name, text in texts.items() if render.visible(as_file_name(text)) not in shown]


def test_lists_of_documents_and_of_failures(
    visit: Onlooker, words: Words, documents: library.Words, drawer: Drawer, texts: dict[str, str]
) -> None:
    page = visit.page
    visit.go_to(words.library)
    page.get_by_text(documents.folders).click()
    for shown in (55, len(texts) + 1):
        page.locator(".st-key-more-failures button").click()
        expect(page.locator(".st-key-failures .sr .name")).to_have_count(shown, timeout=30 * SECONDS)
        visit.rest()
    page.locator(".st-key-more-documents button").click()
    expect(page.locator(".st-key-documents .sr .name")).to_have_count(len(texts) + 1, timeout=30 * SECONDS)

    assert missing(texts, page.locator(".st-key-failures").text_content() or "") == []
    assert missing(texts, page.locator(".st-key-documents").text_content() or "") == []
    folders = page.get_by_test_id("stExpander").first
    expect(folders).to_contain_text(render.visible(str(drawer.folder)))
    expect(folders).to_contain_text(as_file_name(texts["anchor"]))  # a link to a file, which is left out
    assert (
        missing(
            {name: texts[name] for name in ("img", "bare", "half-tag")}, folders.locator(".log").first.locator("..").text_content() or ""
        )
        == []
    )
    assert visit.unwanted() == []


def test_pictures_of_the_documents(visit: Onlooker, words: Words, documents: library.Words, texts: dict[str, str]) -> None:
    page = visit.page
    visit.go_to(words.library)
    page.get_by_role("radio", name=documents.view_map, exact=True).click()
    expect(page.locator("[data-spot]")).to_have_count(len(texts) + 1, timeout=60 * SECONDS)
    labels = "\n".join(page.locator("[data-spot]").evaluate_all("all => all.map(each => each.getAttribute('aria-label'))"))

    assert missing(texts, labels) == []
    assert missing(texts, page.locator(".picture table").text_content() or "") == []
    page.locator("[data-spot]").first.hover()
    page.get_by_role("radio", name=documents.view_passages, exact=True).click()
    expect(page.locator(".bars tr")).to_have_count(21, timeout=10 * SECONDS)
    assert visit.unwanted() == []


@IN_BOTH
def test_what_opens_from_the_lists(visit: Onlooker, words: Words, documents: library.Words, drawer: Drawer, texts: dict[str, str]) -> None:
    page = visit.page
    visit.go_to(words.library)

    assert missing(texts, choose(visit, documents.filter_folder)) == []
    assert missing(texts, choose(visit, documents.filter_tag, as_file_name(texts["bare"]))) == []
    expect(page.locator(".st-key-documents .sr .name")).to_have_count(1, timeout=10 * SECONDS)

    page.locator(".st-key-documents tbody tr").hover()
    page.locator(".st-key-documents [data-act=remove]").click()
    expect(page.get_by_role("dialog")).to_contain_text(as_file_name(texts["bare"]), timeout=10 * SECONDS)
    assert visit.unwanted() == []
    page.get_by_role("button", name=documents.keep).click()


def test_error_boxes(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    look_into(visit, words, "/".join(["/missing", *map(as_file_name, texts.values())]))
    expect(visit.page.locator(".sr .problem")).to_contain_text(as_file_name(texts["half-tag"]), timeout=10 * SECONDS)
    assert visit.unwanted() == []


def look_into(visit: Onlooker, words: Words, folder: str) -> None:
    """Have it watched."""
    documents = library.IN["en"] if words is IN["en"] else library.IN["ko"]
    visit.go_to(words.library)
    if not visit.page.get_by_label(documents.path).is_visible():
        visit.page.get_by_test_id("stExpander").first.locator("summary").first.click()
    visit.page.get_by_label(documents.path).fill(folder)
    visit.page.get_by_role("button", name=documents.folder_watch, exact=True).click()


_READ_LIST = """
async () => {
  const seen = new Set();
  for (let list; list = document.querySelector('[role=listbox]');) {  // only what is in sight is in the page
    list.querySelectorAll('[role=option]').forEach(option => seen.add(option.textContent));
    if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) return [...seen].join('\\n');
    list.scrollBy(0, list.clientHeight / 2);
    await new Promise(done => setTimeout(done, 50));
  }
  return '';
}
"""


def choose(visit: Onlooker, label: str, *wanted: str) -> str:
    """Choose these of a list; all that the list holds. A page that is drawn anew closes the list: then once more."""
    field = visit.page.get_by_role("combobox", name=label, exact=True)
    visit.rest()
    while not (listed := visit.page.evaluate(_READ_LIST)):
        field.press("ArrowDown")
        visit.page.wait_for_timeout(200)
    for name in wanted:
        option = visit.page.get_by_role("option", name=name, exact=True)
        field.fill(name)
        while not option.count():
            field.press("ArrowDown")
            field.fill(name)
            visit.page.wait_for_timeout(200)
        option.click()
        visit.page.wait_for_timeout(200)
        visit.rest()
    if field.get_attribute("aria-expanded") == "true":
        field.press("Escape")
    return str(listed)


def test_questions_and_what_the_model_makes_of_them(visit: Onlooker, texts: dict[str, str]) -> None:
    names = list(texts)
    for start in range(0, len(names), A_QUESTION):
        question = ECHO + " ".join(texts[name] for name in names[start : start + A_QUESTION])

        visit.ask(question)

        expect(visit.page.locator(".sr .question").last).to_have_text(html.unescape(render.safe(question)), timeout=30 * SECONDS)
        expect(visit.page.locator(".sr .answer")).to_have_count(start // A_QUESTION + 1, timeout=60 * SECONDS)
    assert visit.states_of_writing() > 100
    assert visit.unwanted() == []


def test_quotations(visit: Onlooker, texts: dict[str, str]) -> None:
    for number, name in enumerate(("autolink", "closing", "svg-image", "directives"), 1):
        visit.ask(f"What is the fee of {name}?")
        expect(visit.page.locator(".sr .answer")).to_have_count(number, timeout=30 * SECONDS)
        expect(visit.page.locator(".sr .quote").filter(has_text=f"41 euros {texts[name]}")).not_to_have_count(0)
    assert visit.unwanted() == []


@IN_BOTH
def test_answers_without_support_and_lists_of_places(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    page = visit.page
    some = " ".join(on_one_line(texts[name]) for name in ("img", "www", "link", "directives", "latex-href", "half-tag"))

    visit.ask(f"{ECHO}{some}")
    expect(page.locator(".sr .calm, .sr .unsupported")).not_to_have_count(0, timeout=30 * SECONDS)
    visit.rest()
    assert visit.unwanted() == []

    visit.ask(f"Who pays “nowhere {texts['img']}” and “nowhere {on_one_line(texts['half-link'])}”?")
    expect(page.locator(".sr .calm").last).to_contain_text(texts["img"], timeout=30 * SECONDS)

    visit.ask(f"List every passage that mentions {texts['bare']}")
    expect(page.locator(".sr .place").first).to_be_visible(timeout=30 * SECONDS)
    visit.rest()
    assert visit.unwanted() == []


def test_documents_are_chosen_for_a_question(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    page = visit.page
    names = [as_file_name(texts[name]) for name in ("img", "directives", "half-tag")]

    visit.go_to(words.ask)
    page.get_by_test_id("stPopoverButton").click()
    assert missing(texts, choose(visit, words.narrow_documents, *(f"{name}.md" for name in names))) == []
    assert missing(texts, choose(visit, words.narrow_tags, names[1])) == []

    expect(page.get_by_test_id("stBottom").locator(".sr")).to_contain_text(f"{names[2]}.md, #{names[1]}", timeout=10 * SECONDS)
    assert visit.unwanted() == []


def test_summaries_and_comparisons(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    page = visit.page
    names = [f"{as_file_name(texts[name])}.md" for name in ("link", "css-url", "anchor")]
    visit.go_to(words.whole)

    assert missing(texts, choose(visit, words.document_to_summarise, names[0])) == []
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.locator(".sr .part")).not_to_have_count(0, timeout=30 * SECONDS)
    expect(page.locator(".sr .question")).to_contain_text(names[0])
    assert visit.unwanted() == []

    page.get_by_text(words.compare, exact=True).click()
    assert missing(texts, choose(visit, words.documents_to_compare, *names)) == []
    page.get_by_label(words.points).fill(f"{on_one_line(texts['img'])}, the fee, {on_one_line(texts['directives'])}")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.locator(".sr .rows.wide th")).to_have_count(6, timeout=60 * SECONDS)
    expect(page.locator(".sr .rows.wide")).to_contain_text(names[1])
    assert visit.unwanted() == []


def test_every_document_in_the_page_viewer(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    page = visit.page
    visit.go_to(words.library)
    page.locator(".st-key-more-documents button").click()
    openers = page.locator(".st-key-documents .sr .open")
    expect(openers).to_have_count(len(texts) + 1, timeout=30 * SECONDS)
    viewer, shown = page.get_by_role("complementary"), ""
    for number in range(openers.count()):
        name = openers.nth(number).text_content() or ""

        openers.nth(number).dispatch_event("click")

        expect(viewer.locator(".v-name")).to_have_text(name, timeout=10 * SECONDS)
        shown += viewer.locator(".v-text").text_content() or ""
    assert [name for name in texts if f"The fee of {name} is 41 euros" not in shown] == []
    assert visit.unwanted() == []


def test_quotations_in_the_page_viewer(visit: Onlooker, texts: dict[str, str]) -> None:
    viewer = visit.page.get_by_role("complementary")
    for name in ("closing", "svg-image", "half-tag", "focus"):
        visit.ask(f"What is the fee of {name}?")
        quote = visit.page.locator(".sr .quote").filter(has_text=f"fee of {name}").last
        quote.locator(".open").click(timeout=30 * SECONDS)

        expect(viewer.locator("mark.strong").first).to_contain_text(f"The fee of {name} is 41 euros", timeout=10 * SECONDS)
        assert visit.unwanted() == []


@IN_BOTH
def test_earlier_questions_and_what_can_be_done_with_them(visit: Onlooker, language: Language, texts: dict[str, str]) -> None:
    page, words = visit.page, words_of_history.IN[language]
    for name in ("img", "half-tag", "directives"):
        visit.ask(f"{texts[name]}?")
        expect(page.locator(".sr .question").last).to_contain_text(name, timeout=30 * SECONDS)
        visit.rest()
        listed = page.locator(".conversations li").filter(has_text=name).first
        expect(listed).to_be_visible(timeout=10 * SECONDS)
        listed.locator("[data-send=manage]").click()
        expect(page.get_by_role("dialog")).to_contain_text(name, timeout=10 * SECONDS)
        assert visit.unwanted() == []

        page.get_by_role("dialog").get_by_role("button", name=words.close, exact=True).last.click()
        page.get_by_role("button", name=words.new).click()
        expect(page.locator(".sr .question")).to_have_count(0, timeout=10 * SECONDS)
        visit.rest()
        listed.locator("[data-send=conversation]").click()
        expect(page.locator(".sr .question")).to_contain_text(texts[name], timeout=10 * SECONDS)
        assert visit.unwanted() == []
        page.get_by_role("button", name=words.new).click()
        visit.rest()


def test_files_made_of_answers_lead_nowhere(visit: Onlooker, words: Words, texts: dict[str, str]) -> None:
    page = visit.page
    for answers, name in enumerate(("link", "anchor", "javascript-link", "refresh"), 1):
        visit.ask(f"What is the fee of {name}?")
        expect(page.locator(".sr .tools")).to_have_count(answers, timeout=30 * SECONDS)
        visit.rest()
        made = {}
        for kind, label in words.save_as.items():
            with page.expect_download() as download:
                page.get_by_role("button", name=label, exact=True).last.click()
            assert download.value.url.startswith("blob:")  # from the memory of the page
            made[kind] = download.value.path().read_bytes()

        assert all(b"/URI" not in each and b"/Launch" not in each for each in made.values())
        with zipfile.ZipFile(io.BytesIO(made["docx"])) as docx:
            assert not [part for part in docx.namelist() if b"External" in docx.read(part)]
        assert f"The fee of {name} is 41 euros" in made["md"].decode()
        assert not re.search(r"(?<!\\)[\[<](?:http|x\]\(|a |img|meta)", made["md"].decode())
    assert [told for told in visit.unwanted() if not told.startswith("a download: blob:")] == []


@IN_BOTH
def test_search_and_what_can_be_chosen_there(visit: Onlooker, language: Language, texts: dict[str, str]) -> None:
    page, title = visit.page, words_of_search.IN[language].title
    visit.go_to(title)
    expect(page.locator("[data-search] .s-hints")).to_be_visible(timeout=10 * SECONDS)
    assert visit.unwanted() == []

    field = page.locator("[data-search] input[type=search]")
    field.fill("the fee")
    for shown in range(10, len(texts), 10):
        expect(page.locator(".s-doc")).to_have_count(shown, timeout=10 * SECONDS)
        page.locator("[data-more-documents]").click()
    expect(page.locator("[data-more-documents]")).to_have_count(0, timeout=10 * SECONDS)
    assert missing(texts, page.locator("[data-search] .s-found").text_content() or "") == []
    page.locator("[data-search] fieldset summary").last.click()
    page.locator("[data-search] fieldset details input").nth(3).click()
    expect(page.locator(".s-chip")).to_have_count(1, timeout=10 * SECONDS)
    assert visit.unwanted() == []

    for name in ("img", "www", "directives", "half-tag", "bidi"):
        field.fill(f"the fee “nowhere {on_one_line(texts[name])}”")
        expect(page.locator(".s-found .calm")).to_contain_text(f"nowhere {name}", timeout=10 * SECONDS)
    assert visit.unwanted() == []


def test_uploads(visit: Onlooker, words: Words, texts: dict[str, str], language: Language) -> None:
    page = visit.page
    visit.go_to(words.library)
    some = dict(list(texts.items())[:: 1 if language == "en" else 9])
    readable = [{"name": f"{text}.md", "mimeType": "text/markdown", "buffer": text.encode()} for text in some.values()]
    broken = [{"name": f"{text}.pdf", "mimeType": "application/pdf", "buffer": text.encode()} for text in some.values()]

    page.locator("input[type=file]").set_input_files([*readable, *broken])

    expect(page.locator(".sr .reason").last).to_be_visible(timeout=30 * SECONDS)
    assert visit.unwanted() == []


# --- these tests can fail ----------------------------------------------------------------------


def test_the_sink_is_there(browser: Browser, sink: Outside) -> None:
    page = browser.new_page()

    page.set_content(
        f"<img src=http://{sink.host}/picture><img src=http://www.evil.example/name><link rel=preconnect href=http://{sink.host}>"
    )
    page.wait_for_load_state("networkidle")

    assert {"GET /picture HTTP/1.1", "GET /name HTTP/1.1", "a connection"} <= set(sink.hits)


@pytest.mark.parametrize(
    ("leak", "name", "seen"),
    [
        ("markup", "img", "policy: img-src"),
        ("markup", "css-url", "policy: img-src"),
        ("markup", "anchor", "<a "),
        ("markup", "form", "<form "),
        ("markdown", "www", '<a href="http://www.evil.example'),
        ("markdown", "icons", "stMarkdownContainer"),
    ],
)
def test_a_leak_would_be_seen(leaking: dict[str, Onlooker], texts: dict[str, str], leak: str, name: str, seen: str) -> None:
    visit = leaking[leak]
    look_into(visit, IN["en"], f"/missing/{as_file_name(texts[name])}")

    assert any(seen in told for _ in range(20) for told in visit.unwanted())  # which takes a while, each time


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory, browser: Browser, sink: Outside) -> Iterator[dict[str, Onlooker]]:
    """Pages that are broken on purpose: one draws with Streamlit's markdown, one escapes nothing."""
    with ExitStack() as opened:
        servers = {
            leak: opened.enter_context(running_server(tmp_path_factory.mktemp("leaking"), command=(*PROGRAM, f"--leak={leak}")))
            for leak in ("markdown", "markup")
        }
        yield {leak: Onlooker(browser, server, sink) for leak, server in servers.items()}
