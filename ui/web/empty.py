"""What stands in place of a view for which there is nothing in the drawer yet; it goes by itself when the first document can be asked."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.web import render
from ui.web.state import Desk
from ui.web.telling import told
from ui.words.page import Words

_LOOK_EVERY_S = 2.0


def draw(desk: Desk, words: Words, *, to_documents: StreamlitPage | None) -> None:
    unread = len(desk.assistant.library.documents())
    if unread:
        st.title(words.unread_title, anchor=False)
        st.html(render.lines(words.unread_first.format(count=unread)))
        if to_documents:
            st.page_link(to_documents, label=words.go_to_unread, icon=":material/arrow_forward:")
    else:
        st.title(words.empty_title, anchor=False)
        st.html(render.steps(words.empty_first, words.empty_then))
        if to_documents:
            st.page_link(to_documents, label=words.go_to_library, icon=":material/add:")
        st.html(render.small(words.empty_kinds))
    st.fragment(told(wait), run_every=_LOOK_EVERY_S)(desk, words)


def wait(desk: Desk, words: Words) -> None:
    if desk.assistant.library.counts().passages:
        st.rerun()
    if desk.working():
        st.html(render.small(words.reading_first))
