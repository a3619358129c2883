"""Cases in, results out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from rag.assemble import Assistant
from rag.cases import Case
from rag.errors import NoSuchDocument, ResultsUnusable
from rag.evaluate import evaluate, is_verbatim, read_results
from rag.library.library import Library
from rag.records import PAGE_BREAK, Outcome, Status
from rag.score import Quoted
from rag.settings import Settings
from tests import documents
from tests.fakes import ScriptedModel, WordHashEmbedder

DEPOSIT = Case("deposit", "How much is the deposit?")
RENT = Case("rent", "When is the rent due?")
CUP = Case("cup", "Who won the cup?")
SICK = Case("병가", "병가는 며칠까지 쓸 수 있나요?")


class Run:
    """An assistant that searches, and answers with what is left of ``replies``."""

    def __init__(self, library: Library, out: Path) -> None:
        self.model = ScriptedModel()
        self.out = out
        self.reports: list[tuple[int, int]] = []
        self._assistant = Assistant(Settings(home=library.home), library, embedder=WordHashEmbedder(), model=self.model)

    def __call__(self, *cases: Case, replies: tuple[str, ...] = (), search_only: bool = False) -> int:
        self.model.replies = list(replies)
        self.reports = []
        return evaluate(
            cases,
            self.out,
            assistant=self._assistant,
            search_only=search_only,
            report=lambda done, total: self.reports.append((done, total)),
        )

    def rows(self) -> list[dict[str, object]]:
        text = self.out.read_text(encoding="utf-8")
        assert text.endswith("\n")
        return [json.loads(line) for line in text[:-1].split("\n")]


@pytest.fixture
def run(filled: Library, tmp_path: Path) -> Run:
    return Run(filled, tmp_path / "results.jsonl")


# --- results ---------------------------------------------------------------------------------


def test_a_search_has_these_keys(run: Run) -> None:
    assert run(DEPOSIT, search_only=True) == 1

    (row,) = run.rows()
    assert list(row) == ["id", "question", "passages", "timings", "embedder"]
    assert (row["id"], row["question"], row["embedder"]) == ("deposit", "How much is the deposit?", "word-hash")
    timings, passages = row["timings"], row["passages"]
    assert isinstance(timings, dict)
    assert list(timings) == ["retrieval_ms"]
    assert isinstance(passages, list)
    first = passages[0]
    assert first.keys() == {"document", "page", "page_end", "text", "score"}
    assert (first["document"], first["page"], first["page_end"]) == ("lease.md", None, None)
    assert "3,751 euros" in first["text"]
    assert run.model.prompts == []


def test_an_answer_has_these_keys(run: Run) -> None:
    run(DEPOSIT, replies=("The deposit is 3,751 euros.",))

    (row,) = run.rows()
    assert list(row) == [
        "id",
        "question",
        "status",
        "answer",
        "claims",
        "citations",
        "passages",
        "timings",
        "model",
        "embedder",
    ]
    assert (row["id"], row["status"], row["answer"], row["model"]) == ("deposit", "answered", "The deposit is 3,751 euros.", "scripted")
    assert row["claims"] == [{"text": "The deposit is 3,751 euros.", "supported": True, "citations": [0]}]


def test_progress_counts_what_was_done_before(run: Run) -> None:
    run(DEPOSIT, search_only=True)
    assert run.reports == [(0, 1), (1, 1)]

    run(DEPOSIT, RENT, SICK, search_only=True)
    assert run.reports == [(1, 3), (2, 3), (3, 3)]


def test_results_are_read_as_they_were_written(run: Run) -> None:
    run(DEPOSIT, CUP, replies=("The deposit is 3,751 euros.", "Not in the documents."))

    results = read_results(run.out)

    assert list(results) == ["deposit", "cup"]
    found, refused = results["deposit"], results["cup"]
    assert (found.status, found.answer, refused.status) == (Status.ANSWERED, "The deposit is 3,751 euros.", Status.NOT_FOUND)
    assert [(cited.document, cited.quote) for cited in found.citations] == [
        ("lease.md", "The tenant pays a deposit of 3,751 euros before moving in.")
    ]
    assert "3,751 euros" in found.passages[0].text
    assert found.timings is not None
    assert found.timings["answer_tokens"] == len("The deposit is 3,751 euros.")


def test_a_search_has_no_status(run: Run) -> None:
    run(DEPOSIT, search_only=True)

    assert read_results(run.out)["deposit"].status is None


def test_where_no_results_are_there_are_none(run: Run) -> None:
    assert read_results(run.out) == {}


def test_a_line_that_is_no_result_is_named(run: Run) -> None:
    run(DEPOSIT, search_only=True)
    run.out.write_text(run.out.read_text(encoding="utf-8") + '{"id": "rent", "passages": ["x"]}\n', encoding="utf-8")

    with pytest.raises(ResultsUnusable, match="line 2 is not a result"):
        read_results(run.out)


# --- quotations ------------------------------------------------------------------------------


def test_a_quotation_stands_where_it_says_or_it_is_not_verbatim(run: Run, filled: Library) -> None:
    run(DEPOSIT, replies=("The deposit is 3,751 euros.",))
    (cited,) = read_results(run.out)["deposit"].citations

    assert is_verbatim(cited, filled)
    assert not is_verbatim(replace(cited, start=cited.start + 1, end=cited.end + 1), filled)
    assert not is_verbatim(replace(cited, end=cited.end + 1), filled)
    assert not is_verbatim(replace(cited, quote=cited.quote.replace("3,751", "3,752")), filled)
    assert not is_verbatim(replace(cited, quote=cited.quote.upper()), filled)
    assert not is_verbatim(replace(cited, page=1, page_end=1), filled)
    assert not is_verbatim(replace(cited, document="취업규칙.md"), filled)
    assert not is_verbatim(replace(cited, quote="", end=cited.start), filled)


def test_of_a_document_that_is_not_in_the_drawer_nobody_can_tell(filled: Library) -> None:
    assert is_verbatim(Quoted("gone.md", "words", None, None, 0, 5), filled) is None


def test_a_quotation_over_a_page_break_stands_on_both_pages(library: Library, batch: Batch, tmp_path: Path) -> None:
    first, second = "The deposit is 3,751 euros and is paid", "before the tenant moves in."
    document = documents.pdf(tmp_path / "lease.pdf", [first, second, first])
    assert [outcome.outcome for outcome in add([document], batch)] == [Outcome.ADDED]

    over = Quoted("lease.pdf", f"paid{PAGE_BREAK}before", 1, 2, len(first) - 4, 6)

    assert is_verbatim(over, library)
    assert not is_verbatim(replace(over, page=3), library)
    assert not is_verbatim(replace(over, page_end=1), library)
    assert is_verbatim(Quoted("lease.pdf", first, 3, 3, 0, len(first)), library)


# --- going on --------------------------------------------------------------------------------


def test_what_is_answered_is_not_asked_again(run: Run) -> None:
    run(DEPOSIT, replies=("The deposit is 3,751 euros.",))
    before = run.out.read_bytes()

    assert run(DEPOSIT, SICK, replies=("병가는 연 60일까지 쓸 수 있습니다.",)) == 1
    assert run(DEPOSIT, SICK) == 0

    assert [row["id"] for row in run.rows()] == ["deposit", "병가"]
    assert run.out.read_bytes().startswith(before)
    assert len(run.model.prompts) == 2


@pytest.mark.parametrize("kept", [1, 20, -1], ids=["one byte of it", "the middle of it", "all but its end"])
def test_a_line_that_was_cut_off_is_made_again(run: Run, kept: int) -> None:
    run(DEPOSIT, SICK, search_only=True)
    whole = run.out.read_bytes()
    first = whole.index(b"\n") + 1
    run.out.write_bytes(whole[:first] + whole[first:][:kept])

    assert run(DEPOSIT, SICK, search_only=True) == 1

    assert [row["id"] for row in run.rows()] == ["deposit", "병가"]
    assert run.out.read_bytes().startswith(whole[:first])


def test_an_interruption_keeps_what_was_done(run: Run) -> None:
    with pytest.raises(IndexError):  # the model has nothing to say to the second question
        run(DEPOSIT, RENT, replies=("The deposit is 3,751 euros.",))

    assert [row["id"] for row in run.rows()] == ["deposit"]
    assert run(DEPOSIT, RENT, replies=("It is due on the third day of each month.",)) == 1
    assert [row["id"] for row in run.rows()] == ["deposit", "rent"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"id": "deposit", "question": "How much is the deposit?"}\n{"id": "rent"', id="cases"),
        pytest.param("My notes.\nSecond line", id="notes"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_left_as_it_is(run: Run, content: str) -> None:
    run.out.write_text(content, encoding="utf-8")

    with pytest.raises(ResultsUnusable) as refusal:
        run(DEPOSIT, search_only=True)

    assert refusal.value.facts == {"path": str(run.out), "cause": "line 1 is not a result"}
    assert run.out.read_text(encoding="utf-8") == content


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a system without /dev/full")
def test_a_full_disk_is_named(run: Run) -> None:
    run.out = Path("/dev/full")

    with pytest.raises(ResultsUnusable, match="No space left"):
        run(DEPOSIT, search_only=True)


def test_a_place_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    run.out = tmp_path / "no" / "such" / "folder.jsonl"

    with pytest.raises(ResultsUnusable) as refusal:
        run(DEPOSIT, search_only=True)

    assert refusal.value.facts == {"path": str(run.out), "cause": "No such file or directory"}


# --- scope -----------------------------------------------------------------------------------


def _documents(row: dict[str, object]) -> set[str]:
    passages = row["passages"]
    assert isinstance(passages, list)
    return {passage["document"] for passage in passages}


@pytest.mark.parametrize("search_only", [True, False])
@pytest.mark.parametrize("document", ["lease.md", "취업규칙.md"])
def test_only_the_named_documents_are_asked(run: Run, document: str, search_only: bool) -> None:
    run(Case("x", "deposit 병가", (document,)), replies=("Not in the documents.",), search_only=search_only)

    (row,) = run.rows()
    assert _documents(row) == {document}


def test_without_a_scope_all_documents_are_asked(run: Run) -> None:
    run(Case("x", "deposit 병가"), search_only=True)

    (row,) = run.rows()
    assert _documents(row) == {"lease.md", "취업규칙.md"}


def test_a_scope_that_is_not_in_the_drawer_is_named(run: Run) -> None:
    with pytest.raises(NoSuchDocument) as refusal:
        run(Case("x", "Why?", ("missing.pdf",)), search_only=True)

    assert refusal.value.facts == {"name": "missing.pdf"}
