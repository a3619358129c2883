"""Questions and their answers: evidence first, then what is being written, then what could be checked."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from rag.conversation import exchange
from rag.errors import SeorapError
from rag.records import (
    EVERYTHING,
    Answer,
    Answered,
    Beginning,
    Event,
    EvidenceFound,
    PartProgress,
    Piece,
    Rewriting,
    Status,
    Understood,
    Waiting,
)
from ui.web import narrow, render, render_whole, state
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
    as_typed = [turn for number, turn in enumerate(turns) if draw_turn(turn, words, number)]
    only = narrow.draw(desk, words)
    question = st.chat_input(words.placeholder_empty if empty else words.placeholder, disabled=empty, submit_mode="stop")
    if question or as_typed:
        turn = Turn(str(question), only) if question else Turn(as_typed[0].question, as_typed[0].only, as_typed=True)
        history = [exchange(earlier.answer) for earlier in turns if earlier.answer]
        turns.append(turn)
        st.html(render.question(turn.question))
        follow(turn, words, desk.ask(turn.question, only=turn.only, history=history, as_typed=turn.as_typed))
        offer_as_typed(turn, words, len(turns) - 1)
    elif turns and st.button(words.clear, type="tertiary"):
        turns.clear()
        st.rerun()


def draw_turn(turn: Turn, words: Words, number: int) -> bool:
    """Whether it is to be asked again, as it was typed."""
    st.html(render.question(turn.question))
    if turn.answer and (read := render.understood(turn.question, turn.answer.understood, words)):
        st.html(read)
    if turn.error:
        st.html(render.error(turn.error, words, state.tab().language))
    elif turn.answer:
        draw_answer(turn.answer, words)
    elif turn.written:
        st.html(render.written(turn.written, words, stopped=True))
    else:
        st.html(render.small(words.stopped_empty))
    return offer_as_typed(turn, words, number)


def offer_as_typed(turn: Turn, words: Words, number: int) -> bool:
    """Where more was made of a question than what stands there, the reader may have it otherwise."""
    read = turn.answer.understood if turn.answer else None
    if not read or (read.text == turn.question.strip() and read.taken == EVERYTHING):
        return False
    return bool(st.button(words.ask_as_typed, key=f"as-typed-{number}", type="tertiary"))


def follow(turn: Turn, words: Words, events: Generator[Event, None, None]) -> None:
    """Draw an answer, or work over whole documents, while it is made. A stop arrives as an exception out of the next drawing; whatever ends it, the model is let go."""
    read, cards, live = st.empty(), st.empty(), st.empty()
    live.html(render.busy(words.searching, words))
    started = drawn = time.monotonic()
    try:
        with closing(events):
            for event in events:
                note(event, turn, words, read, cards)
                if not isinstance(event, Piece | Rewriting) or time.monotonic() - drawn >= _REDRAW_S:
                    drawn = time.monotonic()
                    live.html(state_of_work(event, turn, words, waited_s=drawn - started))
    except SeorapError as error:
        turn.error = error
    state.settle(turn)
    cards.empty()
    live.empty()
    if turn.error:
        st.html(render.error(turn.error, words, state.tab().language))
    elif turn.answer:
        draw_answer(turn.answer, words)
    else:
        st.html(render.small(words.shutting_down))


def note(event: Event, turn: Turn, words: Words, read: DeltaGenerator, cards: DeltaGenerator) -> None:
    match event:
        case Understood() if told := render.understood(turn.question, event, words):
            read.html(told)
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
        case Rewriting():
            return render.busy(words.rewriting, words)
        case Waiting(ahead):
            return render.busy(words.waiting.format(ahead=ahead), words)
        case Beginning(seconds):
            turn.begins_s = waited_s + seconds
            return render.busy(words.begins_in.format(seconds=max(1, round(seconds))), words)
        case Piece() if turn.begins_s and (left := round(turn.begins_s - waited_s)) > 0:
            return render.busy(words.begins_in.format(seconds=left), words)
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
    if answer.model or answer.status is Status.NOT_FOUND:  # none was needed to list places
        st.html(render.timings(answer, words))
