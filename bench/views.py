"""How long the server works on drawing a view anew, without a language model: part of ``bench.desk``.

Each view of a drawer of 1,000 documents is drawn again and again as a click has it drawn, by Streamlit's own script runner in this process, and what it sends
is put into bytes as for a browser. ``cpu_ms`` is what the thread that draws computed: other busy programs on the machine do not count.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner
from streamlit.util import calc_hash

from bench.figures import spread
from bench.speed.row import Row
from ingest.queue import Queue
from rag.assemble import Assistant
from rag.library.conversations import PastTurn
from rag.library.library import Library
from rag.records import Answered, Page, Reading, Span
from rag.settings import RefusalSettings, Settings
from tests.fakes import ScriptedModel, WordHashEmbedder
from ui.server import PAGE
from ui.web import state
from ui.web.state import Desk

DOCUMENTS = 1_000
_PASSAGES = 8
_TURNS, _CONVERSATIONS = 20, 200
_VIEWS = {"search": "search", "whole documents": "whole", "documents": "documents", "settings": "machine"}

_KOREAN = (
    "제{n}조 (보증금)\n임차인은 {d}호의 보증금 {n},500,000원을 계약한 날에 지급하고, 임대인은 계약이 끝난 날부터 {n}0일 이내에 반환한다. "
)
_ENGLISH = "{n}. Deposit\nThe tenant of flat {d} pays a deposit of {n},500 euros before moving in, which is returned within {n}0 days after the end of the lease. "


def drawer(home: Path, documents: int) -> Library:
    """Documents in two languages, from several folders."""
    library, embedder = Library(home), WordHashEmbedder()
    for number in range(documents):
        words = (_KOREAN, _ENGLISH)[number % 2]
        parts = [(words.format(n=part + 1, d=number) * 3).strip() for part in range(_PASSAGES)]
        text = "\n\n".join(parts)
        starts = [sum(len(part) + 2 for part in parts[:at]) for at in range(_PASSAGES)]
        library.commit(
            os.fsencode(f"/papers/box {number % 12}/{('계약서', 'lease')[number % 2]} {number}.pdf"),
            name=f"{('계약서', 'lease')[number % 2]} {number}.pdf",
            doc_id=sha256(text.encode()).hexdigest(),
            mtime_ns=time.time_ns() - number * 3_600_000_000_000,
            size_bytes=len(text),
            method="bench",
            embedder=embedder.identity,
            reading=Reading((Page(text, number=1),), format="pdf"),
            spans=[Span(start, start + len(part), part, (part.partition("\n")[0],)) for start, part in zip(starts, parts, strict=True)],
            headers=[""] * _PASSAGES,
            vectors=np.asarray(embedder.embed_passages(parts), np.float32),
        )
    return library


def conversations(assistant: Assistant, *, count: int, turns: int) -> int:
    """Keep some, of one answer; the number of the last."""
    answer = next(event.answer for event in assistant.ask("How much is the deposit of flat 41?") if isinstance(event, Answered))
    number = 0
    for _ in range(count):
        kept = None
        for turn in range(turns):
            question = f"How much is the deposit of flat {turn}?"
            past = PastTurn(question, answer=replace(answer, question=question))
            kept = assistant.library.manifest.keep_turn(past, conversation=kept.conversation_id if kept else None)
            number = kept.conversation_id
    return number


@contextmanager
def watched() -> Iterator[list[tuple[float, float]]]:
    """Milliseconds by the clock and of the processor, for each time that a script is run and what it has sent is put into bytes."""
    spent: list[tuple[float, float]] = []
    run = ScriptRunner._run_script

    def timed(self: LocalScriptRunner, rerun_data: RerunData) -> None:
        began, used = time.perf_counter(), time.thread_time()
        run(self, rerun_data)
        for message in self.forward_msgs():
            message.SerializeToString()
        spent.append(((time.perf_counter() - began) * 1000, (time.thread_time() - used) * 1000))

    ScriptRunner._run_script = timed
    try:
        yield spent
    finally:
        ScriptRunner._run_script = run


def redrawn(name: str, times: int, *, view: str = "", conversation: int | None = None) -> Row:
    """After it has been opened."""
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    if conversation is not None:
        page.query_params["c"] = str(conversation)
    page.run()
    if view:
        page._page_hash = calc_hash(view)  # the public way knows pages that are files only
    page.run()
    with watched() as spent:
        for _ in range(times):
            page.run()
    if page.exception:
        raise RuntimeError(f"{name}: {page.exception[0].message}")
    clock, cpu = (spread([one[at] for one in spent]) for at in (0, 1))
    note = f"of the processor {cpu['p50']}, p95 {cpu['p95']}"
    return Row("views", name, "ms", clock["p50"], rounds=times, p95=clock["p95"], note=note)


def measure(home: Path, times: int, *, documents: int = DOCUMENTS) -> Iterator[Row]:
    library = drawer(home, documents)
    model = ScriptedModel(*["The tenant of flat 41 pays a deposit of 1,500 euros before moving in."] * 2)
    settings = Settings(home=home, language="en", refusal=RefusalSettings(least_chance=0.0))
    with Assistant(settings, library, embedder=WordHashEmbedder(), model=model) as assistant, closing(Queue(assistant)) as queue:
        state.open_desk(Desk(assistant, queue))
        try:
            yield redrawn("ask, nothing asked yet", times)
            long = conversations(assistant, count=1, turns=_TURNS)
            yield redrawn(f"ask, {_TURNS} turns", times, conversation=long)
            conversations(assistant, count=_CONVERSATIONS - 1, turns=2)
            yield redrawn(f"ask, {_CONVERSATIONS} conversations kept", times)
            for name, view in _VIEWS.items():
                yield redrawn(name, times, view=view)
        finally:
            state.close_desk()
