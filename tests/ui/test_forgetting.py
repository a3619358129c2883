"""What is erased is no longer in the memory of the page either, whatever became of the erasure."""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add, add_upload
from rag.errors import ErasureUnfinished
from rag.library import erase as erasing
from rag.library.conversations import PastTurn
from rag.library.database import StillRead
from rag.library.library import Library
from rag.records import Answered, FileOutcome, Outcome
from rag.settings import RefusalSettings, Settings
from tests.documents import pdf
from tests.ui.desks import desks
from ui.web import state
from ui.web.state import Desk, Turn, _process, _Tab

DEPOSIT = "The tenant pays a deposit of 3,751 euros before moving in."


@pytest.fixture
def desk(filled: Library, home: Path) -> Iterator[Desk]:
    with desks() as open_desk:
        yield open_desk(Settings(home=home, refusal=RefusalSettings(least_chance=0.0)), filled, DEPOSIT)


@pytest.fixture
def tab() -> _Tab:
    opened = _Tab("en")
    _process.tabs.add(opened)
    return opened


def answered(desk: Desk, tab: _Tab, question: str) -> Turn:
    """As a tab holds it, kept in the drawer."""
    *_, last = desk.ask(question)
    assert isinstance(last, Answered)
    turn = Turn(question, answer=last.answer)
    past = PastTurn(question, answer=last.answer)
    turn.kept = desk.assistant.library.manifest.keep_turn(past, conversation=tab.conversation)
    tab.conversation = turn.kept.conversation_id
    tab.turns.append(turn)
    return turn


def erase(desk: Desk, name: str) -> None:
    desk.begin_erasing(name)
    assert desk.erasure
    assert desk.erasure.ended.wait(60)


def test_a_turn_that_only_names_what_is_erased_leaves_the_tab_as_it_leaves_the_drawer(desk: Desk, tab: _Tab) -> None:
    stays = Turn("Who wins the cup?", kept=desk.assistant.library.manifest.keep_turn(PastTurn("Who wins the cup?")))
    names = Turn("What does lease.md say?", kept=desk.assistant.library.manifest.keep_turn(PastTurn("What does lease.md say?")))
    tab.turns += [names, stays]
    tab.editing = 1

    erase(desk, "lease.md")

    assert tab.turns == [stays]
    assert tab.editing is None


def test_what_is_out_of_the_drawer_leaves_the_tabs_and_pictures_although_the_erasure_is_unfinished(
    desk: Desk, tab: _Tab, tmp_path: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in add([pdf(tmp_path / "deposit.pdf", [DEPOSIT])], batch):
        pass
    library = desk.assistant.library
    doc_id = next(document.doc_id for document in library.documents() if document.name == "deposit.pdf")
    answered(desk, tab, "How much is the deposit?")
    desk.pictures.page(doc_id, 1, width=800)

    def still_read(*_: object) -> None:
        raise StillRead

    monkeypatch.setattr(erasing, "_scrubbed", still_read)
    erase(desk, "deposit.pdf")

    assert desk.erasure
    assert [type(error) for error in desk.erasure.errors] == [ErasureUnfinished]
    assert doc_id not in library.manifest.document_ids()
    assert tab.turns == []
    assert desk.pictures.kept_bytes == 0
    assert state.gone() == {doc_id}


def test_certificates_that_nobody_has_read_stay_when_more_is_erased(desk: Desk) -> None:
    erase(desk, "lease.md")
    erase(desk, "취업규칙.md")

    assert desk.erasure
    assert [certificate.names for certificate in desk.erasure.certificates] == [("lease.md",), ("취업규칙.md",)]


def test_one_erasure_does_not_take_the_place_of_another_under_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    erased = state.erase

    def slowly(*arguments: object) -> object:
        assert go_on.wait(20)
        return erased(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(state, "erase", slowly)
    assert desk.begin_erasing("lease.md")
    first = desk.erasure

    assert not desk.begin_erasing("취업규칙.md")
    assert desk.erasure is first
    go_on.set()
    assert first
    assert first.ended.wait(30)


def test_no_form_of_its_name_stays_in_what_is_told_of_the_queue(desk: Desk, tab: _Tab, tmp_path: Path, batch: Batch) -> None:
    folder = tmp_path / "papers, decomposed"
    folder.mkdir()
    paper = folder / unicodedata.normalize("NFD", "계약서.md")
    paper.write_text("# Deposit\n\nThe deposit of flat nine is 12 euros.", encoding="utf-8")
    desk.queue._outcomes.extend(add([paper], batch))
    desk.queue._outcomes.append(FileOutcome("/elsewhere/other.md", Outcome.ADDED))
    content = b"# Fee\n\nThe fee of flat nine is 14 euros."
    digest = sha256(content).hexdigest()
    desk.assistant.library.keep_snapshot(digest, content)
    desk.queue._outcomes.append(add_upload("uploaded.md", digest, batch))
    tab.library.added = (os.fsencode(paper), b"/elsewhere")

    erase(desk, "계약서.md")
    erase(desk, "uploaded.md")

    assert [outcome.path for outcome in desk.queue.outcomes()] == ["/elsewhere/other.md"]
    assert tab.library.added == (b"/elsewhere",)
