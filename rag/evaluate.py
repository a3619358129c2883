"""Cases in, results out: one line of JSON a case, in the form that ``ask --json`` prints too."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag.assemble import Assistant
from rag.cases import Case
from rag.errors import ResultsUnusable
from rag.library.library import Library
from rag.records import PAGE_BREAK, Answer, Answered, Claim, Evidence, Filter, Understood
from rag.score import Quoted, Result

_PASSAGES = 10
"""Returned for each case: hit@10 asks for them."""


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
    if todo and search_only:  # loading is not to count as the first question's time
        assistant.embedder.embed_question("")
    elif todo:
        assistant.warm()
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
            whole.add(_result(line, number, out).id)
            end += len(line)
        file.truncate(end)
        os.fsync(file.fileno())
    return whole


def read_results(path: Path) -> dict[str, Result]:
    """What ``evaluate`` has written, by the id of the case.

    Raises:
        ResultsUnusable: it cannot be read, or holds something else.
    """
    if not path.is_file():
        return {}
    with _writing(path):
        lines = path.read_bytes().splitlines()
    results = [_result(line, number, path) for number, line in enumerate(lines, 1)]
    return {result.id: result for result in results}


_RESULT = TypeAdapter(Result)


def _result(line: bytes, number: int, path: Path) -> Result:
    try:
        return _RESULT.validate_json(line)
    except ValidationError as error:
        raise ResultsUnusable(path=str(path), cause=f"line {number} is not a result") from error


def is_verbatim(quoted: Quoted, library: Library) -> bool | None:
    """Do the words of a result's citation stand, letter for letter, where it says? None where the drawer has no such document (any more)."""
    ids = {place.doc_id for place in library.find(quoted.document) if place.doc_id}
    return any(_stands_in(library.manifest.pages(doc_id), quoted) for doc_id in ids) if ids else None


def _stands_in(pages: Sequence[tuple[int | None, int, str]], quoted: Quoted) -> bool:
    """Several pages may have no number (sheets, attachments): then any of them will do."""
    text = PAGE_BREAK.join(page for _, _, page in pages)
    starts = [first + quoted.start for number, first, _ in pages if number == quoted.page]
    ends = {first + quoted.end for number, first, _ in pages if number == quoted.page_end}
    return bool(quoted.quote) and any(text.startswith(quoted.quote, start) and start + len(quoted.quote) in ends for start in starts)


def _searched(case: Case, assistant: Assistant) -> dict[str, object]:
    found = assistant.search(case.question, k=_PASSAGES, only=Filter(documents=case.scope))
    return {
        "question": case.question,
        "passages": [passage_row(item) for item in found.evidence],
        "timings": {"retrieval_ms": round(found.retrieval_ms, 1)},
        "embedder": assistant.embedder.identity,
    }


def _asked(case: Case, assistant: Assistant) -> dict[str, object]:
    *_, last = assistant.ask(case.question, only=Filter(documents=case.scope))
    if not isinstance(last, Answered):
        raise AssertionError("an answer ends with Answered")
    return result_row(last.answer)


def result_row(answer: Answer) -> dict[str, object]:
    """An answer in the form that scripts rely on."""
    return (
        {
            "question": answer.question,
            "status": answer.status.value,
            "answer": answer.text,
            "claims": [_claim_row(claim) for claim in answer.claims],
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
        }
        | ({"uncovered": list(answer.uncovered)} if answer.uncovered else {})
        | understood_row(answer.question, answer.understood)
        | _whole_row(answer)
    )


def _claim_row(claim: Claim) -> dict[str, object]:
    row: dict[str, object] = {"text": claim.text, "supported": claim.supported, "citations": list(claim.citations)}
    row |= {"doubt": claim.doubt.value} if claim.doubt else {}
    return row | ({"verbatim": True} if claim.verbatim else {})


def understood_row(question: str, understood: Understood | None) -> dict[str, object]:
    """Keys that are there only where the question was not taken as it was typed, of all documents."""
    if not understood:
        return {}
    only = {name: part if isinstance(part, tuple) else part.isoformat() for name, part in asdict(understood.only).items() if part}
    row: dict[str, object] = {"understood_as": understood.text} if understood.text != question.strip() else {}
    row |= {"only_in": only} if only else {}
    return row | ({"phrases": list(understood.phrases)} if understood.phrases else {})


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
