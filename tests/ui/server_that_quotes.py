"""The real server over a real drawer, with a model that answers with a sentence of what it is shown: ``python -m tests.ui.server_that_quotes DRAWER``."""

from __future__ import annotations

from rag.no_network import leave_network
from ui.listen import listen

if __name__ == "__main__":  # before anything else is imported, as `seorap serve` does it
    listening = listen(0)
    leave_network(keeps_loopback=True)

import sys
from collections.abc import Generator, Sequence
from pathlib import Path

from rag.assemble import Assistant
from rag.library.fulltext import terms
from rag.library.library import Library
from rag.ports import Mark, Step
from rag.sentences import sentence_spans
from rag.settings import AnswerSettings, RefusalSettings, Settings, SummarySettings
from rag.summarise import _TASK as SUMMARISED
from tests.fakes import CONTROL, ScriptedModel, WordHashEmbedder
from ui.server import serve

_LEAST_CHARS = 40
_LEAST_SHARE = 0.4
"""Of the question's terms that the sentence has to hold."""


class QuotingModel(ScriptedModel):
    """Answers with the sentence that has most of the question's terms; a part that is to be summarised, with its first one."""

    def stream(self, prompt: Sequence[int], *, max_tokens: int, marks: Sequence[Mark] = ()) -> Generator[Step, None, None]:
        shown, _, asked = "".join(chr(token) for token in prompt if token < CONTROL).rpartition("\n\n")
        said = [sentence for start, end in sentence_spans(shown) for sentence in (" ".join(shown[start:end].split()),)]
        said = [sentence for sentence in said if _LEAST_CHARS < len(sentence) < max_tokens] or said
        if asked in SUMMARISED.values():
            self.replies = said[:1]
        else:
            wanted = set(terms(asked))
            share, best = max((len(wanted & set(terms(sentence))) / len(wanted), sentence) for sentence in said)
            self.replies = [best if share >= _LEAST_SHARE else "Not in the documents."]
        yield from super().stream(prompt, max_tokens=max_tokens, marks=marks)


def main() -> None:
    settings = Settings(
        home=Path(sys.argv[1]),
        refusal=RefusalSettings(least_chance=0.0),
        answer=AnswerSettings(evidence_tokens=6000, first_tokens=1500, window_tokens=600, max_tokens=600),
        summary=SummarySettings(section_tokens=2500, max_tokens=400),
    )
    serve(
        settings,
        listening,
        announce=lambda url: print(url, flush=True),  # noqa: T201 - what waits for it
        open_assistant=lambda settings: Assistant(settings, Library(settings.home), embedder=WordHashEmbedder(), model=QuotingModel()),
    )


if __name__ == "__main__":
    main()
