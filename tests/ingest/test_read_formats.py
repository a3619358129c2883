"""What a file is, and why it cannot be read."""

import os
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
    NotWhatItsNameSays,
    OldFormat,
    UnreadableFile,
    UnsupportedFormat,
)
from rag.records import Reason
from tests import documents, workbooks

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
        "rtf.doc": documents.text(tmp_path / "rtf.doc", "{\\rtf1 words}"),
        "xlsx.xls": workbooks.xlsx(tmp_path / "xlsx.xls", {"S": [["a"]]}),
        "xls.xlsx": workbooks.xls(tmp_path / "xls.xlsx", "S", [["a"]]),
        "html.xls": documents.html(tmp_path / "html.xls", "<table><tr><td>a<td>b</table>"),
        "ods.txt": workbooks.ods(
            tmp_path / "ods.txt",
            {"S": "<table:table-row><table:table-cell office:value-type='boolean' office:boolean-value='true'/></table:table-row>"},
        ),
        "a.csv": documents.text(tmp_path / "a.csv", "a,b"),
        "csv.txt": documents.text(tmp_path / "csv.txt", "a,b"),
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
        "rtf.doc": "rtf",
        "xlsx.xls": "xlsx",
        "xls.xlsx": "xls",
        "html.xls": "html",
        "ods.txt": "ods",
        "a.csv": "csv",
        "csv.txt": "text",
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
        pytest.param("a.txt", " \n".encode("utf-16"), Reason("NoWords", {"name": "a.txt"}), id="white space in UTF-16"),
        pytest.param("a.html", b"<!doctype html><script>x</script>", Reason("NoWords", {"name": "a.html"}), id="only scripts"),
        pytest.param(
            "a.txt", PNG, Reason("DamagedDocument", {"name": "a.txt", "cause": "it cannot be opened as PNG"}), id="picture called text"
        ),
        pytest.param("a.txt", bytes(range(256)), Reason("UnsupportedFormat", {"name": "a.txt", "kind": "binary"}), id="bytes called text"),
        pytest.param("a.dat", bytes(range(256)), Reason("UnsupportedFormat", {"name": "a.dat", "kind": "DAT"}), id="unknown bytes"),
        pytest.param(
            "a.xlsx",
            b"<html>Log in</html>",
            Reason("NotWhatItsNameSays", {"name": "a.xlsx", "kind": "XLSX", "cause": "it holds text, perhaps a page that asks to log in"}),
            id="login page saved as XLSX",
        ),
        pytest.param("a.mht", b"words", Reason("DamagedDocument", {"name": "a.mht", "cause": "no page is in it"}), id="text called MHT"),
        pytest.param("a.ps", b"%!PS-Adobe", Reason("UnsupportedFormat", {"name": "a.ps", "kind": "PostScript"}), id="PostScript"),
        pytest.param(
            "a.hwp",
            b"HWP Document File V3.00 \x1a\1\2\3\4\5",
            Reason("OldFormat", {"name": "a.hwp", "kind": "HWP 3", "better": "HWPX"}),
            id="HWP 3",
        ),
        pytest.param(
            "a.txt",
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\nx",
            Reason("DamagedDocument", {"name": "a.txt", "cause": "no page is in it"}),
            id="web page with its pictures",
        ),
        pytest.param(
            "a.pdf",
            b"<html><p>Please log in</p></html>",
            Reason("NotWhatItsNameSays", {"name": "a.pdf", "kind": "PDF", "cause": "it holds text, perhaps a page that asks to log in"}),
            id="login page saved as PDF",
        ),
        pytest.param(
            "a.docx",
            b"words",
            Reason("NotWhatItsNameSays", {"name": "a.docx", "kind": "DOCX", "cause": "it holds text, perhaps a page that asks to log in"}),
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
        pytest.param(("WordDocument",), OldFormat(name="a.docx", kind="DOC", better="DOCX"), id="old Word"),
        pytest.param(("Workbook", "WordDocument"), OldFormat(name="a.docx", kind="DOC", better="DOCX"), id="old Word with a sheet inside"),
        pytest.param(("PowerPoint Document", "Workbook"), OldFormat(name="a.docx", kind="PPT", better="PPTX"), id="old PowerPoint"),
        pytest.param(("Workbook",), DamagedDocument(name="a.docx", cause="its sheets cannot be read"), id="a piece of an old workbook"),
        pytest.param(("FileHeader",), DamagedDocument(name="a.docx", cause="its OLE container is broken"), id="HWP without its tables"),
        pytest.param(("Something",), UnsupportedFormat(name="a.docx", kind="OLE"), id="something else"),
    ],
)
def test_an_ole_container_is_told_by_what_it_holds(tmp_path: Path, streams: tuple[str, ...], error: DocumentError) -> None:
    path = documents.ole(tmp_path / "a.docx", *streams)

    assert reason_of(path) == error.reason()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("a.zip", UnsupportedFormat(name="a.zip", kind="ZIP"), id="zip"),
        pytest.param("a", UnsupportedFormat(name="a", kind="ZIP"), id="no suffix"),
        pytest.param(
            "a.hwpx",
            NotWhatItsNameSays(name="a.hwpx", kind="HWPX", cause="it is a ZIP file that holds no such document"),
            id="zip called HWPX",
        ),
    ],
)
def test_a_zip_of_other_things_is_told_by_its_name(tmp_path: Path, name: str, error: DocumentError) -> None:
    assert reason_of(workbooks.package(tmp_path / name, {"readme.txt": "words"})) == error.reason()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("a.xls", DamagedDocument(name="a.xls", cause="its OLE container is broken"), id="workbook"),
        pytest.param("a.hwp", DamagedDocument(name="a.hwp", cause="its OLE container is broken"), id="HWP"),
        pytest.param("a.msg", DamagedDocument(name="a.msg", cause="its OLE container is broken"), id="mail"),
        pytest.param("a.doc", OldFormat(name="a.doc", kind="DOC", better="DOCX"), id="old Word"),
        pytest.param("a.PPT", OldFormat(name="a.PPT", kind="PPT", better="PPTX"), id="old PowerPoint"),
        pytest.param("a.db", UnsupportedFormat(name="a.db", kind="OLE"), id="something else"),
    ],
)
def test_an_ole_container_without_its_directory_is_told_by_its_name(tmp_path: Path, name: str, error: DocumentError) -> None:
    assert reason_of(documents.ole(tmp_path / name)) == error.reason()


def test_a_kind_that_is_read_is_never_said_to_be_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\x0a" + bytes(4) + b"XHDR" + bytes(64))
    hwp = documents.ole(tmp_path / "a", "\x05HwpSummaryInformation")

    assert reason_of(tmp_path / "a.png").code == DamagedDocument.__name__
    assert reason_of(hwp) == DamagedDocument(name="a", cause="its OLE container is broken").reason()


def test_a_few_zeros_do_not_make_text_binary(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<html><p>wo\0rds" + b"<p>words" * 50)
    (tmp_path / "a.csv").write_bytes(b"a,b\0,c\n" + b"1,2,3\n" * 50)

    assert read(tmp_path / "a.html").text().startswith("words\n\nwords")
    assert read(tmp_path / "a.csv").text().startswith("a | b | c\n1 | 2 | 3")


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
    assert {
        ".pdf",
        ".docx",
        ".pptx",
        ".xlsx",
        ".xls",
        ".odt",
        ".rtf",
        ".epub",
        ".mhtml",
        ".csv",
        ".html",
        ".htm",
        ".md",
        ".txt",
    } <= SUPPORTED_SUFFIXES
    assert {EmptyFile, DamagedDocument} <= set(DocumentError.__subclasses__())
