"""The drawer's documents: putting in, watching them being read, taking out."""

from __future__ import annotations

import datetime

import streamlit as st

from rag.errors import SeorapError
from rag.records import Document, Progress
from ui.web import render, state
from ui.web.state import Desk
from ui.words.page import Words

SUFFIXES = ("pdf", "docx", "html", "htm", "md", "txt")
_A_PAGE = 50
_WORTH_A_FILTER = 8
_LOOK_EVERY_S = 1.0


def draw(desk: Desk, words: Words) -> None:
    st.title(words.library_title, anchor=False)
    st.html(render.small(words.library_lead))
    take_uploads(desk, words)
    working = desk.working()
    st.fragment(draw_work, run_every=_LOOK_EVERY_S if working else None)(desk, words, was_working=working)
    draw_documents(desk, words)


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


def draw_work(desk: Desk, words: Words, *, was_working: bool) -> None:
    progress = desk.queue.progress()
    if broken := desk.queue.broken():
        st.html(render.error(broken, words, state.tab().language))
    elif progress:
        st.progress(min(1.0, progress.files_done / max(1, progress.files_total)), text=in_words(progress, words))
        st.html(render.small(words.progress_current.format(name=render.visible(progress.current))))
        if st.button(words.cancel):
            desk.queue.cancel()
    elif desk.working():
        st.html(render.small(words.preparing))
    elif was_working:
        st.rerun()
    if outcomes := desk.queue.outcomes():
        st.html(render.outcomes(outcomes, words, state.tab().language))


def in_words(progress: Progress, words: Words) -> str:
    parts = [words.progress.format(done=progress.files_done, total=progress.files_total)]
    if progress.passages_done:
        parts.append(words.progress_rate.format(rate=f"{progress.passages_per_s:.1f}"))
    if progress.remaining_s is not None:
        parts.append(words.progress_left.format(time=duration(progress.remaining_s, words)))
    return " · ".join(parts)


def duration(seconds: float, words: Words) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return words.minutes.format(minutes=minutes, seconds=rest) if minutes else words.seconds.format(seconds=rest)


# --- what is in it -----------------------------------------------------------------------------


def draw_documents(desk: Desk, words: Words) -> None:
    st.header(words.documents, anchor=False)
    documents = desk.assistant.library.documents()
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
    if len(documents) > _WORTH_A_FILTER:
        wanted = str(st.text_input(words.filter)).casefold()
        chosen = [document for document in chosen if wanted in document.name.casefold()]
        if wanted:
            st.html(render.small(words.filtered.format(shown=len(chosen), total=len(documents))))
    with st.container(key="documents"):
        for document in chosen[: tab.documents_shown]:
            draw_document(desk, document, words)
    if len(chosen) > tab.documents_shown and st.button(words.show_more):
        tab.documents_shown += _A_PAGE
        st.rerun()


def draw_document(desk: Desk, document: Document, words: Words) -> None:
    told, button = st.columns([8, 1.4], vertical_alignment="top")
    added = datetime.datetime.fromtimestamp(document.added).strftime("%Y-%m-%d %H:%M")
    told.html(render.document(document, words, state.tab().language, added=added))
    if button.button(words.remove, key=f"remove-{identity(document)}", type="tertiary"):
        confirm_removal(desk, document, words)


def identity(document: Document) -> str:
    """What ``Library.remove`` knows the document by, and no other."""
    return document.doc_id or next(iter(document.places), document.name)


def confirm_removal(desk: Desk, document: Document, words: Words) -> None:
    def ask_first() -> None:
        st.html(render.lines(render.visible(document.name), words.remove_text))
        yes, no = st.columns(2)
        if yes.button(words.remove_yes, type="primary", width="stretch"):
            try:
                desk.assistant.library.remove(identity(document))
            except SeorapError as error:
                st.html(render.error(error, words, state.tab().language))
            else:
                st.rerun()
        if no.button(words.keep, width="stretch"):
            st.rerun()

    st.dialog(words.remove_title)(ask_first)()
