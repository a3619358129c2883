"""The page that says how things stand: over a real drawer without a browser, and in one over the real server."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from rag import no_network
from rag.assemble import Assistant
from rag.disk import Encryption, Ground, encryption_of
from rag.errors import DrawerReadOnly
from rag.library.library import Library
from rag.no_network import Seclusion
from rag.records import Language
from rag.settings import Settings, WeightsSettings
from tests.browser import SECONDS, Server, Visit, needs_chromium, running_server
from tests.ui.desks import desks, shown
from ui import machine_state
from ui.machine_state import MachineState, Now
from ui.web import render_machine, state
from ui.web.state import Desk
from ui.words import machine, page, privacy

Draw = Callable[[], AppTest]

NAMES = {
    "seorap",
    "weights",
    "install",
    "doctor",
    "privacy",
    "English",
    "toml",
    "keep",
    "conversations",
    "false",
    "llama",
    "cpp",
    "Apache",
    "MIT",
    "GB",
    "MB",
    "kB",
    *logging.getLevelNamesMapping(),
}
"""What a Korean page may hold in Latin letters: commands, names and units."""


def _machine_alone() -> None:
    from ui.web import machine as drawn
    from ui.web import state as opened

    desk = opened.desk()
    assert desk
    drawn.draw(desk, opened.wording())


@pytest.fixture
def opened(library: Library, home: Path) -> Iterator[Callable[..., Desk]]:
    with desks() as open_desk:
        yield lambda **settings: open_desk(Settings.model_validate({"home": home, **settings}), library)


def draw() -> AppTest:
    return AppTest.from_function(_machine_alone, default_timeout=30).run()


def gathered(desk: Desk) -> MachineState:
    return machine_state.gather(desk.assistant, desk.refused())


# --- what it says ------------------------------------------------------------------------------


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_says_where_everything_lies_and_how_much_it_is(opened: Callable[..., Desk], home: Path, language: Language) -> None:
    desk = opened(language=language)
    words = machine.IN[language]
    counts = desk.assistant.library.counts()

    drawn = shown(draw())

    assert str(home) in drawn
    assert str(home / "seorap.toml") in drawn
    assert str(desk.assistant.settings.weights.folder) in drawn
    assert words.counts.format(documents=counts.documents, passages=counts.passages) in drawn
    assert words.files_closed in drawn
    assert words.language_set.format(language=words.languages[language]) in drawn
    assert words.log_none in drawn or "DEBUG" in drawn or "WARNING" in drawn  # pytest has handlers of its own


@pytest.mark.usefixtures("filled")
def test_a_korean_page_holds_no_english_word(opened: Callable[..., Desk], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(language="ko")
    monkeypatch.setattr(no_network, "seclusion", lambda: Seclusion(("namespace", "seccomp", "python")))

    drawn = shown(draw())
    text = re.sub(r'<p class="path">.*?</p>|<table>.*?</table>|<b>.*?</b>|<[^>]+>', " ", drawn)  # a model's name is bold

    there = " ".join(NAMES) + encryption_of(home).where
    assert [word for word in re.findall(r"[A-Za-z][A-Za-z0-9]+", text) if word not in there] == []


def test_settings_that_were_changed_are_named_and_cannot_make_markup(opened: Callable[..., Desk], tmp_path: Path) -> None:
    opened(language="en", weights=WeightsSettings(folder=tmp_path / "<img src=x>\u202egnp", unload_minutes=7))

    drawn = shown(draw())

    assert "<td>weights.unload_minutes</td><td>7</td><td>15</td>" in drawn
    assert "<img" not in drawn
    assert "&lt;img src=x&gt;\ufffdgnp" in drawn


def test_weights_that_are_not_there_are_said_to_be_missing(opened: Callable[..., Desk], tmp_path: Path) -> None:
    opened(language="en", weights=WeightsSettings(folder=tmp_path / "none"))

    assert machine.ENGLISH.weights_missing in shown(draw())


def test_a_drawer_that_others_can_read_is_not_called_closed(opened: Callable[..., Desk], home: Path) -> None:
    opened(language="en")
    home.chmod(0o755)

    drawn = shown(draw())

    assert machine.ENGLISH.files_open in drawn
    assert machine.ENGLISH.files_closed not in drawn


def test_gathering_is_quick_and_loads_nothing(library: Library, home: Path) -> None:
    assistant = Assistant(Settings(home=home), library)

    found = machine_state.gather(assistant, {})

    assert not found.now.models.writer.loaded
    assert not found.now.models.embedding.loaded
    assert found.address is None
    assert found.examined is None
    assert found.index_generation == 1


@pytest.mark.parametrize("ground", [*machine.ENGLISH.grounds])
def test_encryption_is_yes_no_or_unknown_with_its_reason(opened: Callable[..., Desk], ground: Ground) -> None:
    found = replace(gathered(opened()), encryption=Encryption(ground, "ext4: <sda1>"))

    for language in ("en", "ko"):
        words = machine.IN[language]
        drawn = render_machine.guards(found, words, privacy.IN[language], examined="", language=language)
        assert words.grounds[ground].replace("'", "&#x27;") in drawn
        assert f"</span>{words.verdicts[found.encryption.verdict]}</p>" in drawn
        assert (words.disk_advice.replace("'", "&#x27;") in drawn) == (found.encryption.verdict == "no")
        assert "&lt;sda1&gt;" in drawn


# --- privacy -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seclusion", "told"),
    [
        (Seclusion(("namespace", "seccomp", "python")), page.ENGLISH.privacy_by_kernel),
        (Seclusion(("python",), ("darwin has no namespaces and no seccomp",)), page.ENGLISH.privacy_by_python),
        (None, page.ENGLISH.privacy_unenforced),
    ],
    ids=["kernel", "python", "nothing"],
)
def test_the_top_says_whether_everything_stays(
    opened: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, seclusion: Seclusion | None, told: str
) -> None:
    desk = opened(language="en")
    monkeypatch.setattr(no_network, "seclusion", lambda: seclusion)

    drawn = shown(draw())

    assert f"<b>{told}</b>" in drawn
    assert (machine.ENGLISH.nothing_enforced in drawn) == (seclusion is None)
    assert ("has no namespaces" in drawn) == (seclusion is not None and not seclusion.by_kernel)
    assert gathered(desk).now.seclusion == seclusion


def test_a_korean_page_says_in_korean_why_the_kernel_does_not_help(opened: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    opened(language="ko")
    why_not = ("namespace: Operation not permitted (user namespaces are not allowed here)", "seccomp: not known on riscv64")
    monkeypatch.setattr(no_network, "seclusion", lambda: Seclusion(("python",), why_not))

    assert (
        "네트워크 네임스페이스: 허용되지 않은 작업임(여기서는 사용자 네임스페이스를 만들 수 없음); "
        "시스템 호출 필터(seccomp): riscv64 프로세서에서는 쓸 수 없음"
    ) in shown(draw())


@pytest.mark.parametrize(
    ("reading", "writing", "unknown"),
    [(None, None, ["reads and writes"]), (None, 9.0, ["reads"]), (80.0, None, ["writes"]), (80.0, 9.0, [])],
    ids=["neither known", "writing known", "reading known", "both known"],
)
def test_only_the_speed_that_is_not_known_is_said_to_be_unknown(
    opened: Callable[..., Desk], reading: float | None, writing: float | None, unknown: list[str]
) -> None:
    now = gathered(opened()).now
    writer = replace(now.models.writer, reading_per_s=reading, writing_per_s=writing)

    drawn = render_machine.right_now(replace(now, models=replace(now.models, writer=writer)), machine.ENGLISH, unload_minutes=15, unused="")

    assert [what for what, told in machine.ENGLISH.unmeasured.items() if told in drawn] == unknown


def test_what_was_blocked_is_told_by_kind(opened: Callable[..., Desk]) -> None:
    refused = {"socket.connect": 2, "socket.getaddrinfo": 3, "socket.gethostbyname": 1}
    now: Now = replace(gathered(opened()).now, seclusion=Seclusion(("python",)), refused=refused)

    assert "6 (connecting 2, looking a name up 4)" in render_machine.verdict(now, "", machine.ENGLISH)


def test_every_kind_of_attempt_that_is_refused_has_a_name() -> None:
    kinds = no_network._TO_AN_ADDRESS | no_network._OF_A_NAME

    for words in machine.IN.values():
        assert set(words.refused_kinds) == kinds


def test_nothing_is_tried_where_nothing_would_refuse_it(opened: Callable[..., Desk]) -> None:
    opened(language="en")

    assert no_network.seclusion() is None
    assert [button for button in draw().button if button.label == machine.ENGLISH.try_now] == []


# --- language ----------------------------------------------------------------------------------


def test_a_language_that_was_chosen_is_kept_for_every_tab_that_opens_later(opened: Callable[..., Desk]) -> None:
    opened()
    assert draw().title[0].value == machine.ENGLISH.title  # a browser without a language

    draw().segmented_control[0].set_value("ko").run()

    assert draw().title[0].value == machine.KOREAN.title
    opened()  # as after a restart
    assert draw().title[0].value == machine.KOREAN.title


def test_what_was_chosen_can_be_left_to_the_browser_again(opened: Callable[..., Desk]) -> None:
    desk = opened()
    desk.assistant.library.manifest.set_fact("language of the page", "ko")

    after = draw().segmented_control[0].set_value("").run()

    assert after.title[0].value == machine.ENGLISH.title
    assert draw().title[0].value == machine.ENGLISH.title


def test_a_language_in_the_settings_comes_first(opened: Callable[..., Desk]) -> None:
    desk = opened(language="en")
    desk.assistant.library.manifest.set_fact("language of the page", "ko")

    assert draw().title[0].value == machine.ENGLISH.title


def test_the_choice_in_the_menu_is_kept_too(opened: Callable[..., Desk]) -> None:
    opened()
    menu = AppTest.from_file(str(Path(state.__file__).with_name("app.py")), default_timeout=30).run()

    menu.segmented_control[0].set_value("ko").run()

    assert draw().title[0].value == machine.KOREAN.title


def test_a_drawer_that_cannot_be_written_says_so_and_the_language_holds_for_this_tab(
    opened: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = opened()

    def fail(*_: object) -> None:
        raise DrawerReadOnly(home="/d", cause="read-only")

    monkeypatch.setattr(desk.assistant.library.manifest, "set_fact", fail)
    menu = AppTest.from_file(str(Path(state.__file__).with_name("app.py")), default_timeout=30).run()

    after = menu.segmented_control[0].set_value("ko").run()

    assert "problem" in shown(after)
    assert after.run().title[0].value == page.KOREAN.empty_title


# --- in a browser ------------------------------------------------------------------------------


def _opened_page(visit: Visit, language: Language) -> Page:
    visit.page.get_by_role("link", name=machine.IN[language].title, exact=True).click()
    expect(visit.page.locator("dl.facts").first).to_be_visible(timeout=30 * SECONDS)
    return visit.page


@pytest.mark.browser
@needs_chromium[1]
def test_the_served_page_tells_what_enforces_it_and_a_trial_is_not_counted(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    drawn = _opened_page(visit, "en")
    expect(drawn.get_by_text(server.address, exact=True)).to_be_visible()
    for layer in ("seccomp", "python"):
        expect(drawn.get_by_text(privacy.ENGLISH.layers[layer])).to_be_visible()

    drawn.get_by_role("button", name=machine.ENGLISH.try_now).click()

    expect(drawn.get_by_text(machine.ENGLISH.tried)).to_be_visible(timeout=10 * SECONDS)
    expect(drawn.get_by_text(privacy.ENGLISH.ways["native code"])).to_contain_text("refused")
    drawn.wait_for_timeout(4 * SECONDS)  # the figures are looked at again meanwhile
    expect(drawn.get_by_text(machine.ENGLISH.refused_none)).to_be_visible()
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)


@pytest.mark.browser
@needs_chromium[1]
def test_only_figures_are_drawn_again_and_nothing_moves_or_fades(browser: Browser, server: Server) -> None:
    drawn = _opened_page(Visit(browser, server), "en")
    drawn.wait_for_timeout(2 * SECONDS)
    drawn.evaluate(_WATCH)

    drawn.wait_for_timeout(8 * SECONDS)

    assert drawn.evaluate("window.elsewhere") == []
    assert drawn.evaluate("window.faded") == 0
    assert drawn.evaluate("window.moved") == 0


_WATCH = """() => {
  const now = document.querySelector(".st-key-machine-now");
  Object.assign(window, {elsewhere: [], faded: 0, moved: 0});
  new MutationObserver((records) => records.forEach(({target}) => {
    const element = target.nodeType === 3 ? target.parentElement : target;
    if (!now.contains(element)) window.elsewhere.push(element.outerHTML.slice(0, 80));
  })).observe(document.querySelector("[data-testid=stMain]"), {subtree: true, childList: true, characterData: true});
  new PerformanceObserver((list) => list.getEntries().forEach(({value}) => { window.moved += value; })).observe({type: "layout-shift"});
  const look = () => {
    if ([...now.querySelectorAll("*")].some((element) => getComputedStyle(element).opacity < 1)) window.faded += 1;
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.browser
@needs_chromium[1]
def test_the_language_follows_the_browser_until_one_is_chosen_which_outlives_a_restart(browser: Browser, tmp_path: Path) -> None:
    home = tmp_path / "drawer"
    with running_server(home) as server:
        first, second = Visit(browser, server, "ko-KR"), Visit(browser, server, "en-GB")
        korean = _opened_page(first, "ko")
        english = _opened_page(second, "en")

        korean.get_by_test_id("stMain").get_by_text("English", exact=True).click()

        expect(korean.get_by_role("heading", name=machine.ENGLISH.title)).to_be_visible(timeout=10 * SECONDS)
        expect(english.get_by_role("heading", name=machine.ENGLISH.title)).to_be_visible()
    with running_server(home) as server:
        again = Visit(browser, server, "ko-KR")
        expect(again.page.get_by_role("link", name=page.ENGLISH.ask, exact=True)).to_be_visible(timeout=30 * SECONDS)
