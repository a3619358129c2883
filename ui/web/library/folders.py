"""Watched folders: which there are, how they stand, and what has happened in them."""

from __future__ import annotations

import os
import time

import streamlit as st

from rag.library.worklist import Happening, WatchedFolder
from ui.web import render, render_library, state
from ui.web.library import adding
from ui.web.state import Desk
from ui.words.library import Words

_A_DAY_S = 24 * 3600.0


def draw(desk: Desk, words: Words) -> None:
    folders = desk.assistant.library.manifest.folders()
    for folder in folders:
        if not folder.reachable and not folder.paused:  # said without opening anything
            st.html(render_library.folder(os.fsdecode(folder.folder), words.folder_unreachable))
    heading = words.folders_watched.format(count=len(folders)) if folders else words.folders
    with st.expander(heading, expanded=state.tab().library.folders_open):
        st.html(render.small(words.path_lead))
        adding.draw_paths(desk, words)
        if folders and desk.queue.is_deaf():
            st.html(render.small(words.folders_deaf.format(seconds=desk.assistant.settings.watch.sweep_seconds)))
        happened = desk.assistant.library.manifest.happenings(since=time.time() - _A_DAY_S) if folders else []
        for folder in folders:
            draw_folder(desk, folder, [each for each in happened if each.folder == folder.folder], words)


def draw_folder(desk: Desk, folder: WatchedFolder, happened: list[Happening], words: Words) -> None:
    path = os.fsdecode(folder.folder)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(render_library.folder(path, state_of(folder, words), rules_of(folder, words)))
        if st.button(words.folder_look, key=f"look-{folder.folder!r}", type="tertiary"):
            desk.queue.look_into(folder.folder)
        pause = words.folder_resume if folder.paused else words.folder_pause
        if st.button(pause, key=f"pause-{folder.folder!r}", type="tertiary"):
            desk.queue.pause_folder(folder, paused=not folder.paused)
            st.rerun()
        if st.button(words.folder_forget, key=f"forget-{folder.folder!r}", type="tertiary"):
            desk.queue.unwatch(folder.folder)
            state.tab().library.folders_open = True
            st.rerun()
    st.html(render_library.happenings(happened, words))
    adding.tell_left_out(desk, folder.folder, words)


def state_of(folder: WatchedFolder, words: Words) -> str:
    if folder.paused:
        return words.folder_paused
    if not folder.reachable:
        return words.folder_unreachable
    if folder.swept is None:
        return words.folder_never
    return words.folder_watched.format(time=render_library.at(folder.swept))


def rules_of(folder: WatchedFolder, words: Words) -> list[str]:
    only = [words.folder_only.format(patterns=", ".join(folder.include))] if folder.include else []
    return only + ([words.folder_not.format(patterns=", ".join(folder.exclude))] if folder.exclude else [])
