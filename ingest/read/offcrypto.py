"""Office files behind a password, opened in memory (MS-OFFCRYPTO): DOCX, PPTX, XLSX inside their OLE container, and XLS."""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.format.xls97 import Xls97File
from msoffcrypto.method.rc4 import DocumentRC4
from msoffcrypto.method.rc4_cryptoapi import DocumentRC4CryptoAPI

from ingest.read.ole import Container, with_stream
from rag.errors import DamagedDocument, UnsupportedEncryption, WrongPassword

_BROKEN = (
    FileFormatError,
    ParseError,
    # What the library raises where a file is not what it expects:
    ArithmeticError,
    AssertionError,
    AttributeError,
    ExpatError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    struct.error,
)

XLS_UNASKED = "VelvetSweatshop"
"""The password of old workbooks whose structure alone is protected: Excel opens these without asking."""

_BOF, _FILE_PASS, _SHEET = 0x809, 0x2F, 0x85
_NEVER_ENCRYPTED = frozenset({_BOF, _FILE_PASS, 0x194, 0x195, 0xE1, 0x196, 0x138})  # MS-XLS 2.2.10
_BLOCK_BYTES = 1024  # of a workbook that share a key

logging.getLogger("msoffcrypto").setLevel(logging.CRITICAL)  # at its debug level it writes passwords down


def decrypt_package(contents: bytes, name: str, password: str) -> bytes:
    """The zip file inside the container of a protected DOCX, PPTX, XLSX or XLSB.

    Raises:
        WrongPassword
        UnsupportedEncryption: it takes a certificate or a right, not a password.
        DamagedDocument
    """
    if not password:  # which the library takes for none
        raise WrongPassword(name=name)
    Container(contents, name)  # refuses what would fill the memory before the library looks at it
    opened = io.BytesIO()
    with _faults_named(name):
        file = OOXMLFile(io.BytesIO(contents))
        file.load_key(password=password, verify_password=True)
    try:
        file.decrypt(opened)
    except (DecryptionError, *_BROKEN) as error:  # the password was right
        raise _damaged(name) from error
    return opened.getvalue()


def decrypt_workbook(contents: bytes, name: str, password: str) -> bytes:
    """A protected XLS as it was before; not by the library's own way, which writes it to the disk.

    Raises:
        WrongPassword
        UnsupportedEncryption: it is of Excel 95, or hidden by the method of that time.
        DamagedDocument
    """
    Container(contents, name)
    try:
        file = Xls97File(io.BytesIO(contents))
    except _BROKEN as error:
        raise UnsupportedEncryption(name=name) from error
    with _faults_named(name):
        file.load_key(password=password)
        file.data.workbook.seek(0)
        book = bytes(file.data.workbook.read())
        match file.type:
            case "rc4":
                plain = DocumentRC4.decrypt(password, file.salt, io.BytesIO(book), blocksize=_BLOCK_BYTES)
            case "rc4_cryptoapi":
                plain = DocumentRC4CryptoAPI.decrypt(password, file.salt, file.keySize, io.BytesIO(book), blocksize=_BLOCK_BYTES)
            case _:
                raise UnsupportedEncryption(name=name)
    return with_stream(contents, name, "Workbook", _mixed(book, plain.getvalue()))


@contextmanager
def _faults_named(name: str) -> Iterator[None]:
    """What the library raises where it takes a password, in our words."""
    try:
        yield
    except InvalidKeyError as error:
        raise WrongPassword(name=name) from error
    except DecryptionError as error:
        raise UnsupportedEncryption(name=name) from error
    except _BROKEN as error:
        raise _damaged(name) from error


class _Part(NamedTuple):
    kind: int
    head: int  # where the record begins
    start: int  # where its content does
    end: int


def _mixed(book: bytes, plain: bytes) -> bytes:
    """The decrypted contents of records between what was never encrypted: their heads, some records, and where sheets begin."""
    mixed = bytearray(book)
    for record in _records(book):
        if record.kind == _FILE_PASS:
            mixed[record.head : record.head + 2] = b"\0\0"  # there is no password any longer
        elif record.kind not in _NEVER_ENCRYPTED:
            start = min(record.end, record.start + 4) if record.kind == _SHEET else record.start
            mixed[start : record.end] = plain[start : record.end]
    return bytes(mixed)


def _records(book: bytes) -> Iterator[_Part]:
    at = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        end = min(len(book), at + 4 + length)
        yield _Part(kind, at, at + 4, end)
        at = end


def _damaged(name: str) -> DamagedDocument:
    return DamagedDocument(name=name, cause="its encryption makes no sense")
