"""Conversations survive a restart, word for word; what is erased is in none of them; what stands in the file is never believed."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.pipeline import Batch, add
from rag.assemble import Assistant
from rag.conversation import exchange
from rag.errors import NoSuchDocument, RemainsFound
from rag.library import schema
from rag.library.audit import audit
from rag.library.backup import restore_backup, write_backup
from rag.library.conversations import PastTurn, folded, title_of
from rag.library.erase import erase
from rag.library.library import Library
from rag.records import (
    Answer,
    Answered,
    Citation,
    Claim,
    Comparison,
    Doubt,
    Evidence,
    Filter,
    Reason,
    Recognition,
    Rectangle,
    SectionSummary,
    Status,
    Summary,
    Survey,
    Table,
    Timings,
    Understood,
)
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder
from tests.rag.test_erase import CELL, HEADING, NAME, SECRET, TEXT, held, put

# --- any answer -------------------------------------------------------------------------------

numbers = st.integers(0, 10**6)
floats = st.floats(allow_nan=False)
texts = st.text(max_size=30)
pages = st.none() | numbers
names = st.tuples(texts, texts)


def _ids(library: Library) -> list[str]:
    return sorted(library.manifest.document_ids())


@st.composite
def evidences(draw: st.DrawFn, ids: list[str]) -> Evidence:
    text, start = draw(texts), draw(numbers)
    cut = st.integers(0, len(text))
    tables = [Table(*sorted((draw(cut), draw(cut))), draw(numbers), draw(texts)) for _ in range(draw(st.integers(0, 2)))]
    where = (draw(st.sampled_from(ids)), draw(texts), draw(pages), draw(pages))
    best = (start, start + len(text))
    return Evidence(*where, start, start + len(text), text, tuple(draw(st.lists(texts, max_size=2))), draw(floats), best, tuple(tables))


@st.composite
def answers(draw: st.DrawFn, ids: list[str]) -> Answer:
    rectangles = st.builds(Rectangle, pages, floats, floats, floats, floats)
    citations = draw(
        st.lists(
            st.builds(
                Citation,
                st.sampled_from(ids),
                texts,
                pages,
                pages,
                texts,
                numbers,
                numbers,
                st.lists(rectangles, max_size=2).map(tuple),
                st.none() | st.builds(Recognition, texts, floats),
            ),
            max_size=3,
        )
    )
    pointing = st.lists(st.sampled_from(range(len(citations))), max_size=2).map(tuple) if citations else st.just(())
    claims = draw(
        st.lists(st.builds(Claim, texts, st.booleans(), pointing, st.none() | st.sampled_from(Doubt), verbatim=st.booleans()), max_size=3)
    )
    some = st.lists(st.sampled_from(range(len(claims))), max_size=2).map(tuple) if claims else st.just(())
    points, documents = draw(st.lists(texts, max_size=2)), draw(st.lists(texts, max_size=2))
    row = st.lists(some, min_size=len(documents), max_size=len(documents)).map(tuple)
    whole = st.none() | st.one_of(
        st.builds(Summary, texts, st.lists(st.builds(SectionSummary, texts, pages, pages, some, some), max_size=2).map(tuple), floats),
        st.builds(Comparison, st.just(tuple(points)), st.just(tuple(documents)), st.lists(row, max_size=len(points)).map(tuple)),
        st.builds(Survey, texts, numbers, numbers, st.integers(0, len(claims))),
    )
    return Answer(
        draw(texts),
        draw(st.sampled_from(("en", "ko"))),
        draw(st.sampled_from(Status)),
        draw(texts),
        tuple(claims),
        tuple(citations),
        tuple(draw(st.lists(evidences(ids), max_size=3))),
        draw(st.builds(Timings, floats, st.none() | floats, floats, st.none() | numbers, st.none() | numbers)),
        draw(texts),
        draw(texts),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.none() | st.builds(Understood, texts, names, filters, filters)),
        draw(st.lists(texts, max_size=2).map(tuple)),
        draw(whole),
    )


filters = st.builds(Filter, names, names, names, names, st.none() | st.dates(), st.none() | st.dates())
facts = st.dictionaries(texts, texts | st.integers(-(2**70), 2**70), max_size=3)
reasons = st.recursive(
    st.builds(Reason, texts, facts), lambda parts: st.builds(Reason, texts, facts, st.lists(parts, max_size=2).map(tuple))
)


@pytest.fixture(scope="module")
def held_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    library = Library(tmp_path_factory.mktemp("any") / "drawer")
    put(library, "first", 2, 1)
    put(library, "second", 2, 2)
    yield library
    library.close()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_kept_comes_back_as_it_was(held_library: Library, data: st.DataObject) -> None:
    ids = _ids(held_library)
    answer = data.draw(st.none() | answers(ids))
    turn = PastTurn(
        data.draw(texts),
        data.draw(filters),
        data.draw(st.booleans()),
        answer,
        data.draw(texts),
        () if answer else tuple(data.draw(st.sets(st.sampled_from(ids)))),
        data.draw(st.none() | reasons),
        data.draw(st.floats(1, 1e10)),
    )

    kept = held_library.manifest.keep_turn(turn)

    assert held_library.manifest.turns(kept.conversation_id) == [turn]
    if answer:
        (again,) = held_library.manifest.turns(kept.conversation_id)
        assert again.answer
        assert exchange(again.answer) == exchange(answer)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_stands_in_the_file_is_read_or_is_the_question_alone(held_library: Library, data: st.DataObject) -> None:
    manifest = held_library.manifest
    kept = manifest.keep_turn(PastTurn("What?", answer=data.draw(answers(_ids(held_library)))))
    whole = str(manifest.rows("SELECT answer FROM turns WHERE conversation_id=?", (kept.conversation_id,))[0][0])
    at, cut = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 9))
    broken = (whole[:at] + data.draw(st.text(max_size=4)) + whole[at + cut :]).encode()
    broken = data.draw(st.sampled_from([broken, broken[:at], b"\xff" + broken, b"[" * 5000, b"{}", b"null", b"NaN"]))
    with manifest.transaction():
        manifest.rows("UPDATE turns SET answer=CAST(? AS TEXT) WHERE conversation_id=?", (broken, kept.conversation_id))

    (turn,) = manifest.turns(kept.conversation_id)

    assert turn.question == "What?"
    assert turn.lost == (turn.answer is None)
    if turn.answer:
        exchange(turn.answer)
        assert all(turn.answer.citations[index].quote is not None for claim in turn.answer.claims for index in claim.citations)
    manifest.turns_about(["0" * 64], ["lease.md"])


# --- a conversation ---------------------------------------------------------------------------


def _assistant(library: Library, embedder: WordHashEmbedder, *replies: str) -> Assistant:
    return Assistant(Settings(home=library.home), library, embedder=embedder, model=ScriptedModel(*replies))


def _asked(assistant: Assistant, question: str, *, history: tuple[PastTurn, ...] = ()) -> PastTurn:
    told = [exchange(turn.answer) for turn in history if turn.answer]
    (answered,) = [event for event in assistant.ask(question, history=told) if isinstance(event, Answered)]
    return PastTurn(question, answer=answered.answer)


def _titles(library: Library) -> list[str]:
    return [conversation.title for conversation in library.manifest.conversations()]


def test_a_restart_goes_on_with_it(filled: Library, embedder: WordHashEmbedder) -> None:
    turn = _asked(_assistant(filled, embedder, "The deposit is 3,751 euros."), "How much is the deposit?")
    assert turn.answer
    assert turn.answer.citations
    kept = filled.manifest.keep_turn(turn)
    stopped = PastTurn("And the rent?", Filter(documents=("lease.md",), since=date(2024, 2, 1)), as_typed=True, written="The rent is")
    failed = PastTurn("Who signed other.md?", error=NoSuchDocument(name="other.md").reason())
    filled.manifest.keep_turn(stopped, conversation=kept.conversation_id)
    filled.manifest.keep_turn(failed, conversation=kept.conversation_id)
    filled.close()

    again = Library(filled.home)
    (conversation,) = again.manifest.conversations()
    turns = again.manifest.turns(conversation.conversation_id)

    assert (conversation.title, conversation.turns) == ("How much is the deposit?", 3)
    assert [replace(turn, asked=0.0) for turn in turns] == [turn, replace(stopped, ordinal=1), replace(failed, ordinal=2)]
    assert all(turn.asked > 0 for turn in turns)
    assert again.manifest.conversation(conversation.conversation_id) == conversation
    followed = _asked(
        _assistant(again, embedder, "When is the deposit returned?", "The deposit is returned within 30 days."),
        "When is it returned?",
        history=(turns[0],),
    )
    assert followed.answer
    assert followed.answer.understood
    assert followed.answer.understood.text == "When is the deposit returned?"
    again.close()


def test_an_edited_question_goes_on_from_where_it_stood(library: Library) -> None:
    keep = library.manifest.keep_turn
    first = keep(PastTurn("one"))
    assert [keep(PastTurn(name), conversation=first.conversation_id).ordinal for name in ("two", "three")] == [1, 2]

    assert keep(PastTurn("two, better"), conversation=first.conversation_id, at=1).ordinal == 1
    assert [turn.question for turn in library.manifest.turns(first.conversation_id)] == ["one", "two, better"]
    keep(PastTurn("one, better"), conversation=first.conversation_id, at=0)
    assert _titles(library) == ["one, better"]
    library.manifest.delete_conversation(first.conversation_id)
    assert library.manifest.conversations() == []
    elsewhere = keep(PastTurn("again"), conversation=first.conversation_id)
    assert (elsewhere.conversation_id != first.conversation_id, elsewhere.ordinal) == (True, 0)


def test_who_does_not_know_of_later_questions_replaces_none(library: Library) -> None:
    keep = library.manifest.keep_turn
    first = keep(PastTurn("one"))
    for name in ("two", "three, from another window"):
        keep(PastTurn(name), conversation=first.conversation_id)

    edited = keep(PastTurn("two, better"), conversation=first.conversation_id, at=1, seen=1)

    asked = [turn.question for turn in library.manifest.turns(first.conversation_id)]
    assert (edited.ordinal, asked) == (3, ["one", "two", "three, from another window", "two, better"])
    assert keep(PastTurn("two, again"), conversation=first.conversation_id, at=1, seen=3).ordinal == 1


def test_the_list_begins_with_what_was_changed_last_and_comes_in_pages(library: Library) -> None:
    kept = [library.manifest.keep_turn(PastTurn(f"question {number}")) for number in range(5)]
    library.manifest.keep_turn(PastTurn("once more"), conversation=kept[1].conversation_id)

    assert _titles(library) == [f"question {number}" for number in (1, 4, 3, 2, 0)]
    assert [found.title for found in library.manifest.conversations(most=2, skip=1)] == ["question 4", "question 3"]
    assert library.manifest.count_conversations() == 5
    library.manifest.delete_conversation(kept[4].conversation_id)
    assert library.manifest.turns(kept[4].conversation_id) == []
    assert library.manifest.count_conversations() == 4


def test_the_readers_title_stays(library: Library) -> None:
    kept = library.manifest.keep_turn(PastTurn("What is due?"))
    library.manifest.rename_conversation(kept.conversation_id, "  The Alder\ncase ")
    library.manifest.keep_turn(PastTurn("What else?"), conversation=kept.conversation_id, at=0)
    assert _titles(library) == ["The Alder case"]
    library.manifest.rename_conversation(kept.conversation_id, " ")
    assert _titles(library) == ["What else?"]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How much\nis \x1b[31mthe\u202e deposit?", "How much is [31mthe deposit?"),
        ("보증금은 얼마인가요?", "보증금은 얼마인가요?"),
        ("word " * 40, ("word " * 16)[:79].rstrip() + "…"),
        ("가" * 200, "가" * 79 + "…"),
        (unicodedata.normalize("NFD", "보증금"), "보증금"),
    ],
)
def test_a_title_is_one_short_line(question: str, title: str) -> None:
    assert title_of(question) == title
    assert len(title) <= 80


def test_titles_questions_and_answers_are_searched(filled: Library, embedder: WordHashEmbedder) -> None:
    assistant = _assistant(filled, embedder, "The deposit is 3,751 euros.", "병가는 연 60일을 넘을 수 없다.")
    deposit = filled.manifest.keep_turn(_asked(assistant, "How much is the DEPOSIT?"))
    leave = filled.manifest.keep_turn(PastTurn("100%_sure?"))
    filled.manifest.keep_turn(_asked(assistant, "병가는 며칠까지 쓸 수 있나요?"), conversation=leave.conversation_id)
    filled.manifest.rename_conversation(deposit.conversation_id, "Café Straße")

    def found(text: str) -> list[tuple[int, int | None]]:
        return [(each.conversation_id, each.found) for each in filled.manifest.search_conversations(text)]

    assert found("deposit?") == found("3,751  EUROS") == [(deposit.conversation_id, 0)]
    assert found("60일을 넘을") == found(unicodedata.normalize("NFD", "며칠까지")) == [(leave.conversation_id, 1)]
    assert found("CAFÉ STRASSE") == [(deposit.conversation_id, None)]
    assert found("100%_") == [(leave.conversation_id, 0)]
    assert found("100__") == found("quarkonium") == []
    assert found("e") == [(leave.conversation_id, 0), (deposit.conversation_id, 0)]


def test_keeping_a_turn_does_not_make_the_next_question_slower(filled: Library) -> None:
    filled.documents()
    before = filled.manifest.revision
    kept = filled.manifest.keep_turn(PastTurn("What?"))
    filled.manifest.rename_conversation(kept.conversation_id, "that")
    filled.manifest.delete_conversation(kept.conversation_id)
    assert filled.manifest.revision == before


def test_many_threads_keep_at_once(library: Library) -> None:
    kept = library.manifest.keep_turn(PastTurn("first")).conversation_id
    threads = [
        threading.Thread(target=lambda: [library.manifest.keep_turn(PastTurn("more"), conversation=kept) for _ in range(20)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [turn.ordinal for turn in library.manifest.turns(kept)] == list(range(81))


def test_what_is_longer_than_any_answer_is_kept_without_its_last_evidence(held_library: Library) -> None:
    doc_id = _ids(held_library)[0]
    evidence = tuple(
        Evidence(doc_id, "first.txt", None, None, 0, 300_000, f"{number}" + "가" * 299_999, (), 1.0, (0, 1)) for number in range(8)
    )
    answer = Answer("q", "ko", Status.NOT_FOUND, "", (), (), evidence, Timings(1.0), "", "")

    kept = held_library.manifest.keep_turn(PastTurn("q", answer=answer))

    (turn,) = held_library.manifest.turns(kept.conversation_id)
    assert turn.answer
    assert turn.answer.evidence == evidence[:1]
    endless = replace(answer, evidence=(), text="가" * 2_000_000)
    kept = held_library.manifest.keep_turn(PastTurn("endless", answer=endless))
    assert [turn.answer for turn in held_library.manifest.turns(kept.conversation_id)] == [None]


def test_half_a_letter_is_no_reason_to_lose_a_question(library: Library) -> None:
    kept = library.manifest.keep_turn(PastTurn("half \ud83d a letter"))
    assert [turn.question for turn in library.manifest.turns(kept.conversation_id)] == ["half ? a letter"]
    assert library.manifest.search_conversations("HALF \ud83d a")[0].found == 0


def test_a_number_that_is_none_is_read_again(held_library: Library) -> None:
    answer = Answer("q", "en", Status.NOT_FOUND, "", (), (), (), Timings(math.inf), "", "")
    kept = held_library.manifest.keep_turn(PastTurn("q", answer=answer))
    (turn,) = held_library.manifest.turns(kept.conversation_id)
    assert turn.answer == answer


# --- erasing ----------------------------------------------------------------------------------


@pytest.fixture
def secret(papers: Path) -> Path:
    path = papers / f"{NAME}.md"
    path.write_text(SECRET, encoding="utf-8")
    return path


def test_no_turn_holds_a_word_of_what_was_erased(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    list(add([papers], batch))
    manifest = library.manifest
    assistant = _assistant(library, embedder, f"The {TEXT} was sealed on the 뷁쀍 day.", "The rent is 1,250.50 euros a month.", "No.")
    about = _asked(assistant, f"When was the {TEXT} sealed?")
    assert about.answer
    assert about.answer.citations
    of_it = manifest.keep_turn(about)
    rent = PastTurn("How much is the rent?", Filter(("lease.md",)), answer=_only("lease.md", assistant, "How much is the rent?"))
    manifest.keep_turn(rent, conversation=of_it.conversation_id)
    alone = manifest.keep_turn(_asked(assistant, f"Who keeps the {HEADING} {TEXT}?"))
    stopped = manifest.keep_turn(PastTurn("And then?", written=f"The {CELL} and"))
    known = manifest.keep_turn(PastTurn("Who else?", written="The landlord", sources=(library.find("lease.md")[0].doc_id or "",)))
    named = manifest.keep_turn(PastTurn("Is that all?", error=Reason("NothingFits", {"wanted": f"{NAME}.md"})))
    asked_of = manifest.keep_turn(PastTurn("And here?", Filter(documents=(f"{NAME}.md",))))
    called = manifest.keep_turn(PastTurn("Who is Ms. Alder?"))
    manifest.rename_conversation(called.conversation_id, f"instead of {NAME.upper()}.md")
    library.close()
    words = (TEXT, HEADING, CELL, NAME, "뷁쀍")
    assert set(held(library.home, *words)) == {repr(word) for word in words}

    again = Library(library.home)
    certificate = erase(again, secret.name)
    left = again.manifest.conversations()
    assert [(each.conversation_id, each.title, each.turns) for each in left] == [
        (called.conversation_id, "Who is Ms. Alder?", 1),
        (known.conversation_id, "Who else?", 1),
        (of_it.conversation_id, "How much is the rent?", 1),
    ]
    assert [replace(turn, asked=0.0, ordinal=0) for turn in again.manifest.turns(of_it.conversation_id)] == [rent]
    assert not {alone.conversation_id, stopped.conversation_id, named.conversation_id, asked_of.conversation_id} & {
        each.conversation_id for each in left
    }
    again.fill_index()
    assert list(again.faults()) == []
    again.close()
    assert held(again.home, *words) == {}
    assert certificate.samples > 4


def _only(name: str, assistant: Assistant, question: str) -> Answer:
    (answered,) = [event for event in assistant.ask(question, only=Filter((name,))) if isinstance(event, Answered)]
    return answered.answer


def test_a_later_question_that_was_rewritten_with_its_words_goes_too(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    list(add([papers], batch))
    assistant = _assistant(library, embedder, "The rent is 1,250.50 euros a month.")
    answer = _only("lease.md", assistant, "How much is the rent?")
    first = library.manifest.keep_turn(PastTurn("What is sealed?", sources=(library.find(secret.name)[0].doc_id or "",), written=TEXT))
    for question, text in (("And how much is it?", f"How much is the {TEXT}?"), ("How much is the rent?", "How much is the rent?")):
        turn = PastTurn(question, answer=replace(answer, understood=Understood(text)))
        library.manifest.keep_turn(turn, conversation=first.conversation_id)

    erase(library, secret.name)

    assert [turn.question for turn in library.manifest.turns(first.conversation_id)] == ["How much is the rent?"]
    library.close()
    assert held(library.home, TEXT) == {}


def test_what_was_said_of_an_earlier_version_goes_too(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    other = papers / "other"
    other.mkdir()
    (other / secret.name).write_text("The garden is open from nine to five.", encoding="utf-8")
    list(add([papers], batch))
    assistant = _assistant(library, embedder, f"The {TEXT} was sealed.", "The garden is open from nine to five.")
    asked = _asked(assistant, f"What {TEXT} was sealed?")
    assert asked.answer
    asked = replace(asked, answer=replace(asked.answer, evidence=tuple(item for item in asked.answer.evidence if TEXT in item.text)))
    earlier = library.manifest.keep_turn(asked)
    namesake = library.manifest.keep_turn(
        PastTurn("When is it open?", answer=_only(str(other / secret.name), assistant, "When is the garden open?"))
    )
    secret.write_text(SECRET.replace(TEXT, "box"), encoding="utf-8")
    list(add([papers], batch))
    assert library.manifest.turns(earlier.conversation_id) != []

    erase(library, str(secret))

    assert library.manifest.turns(earlier.conversation_id) == []
    assert library.manifest.turns(namesake.conversation_id) != []


def test_a_short_name_is_no_reason_to_drop_words_that_hold_it(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "a").with_suffix(".md").write_text("The garden is open.", encoding="utf-8")
    list(add([papers], batch))
    other = library.manifest.keep_turn(PastTurn("Who wrote data.md?"))
    itself = library.manifest.keep_turn(PastTurn("a.md에는 무엇이 있나요?"))

    erase(library, "a.md")

    assert library.manifest.turns(other.conversation_id) != []
    assert library.manifest.turns(itself.conversation_id) == []


def test_an_answer_that_comes_after_the_erasure_is_its_question(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    list(add([papers], batch))
    late = _asked(_assistant(library, embedder, f"The {TEXT} was sealed."), "What was sealed?")
    sources = (library.find(secret.name)[0].doc_id or "",)
    erase(library, secret.name)

    kept = library.manifest.keep_turn(late)
    library.manifest.keep_turn(PastTurn("And then?", written=f"The {TEXT}", sources=sources), conversation=kept.conversation_id)

    assert [(turn.question, turn.answer, turn.written) for turn in library.manifest.turns(kept.conversation_id)] == [
        ("What was sealed?", None, ""),
        ("And then?", None, ""),
    ]
    library.close()
    assert held(library.home, TEXT) == {}


def test_what_the_reader_asked_elsewhere_is_no_remain(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    """Somebody's own question may hold a sentence of the document; erasing it does not fail for that."""
    list(add([papers], batch))
    sentence = "nobody but its keeper has ever read a word of what it says"
    mine = library.manifest.keep_turn(PastTurn(f"Where did I read that {sentence}?"))

    erase(library, secret.name)

    assert [turn.question for turn in library.manifest.turns(mine.conversation_id)] == [f"Where did I read that {sentence}?"]


def test_the_search_does_not_rest_on_the_deletion(
    library: Library, secret: Path, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(add([papers], batch))
    answer = _asked(_assistant(library, embedder, f"The {TEXT} was sealed on the 뷁쀍 day."), f"When was the {TEXT} sealed?").answer
    assert answer
    evidence = tuple(replace(item, text="oslindravek, as an earlier reading had it", document="other") for item in answer.evidence)
    library.manifest.keep_turn(PastTurn("When?", answer=replace(answer, question="When?", evidence=evidence, citations=(), claims=())))
    monkeypatch.setattr("rag.library.conversations.Conversations.forget_turns", lambda self, about, names: None)

    with pytest.raises(RemainsFound):
        erase(library, secret.name)


def test_a_removed_document_leaves_the_history_as_it_is(filled: Library, embedder: WordHashEmbedder) -> None:
    kept = filled.manifest.keep_turn(_asked(_assistant(filled, embedder, "The deposit is 3,751 euros."), "How much is the deposit?"))
    before = filled.manifest.turns(kept.conversation_id)

    filled.remove("lease.md")

    assert filled.manifest.turns(kept.conversation_id) == before
    assert before[0].answer
    assert before[0].answer.citations
    assert list(filled.faults()) == []


# --- the drawer as a whole --------------------------------------------------------------------


def test_it_is_in_the_backup(filled: Library, tmp_path: Path, embedder: WordHashEmbedder) -> None:
    kept = filled.manifest.keep_turn(_asked(_assistant(filled, embedder, "The deposit is 3,751 euros."), "How much is the deposit?"))
    write_backup(filled.home, tmp_path / "b")
    restore_backup(tmp_path / "b", tmp_path / "again")
    again = Library(tmp_path / "again")

    assert again.manifest.conversations() == filled.manifest.conversations()
    assert again.manifest.turns(kept.conversation_id) == filled.manifest.turns(kept.conversation_id)
    again.close()


def test_what_cannot_be_read_is_a_fault(filled: Library) -> None:
    manifest = filled.manifest
    kept = manifest.keep_turn(PastTurn("What?", error=NoSuchDocument(name="a").reason()))
    empty = manifest.keep_turn(PastTurn("Nothing")).conversation_id
    assert audit(filled).faults == []
    with manifest.transaction():
        manifest.rows("UPDATE turns SET error='{' WHERE conversation_id=?", (kept.conversation_id,))
        manifest.rows("DELETE FROM turns WHERE conversation_id=?", (empty,))

    assert list(filled.faults()) == ["1 conversations without a turn"]
    assert set(audit(filled).faults) == {"1 conversations without a turn", "1 turns of conversations cannot be read"}
    assert manifest.turns(kept.conversation_id)[0].lost


def test_a_drawer_of_the_version_before_is_read_and_brought_up_to_date(filled: Library) -> None:
    filled.close()
    db = sqlite3.connect(filled.home / "manifest.sqlite3")
    db.executescript("DROP TABLE turns; DROP TABLE conversations; DROP TABLE happenings; DROP TABLE paths; PRAGMA user_version=6;")
    db.close()

    reader = Library(filled.home, read_only=True)
    assert (reader.manifest.conversations(), reader.manifest.search_conversations("a"), reader.manifest.turns(1)) == ([], [], [])
    assert (reader.manifest.count_conversations(), reader.manifest.conversation(1)) == (0, None)
    assert len(reader.documents()) == 2
    reader.close()

    again = Library(filled.home)
    assert again.manifest.conversations() == []
    again.manifest.keep_turn(PastTurn("What?"))
    assert _titles(again) == ["What?"]
    assert list(again.faults()) == []
    again.close()
    assert sqlite3.connect(filled.home / "manifest.sqlite3").execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


@given(texts, texts)
def test_folding_finds_every_part_of_a_text(before: str, after: str) -> None:
    assert folded("Straße") in folded(f"{before} STRASSE {after}")
    assert folded(folded(before)) == folded(before)
    json.dumps(folded(before)).encode()
