"""Text -> sentences, as spans. Splitting, quoting and claims all use these, so that they agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Inc|Ltd|Co|Corp|No|Nos|vs|etc|al|Fig|Figs|Art|Sec|St|Jr|Sr|e\.g|i\.e|cf|approx|U\.S|p|pp|Vol)|\b[A-Z]|^\W*\d{1,3}(?:\.\d+)*)\.$"
)
_END = re.compile(
    r"[.!?。！？…]+[\"'”’»)\]\uff09]*(?=\s|$)"  # an end mark before white space
    r"|(?<=[다요음함됨임])\.(?=[가-힣\"“(])"  # Korean text often leaves the space out
    r"|\n\s*\n|\n(?=\s*(?:[-*•·○□■▪]|\(?\d{1,3}[.)]|\(?[가-하][.)]|[①-⑳]|제\s?\d+\s?[조항]|#{1,6} |\|))"  # a paragraph, an item
)

_FIGURE = re.compile(r"[($€£¥₩+−–-]{0,3}\d[\d,.]*[)%]{0,2}|[—–-]")
_CURRENCY = frozenset({"$", "€", "£", "¥", "₩", "(", "$("})


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, list item or row of a table, without surrounding white space, in order."""
    spans: list[tuple[int, int]] = []
    start = 0
    for first, last in _rows(text):
        _append_sentences(spans, text, start, first)
        _append(spans, text, first, last)
        start = last
    _append_sentences(spans, text, start, len(text))
    return spans


def _rows(text: str) -> Iterator[tuple[int, int]]:
    """Lines of a table: cells parted by bars, or two figures at the end."""
    at = 0
    for line in text.split("\n"):
        if " | " in line or _ends_in_figures(line):
            yield at, at + len(line)
        at += len(line) + 1


def _ends_in_figures(line: str) -> bool:
    words = [word for word in line.rsplit(maxsplit=4)[1:] if word not in _CURRENCY]
    return len(words) > 1 and all(_FIGURE.fullmatch(word) for word in words[-2:])


def _append_sentences(spans: list[tuple[int, int]], text: str, start: int, stop: int) -> None:
    for end in _END.finditer(text, start, stop):
        if end.group().startswith(".") and _ABBREVIATION.search(text[max(start, end.end() - 12) : end.start() + 1]):
            continue
        _append(spans, text, start, end.end())
        start = end.end()
    _append(spans, text, start, stop)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if stripped := piece.strip():
        first = start + piece.index(stripped)
        spans.append((first, first + len(stripped)))
