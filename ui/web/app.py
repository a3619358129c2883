"""The page: draws what the assistant says, in order, and decides nothing."""

from __future__ import annotations

import datetime
from contextlib import closing
from typing import cast

import streamlit as st

from rag.errors import SeorapError, sentence_of
from rag.records import Answer, Answered, Document, Event, Evidence, EvidenceFound, Piece, Status, Waiting
from ui.web import render, state
from ui.web.state import Desk, Turn
from ui.words.page import Words

_NEAREST = 3


def main() -> None:
    st.set_page_config(page_title="서랍 Seorap", layout="centered")
    st.html(render.STYLE)
    desk = state.desk()
    if desk is None:
        st.info(state.wording().shutting_down)
        return
    with st.sidebar:
        chosen = st.segmented_control(
            state.wording().language,
            ("ko", "en"),
            format_func={"ko": "한국어", "en": "English"}.__getitem__,
            default=state.tab().language,
            required=True,
        )
        if chosen != state.tab().language:
            state.tab().language = "ko" if chosen == "ko" else "en"
            st.rerun()
    words = state.wording()
    page = st.navigation(
        [
            st.Page(lambda: draw_ask(desk, words), title=words.ask, url_path="ask", default=True),
            st.Page(lambda: draw_library(desk, words), title=words.library, url_path="documents"),
        ]
    )
    with st.sidebar:
        st.html(render.small(words.privacy))
    page.run()


# --- asking ------------------------------------------------------------------------------------


def draw_ask(desk: Desk, words: Words) -> None:
    st.header(words.ask_title)
    empty = desk.assistant.library.counts().passages == 0
    turns = state.tab().turns
    if empty:
        st.subheader(words.empty_title)
        st.html(render.block(f"<p>{words.empty_first}</p><p>{words.empty_then}</p><p class='small'>{words.empty_kinds}</p>"))
    elif not turns:
        st.html(render.small(words.ask_lead))
    for turn in turns:
        draw_turn(turn, words)
    question = st.chat_input(words.placeholder_empty if empty else words.placeholder, disabled=empty, submit_mode="stop")
    if question:
        turn = Turn(cast("str", question))
        turns.append(turn)
        st.html(render.question(turn.question))
        follow(desk, turn, words)
    elif turns and st.button(words.clear, type="tertiary"):
        turns.clear()
        st.rerun()


def draw_turn(turn: Turn, words: Words) -> None:
    st.html(render.question(turn.question))
    if turn.error:
        draw_error(turn.error, words)
    elif turn.answer:
        draw_answer(turn.answer, words)
    else:
        st.html(render.small(words.stopped if turn.written else words.stopped_empty))
        if turn.written:
            st.html(render.written(turn.written, words))


def follow(desk: Desk, turn: Turn, words: Words) -> None:
    """Draw an answer while it is made; whatever ends it, the model is let go."""
    cards, live = st.empty(), st.empty()
    live.html(render.small(words.searching))
    try:
        with closing(desk.assistant.ask(turn.question)) as events:  # type: ignore[type-var]  # a generator
            for event in events:
                draw_event(event, turn, words, cards, live)
    except SeorapError as error:
        turn.error = error
    cards.empty()
    live.empty()
    if turn.error:
        draw_error(turn.error, words)
    elif turn.answer:
        draw_answer(turn.answer, words)


def draw_event(
    event: Event, turn: Turn, words: Words, cards: st.delta_generator.DeltaGenerator, live: st.delta_generator.DeltaGenerator
) -> None:
    match event:
        case EvidenceFound(evidence) if evidence:
            cards.html(render.block("".join(render.evidence_card(item, turn.question, words) for item in evidence[:_NEAREST])))
            live.html(render.small(words.reading))
        case Waiting(ahead):
            live.html(render.small(words.waiting.format(ahead=ahead)))
        case Piece(piece):
            turn.written += piece
            if piece:
                live.html(render.written(turn.written, words))
            else:
                live.html(render.small(words.reading))  # also where a stop takes effect
        case Answered(found):
            turn.answer = found


def draw_answer(found: Answer, words: Words) -> None:
    if found.status is Status.NOT_FOUND:
        st.html(render.not_found(found, words))
        draw_passages(found.evidence[:_NEAREST], found.question, words)
    else:
        st.html(render.answer(found, words))
        with st.expander(words.passages_read.format(count=len(found.evidence))):
            draw_passages(found.evidence, found.question, words)
    timings = found.timings
    total = f"{timings.total_ms / 1000:.1f}"
    if timings.first_token_ms is None:
        st.html(render.small(words.timings_no_model.format(total=total, model=found.model)))
    else:
        st.html(render.small(words.timings.format(first=f"{timings.first_token_ms / 1000:.1f}", total=total, model=found.model)))


def draw_passages(evidence: tuple[Evidence, ...], question: str, words: Words) -> None:
    st.html(render.block("".join(render.evidence_card(item, question, words) for item in evidence)))


def draw_error(error: SeorapError, words: Words) -> None:
    st.error(f"**{words.problem}** — {render.plain_label(error.sentence(state.tab().language))}")


# --- the drawer's documents --------------------------------------------------------------------


def draw_library(desk: Desk, words: Words) -> None:
    st.header(words.library_title)
    st.html(render.small(words.library_lead))
    tab = state.tab()
    files = st.file_uploader(
        words.upload,
        accept_multiple_files=True,
        type=["pdf", "docx", "html", "htm", "md", "txt"],
        help=words.upload_hint,
        key=f"upload-{tab.uploads}",
    )
    if files:
        for file in files:
            desk.queue.upload(file.name, file.getvalue())
        tab.uploads += 1
        st.toast(words.received.format(count=len(files)))
        st.rerun()
    working = bool(desk.queue.progress() or desk.assistant.library.manifest.jobs())
    st.fragment(draw_work, run_every=1.0 if working else None)(desk, words, was_working=working)
    draw_documents(desk, words)


def draw_work(desk: Desk, words: Words, *, was_working: bool) -> None:
    progress = desk.queue.progress()
    waiting = len(desk.assistant.library.manifest.jobs())
    if broken := desk.queue.broken():
        draw_error(broken, words)
    elif progress:
        total = max(1, progress.files_total)
        line = words.progress.format(done=progress.files_done, total=total)
        if progress.passages_done:
            line += " · " + words.progress_rate.format(rate=f"{progress.passages_per_s:.1f}")
        if progress.remaining_s is not None:
            line += " · " + words.progress_left.format(time=duration(progress.remaining_s, words))
        st.progress(min(1.0, progress.files_done / total), text=line)
        st.html(render.small(words.progress_current.format(name=progress.current)))
        if st.button(words.cancel):
            desk.queue.cancel()
    elif waiting:
        st.html(render.small(words.preparing))
    elif was_working:
        st.rerun()
    outcomes = desk.queue.outcomes()
    if outcomes:
        language = state.tab().language
        rows = []
        for outcome in reversed(outcomes[-10:]):
            why = sentence_of(outcome.reason, language) if outcome.reason else outcome.path
            rows.append(f"<p>{render.safe(words.outcome[outcome.outcome])}: {render.safe(why)}</p>")
        with st.expander(words.outcomes, expanded=any(outcome.reason for outcome in outcomes)):
            st.html(render.block("".join(rows)))


def duration(seconds: float, words: Words) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return words.minutes.format(minutes=minutes, seconds=rest) if minutes else words.seconds.format(seconds=rest)


def draw_documents(desk: Desk, words: Words) -> None:
    documents = desk.assistant.library.documents()
    st.subheader(words.documents)
    if not documents:
        st.html(render.block(f"<p>{words.no_documents}</p>"))
        return
    counts = desk.assistant.library.counts()
    st.html(render.small(words.counts.format(documents=counts.documents, passages=counts.passages)))
    event = st.dataframe(
        [table_row(document, words) for document in documents],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="documents",
    )
    language = state.tab().language
    reasons = [sentence_of(document.reason, language) for document in documents if document.reason]
    if reasons:
        st.html(render.block("".join(f"<p>{render.safe(reason)}</p>" for reason in reasons)))
    chosen = [documents[row] for row in event.selection.rows if row < len(documents)]
    if st.button(words.remove, disabled=not chosen):
        confirm_removal(desk, words, chosen[0])


def table_row(document: Document, words: Words) -> dict[str, object]:
    return {
        words.column_name: document.name,
        words.column_state: words.states[document.state],
        words.column_pages: str(document.pages or "–"),
        words.column_passages: document.passages,
        words.column_size: f"{document.size_bytes / 1024:,.0f} KB",
        words.column_added: datetime.datetime.fromtimestamp(document.added).strftime("%Y-%m-%d %H:%M"),
    }


def confirm_removal(desk: Desk, words: Words, document: Document) -> None:
    @st.dialog(words.remove_title)  # type: ignore[untyped-decorator]  # the library has no types
    def ask_first() -> None:
        st.html(render.block(f"<p><b>{render.safe(document.name)}</b></p><p>{words.remove_text}</p>"))
        if st.button(words.remove_yes, type="primary"):
            desk.assistant.library.remove(document.doc_id or (document.places[0] if document.places else document.name))
            st.rerun()
        if st.button(words.keep):
            st.rerun()

    ask_first()


main()
