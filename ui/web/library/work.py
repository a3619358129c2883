"""How far the reading of documents is: the one part of the page that changes by itself."""

from __future__ import annotations

import streamlit as st

from rag.records import Progress
from ui.web import render, render_library, state
from ui.web.state import Desk, Sight, duration
from ui.web.telling import told
from ui.words.library import Words

_LOOK_EVERY_S = 1.0
_LOOK_IDLE_S = 3.0
"""While nothing is taken in: a watched folder may begin to be at any time."""


def draw(desk: Desk, words: Words) -> None:
    drawn = desk.sight()
    st.fragment(told(draw_work), run_every=_LOOK_EVERY_S if drawn.working else _LOOK_IDLE_S)(desk, words, drawn=drawn)


def draw_work(desk: Desk, words: Words, *, drawn: Sight) -> None:
    progress, now = desk.queue.progress(), desk.sight()
    if now != drawn and not (now.working and drawn.working):  # it has begun, or ended, or came and went between two looks
        st.rerun()
    if broken := desk.queue.broken():
        st.html(render.error(broken, state.wording(), state.tab().language))
    elif progress:
        st.progress(min(1.0, progress.files_done / max(1, progress.files_total)), text=in_words(progress, words))
        st.html(render.small(words.progress_current.format(name=render.visible(progress.current))))
        if desk.queue.is_waited_for():  # a folder would be gone on with all the same
            if st.button(words.cancel):
                desk.queue.cancel()
        elif st.button(words.pause):
            desk.queue.pause()
    elif desk.queue.is_paused():
        st.html(render.small(words.paused))
        if st.button(words.resume):
            desk.queue.resume()
    elif now.working:
        st.html(render.small(words.preparing))
    if outcomes := desk.queue.outcomes():
        st.html(render_library.outcomes(outcomes, words, state.tab().language))


def in_words(progress: Progress, words: Words) -> str:
    parts = [words.progress.format(done=progress.files_done, total=progress.files_total)]
    if progress.passages_done:
        parts.append(words.progress_rate.format(rate=f"{progress.passages_per_s:.1f}"))
    if progress.remaining_s is not None:
        parts.append(words.progress_left.format(time=duration(progress.remaining_s, state.wording())))
    return " · ".join(parts)
