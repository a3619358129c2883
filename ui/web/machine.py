"""How things stand on this machine, and the language of the page."""

from __future__ import annotations

import datetime

import streamlit as st

from rag import no_network
from rag.no_network import Seclusion
from rag.records import Language
from ui import machine_state
from ui.web import history, render, render_machine, state
from ui.web.state import Desk, duration
from ui.web.telling import told
from ui.words import history as words_of_history
from ui.words import machine, page, privacy

_LOOK_EVERY_S = 3.0
_WORTH_SAYING_S = 30
"""Without a question."""


def draw(desk: Desk, page_words: page.Words) -> None:
    language = state.tab().language
    words, terms = machine.IN[language], privacy.IN[language]
    st.title(words.title, anchor=False)
    st.html(render.small(words.lead))
    with st.container(key="machine-now"):
        st.fragment(told(draw_now), run_every=_LOOK_EVERY_S)(desk, words, page_words)

    st.header(words.language, anchor=False)
    draw_language(desk, words)

    st.header(words_of_history.IN[language].title, anchor=False)
    history.draw_all(desk)

    found = machine_state.gather(desk.assistant, desk.refused())
    st.header(words.privacy, anchor=False)
    st.html(render_machine.guards(found, words, terms, examined=at(found.examined), language=language))
    draw_trial(desk, words, terms)
    st.header(words.models, anchor=False)
    st.html(render_machine.models(found.now.models, words, terms))
    st.header(words.drawer, anchor=False)
    st.html(render_machine.drawer(found, words))
    st.header(words.settings, anchor=False)
    st.html(render_machine.settings(found, words))


def draw_now(desk: Desk, words: machine.Words, page_words: page.Words) -> None:
    """A fragment: no other part of the page is drawn again for it, and of this only what has another figure."""
    if state.desk() is None:  # the drawer is being closed
        return
    now = machine_state.now(desk.assistant, desk.refused())
    st.html(render_machine.verdict(now, promise(now.seclusion, page_words), words))
    unused_s = now.models.writer.unused_s or 0.0
    unused = duration(unused_s // 10 * 10, page_words) if unused_s > _WORTH_SAYING_S else ""
    unload_minutes = desk.assistant.settings.weights.unload_minutes
    st.html(render_machine.right_now(now, words, unload_minutes=unload_minutes, unused=unused))


def promise(seclusion: Seclusion | None, words: page.Words) -> str:
    if seclusion is None:
        return words.privacy_unenforced
    return words.privacy_by_kernel if seclusion.by_kernel else words.privacy_by_python


def draw_language(desk: Desk, words: machine.Words) -> None:
    choices = {"": words.as_browser, "ko": "한국어", "en": "English"}
    kept = state.kept_language()
    chosen = st.segmented_control(
        words.language,
        tuple(choices),
        format_func=choices.__getitem__,
        default=kept or "",
        required=True,
        label_visibility="collapsed",
    )
    st.html(render_machine.language(desk.assistant.settings.language, words))
    if chosen != (kept or ""):
        wanted: Language | None = "ko" if chosen == "ko" else "en" if chosen == "en" else None
        state.choose_language(wanted)
        st.rerun()


def draw_trial(desk: Desk, words: machine.Words, terms: privacy.Words) -> None:
    """What `seorap doctor --privacy` tries in a process like this, this one tries itself; the rest needs a process that has a network."""
    if no_network.seclusion() is None:  # then every way would be open, and taken
        return
    tab = state.tab()
    st.html(render.small(words.try_lead))
    if st.button(words.try_now):
        tab.ways_out = desk.try_ways_out()
    if tab.ways_out:
        st.html(render_machine.ways_out(tab.ways_out, words, terms))


def at(seconds: float | None) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M") if seconds else ""
