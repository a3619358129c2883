"""What contradicts itself in a manifest, in technical words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from rag import boxes
from rag.errors import DrawerDamaged
from rag.library import fulltext
from rag.library.manifest import Manifest
from rag.ports import Vectors
from rag.records import PAGE_BREAK

_OCCURRENCES_AT_ONCE = 200_000
"""Of terms, in memory: some 30 MB."""


def faults(manifest: Manifest) -> list[str]:
    """What contradicts itself in the manifest, in technical words; empty when all is well."""
    found = [str(row[0]) for row in manifest.rows("PRAGMA integrity_check") if row[0] != "ok"]
    found += [f"foreign key broken in {row[0]}" for row in manifest.rows("PRAGMA foreign_key_check")]
    embedder = manifest.fact("embedder") or ""
    questions = {
        "documents without a place": "SELECT count(*) FROM documents d WHERE NOT EXISTS (SELECT 1 FROM places l WHERE l.doc_id=d.doc_id)",
        "documents without pages": "SELECT count(*) FROM documents d WHERE NOT EXISTS (SELECT 1 FROM pages g WHERE g.doc_id=d.doc_id)",
        "passages without a vector": "SELECT count(*) FROM passages p WHERE NOT EXISTS (SELECT 1 FROM vectors v "
        "WHERE v.passage_id=p.passage_id AND v.embedder=:embedder)",
        "passages without terms": "SELECT count(*) FROM passages p WHERE NOT EXISTS (SELECT 1 FROM terms_docsize t WHERE t.id=p.passage_id)",
        "terms without a passage": "SELECT count(*) FROM terms_docsize t WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.passage_id=t.id)",
        "conversations without a turn": "SELECT count(*) FROM conversations c WHERE NOT EXISTS "
        "(SELECT 1 FROM turns t WHERE t.conversation_id=c.conversation_id)",
    }
    for what, sql in questions.items():
        if count := int(manifest.rows(sql, {"embedder": embedder} if ":embedder" in sql else ())[0][0]):
            found.append(f"{count} {what}")
    for doc_id, ordinal, text, packed in manifest.rows("SELECT doc_id, ordinal, text, boxes FROM pages WHERE boxes<>x''"):
        try:
            boxes.unpack(packed, len(text))
        except ValueError as error:
            found.append(f"the word boxes of page row {ordinal} of {doc_id}: {error}")
    for (doc_id,) in manifest.rows("SELECT doc_id FROM documents"):
        text = PAGE_BREAK.join(page[2] for page in manifest.pages(str(doc_id)))
        wrong = sum(
            text[start:end] != words
            for start, end, words in manifest.rows('SELECT start, "end", text FROM passages WHERE doc_id=?', (doc_id,))
        )
        if wrong:
            found.append(f"{wrong} passages of {doc_id} are not in its text")
    return found


def damaged_terms(manifest: Manifest) -> list[str]:
    """What the word index says about itself, which takes a while."""
    try:
        with manifest.transaction():
            manifest.rows("INSERT INTO terms (terms) VALUES ('integrity-check')")
    except DrawerDamaged as error:
        return [f"the word index is damaged: {error.facts['cause']}"]
    return []


def index_sums(manifest: Manifest, report: Callable[[int, int], None]) -> dict[int, int]:
    """Passage id -> ``_sum`` of the terms that the word index has for it, from one walk along the index, a few terms at a time."""
    sums: dict[int, int] = {}
    counts: list[tuple[str, int]] = manifest.rows("SELECT term, cnt FROM term_counts ORDER BY term")
    total, done = sum(count for _, count in counts), 0
    for first, last, occurrences in _parts(counts):
        for term, passage_id in manifest.rows("SELECT term, doc FROM term_places WHERE term>=? AND term<=?", (first, last)):
            sums[passage_id] = sums.get(passage_id, 0) + hash(term)
        done += occurrences
        report(done, total)
    return sums


def _parts(counts: Sequence[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    """First term, last term and occurrences of each."""
    part: list[str] = []
    occurrences = 0
    for term, count in counts:
        part.append(term)
        occurrences += count
        if occurrences >= _OCCURRENCES_AT_ONCE:
            yield part[0], part[-1], occurrences
            part, occurrences = [], 0
    if part:
        yield part[0], part[-1], occurrences


def _sum(terms: Iterable[str]) -> int:
    """The same for the same terms in any order, and hardly ever for others."""
    return sum(map(hash, terms))


def without_their_terms(manifest: Manifest, sums: Mapping[int, int], ids: Sequence[int]) -> int:
    """How many of these passages have not got all their terms in the word index, whose ``index_sums`` are given."""
    missing = 0
    for passage_id, header, text in manifest.rows(
        "SELECT passage_id, header, text FROM passages WHERE passage_id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    ):
        terms = fulltext.terms(f"{header}\n{text}")
        if sums.get(passage_id, 0) != _sum(terms) and (query := fulltext.all_of(terms)):  # SQLite may write some letters otherwise
            missing += not manifest.rows("SELECT 1 FROM terms WHERE terms MATCH ? AND rowid=?", (query, passage_id))
    return missing


def vectors_apart(manifest: Manifest, embedder: str, ids: Sequence[int]) -> list[Vectors]:
    """One by one, as they are stored: even where their dimensions differ."""
    rows = manifest.rows(
        "SELECT vector FROM vectors WHERE embedder=? AND passage_id IN (SELECT value FROM json_each(?))",
        (embedder, json.dumps(list(ids))),
    )
    return [np.frombuffer(row[0][: len(row[0]) // 4 * 4], dtype="<f4") for row in rows]
