"""Questions and their answers: evidence first, then what is being written, then what could be checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from rag.conversation import exchange
from rag.errors import SeorapError, sentence_of
from rag.records import (
    EVERYTHING,
    Answered,
    Beginning,
    Event,
    EvidenceFound,
    Filter,
    PartProgress,
    Piece,
    Rewriting,
    Status,
    Understood,
    Waiting,
)
from rag.suggest import followups, suggestions
from ui.web import client, history, narrow, render, render_turn, render_whole, state
from ui.web import empty as nothing
from ui.web.state import Desk, Sent, Turn, duration
from ui.words.page import Words

_REDRAW_S = 0.08
"""A whole text is sent at every redraw; more of them than this nobody sees."""

_SUGGESTED = 4

ALONE = -1
"""Number of a turn that is no part of a conversation."""


def draw(desk: Desk, words: Words, *, to_documents: StreamlitPage, beside: DeltaGenerator) -> None:
    tab = state.tab()
    history.reopen_named(desk)
    aside = history.draw(desk, beside)
    history.name_in_address()
    empty = desk.assistant.library.counts().passages == 0
    only = narrow.draw(desk, words)
    _take(client.sent(), only)
    if tab.to_ask:  # from another view
        tab.next, tab.to_ask = Turn(tab.to_ask, only), ""
    typed = st.chat_input(words.placeholder_empty if empty else words.placeholder, disabled=empty, submit_mode="stop")
    next_turn, tab.next = Turn(str(typed), only) if typed else tab.next, None
    if tab.turns or next_turn:
        st.html(render.unseen_title(words.ask))
    else:
        welcome(desk, words, to_documents=to_documents, empty=empty)
    for number, turn in enumerate(tab.turns):
        draw_turn(turn, words, number)
    if next_turn and not empty:
        aside.begins()
        answer_now(desk, next_turn, words)
        history.name_in_address()
        aside.ends()
    if tab.turns and (last := tab.turns[-1].answer):
        asked = [turn.question for turn in tab.turns]
        offer(words.go_on, [each.question for each in followups(last, desk.assistant.library, language=tab.language, asked=asked)])


def _take(sent: Sent | None, only: Filter) -> None:
    """What a click in our own markup asks for."""
    if sent and sent.what == "ask" and (question := sent.value.strip()):
        state.tab().next = Turn(question, only)


def welcome(desk: Desk, words: Words, *, to_documents: StreamlitPage, empty: bool) -> None:
    if empty:
        nothing.draw(desk, words, to_documents=to_documents)
        return
    st.title(words.ask_title, anchor=False)
    st.html(render.small(words.ask_lead))
    found = suggestions(desk.assistant.library, language=state.tab().language, count=_SUGGESTED, seed_day=date.today())
    offer(words.suggested, [each.question for each in found])


def offer(title: str, questions: list[str]) -> None:
    """Questions to be asked by a click. They are made of words of documents, so the markup is ours."""
    if questions:
        st.html(render.offers(title, questions))


def answer_now(desk: Desk, turn: Turn, words: Words) -> None:
    tab = state.tab()
    said = [exchange(earlier.answer) for earlier in tab.turns if earlier.answer]
    tab.turns.append(turn)
    number = len(tab.turns) - 1
    st.html(render.question(turn.question))
    events = desk.ask(turn.question, only=turn.only, history=said, as_typed=turn.as_typed)
    follow(turn, words, events, number=number, keep=history.keeper(desk, turn))


# --- one turn ----------------------------------------------------------------------------------


def draw_turn(turn: Turn, words: Words, number: int) -> None:
    if state.tab().editing == number:
        edit(turn, words, number)
        return
    st.html(render.question(turn.question))
    if turn.answer and (read := render.understood(turn.question, turn.answer.understood, words)):
        st.html(read)
    draw_result(turn, words, number)


def draw_result(turn: Turn, words: Words, number: int) -> None:
    """What came of a question, and what can be done with it."""
    if turn.error:
        st.html(render.problem(sentence_of(turn.error, state.tab().language), words))
    elif turn.answer:
        st.html(render_turn.answered(turn, turn.answer, words))
    elif turn.written:
        st.html(render.written(turn.written, words, stopped=True))
    else:
        st.html(render.small(words.lost if turn.lost else words.stopped_empty))
    if turn.unkept:
        st.html(render.problem(sentence_of(turn.unkept, state.tab().language), words))
    draw_tools(turn, words, number)


def draw_tools(turn: Turn, words: Words, number: int) -> None:
    with st.container(horizontal=True, gap="small", key=f"tools-{number}"):
        if turn.answer:
            st.html(render_turn.tools(turn, turn.answer, words), width="content")
        if number == ALONE:  # it is begun again where it was chosen
            return
        read = turn.answer.understood if turn.answer else None
        if read and (read.text != turn.question.strip() or read.taken != EVERYTHING):
            st.button(
                words.ask_as_typed, key=f"as-typed-{number}", type="tertiary", on_click=_ask_next, args=(replace_turn(turn, as_typed=True),)
            )
        if turn.answer and turn.answer.status is Status.NOT_FOUND and turn.only != EVERYTHING:
            st.button(
                words.narrow_clear,
                key=f"everywhere-{number}",
                type="tertiary",
                on_click=_ask_next,
                args=(replace_turn(turn, only=EVERYTHING),),
            )
        st.button(words.ask_again, key=f"again-{number}", type="tertiary", on_click=_ask_next, args=(replace_turn(turn),))
        st.button(words.edit, key=f"edit-{number}", type="tertiary", on_click=_begin_editing, args=(number,))


def replace_turn(turn: Turn, **changed: object) -> Turn:
    """The same question, to be asked once more."""
    return replace(Turn(turn.question, turn.only, turn.as_typed), **changed)  # type: ignore[arg-type]


def _ask_next(turn: Turn) -> None:
    state.tab().next = turn


def _begin_editing(number: int | None) -> None:
    state.tab().editing = number


def edit(turn: Turn, words: Words, number: int) -> None:
    """The question in a field; asked anew, the conversation goes on from there."""
    key = f"edited-{number}"
    with st.form(f"editing-{number}", border=False):
        st.text_area(words.edit_label, value=turn.question, key=key)
        with st.container(horizontal=True):
            st.form_submit_button(words.ask, type="primary", on_click=_edited, args=(number, key))
            st.form_submit_button(words.edit_not, on_click=_begin_editing, args=(None,))


def _edited(number: int, key: str) -> None:
    tab, text = state.tab(), str(st.session_state.get(key, "")).strip()
    tab.editing = None
    if text:
        before = tab.turns[number]
        seen = max((turn.kept.ordinal for turn in tab.turns if turn.kept), default=None)
        tab.turns = tab.turns[:number]
        tab.next = Turn(text, before.only, instead_of=before.kept, seen=seen)


# --- while it is made --------------------------------------------------------------------------


def follow(turn: Turn, words: Words, events: Generator[Event, None, None], *, number: int, keep: Callable[[], None]) -> None:
    """Draw an answer, or work over whole documents, while it is made. A stop arrives as an exception out of the next drawing; whatever ends it,
    the model is let go and what there is is kept."""
    read, live, cards = st.empty(), st.empty(), st.empty()
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
        turn.error = error.reason()
    finally:
        state.settle(turn)
        keep()
    cards.empty()
    live.empty()
    if turn.error or turn.answer:
        draw_result(turn, words, number)
    else:
        st.html(render.small(words.shutting_down))


def note(event: Event, turn: Turn, words: Words, read: DeltaGenerator, cards: DeltaGenerator) -> None:
    match event:
        case Understood() if told := render.understood(turn.question, event, words):
            read.html(told)
        case EvidenceFound(evidence) if evidence:
            turn.sources = tuple(dict.fromkeys(item.doc_id for item in evidence))
            cards.html(render.passages(evidence, turn.question, words, title=words.found_in))
        case PartProgress(so_far=so_far, remaining_s=left):
            turn.written = ""
            turn.answer = replace(so_far, stopped=True) if so_far.claims else None  # what there is if it is stopped now
            cards.html(
                render_whole.progress(
                    event, words, left=words.progress_left.format(time=duration(left, words)) if left and left >= 1 else ""
                )
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
        case PartProgress():  # says itself how far it is
            return render.block("")
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
