"""A turn is kept in the conversation in which it was asked, whatever the reader does while it is answered; files are made of what a tab shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.errors import TurnGone
from rag.library.conversations import PastTurn
from rag.library.library import Library
from rag.records import Answer, Answered, Citation, Claim, Comparison, PartProgress, Status, Timings
from rag.settings import RefusalSettings, Settings
from rag.version import VERSION
from tests.ui.desks import desks
from ui.web import history, render_turn, state
from ui.web.routes import ROUTES
from ui.web.state import Desk, Turn, _process, _Tab
from ui.words.page import ENGLISH

DEPOSIT = "The tenant pays a deposit of 3,751 euros before moving in."


@pytest.fixture
def desk(filled: Library, home: Path) -> Iterator[Desk]:
    with desks() as open_desk:
        yield open_desk(Settings(home=home, refusal=RefusalSettings(least_chance=0.0)), filled, *[DEPOSIT] * 4)


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> _Tab:
    opened = _Tab("en")
    _process.tabs.add(opened)
    monkeypatch.setattr(state, "tab", lambda: opened)
    return opened


def keep(desk: Desk, question: str, conversation: int | None = None) -> int:
    return desk.assistant.library.manifest.keep_turn(PastTurn(question), conversation=conversation).conversation_id


def questions(desk: Desk, conversation: int) -> list[str]:
    return [turn.question for turn in desk.assistant.library.manifest.turns(conversation)]


def test_who_goes_to_another_conversation_meanwhile_changes_neither(desk: Desk, tab: _Tab) -> None:
    first = keep(desk, "one")
    keep(desk, "two", first)
    other = [keep(desk, "three")]
    keep(desk, "four", other[0])
    history.open_again(desk, first)
    edited = Turn("one, better", instead_of=tab.turns[0].kept, seen=1)
    tab.turns = [edited]
    kept = history.keeper(desk, edited)

    history.open_again(desk, other[0])
    kept()

    assert questions(desk, first) == ["one, better"]
    assert questions(desk, other[0]) == ["three", "four"]
    assert tab.conversation == other[0]


def test_a_new_conversation_begun_meanwhile_is_a_new_one(desk: Desk, tab: _Tab) -> None:
    turn = Turn("one")
    tab.turns = [turn]
    kept = history.keeper(desk, turn)

    history.begin_anew()
    kept()

    assert tab.conversation is None
    assert turn.kept
    assert questions(desk, turn.kept.conversation_id) == ["one"]


def test_what_is_being_answered_when_all_is_deleted_is_not_kept(desk: Desk, tab: _Tab) -> None:
    turn = Turn("one")
    tab.turns = [turn]
    tab.conversations_with = "something"
    kept = history.keeper(desk, turn)

    desk.assistant.library.manifest.delete_conversations()
    state.forget_conversations()
    kept()

    assert desk.assistant.library.manifest.count_conversations() == 0
    assert (tab.turns, tab.conversations_with) == ([], "")


def test_every_answer_says_what_it_was_made_with(desk: Desk) -> None:
    *_, asked = desk.ask("How much is the deposit?")
    *_, listed = desk.ask("List every clause that mentions deposit")

    summary = [event for event in desk.summarise("lease.md") if isinstance(event, PartProgress)]
    assert {event.so_far.version for event in summary} == {VERSION}  # of one that is stopped, too
    for event in (asked, listed):
        assert isinstance(event, Answered)
        assert event.answer.version == VERSION
        assert event.answer.index_generation == desk.assistant.library.index_generation()


def test_a_comparison_is_copied_with_its_points_and_documents() -> None:
    claims = (Claim("Three months.", True, (0,)), Claim("Two weeks.", True, (1,)))
    cited = tuple(Citation(name, name, None, None, f"the words of {name}", 0, 1) for name in ("lease.md", "rules.md"))
    comparison = Comparison(documents=("lease.md", "rules.md"), points=("notice", "parking"), cells=(((0,), (1,)), ((), ())))
    answer = Answer("?", "en", Status.ANSWERED, "", claims, cited, (), Timings(1.0), "m", "e", whole=comparison)

    assert render_turn.copyable(answer, ENGLISH).split("\n") == [
        "notice",
        "- lease.md: Three months. [1]",
        "- rules.md: Two weeks. [2]",
        "parking",
        f"- lease.md: {ENGLISH.not_stated}",
        f"- rules.md: {ENGLISH.not_stated}",
        "",
        "[1] “the words of lease.md” — lease.md",
        "[2] “the words of rules.md” — rules.md",
    ]


def test_a_file_is_of_the_answer_that_stands_above_its_button(desk: Desk, tab: _Tab) -> None:
    *_, last = desk.ask("How much is the deposit?")
    assert isinstance(last, Answered)
    turn = Turn("How much is the deposit?", answer=last.answer)  # not kept anywhere
    tab.turns = [turn]
    asked = TestClient(Starlette(routes=ROUTES))

    made = asked.get(f"/desk/dossier/{turn.turn_id}.md?language=en")
    assert (made.status_code, DEPOSIT in made.text) == (200, True)
    assert f"/{turn.turn_id}.md" in render_turn.tools(turn, last.answer, ENGLISH)

    tab.turns = [Turn("Who won?", answer=last.answer)]
    gone = asked.get(f"/desk/dossier/{turn.turn_id}.md?language=en")
    assert (gone.status_code, gone.text) == (404, TurnGone().sentence("en"))
