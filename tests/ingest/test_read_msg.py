"""MSG -> the letter, and its attachments behind it."""

import random
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from ingest.read import read_bytes
from ingest.read.msg import unpacked_rtf
from rag.errors import DamagedDocument, NoWords, UnsupportedEncryption, UnsupportedFormat
from rag.records import Heading, Page, Reading
from tests.ingest.readings import assert_ends_well, assert_sound
from tests.ole import Tree, ole_file

SENT = (datetime(2024, 1, 31, 0, 30) - datetime(1601, 1, 1)) // timedelta(microseconds=1) * 10
KINDS = {int: 0x0003, str: 0x001F, bytes: 0x0102}


def properties(values: Mapping[int, int | str | bytes], *, head: int, codepage: str = "") -> dict[str, "bytes | Tree"]:
    """A folder with these properties; strings in ``codepage`` where it names one, as older Outlooks write them."""
    table, streams = bytes(head), dict[str, "bytes | Tree"]()
    for number, value in values.items():
        kind = 0x0040 if number in (0x0039, 0x0E06) else 0x001E if codepage and isinstance(value, str) else KINDS[type(value)]
        if isinstance(value, int):
            table += struct.pack("<HHIQ", kind, number, 6, value)
        else:
            content = value if isinstance(value, bytes) else value.encode(codepage or "utf-16-le")
            table += struct.pack("<HHIQ", kind, number, 6, len(content))
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = content
    return streams | {"__properties_version1.0": table}


def msg(
    values: Mapping[int, int | str | bytes], *, inside: Tree | None = None, head: int = 32, codepage: str = ""
) -> dict[str, "bytes | Tree"]:
    person = properties({0x0C15: 1, 0x3001: "이철수", 0x39FE: "lee@example.com"}, head=8, codepage=codepage)
    copied = properties({0x0C15: 2, 0x3001: "park@example.com", 0x3003: "park@example.com"}, head=8, codepage=codepage)
    common = {0x001A: "IPM.Note", 0x0C1A: "김영희", 0x5D01: "kim@example.com", 0x0037: "회의 안건", 0x0039: SENT}
    return {
        **properties({**common, **values}, head=head, codepage=codepage),
        "__recip_version1.0_#00000000": person,
        "__recip_version1.0_#00000001": copied,
        **(inside or {}),
    }


def attached(*files: Tree) -> Tree:
    return {f"__attach_version1.0_#{at:08X}": file for at, file in enumerate(files)}


def file(name: str, contents: bytes, **more: int) -> Tree:
    flags = {0x3714: more["flags"]} if "flags" in more else {}
    return properties({0x3705: 1, 0x3707: name, 0x3701: contents, **flags}, head=8)


HEAD = "From: 김영희 <kim@example.com>\nTo: 이철수 <lee@example.com>\nCc: park@example.com\nDate: 2024-01-31 00:30 UTC\nSubject: 회의 안건"


@pytest.mark.parametrize("codepage", ["", "cp949"], ids=["Unicode", "Korean code page"])
def test_a_mail_is_its_headers_and_its_body(codepage: str) -> None:
    values: dict[int, int | str | bytes] = {0x1000: "똠방각하께\r\n\r\n제1조 (목적)\r\n본문"}
    contents = ole_file(msg(values | ({0x3FFD: 949} if codepage else {}), codepage=codepage))

    text = HEAD + "\n\n똠방각하께\n\n제1조 (목적)\n본문"
    headings = (Heading(1, "회의 안건", HEAD.index("회의 안건")), Heading(6, "제1조 (목적)", text.index("제1조")))
    assert read_bytes(contents, "a.bin") == Reading(
        pages=(Page(text, headings=headings),),
        format="msg",
        title="회의 안건",
        metadata={"author": "김영희 <kim@example.com>", "created": "2024-01-31T00:30:00+00:00"},
    )


def test_the_date_is_as_the_sender_wrote_it_where_that_is_known() -> None:
    headers = "Received: x\r\n\tby y\r\nDate: Wed, 31 Jan 2024 09:30:00 +0900\r\n"

    assert "\nDate: Wed, 31 Jan 2024 09:30:00 +0900\n" in read_bytes(ole_file(msg({0x007D: headers})), "a").text()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({0x1013: "<h1>안</h1><p>똠방각하</p>".encode("cp949"), 0x3FDE: 949}, id="in a code page"),
        pytest.param({0x1013: "<h1>안</h1><p>똠방각하</p>", 0x1000: " \r\n"}, id="Unicode"),
    ],
)
def test_html_is_read_where_there_are_no_plain_words(values: dict[int, int | str | bytes]) -> None:
    page = read_bytes(ole_file(msg(values)), "a.msg").pages[0]

    assert page.text == HEAD + "\n\n안\n\n똠방각하"
    assert page.headings[1] == Heading(2, "안", len(HEAD) + 2)


def test_attachments_follow_with_their_names() -> None:
    inner = msg({0x0037: "원본", 0x1000: "처음 글"}, head=24, inside=attached(file("안.txt", b"words")))
    embedded = properties({0x3705: 5, 0x3001: "원본"}, head=8) | {"__substg1.0_3701000D": inner}
    linked = properties({0x3705: 2, 0x3707: "link.txt"}, head=8)
    files = attached(file("회의록.md", "# 결정\n내용".encode()), file("logo.png", b"x", flags=4), embedded, linked)

    reading = read_bytes(ole_file(msg({0x1000: "본문"}, inside=files)), "a.msg")

    inner_text = "원본.msg\n\n" + HEAD.replace("회의 안건", "원본") + "\n\n처음 글"
    assert [page.text for page in reading.pages] == [
        HEAD + "\n\n본문",
        "회의록.md\n\n# 결정\n내용",
        inner_text,
        "안.txt\n\nwords",
    ]
    assert reading.lacks == (UnsupportedFormat(name="link.txt", kind="OLE").reason(),)
    assert_sound(reading)


PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3206865 6c090020627705b06c647d0a800fa0".replace(" ", "")
)
"""The example in MS-OXRTFCP."""


def test_packed_rtf_is_unpacked() -> None:
    assert unpacked_rtf(PACKED, "a") == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpacked_rtf(struct.pack("<4I", 20, 5, 0x414C454D, 0) + b"{\\rtf", "a") == b"{\\rtf"
    repeating = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked_rtf(repeating, "a") == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_a_body_in_rtf_is_read_or_named() -> None:
    reading = read_bytes(ole_file(msg({0x1009: PACKED})), "a.msg")

    assert reading.pages[-1].text == "hello world"


def test_a_mail_that_cannot_be_read_says_why() -> None:
    with pytest.raises(UnsupportedEncryption):
        read_bytes(ole_file(msg({0x001A: "IPM.Note.SMIME"})), "a.msg")
    with pytest.raises(NoWords):
        read_bytes(ole_file(properties({0x001A: "IPM.Note"}, head=32)), "a.msg")
    with pytest.raises(DamagedDocument):
        read_bytes(ole_file(msg({}))[:1500], "a.msg")


def test_whatever_is_broken_there_is_a_reading_or_a_reason() -> None:
    inner = msg({0x0037: "원본", 0x1000: "처음 글" * 3000}, head=24, inside=attached(file("안.txt", b"words")))
    embedded = properties({0x3705: 5}, head=8) | {"__substg1.0_3701000D": inner}
    whole = ole_file(msg({0x1009: PACKED, 0x1013: "<p>안"}, inside=attached(embedded, file("a.md", b"# a"))))
    chance = random.Random(7)

    for at in range(1, 21):
        assert_ends_well(whole[: len(whole) * at // 20], "a.msg")
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            broken[chance.choice((chance.randrange(len(broken)), chance.randrange(512)))] = chance.choice((0, 255, chance.randrange(256)))
        assert_ends_well(bytes(broken), "a.msg")
