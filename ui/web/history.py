"""Conversations as they are kept in the drawer: listed beside the question, opened again, renamed, deleted, saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.errors import SeorapError
from rag.library.conversations import Conversation, Kept, PastTurn
from rag.library.manifest import Manifest
from ui.web import client, render, render_history, state
from ui.web.state import Desk, Turn
from ui.web.telling import told
from ui.words import history as words_of_history
from ui.words.history import Words

_SHOWN = 12
_MORE = 40
_SEARCHED_FROM = 6
"""Fewer are seen at a glance."""
_FOUND = 30
_ADDRESS = "c"
"""Names the conversation in the address, by its number, so that loading the page again shows it again."""


# --- a turn, kept ------------------------------------------------------------------------------


def keeper(desk: Desk, turn: Turn) -> Callable[[], None]:
    """What keeps a turn, finished or stopped, in the conversation in which it was asked, which the tab may have left meanwhile. The tab is looked up
    before: after a stop, Streamlit's state is not to be read."""
    tab = state.tab()
    begun_in = tab.conversation

    def keep() -> None:
        is_shown = any(each is turn for each in tab.turns)
        conversation, old = tab.conversation if is_shown else begun_in, turn.instead_of
        _keep(desk, turn, conversation=conversation, at=old.ordinal if old and old.conversation_id == conversation else None)
        if turn.kept and is_shown:
            tab.conversation = turn.kept.conversation_id

    return keep


def keep_apart(desk: Desk, turn: Turn) -> None:
    """Keep it as a conversation of its own."""
    _keep(desk, turn, conversation=None, at=None)


def _keep(desk: Desk, turn: Turn, *, conversation: int | None, at: int | None) -> None:
    if (
        state.desk() is not desk or turn.dropped or not desk.assistant.settings.keep_conversations
    ):  # the drawer is being closed, or nothing is kept
        return
    written = "" if turn.answer else turn.written
    past = PastTurn(turn.question, turn.only, turn.as_typed, turn.answer, written, turn.sources, turn.error, turn.asked)
    try:
        turn.kept = desk.assistant.library.manifest.keep_turn(past, conversation=conversation, at=at, seen=turn.seen)
    except SeorapError as error:  # what there is can be read all the same
        turn.unkept = error.reason()


def open_again(desk: Desk, conversation: int) -> None:
    tab = state.tab()
    tab.turns = [_turn(conversation, past) for past in desk.assistant.library.manifest.turns(conversation)]
    tab.conversation = conversation if tab.turns else None
    tab.editing = tab.next = None


def _turn(conversation: int, past: PastTurn) -> Turn:
    return Turn(
        past.question,
        past.only,
        past.as_typed,
        answer=past.answer,
        error=past.error,
        written=past.written,
        sources=past.sources,
        asked=past.asked,
        kept=Kept(conversation, past.ordinal),
        lost=past.lost,
    )


def reopen_named(desk: Desk) -> None:
    """The conversation that the address names, when a page is opened with it; from then on the address follows the tab."""
    tab = state.tab()
    named = st.query_params.get(_ADDRESS, "")
    if not tab.looked_at_address:
        tab.looked_at_address = True
        if (conversation := client.number_of(named)) is not None:
            open_again(desk, conversation)


def name_in_address() -> None:
    shown = state.tab().conversation
    if shown is None:
        st.query_params.pop(_ADDRESS, None)
    elif st.query_params.get(_ADDRESS) != str(shown):
        st.query_params[_ADDRESS] = str(shown)


def begin_anew() -> None:
    tab = state.tab()
    tab.turns, tab.conversation, tab.editing, tab.next = [], None, None, None


# --- the list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the question, to be drawn again while one is answered."""

    desk: Desk
    anew: DeltaGenerator | None  # None where the button stands already
    listed: DeltaGenerator

    def begins(self) -> None:
        """A question is answered from here on: there is a conversation to leave."""
        if self.anew:
            _offer_anew(self.anew)

    def ends(self) -> None:
        """It is kept now."""
        draw_list(self.desk, self.listed)


def draw(desk: Desk, beside: DeltaGenerator) -> Beside:
    tab, manifest = state.tab(), desk.assistant.library.manifest
    words = words_of_history.IN[tab.language]
    sent = client.sent()
    if sent and (number := client.number_of(sent.value)) is not None:
        if sent.what == "conversation":
            open_again(desk, number)
        elif sent.what == "manage" and (found := manifest.conversation(number)):
            manage(desk, found, words)
    with beside:
        anew = st.empty()
        if tab.turns:
            _offer_anew(anew)
        count = manifest.count_conversations()
        if count >= _SEARCHED_FROM:
            wanted = st.text_input(words.search, key="history-search", placeholder=words.search, label_visibility="collapsed")
            tab.conversations_with = str(wanted).strip()
        else:
            tab.conversations_with = ""
        place = st.empty()
        draw_list(desk, place)
        if count > tab.conversations_shown and not tab.conversations_with:
            st.button(words.more, key="more-conversations", type="tertiary", on_click=_show_more)
    return Beside(desk, None if tab.turns else anew, place)


def _offer_anew(place: DeltaGenerator) -> None:
    words = words_of_history.IN[state.tab().language]
    place.button(words.new, key="new-conversation", icon=":material/add:", type="tertiary", on_click=begin_anew)


def draw_list(desk: Desk, place: DeltaGenerator) -> None:
    tab, manifest = state.tab(), desk.assistant.library.manifest
    words = words_of_history.IN[tab.language]
    if wanted := tab.conversations_with:
        place.html(render_history.listing(manifest.search_conversations(wanted, most=_FOUND), tab.conversation, words))
    elif shown := manifest.conversations(most=tab.conversations_shown):
        place.html(render_history.listing(shown, tab.conversation, words))


def _show_more() -> None:
    state.tab().conversations_shown += _MORE


def manage(desk: Desk, conversation: Conversation, words: Words) -> None:
    number, manifest = conversation.conversation_id, desk.assistant.library.manifest

    def choices() -> None:
        st.html(render.small(render.visible(conversation.title)))
        name = st.text_input(words.name, value=conversation.title, key=f"rename-{number}", max_chars=80)
        with st.container(horizontal=True):
            if st.button(words.rename, type="primary", key=f"renamed-{number}"):
                _change(lambda: manifest.rename_conversation(number, str(name)))
            st.html(render_history.saver(number, words), width="content")
            if st.button(words.delete, key=f"delete-{number}"):
                _change(lambda: _delete(manifest, number))
            if st.button(words.close, key=f"close-{number}"):
                st.rerun()
        st.html(render.small(words.delete_means))

    st.dialog(words.manage)(told(choices))()


def _change(what: Callable[[], None]) -> None:
    what()
    st.rerun()


def _delete(manifest: Manifest, number: int) -> None:
    manifest.delete_conversation(number)
    if state.tab().conversation == number:
        begin_anew()


def draw_all(desk: Desk) -> None:
    """How many there are, and how to be rid of them."""
    words, count = words_of_history.IN[state.tab().language], desk.assistant.library.manifest.count_conversations()
    st.html(
        render.small(words.kept.format(count=count) if desk.assistant.settings.keep_conversations else words.not_kept.format(count=count))
    )
    if count and st.button(words.delete_all, key="delete-conversations"):
        confirm_all(desk, words)


def confirm_all(desk: Desk, words: Words) -> None:
    def ask_first() -> None:
        st.html(render.small(words.delete_means))
        with st.container(horizontal=True):
            if st.button(words.delete_all, type="primary", key="delete-conversations-now"):
                _change(lambda: _delete_all(desk.assistant.library.manifest))
            if st.button(words.close, key="keep-conversations"):
                st.rerun()

    st.dialog(words.title)(told(ask_first))()


def _delete_all(manifest: Manifest) -> None:
    manifest.delete_conversations()
    state.forget_conversations()
