"""What is in the drawer: found by its columns, looked at as a list or a picture, chosen for something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ingest.retry import dead_letter
from rag.compare import MOST_DOCUMENTS
from rag.library.library import identity
from rag.library.tags import same
from rag.records import Document, Filter, Language, State
from ui.web import client, render, render_library, state
from ui.web.library import choice, pictures
from ui.web.library.choice import Choice
from ui.web.library.failures import tries
from ui.web.library.shelf import PAGE
from ui.web.state import Desk
from ui.web.telling import told
from ui.words.library import Words

_WORTH_A_FILTER = 8
_NAME_FIELD, _FIELD = 190, 134
"""Pixels."""

_LOOK_EVERY_S = 5.0
"""While documents are taken in: the list grows before one's eyes."""


def draw(desk: Desk, words: Words, *, to_ask: StreamlitPage | None, to_whole: StreamlitPage | None) -> None:
    every = _LOOK_EVERY_S if desk.working() else None
    st.fragment(told(draw_shelf), run_every=every)(desk, words, to_ask=to_ask, to_whole=to_whole)


def draw_shelf(desk: Desk, words: Words, *, to_ask: StreamlitPage | None, to_whole: StreamlitPage | None) -> None:
    library = desk.assistant.library
    documents = [document for document in library.documents() if document.state is not State.FAILED]
    st.header(words.in_drawer, anchor=False)
    if not documents:
        st.html(render.lines(words.no_documents))
        st.html(render.steps(*words.empty_steps))
        return
    counts = library.counts()
    summary = [words.counts.format(documents=counts.documents, passages=counts.passages)]
    if counts.waiting_for_index:
        summary.append(words.waiting_for_index.format(count=counts.waiting_for_index))
    st.html(render.small(" · ".join(summary)))

    languages = library.languages()
    fitting = choice.chosen(documents, draw_filters(documents, languages, words), languages)
    views = {"list": words.view_list, "map": words.view_map, "passages": words.view_passages, "activity": words.view_activity}
    view = st.segmented_control(
        words.view,
        tuple(views),
        format_func=views.__getitem__,
        default="list",
        required=True,
        label_visibility="collapsed",
        key="library-view",
        persist_state="session",
    )
    if len(fitting) < len(documents):
        st.html(render.small(words.filtered.format(shown=len(fitting), total=len(documents))))
    if not fitting:
        st.html(render.lines(words.nothing_fits))
    elif view == "list":
        draw_list(desk, fitting, languages, words, to_ask=to_ask, to_whole=to_whole)
    elif view == "map":
        pictures.draw_map(desk, fitting, words)
    elif view == "passages":
        pictures.draw_amounts(fitting, words)
    else:
        pictures.draw_activity(fitting, words)


# --- filters -----------------------------------------------------------------------------------


def draw_filters(documents: Sequence[Document], languages: Mapping[str, Language], words: Words) -> Choice:
    """Those that tell the documents apart."""
    shelf = state.tab().library
    key, many = f"filter-{shelf.filters}", len(documents) > _WORTH_A_FILTER
    tags = sorted({same(tag): tag for document in documents for tag in document.tags}.values())
    if not many and not tags:
        return choice.EVERYTHING
    states = list(dict.fromkeys(document.state for document in documents)) if many else []
    kinds = sorted({document.format for document in documents}) if many else []
    spoken = sorted({languages[document.doc_id] for document in documents if document.doc_id in languages}) if many else []
    folders = choice.folders(documents) if many else []
    name, within, in_state, kind, language, folder, tag = "", None, None, None, None, None, None
    plain = {"index": None, "placeholder": words.every, "filter_mode": None, "persist_state": "session", "width": _FIELD}
    searched = plain | {"filter_mode": "contains"}
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        if many:
            name = str(st.text_input(words.filter_name, key=f"{key}-name", persist_state="session", live=True, width=_NAME_FIELD))
            within = st.selectbox(
                words.filter_added, list(words.within), format_func=words.within.__getitem__, key=f"{key}-within", **plain
            )
        if len(states) > 1:
            in_state = st.selectbox(words.filter_state, states, format_func=words.states.__getitem__, key=f"{key}-state", **plain)
        if len(kinds) > 1:
            kind = st.selectbox(words.filter_kind, kinds, format_func=render_library.kind, key=f"{key}-kind", **plain)
        if len(spoken) > 1:
            language = st.selectbox(words.filter_language, spoken, format_func=words.languages.__getitem__, key=f"{key}-language", **plain)
        if len(folders) > 1:
            folder = st.selectbox(
                words.filter_folder,
                folders,
                format_func=lambda path: choice.called(path, folders) or words.uploaded,
                key=f"{key}-folder",
                **plain,
            )
        if tags:
            tag = st.selectbox(words.filter_tag, tags, format_func=render.visible, key=f"{key}-tag", **searched)
        found = Choice(name, in_state, kind, language, folder, tag, within)
        if found != choice.EVERYTHING and st.button(words.filter_clear, type="tertiary", key="filter-clear"):
            shelf.filters += 1  # fresh fields
            st.rerun()
    return found


# --- the list ----------------------------------------------------------------------------------


def draw_list(
    desk: Desk,
    fitting: Sequence[Document],
    languages: Mapping[str, Language],
    words: Words,
    *,
    to_ask: StreamlitPage | None,
    to_whole: StreamlitPage | None,
) -> None:
    shelf = state.tab().library
    known = {identity(document): document for document in fitting}
    with st.container(key="documents"):
        clicked = client.mount_list(sorted(shelf.picked & known.keys()), shelf.picks)
        if clicked.picked is not None:
            shelf.picked = set(clicked.picked)
        if clicked.sort in render_library.COLUMNS:
            shelf.sort_by(clicked.sort)
        if clicked.remove in known:
            shelf.leaving = (clicked.remove,)
            st.rerun()
        if clicked.again in known:
            read_again(desk, [known[clicked.again]], words)
        in_order = choice.ordered(fitting[::-1], shelf.order, languages, descending=shelf.descending)
        shown = in_order[: shelf.shown]
        picked = [document for document in in_order if identity(document) in shelf.picked]
        draw_actions(desk, in_order, picked, words, to_ask=to_ask, to_whole=to_whole)
        st.html(
            render_library.listed(
                shown,
                words,
                state.tab().language,
                languages=languages,
                order=shelf.order,
                descending=shelf.descending,
                notes={
                    identity(document): tries(dead_letter(document, desk.assistant.library), words) for document in shown if document.reason
                },
                caption=words.list_of.format(first=1, last=len(shown), total=len(fitting)),
            )
        )
    if len(fitting) > shelf.shown and st.button(words.show_more, key="more-documents"):
        shelf.shown += PAGE
        st.rerun()


def draw_actions(
    desk: Desk,
    fitting: Sequence[Document],
    picked: Sequence[Document],
    words: Words,
    *,
    to_ask: StreamlitPage | None,
    to_whole: StreamlitPage | None,
) -> None:
    """What can be done with those that are chosen; it keeps its place while there are none."""
    shelf, tab = state.tab().library, state.tab()
    with st.container(horizontal=True, vertical_alignment="center", key="actions"):
        if not picked:
            st.html(render_library.nothing_picked(words))
            if len(fitting) > 1 and st.button(words.pick_all.format(count=len(fitting)), type="tertiary", key="pick-all"):
                shelf.pick(map(identity, fitting))
                st.rerun()
            return
        st.html(render_library.picked(len(picked), words))
        doc_ids = tuple(document.doc_id for document in picked if document.doc_id)
        if to_ask and doc_ids and st.button(words.ask_these, key="ask-these", type="primary"):
            tab.only = Filter(documents=doc_ids)
            tab.narrowings += 1  # its fields show what is chosen now
            st.switch_page(to_ask)
        if to_whole and len(doc_ids) == 1 and st.button(words.summarise, key="summarise-this"):
            tab.whole_of = doc_ids
            st.switch_page(to_whole)
        if to_whole and 2 <= len(doc_ids) <= MOST_DOCUMENTS and st.button(words.compare, key="compare-these"):
            tab.whole_of = doc_ids
            st.switch_page(to_whole)
        if any(document.reason for document in picked) and st.button(words.try_again, key="again-these"):
            read_again(desk, picked, words)
        if st.button(words.remove_picked, key="remove-these"):
            shelf.leaving = tuple(map(identity, picked))
            st.rerun()
        if st.button(words.pick_none, type="tertiary", key="pick-none"):
            shelf.pick(())
            st.rerun()


def read_again(desk: Desk, documents: Sequence[Document], words: Words) -> None:
    """Those that are not wholly there."""
    letters = [dead_letter(document, desk.assistant.library) for document in documents if document.reason]
    desk.queue.read_again(*(place.place for letter in letters for place in letter.places))
    st.toast(words.again_asked.format(count=len(letters)))
    st.rerun()
