"""Cases in, results out: one line of JSON a case, in the form that ``ask --json`` prints too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.assemble import Assistant
from rag.errors import CasesInvalid, ResultsUnusable
from rag.records import Answer, Answered, Evidence

_PASSAGES = 10
"""Returned for each case: hit@10 asks for them."""


@dataclass(frozen=True, slots=True)
class Case:
    case_id: str
    question: str
    scope: tuple[str, ...]


def read_cases(path: Path) -> list[Case]:
    """Raises: CasesInvalid, naming the line."""
    cases: dict[str, Case] = {}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CasesInvalid(path=str(path), line=0, cause=str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = _Row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = "".join(f"{part}: " for part in first["loc"])
            raise CasesInvalid(path=str(path), line=number, cause=f"{where}{first['msg']}") from error
        if case.id in cases:
            raise CasesInvalid(path=str(path), line=number, cause=f"id: {case.id} stands above already")
        cases[case.id] = Case(case.id, case.question, case.scope or ())
    return list(cases.values())


class _Row(BaseModel):
    """What is asked of a case; what else stands in it is for those who score."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    question: str = Field(pattern=r"\S")
    scope: tuple[str, ...] | None = None


def evaluate(cases: Sequence[Case], out: Path, *, assistant: Assistant, search_only: bool, report: Callable[[int, int], None]) -> int:
    """Write a result for every case that ``out`` does not hold yet; returns how many were new.

    Each line is in the file as soon as it is made, so an interrupted run goes on where it was. ``report`` gets (done, total).

    Raises:
        ResultsUnusable: ``out`` cannot be written, or holds something else.
    """
    with _writing(out):
        done = _finished(out)
        _append(out, "")  # better known now than after the first answer
    todo = [case for case in cases if case.case_id not in done]
    report(len(cases) - len(todo), len(cases))
    assistant.library.fill_index()  # so that a large drawer is searched as the page searches it
    for count, case in enumerate(todo, 1):
        row = _searched(case, assistant) if search_only else _asked(case, assistant)
        with _writing(out):
            _append(out, json.dumps({"id": case.case_id} | row, ensure_ascii=False) + "\n")
        report(len(cases) - len(todo) + count, len(cases))
    return len(todo)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsUnusable(path=str(out), cause=error.strerror or "no access") from error


def _append(out: Path, text: str) -> None:
    with out.open("a", encoding="utf-8") as file:
        file.write(text)


def _finished(out: Path) -> set[str]:
    """Ids of the whole lines in ``out``; a line that was cut off by an interruption is taken away."""
    if not out.is_file():  # not there yet, or a device, which might never end
        return set()
    whole: set[str] = set()
    with out.open("rb+") as file:
        end = 0
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                whole.add(_Result.model_validate_json(line).id)
            except ValidationError as error:
                raise ResultsUnusable(path=str(out), cause=f"line {number} is not a result") from error
            end += len(line)
        file.truncate(end)
        os.fsync(file.fileno())
    return whole


class _Result(BaseModel):
    """What tells a line of results from any other."""

    id: str
    passages: list[object]


def _searched(case: Case, assistant: Assistant) -> dict[str, object]:
    found = assistant.timed_search(case.question, k=_PASSAGES, scope=case.scope)
    return {
        "question": case.question,
        "passages": [passage_row(item) for item in found.evidence],
        "timings": {"retrieval_ms": round(found.retrieval_ms, 1)},
        "embedder": assistant.embedder.identity,
    }


def _asked(case: Case, assistant: Assistant) -> dict[str, object]:
    *_, last = assistant.ask(case.question, scope=case.scope)
    if not isinstance(last, Answered):
        raise AssertionError("an answer ends with Answered")
    return result_row(last.answer)


def result_row(answer: Answer) -> dict[str, object]:
    """An answer in the form that scripts rely on."""
    return {
        "question": answer.question,
        "status": answer.status.value,
        "answer": answer.text,
        "claims": [{"text": claim.text, "supported": claim.supported, "citations": list(claim.citations)} for claim in answer.claims],
        "citations": [
            {
                "document": cited.document,
                "page": cited.page,
                "page_end": cited.page_end,
                "quote": cited.quote,
                "start": cited.start,
                "end": cited.end,
                "boxes": [asdict(rectangle) for rectangle in cited.boxes],
                "recognised": asdict(cited.recognised) if cited.recognised else None,
            }
            for cited in answer.citations
        ],
        "passages": [passage_row(item) for item in answer.evidence],
        "timings": {name: round(value, 1) if isinstance(value, float) else value for name, value in asdict(answer.timings).items()},
        "model": answer.model,
        "embedder": answer.embedder,
    } | _whole_row(answer)


def _whole_row(answer: Answer) -> dict[str, object]:
    """How the claims are arranged, where whole documents were worked through."""
    return {type(answer.whole).__name__.lower(): asdict(answer.whole)} if answer.whole else {}


def passage_row(item: Evidence) -> dict[str, object]:
    return {
        "document": item.document,
        "page": item.page,
        "page_end": item.page_end,
        "text": item.text,
        "score": round(item.score, 6),
    }
