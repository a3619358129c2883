"""Which documents are asked: chosen beside the question, kept for the tab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from zlib import crc32

import streamlit as st

from rag.library.tags import same
from rag.records import EVERYTHING, Document, Filter
from ui.web import render, state
from ui.web.state import Desk
from ui.words.page import Words

_FIRST_DAY = date(1970, 1, 1)
"""Of files; without it the calendar begins ten years ago."""


def draw(desk: Desk, words: Words) -> Filter:
    """What the next question is asked of."""
    documents = {document.doc_id: document for document in desk.assistant.library.documents() if document.doc_id}
    tab = state.tab()
    if len(documents) < 2:
        tab.only = EVERYTHING
        return EVERYTHING
    called = labels_of(documents)
    tags = sorted({same(tag): tag for document in documents.values() for tag in document.tags}.values())
    formats = sorted({document.format for document in documents.values()})
    chosen, key = tab.only, f"narrow-{tab.narrowings}"
    with st.bottom, st.container(key="narrow"):
        with st.popover(words.narrow, icon=":material/filter_alt:", type="tertiary"):
            asked = st.multiselect(
                words.narrow_documents,
                list(documents),
                default=[doc_id for doc_id in chosen.documents if doc_id in documents],
                format_func=called.__getitem__,
                placeholder=words.every_tag,
                key=f"{key}-documents-{crc32(repr(sorted(called.items())).encode())}",  # what is called otherwise now is chosen in a fresh field
            )
            tagged = (
                st.multiselect(
                    words.narrow_tags,
                    tags,
                    default=[tag for tag in chosen.tags if tag in tags],
                    format_func=render.visible,
                    placeholder=words.every_tag,
                    key=f"{key}-tags",
                )
                if tags
                else []
            )
            kinds = st.multiselect(
                words.narrow_formats,
                formats,
                default=[form for form in chosen.formats if form in formats],
                format_func=str.upper,
                placeholder=words.every_tag,
                key=f"{key}-formats",
            )
            first, last = st.columns(2)
            since = first.date_input(words.narrow_since, value=chosen.since, min_value=_FIRST_DAY, format="YYYY-MM-DD", key=f"{key}-since")
            before = last.date_input(
                words.narrow_before, value=chosen.before, min_value=_FIRST_DAY, format="YYYY-MM-DD", key=f"{key}-before"
            )
            if tab.only != EVERYTHING and st.button(words.narrow_clear, type="tertiary", key=f"{key}-clear"):
                tab.only = EVERYTHING
                tab.narrowings += 1  # fresh fields
                st.rerun()
        tab.only = Filter(documents=tuple(asked), tags=tuple(tagged), formats=tuple(kinds), since=since, before=before)
        if tab.only != EVERYTHING:
            named = tuple(called[doc_id] for doc_id in tab.only.documents)
            st.html(render.small(words.only_in.format(documents=render.filter_in_words(tab.only, words, named=named))))
    return tab.only


def labels_of(documents: Mapping[str, Document]) -> dict[str, str]:
    """What the choices are called: names, and where they lie where two have one name. Streamlit tells choices apart by what they are called."""
    names = Counter(render.visible(document.name) for document in documents.values())
    labels = {
        doc_id: name if names[name := render.visible(document.name)] == 1 or not document.places else render.visible(document.places[0])
        for doc_id, document in documents.items()
    }
    times = Counter(labels.values())
    return {doc_id: label if times[label] == 1 else f"{label} ({doc_id[:8]})" for doc_id, label in labels.items()}
