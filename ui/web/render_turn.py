"""What came of a question, in markup of our own."""

from __future__ import annotations

from collections.abc import Iterator

from rag.records import Answer, Citation, Claim, Comparison, Status, Survey
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


# --- what can be done with it ------------------------------------------------------------------


def tools(turn: Turn, answer: Answer, words: Words) -> str:
    """Copying is done by the browser alone; files are made by the server when they are asked for."""
    copying = f'<button type="button" data-copy="{render.safe(copyable(answer, words))}">{render.safe(words.copy)}</button>'
    savers = "".join(render.saver(f"desk/dossier/{turn.turn_id}.{kind}", label) for kind, label in words.save_as.items())
    return render.block(f'<div class="tools">{copying}{savers}</div>')


def copyable(answer: Answer, words: Words) -> str:
    """What is supported, with its quotations, as plain text."""
    cited = [_reference(number, each, words) for number, each in enumerate(answer.citations, 1)]
    match answer.whole:
        case Survey() as survey:
            counted = words.survey.format(subject=survey.subject, places=survey.places, documents=survey.documents)
            return "\n".join([counted, "", *cited])
        case Comparison() as comparison if comparison.cells:
            said = list(_compared(answer, comparison, words))
        case _:
            said = [_with_numbers(claim) for claim in answer.claims if claim.supported] or [words.not_found]
    return "\n".join([*said, *(["", *cited] if cited else [])])


def _compared(answer: Answer, comparison: Comparison, words: Words) -> Iterator[str]:
    for point, row in zip(comparison.points, comparison.cells, strict=False):
        yield point
        for document, cell in zip(comparison.documents, row, strict=False):
            yield f"- {render.visible(document)}: {' '.join(_with_numbers(answer.claims[at]) for at in cell) or words.not_stated}"


def _with_numbers(claim: Claim) -> str:
    return f"{claim.text} {''.join(f'[{number + 1}]' for number in claim.citations)}".rstrip()


def _reference(number: int, cited: Citation, words: Words) -> str:
    page = f", {render.pages(cited, words)}" if cited.page is not None else ""
    return f"[{number}] “{' '.join(cited.quote.split())}” — {render.visible(cited.document)}{page}"
