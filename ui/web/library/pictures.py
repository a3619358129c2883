"""Pictures of what is in the drawer, for where people look rather than read. Each is made when it is looked at."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence

import streamlit as st

from rag.records import Document
from ui.web import client, render, render_library
from ui.web.library import choice
from ui.web.state import Desk
from ui.web.telling import told
from ui.words.library import Words

_LARGEST = 20
_WEEKS = 13
_FEWEST = 3
_LOOK_EVERY_S = 0.5


def draw_map(desk: Desk, documents: Sequence[Document], words: Words) -> None:
    if len(documents) < _FEWEST:
        st.html(render.small(words.map_few))
        return
    drawn = desk.maps.of(documents)
    if drawn is None:
        st.fragment(told(wait_for_map), run_every=_LOOK_EVERY_S)(desk, documents, words)
        return
    branches = choice.branches(documents)
    picture = render_library.drawn_map(drawn, branches, choice.signs(branches), words)
    if not client.draw_picture(picture, key="map"):
        st.html(picture)


def wait_for_map(desk: Desk, documents: Sequence[Document], words: Words) -> None:
    if desk.maps.of(documents) is not None:
        st.rerun()
    st.html(render.small(words.map_drawing))


def draw_amounts(documents: Sequence[Document], words: Words) -> None:
    largest = sorted(documents, key=lambda document: -document.passages)
    rest = largest[_LARGEST:]
    st.html(render_library.amounts(largest[:_LARGEST], len(rest), sum(document.passages for document in rest), words))


def draw_activity(documents: Sequence[Document], words: Words) -> None:
    weeks, before = per_week(documents, datetime.datetime.now().date())
    st.html(render_library.activity(weeks, before, words))


def per_week(documents: Sequence[Document], today: datetime.date) -> tuple[list[tuple[datetime.date, int]], int]:
    """The first day of each of the last weeks, and how many documents were added in it; and how many before."""
    monday = today - datetime.timedelta(days=today.weekday())
    days = (datetime.datetime.fromtimestamp(document.added).date() for document in documents)
    counts = Counter((monday - (day - datetime.timedelta(days=day.weekday()))).days // 7 for day in days)
    weeks = [(monday - datetime.timedelta(weeks=ago), counts[ago]) for ago in reversed(range(_WEEKS))]
    return weeks, sum(count for ago, count in counts.items() if ago >= _WEEKS)
