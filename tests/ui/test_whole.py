"""Summaries, comparisons and lists of places on the page, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag.library.library import Library
from rag.records import (
    Answer,
    Citation,
    Claim,
    Comparison,
    Document,
    Language,
    PartProgress,
    SectionSummary,
    Status,
    Summary,
    Survey,
    Timings,
    Whole,
)
from rag.settings import Settings, SummarySettings
from tests.ui.desks import desks, shown
from ui.web import render_whole, state
from ui.words.page import ENGLISH, KOREAN

PAGE = str(Path(state.__file__).with_name("app.py"))
Visit = Callable[..., AppTest]
RENT = "The rent is 1,250.50 euros a month."
DEPOSIT = "The deposit is 3,751 euros."
NOTICE = "Either party may end the lease with three months' notice."


def _whole_alone() -> None:
    from ui.web import state, whole

    open_desk = state.desk()
    assert open_desk
    whole.draw(open_desk, state.wording())


@pytest.fixture
def visit(library: Library, home: Path) -> Iterator[Visit]:
    """Opens a view over the drawer, with a model that gives these replies."""
    with desks() as open_desk:

        def open_page(*replies: str, language: Language = "en", asking: bool = False) -> AppTest:
            open_desk(Settings(home=home, language=language, summary=SummarySettings(section_tokens=400)), library, *replies)
            page = AppTest.from_file(PAGE, default_timeout=30) if asking else AppTest.from_function(_whole_alone, default_timeout=30)
            return page.run()

        yield open_page


def _press(page: AppTest, label: str) -> str:
    return shown(next(button for button in page.button if button.label == label).click().run())


# --- the view ----------------------------------------------------------------------------------


def test_without_documents_there_is_nothing_to_press(visit: Visit) -> None:
    page = visit()

    assert len(page.button) == 0


def test_a_summary_stands_under_its_headings_with_the_words_below(visit: Visit, filled: Library) -> None:
    page = visit(RENT, "Nothing of this is in it.", NOTICE)
    lease = next(document for document in filled.documents() if document.name == "lease.md")
    page.selectbox[0].set_value(lease.doc_id)

    drawn = _press(page, ENGLISH.summarise)

    assert ENGLISH.summary_of.format(name="lease.md") in drawn
    assert f"<b>1. Rent</b></p><p>{RENT}<sup><button" in drawn
    assert "<p>“The deposit is returned within 30 days after the end of the lease.”<sup><button" in drawn
    assert "Nothing of this" not in drawn
    assert ENGLISH.supporting.replace("'", "&#x27;") in drawn
    assert [button.label for button in page.button if button.label == ENGLISH.stop] == []


@pytest.mark.usefixtures("filled")
def test_a_comparison_is_a_table_that_says_what_is_not_stated(visit: Visit) -> None:
    page = visit(DEPOSIT, "문서에 없습니다.", language="ko")
    page.segmented_control[0].set_value("compare").run()
    page.multiselect[0].set_value([document.doc_id for document in _documents()])
    page.text_input[0].input("deposit")

    drawn = _press(page, KOREAN.compare)

    assert "<tr><td></td><th>lease.md</th><th>취업규칙.md</th></tr>" in drawn
    assert f"<th>deposit</th><td>{DEPOSIT}<sup><button" in drawn
    assert f'[1]</button></sup></td><td class="nothing">{KOREAN.not_stated}</td>' in drawn
    assert "“The tenant pays a deposit of 3,751 euros before moving in.”" in drawn


def _documents() -> list[Document]:
    desk = state.desk()
    assert desk
    return desk.assistant.library.documents()


@pytest.mark.usefixtures("filled")
def test_what_cannot_be_compared_is_said(visit: Visit) -> None:
    page = visit()
    page.segmented_control[0].set_value("compare").run()

    drawn = _press(page, ENGLISH.compare)

    assert ENGLISH.problem in drawn
    assert "It is not said what the documents are to be compared on" in drawn


@pytest.mark.usefixtures("filled")
def test_a_list_of_places_is_counted_under_the_answer(visit: Visit) -> None:
    page = visit(asking=True)

    drawn = shown(page.chat_input[0].set_value("List every clause that mentions the deposit").run())

    assert ENGLISH.survey.format(subject="deposit", places=2, documents=1) in drawn
    assert "“The <mark>deposit</mark> is returned within 30 days after the end of the lease.”" in drawn
    assert ENGLISH.not_found in shown(page.chat_input[0].set_value("List all mentions of arbitration").run())


# --- the markup --------------------------------------------------------------------------------

EVIL = '<script>alert("x")</script>'


def _answer(whole: Whole, *, claims: int = 1, stopped: bool = False) -> Answer:
    cited = tuple(Citation("d", f"{EVIL}.pdf", 3, 3, f"quote {number} {EVIL}", 0, 5) for number in range(claims))
    made = tuple(Claim(f"claim {number} {EVIL}", True, (number,)) for number in range(claims))
    return Answer("q", "en", Status.ANSWERED, "", made, cited, (), Timings(0.0), "m", "e", stopped=stopped, whole=whole)


@pytest.mark.parametrize(
    "whole",
    [
        Summary("a.pdf", (SectionSummary(EVIL, 1, 2, (0,), (0,)),), 0.5),
        Comparison((EVIL,), (EVIL, "b.pdf"), (((0,), ()),)),
        Survey(EVIL, 1, 1, 1),
        Survey(EVIL, 0, 0, 0),
    ],
    ids=["summary", "comparison", "places", "near places"],
)
def test_no_word_of_a_document_becomes_markup(whole: Whole) -> None:
    drawn = render_whole.whole(_answer(whole), ENGLISH)

    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_the_share_of_a_long_document_is_said() -> None:
    half = Summary("a.pdf", (SectionSummary("", None, None, (0,)),), 0.048)

    assert ENGLISH.summary_share.format(share=5) in render_whole.whole(_answer(half), ENGLISH)


def test_many_places_are_folded_and_a_cut_is_said() -> None:
    drawn = render_whole.whole(_answer(Survey("x", 300, 4, 9), claims=9), ENGLISH)

    assert ENGLISH.survey.format(subject="x", places=300, documents=4) in drawn
    assert ENGLISH.survey_cut.format(shown=9) in drawn
    assert ENGLISH.more_places.format(count=4) in drawn


def test_progress_shows_what_is_checked_already() -> None:
    so_far = _answer(Comparison(("p",), ("a.pdf", "b.pdf"), (((0,),),)))
    drawn = render_whole.progress(PartProgress(1, 4, "b.pdf: p", 6.2, 18.6, so_far), ENGLISH, left="about 19 s left")

    assert "claim 0" in drawn
    assert "Part 2 of 4: b.pdf: p · 6 s each · about 19 s left" in drawn


def test_what_was_stopped_says_that_it_was_checked() -> None:
    half = _answer(Summary("a.pdf", (SectionSummary("", None, None, (0,)),), 1.0), stopped=True)

    assert ENGLISH.stopped_part in render_whole.whole(half, ENGLISH)
