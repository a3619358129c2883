"""How many cells an XLS spans, found without building them: through the container (OLE), then the records (BIFF) of each sheet."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_NO_SECTOR = 0xFFFFFFFA
"""From here on, numbers of sectors mean something else: an end, a gap."""

_DIRECTORY_ENTRY_BYTES = 128
_KIND_AT, _STREAM = 66, b"\2"
_SMALL_STREAM_BYTES = 4096
_SMALL_SECTOR_BYTES = 64

_SHEET, _DIMENSIONS, _END = 0x85, 0x200, 0x0A
_CELLS = frozenset({0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E})
_SEVERAL_CELLS = (0xBD, 0xBE)


def cells(contents: bytes, streams: tuple[str, ...]) -> int | None:
    """The places of all sheets, or those they claim where these are more; None where that cannot be told: the file is broken."""
    try:
        book = _Container.of(contents).stream(streams)
        sheets = [] if book is None else [struct.unpack_from("<I", content)[0] for kind, content in _records(book, 0) if kind == _SHEET]
        return None if book is None else sum(_places(book, start) for start in sheets)
    except (struct.error, IndexError, ValueError):
        return None


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        if kind == _END:
            return
        at += 4 + length


def _places(book: bytes, start: int) -> int:
    rows = columns = claimed = 0
    for kind, content in _records(book, start):
        if kind == _DIMENSIONS:
            first_row, last_row, first, last = struct.unpack_from("<IIHH" if len(content) >= 14 else "<HHHH", content)
            if last_row < first_row or last < first:
                raise ValueError
            claimed = (last_row - first_row) * (last - first)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", content)
            if kind in _SEVERAL_CELLS:
                column = max(column, struct.unpack("<H", content[-2:])[0])
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    return max(rows * columns, claimed)


@dataclass
class _Container:
    contents: bytes
    sector_bytes: int
    table: tuple[int, ...]

    @classmethod
    def of(cls, contents: bytes) -> _Container:
        shift = struct.unpack_from("<H", contents, 30)[0]
        if shift not in (9, 12):
            raise ValueError
        size = 1 << shift
        places = list(struct.unpack_from("<109I", contents, 76))
        more, count = struct.unpack_from("<II", contents, 68)
        while more < _NO_SECTOR and count:
            if len(places) * size > len(contents) * 4:
                raise ValueError("a table that runs in a circle")
            *further, more = struct.unpack_from(f"<{size // 4}I", contents, (more + 1) * size)
            places += further
            count -= 1
        table = b"".join(contents[(place + 1) * size : (place + 2) * size] for place in places if place < _NO_SECTOR)
        return cls(contents, size, struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]))

    def stream(self, names: tuple[str, ...]) -> bytes | None:
        directory = self._chain(struct.unpack_from("<I", self.contents, 48)[0])
        entries = [directory[at : at + _DIRECTORY_ENTRY_BYTES] for at in range(0, len(directory), _DIRECTORY_ENTRY_BYTES)]
        known = {
            entry[:64].decode("utf-16-le", errors="replace").partition("\0")[0].lower(): entry
            for entry in entries
            if entry[_KIND_AT : _KIND_AT + 1] == _STREAM
        }
        entry = next((known[name.lower()] for name in names if name.lower() in known), None)
        if entry is None:
            return None
        start, size = struct.unpack_from("<II", entry, 116)
        if size > len(self.contents):  # the library takes that much memory before it looks
            raise ValueError
        small = self._chain(struct.unpack_from("<I", entries[0], 116)[0])  # the library follows these too, whether it needs them or not
        table = self._chain(struct.unpack_from("<I", self.contents, 60)[0])
        if size >= _SMALL_STREAM_BYTES:
            return self._chain(start)[:size]
        places = _follow(struct.unpack(f"<{len(table) // 4}I", table), start)
        return b"".join(small[place * _SMALL_SECTOR_BYTES : (place + 1) * _SMALL_SECTOR_BYTES] for place in places)[:size]

    def _chain(self, start: int) -> bytes:
        size = self.sector_bytes
        return b"".join(self.contents[(place + 1) * size : (place + 2) * size] for place in _follow(self.table, start))


def _follow(table: tuple[int, ...], start: int) -> Iterator[int]:
    for _ in table:
        if start >= _NO_SECTOR:
            return
        yield start
        start = table[start]
    if start < _NO_SECTOR:  # the library would follow it until the memory is full
        raise ValueError("a chain that runs in a circle")
