"""Answers: how soon evidence is there, and the first word; how fast the model writes.

- ``with loading``: the first question of a new process, nothing loaded. ``cold``: the first question once both models are loaded.
- ``prefix warm``: another question about other passages, so that only the instruction was read before.
- ``passages warm``: another question about a paragraph that a question before was about, after the time between two questions (``settle``).

Questions that are refused without the model have no first word and are left out of that.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.search import drawers, in_new_process
from bench.speed.given import Given, called
from bench.speed.row import Row, middle
from rag.assemble import Assistant, open_assistant
from rag.cases import Case, read_cases
from rag.records import Answered, EvidenceFound, Filter, Piece
from rag.settings import load_settings
from rag.weights.acquire import locate_language_model
from rag.weights.cores import threads_for

SETS = ("korquad", "covidqa")
"""Whose questions name no document: what the yardstick can be asked too."""

_PROMPT_TOKENS, _WRITTEN_TOKENS = 400, 64


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


def pairs(cases: Iterable[Case]) -> list[tuple[Case, Case]]:
    """Two questions about the same paragraph, each paragraph once: as their names end in its number and their own, and of one document."""
    about: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        paragraph, _, _ = case.case_id.rpartition("-")
        if case.evidence and re.search(r"\d", paragraph):
            about[paragraph, case.evidence[0].document].append(case)
    return [(some[0], some[1]) for some in about.values() if len(some) > 1]


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
        cases = apart([case for case in read_cases(given.sets / name / "answers.jsonl") if case.answerable])[: given.limit]
        couples = pairs(read_cases(given.sets / name / "retrieval.jsonl"))[: given.limit]
        kinds: dict[str, list[Asked]] = defaultdict(list)
        theirs = list[dict[str, float]]()
        for at in range(given.rounds):
            case = cases[at % len(cases)]
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
    yield _writing(given)


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


def _writing(given: Given) -> Row:
    ours, theirs = in_new_process(rates_of_writing, given.keep / "none", given.rounds)
    note = f"the same {_WRITTEN_TOKENS} tokens at most, after {_PROMPT_TOKENS} of prompt; the yardstick is llama.cpp's own loop"
    return middle("answers", "writing alone", "tokens/s", ours, theirs, note=note)


def rates_of_writing(home: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Tokens a second, Seorap's and llama.cpp's own, in turns. Call it in a new process."""
    import llama_cpp  # not where nothing is written

    settings = load_settings(library=home)
    with open_assistant(settings) as assistant:
        model, weights = assistant.model, settings.weights
        before, after = model.frame("Tell more of this story.")
        body = model.encode_text("The tenant of the house by the river paid the rent on Monday, and nobody knew why. " * 40)
        prompt = [*before, *body[: _PROMPT_TOKENS - len(before) - len(after)], *after]
        cores = threads_for(weights.threads)
        plain = llama_cpp.Llama(
            str(locate_language_model(weights)),
            n_ctx=weights.context_tokens,
            n_threads=cores,
            n_threads_batch=cores,
            flash_attn=True,
            verbose=False,
        )

        def by_seorap() -> float:
            began, count = 0.0, 0
            for step in model.stream(prompt, max_tokens=_WRITTEN_TOKENS):
                if step.written == 1:
                    began = time.perf_counter()
                count = step.written
            return (count - 1) / (time.perf_counter() - began)

        def by_llama_cpp() -> float:
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

        return _in_turns(by_seorap, by_llama_cpp, rounds)


def _in_turns(one: Callable[[], float], other: Callable[[], float], rounds: int) -> tuple[list[float], list[float]]:
    ours, theirs = list[float](), list[float]()
    for _ in range(rounds):
        ours.append(one())
        theirs.append(other())
    return ours, theirs
