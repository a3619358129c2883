"""Cases in, results out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.assemble import Assistant
from rag.errors import CasesInvalid, NoSuchDocument, ResultsUnusable
from rag.evaluate import Case, evaluate, read_cases
from rag.library.library import Library
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder

DEPOSIT = Case("deposit", "How much is the deposit?", ())
RENT = Case("rent", "When is the rent due?", ())
SICK = Case("병가", "병가는 며칠까지 쓸 수 있나요?", ())


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


# --- cases -----------------------------------------------------------------------------------


def _cases(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_cases_are_read_whatever_else_they_hold(tmp_path: Path) -> None:
    path = _cases(
        tmp_path,
        '\ufeff{"id": "a", "question": "Why?", "lang": "en", "answers": ["because"], "answerable": true}',
        "",
        '{"id": 7, "question": "왜\u2028그런가?", "scope": ["취업규칙.md", "lease.md"]}',
        '{"id": "c", "question": "When?", "scope": null}',
        "",
    )

    assert read_cases(path) == [
        Case("a", "Why?", ()),
        Case("7", "왜\u2028그런가?", ("취업규칙.md", "lease.md")),
        Case("c", "When?", ()),
    ]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        pytest.param('{"id": "b", "question":', "Invalid JSON", id="cut off"),
        pytest.param('{"question": "Why?"}', "id: Field required", id="no id"),
        pytest.param('{"id": "b"}', "question: Field required", id="no question"),
        pytest.param('{"id": "b", "question": " "}', "question: ", id="empty question"),
        pytest.param('{"id": "b", "question": null}', "question: ", id="question of another kind"),
        pytest.param('{"id": "b", "question": "Why?", "scope": "lease.md"}', "scope: ", id="scope without brackets"),
        pytest.param('["b", "Why?"]', "Input should be an object", id="a list"),
        pytest.param('{"id": "a", "question": "Again?"}', "id: a stands above already", id="an id twice"),
    ],
)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, line: str, cause: str) -> None:
    path = _cases(tmp_path, '{"id": "a", "question": "Why?"}', "", line)

    with pytest.raises(CasesInvalid) as refusal:
        read_cases(path)

    assert (refusal.value.facts["path"], refusal.value.facts["line"]) == (str(path), 3)
    assert str(refusal.value.facts["cause"]).startswith(cause)
    assert "\n" not in refusal.value.sentence("en")


def test_a_file_of_cases_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CasesInvalid) as refusal:
        read_cases(tmp_path / "nowhere.jsonl")

    assert str(tmp_path / "nowhere.jsonl") in refusal.value.sentence("en")


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
    run(Case("x", "deposit 병가", ()), search_only=True)

    (row,) = run.rows()
    assert _documents(row) == {"lease.md", "취업규칙.md"}


def test_a_scope_that_is_not_in_the_drawer_is_named(run: Run) -> None:
    with pytest.raises(NoSuchDocument) as refusal:
        run(Case("x", "Why?", ("missing.pdf",)), search_only=True)

    assert refusal.value.facts == {"name": "missing.pdf"}
