"""Pages -> passages with exact offsets: along headings and rows of tables first, then whole sentences up to a number of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.figures import tables_of_figures
from rag.records import PAGE_BREAK, Reading, Span, Table
from rag.sentences import sentence_spans
from rag.settings import SplitSettings

SPLIT_VERSION = "3"
"""Changes whenever the same reading would be split otherwise; documents split by another are read again when added."""


_PART_OF_SENTENCE = r"(?:[^\n,.;。？！]|[,.;](?!\s))+(?:[,.;。？！]\s?|\n)?|\n"
"""Where a sentence that is too long is cut: after a line or a clause, never within a number."""

_LONGEST_COLUMN_NAMES = 300
"""Characters of a table's column names that go with each of its passages."""


@dataclass(frozen=True, slots=True)
class _Section:
    start: int
    end: int
    headings: tuple[str, ...]


def load_splitter() -> None:
    """Import now what ``split`` needs, 2.8 s."""
    import llama_index.core.node_parser  # noqa: F401


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
        secondary_chunking_regex=_PART_OF_SENTENCE,
        tokenizer=lambda text: range(count_tokens(text)),  # only its length is asked for
        chunking_tokenizer_fn=_sentences_with_gaps,
        include_metadata=False,
        include_prev_next_rel=False,
    )
    text = reading.text()

    def of_sentences(part: _Section) -> Iterator[Span]:
        body = text[part.start : part.end]
        if not body.strip():
            return
        for node in splitter.get_nodes_from_documents([TextNode(text=body)]):
            start, end = _offsets(node.start_char_idx, node.end_char_idx, node.text, body)
            yield Span(part.start + start, part.start + end, body[start:end], part.headings)

    smallest = settings.passage_tokens // 4
    tables = _tables(reading)
    spans: list[Span] = []
    for section in _sections(reading, text, smallest=smallest, count_tokens=count_tokens):
        inside = [table for table in tables if section.start <= table.start and table.end <= section.end]
        if inside and count_tokens(text[section.start : section.end]) <= settings.passage_tokens:
            inside = []  # all of it is one passage
        at = section.start
        for table in inside:
            if count_tokens(text[at : table.start]) > smallest:
                spans += of_sentences(_Section(at, table.start, section.headings))
                at = table.start
            for rows in _groups_of_rows(
                table, section.headings, text, begin=at, most_tokens=settings.passage_tokens, count_tokens=count_tokens
            ):
                spans += of_sentences(rows)
            at = table.end
        spans += of_sentences(_Section(at, section.end, section.headings))
    return [span for span in spans if span.text.strip()]


def _tables(reading: Reading) -> list[Table]:
    """All tables, their offsets in the document's text: those that the format knows, else those that look like one."""
    found: list[Table] = []
    offset = 0
    for page in reading.pages:
        tables = page.tables or tables_of_figures(page.text)
        found += [replace(table, start=offset + table.start, end=offset + table.end) for table in tables]
        offset += len(page.text) + len(PAGE_BREAK)
    return found


def _groups_of_rows(
    table: Table, headings: tuple[str, ...], text: str, *, begin: int, most_tokens: int, count_tokens: Callable[[str], int]
) -> Iterator[_Section]:
    """As many whole rows as fit, again and again, the first with the few words before the table, from ``begin``; those parted from
    the rows that name their columns have them in their headings."""
    lines = text[table.start : table.end].split("\n")
    named = " ".join(lines[: table.header_rows])[:_LONGEST_COLUMN_NAMES]
    first = (*headings, table.caption) if table.caption else headings
    later = (*first, named) if named else first
    start, at, used = begin, table.start, count_tokens(text[begin : table.start])
    for number, line in enumerate(lines):
        tokens = count_tokens(line)
        if used and used + tokens > most_tokens and number > table.header_rows:
            yield _Section(start, at, first if start == begin else later)
            start, used = at, 0
        used += tokens
        at += len(line) + 1
    yield _Section(start, table.end, first if start == begin else later)


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
        offset += len(page.text) + len(PAGE_BREAK)
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
