"""Files in, outcomes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline import Batch, Cancelled, add
from ingest.queue import Queue
from ingest.split import header, split
from rag.assemble import Assistant
from rag.errors import EmbedderMismatch, TakingInBroke
from rag.library.erase import erase
from rag.library.library import Library
from rag.ports import Vectors
from rag.records import Heading, Outcome, Page, Progress, Reading, Reason, Span, State, Table
from rag.settings import Settings, SplitSettings
from tests.fakes import ScriptedModel, WordHashEmbedder


def _outcomes(batch: Batch, *paths: Path) -> dict[str, str]:
    return {Path(outcome.path).name: outcome.outcome.value for outcome in add(paths, batch)}


def test_adding_again_does_nothing(filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder) -> None:
    worked, before = embedder.embedded, filled.counts()

    assert _outcomes(batch, papers) == {"lease.md": "unchanged", "취업규칙.md": "unchanged"}
    assert (embedder.embedded, filled.counts()) == (worked, before)


def test_a_changed_file_replaces_its_version(filled: Library, papers: Path, batch: Batch) -> None:
    (papers / "lease.md").write_text("The deposit is now 77 crowns.", encoding="utf-8")

    assert _outcomes(batch, papers) == {"lease.md": "updated", "취업규칙.md": "unchanged"}
    assert filled.lexical("euros", 5) == []
    assert filled.lexical("crowns", 5) != []
    assert list(filled.faults()) == []


def test_a_copy_is_not_embedded_again(filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder) -> None:
    worked = embedder.embedded
    (papers / "copy.md").write_bytes((papers / "lease.md").read_bytes())

    assert _outcomes(batch, papers)["copy.md"] == "added"
    assert embedder.embedded == worked
    assert filled.counts().documents == 2


def test_one_bad_file_stops_nothing(library: Library, papers: Path, batch: Batch) -> None:
    (papers / "empty.txt").touch()
    (papers / "a.pdf").write_bytes(b"%PDF-1.7 cut off")
    os.mkfifo(papers / "pipe.txt")

    found = _outcomes(batch, papers, papers / "none.pdf", Path("/dev/null"))

    assert found == {
        "a.pdf": "failed",
        "empty.txt": "failed",
        "lease.md": "added",
        "취업규칙.md": "added",
        "none.pdf": "failed",
        "null": "failed",
    }
    assert [error.facts["name"] for error in batch.left_out.left_out] == ["pipe.txt"]
    states = {document.name: document.state for document in library.documents()}
    assert states == {"a.pdf": State.FAILED, "empty.txt": State.FAILED, "lease.md": State.READY, "취업규칙.md": State.READY}


def test_a_fault_over_one_file_stops_no_other(library: Library, papers: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(reading: Reading, *, count_tokens: object, settings: SplitSettings) -> list[Span]:
        if "Lease" in reading.text():
            raise ZeroDivisionError
        return split(reading, count_tokens=batch.embedder.count_tokens, settings=settings)

    monkeypatch.setattr("ingest.pipeline.split", faulty)
    by_name = {Path(outcome.path).name: outcome for outcome in add([papers], batch)}

    assert by_name["취업규칙.md"].outcome is Outcome.ADDED
    assert by_name["lease.md"].reason == Reason("KeptOutByFault", {"name": "lease.md", "cause": "ZeroDivisionError"})
    monkeypatch.undo()
    assert [outcome.outcome for outcome in add([papers], batch)] == [Outcome.ADDED, Outcome.UNCHANGED]


def test_a_fault_of_the_embedder_costs_the_document_in_hand(
    library: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(texts: Sequence[str]) -> Vectors:
        if any("Lease" in text for text in texts):
            raise ZeroDivisionError
        return WordHashEmbedder().embed_passages(texts)

    monkeypatch.setattr(embedder, "embed_passages", faulty)
    by_name = {Path(outcome.path).name: outcome for outcome in add([papers], batch)}

    assert by_name["취업규칙.md"].outcome is Outcome.ADDED
    assert by_name["lease.md"].reason == Reason("KeptOutByFault", {"name": "lease.md", "cause": "ZeroDivisionError"})


def test_a_long_document_that_was_broken_off_goes_on_where_it_was(
    library: Library, batch: Batch, embedder: WordHashEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline._KEEP_AT", 128)
    path = tmp_path / "long.txt"
    path.write_text("\n\n".join(f"Clause {number} speaks of " + f"thing{number} " * 150 for number in range(400)), encoding="utf-8")
    batch.settings = SplitSettings(passage_tokens=160)
    batch.cancelled = lambda: embedder.embedded >= 300
    with pytest.raises(Cancelled):
        list(add([path], batch))
    assert library.documents() == []
    broken_off_at, batch.cancelled = embedder.embedded, lambda: False

    (outcome,) = add([path], batch)

    assert outcome.outcome is Outcome.ADDED
    assert outcome.passages >= 400
    assert embedder.embedded == broken_off_at - 256 + outcome.passages
    ids, vectors = library.manifest.vectors(embedder.identity)
    texts = [library.passages([int(at)])[int(at)].text for at in ids]
    assert np.allclose(vectors, np.stack([embedder.embed_question(f"long\n{text}") for text in texts]))
    assert library.manifest.rows("SELECT count(*) FROM unfinished_vectors") == [(0,)]


def test_a_file_that_became_unreadable_keeps_its_last_version(filled: Library, papers: Path, batch: Batch) -> None:
    (papers / "lease.md").write_bytes(b"")

    assert _outcomes(batch, papers)["lease.md"] == "failed"
    assert filled.lexical("deposit", 5) != []
    assert {document.name: document.state for document in filled.documents()}["lease.md"] is State.FAILED


def test_a_mended_file_is_ready_again(library: Library, papers: Path, batch: Batch) -> None:
    content = (papers / "lease.md").read_bytes()
    (papers / "lease.md").write_bytes(b"")
    _outcomes(batch, papers)
    (papers / "lease.md").write_bytes(content)

    assert _outcomes(batch, papers)["lease.md"] == "added"
    assert {document.state for document in library.documents()} == {State.READY}


def test_hidden_files_and_links_out_are_not_taken(library: Library, papers: Path, tmp_path: Path, batch: Batch) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (papers / "link.txt").symlink_to(tmp_path / "secret.txt")
    (papers / ".hidden.txt").write_text("hidden")
    (papers / "loop").symlink_to(papers)

    assert _outcomes(batch, papers) == {"lease.md": "added", "취업규칙.md": "added"}


def test_progress_ends_with_an_estimate(papers: Path, batch: Batch) -> None:
    reports: list[Progress] = []
    batch.report = reports.append

    list(add([papers], batch))

    assert [report.files_total for report in reports] == [2] * len(reports)
    assert reports[0].remaining_s is None
    assert reports[-1].remaining_s is not None
    assert reports[-1].passages_per_s > 0


def test_cancelling_keeps_what_is_saved(library: Library, papers: Path, batch: Batch) -> None:
    batch.cancelled = lambda: batch.files_done == 1
    with pytest.raises(Cancelled):
        list(add([papers], batch))

    assert library.counts().documents == 1
    library.fill_index()
    assert list(library.faults()) == []


def test_a_drawer_of_another_embedder_takes_nothing(filled: Library, papers: Path, batch: Batch) -> None:
    batch.embedder = WordHashEmbedder("other")
    with pytest.raises(EmbedderMismatch):
        list(add([papers], batch))


READING = Reading(
    pages=(
        Page(
            "Lease\n\nRent\nThe rent is 5 euros. It is due on Mondays and is paid by transfer to",
            1,
            None,
            (Heading(1, "Lease", 0), Heading(2, "Rent", 7)),
        ),
        Page("the account of the landlord.\n\nDeposit\nNo deposit is asked for.", 2, None, (Heading(2, "Deposit", 30),)),
    ),
    format="pdf",
)


def test_passages_follow_headings_and_cover_everything() -> None:
    spans = split(READING, count_tokens=lambda text: len(text.split()), settings=SplitSettings(passage_tokens=50))
    text = READING.text()

    assert [span.headings for span in spans] == [("Lease", "Rent"), ("Lease", "Deposit")]
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert "".join("".join(span.text.split()) for span in spans) == "".join(text.split())
    assert header("rent_2024.pdf", READING, spans[1]) == "rent 2024 > Lease > Deposit"


def test_a_passage_over_a_page_break_knows_both_pages(library: Library, batch: Batch, embedder: WordHashEmbedder) -> None:
    spans = split(READING, count_tokens=embedder.count_tokens, settings=SplitSettings(passage_tokens=50))
    library.claim_embedder(embedder.identity)
    library.commit(
        b"/x.pdf",
        name="x.pdf",
        doc_id="x",
        mtime_ns=0,
        size_bytes=1,
        method="m",
        embedder=embedder.identity,
        reading=READING,
        spans=spans,
        headers=["" for _ in spans],
        vectors=embedder.embed_passages([span.text for span in spans]),
    )

    pages = [(passage.page, passage.page_end) for passage in library.passages([1, 2]).values()]

    assert pages == [(1, 2), (2, 2)]
    assert library.place_of("x", spans[1].start).page == 2


def test_a_table_is_split_between_rows_that_keep_their_column_names() -> None:
    rows = "\n".join(f"item {number} | {number} euros | {number} days" for number in range(40))
    table = "Item | Price | Notice\n" + rows
    text = f"Prices\n\nThese are the prices.\n\n{table}\n\nAll prices include tax."
    start = text.index("Item")
    page = Page(text, headings=(Heading(1, "Prices", 0),), tables=(Table(start, start + len(table), 1, "Table 1"),))

    spans = split(Reading((page,), "docx"), count_tokens=lambda text: len(text.split()), settings=SplitSettings(passage_tokens=50))

    first, *later, last = spans
    assert "".join("".join(span.text.split()) for span in spans) == "".join(text.split())
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert first.headings == ("Prices", "Table 1")
    assert first.text.startswith("Prices\n\nThese are the prices.\n\nItem | Price | Notice\nitem 0 | 0 euros | 0 days\n")
    assert last == Span(text.index("All"), len(text), "All prices include tax.", ("Prices",))
    assert len(later) > 5
    for span in later:
        assert span.headings == ("Prices", "Table 1", "Item | Price | Notice")
        assert all(line.startswith("item ") and line.endswith(" days") for line in span.text.split("\n"))


def test_a_table_that_fits_stays_whole_with_its_words() -> None:
    table = "Item | Price\nbread | 2 euros"
    page = Page(f"Prices of today:\n\n{table}", tables=(Table(18, 18 + len(table), 1),))

    (span,) = split(Reading((page,), "docx"), count_tokens=lambda text: len(text.split()), settings=SplitSettings(passage_tokens=50))

    assert span.text == page.text


def test_long_text_is_split_at_sentences_within_the_limit() -> None:
    text = " ".join(f"Sentence number {number} says something." for number in range(100))
    spans = split(Reading((Page(text),), "text"), count_tokens=lambda text: len(text.split()), settings=SplitSettings(passage_tokens=50))

    assert all(len(span.text.split()) <= 50 and span.text.strip().endswith(".") for span in spans)
    assert "".join("".join(span.text.split()) for span in spans) == "".join(text.split())


KILLED = """
import sys, time
from pathlib import Path
from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.library.library import Library
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder
library = Library(Path(sys.argv[1]))
with Sandbox(SandboxSettings()) as sandbox:
    for outcome in add([Path(sys.argv[2])], Batch(library, WordHashEmbedder(), sandbox, SplitSettings(passage_tokens=50))):
        print(outcome.outcome.value, flush=True)
        time.sleep(0.005)
"""


def test_killing_it_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"Document {number} speaks of subject{number}. " * 20)
    command = [sys.executable, "-c", KILLED, str(tmp_path / "drawer"), str(folder)]
    for lines in (3, 9, 15, 21):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert child.stdout is not None
        for _ in range(lines):
            child.stdout.readline()
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    library = Library(tmp_path / "drawer")

    assert list(library.faults()) == []
    assert sorted(document.name for document in library.documents()) == [f"{number:02}.txt" for number in range(40)]
    for number in range(40):
        passages = library.passages([passage_id for passage_id, _ in library.lexical(f"subject {number}", 1)])
        assert {passage.document for passage in passages.values()} == {f"{number:02}.txt"}
    library.close()


# --- uploads and watched folders -------------------------------------------------------------


def _until_idle(queue: Queue, library: Library) -> None:
    deadline = time.monotonic() + 60
    while (library.manifest.jobs() or queue.progress()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not library.manifest.jobs()


@pytest.fixture
def assistant(library: Library, embedder: WordHashEmbedder, home: Path) -> Assistant:
    return Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel())


def test_an_upload_is_kept_and_taken_in(assistant: Assistant, library: Library) -> None:
    queue = Queue(assistant)
    queue.upload("../../etc/계약서.txt", "계약 기간은 2년이다.".encode())
    _until_idle(queue, library)
    queue.close()

    assert [(document.name, document.state) for document in library.documents()] == [("계약서.txt", State.READY)]
    assert len(list((library.home / "snapshots").iterdir())) == 1
    library.remove("계약서.txt")
    assert list((library.home / "snapshots").iterdir()) == []


def test_an_upload_of_the_same_name_replaces_nothing(assistant: Assistant, library: Library) -> None:
    queue = Queue(assistant)
    for content in (b"first contract", b"second contract", b"first contract"):
        queue.upload("contract.txt", content)
    _until_idle(queue, library)
    queue.close()

    assert [document.name for document in library.documents()] == ["contract.txt", "contract (2).txt"]
    assert [outcome.outcome for outcome in queue.outcomes()] == [Outcome.ADDED, Outcome.ADDED, Outcome.UNCHANGED]


def test_uploads_wait_for_the_next_start(assistant: Assistant, library: Library) -> None:
    import hashlib

    content = b"kept before the restart"
    library.keep_snapshot(hashlib.sha256(content).hexdigest(), content)
    library.manifest.put_job("kept.txt", hashlib.sha256(content).hexdigest())

    queue = Queue(assistant)
    _until_idle(queue, library)
    queue.close()

    assert [document.name for document in library.documents()] == ["kept.txt"]


def test_the_queue_outlives_a_fault(assistant: Assistant, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(self: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ingest.queue._RETRY_S", 0.05)
    monkeypatch.setattr("rag.library.library.Library.fill_index", faulty)
    queue = Queue(assistant)
    try:
        queue.upload("note.txt", b"The attic is dry.")
        until = time.monotonic() + 20
        while queue.broken() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert isinstance(queue.broken(), TakingInBroke)
        monkeypatch.undo()
        while (queue.broken() or not library.documents()) and time.monotonic() < until:
            time.sleep(0.02)
        assert [document.name for document in library.documents()] == ["note.txt"]
    finally:
        queue.close()


# --- nothing is embedded twice ---------------------------------------------------------------


def test_what_an_edited_file_keeps_is_not_embedded_again(
    filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    embed = embedder.embed_passages
    monkeypatch.setattr(embedder, "embed_passages", lambda texts: embedded.extend(texts) or embed(texts))
    lease = papers / "lease.md"
    lease.write_text(lease.read_text(encoding="utf-8").replace("3,751 euros", "4,000 euros"), encoding="utf-8")

    assert _outcomes(batch, papers)["lease.md"] == "updated"

    assert [text for text in embedded if "4,000 euros" not in text] == []
    assert len(embedded) == 1
    ids, vectors = filled.manifest.vectors(embedder.identity)
    held = {int(at): passage for at, passage in filled.passages([int(at) for at in ids]).items()}
    rows = filled.manifest.rows("SELECT passage_id, header || char(10) || text FROM passages ORDER BY passage_id")
    assert set(held) == {at for at, _ in rows}
    assert np.allclose(vectors, np.stack([embedder.embed_question(text) for _, text in rows]))


def test_an_erased_document_leaves_no_vector_to_be_found_again(
    filled: Library, papers: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    erase(filled, "lease.md")
    worked = embedder.embedded

    assert _outcomes(batch, papers)["lease.md"] == "added"

    assert embedder.embedded > worked


# --- reading ahead ---------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"Clause {number} speaks of thing{number}.", encoding="utf-8")
    return folder


def test_the_next_file_is_read_while_the_present_one_is_embedded(
    library: Library, many: Path, batch: Batch, embedder: WordHashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    embed, sandbox_read, second = embedder.embed_passages, batch.sandbox.read, threading.Event()

    def reading(path: Path, **given: Any) -> Reading:
        found = sandbox_read(path, **given)
        read.append(path.name)
        if path.name == "1.txt":
            second.set()
        return found

    def embedding(texts: Sequence[str]) -> Vectors:
        assert second.wait(timeout=30)
        return embed(texts)

    monkeypatch.setattr(batch.sandbox, "read", reading)
    monkeypatch.setattr(embedder, "embed_passages", embedding)

    assert list(_outcomes(batch, many).values()) == ["added"] * 6
    assert read == [f"{number}.txt" for number in range(6)]


def test_a_file_that_changes_after_it_was_read_ahead_is_read_again(
    library: Library, many: Path, batch: Batch, embedder: WordHashEmbedder
) -> None:
    outcomes = add([many], batch)
    next(outcomes)
    (many / "1.txt").write_text("Quite another clause about otters.", encoding="utf-8")

    assert [outcome.outcome.value for outcome in outcomes] == ["added"] * 5
    texts = [text for (text,) in library.manifest.rows("SELECT text FROM passages ORDER BY passage_id")]
    assert texts[1] == "Quite another clause about otters."
    assert len(texts) == 6


def test_a_file_that_fails_fails_in_its_turn_when_it_is_read_ahead(library: Library, many: Path, batch: Batch) -> None:
    (many / "1.txt").unlink()
    (many / "1.pdf").write_bytes(b"%PDF-1.7 cut off")
    (many / "2.txt").write_bytes((many / "0.txt").read_bytes())

    assert list(_outcomes(batch, many).items()) == [
        ("0.txt", "added"),
        ("1.pdf", "failed"),
        ("2.txt", "added"),
        ("3.txt", "added"),
        ("4.txt", "added"),
        ("5.txt", "added"),
    ]
    assert library.counts().documents == 4


def test_whoever_stops_does_not_wait_for_what_is_read_ahead(
    library: Library, many: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), list[str]()
    sandbox_read = batch.sandbox.read

    def reading(path: Path, *, go_on: Callable[[], None], **given: Any) -> Reading:
        if path.name != "1.txt":
            return sandbox_read(path, go_on=go_on, **given)
        begun.set()
        try:
            while True:
                time.sleep(0.01)
                go_on()
        finally:
            ended.append(path.name)

    monkeypatch.setattr(batch.sandbox, "read", reading)
    outcomes = add([many], batch)
    next(outcomes)
    assert begun.wait(timeout=10)

    outcomes.close()

    assert ended == ["1.txt"]
    assert [document.name for document in library.documents()] == ["0.txt"]
