"""Filters and quoted phrases, over a real drawer."""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag import find
from rag.assemble import Assistant
from rag.errors import EmptyQuestion, NoSuchDocument, NothingFits
from rag.library.filter import fitting, wanted
from rag.library.library import Library
from rag.records import EVERYTHING, Answer, Answered, Filter, Status, Understood
from rag.settings import Settings, SplitSettings
from tests.fakes import ScriptedModel, WordHashEmbedder

TODAY = date.today()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def assistant(filled: Library) -> Assistant:
    return Assistant(Settings(home=filled.home), filled, embedder=WordHashEmbedder(), model=ScriptedModel())


def _answer(assistant: Assistant, question: str, *replies: str, only: Filter = EVERYTHING) -> Answer:
    assert isinstance(assistant.model, ScriptedModel)
    assistant.model.replies = list(replies)
    *_, last = assistant.ask(question, only=only)
    assert isinstance(last, Answered)
    return last.answer


def _documents(assistant: Assistant, question: str, only: Filter = EVERYTHING) -> set[str]:
    return {item.document for item in assistant.search(question, k=10, only=only).evidence}


# --- filters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only", "documents"),
    [
        (Filter(documents=("lease.md",)), {"lease.md"}),
        (Filter(documents=("lease.md", "취업규칙.md")), {"lease.md", "취업규칙.md"}),
        (Filter(formats=("md",)), {"lease.md", "취업규칙.md"}),
        (Filter(formats=("markdown", "pdf")), {"lease.md", "취업규칙.md"}),
        (Filter(folders=("papers",)), {"lease.md", "취업규칙.md"}),
        (Filter(since=TODAY), {"lease.md", "취업규칙.md"}),
        (Filter(before=TOMORROW, documents=("lease.md",)), {"lease.md"}),
    ],
)
def test_only_documents_that_fit_are_asked(assistant: Assistant, only: Filter, documents: set[str]) -> None:
    assert _documents(assistant, "deposit 휴가", only) == documents


@pytest.mark.parametrize(
    ("only", "said"),
    [
        (Filter(formats=("pdf",)), "pdf"),
        (Filter(folders=("contracts",)), "contracts"),
        (Filter(since=TOMORROW), f"≥ {TOMORROW}"),
        (Filter(before=TODAY), f"< {TODAY}"),
        (Filter(documents=("lease.md",), formats=("pdf",)), "lease.md, pdf"),
    ],
)
def test_a_filter_that_nothing_fits_is_said_and_never_taken_for_none(assistant: Assistant, only: Filter, said: str) -> None:
    with pytest.raises(NothingFits) as refusal:
        assistant.search("deposit", k=5, only=only)

    assert refusal.value.facts == {"wanted": said} == {"wanted": wanted(only)}


def test_a_document_that_is_not_there_is_named(assistant: Assistant) -> None:
    with pytest.raises(NoSuchDocument):
        assistant.search("deposit", k=5, only=Filter(documents=("nothing.md",)))


def test_folders_go_by_name_by_the_end_of_the_path_and_by_the_whole_path(library: Library, batch: Batch, tmp_path: Path) -> None:
    for at in ("docs/2024/계약/a.txt", "docs/2025/계약/b.txt", "documents/c.txt"):
        path = tmp_path / at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the deposit in {at}")
        list(add([path], batch))

    def below(folder: str) -> set[str]:
        return {document.name for document in fitting(library.documents(), Filter(folders=(folder,)))}

    assert below("계약") == {"a.txt", "b.txt"}
    assert below("2024/계약") == below(str(tmp_path / "docs" / "2024")) == {"a.txt"}
    assert below("DOCS") == {"a.txt", "b.txt"}
    assert below("doc") == below("a.txt") == below("~nobody/x") == set()


def test_a_changed_file_counts_from_its_change(library: Library, batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("the deposit is one euro")
    os.utime(tmp_path / "old.txt", (0, 0))
    list(add([tmp_path / "old.txt"], batch))
    (document,) = library.documents()
    assert document.changed == document.added

    library.manifest.mark_checked(os.fsencode(tmp_path / "old.txt"), mtime_ns=int((time.time() + 86_400) * 1e9), inode=1)

    assert fitting(library.documents(), Filter(since=TOMORROW)) == library.documents()


def test_what_the_question_says_of_the_documents_is_taken_and_told(assistant: Assistant) -> None:
    answer = _answer(assistant, "According to lease.md, how much is the deposit?", "The deposit is 3,751 euros.")

    taken = Filter(("lease.md",))
    assert answer.understood == Understood("How much is the deposit?", (), taken, taken)
    assert answer.question == "According to lease.md, how much is the deposit?"
    assert answer.status is Status.ANSWERED
    assert {item.document for item in answer.evidence} == {"lease.md"}


def test_a_document_in_the_question_that_the_call_leaves_out_is_no_filter(assistant: Assistant) -> None:
    found = assistant.search("휴가 in lease.md", k=5, only=Filter(documents=("취업규칙.md",)))

    assert found.understood.text == "휴가 in lease.md"
    assert found.understood.only == Filter(documents=("취업규칙.md",))
    assert {item.document for item in found.evidence} == {"취업규칙.md"}


def test_a_document_given_by_its_id_is_told_by_its_name(assistant: Assistant) -> None:
    (doc_id,) = assistant.library.scope(Filter(("lease.md",)))

    assert assistant.search("deposit", k=5, only=Filter((doc_id,))).understood.only == Filter(("lease.md",))


def test_an_empty_question_is_refused_before_anything_is_looked_for(library: Library) -> None:
    with pytest.raises(EmptyQuestion):
        find.read(" \n", library=library)


# --- phrases ---------------------------------------------------------------------------------


def test_only_passages_that_hold_the_phrase_are_evidence(assistant: Assistant) -> None:
    answer = _answer(assistant, 'Who is "in writing" about?', "Ms. Alder receives notices.")

    assert answer.understood == Understood('Who is "in writing" about?', ("in writing",))
    assert answer.evidence
    assert all("in writing" in item.text for item in answer.evidence)


def test_without_the_phrase_nothing_is_found_and_the_model_is_not_asked(assistant: Assistant) -> None:
    answer = _answer(assistant, "Does “the deposit of 3,752 euros” stand there?")

    assert (answer.status, answer.evidence) == (Status.NOT_FOUND, ())
    assert answer.missing_phrases == ("the deposit of 3,752 euros",)


def test_all_phrases_must_stand_together(assistant: Assistant) -> None:
    assert _answer(assistant, 'Where are "Ms. Alder" and "due on the third day"?').missing_phrases == ("Ms. Alder", "due on the third day")
    together = _answer(assistant, 'Where are "deposit" and "within 30 days"?', "")
    assert together.missing_phrases == ()
    assert all("deposit" in item.text and "within 30 days" in item.text for item in together.evidence)


@pytest.mark.parametrize("phrase", ["유급휴가", "유급 휴가", "제12조 (연차휴가)", "80 퍼센트 이상"])
def test_korean_phrases_stand_whatever_the_spaces(assistant: Assistant, phrase: str) -> None:
    found = assistant.search(f"「{phrase}」는 무엇인가요?", k=5).evidence

    assert len(found) == (0 if phrase.startswith("80") else 1)


def test_a_phrase_that_runs_on_into_the_next_passage_is_found(library: Library, batch: Batch, tmp_path: Path) -> None:
    sentences = [f"Sentence number {at} speaks of nothing that matters here at all." for at in range(12)]
    (tmp_path / "long.txt").write_text(" ".join(sentences), encoding="utf-8")
    batch = Batch(library, WordHashEmbedder(), batch.sandbox, SplitSettings(passage_tokens=50))
    list(add([tmp_path / "long.txt"], batch))
    ends = library.manifest.rows('SELECT "end", text FROM passages ORDER BY ordinal')
    assert len(ends) > 1
    phrase = f"{' '.join(ends[0][1].split()[-2:])} {' '.join(ends[1][1].split()[:3])}"

    (run,) = find.quoting([phrase], library=library)
    assert [passage.ordinal for passage in run] == [0, 1]

    (item,) = find.find(
        Understood(f"“{phrase}”", (phrase,)), library=library, embedder=WordHashEmbedder(), settings=Settings().retrieval, k=5
    )
    assert phrase in " ".join(item.text.split())
    assert library.text(item.doc_id, item.start, item.end) == item.text


def test_every_passage_with_the_phrase_is_found_however_many_others_are_nearer(library: Library, batch: Batch, tmp_path: Path) -> None:
    paragraphs = ["The rent and the rent and the rent is due."] * 60 + ["A magpie sat on the fence."]
    (tmp_path / "many.md").write_text("\n\n".join(f"# Part {at}\n\n{text}" for at, text in enumerate(paragraphs)), encoding="utf-8")
    list(add([tmp_path / "many.md"], batch))

    found = find.find(Understood("rent rent “a magpie”", ("a magpie",)), library=library, embedder=None, settings=Settings().retrieval, k=5)

    assert ["magpie" in item.text for item in found] == [True]


def test_phrases_narrow_with_filters(assistant: Assistant) -> None:
    assert assistant.search('"deposit"', k=5, only=Filter(("취업규칙.md",))).evidence == ()
    assert {item.document for item in assistant.search('"deposit"', k=5, only=Filter(("lease.md",))).evidence} == {"lease.md"}
