"""The real server over a real drawer, with a model that repeats what it is given: ``python -m tests.privacy.server [--leak=HOW] [--calls=FILE] DRAWER``.

``--leak`` breaks the page on purpose: "markdown" draws with Streamlit's, "markup" escapes nothing. ``--calls`` notes in a file what
gets past the gate.
"""

from __future__ import annotations

from rag.no_network import leave_network
from ui.listen import listen

if __name__ == "__main__":  # before anything else is imported, as `seorap serve` does it
    listening = listen(0)
    leave_network(keeps_loopback=True)

import argparse
import re
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import streamlit as st

from rag.assemble import Assistant
from rag.library.library import Library
from rag.ports import Mark, Step
from rag.settings import AnswerSettings, RefusalSettings, Settings, SummarySettings
from tests.fakes import CONTROL, ScriptedModel, WordHashEmbedder
from tests.privacy.payloads import ECHO
from ui.gate import Receive, Scope, Send
from ui.server import serve
from ui.web import ask, render


class RepeatingModel(ScriptedModel):
    """Obeys every text: says the question, then all that it was shown, a letter at a time."""

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        shown, _, asked = "".join(chr(token) for token in prompt if token < CONTROL).rpartition("\n\n")
        asked = asked.partition(": ")[2]
        self.replies = [asked if asked.startswith(ECHO) else f"{asked}\n{shown}"]
        for step in super().stream(prompt, max_tokens=max_tokens, marks=marks):
            time.sleep(0.0003)
            yield step


def leak(how: str) -> None:
    if how == "markdown":
        st.html = lambda markup: st.markdown(re.sub("<.*?>", "", markup))
    if how == "markup":
        render.safe = lambda text: text


def note_calls(noted: Path) -> None:
    """Write down every request that the gate lets through to Streamlit."""

    class Noting(st.App):  # type: ignore[misc]  # Streamlit's types are not read
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                with noted.open("a", encoding="utf-8") as file:
                    file.write(f"{scope['type']} {scope.get('method', '')} {scope['path']!r}\n")
            await super().__call__(scope, receive, send)

    st.App = Noting


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("home", type=Path)
    wanted.add_argument("--leak", default="")
    wanted.add_argument("--calls", type=Path)
    chosen = wanted.parse_args()
    leak(chosen.leak)
    if chosen.calls:
        note_calls(chosen.calls)
    ask._REDRAW_S = 0.02  # as often as a browser can follow
    settings = Settings(
        home=chosen.home,
        refusal=RefusalSettings(least_chance=0.0),
        answer=AnswerSettings(evidence_tokens=1500, first_tokens=500, window_tokens=300, max_tokens=2500),
        summary=SummarySettings(max_tokens=400),
    )
    serve(
        settings,
        listening,
        announce=lambda url: print(url, flush=True),  # noqa: T201 - what the test waits for
        open_assistant=lambda settings: Assistant(settings, Library(settings.home), embedder=WordHashEmbedder(), model=RepeatingModel()),
    )


if __name__ == "__main__":
    main()
