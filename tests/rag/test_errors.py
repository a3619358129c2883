"""Failures in words."""

from __future__ import annotations

import ast
import errno
import inspect
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.read import package
from rag import no_network
from rag.causes import KOREAN, LIMITS, in_korean
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooDemanding,
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
        ("the program that draws stopped: exit code 9", "그리는 프로그램이 멈춤: 종료 코드 9"),
        ("words of a {library}", "words of a {library}"),
    ],
)
def test_causes_are_said_in_korean_where_we_know_them(cause: str, korean: str) -> None:
    error = DamagedDocument(name="a", cause=cause)

    assert korean in error.sentence("ko")
    assert korean in sentence_of(error.reason(), "ko")
    assert cause in error.sentence("en")


def test_every_cause_of_ours_has_its_korean() -> None:
    said: set[str] = set()
    for node in _nodes("rag", "ingest", "ui"):
        if isinstance(node, ast.keyword) and node.arg == "cause":
            said |= set(_sentences(node.value))

    assert {cause for cause in said if " " in cause.strip("{}: ") and cause.count("{}") < 2} - set(KOREAN) == set()


@pytest.mark.parametrize(
    ("limit", "korean"),
    [
        ("60 s", "60초"),
        ("512 MiB", "512MiB"),
        ("80 megapixels", "80메가픽셀"),
        ("200 attachments", "첨부 파일 200개"),
        ("50 MiB of attachments", "첨부 파일 50MiB"),
        ("3 mails inside each other", "메일 안의 메일 3겹"),
        ("50000 ZIP entries", "ZIP 항목 50000개"),
        ("300:1", "압축률 300:1"),
        ("256 XML levels", "XML 256단계"),
        ("5:1 XML entities", "XML 개체 확장 5:1"),
        ("10 MB XML text", "XML 글 10MB"),
    ],
)
def test_limits_are_said_in_korean(limit: str, korean: str) -> None:
    error = DocumentTooDemanding(name="a", limit=limit)

    assert error.sentence("ko") == f"a: 읽는 데 허용된 한도({korean})를 넘었습니다. 문서를 나누거나 새로 저장해서 넣어 주세요."
    assert sentence_of(error.reason(), "ko") == error.sentence("ko")
    assert f"more than the allowed {limit};" in error.sentence("en")


def test_every_limit_of_ours_has_its_korean() -> None:
    """Those that the readers name where they raise, and those that they keep in a table."""
    said: set[str] = set()
    for node in _nodes("ingest"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "DocumentTooDemanding":
            said |= {sentence for keyword in node.keywords if keyword.arg == "limit" for sentence in _sentences(keyword.value)}
        elif isinstance(node, ast.Dict):
            facts = zip(node.keys, node.values, strict=True)
            said |= {
                sentence
                for name, fact in facts
                if isinstance(name, ast.Constant) and name.value == "limit"
                for sentence in _sentences(fact)
            }
    said |= {re.sub(r"^\d+", "{}", limit) for limit in (*(limit for _, limit in package._XML_LIMITS), package._LARGEST_XML_TEXT)}

    assert said == set(LIMITS)


@pytest.mark.parametrize(
    ("cause", "korean"),
    [
        ("namespace: No space left on device (user namespaces are not allowed here)", "여기서는 사용자 네임스페이스를 만들 수 없음"),
        ("seccomp: Function not implemented", "시스템 호출 필터(seccomp): 시스템에 없는 기능임"),
        ("win32 has no namespaces and no seccomp", "win32에는 네임스페이스도 seccomp도 없음"),
    ],
)
def test_why_the_kernel_does_not_help_is_said_in_korean(cause: str, korean: str) -> None:
    assert korean in in_korean(cause)


def test_every_reason_of_the_layers_has_its_korean() -> None:
    """What is put together in ``rag.no_network``, and what the system says to the calls it makes there."""
    namespaces, seccomp = (inspect.getsource(attempt) for attempt in (no_network._enter_empty_namespace, no_network._forbid_sockets))
    returned = [
        sentence
        for source in (namespaces, seccomp)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Return) and node.value
        for sentence in _sentences(node.value)
        if sentence
    ]
    of_the_system = [
        os.strerror(number) for number in (errno.EPERM, errno.ENOSYS, errno.EINVAL, errno.EBUSY, errno.ENOMEM, errno.EUSERS, errno.ENOSPC)
    ]

    assert len(returned) >= 2
    assert set(returned) - set(KOREAN) == set()
    assert set(of_the_system) - set(KOREAN) == set()


def _nodes(*folders: str) -> Iterator[ast.AST]:
    root = Path(__file__).parents[2]
    for path in [path for folder in folders for path in (root / folder).rglob("*.py")]:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _sentences(node: ast.AST) -> Iterator[str]:
    """What is written out, with {} for what is filled in."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _sentences(child)
