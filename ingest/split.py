"""Pages -> passages with exact offsets: along headings first, then whole sentences up to a number of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from rag.records import Reading, Span
from rag.sentences import sentence_spans
from rag.settings import SplitSettings

SPLIT_VERSION = "1"
"""Changes whenever the same reading would be split otherwise; documents split by another are read again when added."""


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    headings: tuple[str, ...]


def split(reading: Reading, *, count_tokens: Callable[[str], int], settings: SplitSettings) -> list[Span]:
    """Passages of at most ``settings.passage_tokens``, in order; they cover everything but white space.

    A passage may run over a page break: the sentence matters more, and its pages are known from its offsets.
    """
    from llama_index.core.node_parser import SentenceSplitter  # 2.8 s
    from llama_index.core.schema import TextNode

    splitter = SentenceSplitter(
        chunk_size=settings.passage_tokens,
        chunk_overlap=settings.overlap_tokens,
        paragraph_separator="\n\n",
        tokenizer=lambda text: range(count_tokens(text)),  # only its length is asked for
        chunking_tokenizer_fn=_sentences_with_gaps,
        include_metadata=False,
        include_prev_next_rel=False,
    )
    text = reading.text()
    spans: list[Span] = []
    for section in _sections(reading, text, smallest=settings.passage_tokens // 4, count_tokens=count_tokens):
        body = text[section.start : section.end]
        for node in splitter.get_nodes_from_documents([TextNode(text=body)]):
            start, end = _offsets(node.start_char_idx, node.end_char_idx, node.text, body)
            spans.append(Span(section.start + start, section.start + end, body[start:end], section.headings))
    return [span for span in spans if span.text.strip()]


def _offsets(start: int | None, end: int | None, piece: str, body: str) -> tuple[int, int]:
    if start is None or end is None or body[start:end] != piece:
        raise AssertionError("the splitter lost its place")  # would make every citation of this passage wrong
    return start, end


def _sentences_with_gaps(text: str) -> list[str]:
    """Sentences with the white space after them, so that they join to the text again."""
    starts = [0, *(start for start, _ in sentence_spans(text)[1:])]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _sections(reading: Reading, text: str, *, smallest: int, count_tokens: Callable[[str], int]) -> Iterator[_Section]:
    """The text from heading to heading; sections too small to stand alone go with those that follow under the same parent."""
    pending: _Section | None = None
    for section in _by_heading(reading, text):
        if pending is not None:
            same_parent = pending.headings[:-1] == section.headings[: len(pending.headings[:-1])]
            if same_parent and count_tokens(text[pending.start : pending.end]) < smallest:
                pending = _Section(pending.start, section.end, pending.headings if not section.headings else section.headings)
                continue
            yield pending
        pending = section
    if pending is not None:
        yield pending


def _by_heading(reading: Reading, text: str) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    start, offset = 0, 0
    marks: list[tuple[int, int, str]] = []
    for page in reading.pages:
        marks += [(offset + _line_start(page.text, heading.start), heading.level, heading.title) for heading in page.headings]
        offset += len(page.text) + 2
    for at, level, title in marks:
        if text[start:at].strip():
            yield _Section(start, at, tuple(name for _, name in path))
            start = at
        path = [*(step for step in path if step[0] < level), (level, title)]
    if text[start:].strip():
        yield _Section(start, len(text), tuple(name for _, name in path))


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def header(name: str, reading: Reading, span: Span) -> str:
    """Where a passage stands, in words: searched and embedded with it, for a passage rarely repeats what its document is about."""
    stem = re.sub(r"[\W_]+", " ", PurePath(name).stem).strip()
    title = (reading.title or "").strip()
    return " > ".join(dict.fromkeys(part for part in (stem, title, *span.headings) if part))
