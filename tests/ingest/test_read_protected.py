"""Every kind of file behind a password is known for one, opened by its password, and by no other."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pptx
import pytest

from ingest.read import read
from ingest.sandbox import Sandbox
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooDemanding,
    EncryptedDocument,
    UnsupportedEncryption,
    WrongPassword,
    sentence_of,
)
from rag.settings import SandboxSettings
from tests import documents, protected, workbooks
from tests.ingest.test_read_hwpx import hwpx, paragraph

PASSWORD = "열려라 Sesame"


def _pdf(algorithm: str) -> Callable[[Path], Path]:
    return lambda folder: documents.pdf(folder / "a.pdf", ["The attic is dry."], title="다락", password=PASSWORD, algorithm=algorithm)


def _docx(folder: Path) -> Path:
    return protected.office(documents.docx(folder / "a.docx", ["The attic is dry."]), PASSWORD)


def _pptx(folder: Path) -> Path:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "The attic is dry."
    deck.save(str(folder / "a.pptx"))
    return protected.office(folder / "a.pptx", PASSWORD)


def _xlsx(folder: Path) -> Path:
    return protected.office(workbooks.xlsx(folder / "a.xlsx", {"S": [["The attic is dry."]]}), PASSWORD)


def _xls(folder: Path, password: str = PASSWORD) -> Path:
    return protected.xls(workbooks.xls(folder / "a.xls", "S", [["The attic is dry."], ["x" * 700], ["y" * 700]], protected=True), password)


def _odt(folder: Path) -> Path:
    return workbooks.open_document(folder / "a.odt", "text", "<text:p>The attic is dry.</text:p>")


def _ods(folder: Path) -> Path:
    return workbooks.ods(
        folder / "a.ods",
        {
            "S": '<table:table-row><table:table-cell office:value-type="string"><text:p>The attic is dry.</text:p></table:table-cell></table:table-row>'
        },
    )


def _odp(folder: Path) -> Path:
    slide = "<draw:page><draw:frame><draw:text-box><text:p>The attic is dry.</text:p></draw:text-box></draw:frame></draw:page>"
    return workbooks.open_document(folder / "a.odp", "presentation", slide)


def _hwpx(folder: Path) -> Path:
    (folder / "a.hwpx").write_bytes(hwpx(paragraph("The attic is dry.")))
    return folder / "a.hwpx"


KINDS = [
    *(pytest.param(_pdf(algorithm), id=f"PDF {algorithm}") for algorithm in ("RC4-40", "RC4-128", "AES-128", "AES-256")),
    pytest.param(_docx, id="DOCX"),
    pytest.param(_pptx, id="PPTX"),
    pytest.param(_xlsx, id="XLSX"),
    pytest.param(_xls, id="XLS"),
    pytest.param(lambda folder: protected.open_document(_odt(folder), PASSWORD), id="ODT"),
    pytest.param(lambda folder: protected.open_document(_ods(folder), PASSWORD), id="ODS"),
    pytest.param(lambda folder: protected.open_document(_odp(folder), PASSWORD), id="ODP"),
    pytest.param(lambda folder: protected.whole_open_document(_odt(folder), PASSWORD), id="ODT in one piece"),
    pytest.param(lambda folder: protected.whole_open_document(_ods(folder), PASSWORD), id="ODS in one piece"),
    pytest.param(lambda folder: protected.open_document(_hwpx(folder), PASSWORD), id="HWPX"),
]


def reason_of(path: Path, password: str | None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(path, password=password)
    return caught.value


@pytest.mark.parametrize("make", KINDS)
def test_its_password_opens_it_and_no_other(tmp_path: Path, make: Callable[[Path], Path], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = make(tmp_path)

    assert reason_of(path, None).reason() == EncryptedDocument(name=path.name).reason()
    for wrong in ("sesame", "", "\0", "x" * 300, "열려라 Sesame "):
        assert reason_of(path, wrong).reason() == WrongPassword(name=path.name).reason()
    assert "The attic is dry." in read(path, password=PASSWORD).text()
    assert "Sesame" not in caplog.text
    assert "attic" not in caplog.text


def test_what_a_pdf_says_about_itself_is_opened_too(tmp_path: Path) -> None:
    assert read(_pdf("AES-256")(tmp_path), password=PASSWORD).title == "다락"


def test_a_password_for_what_needs_none_does_not_matter(tmp_path: Path) -> None:
    for path in (documents.pdf(tmp_path / "a.pdf", ["words"]), documents.docx(tmp_path / "a.docx", ["words"]), _odt(tmp_path)):
        assert read(path, password="any") == read(path)


def test_a_workbook_that_excel_opens_unasked_is_read_unasked(tmp_path: Path) -> None:
    assert "The attic is dry." in read(_xls(tmp_path, "VelvetSweatshop")).text()


def test_what_no_password_opens_is_not_said_to_need_one(tmp_path: Path) -> None:
    rights = documents.ole(tmp_path / "rights.docx", "EncryptedPackage", "\x06DataSpaces")
    blowfish = protected.open_document(_odt(tmp_path), PASSWORD, algorithm="Blowfish CFB")
    excel_95 = _xls(tmp_path)
    excel_95.write_bytes(
        excel_95.read_bytes().replace(
            "Workbook".encode("utf-16-le") + bytes(48) + b"\x12", "Book".encode("utf-16-le") + bytes(56) + b"\x0a"
        )
    )
    certificate = documents.pdf(tmp_path / "certificate.pdf", ["words"], password=PASSWORD)
    certificate.write_bytes(certificate.read_bytes().replace(b"/Filter /Standard", b"/Filter /Adobe.PS"))

    for path in (rights, blowfish, excel_95, certificate):
        assert reason_of(path, PASSWORD).reason() == UnsupportedEncryption(name=path.name).reason(), path.name


def test_encryption_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    cut = _docx(tmp_path)
    cut.write_bytes(cut.read_bytes().replace(b"spinCount", b"spunCount"))
    assert reason_of(cut, PASSWORD).reason() == DamagedDocument(name="a.docx", cause="its encryption makes no sense").reason()

    for rounds in (0, -1, 10**30):
        odd = protected.open_document(_odt(tmp_path), PASSWORD, rounds=rounds) if rounds > 0 else _odd_rounds(tmp_path, rounds)
        assert isinstance(reason_of(odd, PASSWORD), DamagedDocument)


def _odd_rounds(folder: Path, rounds: int) -> Path:
    path = protected.open_document(_odt(folder), PASSWORD, rounds=1)
    workbooks_manifest = b'iteration-count="1"'
    path.write_bytes(path.read_bytes().replace(workbooks_manifest, b'iteration-count="%d"' % rounds))
    return path


def test_whatever_is_broken_there_is_a_reading_or_a_reason(tmp_path: Path) -> None:
    for make in (_docx, _xls, lambda folder: protected.open_document(_odt(folder), PASSWORD)):
        path = make(tmp_path)
        contents = path.read_bytes()
        for at in range(0, len(contents), len(contents) // 150):
            path.write_bytes(contents[:at] + struct.pack("B", contents[at] ^ 0xFF) + contents[at + 1 :])
            try:
                read(path, password=PASSWORD)
            except DocumentError:
                pass


# --- in the child ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda folder: _spinning(folder, 9_000_000), id="DOCX"),
        pytest.param(lambda folder: protected.open_document(_odt(folder), PASSWORD, rounds=2**31 - 1), id="ODT"),
    ],
)
def test_a_key_that_takes_for_ever_takes_no_longer_than_any_file(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    began = time.monotonic()

    with Sandbox(SandboxSettings(seconds=1)) as sandbox, pytest.raises(DocumentTooDemanding):
        sandbox.read(path, password=PASSWORD)
    assert time.monotonic() - began < 10


def test_a_key_that_takes_all_memory_is_not_made(tmp_path: Path) -> None:
    path = protected.whole_open_document(_odt(tmp_path), PASSWORD, memory_kib=2**31 - 1)

    assert isinstance(reason_of(path, PASSWORD), DocumentTooDemanding)


def _spinning(folder: Path, spins: int) -> Path:
    path = protected.office(documents.docx(folder / "a.docx", ["words"]), PASSWORD, spins=1_000_000 - 1)
    path.write_bytes(path.read_bytes().replace(b'spinCount="999999"', b'spinCount="%d"' % spins)[: path.stat().st_size])
    return path


def test_the_child_ends_with_the_password_it_was_given(tmp_path: Path) -> None:
    path, plain = _pdf("AES-256")(tmp_path), documents.text(tmp_path / "a.txt", "words")

    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(plain)
        before = sandbox.pid
        with pytest.raises(EncryptedDocument):
            sandbox.read(path)
        assert sandbox.pid == before
        assert sandbox.read(path, password=PASSWORD).text() == "The attic is dry."
        assert sandbox.pid is None
        with pytest.raises(WrongPassword) as caught:
            sandbox.read(path, password="\udcff wrong")
        assert sandbox.pid is None
        assert sandbox.read(plain).text() == "words"
    assert "wrong" not in sentence_of(caught.value.reason(), "en")
