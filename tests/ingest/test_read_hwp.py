"""HWP 5 -> one page."""

import random
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ingest.read import read_bytes
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooDemanding,
    NoTextInDocument,
    NoWords,
    OldFormat,
    UnsupportedEncryption,
)
from rag.records import Heading, Page, Reading, Table
from tests.ingest.readings import assert_ends_well
from tests.ole import Tree, ole_file

Record = tuple[int, int, bytes]  # tag, level, payload

TAB = struct.pack("<8H", 9, 4000, 0, 1, 0, 0, 0, 9).decode("utf-16-le")


def anchor(code: int, kind: str) -> str:
    """What stands in a paragraph for a control."""
    return (struct.pack("<H", code) + kind.encode()[::-1] + bytes(8) + struct.pack("<H", code)).decode("utf-16-le")


def paragraph(text: str, *controls: Sequence[Record], level: int = 0, shape: int = 0, style: int = 0) -> list[Record]:
    head = struct.pack("<IIHB11x", len(text) + 1, 0, shape, style)
    words = [(67, level + 1, (text + "\r").encode("utf-16-le"))] if text else []
    return [(66, level, head), *words, *(record for control in controls for record in deeper(control, level + 1))]


def deeper(records: Sequence[Record], by: int) -> list[Record]:
    return [(tag, level + by, payload) for tag, level, payload in records]


def control(kind: str, *records: Sequence[Record], more: bytes = b"") -> list[Record]:
    return [(71, 0, kind.encode()[::-1] + more), *(record for inner in records for record in deeper(inner, 1))]


def listed(*paragraphs: list[Record], about: bytes = bytes(8)) -> list[Record]:
    return [(72, 0, struct.pack("<HHI", len(paragraphs), 0, 0) + about), *(record for inner in paragraphs for record in inner)]


def cell(row: int, column: int, *paragraphs: list[Record], spans: tuple[int, int] = (1, 1)) -> list[Record]:
    return listed(*paragraphs, about=struct.pack("<4H18x", column, row, spans[1], spans[0]))


def table(*cells: list[Record], caption: str = "") -> list[Record]:
    named = [listed(paragraph(caption))] if caption else []
    return control("tbl ", *named, [(77, 0, bytes(22))], *cells)


def stream(records: Sequence[Record]) -> bytes:
    out = b""
    for tag, level, payload in records:
        size = min(len(payload), 0xFFF)
        out += struct.pack("<I", tag | level << 10 | size << 20)
        out += (struct.pack("<I", len(payload)) if size == 0xFFF else b"") + payload
    return out


def packed(contents: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(contents) + deflate.flush()


def string(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def shape(kind: int, depth: int, list_id: int = 0) -> Record:
    return 25, 0, struct.pack("<I26xH20x", kind << 23 | depth << 25, list_id)


def numbers(*patterns: tuple[int, str]) -> Record:
    levels = [*patterns, *[(0, "")] * (7 - len(patterns))]
    return 23, 0, b"".join(struct.pack("<I8x", kind << 5) + string(pattern) for kind, pattern in levels) + bytes(2)


DEFINITIONS = [
    (16, 0, bytes(26)),
    numbers((0, "제^1장"), (8, "^2.")),
    numbers((1, "^1")),
    *(shape(0, 0), shape(1, 0), shape(1, 1), shape(2, 0, 2), shape(3, 0)),
    (26, 0, string("바탕글") + string("Normal") + bytes(10)),
    (26, 0, string("개요 3") + string("Outline 3") + bytes(10)),
]
SECTION = control("secd", more=struct.pack("<IHHHIH", 0, 0, 0, 0, 8000, 1))


def summary(title: str, author: str) -> bytes:
    when = (datetime(2024, 1, 31, 0, 30) - datetime(1601, 1, 1)) // timedelta(microseconds=1) * 10
    values = {2: text_value(title), 4: text_value(author), 12: struct.pack("<IQ", 0x40, when), 14: struct.pack("<II", 3, 7)}
    table, body = b"", b""
    for number, value in values.items():
        table += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        body += value
    return (
        struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, bytes(16), 1, bytes(16), 48)
        + struct.pack("<II", 8 + len(table + body), len(values))
        + table
        + body
    )


def text_value(text: str) -> bytes:
    contents = (text + "\0").encode("utf-16-le")
    return struct.pack("<II", 0x1F, len(text) + 1) + contents + bytes(-len(contents) % 4)


def hwp(*sections: Sequence[Record], flags: int = 1, folder: str = "BodyText", more: Tree | None = None) -> bytes:
    squeeze = packed if flags & 1 else bytes
    text: Tree = {f"Section{at}": squeeze(stream(section)) for at, section in enumerate(sections)}
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05010000, flags) + bytes(216)
    return ole_file({"FileHeader": header, "DocInfo": squeeze(stream(DEFINITIONS)), folder: text, **(more or {})})


def page_of(*paragraphs: list[Record]) -> Page:
    (page,) = read_bytes(hwp([record for one in paragraphs for record in one]), "a.hwp").pages
    return page


@pytest.mark.parametrize("flags", [0, 1], ids=["plain", "compressed"])
def test_sections_are_one_page_with_title_and_author(flags: int) -> None:
    sections = [paragraph(f"{at}번째 구역 😀") for at in range(11)]
    contents = hwp(*sections, flags=flags, more={"\x05HwpSummaryInformation": summary("근로계약서", "인사과")})

    assert read_bytes(contents, "a.bin") == Reading(
        pages=(Page("\n\n".join(f"{at}번째 구역 😀" for at in range(11))),),
        format="hwp",
        title="근로계약서",
        metadata={"title": "근로계약서", "author": "인사과", "created": "2024-01-31T00:30:00+00:00"},
    )


def test_headings_and_numbers_are_those_that_are_shown() -> None:
    page = page_of(
        paragraph(anchor(2, "secd"), SECTION), paragraph("총칙", shape=1), paragraph("목적", shape=2), paragraph("본문"),
        paragraph("정의", shape=2), paragraph("세부", style=1), paragraph("가", shape=3), paragraph("나", shape=3), paragraph("점", shape=4),
    )  # fmt: skip

    assert page.text == "제1장 총칙\n\n가. 목적\n\n본문\n\n나. 정의\n\n세부\n\n① 가\n② 나\n• 점"
    assert [(heading.level, heading.title) for heading in page.headings] == [
        (1, "제1장 총칙"),
        (2, "가. 목적"),
        (2, "나. 정의"),
        (3, "세부"),
    ]


def test_without_an_outline_clear_headings_are_found() -> None:
    assert page_of(paragraph("계약서"), paragraph("제1조 (목적)")).headings == (Heading(5, "제1조 (목적)", 5),)


def test_a_table_is_rows_of_cells_and_merged_cells_stand_once() -> None:
    grid = table(
        cell(0, 0, paragraph("구분")),
        cell(0, 1, paragraph("금액"), spans=(1, 2)),
        cell(1, 0, paragraph("임대"), paragraph("보증금"), spans=(2, 1)),
        cell(1, 1, paragraph("원")),
        cell(1, 2, paragraph("5,000")),
        cell(2, 1, paragraph("달러")),
        cell(2, 2, paragraph("")),
        caption="표 1. 금액",
    )

    page = page_of(paragraph("앞" + anchor(11, "tbl "), grid), paragraph("뒤"))

    lines = "구분 | 금액\n임대 보증금 | 원 | 5,000\n | 달러 | "
    assert page.text == f"앞\n\n표 1. 금액\n\n{lines}\n\n뒤"
    assert page.tables == (Table(page.text.index("구분"), page.text.index("구분") + len(lines), caption="표 1. 금액"),)


def test_a_frame_around_text_is_no_table() -> None:
    inner = table(cell(0, 0, paragraph("a")), cell(0, 1, paragraph("b")))
    framed = table(cell(0, 0, paragraph("제목", style=1), paragraph("글" + anchor(11, "tbl "), inner)))

    page = page_of(paragraph(anchor(11, "tbl "), framed))

    assert page.text == "제목\n\n글\n\na | b"
    assert (page.headings, page.tables) == ((Heading(3, "제목", 0),), (Table(7, 12),))


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        pytest.param("앞" + anchor(17, "fn  ") + " 끝", control("fn  ", listed(paragraph("각주 글"))), "앞 끝\n\n각주 글", id="footnote"),
        pytest.param("앞" + anchor(11, "gso "), control("gso ", [(76, 0, b"")], [(72, 1, bytes(8)), *deeper(paragraph("글상자"), 1)]), "앞\n\n글상자", id="box"),
        pytest.param("앞" + anchor(16, "head"), control("head", listed(paragraph("머리말"))), "앞", id="running head"),
        pytest.param("앞" + anchor(15, "tcmt"), control("tcmt", listed(paragraph("숨은 설명"))), "앞", id="comment"),
        pytest.param("앞" + anchor(11, "eqed") + "뒤", control("eqed", [(88, 0, bytes(4) + string("a over b"))]), "앞 a over b 뒤", id="equation"),
        pytest.param(f"앞{TAB}뒤\nb\x1fc\x18d", control("cold"), "앞\t뒤\nb c-d", id="letters"),
    ],
)  # fmt: skip
def test_all_that_is_seen_is_read_and_nothing_else(text: str, inside: list[Record], expected: str) -> None:
    assert page_of(paragraph(text, inside), paragraph("뒤")).text == f"{expected}\n\n뒤"


def test_a_document_for_distribution_is_read() -> None:
    key, seed = b"0123456789abcdef", 0x1234567A
    contents = packed(stream(paragraph("배포용 문서")))
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    mask, state = bytearray(), seed
    while len(mask) < 256:
        state = (state * 214013 + 2531011) % 2**32
        byte = state >> 16 & 0xFF
        state = (state * 214013 + 2531011) % 2**32
        mask += bytes([byte]) * ((state >> 16 & 0xF) + 1)
    clear = bytearray(256)
    clear[4 + 0xA : 4 + 0xA + 16] = key
    head = seed.to_bytes(4, "little") + bytes(one ^ other for one, other in zip(clear[4:], mask[4:256], strict=True))
    section = stream([(28, 0, head)]) + cipher.update(contents + bytes(-len(contents) % 16))

    file = hwp(paragraph("빈 껍데기"), flags=1 | 4, more={"ViewText": {"Section0": section}})

    assert read_bytes(file, "a.hwp").text() == "배포용 문서"
    with pytest.raises(DamagedDocument):
        read_bytes(hwp(paragraph("x"), flags=1 | 4, folder="ViewText"), "a.hwp")


def nested(depth: int) -> list[Record]:
    return paragraph("x", control("fn  ", listed(nested(depth - 1)))) if depth else paragraph("x")


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        pytest.param(hwp(paragraph("x"), flags=3), UnsupportedEncryption(name="a.hwp"), id="password"),
        pytest.param(hwp(paragraph("x"), flags=0x11), UnsupportedEncryption(name="a.hwp"), id="rights management"),
        pytest.param(hwp(), DamagedDocument(name="a.hwp", cause="its text is missing"), id="no section"),
        pytest.param(hwp(paragraph(" ")), NoWords(name="a.hwp"), id="empty"),
        pytest.param(hwp(paragraph(anchor(11, "gso "), control("gso "))), NoTextInDocument(name="a.hwp", pages=1), id="only a picture"),
        pytest.param(hwp(nested(60)), DamagedDocument(name="a.hwp", cause="its parts are nested too deeply"), id="boxes in boxes"),
        pytest.param(ole_file({"FileHeader": b"x"}), DamagedDocument(name="a.hwp", cause="its header is missing"), id="something else"),
        pytest.param(hwp(paragraph("x"))[:1000], DamagedDocument(name="a.hwp", cause="its OLE container is broken"), id="cut off"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(contents: bytes, error: DocumentError) -> None:
    with pytest.raises(DocumentError) as caught:
        read_bytes(contents, "a.hwp")

    assert caught.value.reason() == error.reason()


def test_a_compressed_bomb_is_not_unpacked() -> None:
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05010000, 1) + bytes(216)
    bomb = packed(bytes(130 * 2**20))

    with pytest.raises(DocumentTooDemanding):
        read_bytes(ole_file({"FileHeader": header, "BodyText": {"Section0": bomb}, "DocInfo": packed(b"")}), "a.hwp")


def test_hwp_3_is_to_be_saved_as_hwpx() -> None:
    with pytest.raises(OldFormat) as caught:
        read_bytes(b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05" + bytes(200), "a.hwp")

    assert caught.value.sentence("ko") == (
        "a.hwp: 옛 HWP 3 형식의 파일이라 읽을 수 없습니다. 만든 프로그램에서 열어 HWPX 형식으로 저장해서 넣어 주세요."
    )


def test_whatever_is_broken_there_is_a_reading_or_a_reason() -> None:
    grid = table(cell(0, 0, paragraph("a")), cell(0, 1, paragraph("b"), spans=(60000, 2)), caption="표")
    records = [
        *paragraph("총칙" + anchor(11, "tbl ") + TAB, grid, shape=1),
        *paragraph("글" * 3000, control("fn  ", listed(paragraph("주")))),
    ]
    more = {"\x05HwpSummaryInformation": summary("제목", "지은이")}
    chance = random.Random(7)

    for whole in (hwp(records, more=more), hwp(records, more=more, flags=0)):
        for at in range(1, 21):
            assert_ends_well(whole[: len(whole) * at // 20], "a.hwp")
        for _ in range(200):
            broken = bytearray(whole)
            for _ in range(chance.choice((1, 4, 40))):
                broken[chance.randrange(len(broken))] = chance.choice((0, 1, 66, 71, 255, chance.randrange(256)))
            assert_ends_well(bytes(broken), "a.hwp")
