"""Work over whole documents: a summary of one, or several side by side."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rag.compare import MOST_DOCUMENTS
from rag.intent import points_of
from rag.records import Document, Event
from ui.web import ask, empty, history, narrow, render, state
from ui.web.state import Desk, Turn
from ui.words.page import Words

_SETTLES_S = 3.0


@dataclass(frozen=True)
class Work:
    title: str
    begin: Callable[[], Generator[Event, None, None]]


def draw(desk: Desk, words: Words, *, to_documents: StreamlitPage | None = None) -> None:
    documents = {document.doc_id: document for document in desk.assistant.library.documents() if document.doc_id}
    if not documents:
        empty.draw(desk, words, to_documents=to_documents)
        return
    st.title(words.whole_title, anchor=False)
    st.html(render.small(words.whole_lead))
    kinds = {"summarise": words.summarise, "compare": words.compare}
    kind = st.segmented_control(
        words.whole_title,
        tuple(kinds),
        format_func=kinds.__getitem__,
        default="compare" if len(state.tab().whole_of) > 1 else "summarise",
        required=True,
        label_visibility="collapsed",
    )
    work = choose_one(desk, documents, words) if kind == "summarise" else choose_several(desk, documents, words)
    tab = state.tab()
    if work:
        tab.work = Turn(work.title)
        turn = tab.work
        try:
            st.html(render.question(work.title))
            st.button(words.stop, key="stop-work")  # a click ends this run, and with it the model
            ask.follow(turn, words, work.begin(), number=ask.ALONE, keep=lambda: history.keep_apart(desk, turn))
        finally:
            turn.ended.set()
        st.rerun()  # without the button
    elif tab.work:
        tab.work.ended.wait(_SETTLES_S)  # where it has just been stopped
        ask.draw_turn(tab.work, words, ask.ALONE)


def choose_one(desk: Desk, documents: dict[str, Document], words: Words) -> Work | None:
    labels = narrow.labels_of(documents)
    with st.form("summarise", border=False):
        field, button = st.columns([8, 2], vertical_alignment="bottom")
        choices = list(documents)[::-1]
        chosen = state.tab().whole_of[:1]
        doc_id = field.selectbox(
            words.document_to_summarise,
            choices,
            format_func=labels.__getitem__,
            index=choices.index(chosen[0]) if chosen and chosen[0] in documents else None,
            placeholder=words.choose_document,
        )
        pressed = button.form_submit_button(words.summarise, width="stretch")
        told = st.empty()  # so that it does not stay while the next one is made
        if pressed and not doc_id:
            told.html(render.lines(words.choose_document))
        elif pressed and doc_id:
            title = words.summary_of.format(name=render.visible(documents[doc_id].name))
            return Work(title, lambda: desk.summarise(doc_id))
    return None


def choose_several(desk: Desk, documents: dict[str, Document], words: Words) -> Work | None:
    labels = narrow.labels_of(documents)
    with st.form("compare", border=False):
        chosen = st.multiselect(
            words.documents_to_compare,
            list(documents)[::-1],
            default=[doc_id for doc_id in state.tab().whole_of if doc_id in documents],
            format_func=labels.__getitem__,
            max_selections=MOST_DOCUMENTS,
            placeholder=words.choose_documents,
        )
        field, button = st.columns([8, 2], vertical_alignment="bottom")
        said = str(field.text_input(words.points, placeholder=words.points_example))
        if button.form_submit_button(words.compare, width="stretch"):
            names = ", ".join(render.visible(documents[doc_id].name) for doc_id in chosen)
            return Work(f"{names}: {said}" if said.strip() else names or words.compare, lambda: desk.compare(chosen, points_of(said)))
    return None
