"""The views over a real drawer, without a browser: what is drawn for each end that a question can come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingest.pipeline import Batch, add
from rag.assemble import Assistant
from rag.errors import DrawerFull, NothingFits, WeightsMissing
from rag.library.conversations import PastTurn
from rag.library.library import Library
from rag.records import Doubt, Language
from rag.settings import RefusalSettings, Settings
from tests.ui.desks import desks, shown
from ui.web import client, state
from ui.web.state import Sent
from ui.words import history as history_words
from ui.words.page import ENGLISH, KOREAN

PAGE = str(Path(state.__file__).with_name("app.py"))
Visit = Callable[..., AppTest]


@pytest.fixture
def visit(library: Library, home: Path) -> Iterator[Visit]:
    """Opens the page over the drawer, with a model that gives these replies."""
    with desks() as open_desk:

        def open_page(*replies: str, language: Language = "en") -> AppTest:
            open_desk(Settings(home=home, language=language, refusal=RefusalSettings(least_chance=0.0)), library, *replies)
            page = AppTest.from_file(PAGE, default_timeout=30).run()
            assert not page.exception
            return page

        yield open_page


def ask(page: AppTest, question: str) -> str:
    return shown(page.chat_input[0].set_value(question).run())


@pytest.mark.usefixtures("library")
def test_an_empty_drawer_says_what_to_do_first(visit: Visit) -> None:
    page = visit()

    assert page.title[0].value == ENGLISH.empty_title
    assert ENGLISH.empty_first in shown(page)
    assert page.chat_input[0].disabled


@pytest.mark.usefixtures("filled")
def test_claims_come_with_their_quotations_and_the_unsupported_one_is_marked(visit: Visit) -> None:
    drawn = ask(visit("The deposit is 3,751 euros. It is kept at the Bank of Narnia."), "How much is the deposit?")

    assert "<p>The deposit is 3,751 euros.<sup><button" in drawn
    assert "[1]</button></sup></p>" in drawn
    assert "“The tenant pays a deposit of 3,751 euros before moving in.”" in drawn
    assert f'It is kept at the Bank of Narnia.</span> <span class="flag">{ENGLISH.doubts[Doubt.WORDS]}</span>' in drawn
    assert ENGLISH.not_found not in drawn


@pytest.mark.usefixtures("filled")
def test_what_is_not_in_the_documents_is_said_calmly_with_the_nearest_passages(visit: Visit) -> None:
    drawn = ask(visit("문서에 없습니다.", language="ko"), "월드컵은 누가 우승했나요?")

    assert KOREAN.not_found in drawn
    assert KOREAN.nearest in drawn
    assert "problem" not in drawn


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_failure_never_looks_like_not_found(visit: Visit, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    failure = WeightsMissing(name="http://a.example/<b>", folder="/w")

    def fail(*_: object, **__: object) -> None:
        raise failure

    page = visit(language=language)
    monkeypatch.setattr(Assistant, "ask", fail)
    drawn = ask(page, "How much is the deposit?")

    words = {"en": ENGLISH, "ko": KOREAN}[language]
    assert f"<b>{words.problem}</b>" in drawn
    assert failure.sentence(language).replace("<b>", "&lt;b&gt;").partition("`")[0] in drawn
    assert words.not_found not in drawn


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(
    visit: Visit, filled: Library, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    failure = DrawerFull(home="/drawer")

    def full(*_: object, **__: object) -> None:
        raise failure

    page = visit("The tenant pays a deposit of 3,751 euros before moving in.", language=language)
    monkeypatch.setattr(filled.manifest, "keep_turn", full)

    drawn = ask(page, "How much is the deposit?")

    assert "“The tenant pays a deposit of 3,751 euros before moving in.”" in drawn
    assert failure.sentence(language) in drawn


@pytest.mark.parametrize("failing", ["rename", "delete"])
def test_a_conversation_that_cannot_be_changed_says_why(
    visit: Visit, filled: Library, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    failure = DrawerFull(home="/drawer")

    def full(*_: object, **__: object) -> None:
        raise failure

    page = visit()
    number = filled.manifest.keep_turn(PastTurn("How much is the deposit?")).conversation_id
    monkeypatch.setattr(client, "sent", lambda: Sent("manage", str(number)))
    monkeypatch.setattr(filled.manifest, f"{failing}_conversation", full)
    page.run()
    words = history_words.ENGLISH

    drawn = shown(next(button for button in page.button if button.label == getattr(words, failing)).click().run())

    assert failure.sentence("en") in drawn
    assert ENGLISH.unexpected not in drawn


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("value", ["²", "٣", "9" * 30, "-1", "", " ", "x"])
def test_whatever_the_browser_sends_the_page_is_drawn(visit: Visit, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    page = visit(*["Not in the documents."] * 4)

    for what in ("conversation", "manage", "ask", "anything"):
        sent = Sent(what, value)
        monkeypatch.setattr(client, "sent", lambda sent=sent: sent)
        assert ENGLISH.unexpected not in shown(page.run())


@pytest.mark.usefixtures("filled")
def test_the_conversation_stays_until_another_is_begun(visit: Visit) -> None:
    page = visit("The deposit is 3,751 euros.", "Not in the documents.")
    ask(page, "How much is the deposit?")
    both = ask(page, "Who won the cup?")

    assert (
        both.index("How much is the deposit?") < both.index("3,751 euros") < both.index("Who won the cup?") < both.index(ENGLISH.not_found)
    )

    page.run()
    cleared = shown(next(button for button in page.button if button.label == history_words.ENGLISH.new).click().run())

    assert "3,751" not in cleared


@pytest.mark.usefixtures("filled")
def test_a_follow_up_is_shown_as_it_was_understood_and_can_be_asked_as_typed(visit: Visit) -> None:
    page = visit(
        "The deposit is 3,751 euros.", "When is the deposit returned?", "The deposit is returned within 30 days.", "Not in the documents."
    )
    ask(page, "How much is the deposit?")
    assert not [button for button in page.button if button.label == ENGLISH.ask_as_typed]
    drawn = ask(page, "When is it returned?")

    understood = ENGLISH.understood_as.format(question="When is the deposit returned?")
    assert understood in drawn
    assert "The deposit is returned within 30 days." in drawn

    again = shown(next(button for button in page.button if button.label == ENGLISH.ask_as_typed).click().run())
    assert again.count('<p class="question">When is it returned?</p>') == 2
    assert again.count(understood) == 1
    assert ENGLISH.verbatim in again  # the model declines, the document answers

    assert shown(page.run()).count('<p class="question">') == 3


@pytest.mark.usefixtures("filled")
def test_documents_can_be_chosen_beside_the_question(visit: Visit) -> None:
    page = visit("The deposit is 3,751 euros.", "The deposit is 3,751 euros.")
    documents = next(choice for choice in page.multiselect if choice.label == ENGLISH.narrow_documents)
    assert documents.options == ["lease.md", "취업규칙.md"]

    chosen = shown(documents.select("lease.md").run())
    only = ENGLISH.only_in.format(documents="lease.md")
    assert only in chosen
    drawn = ask(page, "How much is the deposit?")
    assert drawn.count(only) == 2  # under the question, and beside the next one
    assert "취업규칙.md" not in drawn

    page.run()
    cleared = shown(next(button for button in page.button if button.label == ENGLISH.narrow_clear).click().run())
    assert cleared.count(only) == 1


def test_documents_of_one_name_are_told_apart(visit: Visit, library: Library, batch: Batch, tmp_path: Path) -> None:
    for folder, rent in (("seoul", "900"), ("busan", "700")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.md").write_text(f"# Rent\n\nThe rent is {rent} euros a month.", encoding="utf-8")
    assert len(list(add([tmp_path / "seoul", tmp_path / "busan"], batch))) == 2
    page = visit("The rent is 700 euros a month.")
    documents = next(choice for choice in page.multiselect if choice.label == ENGLISH.narrow_documents)
    assert len(set(documents.options)) == 2
    (second,) = (option for option in documents.options if "busan" in option)

    documents.select(second).run()
    drawn = ask(page, "What is the rent?")

    assert "The rent is 700 euros" in drawn
    assert "900" not in drawn
    assert "busan" in ENGLISH.only_in.format(documents=second)


@pytest.mark.usefixtures("filled")
def test_a_click_asks_of_no_document_that_has_left(visit: Visit, filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visit("The deposit is 3,751 euros.")
    documents = next(choice for choice in page.multiselect if choice.label == ENGLISH.narrow_documents)
    documents.select("취업규칙.md").run()
    filled.remove("취업규칙.md")
    monkeypatch.setattr(client, "sent", lambda: Sent("ask", "How much is the deposit?"))

    assert "“The tenant pays a deposit of 3,751 euros" in shown(page.run())


@pytest.mark.usefixtures("filled")
def test_a_filter_that_nothing_fits_is_a_sentence(visit: Visit) -> None:
    page = visit()
    since = next(choice for choice in page.date_input if choice.label == ENGLISH.narrow_since)
    tomorrow = date.today() + timedelta(days=1)
    since.set_value(tomorrow).run()

    drawn = ask(page, "How much is the deposit?")

    assert NothingFits(wanted=f"≥ {tomorrow}").sentence("en").partition("`")[0] in drawn
    assert ENGLISH.not_found not in drawn


@pytest.mark.usefixtures("filled")
def test_a_missing_phrase_is_named(visit: Visit) -> None:
    drawn = ask(visit(language="ko"), "“보증금 <b>3,752</b> 유로”는 무엇인가요?")

    assert KOREAN.not_found in drawn
    assert KOREAN.phrases_missing.format(phrases="“보증금 &lt;b&gt;3,752&lt;/b&gt; 유로”") in drawn
    assert KOREAN.nearest not in drawn


@pytest.mark.usefixtures("filled")
def test_the_language_can_be_changed_in_the_middle_of_a_conversation(visit: Visit) -> None:
    page = visit("Not in the documents.")
    ask(page, "Who won the cup?")

    drawn = shown(page.segmented_control[0].set_value("ko").run())

    assert KOREAN.not_found in drawn
    assert "Who won the cup?" in drawn
