"""Search: results as one types, without the language model. What happens there happens between ``parts/search.js`` and ``found``."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.web import client, empty, found, render, state
from ui.web.state import Desk
from ui.words import search as words_of_search
from ui.words.page import Words


def draw(desk: Desk, words: Words, *, to_documents: StreamlitPage, to_ask: StreamlitPage) -> None:
    language = state.tab().language
    if desk.assistant.library.counts().passages == 0:
        empty.draw(desk, words, to_documents=to_documents)
        return
    st.title(words_of_search.IN[language].title, anchor=False)
    st.html(render.small(words_of_search.IN[language].lead))
    tab = state.tab()
    given, tab.to_search = tab.to_search, ""
    if text := client.mount_search(found.shell(language), failed=words_of_search.IN[language].failed, given=given):
        hand_over(text, to_ask)


def hand_over(text: str, to_ask: StreamlitPage) -> None:
    """Go to where questions are asked, with this one."""
    state.tab().to_ask = text
    st.switch_page(to_ask)
