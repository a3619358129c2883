"""Uploads, and what is named by its path."""

from __future__ import annotations

import os

import streamlit as st

from ingest.read import SUPPORTED_SUFFIXES
from rag.errors import SeorapError, sentence_of
from rag.library.paths import absolute
from ui.web import render, render_library, state
from ui.web.state import Desk
from ui.words.library import Words

SUFFIXES = tuple(sorted(suffix[1:] for suffix in SUPPORTED_SUFFIXES))


def take_uploads(desk: Desk, words: Words) -> None:
    tab = state.tab()
    files = st.file_uploader(words.upload, accept_multiple_files=True, type=list(SUFFIXES), key=f"upload-{tab.uploads}")
    if files:
        tab.library.refused = None
        try:
            for file in files:
                desk.queue.upload(file.name, file.getvalue())
            st.toast(words.received.format(count=len(files)))
        except SeorapError as error:
            tab.library.refused = error.reason()
        tab.uploads += 1  # a fresh uploader: what was taken over is not shown, nor kept in memory, nor tried again and again
        st.rerun()
    if tab.library.refused:
        st.html(render.problem(sentence_of(tab.library.refused, tab.language), state.wording()))


def draw_paths(desk: Desk, words: Words) -> None:
    """A path, and whether it is added once or followed from now on; then what has become of those named before."""
    with st.form("path", clear_on_submit=True, border=False):
        path = str(st.text_input(words.path, placeholder=words.path_example)).strip()
        with st.expander(words.patterns, type="compact"):
            st.html(render.small(words.patterns_lead))
            include = _patterns(str(st.text_input(words.include)))
            exclude = _patterns(str(st.text_input(words.exclude)))
        with st.container(horizontal=True):
            once, always = st.form_submit_button(words.path_add), st.form_submit_button(words.folder_watch)
    if path and (once or always):
        try:
            if once:
                desk.queue.add(absolute(path))
            else:
                desk.queue.watch(absolute(path), include=include, exclude=exclude)
        except SeorapError as error:
            st.html(render.error(error, state.wording(), state.tab().language))
        else:
            shelf = state.tab().library
            shelf.folders_open = True  # another count is another heading, which would be drawn closed
            shelf.added += (os.fsencode(absolute(path)),) if once else ()
            st.rerun()
    if waiting := desk.assistant.library.manifest.paths():
        st.html(render_library.waiting([os.fsdecode(each) for each in waiting], words))
    for named in state.tab().library.added:
        if named not in waiting:
            tell_left_out(desk, named, words, state_too=True)


def tell_left_out(desk: Desk, path: bytes, words: Words, *, state_too: bool = False) -> None:
    """Files that are of no use to the drawer, and those that it cannot get at."""
    found = desk.queue.left_out(path)
    lines = [words.path_done.format(path=render.visible(os.fsdecode(path)))] if state_too else []
    if found.other_kinds:
        lines.append(words.folder_other_kinds.format(count=sum(found.other_kinds.values()), kinds=render.visible(found.kinds())))
    lines += [render.visible(error.sentence(state.tab().language)) for error in found.left_out[:_LEFT_OUT_SHOWN]]
    if len(found.left_out) > _LEFT_OUT_SHOWN:
        lines.append(words.folder_left_out_more.format(count=len(found.left_out) - _LEFT_OUT_SHOWN))
    if lines:
        st.html(render_library.notes(lines))


_LEFT_OUT_SHOWN = 3


def _patterns(typed: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in typed.split(",") if each.strip())
