"""The page with the documents over a real drawer, without a browser; then what only a browser does."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from ingest.pipeline import Batch, add
from ingest.queue import Queue
from ingest.watch import Sweep
from rag.errors import DrawerFull, WrongPassword
from rag.library.library import Library, identity
from rag.library.worklist import Happened, Happening, WatchedFolder
from rag.map import Map, Spot
from rag.records import Document, FileOutcome, Language, Outcome, Reading, Reason, Span, State
from rag.records import Page as PageOfText
from rag.settings import RefusalSettings, Settings
from tests import documents as documents_for_tests
from tests.browser import SECONDS, Server, Visit, needs_chromium
from tests.fakes import WordHashEmbedder
from tests.privacy.payloads import as_file_name, payloads
from tests.ui.desks import desks, shown
from tests.ui.test_render import HOSTILE, TAGS, Seen
from ui.web import client, render_library, state
from ui.web.library import choice
from ui.web.library.choice import Choice
from ui.web.library.pictures import per_week
from ui.web.state import Desk
from ui.words.library import ENGLISH, IN, KOREAN

OF_LISTS_AND_MAPS = {"ul", "caption", "thead", "tbody", "input", "time", "svg", "g", "circle", "rect", "path", "text"}
Open = Callable[..., AppTest]
IN_A_BROWSER, ONLY_WITH_CHROMIUM = needs_chromium


def _page_alone() -> None:
    from ui.web import state
    from ui.web.library import page

    open_desk = state.desk()
    assert open_desk
    page.draw(open_desk)


@pytest.fixture
def documents(library: Library, home: Path) -> Iterator[Open]:
    opened: list[Desk] = []
    with desks() as open_desk:

        def open_page(language: Language = "en") -> AppTest:
            if not opened:
                settings = Settings(home=home, language=language, refusal=RefusalSettings(least_chance=0.0))
                opened.append(open_desk(settings, library))
            page = AppTest.from_function(_page_alone, default_timeout=30).run()
            assert not page.exception
            return page

        yield open_page


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def pick(page: AppTest, *documents: Document) -> AppTest:
    """As ticking their boxes does."""
    page.session_state["tab"].library.picked = {identity(document) for document in documents}
    return page.run()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()


def put(library: Library, count: int) -> None:
    """So many documents of one passage each, in two folders, every third in Korean."""
    embedder = WordHashEmbedder()
    library.claim_embedder(embedder.identity)
    with library.manifest.transaction():
        for number in range(count):
            text = f"휴가 규정 {number}번 문서입니다." if number % 3 == 0 else f"The lease number {number} speaks of rent."
            name = f"paper {number:04}.{'pdf' if number % 2 else 'md'}"
            library.commit(
                os.fsencode(f"/papers/{'leases' if number % 5 else 'rules'}/{name}"),
                name=name,
                doc_id=hashlib.sha256(text.encode()).hexdigest(),
                mtime_ns=1,
                size_bytes=1000 + number,
                method="m",
                embedder=embedder.identity,
                reading=Reading((PageOfText(text, 1),), "pdf" if number % 2 else "markdown"),
                spans=[Span(0, len(text), text)],
                headers=[name],
                vectors=embedder.embed_passages([text]),
            )


# --- empty, adding, failures -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_empty_drawer_teaches_what_to_do(documents: Open, language: Language) -> None:
    drawn = shown(documents(language))

    assert IN[language].no_documents in drawn
    assert all(step.partition(".")[0] in drawn for step in IN[language].empty_steps)


def test_uploads_are_taken_in_and_failures_keep_their_reason(documents: Open, filled: Library) -> None:
    page = documents()
    page.file_uploader[0].set_value([("empty.txt", b"", "text/plain"), ("note.txt", b"The attic is dry.", "text/plain")]).run()

    until(lambda: len(filled.documents()) == 4)
    page = documents()

    assert "note.txt" in shown(page)
    assert "empty.txt: the file is empty; check that it was saved or copied completely." in shown(page)
    assert f"{ENGLISH.failures} (1)" in [header.value for header in page.header]


def test_what_could_not_be_read_stands_apart_and_is_tried_again(documents: Open, filled: Library, papers: Path, batch: Batch) -> None:
    (papers / "draft.txt").touch()
    list(add([papers / "draft.txt"], batch))
    page = documents()
    assert f"{ENGLISH.failures} (1)" in [header.value for header in page.header]
    assert shown(page).count("draft.txt: the file is empty") == 1
    (papers / "draft.txt").write_text("now it has words")

    press(page, ENGLISH.try_again)

    until(lambda: filled.counts().documents == 3)
    page = documents()
    assert [header.value for header in page.header] == [ENGLISH.in_drawer]
    assert "draft.txt" in shown(page)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_password_is_asked_for_beside_its_document(documents: Open, library: Library, tmp_path: Path, language: Language) -> None:
    words = IN[language]
    content = documents_for_tests.pdf(tmp_path / "a.pdf", ["The attic is dry."], password="Sesame").read_bytes()
    documents(language)
    desk = state.desk()
    assert desk
    desk.queue.upload("attic <b>.pdf", content)

    def page() -> AppTest:
        until(lambda: not desk.working())
        return documents(language)

    def give(password: str) -> None:
        shown_page = page()
        (field,) = (field for field in shown_page.text_input if field.label == words.password)
        assert field.proto.type == field.proto.PASSWORD
        field.input(password)
        after = press(shown_page, words.unlock)
        assert not after.exception
        kept = after.session_state._state._state  # of every widget, whether it is on the page or not
        assert password not in repr((kept._old_state, kept._new_widget_state.states))

    assert words.needs_password in shown(page())
    give("sesame")
    refused = shown(page())
    assert "attic &lt;b&gt;.pdf: " + WrongPassword(name="").sentence(language).removeprefix(": ") in refused
    assert "sesame" not in refused
    give("Sesame")

    assert [field for field in page().text_input if field.label == words.password] == []
    assert [document.state for document in library.documents()] == [State.READY]


def test_names_that_are_no_text_break_nothing(documents: Open, library: Library, batch: Batch, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "papers")
    os.mkdir(folder)  # noqa: PTH102
    for name, content in (("계약.pdf".encode("cp949"), b"no PDF"), ("임대.md".encode("cp949"), b"# Lease\n\nRent.")):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(content)
    list(add([tmp_path / "papers"], batch))
    library.manifest.put_folder(WatchedFolder(os.path.join(folder, "하위".encode("cp949"))))  # noqa: PTH118

    page = documents()

    assert ENGLISH.failures in "".join(header.value for header in page.header)
    assert ENGLISH.in_drawer in "".join(header.value for header in page.header)


def test_what_is_known_to_fail_is_told_in_its_own_words_in_a_dialog_too(
    documents: Open, filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = documents()
    (lease,) = (document for document in filled.documents() if document.name == "lease.md")
    page.session_state["tab"].library.leaving = (identity(lease),)
    page.run()

    def full(*_: object) -> None:
        raise DrawerFull(home="/drawer")

    monkeypatch.setattr(Library, "everywhere", full)
    drawn = shown(press(page, ENGLISH.erase))

    assert DrawerFull(home="/drawer").sentence("en") in drawn


@pytest.mark.usefixtures("filled")
def test_a_queue_that_stands_still_says_why(documents: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = DrawerFull(home="/drawer")
    monkeypatch.setattr(Queue, "broken", lambda queue: failure)

    assert failure.sentence("en") in shown(documents())


def test_a_path_is_added_once_and_a_wrong_one_is_refused_beside_its_field(documents: Open, library: Library, papers: Path) -> None:
    page = documents()
    for nowhere, why in (
        (str(papers / "nowhere"), "there is no such file"),
        ("~nobody-of-this-name/papers", "there is no such file"),
        ("a long text " * 500, "the system does not let it be read"),
    ):
        page.text_input[0].input(nowhere)
        assert why in shown(press(page, ENGLISH.path_add))
        page.text_input[0].input(nowhere)
        assert "there is no such folder" in shown(press(page, ENGLISH.folder_watch))
    (papers / "photo.raw").write_bytes(b"\0")
    page.text_input[0].input(str(papers))
    page = press(page, ENGLISH.path_add)

    until(lambda: library.counts().documents == 2 and not library.manifest.paths())
    assert library.manifest.folders() == []
    drawn = shown(page.run())
    assert ENGLISH.path_done.format(path=str(papers)) in drawn
    assert ENGLISH.folder_other_kinds.format(count=1, kinds=".raw (1)") in drawn


def test_a_folder_is_watched_paused_and_forgotten(documents: Open, filled: Library, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "note.txt").write_text("a note")
    (folder / "other.md").write_text("another note")
    page = documents()
    fields = {field.label: field for field in page.text_input}
    fields[ENGLISH.path].input(str(folder))
    fields[ENGLISH.include].input("*.txt, letters/")
    page = press(page, ENGLISH.folder_watch)

    assert str(folder) in shown(page)
    assert ENGLISH.folder_only.format(patterns="*.txt, letters/") in shown(page)
    until(lambda: filled.counts().documents == 3)
    (watched,) = filled.manifest.folders()
    assert watched.include == ("*.txt", "letters/")

    folder.rename(folder.with_name("away"))
    press(page, ENGLISH.folder_look)
    until(lambda: any(document.away for document in filled.documents()))
    drawn = shown(page.run())
    assert drawn.count(ENGLISH.folder_unreachable) == 2  # above the list of folders too, which may be folded
    assert drawn.count(ENGLISH.document_away) == 1

    page = press(page, ENGLISH.folder_pause)
    assert ENGLISH.folder_paused in shown(page)
    page = press(page, ENGLISH.folder_forget)
    assert f">{folder}<" not in shown(page)
    assert filled.counts().documents == 3


def test_a_folder_tells_what_happened_in_it_in_the_last_day(documents: Open, batch: Batch, papers: Path) -> None:
    manifest = batch.library.manifest
    watched = WatchedFolder(os.fsencode(papers), paused=True)
    manifest.put_folder(watched)
    list(Sweep(watched, batch, settled_s=0.0))
    (papers / "lease.md").rename(papers / "contract.md")
    list(Sweep(watched, batch, settled_s=0.0))
    manifest.note(Happening(os.fsencode(papers), b"/papers/old.md", Happened.GONE, None, time.time() - 25 * 3600))

    for words in IN.values():
        assert words.happened[Happened.RENAMED] in render_library.happenings(manifest.happenings(since=0), words)
    drawn = shown(documents())

    added = ENGLISH.happened_count.format(what=ENGLISH.happened[Happened.ADDED], count=2)
    renamed = ENGLISH.happened_count.format(what=ENGLISH.happened[Happened.RENAMED], count=1)
    assert f"{ENGLISH.last_day}: {added} · {renamed}" in drawn
    assert f'contract.md <span class="small">{ENGLISH.renamed_from.format(name="lease.md")}</span>' in drawn
    assert "old.md" not in drawn


# --- the list ----------------------------------------------------------------------------------


def rows(page: AppTest) -> list[str]:
    """The names in the list, from top to bottom."""
    drawn = shown(page)
    return [part.partition("</button>")[0].rpartition(">")[2] for part in drawn.split('<div class="name">')[1:]]


def test_every_document_is_a_row_that_opens_its_first_page(documents: Open, filled: Library) -> None:
    drawn = shown(documents())
    (lease,) = (document for document in filled.documents() if document.name == "lease.md")

    assert ENGLISH.counts.format(documents=2, passages=filled.counts().passages) in drawn
    assert f'class="open" data-open data-doc="{lease.doc_id}" data-start="0" data-end="0"' in drawn
    for column in render_library.COLUMNS[:-1]:
        assert f'data-sort="{column}"' in drawn
    assert 'data-sort="tags"' not in drawn  # nothing has any
    assert 'class="c-language" data-label="Language">Korean</td>' in drawn
    assert 'class="c-kind" data-label="Kind">MD</td>' in drawn


def test_a_long_list_is_shown_in_parts_and_chosen_from_as_a_whole(documents: Open, library: Library) -> None:
    put(library, 120)
    page = documents()
    assert len(rows(page)) == 50
    assert ENGLISH.list_of.format(first=1, last=50, total=120) in shown(page)

    page = press(page, ENGLISH.show_more)
    assert len(rows(page)) == 100

    page = press(page, ENGLISH.pick_all.format(count=120))
    assert ENGLISH.picked.format(count=120) in shown(page)
    assert ENGLISH.picked_none in shown(press(page, ENGLISH.pick_none))


def test_the_list_is_narrowed_by_what_tells_documents_apart(documents: Open, library: Library) -> None:
    put(library, 40)
    library.manifest.put_folder(WatchedFolder(b"/papers", paused=True))
    page = documents()
    fields = {field.label: field for field in page.selectbox}
    assert set(fields) == {
        ENGLISH.filter_added,
        ENGLISH.filter_kind,
        ENGLISH.filter_language,
        ENGLISH.filter_folder,
        ENGLISH.filter_tag,
    }  # and no state: all are ready
    assert fields[ENGLISH.filter_folder].options == ["leases", "rules"]

    page = fields[ENGLISH.filter_language].set_value("ko").run()
    assert ENGLISH.filtered.format(shown=14, total=40) in shown(page)
    page = next(field for field in page.selectbox if field.label == ENGLISH.filter_kind).set_value("pdf").run()
    assert len(rows(page)) == 7
    page = next(field for field in page.text_input if field.label == ENGLISH.filter_name).input("0003").run()
    assert rows(page) == ["paper 0003.pdf"]
    page = next(field for field in page.text_input if field.label == ENGLISH.filter_name).input("nothing of that name").run()
    assert ENGLISH.nothing_fits in shown(page)

    assert len(rows(press(page, ENGLISH.filter_clear))) == 40


def test_the_list_can_be_narrowed_to_a_tag(documents: Open, filled: Library, papers: Path) -> None:
    assert len(documents().selectbox) == 0
    filled.manifest.put_folder(WatchedFolder(os.fsencode(papers.parent), paused=True))
    page = documents()
    assert page.selectbox[0].options == ["papers"]
    assert "#papers" in shown(page)

    copied = filled.find_one("lease.md")[0]
    filled.manifest.put_place(b"/elsewhere/lease.md", name="lease.md", doc_id=copied.doc_id, mtime_ns=None, size_bytes=1, reason=None)
    filled.manifest.drop_places(copied.place)
    page = documents()
    narrowed = shown(page.selectbox[0].set_value("papers").run())

    assert ENGLISH.filtered.format(shown=1, total=2) in narrowed


A = Document("a", "Beta.pdf", ("/x/leases/Beta.pdf",), State.READY, "pdf", 3, 7, 900, 100.0, tags=("Leases",))
B = Document("b", "alpha.md", ("/x/rules/old/alpha.md",), State.PARTIAL, "markdown", None, 2, 50, 300.0)
C = Document("c", "감마.hwp", (), State.READY, "hwp", 1, 9, 10, 200.0)
LANGUAGES: dict[str, Language] = {"a": "en", "b": "en", "c": "ko"}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("name", "bac"),
        ("state", "acb"),
        ("kind", "cba"),
        ("language", "abc"),
        ("pages", "cab"),  # what has no pages comes last, either way
        ("passages", "bac"),
        ("size", "cba"),
        ("added", "acb"),
        ("folder", "abc"),
        ("tags", "abc"),
    ],
)
def test_documents_are_sorted_by_every_column(column: str, expected: str) -> None:
    ascending = choice.ordered([A, B, C], column, LANGUAGES, descending=False)
    descending = choice.ordered([A, B, C], column, LANGUAGES, descending=True)

    assert "".join(document.doc_id for document in ascending) == expected
    assert {document.doc_id for document in descending} == set("abc")
    if column in ("name", "kind", "passages", "size", "added"):
        assert descending == ascending[::-1]
    if column == "pages":
        assert [document.doc_id for document in descending] == ["a", "c", "b"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Choice(name=" BETA"), "a"),
        (Choice(name="감"), "c"),
        (Choice(state=State.PARTIAL), "b"),
        (Choice(kind="hwp"), "c"),
        (Choice(language="en"), "ab"),
        (Choice(folder="/x"), "ab"),
        (Choice(folder="/x/rules"), "b"),
        (Choice(folder="/x/rule"), ""),
        (Choice(folder=""), "c"),
        (Choice(tag="leases"), "a"),
        (Choice(kind="pdf", language="ko"), ""),
        (choice.EVERYTHING, "abc"),
    ],
)
def test_a_choice_leaves_those_that_fit_every_part(wanted: Choice, expected: str) -> None:
    assert "".join(document.doc_id for document in choice.chosen([A, B, C], wanted, LANGUAGES)) == expected


def test_added_within_counts_whole_days() -> None:
    today = datetime.date(2026, 3, 10)
    added = datetime.datetime(2026, 3, 3, 0, 30).timestamp()

    assert choice.chosen([replace(A, added=added)], Choice(within="week"), LANGUAGES, today=today)
    assert not choice.chosen([replace(A, added=added - 3600)], Choice(within="week"), LANGUAGES, today=today)


def test_folders_are_offered_from_where_they_part() -> None:
    assert choice.folders([A, B, C]) == ["", "/x/leases", "/x/rules", "/x/rules/old"]
    assert choice.branches([A, B, C]) == {"a": "/x/leases", "b": "/x/rules", identity(C): ""}
    assert choice.folders([A]) == ["/x/leases"]
    many = [replace(A, places=(f"/x/{number % 9}/{number}/a.pdf",)) for number in range(400)]
    assert choice.folders(many) == [f"/x/{number}" for number in range(9)]
    signs = choice.signs(choice.branches([replace(each, doc_id=str(number)) for number, each in enumerate(many)]))
    assert sorted(signs.values()) == [0, 1, 2, 3, 4, 5, 7, 7, 7]


# --- what is done with several -----------------------------------------------------------------


def test_removing_asks_first(documents: Open, filled: Library) -> None:
    page = pick(documents(), *filled.documents()[:1])
    page = press(page, ENGLISH.remove_picked)

    assert ENGLISH.remove_text in shown(page)
    assert len(filled.documents()) == 2
    page = press(page, ENGLISH.keep)
    assert ENGLISH.remove_text not in shown(page)

    page = press(press(page, ENGLISH.remove_picked), ENGLISH.remove_yes)
    assert len(filled.documents()) == 1
    assert not page.exception


def test_the_question_stays_when_the_page_is_drawn_anew(documents: Open, filled: Library) -> None:
    page = press(pick(documents(), *filled.documents()), ENGLISH.remove_picked)
    again = shown(page.run())

    assert ENGLISH.remove_text in again
    assert ENGLISH.remove_count.format(count=2) in again


def test_what_would_come_back_is_said_before(documents: Open, filled: Library, papers: Path) -> None:
    page = press(pick(documents(), *filled.documents()), ENGLISH.remove_picked)
    assert ENGLISH.remove_folder not in shown(page)

    filled.manifest.put_folder(WatchedFolder(os.fsencode(papers)))
    assert ENGLISH.remove_folder in shown(page.run())


def test_several_are_erased_one_after_another_with_a_certificate_each(documents: Open, filled: Library) -> None:
    page = press(pick(documents(), *filled.documents()), ENGLISH.remove_picked)
    press(page, ENGLISH.erase)
    desk = state.desk()
    assert desk
    assert desk.erasure
    until(desk.erasure.ended.is_set)

    assert [certificate.names for certificate in desk.erasure.certificates] == [("lease.md",), ("취업규칙.md",)]
    assert desk.erasure.errors == []
    drawn = shown(page.run())
    assert ENGLISH.erased_count.format(count=2) in drawn
    assert "lease.md" in drawn
    assert ENGLISH.no_documents in drawn
    press(page, "Close")
    assert "lease.md" not in shown(page.run())


def test_one_that_cannot_be_erased_does_not_keep_the_others(documents: Open, filled: Library) -> None:
    documents()
    desk = state.desk()
    assert desk
    lease, rules = filled.documents()
    desk.begin_erasing(identity(lease), identity(rules))
    assert desk.erasure
    until(desk.erasure.ended.is_set)
    desk.erasure.names = (identity(lease),)
    desk.erasure.ended.clear()
    desk._erase(desk.erasure)

    assert [type(error).__name__ for error in desk.erasure.errors] == ["NoSuchDocument"]
    assert len(desk.erasure.certificates) == 2


def test_what_the_browser_sends_is_looked_at() -> None:
    assert client._told({"turn": 3, "ids": ["a", 4, None, "b"]}, None, 3) == client.Told(("a", "b"))
    assert client._told({"turn": 2, "ids": ["a"]}, {"what": "sort", "of": "name"}, 3) == client.Told(None, sort="name")
    assert client._told("nonsense", {"what": "erase", "of": "a"}, 3) == client.Told()
    assert client._told(None, {"what": "remove", "of": 7}, 3) == client.Told()


# --- pictures ----------------------------------------------------------------------------------


def test_weeks_are_counted_from_monday() -> None:
    today = datetime.date(2026, 3, 11)  # a Wednesday
    days = [datetime.datetime(2026, 3, 9, 0, 1), datetime.datetime(2026, 3, 8, 23, 0), datetime.datetime(2025, 1, 1)]
    weeks, before = per_week([replace(A, added=day.timestamp()) for day in days], today)

    assert len(weeks) == 13
    assert weeks[-1] == (datetime.date(2026, 3, 9), 1)
    assert weeks[-2] == (datetime.date(2026, 3, 2), 1)
    assert before == 1


def test_the_pictures_are_made_when_they_are_looked_at(documents: Open, library: Library) -> None:
    put(library, 30)
    page = documents()
    assert 'class="map"' not in shown(page)

    page.segmented_control[0].set_value("map").run()
    desk = state.desk()
    assert desk
    ready = [document for document in library.documents() if document.doc_id]
    until(lambda: desk.maps.of(ready) is not None)
    drawn = shown(page.run())
    assert drawn.count("data-spot") == 30
    assert ENGLISH.map_label.format(count=30) in drawn
    assert f'<th scope="col">{ENGLISH.nearest}</th>' in drawn

    drawn = shown(page.segmented_control[0].set_value("passages").run())
    assert drawn.count('class="bar"') == 20
    assert ENGLISH.passages_rest.format(count=10) in drawn

    drawn = shown(page.segmented_control[0].set_value("activity").run())
    assert '<span class="count">30</span>' in drawn


@pytest.mark.parametrize("text", [*HOSTILE, *(as_file_name(text) for text in payloads("evil.example").values())])
def test_hostile_names_stay_text(text: str) -> None:
    harmless, seen = Seen(_everything("harmless")), Seen(_everything(text))

    assert set(seen.tags) <= TAGS | OF_LISTS_AND_MAPS
    assert seen.tags == harmless.tags
    assert {name for name, _ in seen.attributes} == {name for name, _ in harmless.attributes}
    assert seen.open == []
    assert not set(seen.text) & set("\u202e\x1b\x00")


def _everything(text: str) -> str:
    """All markup of this page, with ``text`` wherever text comes from outside."""
    reason = Reason("DamagedDocument", {"name": text, "cause": text})
    place = f"/{text}/{text}".replace("\0", "")
    one = Document("d", text, (place, place), State.PARTIAL, "pdf", 3, 5, 9, 0.0, reason, (text,), 2, 91.0, away=True)
    spots = (Spot(one, 0.2, 0.3, one), Spot(replace(one, doc_id="e"), 0.8, 0.7, one))
    found = Happening(b"/papers", os.fsencode(f"/papers/{text}".replace("\0", "")), Happened.RENAMED, None, 0.0, was=os.fsencode(place))
    branches = {"d": place, "e": place}
    return "".join(
        (
            render_library.listed(
                [one], ENGLISH, "en", languages={"d": "ko"}, order="name", descending=True, notes={"d": text}, caption=text
            ),
            render_library.failed(replace(one, doc_id="", state=State.FAILED), ENGLISH, "ko", note=text),
            render_library.names([one] * 7, KOREAN),
            render_library.folder(text, text, [text]),
            render_library.waiting([text], ENGLISH),
            render_library.notes([text]),
            render_library.outcomes([FileOutcome(text, Outcome.ADDED), FileOutcome(text, Outcome.FAILED, 0, reason)], ENGLISH, "en"),
            render_library.happenings([found] * 12, ENGLISH),
            render_library.amounts([one], 2, 4, ENGLISH),
            render_library.activity([(datetime.date(2026, 3, 9), 3)], 2, ENGLISH),
            render_library.drawn_map(Map(spots, 3), branches, {place: 0}, ENGLISH),
        )
    )


# --- in a browser ------------------------------------------------------------------------------


@pytest.fixture
def papers_of_many_kinds(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    for name, text in (
        ("leases/flat.md", "# Lease\n\nThe tenant pays rent and a deposit."),
        ("leases/house.md", "# Lease\n\nThe tenant pays rent for the house."),
        ("rules/휴가.md", "# 휴가\n\n직원은 15일의 휴가를 받는다."),
        ("rules/<b>bold.md", "# Rules\n\nNobody smokes in the attic."),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def page(browser: Browser, server: Server, papers_of_many_kinds: Path) -> Iterator[Page]:
    """The four papers in the drawer, added by their path."""
    visit = Visit(browser, server)
    page = visit.page
    visit.go("Documents")
    visit.is_still()
    page.get_by_text(ENGLISH.folders).click()
    page.get_by_label(ENGLISH.path).fill(str(papers_of_many_kinds))
    page.get_by_role("button", name=ENGLISH.path_add).click()
    expect(page.get_by_text("Documents: 4")).to_be_visible(timeout=60 * SECONDS)
    page.get_by_text(ENGLISH.folders).click()
    yield page
    assert visit.stayed_home(server.address), (visit.asked, visit.complaints)
    visit.context.close()


def _names(page: Page) -> list[str]:
    return page.locator(".drawer .name").all_text_contents()


@IN_A_BROWSER
@ONLY_WITH_CHROMIUM
def test_the_list_is_sorted_and_chosen_from_by_the_keyboard_alone(page: Page) -> None:
    heading = page.get_by_role("columnheader", name="Document").get_by_role("button")
    heading.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Document")).to_have_attribute("aria-sort", "ascending", timeout=10 * SECONDS)
    assert _names(page) == ["<b>bold.md", "flat.md", "house.md", "휴가.md"]
    expect(heading).to_be_focused()  # though the table was drawn anew
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Document")).to_have_attribute("aria-sort", "descending", timeout=10 * SECONDS)
    assert _names(page) == ["휴가.md", "house.md", "flat.md", "<b>bold.md"]

    page.get_by_role("checkbox", name=ENGLISH.pick.format(name="house.md")).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text(ENGLISH.picked.format(count=1), exact=True)).to_be_visible(timeout=10 * SECONDS)
    page.get_by_role("checkbox", name=ENGLISH.pick.format(name="<b>bold.md")).click(modifiers=["Shift"])
    expect(page.get_by_text(ENGLISH.picked.format(count=3), exact=True)).to_be_visible(timeout=10 * SECONDS)
    expect(page.get_by_role("checkbox", name=ENGLISH.pick.format(name="flat.md"))).to_be_checked()
    heading.click()
    expect(page.get_by_role("columnheader", name="Document")).to_have_attribute("aria-sort", "ascending", timeout=10 * SECONDS)
    expect(page.get_by_role("checkbox", name=ENGLISH.pick.format(name="flat.md"))).to_be_checked()  # what was chosen stays
    expect(page.get_by_role("checkbox", name=ENGLISH.pick.format(name="휴가.md"))).not_to_be_checked()
    page.get_by_role("button", name=ENGLISH.pick_none).click()
    expect(page.get_by_role("checkbox", name=ENGLISH.pick.format(name="flat.md"))).not_to_be_checked(timeout=10 * SECONDS)


@IN_A_BROWSER
@ONLY_WITH_CHROMIUM
def test_chosen_documents_are_asked_compared_or_taken_out(page: Page) -> None:
    for name in ("flat.md", "house.md"):
        page.get_by_role("checkbox", name=ENGLISH.pick.format(name=name)).click()
    page.get_by_role("button", name=ENGLISH.ask_these).click()
    expect(page.get_by_text("Only in: house.md, flat.md").or_(page.get_by_text("Only in: flat.md, house.md"))).to_be_visible(
        timeout=15 * SECONDS
    )

    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("button", name=ENGLISH.compare).click()
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("house.md", timeout=15 * SECONDS)

    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("button", name=ENGLISH.remove_picked).click()
    expect(page.get_by_role("dialog")).to_contain_text("house.md", timeout=10 * SECONDS)
    page.get_by_role("button", name=ENGLISH.remove_yes).click()
    expect(page.get_by_text("Documents: 2")).to_be_visible(timeout=15 * SECONDS)
    expect(page.locator(".drawer .name")).to_have_count(2, timeout=10 * SECONDS)
    assert sorted(_names(page)) == ["<b>bold.md", "휴가.md"]


_COLOURS = "all => all.map(each => getComputedStyle(each.querySelector(':scope > :last-child')).fill)"


@IN_A_BROWSER
@ONLY_WITH_CHROMIUM
def test_the_map_is_walked_and_opened_by_the_keyboard(page: Page) -> None:
    page.get_by_role("radio", name=ENGLISH.view_map, exact=True).click()
    spots = page.locator("[data-spot]")
    expect(spots).to_have_count(4, timeout=30 * SECONDS)
    assert page.locator("[data-spot][tabindex='0']").count() == 1  # one stop on the way through the page
    labels = spots.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")
    assert sorted(labels) == ["<b>bold.md, rules", "flat.md, leases", "house.md, leases", "휴가.md, rules"]
    colours = {kind: page.locator(kind).evaluate_all(_COLOURS) for kind in ("[data-spot]", ".legend svg")}
    assert sorted(set(colours["[data-spot]"])) == sorted(colours[".legend svg"])
    assert len(set(colours[".legend svg"])) == 2

    spots.first.focus()
    seen = {spots.first.get_attribute("aria-label")}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        expect(page.locator(".told")).to_have_text(focused)
        seen.add(focused)
    assert len(seen) >= 3
    page.keyboard.press("Enter")
    expect(page.locator(".viewer")).to_be_visible(timeout=10 * SECONDS)
    assert page.locator("[data-spot][aria-current]").count() == 1


@IN_A_BROWSER
@ONLY_WITH_CHROMIUM
def test_the_korean_page_has_no_english_word_of_ours_and_fits_a_narrow_screen(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, "ko-KR")
    page = visit.page
    visit.add("취업규칙.md", "# 병가\n\n병가는 연 60일을 넘을 수 없다.", "문서")
    expect(page.get_by_text("문서 1개", exact=False).first).to_be_visible(timeout=60 * SECONDS)
    for width in (1440, 800, 420):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth + 1")
    said = "\n".join(page.locator(".st-key-library .sr").all_text_contents())
    words = set(re.findall(r"[A-Za-z]{2,}", said))
    assert words <= {"MD", "md", "pdf", "kB", "gitignore"}, words  # what files are called everywhere
    visit.context.close()
