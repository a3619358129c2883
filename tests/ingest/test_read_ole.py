"""OLE containers, sound and made to harm."""

import struct

import pytest

from ingest.read.ole import Container
from rag.errors import DamagedDocument
from tests.ole import ole_file


def changed(contents: bytes, name: str, at: int, value: int) -> bytes:
    """With another number in the directory entry of this name."""
    place = contents.index(name.encode("utf-16-le").ljust(64, b"\0")) + at
    return contents[:place] + struct.pack("<I", value) + contents[place + 4 :]


def test_streams_are_found_and_read() -> None:
    contents = ole_file(
        {"small": b"x" * 100, "large": b"y" * 9000, "folder": {f"in{at}": bytes([at]) * 50 * at for at in range(1, 120)}, "none": b""}
    )

    container = Container(contents, "a")

    assert container.read("small") == b"x" * 100
    assert container.read("large") == b"y" * 9000
    assert [container.read("folder", f"in{at}") for at in range(1, 120)] == [bytes([at]) * 50 * at for at in range(1, 120)]
    assert container.read("none") == b""
    assert container.read("folder", "missing") is None
    assert (container.has("folder", "in7"), container.has("folder")) == (True, False)


@pytest.mark.parametrize(
    ("at", "value"),
    [pytest.param(120, 2**31, id="a size beyond the file"), pytest.param(116, 7000, id="a beginning beyond the file")],
)
def test_a_stream_that_is_not_all_there_is_damage(at: int, value: int) -> None:
    container = Container(changed(ole_file({"large": b"y" * 9000, "x": b"x"}), "large", at, value), "a")

    with pytest.raises(DamagedDocument):
        container.read("large")


def test_streams_that_share_their_bytes_are_read_until_the_file_is_used_up() -> None:
    contents = ole_file({f"s{at}": b"y" * 9000 if at == 0 else b"z" * 5000 for at in range(20)})
    for at in range(1, 20):
        contents = changed(changed(contents, f"s{at}", 116, 0), f"s{at}", 120, 9000)
    container = Container(contents, "a")

    with pytest.raises(DamagedDocument):
        [container.read(f"s{at}") for at in range(20)]


@pytest.mark.parametrize(
    ("size", "at"),
    [pytest.param(9000, -512 + 4, id="large"), pytest.param(100, -3 * 512 + 4, id="small")],
)
def test_a_stream_that_runs_in_a_circle_is_damage(size: int, at: int) -> None:
    contents = bytearray(ole_file({"x": b"y" * size}))
    struct.pack_into("<I", contents, len(contents) + at, 0)  # the second sector is followed by the first

    with pytest.raises(DamagedDocument):
        Container(bytes(contents), "a")


@pytest.mark.parametrize("at", [44, 64, 72], ids=["sectors of the table", "of the small one", "of the table's own"])
def test_tables_larger_than_the_file_are_not_built(at: int) -> None:
    contents = bytearray(ole_file({"x": b"x"}))
    struct.pack_into("<I", contents, at, 2**31)

    with pytest.raises(DamagedDocument):
        Container(bytes(contents), "a")


def test_a_directory_without_end_is_damage() -> None:
    contents = bytearray(ole_file({f"{at:05}": b"" for at in range(3000)}))
    for at in range(3000):  # each the last one's only neighbour
        place = contents.index(f"{at:05}".encode("utf-16-le").ljust(64, b"\0"))
        struct.pack_into("<II", contents, place + 68, 0xFFFFFFFF, at + 2 if at < 2999 else 0xFFFFFFFF)
    struct.pack_into("<I", contents, contents.index("Root Entry".encode("utf-16-le")) + 76, 1)

    with pytest.raises(DamagedDocument):
        Container(bytes(contents), "a")


def test_what_is_too_short_is_damage() -> None:
    with pytest.raises(DamagedDocument):
        Container(ole_file({"x": b"x"})[:300], "a")
