"""What a file is, and why it cannot be read."""

import os
import zipfile
from pathlib import Path

import pytest

from ingest.read import SUPPORTED_SUFFIXES, read
from rag.errors import (
    DamagedDocument,
    DocumentError,
    EmptyFile,
    EncryptedDocument,
    NoSuchFile,
    NotAFile,
    UnreadableFile,
    UnsupportedFormat,
)
from rag.records import Reason
from tests import documents

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64)


def reason_of(path: Path, *, name: str | None = None) -> Reason:
    with pytest.raises(DocumentError) as caught:
        read(path, name=name)
    return caught.value.reason()


def test_the_content_decides_and_not_the_suffix(tmp_path: Path) -> None:
    made = {
        "pdf.txt": documents.pdf(tmp_path / "pdf.txt", ["words"]),
        "docx.pdf": documents.docx(tmp_path / "docx.pdf", ["words"]),
        "html.doc": documents.html(tmp_path / "html.doc", "<p>words</p>"),
        "html.txt": documents.html(tmp_path / "html.txt", "<p>words</p>"),
        "html16.htm": documents.html(tmp_path / "html16.htm", "<p>words</p>", encoding="utf-16"),
        "notes": documents.text(tmp_path / "notes", "words"),
        "config.toml": documents.text(tmp_path / "config.toml", "words"),
        "README.MD": documents.text(tmp_path / "README.MD", "words"),
        "bm.txt": documents.text(tmp_path / "bm.txt", "BM stands for bitmap, but these are words"),
    }

    formats = {name: read(path).format for name, path in made.items()}

    assert formats == {
        "pdf.txt": "pdf",
        "docx.pdf": "docx",
        "html.doc": "html",
        "html.txt": "html",
        "html16.htm": "html",
        "notes": "text",
        "config.toml": "text",
        "README.MD": "markdown",
        "bm.txt": "text",
    }


def test_an_upload_is_known_by_the_name_the_user_gave_it(tmp_path: Path) -> None:
    stored = documents.text(tmp_path / "5e884898da28", "# Title\n")
    empty = documents.text(tmp_path / "e3b0c44298fc", "")

    assert read(stored, name="notes.md").format == "markdown"
    assert reason_of(empty, name="notes.md") == Reason("EmptyFile", {"name": "notes.md"})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("a.txt", b"", Reason("EmptyFile", {"name": "a.txt"}), id="nothing"),
        pytest.param("a.pdf", b"", Reason("EmptyFile", {"name": "a.pdf"}), id="nothing, called PDF"),
        pytest.param("a.md", b" \r\n\t\n", Reason("EmptyFile", {"name": "a.md"}), id="white space"),
        pytest.param("a.docx", bytes(4096), Reason("EmptyFile", {"name": "a.docx"}), id="zeros left by a failed copy"),
        pytest.param("a.txt", " \n".encode("utf-16"), Reason("EmptyFile", {"name": "a.txt"}), id="white space in UTF-16"),
        pytest.param("a.html", b"<!doctype html><script>x</script>", Reason("EmptyFile", {"name": "a.html"}), id="only scripts"),
        pytest.param(
            "a.txt", PNG, Reason("DamagedDocument", {"name": "a.txt", "cause": "it cannot be opened as PNG"}), id="picture called text"
        ),
        pytest.param("a.txt", bytes(range(256)), Reason("UnsupportedFormat", {"name": "a.txt", "kind": "binary"}), id="bytes called text"),
        pytest.param("a.dat", bytes(range(256)), Reason("UnsupportedFormat", {"name": "a.dat", "kind": "DAT"}), id="unknown bytes"),
        pytest.param("a.doc", b"{\\rtf1 hello}", Reason("UnsupportedFormat", {"name": "a.doc", "kind": "RTF"}), id="RTF called DOC"),
        pytest.param(
            "a.txt",
            b"From: a@b\r\nMIME-Version: 1.0\r\n\r\nx",
            Reason("UnsupportedFormat", {"name": "a.txt", "kind": "MIME"}),
            id="mail called text",
        ),
        pytest.param(
            "a.pdf",
            b"<html><p>Please log in</p></html>",
            Reason("DamagedDocument", {"name": "a.pdf", "cause": "its content is not PDF"}),
            id="login page saved as PDF",
        ),
        pytest.param(
            "a.docx",
            b"words",
            Reason("DamagedDocument", {"name": "a.docx", "cause": "its content is not DOCX"}),
            id="text called DOCX",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: Reason) -> None:
    (tmp_path / name).write_bytes(content)

    assert reason_of(tmp_path / name) == reason


@pytest.mark.parametrize(
    ("streams", "error"),
    [
        pytest.param(("EncryptionInfo", "EncryptedPackage"), EncryptedDocument(name="a.docx"), id="DOCX with a password"),
        pytest.param(("WordDocument",), UnsupportedFormat(name="a.docx", kind="DOC"), id="old Word"),
        pytest.param(("FileHeader", "\x05HwpSummaryInformation"), UnsupportedFormat(name="a.docx", kind="HWP"), id="Hangul"),
        pytest.param(("Something",), UnsupportedFormat(name="a.docx", kind="OLE"), id="something else"),
    ],
)
def test_an_ole_container_is_told_by_what_it_holds(tmp_path: Path, streams: tuple[str, ...], error: DocumentError) -> None:
    path = documents.ole(tmp_path / "a.docx", *streams)

    assert reason_of(path) == error.reason()


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        pytest.param({"mimetype": "application/hwp+zip"}, "HWPX", id="hwpx"),
        pytest.param({"mimetype": "application/vnd.oasis.opendocument.text"}, "ODT", id="odt"),
        pytest.param({"readme.txt": "words"}, "ZIP", id="zip"),
    ],
)
def test_a_zip_that_is_no_docx_is_told_by_its_kind(tmp_path: Path, parts: dict[str, str], kind: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)

    assert reason_of(tmp_path / "a.docx") == Reason("UnsupportedFormat", {"name": "a.docx", "kind": kind})


def test_what_is_no_file_is_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "closed.txt").write_text("words")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")

    assert reason_of(tmp_path / "none.txt") == NoSuchFile(name="none.txt").reason()
    assert reason_of(tmp_path) == NotAFile(name=tmp_path.name).reason()
    assert reason_of(tmp_path / "pipe.txt") == NotAFile(name="pipe.txt").reason()
    assert reason_of(tmp_path / "loop.txt").code == UnreadableFile.__name__


def test_folders_are_searched_for_what_can_be_read() -> None:
    assert {suffix for suffix in SUPPORTED_SUFFIXES if suffix != suffix.lower() or not suffix.startswith(".")} == set()
    assert {".pdf", ".docx", ".html", ".htm", ".md", ".txt"} <= SUPPORTED_SUFFIXES
    assert {EmptyFile, DamagedDocument} <= set(DocumentError.__subclasses__())
