"""The long check sees what the quick one does not, and calls no file outside the drawer a fault."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import Batch, add_upload
from rag.library.audit import Note, audit
from rag.library.fulltext import terms
from rag.library.library import Library


def test_a_sound_drawer_has_nothing_to_say(filled: Library, papers: Path) -> None:
    told: dict[str, tuple[int, int]] = {}

    found = audit(filled, lambda what, done, total, seconds: told.update({what: (done, total)}))

    size = sum(path.stat().st_size for path in papers.iterdir())
    assert (found.faults, found.notes, found.files, found.bytes_read) == ([], [], 2, size)
    headed = filled.manifest.rows("SELECT header, text FROM passages")
    words = sum(len(terms(f"{header}\n{text}")) for header, text in headed)
    assert told.pop("words") == (words, words)
    assert told == {"files": (size, size), "passages": (filled.counts().passages,) * 2}


def test_files_that_changed_or_are_gone_are_notes(filled: Library, papers: Path) -> None:
    lease, rules = papers / "lease.md", papers / "취업규칙.md"
    status = lease.stat()
    lease.write_bytes(lease.read_bytes().replace(b"3,751", b"9,999"))
    os.utime(lease, ns=(status.st_mtime_ns, status.st_mtime_ns))  # nothing but its bytes tells
    rules.unlink()

    found = audit(filled)

    assert found.faults == []
    assert sorted(found.notes, key=lambda note: note.what) == [Note(str(lease), "changed"), Note(str(rules), "gone")]


def test_a_kept_upload_that_is_not_what_was_uploaded_is_a_fault(library: Library, batch: Batch) -> None:
    content = b"The attic is dry."
    content_hash = hashlib.sha256(content).hexdigest()
    library.keep_snapshot(content_hash, content)
    batch.library.claim_embedder(batch.embedder.identity)
    add_upload("note.txt", content_hash, batch)
    library.snapshot_path(content_hash).write_bytes(b"The attic is wet.")
    assert list(library.faults()) == []

    assert audit(library).faults == ["the kept bytes of note.txt are not what was uploaded (changed)"]


@pytest.mark.parametrize(
    ("sql", "value", "fault"),
    [
        ("UPDATE vectors SET vector=?", np.full(256, np.nan, "<f4").tobytes(), "vectors are not finite"),
        ("UPDATE vectors SET vector=?", np.ones(256, "<f4").tobytes(), "vectors are not of length 1"),
        (
            "UPDATE vectors SET vector=? WHERE passage_id=1",
            np.eye(1, 4, dtype="<f4").tobytes(),
            "1 vectors have other dimensions than the rest",
        ),
        ("DELETE FROM terms_data WHERE id>?", 10, "the word index is damaged"),
    ],
    ids=["not a number", "too long", "too few", "word index"],
)
def test_every_passage_is_looked_at(filled: Library, sql: str, value: object, fault: str) -> None:
    with filled.manifest.transaction():
        filled.manifest._db.execute(sql, (value,))

    assert any(fault in found for found in audit(filled).faults)


def test_passages_that_their_own_terms_do_not_find_are_counted(filled: Library) -> None:
    with filled.manifest.transaction():
        header, text = filled.manifest.rows("SELECT header, text FROM passages WHERE passage_id=1")[0]
        filled.manifest._db.execute("UPDATE passages SET header=? WHERE passage_id=1", (f"{header} unheard-of",))
    assert text

    assert audit(filled).faults == ["1 passages cannot be found by their own terms"]
