"""OLE containers, as old Office formats, HWP and MSG are: a folder of streams in one file."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence

import olefile

from rag.errors import DamagedDocument

_HEADER_BYTES = 512
_SECTOR_COUNTS = (44, 64, 72)
"""Where the header says how many sectors its tables take; the library believes it, and would fill the memory with a loop."""

_BROKEN = (OSError, struct.error, IndexError, ValueError, OverflowError, RecursionError)
"""What the library raises on broken files: its own errors are OSErrors; the others come from offsets and depths that it believes."""

Path = tuple[str, ...]


def with_stream(contents: bytes, name: str, stream: str, replacement: bytes) -> bytes:
    """The container with other bytes, as many as before, in one of its streams.

    Raises:
        DamagedDocument: it cannot hold them.
    """
    file = io.BytesIO(contents)
    try:
        olefile.OleFileIO(file, write_mode=True).write_stream(stream, replacement)
    except _BROKEN as error:
        raise _damaged(name) from error
    return file.getvalue()


class Container:
    """An open container. What its streams hold together is never more than the file itself."""

    def __init__(self, contents: bytes, name: str) -> None:
        """
        Raises:
            DamagedDocument: its tables or its directory cannot be read, or a stream runs in a circle.
        """
        self.name = name
        self._left = len(contents)
        counts = [int.from_bytes(contents[at : at + 4], "little") for at in _SECTOR_COUNTS]
        if len(contents) < _HEADER_BYTES or max(counts) > len(contents) // _HEADER_BYTES:
            raise self._damaged()
        try:
            self._file = olefile.OleFileIO(io.BytesIO(contents))
            if self._file.num_mini_fat_sectors:
                self._file.loadminifat()
            self._paths = {tuple(path): None for path in self._file.listdir()}
        except _BROKEN as error:
            raise self._damaged() from error
        if _has_circle(self._file.fat) or _has_circle(self._file.minifat or ()):
            raise self._damaged()

    def streams(self) -> Iterator[Path]:
        """The paths of all streams, in the order of their names."""
        return iter(self._paths)

    def has(self, *path: str) -> bool:
        return path in self._paths

    def read(self, *path: str) -> bytes | None:
        """A stream's bytes; None where there is no such stream.

        Raises:
            DamagedDocument: it is not all there.
        """
        if path not in self._paths:
            return None
        try:
            size = self._file.get_size(list(path))
            if size > self._left:  # streams that share their sectors, or run in circles
                raise self._damaged()
            self._left -= size
            stream = bytes(self._file.openstream(list(path)).read())
        except _BROKEN as error:
            raise self._damaged() from error
        if len(stream) != size:
            raise self._damaged()
        return stream

    def _damaged(self) -> DamagedDocument:
        return _damaged(self.name)


def _has_circle(table: Sequence[int]) -> bool:
    """Whether a table that says which sector follows which never comes to an end somewhere."""
    met = [0] * len(table)  # in which walk
    for walk, at in enumerate(range(len(table)), 1):
        while at < len(table) and not met[at]:
            met[at] = walk
            at = table[at]
        if at < len(table) and met[at] == walk:
            return True
    return False


def _damaged(name: str) -> DamagedDocument:
    return DamagedDocument(name=name, cause="its OLE container is broken")
