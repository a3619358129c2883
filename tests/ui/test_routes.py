"""What the page asks for by itself: whatever the address says, an answer of ours or a sentence comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ingest.pipeline import Batch, add
from rag.errors import TurnGone
from rag.library.library import Library
from rag.settings import Settings
from tests.documents import pdf
from tests.ui.desks import desks
from ui.web import state, viewer
from ui.web.routes import ROUTES
from ui.web.state import Desk
from ui.words import page as words_of_page
from ui.words import viewer as words_of_viewer

NO_NUMBERS = [
    "",
    "x",
    "-1",
    "1.5",
    "²",
    "٣",
    "0",
    "9" * 19,
    "9" * 30,
    "9" * 5000,
    "1e9",
    "0x1",
    "NaN",
    "1 ",
    "%00",
    "../1",
    "1;2",
    "<b>",
    "\ufffd",
]


@pytest.fixture
def desk(filled: Library, home: Path, tmp_path: Path, batch: Batch) -> Iterator[Desk]:
    for _ in add([pdf(tmp_path / "two.pdf", ["On page one the rent is 900 euros.", "On page two it is 950 euros."])], batch):
        pass
    with desks() as open_desk:
        yield open_desk(Settings(home=home), filled)


@pytest.fixture
def asked(desk: Desk) -> TestClient:
    return TestClient(Starlette(routes=ROUTES))


def named(library: Library, name: str) -> str:
    return next(document.doc_id for document in library.documents() if document.name == name)


# --- what an address may say -------------------------------------------------------------------


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_is_answered_like_any_other(asked: TestClient, filled: Library, number: str) -> None:
    doc_id, written = named(filled, "two.pdf"), quote(number, safe="")

    for name in ("page", "from", "page_end", "to", "start", "end", "show", "width"):
        shown = asked.get(f"/desk/view?doc={doc_id}&{name}={written}&marked=rent")
        assert (shown.status_code, "On page" in shown.text) == (200, True), name
    for address in (f"page/{doc_id}/{written}", f"page/{written}/1", f"page/{doc_id}/1?width={written}"):
        assert asked.get(f"/desk/{address}").status_code in (200, 404), address
    for address in (f"dossier/{written}.pdf", f"dossier/0.{written}", f"conversation/{written}.md"):
        assert asked.get(f"/desk/{address}").status_code == 404, address
    assert asked.get(f"/desk/find?text=rent&shown={written}").status_code == 200


@pytest.mark.parametrize(
    "doc", ["", "../../manifest.sqlite3", "/etc/passwd", "upload:x", "\0", "%", "'; DROP TABLE pages", "<img src=x>", "two.pdf"]
)
def test_a_document_is_known_by_its_id_alone(asked: TestClient, doc: str) -> None:
    for language in ("en", "ko"):
        shown = asked.get("/desk/view", params={"doc": doc, "language": language})
        assert words_of_viewer.IN[language].gone in shown.text  # type: ignore[index]  # one of the two
        assert "<img" not in shown.text
    drawn = asked.get(f"/desk/page/{quote(doc, safe='')}/1")
    assert (drawn.status_code, drawn.headers["content-type"].partition(";")[0]) == (404, "text/plain")


def test_a_page_beyond_the_end_is_the_last_one(asked: TestClient, filled: Library) -> None:
    shown = asked.get("/desk/view", params={"doc": named(filled, "two.pdf"), "show": 99})

    assert words_of_viewer.ENGLISH.page_of.format(page=2, pages=2) in shown.text
    assert "On page two it is 950 euros." in shown.text


def test_a_part_beyond_the_end_is_the_last_one(asked: TestClient, filled: Library) -> None:
    shown = asked.get("/desk/view", params={"doc": named(filled, "lease.md"), "show": 99})

    assert "The deposit is returned within 30 days" in shown.text


def test_whatever_width_is_asked_for_few_pictures_are_made(asked: TestClient, desk: Desk, filled: Library) -> None:
    doc_id = named(filled, "two.pdf")

    sizes = {
        asked.get(f"/desk/page/{doc_id}/1?width={width}").headers["content-length"]
        for width in (0, 1, 399, 400, 401, 499, 1e3, 5000, 10**11 - 1)
    }

    assert len(sizes) <= 4
    assert desk.pictures.kept_bytes < 1 << 20


# --- when it cannot be answered ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_bug_is_told_in_a_sentence(
    asked: TestClient, desk: Desk, filled: Library, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    doc_id, words = named(filled, "two.pdf"), words_of_page.IN[language]  # type: ignore[index]  # one of the two
    filled.manifest.close()  # whatever is asked of it now fails in a way that nobody has foreseen

    for address in (f"view?doc={doc_id}", "find?text=rent", f"page/{doc_id}/1", "conversation/1.md"):
        told = asked.get(f"/desk/{address}{'&' if '?' in address else '?'}language={language}")
        assert words.unexpected in told.text, address
        assert "Traceback" not in told.text
        assert "sqlite" not in told.text.casefold()


def test_what_is_told_in_the_viewer_can_be_closed(asked: TestClient) -> None:
    state.close_desk()

    told = asked.get("/desk/view", params={"doc": "x"})

    assert words_of_page.ENGLISH.shutting_down in told.text
    assert 'data-do="close"' in told.text


def test_an_answer_that_is_kept_no_longer_is_told_in_words(asked: TestClient) -> None:
    told = asked.get("/desk/dossier/7.pdf?language=ko")

    assert (told.status_code, told.text) == (404, TurnGone().sentence("ko"))
    assert told.headers["content-type"].startswith("text/plain")


# --- at the same time --------------------------------------------------------------------------


def test_the_drawer_is_not_closed_under_what_is_being_answered(
    asked: TestClient, desk: Desk, filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    draw = viewer.draw

    def slow(*arguments: object) -> str:
        begun.set()
        assert go_on.wait(10)
        return draw(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(viewer, "draw", slow)
    answers: list[str] = []
    answering = threading.Thread(target=lambda: answers.append(asked.get("/desk/view", params={"doc": named(filled, "lease.md")}).text))
    answering.start()
    assert begun.wait(10)
    closing = threading.Thread(target=state.close_desk)
    closing.start()
    closing.join(0.5)

    assert closing.is_alive()
    go_on.set()
    answering.join(10)
    closing.join(10)
    assert not closing.is_alive()
    assert "The tenant pays a deposit" in answers[0]
    assert words_of_page.ENGLISH.shutting_down in asked.get("/desk/view", params={"doc": "x"}).text
