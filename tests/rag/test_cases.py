"""What may stand in a file of cases."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from rag.cases import Case, GoldEvidence, read_cases
from rag.errors import CasesInvalid, CasesUnreadable
from rag.languages import language_of, written_in
from rag.records import Language

ROOT = Path(__file__).parents[2]
SAMPLES = {unicodedata.normalize("NFC", path.name) for path in (ROOT / "data" / "samples").iterdir()}


def _cases(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_case_needs_only_a_name_and_a_question(tmp_path: Path) -> None:
    path = _cases(tmp_path, '\ufeff{"id": "a", "question": "Why?"}', "", '{"id": 7, "question": "왜\u2028그런가?", "scope": null}', "")

    assert read_cases(path) == [Case("a", "Why?"), Case("7", "왜\u2028그런가?")]


def test_all_that_can_be_known_of_a_case_is_read_and_the_rest_left_alone(tmp_path: Path) -> None:
    path = _cases(
        tmp_path,
        '{"id": "a", "lang": "en", "question": "왜?", "scope": ["취업규칙.md", "lease.md"], "answerable": true, "answers": ["because", 24], '
        '"evidence": [{"document": "lease.md", "page": null, "text": "Because."}, {"document": "a.pdf", "page": 3}], '
        '"verdict": "entailment", "difficulty": "easy"}',
    )

    assert read_cases(path) == [
        Case(
            "a",
            "왜?",
            scope=("취업규칙.md", "lease.md"),
            lang="en",
            answerable=True,
            answers=("because", "24"),
            evidence=(GoldEvidence("lease.md", None, "Because."), GoldEvidence("a.pdf", 3, "")),
            verdict="entailment",
        )
    ]


@pytest.mark.parametrize(
    ("known", "answerable"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param(', "answers": [], "evidence": [], "verdict": null', None, id="empty lists"),
        pytest.param(', "answers": [" "]', None, id="an empty answer"),
        pytest.param(', "answers": ["six months"]', True, id="an answer"),
        pytest.param(', "evidence": [{"document": "a.pdf", "page": 1}]', True, id="evidence"),
        pytest.param(', "verdict": "contradiction"', True, id="a verdict"),
        pytest.param(', "answerable": false', False, id="said not to be answerable"),
        pytest.param(', "answerable": true', True, id="said to be answerable"),
        pytest.param(', "answerable": false, "answers": ["six months"]', False, id="said not to be, in spite of an answer"),
    ],
)
def test_what_is_known_of_the_answer_makes_a_case_answerable(tmp_path: Path, known: str, answerable: bool | None) -> None:
    (case,) = read_cases(_cases(tmp_path, f'{{"id": "a", "question": "When?"{known}}}'))

    assert case.answerable is answerable


@pytest.mark.parametrize(("case", "language"), [(Case("a", "Why?"), "en"), (Case("a", "왜?"), "ko"), (Case("a", "왜?", lang="en"), "en")])
def test_the_language_is_the_question_s_unless_it_is_named(case: Case, language: Language) -> None:
    assert case.language == language


@pytest.mark.parametrize(
    ("line", "cause", "korean"),
    [
        pytest.param('{"id": "b", "question":', "it is not an object of JSON in one line", "JSON 객체가 아님", id="cut off"),
        pytest.param('["b", "Why?"]', "it is not an object of JSON in one line", "JSON 객체가 아님", id="a list"),
        pytest.param('{"question": "Why?"}', "id: it is missing", "id 항목이 없음", id="no id"),
        pytest.param('{"id": "b"}', "question: it is missing", "question 항목이 없음", id="no question"),
        pytest.param('{"id": "b", "question": " "}', "question: it is empty", "비어 있음", id="empty question"),
        pytest.param('{"id": "b", "question": null}', "question: it is not a text in quotation marks", "글이 아님", id="another kind"),
        pytest.param('{"id": "a", "question": "Again?"}', "id: a stands above already", "이미 위에 있음", id="an id twice"),
        pytest.param(
            '{"id": "b", "question": "?", "scope": "a.md"}', "scope: it is not a list in square brackets", "목록이 아님", id="scope"
        ),
        pytest.param('{"id": "b", "question": "?", "lang": "fr"}', "lang: it is neither en nor ko", "en도 ko도 아님", id="language"),
        pytest.param(
            '{"id": "b", "question": "?", "answerable": "no idea"}', "answerable: it is neither true nor false", "false도", id="bool"
        ),
        pytest.param('{"id": "b", "question": "?", "answers": "x"}', "answers: it is not a list in square brackets", "목록", id="answers"),
        pytest.param(
            '{"id": "b", "question": "?", "answers": [null]}', "answers.0: it is not a text in quotation marks", "글이", id="answer"
        ),
        pytest.param(
            '{"id": "b", "question": "?", "verdict": "maybe"}',
            "verdict: it is neither entailment nor contradiction",
            "contradiction도 아님",
            id="verdict",
        ),
        pytest.param(
            '{"id": "b", "question": "?", "evidence": ["x"]}', "evidence.0: it is not an object in braces", "객체", id="bare evidence"
        ),
        pytest.param(
            '{"id": "b", "question": "?", "evidence": [{"document": "a.md", "text": "x"}, {"page": 1}]}',
            "evidence.1.document: it is missing",
            "없음",
            id="evidence of no document",
        ),
        pytest.param(
            '{"id": "b", "question": "?", "evidence": [{"document": "a.md"}]}',
            "evidence.0: it names neither page nor text",
            "page도 text도 없음",
            id="evidence without a place",
        ),
        pytest.param(
            '{"id": "b", "question": "?", "evidence": [{"document": "a.md", "page": 0}]}',
            "evidence.0.page: it is not a whole number from 1",
            "정수가 아님",
            id="page nought",
        ),
    ],
)
def test_a_line_that_is_no_case_is_named_with_its_field(tmp_path: Path, line: str, cause: str, korean: str) -> None:
    path = _cases(tmp_path, '{"id": "a", "question": "Why?"}', "", line)

    with pytest.raises(CasesInvalid) as refusal:
        read_cases(path)

    assert refusal.value.facts == {"path": str(path), "line": 3, "cause": cause}
    assert "\n" not in refusal.value.sentence("en")
    assert korean in refusal.value.sentence("ko")


@pytest.mark.parametrize(
    ("content", "cause"),
    [pytest.param(None, "No such file or directory", id="not there"), pytest.param("문항".encode("cp949"), "it is not UTF-8", id="CP949")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "cases.jsonl"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CasesUnreadable) as refusal:
        read_cases(path)

    assert refusal.value.facts == {"path": str(path), "cause": cause}


# --- the cases that come with Seorap ---------------------------------------------------------


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_the_readme_s_example_is_three_cases_over_the_samples(tmp_path: Path, readme: str) -> None:
    (example,) = re.findall(r"```jsonl\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)

    cases = read_cases(_cases(tmp_path, example))

    assert [case.answerable for case in cases] == [True, True, False]
    assert {gold.document for case in cases for gold in case.evidence} <= SAMPLES


def test_the_sample_cases_are_about_every_sample_twice_and_some_cannot_be_answered() -> None:
    cases = read_cases(ROOT / "data" / "cases.jsonl")

    about = Counter(gold.document for case in cases for gold in case.evidence)
    assert set(about) == SAMPLES
    assert min(about.values()) >= 2
    assert sum(case.answerable is False for case in cases) == 4
    assert {case.verdict for case in cases} == {"contradiction", None}
    assert {name for case in cases for name in case.scope} <= SAMPLES


def test_the_cases_across_languages_ask_in_the_other_one() -> None:
    cases = read_cases(ROOT / "data" / "cases-across.jsonl")

    answerable = [case for case in cases if case.answerable]
    assert {gold.document for case in answerable for gold in case.evidence} == SAMPLES
    assert all(language_of(case.question) != written_in(gold.text) for case in answerable for gold in case.evidence)
    assert (len(cases), len(answerable)) == (40, 30)
