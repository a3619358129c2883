"""What of the page runs in the browser: ``parts/desk.js``, mounted once on every view, and the style sheets beside it.

A component made of files is served by this server, as the page's policy demands; one made of strings would be a blob.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from rag.version import VERSION
from ui.web import state
from ui.web.state import Sent
from ui.words import chrome

PARTS = Path(__file__).resolve().parent / "parts"
_NAME, _KEY = "seorap.desk", "desk"
_MOST_CHARS = 4_000
"""Of what the browser sends: a question."""

_mount: Callable[..., Any] | None = None


def register() -> None:
    """Once, when the server has started. Without it (a page drawn for a test, without a browser) there is nothing to mount."""
    global _mount
    manifest = ComponentManifest(name="seorap", version=VERSION, components=[ComponentConfig("desk", PARTS.name)])
    get_bidi_component_manager().register_from_manifest(manifest, PARTS.parent)
    _mount = st.components.v2.component(_NAME, js="desk.js")


def mount() -> None:
    """Let the browser know the view's language and words; what it does from then on, it does by itself."""
    if _mount is None:
        return
    language = state.tab().language
    data = {"language": language, "failed": state.wording().problem, "copied": state.wording().copied, "chrome": dict(chrome.IN[language])}
    _mount(key=_KEY, data=data, height=1, on_sent_change=_note)


def _note() -> None:
    """Before the page is drawn."""
    match st.session_state[_KEY].get("sent"):
        case {"what": str(what), "value": str(value)}:
            state.tab().sent = Sent(what, value[:_MOST_CHARS])


def begin_run() -> None:
    """What was sent counts for one drawing of the page, even if that is broken off."""
    tab = state.tab()
    tab.sent_now, tab.sent = tab.sent, None


def sent() -> Sent | None:
    """What the click that this drawing comes from has sent."""
    return state.tab().sent_now


@cache
def style_sheets() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.css")))
