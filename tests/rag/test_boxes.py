"""Where words stand: packed, unpacked, joined."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.boxes import UNITS, pack, rectangles, unpack, words
from rag.records import Box, Rectangle

EDGES = st.tuples(*[st.integers(0, UNITS)] * 4).map(
    lambda four: (min(four[0], four[2]), min(four[1], four[3]), max(four[0], four[2]), max(four[1], four[3]))
)
ROWS = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 40), EDGES), min_size=1, max_size=30)


@given(ROWS)
def test_what_is_unpacked_is_what_was_packed(gaps: list[tuple[int, int, tuple[int, int, int, int]]]) -> None:
    rows, at = [], 0
    for gap, length, place in gaps:
        rows.append((at + gap, at + gap + length, *place))
        at += gap + length

    assert unpack(pack(rows), at) == rows
    with pytest.raises(ValueError, match="boxes"):
        unpack(pack(rows), at - 1)


@given(st.binary(min_size=1, max_size=200), st.booleans())
def test_whatever_comes_is_boxes_within_the_page_or_refused(data: bytes, deflated: bool) -> None:
    try:
        found = words(zlib.compress(data) if deflated else data, 100)
    except ValueError:
        return

    assert [word.start for word in found] == sorted(word.start for word in found)
    assert all(0 <= word.start < word.end <= 100 for word in found)
    assert all(0 <= word.left <= word.right <= 1 and 0 <= word.top <= word.bottom <= 1 for word in found)


def test_what_would_unpack_to_more_than_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not as many"):
        unpack(zlib.compress(bytes(50_000_000)), 1000)


def test_words_of_one_line_share_a_rectangle() -> None:
    found = [
        Box(0, 3, 0.1, 0.10, 0.2, 0.12),
        Box(4, 7, 0.21, 0.098, 0.3, 0.121),
        Box(8, 11, 0.1, 0.13, 0.2, 0.15),  # the next line
        Box(12, 15, 0.6, 0.13, 0.7, 0.15),  # another column
    ]

    assert list(rectangles(found, page=3)) == [
        Rectangle(3, 0.1, 0.098, 0.3, 0.121),
        Rectangle(3, 0.1, 0.13, 0.2, 0.15),
        Rectangle(3, 0.6, 0.13, 0.7, 0.15),
    ]
