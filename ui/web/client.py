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

PARTS = Path(__file__).resolve().parent / "parts"
_NAME = "seorap.desk"

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
    words = state.wording()
    _mount(key="desk", data={"language": state.tab().language, "failed": words.problem, "copied": words.copied}, height=0)


@cache
def style_sheets() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.css")))
