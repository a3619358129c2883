"""What came of a question, in markup of our own."""

from __future__ import annotations

from collections.abc import Iterator

from rag.records import Answer, Status
from ui.web import render, render_whole
from ui.web.state import Turn
from ui.words.page import Words


def answered(turn: Turn, answer: Answer, words: Words) -> str:
    """Made once: every click has all turns drawn again, and of ten passages this takes 5 ms."""
    if turn.drawn and turn.drawn[0] is answer and turn.drawn[1] is words:
        return turn.drawn[2]
    made = "".join(_parts(answer, words))
    turn.drawn = (answer, words, made)
    return made


def _parts(answer: Answer, words: Words) -> Iterator[str]:
    if render_whole.is_drawn(answer):
        yield render_whole.whole(answer, words)
    elif answer.status is Status.NOT_FOUND:
        yield render.not_found(answer, words)
        if answer.evidence:
            yield render.passages(answer.evidence, answer.question, words, title=words.nearest)
    else:
        yield render.answer(answer, words)
        yield render.folded_passages(answer.evidence, answer.question, words)
    if answer.model or answer.status is Status.NOT_FOUND:  # none was needed to list places
        yield render.timings(answer, words)
