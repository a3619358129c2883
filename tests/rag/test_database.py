"""Reading waits for nobody, and sees what was committed last."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag.errors import DrawerReadOnly
from rag.library.library import Library


def test_a_reader_does_not_wait_for_a_transaction_and_sees_it_once_it_is_committed(library: Library) -> None:
    seen: list[str | None] = []
    with library.manifest.transaction():
        library.manifest.set_fact("colour", "green")
        reader = threading.Thread(target=lambda: seen.append(library.manifest.fact("colour")))
        reader.start()
        reader.join(timeout=5)
        own = library.manifest.fact("colour")

    assert seen == [None]
    assert own == "green"
    assert library.manifest.fact("colour") == "green"


def test_what_is_rolled_back_was_never_there_and_nothing_kept_of_it_stays(library: Library) -> None:
    before = library.counts()

    def broken_off() -> None:
        with library.manifest.transaction():
            library.manifest.put_place(b"/a.txt", name="a.txt", doc_id=None, mtime_ns=0, size_bytes=1, reason=None)
            assert [document.name for document in library.documents()] == ["a.txt"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()

    assert library.documents() == []
    assert library.counts() == before


def test_many_threads_read_and_write_at_once(library: Library) -> None:
    wrong: list[object] = []

    def write(name: str) -> None:
        for number in range(30):
            library.manifest.set_fact(name, str(number))
            if library.manifest.fact(name) != str(number):
                wrong.append((name, number))

    threads = [threading.Thread(target=write, args=(f"fact {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_nothing_is_written_but_in_a_transaction(library: Library) -> None:
    with pytest.raises(DrawerReadOnly):
        library.manifest.rows("DELETE FROM facts")


def test_a_closed_drawer_keeps_no_file_open(home: Path) -> None:
    library = Library(home)
    for _ in range(3):
        library.counts()
    library.close()

    assert not (home / "manifest.sqlite3-wal").exists()  # SQLite deletes it with the last connection
