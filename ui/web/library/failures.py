"""What could not be read: why, and what can be done about it."""

from __future__ import annotations

import os

import streamlit as st

from ingest.retry import DeadLetter, dead_letter, dead_letters
from rag.errors import WrongPassword, needs_password
from rag.library.library import identity
from rag.library.manifest import Place
from rag.records import Document, State
from ui.web import render, render_library, state
from ui.web.library.shelf import PAGE
from ui.web.state import Desk
from ui.words.library import Words


def draw(desk: Desk, words: Words) -> None:
    failed = [document for document in desk.assistant.library.documents() if document.state is State.FAILED]
    if not failed:
        return
    title, button = st.columns([6, 3.4], vertical_alignment="bottom")
    title.header(f"{words.failures} ({len(failed)})", anchor=False)
    if button.button(words.try_all_again, key="try-all", width="stretch"):
        ask_again(desk, *dead_letters(desk.assistant.library).values())
    st.html(render.small(words.failures_lead))
    with st.container(key="failures"):
        shelf = state.tab().library
        for document in failed[: shelf.failures_shown]:
            draw_failure(desk, document, words)
        if len(failed) > shelf.failures_shown and st.button(words.show_more, key="more-failures"):
            shelf.failures_shown += PAGE
            st.rerun()


def draw_failure(desk: Desk, document: Document, words: Words) -> None:
    at = os.fsencode(identity(document))  # a path need not be text
    locked = needs_password(document.reason)  # trying again without the password would change nothing
    letter = dead_letter(document, desk.assistant.library)
    told, *buttons = st.columns([8, 1.4] if locked else [7, 1.6, 1.4], vertical_alignment="top")
    told.html(render_library.failed(document, words, state.tab().language, note=tries(letter, words)))
    if not locked and buttons[0].button(words.try_again, key=f"again-{at!r}", type="tertiary"):
        ask_again(desk, letter)
    if buttons[-1].button(words.remove, key=f"remove-{at!r}", type="tertiary"):
        state.tab().library.leaving = (identity(document),)
    for place in letter.places if locked else ():
        if needs_password(place.reason):
            ask_password(desk, place, words)


def ask_again(desk: Desk, *letters: DeadLetter) -> None:
    desk.queue.read_again(*(place.place for letter in letters for place in letter.places))
    st.rerun()


def tries(letter: DeadLetter, words: Words) -> str:
    tried = words.tried.format(time=render_library.at(letter.tried)) if letter.tried else ""
    if letter.again:
        return f"{tried} {words.tried_again.format(time=render_library.at(letter.again))}".strip()
    return f"{tried} {words.tried_when_changed}".strip() if letter.followed else tried


def ask_password(desk: Desk, place: Place, words: Words) -> None:
    tab = state.tab()
    if desk.queue.is_refused(place.place):
        st.html(render.reason(WrongPassword(name=place.name), tab.language))
    with st.form(f"unlock-{tab.passwords}-{place.place!r}", border=False):
        field, button, _ = st.columns([5, 2, 3], vertical_alignment="bottom")
        password = str(field.text_input(words.password, type="password", autocomplete="off"))
        if button.form_submit_button(words.unlock, width="stretch") and password:
            desk.queue.unlock(place.place, password)
            tab.passwords += 1  # fresh fields: what was typed is kept no longer
            st.rerun()
