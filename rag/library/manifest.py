"""The truth of a drawer, in one SQLite file.

The transaction that commits a document version is "saved"; everything else on disk (the vector
index) is derived from here and can be made again. No method leaves a transaction half done.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.library import fulltext
from rag.library.conversations import Conversations
from rag.library.worklist import Worklist
from rag.ports import Vectors
from rag.records import PAGE_BREAK, Passage, Reading, Reason, Recognition, Span, Table


@dataclass(frozen=True, slots=True)
class Place:
    """One row of ``places``, with the document's own columns where it has one."""

    place: bytes
    name: str
    doc_id: str | None
    mtime_ns: int | None
    size_bytes: int
    reason: Reason | None
    added: float
    inode: int | None = None
    checked: float | None = None  # when its bytes were last read, seconds since the epoch
    attempts: int = 0  # failures in a row of kinds that may pass
    snapshot: str | None = None  # of an upload: the hash under which its bytes are kept


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """One row of ``pages``, without its text."""

    number: int | None
    start: int
    length: int
    recognised: Recognition | None
    boxes: bytes
    tables: tuple[Table, ...]


class Manifest(Worklist, Conversations):
    """Places, documents, passages and what the index has to learn. One connection, one lock: any thread may call any method."""

    # --- writing ------------------------------------------------------------------------------

    def write_document(
        self,
        doc_id: str,
        reading: Reading,
        spans: Sequence[Span],
        headers: Sequence[str],
        vectors: Vectors,
        *,
        embedder: str,
        method: str,
        size_bytes: int,
    ) -> None:
        """Write one content with its pages, passages, vectors, terms and index operations, in place of an earlier reading of it.

        ``method`` names how it was read and split: another method asks for another reading.
        ``headers`` say where each passage stands; they are searched but are not part of its text.
        """
        starts = page_starts(reading)
        numbers = [page.number for page in reading.pages]
        with self.transaction():
            self._db.execute("PRAGMA defer_foreign_keys=ON")
            self._erase_document(doc_id)
            self.forget_unfinished(doc_id)
            self._db.execute(
                "INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?)",
                (
                    doc_id,
                    reading.format,
                    reading.title,
                    max((number for number in (*numbers, *reading.unread_pages) if number is not None), default=None),
                    size_bytes,
                    json.dumps(reading.unread_pages),
                    json.dumps(dict(reading.metadata), ensure_ascii=False),
                    method,
                    time.time(),
                ),
            )
            self._db.executemany(
                "INSERT INTO pages VALUES (?,?,?,?,?,?,?,?,?)",
                [
                    (
                        doc_id,
                        at,
                        page.number,
                        page.label,
                        start,
                        page.text,
                        json.dumps(asdict(page.recognised)) if page.recognised else None,
                        page.boxes,
                        json.dumps([(table.start, table.end, table.header_rows) for table in page.tables]),
                    )
                    for at, (page, start) in enumerate(zip(reading.pages, starts, strict=True))
                ],
            )
            for at, (span, header, vector) in enumerate(zip(spans, headers, vectors, strict=True)):
                first, last = (numbers[page_at(starts, offset)] for offset in (span.start, span.end - 1))
                passage_id = self._db.execute(
                    'INSERT INTO passages (doc_id, ordinal, start, "end", page, page_end, headings, header, text) VALUES (?,?,?,?,?,?,?,?,?)',
                    (doc_id, at, span.start, span.end, first, last, json.dumps(span.headings, ensure_ascii=False), header, span.text),
                ).lastrowid
                self._db.execute(
                    "INSERT INTO vectors VALUES (?,?,?,?)",
                    (passage_id, embedder, vector.astype("<f4").tobytes(), key_of(embedded_text(header, span.text))),
                )
                self._index_terms(passage_id, header, span.text)
                self._db.execute("INSERT INTO outbox (passage_id, gone) VALUES (?,0)", (passage_id,))

    def _index_terms(self, passage_id: int | None, header: str, text: str) -> None:
        self._db.execute(
            "INSERT INTO terms (rowid, header, body) VALUES (?,?,?)",
            (passage_id, " ".join(fulltext.terms(header)), " ".join(fulltext.terms(text))),
        )

    def _erase_document(self, doc_id: str) -> None:
        for passage_id, header, text in self._db.execute(
            "SELECT passage_id, header, text FROM passages WHERE doc_id=?", (doc_id,)
        ).fetchall():
            # A contentless index forgets a row only when told the very terms it was given.
            self._db.execute(
                "INSERT INTO terms (terms, rowid, header, body) VALUES ('delete',?,?,?)",
                (passage_id, " ".join(fulltext.terms(header)), " ".join(fulltext.terms(text))),
            )
            self._db.execute("INSERT INTO outbox (passage_id, gone) VALUES (?,1)", (passage_id,))
        self._db.execute("DELETE FROM documents WHERE doc_id=?", (doc_id,))

    def put_place(
        self,
        place: bytes,
        *,
        name: str,
        doc_id: str | None,
        mtime_ns: int | None,
        size_bytes: int,
        reason: Reason | None,
        inode: int | None = None,
        attempts: int = 0,
        snapshot: str | None = None,
    ) -> None:
        """Say what lies at ``place``, whose bytes have just been read.

        The content that lay there before is no longer found when it has no other place; ``erase_placeless`` lets go of it. Until then it
        may turn up elsewhere, as when two files swap their names, and costs nothing.
        """
        with self.transaction():
            self._db.execute(
                "INSERT INTO places VALUES (?,?,?,?,?,?,?,?9,?8,?9,?10,?11) ON CONFLICT (place) DO UPDATE SET name=excluded.name, "
                "doc_id=excluded.doc_id, mtime_ns=excluded.mtime_ns, size_bytes=excluded.size_bytes, reason_code=excluded.reason_code, "
                "reason_facts=excluded.reason_facts, inode=excluded.inode, checked=excluded.checked, attempts=excluded.attempts, "
                "snapshot=excluded.snapshot",
                (
                    place,
                    name,
                    doc_id,
                    mtime_ns,
                    size_bytes,
                    reason.code if reason else None,
                    json.dumps(_facts_row(reason), ensure_ascii=False) if reason else None,
                    inode,
                    time.time(),
                    attempts,
                    snapshot,
                ),
            )

    def mark_checked(self, place: bytes, *, mtime_ns: int, inode: int) -> None:
        """Its bytes were read again and are what they were."""
        with self.transaction():
            self._db.execute("UPDATE places SET checked=?, mtime_ns=?, inode=? WHERE place=?", (time.time(), mtime_ns, inode, place))

    def drop_places(self, *places: bytes) -> None:
        """Nothing lies there any longer; what has no other place goes."""
        with self.transaction():
            self._db.executemany("DELETE FROM places WHERE place=?", [(place,) for place in places])
            self.erase_placeless()

    def erase_placeless(self) -> None:
        """Let go of every content that lies nowhere."""
        with self.transaction():
            for (doc_id,) in self._db.execute(f"SELECT doc_id FROM documents d WHERE NOT {_HAS_PLACE}").fetchall():
                self._erase_document(doc_id)

    # --- nothing stays ------------------------------------------------------------------------

    def erase(self, places: Collection[bytes], contents: Collection[str]) -> None:
        """Let go of these contents with all their places, of these places, and of all that waits for them or was kept or said of them."""
        with self.transaction():
            names = self._names_of(places, contents)
            self.forget_turns(self.turns_about(contents, names), names)
            ever = {*places, *self.places_before(places, contents)}
            self.forget_happenings(ever)
            self.drop_paths(*ever)
            self._db.executemany("DELETE FROM places WHERE place=?", [(place,) for place in places])
            self._db.executemany("DELETE FROM places WHERE doc_id=?1 OR snapshot=?1", [(content,) for content in contents])
            for content in contents:
                self.drop_jobs_of(content)
                self.forget_unfinished(content)
            self.erase_placeless()

    def _names_of(self, places: Collection[bytes], contents: Collection[str]) -> set[str]:
        rows = self.rows(
            "SELECT name FROM places WHERE lower(hex(place)) IN (SELECT value FROM json_each(:places)) OR doc_id IN (SELECT value FROM json_each(:contents)) "
            "OR snapshot IN (SELECT value FROM json_each(:contents)) "
            "UNION SELECT name FROM jobs WHERE snapshot IN (SELECT value FROM json_each(:contents))",
            {"places": json.dumps([place.hex() for place in places]), "contents": json.dumps(list(contents))},
        )
        before = (os.fsdecode(place) for place in self.places_before(places, contents))
        return {name for (name,) in rows} | {unicodedata.normalize("NFC", PurePath(place).name) for place in before}

    def merge_terms(self) -> None:
        """Write the word index as one piece, in which no term stands that is in no passage. Until then those that were deleted do."""
        with self.transaction():
            self._db.execute("INSERT INTO terms (terms) VALUES ('optimize')")

    def own_terms(self, doc_id: str, terms: Collection[str]) -> list[str]:
        """Those of the terms that stand in no passage of another document."""
        elsewhere = "SELECT 1 FROM terms WHERE terms MATCH ? AND +rowid NOT IN (SELECT passage_id FROM passages WHERE doc_id=?) LIMIT 1"
        return [term for term in terms if not self.rows(elsewhere, (fulltext.all_of([term]), doc_id))]

    def held_of_others(
        self, places: Collection[bytes], contents: Collection[str], own_terms: Collection[str]
    ) -> Iterator[tuple[int, bytes]]:
        """Everything that the drawer holds in words and vectors, piece by piece, but what it holds of these; and of how many documents so far."""
        others = self.document_ids() - set(contents)
        for done, doc_id in enumerate(others):
            for column in _HELD_OF_A_DOCUMENT:
                yield done, _joined(self.rows(column, (doc_id,)))
        ever = [*places, *self.places_before(places, contents)]
        mine = {
            "contents": json.dumps(list(contents)),
            "places": json.dumps([place.hex() for place in places]),
            "ever": json.dumps([place.hex() for place in ever]),
        }
        for held in _HELD_OF_MANY:
            yield len(others), _joined(self.rows(held, mine))
        names = self._names_of(places, contents)
        for turn in self.held_in_turns(self.turns_about(contents, names), names):
            yield len(others), _joined([turn])
        yield len(others), "\n".join({term for (term,) in self.rows("SELECT term FROM term_counts")} - set(own_terms)).encode()

    def vectors_held(self, doc_id: str) -> int:
        return self._one(
            "SELECT (SELECT count(*) FROM vectors JOIN passages USING (passage_id) WHERE doc_id=?1) "
            "+ (SELECT count(*) FROM unfinished_vectors WHERE doc_id=?1)",
            (doc_id,),
        )

    def held_of(self, doc_id: str, passages: int) -> tuple[list[tuple[str, str, bytes | None]], list[bytes]]:
        """Header, text and vector of at most so many passages, from all over a document; and some of what else is held of this content."""
        spread = self.rows(
            "SELECT header, text, vector FROM passages LEFT JOIN vectors USING (passage_id) WHERE doc_id=?1 "
            "AND ordinal % max(1, (SELECT count(*) FROM passages WHERE doc_id=?1) / ?2)=0 ORDER BY ordinal LIMIT ?2",
            (doc_id, passages),
        )
        rest = [self.rows(held, (doc_id,)) for held in _HELD_BESIDE_PASSAGES]
        return spread, [_bytes(cell) for rows in rest for row in rows[:passages] for cell in row if cell]

    # --- reading ------------------------------------------------------------------------------

    def places(self, *, place: bytes | None = None, doc_id: str | None = None) -> list[Place]:
        wanted = [f"{column}=:{column}" for column, value in (("place", place), ("doc_id", doc_id)) if value is not None]
        later = "NULL, NULL, 0, NULL" if self.outdated else "inode, checked, attempts, snapshot"
        rows = self.rows(
            f"SELECT place, name, doc_id, mtime_ns, size_bytes, reason_code, reason_facts, added, {later} FROM places "
            f"WHERE {' AND '.join(wanted) or '1'} ORDER BY added, place",
            {"place": place, "doc_id": doc_id},
        )
        return [
            Place(place, name, doc_id, mtime_ns, size, _reason(code, json.loads(facts)) if code else None, added, *later_columns)
            for place, name, doc_id, mtime_ns, size, code, facts, added, *later_columns in rows
        ]

    def method_of(self, doc_id: str) -> str | None:
        rows = self.rows("SELECT method FROM documents WHERE doc_id=?", (doc_id,))
        return str(rows[0][0]) if rows else None

    def how_read(self, doc_id: str) -> tuple[str, str, int] | None:
        """Format, method and size in bytes of a document; None where it is not in the drawer."""
        rows = self.rows("SELECT format, method, size_bytes FROM documents WHERE doc_id=?", (doc_id,))
        return rows[0] if rows else None

    def methods(self) -> dict[str, str]:
        """doc_id -> how it was read and split."""
        return dict(self.rows("SELECT doc_id, method FROM documents"))

    def document_rows(self) -> dict[str, tuple[str, int | None, int, int]]:
        """doc_id -> format, pages, size in bytes, number of passages."""
        rows = self.rows(
            "SELECT doc_id, format, pages, size_bytes, (SELECT count(*) FROM passages p WHERE p.doc_id=d.doc_id) FROM documents d"
        )
        return {doc_id: (kind, pages, size, passages) for doc_id, kind, pages, size, passages in rows}

    def recognised_pages(self) -> dict[str, tuple[int, float]]:
        """doc_id -> number of pages that were recognised, mean confidence."""
        if self.outdated:
            return {}
        rows = self.rows(
            "SELECT doc_id, count(*), avg(json_extract(recognised, '$.confidence')) FROM pages WHERE recognised IS NOT NULL GROUP BY doc_id"
        )
        return {doc_id: (count, confidence) for doc_id, count, confidence in rows}

    def counts(self) -> tuple[int, int, int]:
        """Documents, passages, index operations still to do."""
        return self.rows("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages), (SELECT count(*) FROM outbox)")[0]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the ids that are still in the drawer."""
        rows = self.rows(
            'SELECT p.passage_id, p.doc_id, (SELECT name FROM places l WHERE l.doc_id=p.doc_id ORDER BY added, place), p.page, p.page_end, p.start, p."end", '
            f"p.text, p.headings, p.ordinal FROM passages p WHERE passage_id IN (SELECT value FROM json_each(?)) AND {_HAS_PLACE.replace('d.', 'p.')}",
            (json.dumps(list(ids)),),
        )
        return {
            passage_id: Passage(passage_id, doc_id, name, page, page_end, start, end, text, tuple(json.loads(headings)), ordinal)
            for passage_id, doc_id, name, page, page_end, start, end, text, headings, ordinal in rows
        }

    def ids_from(self, doc_id: str, offset: int, count: int) -> list[int]:
        """Ids of the passage that holds ``offset`` of the document's text and of those after it, in its order."""
        rows = self.rows(
            "SELECT passage_id FROM passages WHERE doc_id=?1 AND ordinal >= "
            "(SELECT max(ordinal) FROM passages WHERE doc_id=?1 AND start<=?2) ORDER BY ordinal LIMIT ?3",
            (doc_id, offset, count),
        )
        return [passage_id for (passage_id,) in rows]

    def document_ids(self) -> set[str]:
        return {doc_id for (doc_id,) in self.rows("SELECT doc_id FROM documents")}

    def samples(self, doc_ids: Collection[str]) -> list[tuple[str, str]]:
        """Id of each document that has passages, and some of its beginning, together."""
        return self.rows(
            "SELECT doc_id, group_concat(text, char(10)) FROM passages WHERE ordinal IN (0, 2, 4, 8) AND doc_id IN (SELECT value FROM json_each(?)) "
            "GROUP BY doc_id",
            (json.dumps(list(doc_ids)),),
        )

    def newest(self, most: int) -> list[tuple[str, str]]:
        """Id and file name of the documents that came in last, newest first."""
        rows = self.rows("SELECT doc_id, name FROM places WHERE doc_id IS NOT NULL ORDER BY rowid DESC LIMIT ?", (2 * most,))
        return list({doc_id: (doc_id, name) for doc_id, name in reversed(rows)}.values())[::-1][:most]  # some lie at several places

    def passages_at(self, doc_id: str, ordinals: Collection[int]) -> list[tuple[int, tuple[str, ...], str]]:
        """Ordinal, headings and text of those passages of a document that there are, in its order."""
        rows = self.rows(
            "SELECT ordinal, headings, text FROM passages WHERE doc_id=? AND ordinal IN (SELECT value FROM json_each(?)) ORDER BY ordinal",
            (doc_id, json.dumps(list(ordinals))),
        )
        return [(ordinal, tuple(json.loads(headings)), text) for ordinal, headings, text in rows]

    def passage_count(self, doc_id: str) -> int:
        return self._one("SELECT coalesce(max(ordinal)+1, 0) FROM passages WHERE doc_id=?", (doc_id,))

    def pages(self, doc_id: str) -> list[tuple[int | None, int, str]]:
        """Page number, start in the document's text, and text, in order."""
        return self.rows("SELECT number, start, text FROM pages WHERE doc_id=? ORDER BY ordinal", (doc_id,))

    def placed_pages(self, doc_id: str, start: int, end: int) -> list[PlacedPage]:
        """What is known of the pages over which ``document text[start:end]`` runs, beside their text."""
        if self.outdated:
            return []
        rows = self.rows(
            "SELECT number, start, length(text), recognised, boxes, tables FROM pages WHERE doc_id=?1 AND start<?3 AND start+length(text)>?2 "
            "ORDER BY ordinal",
            (doc_id, start, end),
        )
        return [
            PlacedPage(
                number,
                begin,
                length,
                Recognition(**json.loads(recognised)) if recognised else None,
                packed,
                tuple(Table(*table) for table in json.loads(tables)),
            )
            for number, begin, length, recognised, packed, tables in rows
        ]

    def text(self, doc_id: str, start: int, end: int) -> str:
        """``document text[start:end]``; nothing once the document is gone."""
        pages = self.rows(
            "SELECT start, text FROM pages WHERE doc_id=?1 AND start<?3 AND start+length(text)+?4>?2 ORDER BY ordinal",
            (doc_id, start, end, len(PAGE_BREAK)),
        )
        first = pages[0][0] if pages else 0  # it has just been taken out
        return PAGE_BREAK.join(page[1] for page in pages)[start - first : end - first]

    def lexical(self, question: str, k: int, *, passages: int, scope: Collection[str] = ()) -> list[tuple[int, float]]:
        """Those of the ``passages`` in the drawer that share terms with the question, by BM25, best first; a higher score is better."""
        chosen = self._telling(fulltext.question_terms(question), passages)
        if not chosen:
            return []
        return self.rows(
            "SELECT rowid, -bm25(terms, :header, 1.0) AS score FROM terms WHERE terms MATCH :match "
            # The plus keeps SQLite from running the match once for each row of the scope.
            + ("AND +rowid IN (SELECT passage_id FROM passages WHERE doc_id IN (SELECT value FROM json_each(:scope))) " if scope else "")
            + "ORDER BY score DESC, rowid LIMIT :k",
            {"header": HEADER_WEIGHT, "match": fulltext.any_of(chosen), "scope": json.dumps(list(scope)), "k": k},
        )

    def matching(self, match: str, *, scope: Collection[str] = ()) -> list[int]:
        """Ids of all passages that fit a full-text query, in their text or header."""
        rows = self.rows(
            "SELECT rowid FROM terms WHERE terms MATCH :match "
            + ("AND +rowid IN (SELECT passage_id FROM passages WHERE doc_id IN (SELECT value FROM json_each(:scope)))" if scope else ""),
            {"match": match, "scope": json.dumps(list(scope))},
        )
        return [int(row[0]) for row in rows]

    def pairs(self, ids: Collection[int]) -> list[tuple[int, int]]:
        """Every passage and the one after it, of which one is among the ids."""
        return self.rows(
            "SELECT a.passage_id, b.passage_id FROM passages a JOIN passages b ON b.doc_id=a.doc_id AND b.ordinal=a.ordinal+1 "
            "WHERE a.passage_id IN (SELECT value FROM json_each(?1)) UNION "
            "SELECT a.passage_id, b.passage_id FROM passages b JOIN passages a ON a.doc_id=b.doc_id AND a.ordinal=b.ordinal-1 "
            "WHERE b.passage_id IN (SELECT value FROM json_each(?1)) ORDER BY 1",
            (json.dumps(list(ids)),),
        )

    def owners(self, *, after: int = 0) -> list[tuple[int, str]]:
        """Passage and document of every passage that came after the one of that number."""
        # The plus keeps SQLite from reading the passages themselves: their texts lie between the numbers, and the index beside them does without.
        return self.rows("SELECT passage_id, doc_id FROM passages WHERE +passage_id>?", (after,))

    def _telling(self, chosen: list[str], passages: int) -> list[str]:
        """The terms worth looking up. In a large drawer those in over a tenth of the passages cost most of the time and say little;
        in a small one they still decide (contracts in scope, hit@5: 0.51 without them, 0.91 with)."""
        counts = self.term_counts(chosen)
        known = [term for term in chosen if term in counts]
        if passages < _MANY_PASSAGES:
            return known
        return [term for term in known if counts[term] <= passages // 10] or known

    def term_counts(self, chosen: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands; terms in none are left out."""
        rows = self.rows("SELECT term, doc FROM term_counts WHERE term IN (SELECT value FROM json_each(?))", (json.dumps(list(chosen)),))
        return dict(rows)

    def terms_between(self, first: str, last: str, *, limit: int) -> list[tuple[str, int]]:
        """The commonest terms of that stretch of the alphabet, and in how many passages each stands."""
        return self.rows(
            "SELECT term, doc FROM term_counts WHERE term>=? AND term<=? ORDER BY doc DESC, term LIMIT ?", (first, last, limit)
        )

    # --- vectors and what the index has to learn ----------------------------------------------

    def vectors(self, embedder: str, *, scope: Collection[str] = (), ids: Collection[int] = ()) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Ids, shape (n,), and float32 vectors, shape (n, dimensions), by id; all, or those of the documents in ``scope``, or of ``ids``, or of both."""
        where = ""
        if scope:
            where += "AND passage_id IN (SELECT passage_id FROM passages WHERE doc_id IN (SELECT value FROM json_each(:scope))) "
        if ids:
            where += "AND passage_id IN (SELECT value FROM json_each(:ids))"
        rows = self.rows(
            f"SELECT passage_id, vector FROM vectors WHERE embedder=:embedder {where} ORDER BY passage_id",
            {"embedder": embedder, "scope": json.dumps(list(scope)), "ids": json.dumps(list(ids))},
        )
        ids_found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        joined = b"".join(row[1] for row in rows)
        return ids_found, np.frombuffer(joined, dtype="<f4").reshape(len(rows), -1) if rows else np.empty((0, 0), np.float32)

    def vectors_after(self, passage_id: int, *, embedder: str, limit: int) -> list[tuple[int, str, bytes]]:
        """Id, document and float32 vector of the passages that came next after ``passage_id``."""
        return self.rows(
            "SELECT passage_id, doc_id, vector FROM passages CROSS JOIN vectors USING (passage_id) WHERE passage_id>? AND embedder=? "
            "ORDER BY passage_id LIMIT ?",
            (passage_id, embedder, limit),
        )

    def some_vectors(self, doc_id: str, embedder: str, most: int) -> Vectors:
        """Of passages from all over a document, fewer than twice ``most``; shape (n, dimensions)."""
        rows = self.rows(
            "SELECT vector FROM passages CROSS JOIN vectors USING (passage_id) WHERE doc_id=?1 AND embedder=?2 "
            "AND ordinal % max(1, (SELECT count(*) FROM passages WHERE doc_id=?1) / ?3)=0",
            (doc_id, embedder, most),
        )
        return np.frombuffer(b"".join(row[0] for row in rows), dtype="<f4").reshape(len(rows), -1) if rows else np.empty((0, 0), np.float32)

    def embedded(self, doc_id: str, embedder: str) -> dict[str, Vectors]:
        """What was embedded (header, line break, text) -> vector, of the passages that an earlier reading of this content gave."""
        rows = self.rows(
            "SELECT header, text, vector FROM passages JOIN vectors USING (passage_id) WHERE doc_id=? AND embedder=?", (doc_id, embedder)
        )
        return {embedded_text(header, text): np.frombuffer(vector, dtype="<f4") for header, text, vector in rows}

    def embedded_anywhere(self, keys: Sequence[bytes], embedder: str) -> dict[bytes, Vectors]:
        """Vectors of what was embedded for any document that is in the drawer now, by ``key_of``; of what is not found there is none."""
        found = dict[bytes, Vectors]()
        for at in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[at : at + _KEYS_AT_ONCE]
            rows = self.rows(
                f"SELECT passage, vector FROM vectors WHERE passage IN ({','.join('?' * len(some))}) AND embedder=?", (*some, embedder)
            )
            found |= {key: np.frombuffer(vector, dtype="<f4") for key, vector in rows}
        return found

    def has_outbox(self) -> bool:
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM outbox)"))

    def outbox(self, limit: int) -> tuple[int, list[int], list[int]]:
        """The last number, the ids to write and the ids to delete, of the oldest ``limit`` operations; later ones win."""
        rows = self.rows("SELECT seq, passage_id, gone FROM outbox ORDER BY seq LIMIT ?", (limit,))
        last = {row[1]: row[2] for row in rows}
        write = [passage_id for passage_id, gone in last.items() if not gone]
        delete = [passage_id for passage_id, gone in last.items() if gone]
        return (rows[-1][0] if rows else 0), write, delete

    def clear_outbox(self, up_to: int) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM outbox WHERE seq<=?", (up_to,))

    def start_generation(self, generation: int) -> None:
        """From now on the index is ``generation``, and it has everything to learn."""
        with self.transaction():
            self.set_fact("index_generation", str(generation))
            self._db.execute("DELETE FROM outbox")
            self._db.execute("INSERT INTO outbox (passage_id, gone) SELECT passage_id, 0 FROM passages ORDER BY passage_id")

    def passages_without_vector(self, embedder: str, limit: int) -> list[tuple[int, str, str]]:
        """Passage id, header and text of passages that ``embedder`` has not embedded."""
        return self.rows(
            "SELECT passage_id, header, text FROM passages p WHERE NOT EXISTS "
            "(SELECT 1 FROM vectors v WHERE v.passage_id=p.passage_id AND v.embedder=?) ORDER BY passage_id LIMIT ?",
            (embedder, limit),
        )

    def add_vectors(self, embedder: str, ids: Sequence[int], embedded: Sequence[str], vectors: Vectors) -> None:
        """``embedded`` is what each vector was made of."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?,?,?,?)",
                [
                    (passage_id, embedder, vector.astype("<f4").tobytes(), key_of(text))
                    for passage_id, text, vector in zip(ids, embedded, vectors, strict=True)
                ],
            )

    def forget_other_vectors(self, embedder: str) -> None:
        with self.transaction():
            self._db.execute("DELETE FROM vectors WHERE embedder<>?", (embedder,))

    def rebuild_terms(self) -> None:
        with self.transaction():
            self._db.execute("INSERT INTO terms (terms) VALUES ('delete-all')")
            for row in self._db.execute("SELECT passage_id, header, text FROM passages ORDER BY passage_id").fetchall():
                self._index_terms(*row)
            self.set_fact("terms", fulltext.TERMS_VERSION)

    def passage_ids(self) -> set[int]:
        return {int(row[0]) for row in self.rows("SELECT passage_id FROM passages")}


def _facts_row(reason: Reason) -> dict[str, object]:
    parts = [{"code": part.code, "facts": dict(part.facts)} for part in reason.parts]
    return {**reason.facts, "parts": parts} if parts else dict(reason.facts)


def _reason(code: str, row: dict[str, Any]) -> Reason:
    parts = row.pop("parts") if isinstance(row.get("parts"), list) else ()  # a fact is no list
    return Reason(code, row, tuple(Reason(part["code"], part["facts"]) for part in parts))


_HAS_PLACE = "EXISTS (SELECT 1 FROM places l WHERE l.doc_id=d.doc_id)"

HEADER_WEIGHT = 1.0
"""Of a term in a passage's header (document name, headings), against one in its text."""

_MANY_PASSAGES = 20_000

_HELD_OF_A_DOCUMENT = (
    "SELECT text FROM passages WHERE doc_id=?",
    "SELECT header, headings FROM passages WHERE doc_id=?",
    "SELECT text, label FROM pages WHERE doc_id=?",
    "SELECT title, metadata FROM documents WHERE doc_id=?",
    "SELECT vector FROM vectors JOIN passages USING (passage_id) WHERE doc_id=?",
)
_HELD_BESIDE_PASSAGES = (
    "SELECT title FROM documents WHERE doc_id=?",
    "SELECT page FROM unfinished_pages WHERE doc_id=?",
    "SELECT vector FROM unfinished_vectors WHERE doc_id=?",
    "SELECT answer FROM turns WHERE instr(documents, ?)",
)
_OF_OTHERS = "NOT IN (SELECT value FROM json_each(:contents))"
_EVER_ITS_OWN = "IN (SELECT value FROM json_each(:ever))"
_HELD_OF_MANY = (
    f"SELECT place, name, reason_facts FROM places WHERE coalesce(doc_id, '') {_OF_OTHERS} AND coalesce(snapshot, '') {_OF_OTHERS} "
    "AND lower(hex(place)) NOT IN (SELECT value FROM json_each(:places))",
    f"SELECT name FROM jobs WHERE snapshot {_OF_OTHERS}",
    f"SELECT page FROM unfinished_pages WHERE doc_id {_OF_OTHERS}",
    f"SELECT vector FROM unfinished_vectors WHERE doc_id {_OF_OTHERS}",
    "SELECT folder, include, exclude FROM folders",
    f"SELECT place, coalesce(was, '') FROM happenings WHERE NOT (lower(hex(place)) {_EVER_ITS_OWN} OR lower(hex(coalesce(was, ''))) {_EVER_ITS_OWN})",
    f"SELECT path FROM paths WHERE NOT lower(hex(path)) {_EVER_ITS_OWN}",
)


_KEYS_AT_ONCE = 500


def embedded_text(header: str, text: str) -> str:
    """What is embedded of a passage."""
    return f"{header}\n{text}"


def key_of(embedded: str) -> bytes:
    return hashlib.sha256(embedded.encode()).digest()


def _joined(rows: Sequence[tuple[object, ...]]) -> bytes:
    return b"\0".join(_bytes(cell) for row in rows for cell in row)


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def page_starts(reading: Reading) -> list[int]:
    """Where each page begins in the document's text."""
    starts, at = [], 0
    for page in reading.pages:
        starts.append(at)
        at += len(page.text) + len(PAGE_BREAK)
    return starts


def span_of(
    pages: Sequence[tuple[int | None, int, str]], *, page: int | None, start: int, page_end: int | None, end: int | None
) -> tuple[int, int]:
    """Where a place that is told by pages, as in a ``Citation``, stands in the text of the document: first character, and one past the last."""
    starts = {number: begins for number, begins, _ in pages}
    first = starts.get(page, 0)
    if end is None:
        return first + start, first + start
    return first + start, starts.get(page if page_end is None else page_end, first) + end


def page_at(starts: Sequence[int], offset: int) -> int:
    """Index of the page that holds the character at ``offset``; a page break belongs to the page before it."""
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low
