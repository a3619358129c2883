"""Answers: how soon evidence is there, and the first word; how fast the model writes.

- ``with loading``: the first question of a new process, nothing loaded. ``cold``: the first question once both models are loaded.
- ``prefix warm``: another question about other passages, so that only the instruction was read before.
- ``passages warm``: another question about a place that a question before was about, after the time between two questions (``settle``).

Questions that are refused without the model have no first word and are left out of that.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from bench.search import drawers, in_new_process
from bench.speed.given import Given, called
from bench.speed.row import Row, middle
from rag.assemble import Assistant, open_assistant
from rag.cases import Case, read_cases
from rag.ports import Mark, Step
from rag.records import Answered, EvidenceFound, Filter, Language, Piece
from rag.settings import load_settings
from rag.weights import language_model
from rag.weights.acquire import locate_language_model
from rag.weights.cores import threads_for
from rag.weights.language_model import LlamaCppModel

SETS = ("korquad", "covidqa")
"""Whose questions name no document: what the yardstick can be asked too."""

_NEAR: Mapping[Language, int] = {"ko": 350, "en": 700}
"""Characters of a passage."""

_WRITTEN_TOKENS = 64

_FRESH = 4
"""Questions a round that are the first of their process."""


@dataclass(frozen=True, slots=True)
class Asked:
    evidence_ms: float
    first_word_ms: float | None
    total_ms: float
    tokens_per_s: float | None  # from the first to the last
    prompt_tokens: int


_READS_AHEAD_S = 600


def settle(assistant: Assistant) -> None:
    """Give it the time that it takes to read ahead, as between two questions of a reader who looks at the pages."""
    if not assistant.settle(_READS_AHEAD_S):
        raise SystemExit("reading ahead has no end")


def ask(assistant: Assistant, case: Case) -> Asked:
    began = time.perf_counter()
    evidence_ms = written_s = 0.0
    for event in assistant.ask(case.question, only=Filter(documents=case.scope)):
        if isinstance(event, EvidenceFound):
            evidence_ms = (time.perf_counter() - began) * 1000
        if isinstance(event, Piece):
            written_s = time.perf_counter() - began
        if isinstance(event, Answered):
            timings = event.answer.timings
            first, tokens = timings.first_token_ms, timings.answer_tokens or 0
            rate = (tokens - 1) / (written_s - first / 1000) if first is not None and tokens > 1 else None
            return Asked(evidence_ms, first, timings.total_ms, rate, timings.prompt_tokens or 0)
    raise AssertionError("an answer ends with Answered")


def pairs(cases: Iterable[Case], texts: Mapping[str, str]) -> list[tuple[Case, Case]]:
    """Two questions whose evidence stands in one document less than a passage's length apart, each question once. ``texts`` of documents by name."""
    places = sorted(
        (case.evidence[0].document, at, case.case_id, case)
        for case in cases
        if case.evidence and (at := texts.get(case.evidence[0].document, "").find(case.evidence[0].text)) >= 0
    )
    found, left = list[tuple[Case, Case]](), deque(places)
    while len(left) > 1:
        document, at, _, first = left.popleft()
        if left[0][0] == document and left[0][1] - at < _NEAR[first.language]:
            found.append((first, left.popleft()[-1]))
    return found


def apart(cases: Sequence[Case]) -> list[Case]:
    """Without those that are about the same document as the one before."""
    first = list(cases[:1])
    return first + [case for before, case in pairwise(cases) if _document(before) != _document(case)]


def _document(case: Case) -> str:
    return case.evidence[0].document if case.evidence else case.case_id


def first_question(home: Path, case: Case, *, loaded: bool) -> tuple[float, Asked]:
    """Seconds until everything was open, and what came. Call it in a new process."""
    began = time.perf_counter()
    with open_assistant(load_settings(library=home)) as assistant:
        assistant.library.fill_index()
        assistant.library.states.clear()
        if loaded:
            assistant.warm()
        opened_s = time.perf_counter() - began
        return opened_s, ask(assistant, case)


def first_with_loading(home: Path, case: Case) -> tuple[float, Asked]:
    return first_question(home, case, loaded=False)


def first_loaded(home: Path, case: Case) -> tuple[float, Asked]:
    return first_question(home, case, loaded=True)


def one_after_another(home: Path, cases: Sequence[Case], couples: Sequence[tuple[Case, Case]]) -> tuple[list[Asked], list[Asked]]:
    """Of the cases, all but the first; of the couples, the second ones. Call it in a new process."""
    with open_assistant(load_settings(library=home)) as assistant:
        assistant.library.fill_index()
        assistant.warm()
        assistant.library.states.clear()
        others = [ask(assistant, case) for case in cases][1:]
        assistant.library.states.clear()
        again = list[Asked]()
        assistant.learn_while(lambda: True, new_documents=False)
        for first, second in couples:
            ask(assistant, first)
            settle(assistant)
            again.append(ask(assistant, second))
    return others, again


def measure(given: Given) -> Iterator[Row]:
    homes = drawers(given.sets, given.keep)
    for name in (name for name in SETS if name in homes):
        cases = _answerable(given, name)
        texts = {file.name: file.read_text(encoding="utf-8") for file in (given.sets / name / "docs").iterdir()}
        couples = _spread(pairs(read_cases(given.sets / name / "retrieval.jsonl"), texts), given.limit)
        kinds: dict[str, list[Asked]] = defaultdict(list)
        theirs = list[dict[str, float]]()
        for at in range(given.rounds):
            for turn in range(_FRESH):
                case = cases[(at * _FRESH + turn) % len(cases)]
                opened_s, asked = in_new_process(first_with_loading, homes[name], case)
                kinds["with loading"].append(_later(asked, 1000 * opened_s))
                kinds["cold"].append(in_new_process(first_loaded, homes[name], case)[1])
            others, again = in_new_process(one_after_another, homes[name], cases, couples)
            kinds["prefix warm"] += others
            kinds["passages warm"] += again
            if "--llm" in given.yardstick:
                theirs += _by_yardstick(given, name)
        for kind, some in kinds.items():
            yield from _rows(f"{name}, {kind}", some, theirs)
    yield from _writing(given, homes)


def _answerable(given: Given, name: str) -> list[Case]:
    return apart([case for case in read_cases(given.sets / name / "answers.jsonl") if case.answerable])[: given.limit]


def _spread(couples: Sequence[tuple[Case, Case]], count: int) -> list[tuple[Case, Case]]:
    """So many, from all documents alike."""
    return [couples[at * len(couples) // count] for at in range(count)] if len(couples) > count else list(couples)


def _later(asked: Asked, ms: float) -> Asked:
    first = None if asked.first_word_ms is None else asked.first_word_ms + ms
    return Asked(asked.evidence_ms + ms, first, asked.total_ms + ms, asked.tokens_per_s, asked.prompt_tokens)


def _rows(what: str, asked: Sequence[Asked], theirs: Sequence[dict[str, float]]) -> Iterator[Row]:
    if not asked:
        return
    yield middle("answers", f"{what}: evidence", "ms", [one.evidence_ms for one in asked], [one["retrieval_ms"] for one in theirs])
    written = [one for one in asked if one.first_word_ms is not None]
    if written:
        first = [one.first_word_ms for one in written if one.first_word_ms is not None]
        note = (
            f"prompt {sorted(one.prompt_tokens for one in written)[len(written) // 2]} tokens; {len(asked) - len(written)} refused at once"
        )
        yield middle(
            "answers", f"{what}: first word", "ms", first, [one["first_token_ms"] for one in theirs if "first_token_ms" in one], note=note
        )
        yield middle("answers", f"{what}: whole answer", "ms", [one.total_ms for one in written], [one["total_ms"] for one in theirs])
    if rates := [one.tokens_per_s for one in asked if one.tokens_per_s]:
        yield middle("answers", f"{what}: writing", "tokens/s", rates)


def _by_yardstick(given: Given, name: str) -> list[dict[str, float]]:
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary, "out.jsonl")
        folder = given.sets / name
        cases = ["--cases", str(folder / "answers.jsonl"), "--out", str(out), "--answers", "--limit", str(given.limit)]
        called([*given.yardstick, str(folder / "docs"), *cases])
        return [json.loads(line)["timings"] for line in out.read_text(encoding="utf-8").splitlines()]


# --- writing alone ------------------------------------------------------------------------------


def _writing(given: Given, homes: Mapping[str, Path]) -> Iterator[Row]:
    rates = [in_new_process(rates_of_writing, homes[name], _answerable(given, name)) for name in SETS if name in homes]
    ours, without, theirs = (list(chain.from_iterable(some)) for some in zip(*rates, strict=True))
    note = "each answer written after the same prompt; the yardstick is llama.cpp's own loop of one token at a time"
    yield middle("answers", "writing alone", "tokens/s", ours, theirs, note=note)
    yield middle("answers", "writing alone, nothing looked up in the prompt", "tokens/s", without, theirs)


def rates_of_writing(home: Path, cases: Sequence[Case]) -> tuple[list[float], list[float], list[float]]:
    """Tokens a second, answer by answer in turns: Seorap's, the same without prompt lookup, and llama.cpp's own. Call it in a new process."""
    import llama_cpp  # not where nothing is written

    with open_assistant(load_settings(library=home)) as assistant:
        model, weights = assistant.model, assistant.settings.weights
        assert isinstance(model, LlamaCppModel)
        cores = threads_for(weights.threads)
        plain = llama_cpp.Llama(
            str(locate_language_model(weights)),
            n_ctx=weights.context_tokens,
            n_threads=cores,
            n_threads_batch=cores,
            flash_attn=True,
            verbose=False,
        )

        def by_seorap(prompt: Sequence[int], drafts: tuple[int, int]) -> float:
            language_model.SHORT_DRAFT, language_model.LONG_DRAFT = drafts
            began, count = 0.0, 0
            for step in model.stream(prompt, max_tokens=_WRITTEN_TOKENS):
                if step.written == 1:
                    began = time.perf_counter()
                count = step.written
            return (count - 1) / (time.perf_counter() - began)

        def by_llama_cpp(prompt: Sequence[int]) -> float:
            plain.reset()
            plain.eval(prompt)
            began, count = time.perf_counter(), 0
            for _ in range(_WRITTEN_TOKENS - 1):
                logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(plain.ctx, -1), shape=(plain.n_vocab(),))
                token = int(logits.argmax())
                if token == plain.token_eos():
                    break
                plain.eval([token])
                count += 1
            return count / (time.perf_counter() - began)

        drafts = language_model.SHORT_DRAFT, language_model.LONG_DRAFT
        rates = [
            (by_seorap(prompt, drafts), by_seorap(prompt, (0, 0)), by_llama_cpp(prompt)) for prompt in _prompts(assistant, model, cases)
        ]
        ours, without, theirs = zip(*rates, strict=True)
        return list(ours), list(without), list(theirs)


def _prompts(assistant: Assistant, model: LlamaCppModel, cases: Sequence[Case]) -> list[list[int]]:
    """Of the questions that the model is asked."""
    asked, stream = list[list[int]](), model.stream

    def noted(prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        asked.append(list(prompt))
        return stream(prompt, max_tokens=1, marks=marks)

    model.stream = noted  # type: ignore[method-assign]
    for case in cases:
        list(assistant.ask(case.question, only=Filter(documents=case.scope)))
    model.stream = stream  # type: ignore[method-assign]
    return asked
