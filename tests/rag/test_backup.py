"""A drawer in one file, and back again."""

from __future__ import annotations

import hashlib
import shutil
import threading
import zipfile
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from ingest.queue import Queue
from rag.assemble import Assistant
from rag.errors import BackupBroken, BackupUnwritable, DrawerNotEmpty, NoDrawer
from rag.library.backup import restore_backup, write_backup
from rag.library.library import Library
from rag.settings import Settings
from tests.fakes import ScriptedModel, WordHashEmbedder


@pytest.fixture
def backup(filled: Library, tmp_path: Path) -> Path:
    file = tmp_path / "drawer.seorap"
    write_backup(filled.home, file)
    return file


def test_what_comes_back_is_what_was_saved(filled: Library, backup: Path, tmp_path: Path, embedder: WordHashEmbedder) -> None:
    restore_backup(backup, tmp_path / "again")
    again = Library(tmp_path / "again")

    assert again.documents() == filled.documents()
    question = embedder.embed_question("deposit")
    assert again.dense(question, 5, embedder=embedder.identity) == filled.dense(question, 5, embedder=embedder.identity)
    assert again.lexical("deposit", 5) == filled.lexical("deposit", 5)
    assert list(again.faults()) == []
    assert oct(backup.stat().st_mode)[-3:] == "600"
    again.close()


def test_uploads_and_settings_come_back(library: Library, home: Path, tmp_path: Path, embedder: WordHashEmbedder) -> None:
    queue = Queue(Assistant(Settings(home=home), library, embedder=embedder, model=ScriptedModel()))
    queue.pause()
    queue.upload("waits.txt", b"not taken in yet")
    queue.close()
    (home / "seorap.toml").write_text('language = "ko"\n')

    write_backup(home, tmp_path / "b")
    restore_backup(tmp_path / "b", tmp_path / "again")

    assert (tmp_path / "again" / "seorap.toml").read_text() == 'language = "ko"\n'
    assert [path.read_bytes() for path in (tmp_path / "again" / "snapshots").iterdir()] == [b"not taken in yet"]


def test_a_backup_made_while_documents_are_taken_in_is_consistent(library: Library, batch: Batch, tmp_path: Path) -> None:
    papers = tmp_path / "many"
    papers.mkdir()
    for number in range(60):
        (papers / f"{number}.txt").write_text(f"Document {number}. " * 50)
    writer = threading.Thread(target=lambda: list(add([papers], batch)))
    writer.start()
    made = 0
    while writer.is_alive():
        write_backup(library.home, tmp_path / f"b{made}")
        made += 1
    writer.join()

    assert made > 1
    for number in range(made):
        restore_backup(tmp_path / f"b{number}", tmp_path / "again")
        again = Library(tmp_path / "again")
        assert list(again.faults()) == []
        again.close()
        shutil.rmtree(tmp_path / "again")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9, 0.999])
def test_a_backup_that_is_cut_off_is_refused(backup: Path, tmp_path: Path, place: float) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * place)])

    with pytest.raises(BackupBroken):
        restore_backup(backup, tmp_path / "again")

    assert not (tmp_path / "again").exists()
    assert not (tmp_path / "again.restoring").exists()


def test_a_damaged_backup_is_refused_or_gives_what_was_saved(backup: Path, tmp_path: Path) -> None:
    restore_backup(backup, tmp_path / "control")
    manifest = (tmp_path / "control" / "manifest.sqlite3").read_bytes()
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        first = archive.getinfo("manifest.sqlite3").header_offset
        contents_at = first + 100 + archive.getinfo("manifest.sqlite3").compress_size
    places = [*range(first, first + 100), *range(first + 100, contents_at, contents_at // 100), *range(contents_at, len(whole))]
    refused = 0
    for at in places:
        backup.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            restore_backup(backup, tmp_path / "again")
        except BackupBroken:
            refused += 1
            assert not (tmp_path / "again").exists()
        else:  # what was hit says nothing (a date), or the same in another way
            assert (tmp_path / "again" / "manifest.sqlite3").read_bytes() == manifest
            shutil.rmtree(tmp_path / "again")

    assert refused > len(places) // 2


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "snapshots/../x", "index/gen-1/x"])
def test_a_backup_with_other_entries_is_refused(backup: Path, tmp_path: Path, name: str) -> None:
    import json

    with zipfile.ZipFile(backup) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    described = json.loads(parts.pop("backup.json"))
    parts[name] = b"x"
    described["sha256"][name] = hashlib.sha256(b"x").hexdigest()
    with zipfile.ZipFile(backup, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
        archive.writestr("backup.json", json.dumps(described))

    with pytest.raises(BackupBroken, match="holds what no backup holds"):
        restore_backup(backup, tmp_path / "again")


def test_a_drawer_is_never_replaced(filled: Library, backup: Path) -> None:
    with pytest.raises(DrawerNotEmpty):
        restore_backup(backup, filled.home)


def test_a_file_that_is_no_backup_and_a_drawer_that_is_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("words")
    for file in ("x", "nowhere"):
        with pytest.raises(BackupBroken):
            restore_backup(tmp_path / file, tmp_path / "again")
    with pytest.raises(NoDrawer):
        write_backup(tmp_path / "none", tmp_path / "b")


def test_a_place_that_cannot_be_written_keeps_no_half_backup(filled: Library, tmp_path: Path) -> None:
    with pytest.raises(BackupUnwritable):
        write_backup(filled.home, tmp_path / "nowhere" / "b")

    assert not (tmp_path / "nowhere").exists()
