"""The drawer: what is saved stays, what is derived can be made again."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.errors import (
    AmbiguousDocument,
    DrawerFull,
    DrawerInUse,
    DrawerReadOnly,
    DrawerTooNew,
    EmbedderMismatch,
    NoDrawer,
    NoSuchDocument,
    SeorapError,
)
from rag.library import exact, fulltext, schema
from rag.library.fulltext import hangul_stems, terms
from rag.library.kept import Kept
from rag.library.library import Library
from rag.library.manifest import Place
from rag.library.space import space_of
from rag.partial import ranges
from rag.records import Filter, Page, Reading, Recognition, Span, Table
from rag.settings import SplitSettings
from tests.documents import pdf
from tests.fakes import WordHashEmbedder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("연차휴가는", ["연차", "차휴", "휴가", "가는"], id="Hangul in pairs"),
        pytest.param("은 A", ["은", "a"], id="a syllable alone"),
        pytest.param("1,234.5원", ["12345", "1", "234", "5", "원"], id="a number whole and in parts"),
        pytest.param("20mg", ["20", "mg"], id="a unit beside its number"),
        pytest.param("Agreements AGREEMENT", ["agreement", "agreement"], id="case and plural"),
        pytest.param("\u1112\u1161\u11ab\u1100\u1173\u11af", ["한글"], id="decomposed as macOS writes it"),
        pytest.param('" OR NEAR(*)', ["or", "near"], id="no query syntax gets through"),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("number", "failure"),
    [(errno.ENOSPC, DrawerFull), (errno.EDQUOT, DrawerFull), (errno.EACCES, DrawerReadOnly)],
    ids=["full", "quota", "rights"],
)
def test_an_upload_for_which_there_is_no_room_is_refused_in_words(
    library: Library, monkeypatch: pytest.MonkeyPatch, number: int, failure: type[SeorapError]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(failure):
        library.keep_snapshot("a" * 64, b"an upload")
    assert list((library.home / "snapshots").iterdir()) == []


def test_terms_are_the_same_in_many_threads_at_once() -> None:
    words = [
        f"{beginning}{end}"
        for beginning in ("nation", "organ", "relat", "hope", "author")
        for end in ("alization", "izer", "fulness", "s", "ing")
    ]
    expected = [terms(word) for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            fulltext._stem.cache_clear()
            with ThreadPoolExecutor(4) as threads:
                found = list(threads.map(lambda number: [terms(words[(number + at) % len(words)]) for at in range(len(words))], range(8)))
            assert found == [[expected[(number + at) % len(words)] for at in range(len(words))] for number in range(8)]
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("받습니다", ""),
        ("제출합니다", "제출"),
        ("돌파했습니다", "돌파"),
        ("보증금입니다", "보증금"),
        ("지급된다", "지급"),
        ("직원은", "직원"),
        ("회의", "회의"),
        ("주주총회의", "주주총회"),
        ("한국어", "한국어"),
        ("있습니다", ""),
        ("며칠까지", ""),
    ],
)
def test_hangul_stems(word: str, stem: str) -> None:
    assert hangul_stems(word) == ([stem] if stem else [])


def test_question_syntax_is_only_words(filled: Library) -> None:
    assert filled.lexical('"deposit" AND NOT (rent*) NEAR:', 5)[0][0] in filled.manifest.passage_ids()
    assert filled.lexical("***", 5) == []


def test_the_right_passage_comes_first_in_both_languages(filled: Library) -> None:
    first = {question: filled.lexical(question, 1)[0][0] for question in ("how much is the deposit", "병가는 며칠까지 쓸 수 있나")}

    passages = filled.passages(list(first.values()))

    assert "3,751 euros" in passages[first["how much is the deposit"]].text
    assert "60일" in passages[first["병가는 며칠까지 쓸 수 있나"]].text


def test_exact_search_of_nothing_is_nothing() -> None:
    assert exact.nearest(np.ones(3, np.float32), np.empty(0, np.int64), np.empty((0, 3), np.float32), 5) == []


def test_a_small_drawer_is_searched_exactly_and_sees_every_change(
    filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    question = embedder.embed_question("crowns and florins")
    filled.dense(question, 3, embedder=embedder.identity)
    (papers / "new.txt").write_text("crowns and florins")
    list(add([papers], batch))

    first, _ = filled.dense(question, 3, embedder=embedder.identity)[0]

    assert filled.passages([first])[first].document == "new.txt"


def test_a_scope_leaves_out_everything_else(filled: Library, embedder: WordHashEmbedder) -> None:
    scope = filled.scope(Filter(("lease.md",)))

    dense = filled.dense(embedder.embed_question("휴가"), 50, embedder=embedder.identity, scope=scope)
    found = filled.passages([passage_id for passage_id, _ in dense])

    assert {passage.document for passage in found.values()} == {"lease.md"}
    assert filled.lexical("휴가", 5, scope=scope) == []
    with pytest.raises(NoSuchDocument):
        filled.scope(Filter(("nothing.md",)))


def test_text_is_returned_word_for_word(filled: Library) -> None:
    for passage in filled.passages(list(filled.manifest.passage_ids())).values():
        assert filled.text(passage.doc_id, passage.start, passage.end) == passage.text


def test_a_second_owner_is_refused_within_a_second(filled: Library) -> None:
    started = time.monotonic()
    with pytest.raises(DrawerInUse):
        Library(filled.home)
    assert time.monotonic() - started < 1


def test_a_reader_needs_no_lock(filled: Library) -> None:
    reader = Library(filled.home, read_only=True)
    assert [document.name for document in reader.documents()] == ["lease.md", "취업규칙.md"]


def test_a_reader_makes_no_drawer(tmp_path: Path) -> None:
    with pytest.raises(NoDrawer):
        Library(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    program = "import sys, pathlib; from rag.library.library import Library; kept = Library(pathlib.Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "d")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    with pytest.raises(DrawerInUse) as refused:
        Library(tmp_path / "d")
    child.kill()
    child.wait()

    assert refused.value.facts["pid"] == str(child.pid)
    Library(tmp_path / "d").close()


def test_removing_forgets_text_terms_and_vectors(filled: Library, embedder: WordHashEmbedder) -> None:
    assert filled.remove("lease.md") == "lease.md"

    assert [document.name for document in filled.documents()] == ["취업규칙.md"]
    assert filled.lexical("deposit", 5) == []
    names = {
        passage.document
        for passage in filled.passages(
            [i for i, _ in filled.dense(embedder.embed_question("deposit"), 9, embedder=embedder.identity)]
        ).values()
    }
    assert names == {"취업규칙.md"}
    assert list(filled.faults()) == []


def test_what_the_model_made_of_a_document_goes_with_it(filled: Library) -> None:
    lease, other = (filled.find_one(name)[0].doc_id or "" for name in ("lease.md", filled.documents()[-1].name))
    assert lease != other
    filled.states.most_bytes = 1 << 20
    for doc_id in (lease, other):
        filled.states.put(doc_id, "key", b"state")

    filled.remove("lease.md")

    assert [filled.states.has(doc_id, "key") for doc_id in (lease, other)] == [False, True]


def test_two_documents_of_one_name_are_told_apart_by_path(filled: Library, tmp_path: Path, batch: Batch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "lease.md").write_text("The rent is 9 francs.", encoding="utf-8")
    list(add([other], batch))

    with pytest.raises(AmbiguousDocument):
        filled.remove("lease.md")
    filled.remove(str(other / "lease.md"))

    assert filled.lexical("francs", 5) == []
    assert filled.lexical("euros", 5) != []


def test_another_embedder_is_refused_until_rebuild_embeds_again(filled: Library) -> None:
    other = WordHashEmbedder("other")
    with pytest.raises(EmbedderMismatch, match="seorap rebuild"):
        filled.claim_embedder(other.identity)
    with pytest.raises(EmbedderMismatch):
        filled.dense(other.embed_question("rent"), 3, embedder=other.identity)

    filled.rebuild(other, lambda done, total: None)

    assert other.embedded == filled.counts().passages
    assert filled.dense(other.embed_question("rent"), 3, embedder=other.identity) != []
    assert list(filled.faults()) == []


def _open_again(library: Library) -> Library:
    library.close()
    return Library(library.home)


def test_check_sees_what_is_wrong(filled: Library) -> None:
    with filled.manifest.transaction():
        filled.manifest._db.execute("UPDATE passages SET text='forged' WHERE passage_id=1")
        filled.manifest._db.execute("DELETE FROM vectors WHERE passage_id=2")

    faults = list(filled.faults())

    assert any("1 passages without a vector" in fault for fault in faults)
    assert any("are not in its text" in fault for fault in faults)


def test_a_failing_transaction_leaves_nothing(filled: Library) -> None:
    def fail_halfway() -> None:
        with filled.manifest.transaction():
            filled.manifest.drop_places(filled.find("lease.md")[0].place)
            raise RuntimeError

    before = filled.counts()
    with pytest.raises(RuntimeError):
        fail_halfway()
    assert filled.counts() == before
    assert list(filled.faults()) == []


def test_a_newer_drawer_is_left_alone(home: Path) -> None:
    Library(home).close()
    db = sqlite3.connect(home / "manifest.sqlite3")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(DrawerTooNew):
        Library(home)


def test_page_ranges() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"


def test_a_drawer_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    home = tmp_path / "old"
    home.mkdir()
    old = sqlite3.connect(home / "manifest.sqlite3")
    old.executescript(f"BEGIN;{schema.SCHEMA}PRAGMA user_version=1;COMMIT;")
    old.execute("INSERT INTO documents VALUES ('d', 'text', NULL, NULL, 1, '[]', '{}', 'm', 0)")
    old.execute("INSERT INTO places VALUES (X'2F61', 'a', 'd', 5, 1, NULL, NULL, 7)")
    old.commit()
    old.close()

    reader = Library(home, read_only=True)  # only its owner may change it
    assert [(document.name, document.added) for document in reader.documents()] == [("a", 7.0)]
    assert reader.manifest.folders() == []
    reader.close()

    library = Library(home)
    assert library.manifest.places() == [Place(b"/a", "a", "d", 5, 1, None, 7.0)]
    library.close()
    assert sqlite3.connect(home / "manifest.sqlite3").execute("PRAGMA user_version").fetchone() == (schema.VERSION,)


def test_a_drawer_of_the_second_version_works_without_boxes_and_gets_them_without_embedding_again(
    home: Path, tmp_path: Path, sandbox: Sandbox
) -> None:
    path = pdf(tmp_path / "a.pdf", ["The deposit is due"])
    home.mkdir()
    old = sqlite3.connect(home / "manifest.sqlite3")
    old.executescript(f"BEGIN;{schema.SCHEMA}{schema.MIGRATIONS[1]}PRAGMA user_version=2;COMMIT;")
    old.execute(
        "INSERT INTO documents VALUES (?, 'pdf', NULL, 1, 1, '[]', '{}', 'read 2', 0)", (doc_id := sha256(path.read_bytes()).hexdigest(),)
    )
    old.execute("INSERT INTO places VALUES (?, 'a.pdf', ?, 5, 1, NULL, NULL, 7, 1, 1, 0)", (bytes(path), doc_id))
    recognised = '{"engine": "tesseract", "confidence": 91.5, "words": [{"start": 0, "end": 3}]}'
    old.execute("INSERT INTO pages VALUES (?, 0, 1, NULL, 0, 'The deposit is due', ?)", (doc_id, recognised))
    old.execute("INSERT INTO passages VALUES (1, ?, 0, 0, 18, 1, 1, '[]', 'a', 'The deposit is due')", (doc_id,))
    vector = WordHashEmbedder().embed_passages(["a\nThe deposit is due"])[0]
    old.execute("INSERT INTO vectors VALUES (1, ?, ?)", (WordHashEmbedder().identity, vector.astype("<f4").tobytes()))
    old.commit()
    old.close()

    reader = Library(home, read_only=True)
    assert (reader.boxes(doc_id, 0, 3), reader.tables(doc_id, 0, 3)) == ((), ())
    reader.close()
    library = Library(home)
    assert (library.boxes(doc_id, 0, 3), library.recognised(doc_id, 0, 3)) == ((), Recognition("tesseract", 91.5))
    batch = Batch(library, WordHashEmbedder(), sandbox, SplitSettings(passage_tokens=50))

    assert [outcome.outcome.value for outcome in add([path], batch)] == ["updated"]

    assert batch.passages_done == 0
    assert [rectangle.page for rectangle in library.boxes(doc_id, 0, 3)] == [1]
    assert library.recognised(doc_id, 0, 3) is None
    assert list(library.faults()) == []
    library.close()


def test_boxes_run_over_lines_and_pages(library: Library, batch: Batch, tmp_path: Path) -> None:
    list(add([pdf(tmp_path / "a.pdf", ["first line\nsecond line", "third line"])], batch))
    (doc_id,) = library.scope(Filter(("a.pdf",)))
    text = library.text(doc_id, 0, 10_000)

    found = library.boxes(doc_id, text.index("line"), text.index("third") + 3)

    assert [rectangle.page for rectangle in found] == [1, 1, 2]
    assert found[0].left > found[1].left == found[2].left
    assert found[0].bottom < found[1].bottom
    assert library.boxes(doc_id, len("first line\nsecond line"), len("first line\nsecond line\n\n")) == ()


def test_boxes_that_are_none_are_a_fault_and_cost_nothing_else(library: Library, batch: Batch, tmp_path: Path) -> None:
    list(add([pdf(tmp_path / "a.pdf", ["first line"])], batch))
    (doc_id,) = library.scope(Filter(("a.pdf",)))
    with library.manifest.transaction():
        library.manifest._db.execute("UPDATE pages SET boxes=x'00'")

    assert library.boxes(doc_id, 0, 5) == ()
    assert [fault.partition(":")[0] for fault in library.faults()] == [f"the word boxes of page row 0 of {doc_id}"]


def test_what_recognised_a_page_and_how_surely_is_told(library: Library, embedder: WordHashEmbedder, tmp_path: Path) -> None:
    pages = (
        Page("The deposit is 100.", number=1, recognised=Recognition("scripted", 95.0)),
        Page("It is due at once.", number=2, recognised=Recognition("scripted", 81.0)),
        Page("a | b\n1 | 2", number=3, tables=(Table(0, 11, 1),)),
    )
    reading = Reading(pages, format="pdf")
    spans = [Span(0, len(reading.text()), reading.text())]
    vectors = embedder.embed_passages([reading.text()])
    library.commit(
        b"/a",
        name="a.pdf",
        doc_id="d",
        mtime_ns=1,
        size_bytes=1,
        method="m",
        embedder="e",
        reading=reading,
        spans=spans,
        headers=["a"],
        vectors=vectors,
    )

    (document,) = library.documents()
    assert (document.recognised_pages, document.confidence) == (2, 88.0)
    assert library.recognised("d", 0, 25) == Recognition("scripted", 81.0)
    start = reading.text().index("a | b")
    assert library.recognised("d", start, start + 5) is None
    assert library.tables("d", 0, 1000) == (Table(start, start + 11, 1),)
    assert library.tables("d", start + 6, start + 11) == (Table(0, 5, 0),)  # the rest of it, without the names of its columns


def test_a_disk_almost_full_takes_nothing_more_and_still_answers(
    filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (papers / "new.txt").write_text("one more")
    monkeypatch.setattr("rag.library.library._LEAST_FREE_BYTES", 1 << 62)
    with pytest.raises(DrawerFull):
        list(add([papers], batch))
    assert filled.dense(embedder.embed_question("deposit"), 3, embedder=embedder.identity)
    monkeypatch.undo()

    assert [outcome.outcome.value for outcome in add([papers], batch)] == ["unchanged", "added", "unchanged"]


def test_what_an_unfinished_document_has_cost_is_kept_for_a_week(library: Library, home: Path) -> None:
    manifest = library.manifest
    manifest.keep_page("a", "by tesseract", 1, "page one")
    manifest.keep_vectors("a", "e", {b"key": np.ones(2, np.float32)})
    manifest.keep_page("b", "by tesseract", 1, "page one")
    with manifest.transaction():
        for table in ("unfinished_pages", "unfinished_vectors"):
            manifest.rows(f"UPDATE {table} SET added=added-8*24*3600 WHERE doc_id='a'")
    assert manifest.kept_pages("a", "by tesseract") == ["page one"]
    assert manifest.kept_pages("a", "by another") == []
    library.close()

    again = Library(home)

    assert again.manifest.kept_pages("a", "by tesseract") == []
    assert again.manifest.kept_vectors("a", "e") == {}
    assert again.manifest.kept_pages("b", "by tesseract") == ["page one"]
    again.close()


def test_what_is_kept_is_made_again_only_after_a_change(filled: Library) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(filled.counts().documents)
        return made[-1]

    kept = Kept(make, revision=lambda: filled.manifest.revision)

    assert [kept(), kept()] == [2, 2]
    filled.remove("lease.md")
    assert [kept(), kept()] == [1, 1]
    assert made == [2, 1]


def test_without_a_revision_nothing_is_kept() -> None:
    made: list[int] = []
    kept = Kept(lambda: made.append(0), revision=lambda: None)

    kept()
    kept()

    assert len(made) == 2


def test_languages_follow_what_comes_and_goes(filled: Library, papers: Path, batch: Batch) -> None:
    (english,) = filled.not_in("ko")
    (papers / "note.md").write_text("# A note\n\nAn English note about the garden.", encoding="utf-8")
    list(add([papers], batch))
    filled.remove("lease.md")

    (note,) = filled.not_in("ko")
    assert note != english
    assert set(filled.languages().values()) == {"en", "ko"}


def test_a_home_of_nobody_is_a_name_like_any_other(filled: Library) -> None:
    with pytest.raises(NoSuchDocument):
        filled.remove("~nobody-of-this-name/lease.md")


def test_the_room_that_a_drawer_takes_is_told_by_what_lies_there(filled: Library, home: Path) -> None:
    before = space_of(home)
    filled.keep_snapshot("a" * 64, b"x" * 5_000)
    filled.states.most_bytes = 1 << 20
    filled.states.put("", "key", b"y" * 3_000)

    after = space_of(home)

    assert before.manifest_bytes > 10_000
    assert after.snapshots_bytes - before.snapshots_bytes == 5_000
    assert 3_000 < after.states_bytes - before.states_bytes < 4_000
    assert after.taken_bytes == after.manifest_bytes + after.index_bytes + after.snapshots_bytes + after.states_bytes
    assert after.free_bytes > 0
