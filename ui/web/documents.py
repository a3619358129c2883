"""The drawer's documents: putting in, watching them being read, taking out."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping

import streamlit as st

from ingest.read import SUPPORTED_SUFFIXES
from ingest.retry import DeadLetter, dead_letters
from rag.errors import SeorapError, WrongPassword, needs_password
from rag.library.library import identity
from rag.library.manifest import Place
from rag.library.paths import absolute
from rag.library.tags import same
from rag.library.worklist import WatchedFolder
from rag.records import Document, Progress, State
from ui import certificate
from ui.web import render, state
from ui.web.state import Desk, Erasure, Sight, duration
from ui.words.page import Words

SUFFIXES = tuple(sorted(suffix[1:] for suffix in SUPPORTED_SUFFIXES))
_A_PAGE = 50
_WORTH_A_FILTER = 8
_LEFT_OUT_SHOWN = 3
_LOOK_EVERY_S = 1.0
_LOOK_IDLE_S = 3.0
"""While nothing is taken in: a watched folder may begin to be at any time."""


def draw(desk: Desk, words: Words) -> None:
    st.title(words.library_title, anchor=False)
    st.html(render.small(words.library_lead))
    take_uploads(desk, words)
    draw_erasure(desk, words)
    drawn = desk.sight()
    st.fragment(draw_work, run_every=_LOOK_EVERY_S if drawn.working else _LOOK_IDLE_S)(desk, words, drawn=drawn)
    draw_folders(desk, words)
    letters = dead_letters(desk.assistant.library)
    draw_failures(desk, letters, words)
    draw_documents(desk, words, letters)


# --- putting in --------------------------------------------------------------------------------


def take_uploads(desk: Desk, words: Words) -> None:
    tab = state.tab()
    files = st.file_uploader(words.upload, accept_multiple_files=True, type=list(SUFFIXES), key=f"upload-{tab.uploads}")
    if files:
        for file in files:
            desk.queue.upload(file.name, file.getvalue())
        tab.uploads += 1  # a fresh uploader: what was taken over is not shown, nor kept in memory, any longer
        st.toast(words.received.format(count=len(files)))
        st.rerun()


def draw_work(desk: Desk, words: Words, *, drawn: Sight) -> None:
    progress, now = desk.queue.progress(), desk.sight()
    if now != drawn and not (now.working and drawn.working):  # it has begun, or ended, or came and went between two looks
        st.rerun()
    if broken := desk.queue.broken():
        st.html(render.error(broken, words, state.tab().language))
    elif progress:
        st.progress(min(1.0, progress.files_done / max(1, progress.files_total)), text=in_words(progress, words))
        st.html(render.small(words.progress_current.format(name=render.visible(progress.current))))
        if desk.queue.is_waited_for():  # a folder would be gone on with all the same
            if st.button(words.cancel):
                desk.queue.cancel()
        elif st.button(words.pause):
            desk.queue.pause()
    elif desk.queue.is_paused():
        st.html(render.small(words.paused))
        if st.button(words.resume):
            desk.queue.resume()
    elif now.working:
        st.html(render.small(words.preparing))
    if outcomes := desk.queue.outcomes():
        st.html(render.outcomes(outcomes, words, state.tab().language))


def in_words(progress: Progress, words: Words) -> str:
    parts = [words.progress.format(done=progress.files_done, total=progress.files_total)]
    if progress.passages_done:
        parts.append(words.progress_rate.format(rate=f"{progress.passages_per_s:.1f}"))
    if progress.remaining_s is not None:
        parts.append(words.progress_left.format(time=duration(progress.remaining_s, words)))
    return " · ".join(parts)


# --- watched folders ---------------------------------------------------------------------------


def draw_folders(desk: Desk, words: Words) -> None:
    folders = desk.assistant.library.manifest.folders()
    for folder in folders:
        if not folder.reachable and not folder.paused:  # said without opening anything
            st.html(render.folder(os.fsdecode(folder.folder), words.folder_unreachable))
    with st.expander(f"{words.folders} ({len(folders)})" if folders else words.folders, expanded=state.tab().folders_open):
        st.html(render.small(words.folders_lead))
        with st.form("watch", clear_on_submit=True, border=False):
            field, button = st.columns([8, 2], vertical_alignment="bottom")
            path = str(field.text_input(words.folder_path)).strip()
            if button.form_submit_button(words.folder_watch, width="stretch") and path:
                try:
                    desk.queue.watch(absolute(path))
                except SeorapError as error:
                    st.html(render.error(error, words, state.tab().language))
                else:
                    state.tab().folders_open = True  # another count is another heading, which would be drawn closed
                    st.rerun()
        if folders and desk.queue.is_deaf():
            st.html(render.small(words.folders_deaf.format(seconds=desk.assistant.settings.watch.sweep_seconds)))
        for folder in folders:
            draw_folder(desk, folder, words)


def draw_folder(desk: Desk, folder: WatchedFolder, words: Words) -> None:
    path = os.fsdecode(folder.folder)
    told, *buttons = st.columns([6, 1.6, 1.6, 2], vertical_alignment="top")
    told.html(render.folder(path, state_of(folder, words)))
    if buttons[0].button(words.folder_look, key=f"look-{path}", type="tertiary"):
        desk.queue.look_into(folder.folder)
    pause = words.folder_resume if folder.paused else words.folder_pause
    if buttons[1].button(pause, key=f"pause-{path}", type="tertiary"):
        desk.queue.pause_folder(folder, paused=not folder.paused)
        st.rerun()
    if buttons[2].button(words.folder_forget, key=f"forget-{path}", type="tertiary"):
        desk.queue.unwatch(folder.folder)
        state.tab().folders_open = True
        st.rerun()
    found = desk.queue.left_out(folder.folder)
    if found.other_kinds:
        st.html(render.small(words.folder_other_kinds.format(count=sum(found.other_kinds.values()), kinds=render.visible(found.kinds()))))
    for error in found.left_out[:_LEFT_OUT_SHOWN]:
        st.html(render.small(render.visible(error.sentence(state.tab().language))))
    if len(found.left_out) > _LEFT_OUT_SHOWN:
        st.html(render.small(words.folder_left_out_more.format(count=len(found.left_out) - _LEFT_OUT_SHOWN)))


def state_of(folder: WatchedFolder, words: Words) -> str:
    if folder.paused:
        return words.folder_paused
    if not folder.reachable:
        return words.folder_unreachable
    if folder.swept is None:
        return words.folder_never
    return words.folder_watched.format(time=at(folder.swept))


# --- what could not be read --------------------------------------------------------------------


def draw_failures(desk: Desk, letters: Mapping[str, DeadLetter], words: Words) -> None:
    failed = [letter for letter in letters.values() if letter.document.state is State.FAILED]
    if not failed:
        return
    title, button = st.columns([6, 3.4], vertical_alignment="bottom")
    title.header(words.failures, anchor=False)
    if button.button(words.try_all_again, key="try-all", width="stretch"):
        ask_again(desk, *letters.values())
    with st.container(key="failures"):
        tab = state.tab()
        for letter in failed[: tab.failures_shown]:
            draw_document(desk, letter.document, words, letter)
        if len(failed) > tab.failures_shown and st.button(words.show_more, key="more-failures"):
            tab.failures_shown += _A_PAGE
            st.rerun()


def ask_again(desk: Desk, *letters: DeadLetter) -> None:
    desk.queue.read_again(*(place.place for letter in letters for place in letter.places))
    st.rerun()


def tries(letter: DeadLetter, words: Words) -> str:
    tried = words.tried.format(time=at(letter.tried)) if letter.tried else ""
    if letter.again:
        return f"{tried} {words.tried_again.format(time=at(letter.again))}".strip()
    return f"{tried} {words.tried_when_changed}".strip() if letter.followed else tried


def at(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


# --- what is in it -----------------------------------------------------------------------------


def draw_documents(desk: Desk, words: Words, letters: Mapping[str, DeadLetter]) -> None:
    st.header(words.documents, anchor=False)
    documents = [document for document in desk.assistant.library.documents() if document.state is not State.FAILED]
    if not documents:
        st.html(render.lines(words.no_documents))
        return
    counts = desk.assistant.library.counts()
    summary = [words.counts.format(documents=counts.documents, passages=counts.passages)]
    if counts.waiting_for_index:
        summary.append(words.waiting_for_index.format(count=counts.waiting_for_index))
    st.html(render.small(" · ".join(summary)))

    tab = state.tab()
    chosen = documents[::-1]
    tags = sorted({same(tag): tag for document in documents for tag in document.tags}.values())
    by_name, by_tag = st.columns(2)
    if len(documents) > _WORTH_A_FILTER and (wanted := str(by_name.text_input(words.filter)).casefold()):
        chosen = [document for document in chosen if wanted in document.name.casefold()]
    if tags and (tag := by_tag.selectbox(words.filter_tag, tags, index=None, format_func=render.visible, placeholder=words.every_tag)):
        chosen = [document for document in chosen if same(tag) in map(same, document.tags)]
    if len(chosen) < len(documents):
        st.html(render.small(words.filtered.format(shown=len(chosen), total=len(documents))))
    with st.container(key="documents"):
        for document in chosen[: tab.documents_shown]:
            draw_document(desk, document, words, letters.get(identity(document)))
    if len(chosen) > tab.documents_shown and st.button(words.show_more):
        tab.documents_shown += _A_PAGE
        st.rerun()


def draw_document(desk: Desk, document: Document, words: Words, letter: DeadLetter | None) -> None:
    locked = needs_password(document.reason)  # trying again without the password would change nothing
    told, *buttons = st.columns([7, 1.6, 1.4] if letter and not locked else [8, 1.4], vertical_alignment="top")
    note = tries(letter, words) if letter else ""
    told.html(render.document(document, words, state.tab().language, added=at(document.added), note=note))
    if letter and not locked and buttons[0].button(words.try_again, key=f"again-{identity(document)}", type="tertiary"):
        ask_again(desk, letter)
    if buttons[-1].button(words.remove, key=f"remove-{identity(document)}", type="tertiary"):
        confirm_removal(desk, document, words)
    for place in desk.assistant.library.places_of(document) if locked else ():
        if needs_password(place.reason):
            ask_password(desk, place, words)


def ask_password(desk: Desk, place: Place, words: Words) -> None:
    tab = state.tab()
    if desk.queue.is_refused(place.place):
        st.html(render.reason(WrongPassword(name=place.name), tab.language))
    with st.form(f"unlock-{tab.passwords}-{place.place!r}", border=False):
        field, button, _ = st.columns([5, 2, 3], vertical_alignment="bottom")
        password = str(field.text_input(words.password, type="password", autocomplete="off"))
        if button.form_submit_button(words.unlock, width="stretch") and password:
            desk.queue.unlock(place.place, password)
            tab.passwords += 1  # fresh fields: what was typed is kept no longer
            st.rerun()


def confirm_removal(desk: Desk, document: Document, words: Words) -> None:
    def ask_first() -> None:
        st.html(render.lines(render.visible(document.name), words.remove_text, words.erase_text))
        yes, for_good, no = st.columns(3)
        if yes.button(words.remove_yes, type="primary", width="stretch"):
            try:
                desk.assistant.library.remove(identity(document))
            except SeorapError as error:
                st.html(render.error(error, words, state.tab().language))
            else:
                st.rerun()
        if for_good.button(words.erase, width="stretch", disabled=desk.is_erasing()):
            desk.begin_erasing(identity(document))
            st.rerun()
        if no.button(words.keep, width="stretch"):
            st.rerun()

    st.dialog(words.remove_title)(ask_first)()


# --- erasing -----------------------------------------------------------------------------------


def draw_erasure(desk: Desk, words: Words) -> None:
    """How far it is; then its certificate, until somebody has read it."""
    erasure, language = desk.erasure, state.tab().language
    if erasure is None:
        return
    if not erasure.ended.is_set():
        st.fragment(draw_erasing, run_every=_LOOK_EVERY_S)(erasure, words)
        return
    with st.container(border=True, key="erasure"):
        if erasure.error:
            st.html(render.error(erasure.error, words, language))
        if erasure.certificate:
            lines = tuple(certificate.lines(erasure.certificate, language))
            st.html(render.lines(*lines))
            for sentence in certificate.coming_back(desk.assistant.library, erasure.places, language):
                st.html(render.problem(sentence, words))
            st.download_button(words.certificate_save, "\n".join(lines) + "\n", file_name="seorap-certificate.txt", on_click="ignore")
        if st.button(words.close):
            desk.erasure = None
            st.rerun()


def draw_erasing(erasure: Erasure, words: Words) -> None:
    if erasure.ended.is_set():
        st.rerun()
    st.progress(min(1.0, erasure.share), text=words.erase_steps[erasure.step])
