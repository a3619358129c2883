"""Failures in words."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.causes import KOREAN
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DrawerInUse,
    EmptyFile,
    ExitCode,
    NoTextInDocument,
    PictureError,
    QuestionError,
    SeorapError,
    sentence_of,
)
from rag.records import Language, Reason

LANGUAGES: tuple[Language, ...] = ("en", "ko")


def _all(root: type[SeorapError]) -> Iterator[type[SeorapError]]:
    for child in root.__subclasses__():
        if child.__module__ == "rag.errors":
            yield child
            yield from _all(child)


ERRORS = [error for error in _all(SeorapError) if "sentences" in vars(error)]
EVERY = pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)


def _facts(error: type[SeorapError], language: Language) -> set[str]:
    return {fact for _, fact, _, _ in string.Formatter().parse(error.sentences[language]) if fact is not None}


def test_the_errors_were_found() -> None:
    assert len(ERRORS) > 25
    assert {"NoSuchFile", "DrawerInUse", "WeightsMissing", "EmptyQuestion"} <= {error.__name__ for error in ERRORS}


def test_only_the_heads_of_groups_have_no_sentence() -> None:
    silent = {error.__name__ for error in _all(SeorapError) if error not in ERRORS}

    assert silent == {"DocumentError", "PictureError", "LibraryError", "WeightsError", "QuestionError"}


@EVERY
def test_every_failure_has_both_languages_with_the_same_facts(error: type[SeorapError]) -> None:
    assert set(error.sentences) == set(LANGUAGES)
    assert _facts(error, "en") == _facts(error, "ko")
    assert all(fact.isidentifier() for fact in _facts(error, "en"))


@EVERY
def test_every_failure_is_one_line_that_ends(error: type[SeorapError]) -> None:
    for sentence in error.sentences.values():
        assert sentence == " ".join(sentence.split())
        assert sentence.endswith(".")


@EVERY
def test_the_korean_sentence_is_korean(error: type[SeorapError]) -> None:
    assert any("가" <= letter <= "힣" for letter in error.sentences["ko"])
    assert not any("가" <= letter <= "힣" for letter in error.sentences["en"])


@EVERY
def test_a_stored_reason_says_what_the_failure_said(error: type[SeorapError]) -> None:
    facts: dict[str, str | int] = {fact: f"<{fact}>" for fact in _facts(error, "en")}
    raised = error(**facts)

    for language in LANGUAGES:
        sentence = sentence_of(Reason(error.__name__, facts), language)
        assert sentence == raised.sentence(language) == sentence_of(raised.reason(), language)
        assert all(f"<{fact}>" in sentence for fact in facts)
    assert str(raised) == raised.sentence("en")


@pytest.mark.parametrize("reason", [Reason("NotKnownYet", {"name": "a.pdf"}), Reason("DamagedDocument", {"name": "a.pdf"})])
def test_a_reason_that_a_newer_version_stored_is_still_a_sentence(reason: Reason) -> None:
    assert sentence_of(reason, "en") == (
        f"a.pdf: it could not be taken in, for a reason that this version does not know ({reason.code}); update Seorap."
    )


def test_every_document_failure_names_the_document() -> None:
    assert [error for error in ERRORS if issubclass(error, DocumentError | PictureError) and "name" not in _facts(error, "en")] == []


@pytest.mark.parametrize("name", ["{0}.pdf", "{name}.pdf", "{.pdf", "}}{{", "%s %(name)d.pdf", "{self.__class__}"])
def test_format_marks_in_file_names_stay_as_they_are(name: str) -> None:
    assert EmptyFile(name=name).sentence("en") == f"{name}: the file is empty; check that it was saved or copied completely."
    assert sentence_of(NoTextInDocument(name=name, pages=3).reason(), "ko").startswith(f"{name}: 3쪽 가운데")


def test_exit_codes_are_stable() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "USAGE": 2,
        "SOME_DOCUMENTS_FAILED": 3,
        "NOT_FOUND": 4,
        "IN_USE": 5,
    }


def test_failures_end_with_the_code_of_their_group() -> None:
    assert {error.exit_code for error in ERRORS if issubclass(error, DocumentError)} == {ExitCode.SOME_DOCUMENTS_FAILED}
    assert {error.exit_code for error in ERRORS if issubclass(error, QuestionError)} == {ExitCode.USAGE}
    assert [error for error in ERRORS if error.exit_code is ExitCode.IN_USE] == [DrawerInUse]
    assert [error for error in ERRORS if error.exit_code in (ExitCode.DONE, ExitCode.NOT_FOUND)] == []


@pytest.mark.parametrize(
    ("cause", "korean"),
    [
        ("its end is missing", "끝부분이 없음"),
        ("its content is not PDF", "내용이 PDF 형식이 아님"),
        ("exit code 9", "종료 코드 9"),
        ("words of a {library}", "words of a {library}"),
    ],
)
def test_causes_are_said_in_korean_where_we_know_them(cause: str, korean: str) -> None:
    error = DamagedDocument(name="a", cause=cause)

    assert korean in error.sentence("ko")
    assert korean in sentence_of(error.reason(), "ko")
    assert cause in error.sentence("en")


def test_every_cause_of_ours_has_its_korean() -> None:
    root = Path(__file__).parents[2]
    said: set[str] = set()
    for path in [path for package in ("rag", "ingest", "ui") for path in (root / package).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "cause":
                said |= set(_sentences(node.value))

    assert {cause for cause in said if " " in cause.strip("{}: ") and cause.count("{}") < 2} - set(KOREAN) == set()


def _sentences(node: ast.AST) -> Iterator[str]:
    """What is written out, with {} for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _sentences(child)
