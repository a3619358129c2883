"""The page: language, the five views, and what is said when something fails. Streamlit runs this file for every visit and click."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from rag import no_network
from rag.errors import SeorapError
from ui.web import ask, client, look, machine, render, search, state, whole
from ui.web.library import page as library
from ui.words import machine as machine_words
from ui.words import search as words_of_search

_LANGUAGES = {"ko": "한국어", "en": "English"}


def main() -> None:
    st.set_page_config(page_title="서랍 Seorap", layout="wide")
    desk = state.desk()
    client.begin_run()
    if desk is None:
        st.html(render.small(state.wording().shutting_down))
        return
    with st.sidebar:
        st.html(render.brand())
        links, beside, language = st.container(), st.container(), st.container()
    with language:
        choose_language()
    words = state.wording()
    st.html(look.style(words))
    client.mount()

    asking: StreamlitPage
    working: StreamlitPage
    adding = st.Page(lambda: library.draw(desk, to_ask=asking, to_whole=working), title=words.library, url_path="documents")
    asking = st.Page(lambda: ask.draw(desk, words, to_documents=adding, beside=beside), title=words.ask, url_path="ask", default=True)
    searching = st.Page(
        lambda: search.draw(desk, words, to_documents=adding, to_ask=asking),
        title=words_of_search.IN[state.tab().language].title,
        url_path="search",
    )
    working = st.Page(lambda: whole.draw(desk, words, to_documents=adding), title=words.whole, url_path="whole")
    telling = st.Page(lambda: machine.draw(desk, words), title=machine_words.IN[state.tab().language].title, url_path="machine")
    page = st.navigation([asking, searching, working, adding, telling], position="hidden")
    links.page_link(asking, label=words.ask)
    links.page_link(searching, label=words_of_search.IN[state.tab().language].title)
    links.page_link(working, label=words.whole)
    links.page_link(adding, label=words.library)
    links.page_link(telling, label=machine_words.IN[state.tab().language].title)
    language.html(render.privacy(no_network.seclusion(), sum(desk.refused().values()), words))
    if (sent := client.sent()) and sent.what == "search" and page is not searching:
        state.tab().to_search = sent.value
        st.switch_page(searching)
    try:
        page.run()
    except SeorapError as error:
        st.html(render.error(error, words, state.tab().language))


def choose_language() -> None:
    tab = state.tab()
    chosen = st.segmented_control(
        state.wording().language,
        tuple(_LANGUAGES),
        format_func=_LANGUAGES.__getitem__,
        default=tab.language,
        required=True,
        label_visibility="collapsed",
    )
    if chosen != tab.language:
        try:
            state.choose_language("ko" if chosen == "ko" else "en")
        except SeorapError as error:
            st.html(render.error(error, state.wording(), tab.language))
        else:
            st.rerun()


main()
