"""OLE containers for tests, as small as the format allows."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

Tree = Mapping[str, "bytes | Tree"]

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_SECTOR, _MINI_SECTOR, _MINI_BELOW = 512, 64, 4096


def ole_file(tree: Tree) -> bytes:
    """A container with these streams, and storages with streams of their own."""
    return _Writer().file(tree)


@dataclass
class _Entry:
    name: str
    kind: int  # 1 storage, 2 stream, 5 root
    content: bytes = b""
    child: int = _NONE
    left: int = _NONE
    right: int = _NONE
    start: int = _END


@dataclass
class _Writer:
    entries: list[_Entry] = field(default_factory=list)
    sectors: list[bytes] = field(default_factory=list)
    fat: list[int] = field(default_factory=list)

    def file(self, tree: Tree) -> bytes:
        root = _Entry("Root Entry", 5)
        self.entries.append(root)
        root.child = self._add_storage(tree)
        mini, mini_fat = bytearray(), list[int]()
        for entry in self.entries:
            if entry.kind == 2 and entry.content and len(entry.content) < _MINI_BELOW:
                entry.start = len(mini_fat)
                count = -(-len(entry.content) // _MINI_SECTOR)
                mini_fat += [*range(entry.start + 1, entry.start + count), _END]
                mini += entry.content.ljust(count * _MINI_SECTOR, b"\0")
            elif entry.kind == 2 and entry.content:
                entry.start = self._add(entry.content)
        root.content = bytes(mini)
        root.start = self._add(root.content)
        mini_start = self._add(struct.pack(f"<{len(mini_fat)}I", *mini_fat), filler=b"\xff")
        directory_start = self._add(b"".join(map(_packed, self.entries)))
        fat_sectors = 1
        while (len(self.fat) + fat_sectors) * 4 > fat_sectors * _SECTOR:
            fat_sectors += 1
        first = len(self.fat)
        fat = struct.pack(f"<{first + fat_sectors}I", *self.fat, *[_FAT] * fat_sectors).ljust(fat_sectors * _SECTOR, b"\xff")
        header = struct.pack(
            "<8s16s5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6,
            0, fat_sectors, directory_start, 0, _MINI_BELOW, mini_start, -(-len(mini_fat) * 4 // _SECTOR), _END, 0,
        )  # fmt: skip
        places = struct.pack(f"<{fat_sectors}I", *range(first, first + fat_sectors))
        return (header + places).ljust(_SECTOR, b"\xff") + b"".join(self.sectors) + fat

    def _add_storage(self, tree: Tree) -> int:
        """Entries for what a storage holds; the first of their balanced tree."""
        numbers = {}
        for name, content in tree.items():
            numbers[name] = len(self.entries)
            self.entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        for name, content in tree.items():
            if not isinstance(content, bytes):
                self.entries[numbers[name]].child = self._add_storage(content)
        return self._balanced([numbers[name] for name in sorted(tree, key=lambda name: (len(name), name.upper()))])

    def _balanced(self, numbers: list[int]) -> int:
        if not numbers:
            return _NONE
        middle = len(numbers) // 2
        entry = self.entries[numbers[middle]]
        entry.left, entry.right = self._balanced(numbers[:middle]), self._balanced(numbers[middle + 1 :])
        return numbers[middle]

    def _add(self, content: bytes, *, filler: bytes = b"\0") -> int:
        """Sectors for these bytes; the first of them."""
        if not content:
            return _END
        start, count = len(self.fat), -(-len(content) // _SECTOR)
        self.fat += [*range(start + 1, start + count), _END]
        self.sectors.append(content.ljust(count * _SECTOR, filler))
        return start


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", name, len(name) + 2, entry.kind, 1, entry.left, entry.right, entry.child, bytes(16), 0, 0, 0,
        entry.start, len(entry.content),
    )  # fmt: skip
