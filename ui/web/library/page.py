"""The page from top to bottom."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.web import render, state
from ui.web.library import adding, documents, failures, folders, leaving, work
from ui.web.state import Desk
from ui.words import library as words_of_library


def draw(desk: Desk, *, to_ask: StreamlitPage | None = None, to_whole: StreamlitPage | None = None) -> None:
    words = words_of_library.IN[state.tab().language]
    with st.container(key="library"):
        st.title(words.library_title, anchor=False)
        st.html(render.small(words.library_lead))
        adding.take_uploads(desk, words)
        folders.draw(desk, words)
        leaving.draw_erasure(desk, words)
        work.draw(desk, words)
        failures.draw(desk, words)
        documents.draw(desk, words, to_ask=to_ask, to_whole=to_whole)
    leaving.confirm(desk, words)
