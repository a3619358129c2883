"""The real server over a real drawer with scripted models: ``python -m tests.ui.server_with_script DRAWER``. Prints its address."""

from __future__ import annotations

from rag.no_network import leave_network
from ui.listen import listen

if __name__ == "__main__":  # before anything else is imported, as `seorap serve` does it
    listening = listen(0)
    leave_network(keeps_loopback=True)

import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path

from rag.assemble import Assistant
from rag.library.library import Library
from rag.ports import Mark, Step
from rag.settings import RefusalSettings, Settings
from rag.summarise import _TASK as SUMMARISED
from tests.fakes import CONTROL, ScriptedModel, WordHashEmbedder
from ui.server import serve

REPLIES = {
    "1,250.50": "The rent is 1,250.50 euros a month.",
    "deposit": "The deposit is 3,751 euros. It is kept at the Bank of Narnia.",
    "병가": "병가는 연 60일을 넘을 수 없다.",
    "연차휴가": "휴가는 입사일부터 계산한다.",
    "slowly": "word " * 200,
    "천천히": "보증금은 계약이 끝난 날부터 30일 이내에 반환한다. " * 20,
    "보증금": "보증금은 계약이 끝난 날부터 30일 이내에 반환한다.",
    "boiler": "The boiler of house 3 was inspected in 2030.",
    "moving": "The tenant pays a deposit of 3,751 euros before moving in.",
}


class AnsweringModel(ScriptedModel):
    """Answers by the word that the question holds, or the part of a document that is to be summarised."""

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        shown, _, asked = "".join(chr(token) for token in prompt if token < CONTROL).rpartition("\n\n")
        asked = shown if asked in SUMMARISED.values() else asked
        self.replies = [next((reply for word, reply in REPLIES.items() if word in asked), "Not in the documents.")]
        for step in super().stream(prompt, max_tokens=max_tokens, marks=marks):
            time.sleep(0.05 if "slowly" in asked or "천천히" in asked else 0.001)
            yield step


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]), refusal=RefusalSettings(least_chance=0.0))
    serve(
        settings,
        listening,
        announce=lambda url: print(url, flush=True),  # noqa: T201 - what the test waits for
        open_assistant=lambda settings: Assistant(settings, Library(settings.home), embedder=WordHashEmbedder(), model=AnsweringModel()),
    )


if __name__ == "__main__":
    main()
