"""Documents on their way out: the question before, and how far erasing is; then its certificates, until somebody has read them."""

from __future__ import annotations

import os

import streamlit as st

from rag.library.library import identity
from rag.library.paths import is_below
from rag.records import Document
from ui import certificate
from ui.web import render, render_library, state
from ui.web.state import Desk, Erasure
from ui.web.telling import told
from ui.words.library import Words

_LOOK_EVERY_S = 1.0
_SENTENCES = 2


def confirm(desk: Desk, words: Words) -> None:
    """Asked again in every drawing of the page, until there is an answer: what is read meanwhile draws the page anew."""
    shelf = state.tab().library
    asked = set(shelf.leaving)
    documents = [document for document in desk.assistant.library.documents() if identity(document) in asked] if asked else []
    if not documents:
        shelf.leaving = ()
        return
    title = words.remove_title if len(documents) == 1 else words.remove_several_title
    st.dialog(title, on_dismiss=keep_them)(told(ask_first))(desk, documents, words)


def keep_them() -> None:
    state.tab().library.leaving = ()


def ask_first(desk: Desk, documents: list[Document], words: Words) -> None:
    if len(documents) > 1:
        st.html(render.lines(words.remove_count.format(count=len(documents))))
    st.html(render_library.names(documents, words))
    comes_back = [words.remove_folder] if any(_is_followed(desk, document) for document in documents) else []
    st.html(render.lines(words.remove_text, *comes_back, words.erase_text))
    yes, for_good, no = st.columns(3)
    if yes.button(words.remove_yes, type="primary", width="stretch"):
        remove(desk, documents, words)
    if for_good.button(words.erase, width="stretch", disabled=desk.is_erasing()):
        if desk.begin_erasing(*map(identity, documents)):
            keep_them()
        st.rerun()
    if no.button(words.keep, width="stretch"):
        keep_them()
        st.rerun()


def _is_followed(desk: Desk, document: Document) -> bool:
    folders = [folder.folder for folder in desk.assistant.library.manifest.folders() if not folder.paused]
    return any(is_below(os.fsencode(place), folder) for place in document.places for folder in folders)


def remove(desk: Desk, documents: list[Document], words: Words) -> None:
    bar = st.empty()

    def report(done: int, total: int) -> None:
        if total > 1:
            bar.progress(min(1.0, done / total), text=in_words(words.removing, done=done, total=total))

    desk.assistant.library.remove_all(list(map(identity, documents)), report)
    keep_them()
    st.rerun()


# --- erasing -----------------------------------------------------------------------------------


def draw_erasure(desk: Desk, words: Words) -> None:
    erasure, language = desk.erasure, state.tab().language
    if erasure is None:
        return
    if not erasure.ended.is_set():
        st.fragment(told(draw_erasing), run_every=_LOOK_EVERY_S)(erasure, words)
        return
    with st.container(border=True, key="erasure"):
        for error in erasure.errors:
            st.html(render.error(error, state.wording(), language))
        if erasure.certificates:
            told_all = ["\n".join(certificate.lines(each, language)) for each in erasure.certificates]
            draw_certificates(told_all, words)
            come_back = list(certificate.coming_back(desk.assistant.library, erasure.places, language))
            for sentence in come_back[:_SENTENCES]:
                st.html(render.problem(sentence, state.wording()))
            if len(come_back) > _SENTENCES:
                st.html(render.small(words.remove_more.format(count=len(come_back) - _SENTENCES)))
            saved = ("\n\n".join(told_all) + "\n").encode("utf-8", "backslashreplace")  # a path need not be text
            st.download_button(words.certificate_save, saved, file_name="seorap-certificate.txt", on_click="ignore")
        if st.button(state.wording().close):
            desk.erasure = None
            st.rerun()


def draw_certificates(told: list[str], words: Words) -> None:
    if len(told) == 1:
        st.html(render.lines(*told[0].split("\n")))
        return
    st.html(render.lines(words.erased_count.format(count=len(told))))
    with st.expander(words.erased_rest):
        for each in told:
            st.html(render.lines(*each.split("\n")))


def draw_erasing(erasure: Erasure, words: Words) -> None:
    if erasure.ended.is_set():
        st.rerun()
    total, step = len(erasure.names), words.erase_steps[erasure.step]
    if total == 1:
        st.progress(min(1.0, erasure.share), text=words.erase_steps[erasure.step])
    else:
        st.progress(min(1.0, erasure.number / total), text=in_words(words.erasing, number=erasure.number + 1, total=total, step=step))


def in_words(sentence: str, **facts: str | int) -> str:
    return sentence.format(**facts)
