"""HWP 5 container -> trees of records, unpacked and decrypted, as Hancom's "한글 문서 파일 형식 5.0" describes them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ingest.read.ole import Container
from rag.errors import DamagedDocument, DocumentTooDemanding, UnsupportedEncryption

_SIGNATURE = b"HWP Document File"
_SECTION = re.compile(r"Section(\d{1,6})", re.IGNORECASE)

_COMPRESSED, _DISTRIBUTED = 0x01, 0x04
_PROTECTED = 0x02 | 0x10 | 0x100 | 0x400  # a password, rights management, a certificate's key, both of these

_LARGEST_STREAM_MIB = 128
"""Unpacked. The text of a thousand pages takes some 10."""

DISTRIBUTION = 28


@dataclass
class Record:
    tag: int
    payload: bytes
    children: list[Record] = field(default_factory=list)


@dataclass
class Streams:
    """What an HWP file consists of."""

    container: Container
    _flags: int = 0

    def __post_init__(self) -> None:
        """
        Raises:
            UnsupportedEncryption: it takes a password, or a right, to open it.
            DamagedDocument: it says nothing about itself.
        """
        header = self.container.read("FileHeader") or b""
        if not header.startswith(_SIGNATURE) or len(header) < 40:
            raise DamagedDocument(name=self.container.name, cause="its header is missing")
        (self._flags,) = struct.unpack_from("<I", header, 36)
        if self._flags & _PROTECTED:
            raise UnsupportedEncryption(name=self.container.name)

    def definitions(self) -> Record:
        """Styles, paragraph shapes and numberings."""
        return tree(self._unpacked(self.container.read("DocInfo") or b""))

    def sections(self) -> Iterator[Record]:
        """The text. A document for distribution has it in another place, behind a key that lies in front of it."""
        folder = "ViewText" if self._flags & _DISTRIBUTED else "BodyText"
        found = [path for path in self.container.streams() if len(path) == 2 and path[0] == folder and _SECTION.fullmatch(path[1])]
        if not found:
            raise DamagedDocument(name=self.container.name, cause="its text is missing")
        for path in sorted(found, key=lambda path: int(path[1][len("Section") :])):
            contents = self.container.read(*path) or b""
            yield tree(self._unpacked(self._decrypted(contents) if self._flags & _DISTRIBUTED else contents))

    def _unpacked(self, contents: bytes) -> bytes:
        if not self._flags & _COMPRESSED:
            return contents
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            unpacked = stream.decompress(contents, _LARGEST_STREAM_MIB * 2**20)
        except zlib.error as error:
            raise DamagedDocument(name=self.container.name, cause="a part of it cannot be unpacked") from error
        if stream.unconsumed_tail:
            raise DocumentTooDemanding(name=self.container.name, limit=f"{_LARGEST_STREAM_MIB} MiB")
        if not stream.eof:
            raise DamagedDocument(name=self.container.name, cause="a part of it is cut off")
        return unpacked

    def _decrypted(self, contents: bytes) -> bytes:
        if len(contents) < 260 or int.from_bytes(contents[:4], "little") & 0x3FF != DISTRIBUTION:
            raise DamagedDocument(name=self.container.name, cause="the key to its text is missing")
        encrypted = contents[260:]
        cipher = Cipher(algorithms.AES(_key(contents[4:260])), modes.ECB()).decryptor()  # the format's choice
        return cipher.update(encrypted[: len(encrypted) // 16 * 16])


def _key(masked: bytes) -> bytes:
    """The AES key of a document for distribution: hidden among numbers that its first four bytes begin."""
    state = seed = int.from_bytes(masked[:4], "little")
    mask = bytearray()
    while len(mask) < len(masked):
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        byte = state >> 16 & 0xFF
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        mask += bytes([byte]) * ((state >> 16 & 0x0F) + 1)
    start = 4 + (seed & 0x0F)
    return bytes(one ^ other for one, other in zip(masked[start : start + 16], mask[start : start + 16], strict=True))


def tree(stream: bytes) -> Record:
    """Records below each other by their level; one without a parent belongs to the last that could be."""
    root = Record(-1, b"")
    line = [root]
    at = 0
    while at + 4 <= len(stream):
        (head,) = struct.unpack_from("<I", stream, at)
        at += 4
        tag, level, size = head & 0x3FF, head >> 10 & 0x3FF, head >> 20
        if size == 0xFFF and at + 4 <= len(stream):
            (size,) = struct.unpack_from("<I", stream, at)
            at += 4
        record = Record(tag, stream[at : at + size])
        at += size
        del line[level + 1 :]
        line[-1].children.append(record)
        line.append(record)
    return root


def summary(contents: bytes) -> dict[int, str]:
    """Texts and times of a property set (MS-OLEPS), by their numbers; what makes no sense is left out."""
    start = int.from_bytes(contents[44:48], "little")
    (count,) = struct.unpack("<I", contents[start + 4 : start + 8].ljust(4, b"\0"))
    entries = contents[start + 8 : start + 8 + 8 * min(count, len(contents) // 8)]
    found: dict[int, str] = {}
    for number, offset in struct.iter_unpack("<II", entries[: len(entries) // 8 * 8]):
        value = contents[start + offset :]
        kind, head = int.from_bytes(value[:4], "little"), value[4:12]
        if kind == 0x1F:  # as many letters as the head says
            found[number] = value[8 : 8 + 2 * int.from_bytes(head[:4], "little")].decode("utf-16-le", errors="replace").rstrip("\0")
        elif kind == 0x40 and (ticks := int.from_bytes(head, "little")):
            try:
                found[number] = (datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=ticks // 10**7)).isoformat()
            except OverflowError:
                continue
    return found
