"""Failures that are known, told where they happen: in a fragment or a dialog, which Streamlit runs apart from the page that would tell of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from rag.errors import SeorapError
from ui.web import render, state

P = ParamSpec("P")


def told(draw: Callable[P, None]) -> Callable[P, None]:
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except SeorapError as error:
            st.html(render.error(error, state.wording(), state.tab().language))

    return drawn
