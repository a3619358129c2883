"""What the page remembers: the open drawer, for everybody; the language and the conversation, for each tab."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from ingest.queue import Queue
from rag.assemble import Assistant
from rag.errors import SeorapError
from rag.records import Answer, Language
from ui.words import page as words


@dataclass(frozen=True)
class Desk:
    assistant: Assistant
    queue: Queue


@dataclass
class Turn:
    """A question with what came of it: an answer, an error, or what had been written when it was stopped."""

    question: str
    answer: Answer | None = None
    error: SeorapError | None = None
    written: str = ""


@dataclass
class _Process:
    desk: Desk | None = None


@dataclass
class _Tab:
    language: Language
    turns: list[Turn] = field(default_factory=list)
    uploads: int = 0


_process = _Process()


def open_desk(assistant: Assistant, queue: Queue) -> None:
    _process.desk = Desk(assistant, queue)


def close_desk() -> None:
    _process.desk = None


def desk() -> Desk | None:
    """None while the server shuts down."""
    return _process.desk


def tab() -> _Tab:
    if "tab" not in st.session_state:
        st.session_state.tab = _Tab(_first_language())
    found: _Tab = st.session_state.tab
    return found


def _first_language() -> Language:
    opened = desk()
    if opened and opened.assistant.settings.language:
        return opened.assistant.settings.language
    return "ko" if (st.context.locale or "").startswith("ko") else "en"


def wording() -> words.Words:
    return words.KOREAN if tab().language == "ko" else words.ENGLISH
