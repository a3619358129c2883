"""A file of cases -> cases: questions, and what their asker knows of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.errors import CasesInvalid, CasesUnreadable
from rag.languages import language_of
from rag.records import Language

Verdict = Literal["entailment", "contradiction"]
"""What a question of yes or no is answered by: yes, no."""


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """Where an answer stands: on ``page``, or, where that is None, in ``text``."""

    document: str  # file name
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    question: str
    scope: tuple[str, ...] = ()  # file names; empty for all documents
    lang: Language | None = None  # where it is not the question's
    answerable: bool | None = None  # None: nobody has said, and nothing else is known either
    answers: tuple[str, ...] = ()  # any of them is right
    evidence: tuple[GoldEvidence, ...] = ()  # any of it will do
    verdict: Verdict | None = None

    @property
    def language(self) -> Language:
        return self.lang or language_of(self.question)


def read_cases(path: Path) -> list[Case]:
    """Raises: CasesUnreadable; CasesInvalid, naming line and field."""
    cases: dict[str, Case] = {}
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            case = _Row.model_validate_json(line).case()
        except ValidationError as error:
            raise CasesInvalid(path=str(path), line=number, cause=_cause(error)) from error
        if case.case_id in cases:
            raise CasesInvalid(path=str(path), line=number, cause=f"id: {case.case_id} stands above already")
        cases[case.case_id] = case
    return list(cases.values())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CasesUnreadable(path=str(path), cause=error.strerror or "no access") from error
    except UnicodeDecodeError as error:
        raise CasesUnreadable(path=str(path), cause="it is not UTF-8") from error


class _GoldRow(BaseModel):
    document: str = Field(pattern=r"\S")
    page: int | None = Field(default=None, ge=1)
    text: str | None = None

    @model_validator(mode="after")
    def _says_where(self) -> _GoldRow:
        if self.page is None and not (self.text or "").strip():
            raise ValueError("neither page nor text")
        return self


class _Row(BaseModel):
    """What else stands in a line is left alone."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    question: str = Field(pattern=r"\S")
    scope: tuple[str, ...] | None = None
    lang: Language | None = None
    answerable: bool | None = None
    answers: tuple[str, ...] | None = None
    evidence: tuple[_GoldRow, ...] | None = None
    verdict: Verdict | None = None

    def case(self) -> Case:
        """With an answer, evidence or a verdict it is answerable unless it says that it is not."""
        answers, evidence = tuple(answer for answer in self.answers or () if answer.strip()), self.evidence or ()
        answerable = True if self.answerable is None and (answers or evidence or self.verdict) else self.answerable
        gold = tuple(GoldEvidence(row.document, row.page, row.text or "") for row in evidence)
        return Case(self.id, self.question, self.scope or (), self.lang, answerable, answers, gold, self.verdict)


_CAUSES = {  # "{field}: ..."
    "missing": "it is missing",
    "string_type": "it is not a text in quotation marks",
    "string_pattern_mismatch": "it is empty",
    "tuple_type": "it is not a list in square brackets",
    "model_type": "it is not an object in braces",
    "model_attributes_type": "it is not an object in braces",
    "bool_type": "it is neither true nor false",
    "bool_parsing": "it is neither true nor false",
    "int_type": "it is not a whole number from 1",
    "int_parsing": "it is not a whole number from 1",
    "int_from_float": "it is not a whole number from 1",
    "greater_than_equal": "it is not a whole number from 1",
    "value_error": "it names neither page nor text",
}
"""By pydantic's names of what is wrong, ours: said in Korean too (``causes``)."""

_CHOICES = {"lang": "lang: it is neither en nor ko", "verdict": "verdict: it is neither entailment nor contradiction"}


def _cause(invalid: ValidationError) -> str:
    """Of the first thing that is wrong."""
    error = invalid.errors()[0]
    where = ".".join(map(str, error["loc"]))
    if not where:
        return "it is not an object of JSON in one line"
    if error["type"] == "literal_error" and where in _CHOICES:
        return _CHOICES[where]
    return f"{where}: {_CAUSES.get(error['type'], error['msg'])}"
