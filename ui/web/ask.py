"""Questions and their answers: evidence first, then what is being written, then what could be checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from rag.errors import SeorapError
from rag.records import Answer, Answered, Event, EvidenceFound, PartProgress, Piece, Status, Waiting
from ui.web import render, render_whole, state
from ui.web.state import Desk, Turn, duration
from ui.words.page import Words

_REDRAW_S = 0.08
"""A whole text is sent at every redraw; more of them than this nobody sees."""


def draw(desk: Desk, words: Words, *, to_documents: StreamlitPage) -> None:
    empty = desk.assistant.library.counts().passages == 0
    turns = state.tab().turns
    if empty:
        st.title(words.empty_title, anchor=False)
        st.html(render.steps(words.empty_first, words.empty_then))
        st.page_link(to_documents, label=words.go_to_library, icon=":material/add:")
        st.html(render.small(words.empty_kinds))
    else:
        st.title(words.ask_title, anchor=False)
        st.html(render.small(words.ask_lead))
    for turn in turns:
        draw_turn(turn, words)
    question = st.chat_input(words.placeholder_empty if empty else words.placeholder, disabled=empty, submit_mode="stop")
    if question:
        turn = Turn(str(question))
        turns.append(turn)
        st.html(render.question(turn.question))
        follow(desk, turn, words)
    elif turns and st.button(words.clear, type="tertiary"):
        turns.clear()
        st.rerun()


def draw_turn(turn: Turn, words: Words) -> None:
    st.html(render.question(turn.question))
    if turn.error:
        st.html(render.error(turn.error, words, state.tab().language))
    elif turn.answer:
        draw_answer(turn.answer, words)
    elif turn.written:
        st.html(render.written(turn.written, words, stopped=True))
    else:
        st.html(render.small(words.stopped_empty))


def follow(desk: Desk, turn: Turn, words: Words, *, work: Callable[[], Generator[Event, None, None]] | None = None) -> None:
    """Draw an answer, or other ``work``, while it is made. A stop arrives as an exception out of the next drawing; whatever ends it, the model is let go."""
    cards, live = st.empty(), st.empty()
    live.html(render.busy(words.searching, words))
    started = drawn = time.monotonic()
    try:
        with closing(work() if work else desk.ask(turn.question)) as events:
            for event in events:
                note(event, turn, words, cards)
                if not isinstance(event, Piece) or time.monotonic() - drawn >= _REDRAW_S:
                    drawn = time.monotonic()
                    live.html(state_of_work(event, turn, words, waited_s=drawn - started))
    except SeorapError as error:
        turn.error = error
    cards.empty()
    live.empty()
    if turn.error:
        st.html(render.error(turn.error, words, state.tab().language))
    elif turn.answer:
        draw_answer(turn.answer, words)
    else:
        st.html(render.small(words.shutting_down))


def note(event: Event, turn: Turn, words: Words, cards: DeltaGenerator) -> None:
    match event:
        case EvidenceFound(evidence) if evidence:
            cards.html(render.passages(evidence, turn.question, words, title=words.found_in))
        case PartProgress(so_far=so_far, remaining_s=left):
            turn.written = ""
            turn.answer = replace(so_far, stopped=True) if so_far.claims else None  # what there is if it is stopped now
            cards.html(
                render_whole.progress(event, words, left=words.progress_left.format(time=duration(left, words)) if left is not None else "")
            )
        case Piece(text):
            turn.written += text
        case Answered(answer):
            turn.answer = answer


def state_of_work(event: Event, turn: Turn, words: Words, *, waited_s: float) -> str:
    if turn.written.strip():
        return render.written(turn.written, words)
    match event:
        case Waiting(ahead):
            return render.busy(words.waiting.format(ahead=ahead), words)
        case Piece():
            return render.busy(words.reading_for.format(seconds=round(waited_s)), words)
        case _:
            return render.busy(words.reading, words)


def draw_answer(answer: Answer, words: Words) -> None:
    if render_whole.is_drawn(answer):
        st.html(render_whole.whole(answer, words))
    elif answer.status is Status.NOT_FOUND:
        st.html(render.not_found(answer, words))
        if answer.evidence:
            st.html(render.passages(answer.evidence, answer.question, words, title=words.nearest))
    else:
        st.html(render.answer(answer, words))
        st.html(render.folded_passages(answer.evidence, answer.question, words))
    if answer.model:  # none was needed to list places
        st.html(render.timings(answer, words))
