"""What of the page runs in the browser: ``parts/desk.js``, mounted once on every view, ``parts/search.js`` and ``parts/library.js`` on theirs, and
the style sheets beside them.

A component made of files is served by this server, as the page's policy demands; one made of strings would be a blob.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from rag.version import VERSION
from ui.web import state, viewer
from ui.web.state import Sent
from ui.words import chrome
from ui.words import viewer as words_of_viewer

PARTS = Path(__file__).resolve().parent / "parts"
_PACKAGE = "seorap"
_DESK, _LIBRARY, _SEARCH = "desk", "library", "search"
_MOST_CHARS = 4_000
"""Of what the browser sends: a question."""

_MOST_DIGITS = 12

_mounts: dict[str, Callable[..., Any]] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """What a click in the list of documents asks for."""

    picked: tuple[str, ...] | None = None  # identities of all that are chosen now; None where nothing has changed
    sort: str = ""  # a column
    remove: str = ""  # the identity of a document
    again: str = ""


def register() -> None:
    """Once, when the server has started. Without it (a page drawn for a test, without a browser) there is nothing to mount."""
    components = [ComponentConfig(name, PARTS.name) for name in (_DESK, _LIBRARY, _SEARCH)]
    get_bidi_component_manager().register_from_manifest(ComponentManifest(_PACKAGE, VERSION, components), PARTS.parent)
    _mounts[_DESK] = st.components.v2.component(f"{_PACKAGE}.{_DESK}", js="desk.js")
    for name in (_LIBRARY, _SEARCH):
        _mounts[name] = st.components.v2.component(f"{_PACKAGE}.{name}", js=f"{name}.js", isolate_styles=False)


def mount() -> None:
    """Let the browser know the view's language and words; what it does from then on, it does by itself."""
    if _DESK not in _mounts:
        return
    language = state.tab().language
    data = {
        "language": language,
        "failed": state.wording().problem,
        "unreached": viewer.problem(words_of_viewer.IN[language].unreached, language),
        "copied": state.wording().copied,
        "chrome": dict(chrome.IN[language]),
        "gone": sorted(state.gone()),
    }
    _mounts[_DESK](key=_DESK, data=data, height=1, on_sent_change=_note)


def _note() -> None:
    """Before the page is drawn."""
    match st.session_state[_DESK].get("sent"):
        case {"what": str(what), "value": str(value)}:
            state.tab().sent = Sent(what, value[:_MOST_CHARS])


def begin_run() -> None:
    """What was sent counts for one drawing of the page, even if that is broken off."""
    tab = state.tab()
    tab.sent_now, tab.sent = tab.sent, None


def sent() -> Sent | None:
    """What the click that this drawing comes from has sent."""
    return state.tab().sent_now


def mount_search(shell: str, *, failed: str, given: str) -> str:
    """The field and what it finds, in markup of ours; ``given``: what to look for now. Returns what the reader has just wanted to ask, or
    nothing."""
    if _SEARCH not in _mounts:
        return ""
    language = state.tab().language
    told = _mounts[_SEARCH](
        key=f"{_SEARCH}-{language}",
        data={"shell": shell, "language": language, "failed": failed, "given": given},
        on_ask_change=lambda: None,
    )
    return str(told.ask or "")[:_MOST_CHARS]


def mount_list(picked: Sequence[str], turn: int) -> Told:
    """Let the list of documents be chosen from and sorted; ``picked`` counts where ``turn`` is another than last time."""
    if _LIBRARY not in _mounts:
        return Told()
    told = _mounts[_LIBRARY](
        key="library-list",
        data={"turn": turn, "picked": list(picked)},
        height=1,
        on_picked_change=lambda: None,
        on_asked_change=lambda: None,
    )
    return _told(told.get("picked"), told.get("asked"), turn)


def _told(picked: object, asked: object, turn: int) -> Told:
    """What a browser sends is looked at before it is believed."""
    chosen: tuple[str, ...] | None = None
    match picked:
        case {"turn": int(at), "ids": list(ids)} if at == turn:
            chosen = tuple(each for each in ids if isinstance(each, str))
    match asked:
        case {"what": "sort", "of": str(column)}:
            return Told(chosen, sort=column)
        case {"what": "remove", "of": str(document)}:
            return Told(chosen, remove=document)
        case {"what": "again", "of": str(document)}:
            return Told(chosen, again=document)
    return Told(chosen)


def draw_picture(markup: str, *, key: str) -> bool:
    """A drawing in markup of ours, which ``st.html`` would not let through; whether there is a browser to draw it."""
    if _LIBRARY not in _mounts:
        return False
    _mounts[_LIBRARY](key=key, data={"markup": markup})
    return True


def number_of(text: str) -> int | None:
    """A number that the browser names, of a page, say; None where it is none, or one that nothing has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else None


@cache
def style_sheets() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.css")))
