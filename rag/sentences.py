"""Text -> sentences, as spans. Splitting, quoting and claims all use these, so that they agree."""

from __future__ import annotations

import re

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Inc|Ltd|Co|Corp|No|Nos|vs|etc|al|Fig|Figs|Art|Sec|St|Jr|Sr|e\.g|i\.e|cf|approx|U\.S|p|pp|Vol)|\b[A-Z]|^\W*\d{1,3}(?:\.\d+)*)\.$"
)
_END = re.compile(
    r"[.!?。！？…]+[\"'”’»)\]\uff09]*(?=\s|$)"  # an end mark before white space
    r"|(?<=[다요음함됨임])\.(?=[가-힣\"“(])"  # Korean text often leaves the space out
    r"|\n\s*\n|\n(?=\s*(?:[-*•·○□■▪]|\(?\d{1,3}[.)]|\(?[가-하][.)]|[①-⑳]|제\s?\d+\s?[조항]|#{1,6} |\|))"  # a paragraph, an item
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence or list item, without surrounding white space, in order."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if end.group().startswith(".") and _ABBREVIATION.search(text[max(start, end.end() - 12) : end.start() + 1]):
            continue
        _append(spans, text, start, end.end())
        start = end.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if stripped := piece.strip():
        first = start + piece.index(stripped)
        spans.append((first, first + len(stripped)))
