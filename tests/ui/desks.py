"""The page over a real drawer, without a browser and with scripted models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from streamlit.testing.v1 import AppTest

from ingest.queue import Queue
from rag.assemble import Assistant
from rag.library.library import Library
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder
from ui.web import state
from ui.web.state import Desk


class OpenDesk(Protocol):
    def __call__(self, settings: Settings, library: Library, *replies: str) -> Desk: ...


@contextmanager
def desks() -> Iterator[OpenDesk]:
    """Opens the page's desk over a drawer, with a model that gives these replies; in place of the one before, if it is called again."""
    queues: list[Queue] = []

    def open_desk(settings: Settings, library: Library, *replies: str) -> Desk:
        assistant = Assistant(settings, library, embedder=WordHashEmbedder(), model=ScriptedModel(*replies))
        queues.append(Queue(assistant))
        opened = Desk(assistant, queues[-1])
        state.open_desk(opened)
        return opened

    yield open_desk
    state.close_desk()
    for queue in queues:
        queue.close()


def shown(page: AppTest) -> str:
    """All markup of ours on the page; the style sheet is not among it."""
    assert not page.exception
    return "\n".join(body for body in (element.proto.body for element in page.get("html")) if not body.startswith("<style>"))
