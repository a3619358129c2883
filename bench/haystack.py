"""Drawers of any size: documents of sets of questions, and further ones whose passages are sentences of those, recombined.

A drawer of N passages has a share of each set (``SHARES``): its own documents in the order of their names as long as they fit, then documents of
40 passages each. A recombined passage is as long as a passage of its set, drawn at random, and made of the set's sentences, drawn at random: so terms
are as frequent as in real documents of that kind. Its vector is that of a real passage of the set, moved by half the difference of two others and
brought to length 1: so distances are spread as real ones are, in the few directions in which real vectors differ. Everything is drawn from one seed.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from rag.library.library import Library
from rag.library.worklist import WatchedFolder
from rag.ports import Vectors
from rag.records import Page, Reading, Span
from rag.sentences import sentence_spans

SHARES = {"korquad": 0.4, "covidqa": 0.2, "contracts": 0.2, "filings": 0.2}
"""Of the passages; others than these sets would do as well, but a question about one of them is harder among its like."""

PAPERS = b"/papers"
"""A watched folder, as far as the drawer knows: below it lie a folder for each set and in that the boxes, so that both are tags."""

BOXES = 10
_PASSAGES_A_DOCUMENT = 40
_DOCUMENTS_A_TRANSACTION = 50
_BETWEEN = " "
_METHOD = "bench"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as the drawer takes it."""

    name: str
    reading: Reading
    spans: tuple[Span, ...]
    headers: tuple[str, ...]
    vectors: Vectors


def papers_of(drawer: Path) -> Iterator[Paper]:
    """The documents of a drawer with the vectors that they have there, by name."""
    library = Library(drawer, read_only=True)
    try:
        embedder = library.manifest.fact("embedder") or ""
        for document in sorted(library.documents(), key=lambda document: document.name):
            if not document.passages:
                continue
            pages = tuple(Page(text, number) for number, _, text in library.manifest.pages(document.doc_id))
            passages, vectors = library.whole(document.doc_id, embedder=embedder)
            headers = library.manifest.rows("SELECT header FROM passages WHERE doc_id=? ORDER BY ordinal", (document.doc_id,))
            spans = tuple(Span(passage.start, passage.end, passage.text, passage.headings) for passage in passages)
            yield Paper(document.name, Reading(pages, document.format), spans, tuple(header for (header,) in headers), vectors)
    finally:
        library.close()


def embedder_of(drawer: Path) -> str:
    library = Library(drawer, read_only=True)
    try:
        return library.manifest.fact("embedder") or ""
    finally:
        library.close()


def recombined(papers: Sequence[Paper], *, luck: random.Random) -> Iterator[Paper]:
    """Documents without end, of the sentences of these."""
    texts = [span.text for paper in papers for span in paper.spans]
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
    vectors = np.concatenate([paper.vectors for paper in papers])
    for number in count():
        spans, at = list[Span](), 0
        for _ in range(_PASSAGES_A_DOCUMENT):
            text = recombine(sentences, least_chars=len(luck.choice(texts)), luck=luck)
            spans.append(Span(at, at + len(text), text))
            at += len(text) + len(_BETWEEN)
        name = f"{luck.choice(papers).name.rpartition('.')[0]} {number}.txt"
        page = Page(_BETWEEN.join(span.text for span in spans))
        yield Paper(name, Reading((page,), "text"), tuple(spans), (name,) * len(spans), moved(vectors, len(spans), luck=luck))


def recombine(sentences: Sequence[str], *, least_chars: int, luck: random.Random) -> str:
    """Sentences drawn at random, until they are as long as they should be."""
    drawn = [luck.choice(sentences)]
    length = len(drawn[0])
    while length < least_chars:
        drawn.append(luck.choice(sentences))
        length += len(_BETWEEN) + len(drawn[-1])
    return _BETWEEN.join(drawn)


def moved(vectors: Vectors, number: int, *, luck: random.Random) -> Vectors:
    """So many of the vectors, each moved by half the difference of two others, of length 1."""
    one, other, another = (vectors[[luck.randrange(len(vectors)) for _ in range(number)]] for _ in range(3))
    made = one + (other - another) / 2
    lengths: Vectors = np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made / lengths, dtype=np.float32)


def mixed(sets: dict[str, list[Paper]], passages: int, *, luck: random.Random) -> Iterator[tuple[str, Paper]]:
    """Set and document, of exactly so many passages together."""
    last = list(sets)[-1]
    total = sum(SHARES[name] for name in sets)
    left = passages
    for name, papers in sets.items():
        quota = left if name == last else round(passages * SHARES[name] / total)
        left -= quota
        for paper in papers:
            if len(paper.spans) <= quota:
                quota -= len(paper.spans)
                yield name, paper
        more = recombined(papers, luck=luck)
        while quota:
            paper = cut(next(more), quota)
            quota -= len(paper.spans)
            yield name, paper


def cut(paper: Paper, passages: int) -> Paper:
    """At most the first so many passages."""
    return Paper(paper.name, paper.reading, paper.spans[:passages], paper.headers[:passages], paper.vectors[:passages])


def build(home: Path, drawers: dict[str, Path], passages: int, *, seed: int = 7) -> None:
    """A drawer of so many passages, of the documents in a drawer for each set, with its index filled."""
    luck = random.Random(seed)
    sets = {name: list(papers_of(drawer)) for name, drawer in drawers.items()}
    library = Library(home)
    library.claim_embedder(embedder_of(next(iter(drawers.values()))))
    library.manifest.put_folder(WatchedFolder(PAPERS))
    waiting = list(mixed(sets, passages, luck=luck))
    luck.shuffle(waiting)  # neighbours in the index are not neighbours on disk
    for at in range(0, len(waiting), _DOCUMENTS_A_TRANSACTION):
        with library.manifest.transaction():
            for number, (name, paper) in enumerate(waiting[at : at + _DOCUMENTS_A_TRANSACTION], at):
                _commit(library, paper, place=PAPERS + f"/{name}/box {number % BOXES}/{paper.name}".encode())
    library.fill_index()
    library.close()


def _commit(library: Library, paper: Paper, *, place: bytes) -> None:
    text = paper.reading.text().encode()
    library.commit(
        place,
        name=os.fsdecode(place.rpartition(b"/")[2]),
        doc_id=hashlib.sha256(text).hexdigest(),
        mtime_ns=0,
        size_bytes=len(text),
        method=_METHOD,
        embedder=library.manifest.fact("embedder") or "",
        reading=paper.reading,
        spans=paper.spans,
        headers=paper.headers,
        vectors=paper.vectors,
    )
