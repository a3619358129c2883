"""HWPX -> one page."""

import io
import random
import zipfile
from collections.abc import Sequence

import pytest

from ingest.read import read_bytes
from rag.errors import DamagedDocument, DocumentError, DocumentTooDemanding, EncryptedDocument, NoTextInDocument, NoWords
from rag.records import Heading, Page, Reading, Table
from tests.ingest.readings import assert_ends_well

NAMESPACES = (
    'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" '
    'xmlns:hh="http://www.hancom.co.kr/hwpml/2011/head" xmlns:opf="http://www.idpf.org/2007/opf/"'
)
SHAPES = (
    '<hh:paraPr id="0"><hh:heading type="NONE" idRef="0" level="0"/></hh:paraPr>'
    '<hh:paraPr id="1"><hh:heading type="OUTLINE" idRef="0" level="0"/></hh:paraPr>'
    '<hh:paraPr id="2"><hh:heading type="OUTLINE" idRef="0" level="1"/></hh:paraPr>'
    '<hh:paraPr id="3"><hh:heading type="NUMBER" idRef="7" level="0"/></hh:paraPr>'
    '<hh:paraPr id="4"><hh:heading type="BULLET" idRef="1" level="0"/></hh:paraPr>'
    '<hh:paraPr id="5"><hp:switch><hp:case><hh:heading type="OUTLINE" idRef="0" level="8"/></hp:case>'
    '<hp:default><hh:heading type="NONE" idRef="0" level="0"/></hp:default></hp:switch></hh:paraPr>'
)
STYLES = (
    '<hh:style id="0" name="바탕글" engName="Normal" paraPrIDRef="0"/><hh:style id="9" name="개요 3" engName="Outline 3" paraPrIDRef="0"/>'
)
NUMBERINGS = (
    '<hh:numbering id="1"><hh:paraHead level="1" start="1" numFormat="DIGIT">제^1장</hh:paraHead>'
    '<hh:paraHead level="2" start="1" numFormat="HANGUL_SYLLABLE">^2.</hh:paraHead></hh:numbering>'
    '<hh:numbering id="7"><hh:paraHead level="1" start="3" numFormat="CIRCLED_DIGIT">^1</hh:paraHead></hh:numbering>'
)
SECTION = '<hp:run><hp:secPr outlineShapeIDRef="{outline}"><hp:footNotePr/></hp:secPr><hp:ctrl><hp:colPr/></hp:ctrl></hp:run>'


def paragraph(text: str, *, shape: int = 0, style: int = 0, more: str = "") -> str:
    return f'<hp:p paraPrIDRef="{shape}" styleIDRef="{style}"><hp:run><hp:t>{text}</hp:t>{more}</hp:run><hp:linesegarray/></hp:p>'


def listed(*paragraphs: str) -> str:
    return f"<hp:subList>{''.join(paragraphs)}</hp:subList>"


def cell(row: int, column: int, *paragraphs: str, spans: tuple[int, int] = (1, 1), header: int = 0) -> str:
    return (
        f'<hp:tc header="{header}">{listed(*paragraphs)}<hp:cellAddr colAddr="{column}" rowAddr="{row}"/>'
        f'<hp:cellSpan colSpan="{spans[1]}" rowSpan="{spans[0]}"/></hp:tc>'
    )


def table(*rows: Sequence[str], caption: str = "") -> str:
    named = f"<hp:caption>{listed(paragraph(caption))}</hp:caption>" if caption else ""
    return f"<hp:tbl>{named}<hp:tr>{'</hp:tr><hp:tr>'.join(map(''.join, rows))}</hp:tr></hp:tbl>"


def hwpx(*sections: str, parts: dict[str, str] | None = None, shapes: str = SHAPES, meta: str = "") -> bytes:
    items = "".join(f'<opf:item id="s{at}" href="Contents/section{at}.xml"/>' for at in range(len(sections)))
    order = "".join(f'<opf:itemref idref="s{at}"/>' for at in range(len(sections)))
    content = f"<opf:package {NAMESPACES}><opf:metadata>{meta}</opf:metadata><opf:manifest>{items}</opf:manifest><opf:spine>{order}</opf:spine></opf:package>"
    header = f"<hh:head {NAMESPACES}><hh:refList>{NUMBERINGS}{shapes}{STYLES}</hh:refList></hh:head>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/hwp+zip")
        made = {"Contents/content.hpf": content, "Contents/header.xml": header}
        made |= {f"Contents/section{at}.xml": f"<hs:sec {NAMESPACES}>{section}</hs:sec>" for at, section in enumerate(sections)}
        for part, xml in (made | (parts or {})).items():
            package.writestr(part, xml)
    return file.getvalue()


def page_of(*sections: str) -> Page:
    (page,) = read_bytes(hwpx(*sections), "a.hwpx").pages
    return page


def test_sections_are_one_page_with_title_and_author() -> None:
    meta = (
        '<opf:title>근로계약서</opf:title><opf:meta name="creator" content="text">인사과</opf:meta>'
        '<opf:meta name="CreatedDate" content="text">2024-01-31T00:30:00Z</opf:meta><opf:meta name="keyword" content="text"/>'
    )
    contents = hwpx(paragraph("첫째 구역"), paragraph("Second &amp; last"), meta=meta)

    assert read_bytes(contents, "a.bin") == Reading(
        pages=(Page("첫째 구역\n\nSecond & last"),),
        format="hwpx",
        title="근로계약서",
        metadata={"title": "근로계약서", "author": "인사과", "created": "2024-01-31T00:30:00Z"},
    )


def test_headings_are_known_by_outline_and_style() -> None:
    page = page_of(
        paragraph("총칙", shape=1) + paragraph("본문") + paragraph("정의", shape=2) + paragraph("세부", style=9) + paragraph("끝", shape=5)
    )

    assert page.text == "총칙\n\n본문\n\n정의\n\n세부\n\n끝"
    assert page.headings == (Heading(1, "총칙", 0), Heading(2, "정의", 8), Heading(3, "세부", 12), Heading(9, "끝", 16))


def test_without_an_outline_clear_headings_are_found() -> None:
    assert page_of(paragraph("계약서") + paragraph("제1조 (목적)")).headings == (Heading(5, "제1조 (목적)", 5),)


def test_numbers_that_are_only_shown_are_written_out() -> None:
    section = (
        f"<hp:p>{SECTION.format(outline=1)}</hp:p>"
        + paragraph("총칙", shape=1) + paragraph("목적", shape=2) + paragraph("정의", shape=2) + paragraph("근로", shape=1)
        + paragraph("가", shape=3) + paragraph("나", shape=3) + paragraph("점", shape=4)
    )  # fmt: skip

    page = page_of(section)

    assert page.text == "제1장 총칙\n\n가. 목적\n\n나. 정의\n\n제2장 근로\n\n③ 가\n④ 나\n• 점"
    assert [heading.title for heading in page.headings] == ["제1장 총칙", "가. 목적", "나. 정의", "제2장 근로"]


def test_a_table_is_rows_of_cells_and_merged_cells_stand_once() -> None:
    grid = table(
        [cell(0, 0, paragraph("구분"), header=1), cell(0, 1, paragraph("금액"), spans=(1, 2), header=1)],
        [cell(1, 0, paragraph("임대"), paragraph("보증금"), spans=(2, 1)), cell(1, 1, paragraph("원")), cell(1, 2, paragraph("5,000"))],
        [cell(2, 1, paragraph("달러")), cell(2, 2, paragraph(""))],
        caption="표 1. 금액",
    )
    page = page_of(paragraph("앞", more=grid) + paragraph("뒤"))

    lines = "구분 | 금액\n임대 보증금 | 원 | 5,000\n | 달러 | "
    assert page.text == f"앞\n\n표 1. 금액\n\n{lines}\n\n뒤"
    (found,) = page.tables
    assert found == Table(page.text.index("구분"), page.text.index("구분") + len(lines), header_rows=1, caption="표 1. 금액")
    assert page.text[found.start : found.end] == lines


def test_a_frame_around_text_is_no_table() -> None:
    inner = table([cell(0, 0, paragraph("a")), cell(0, 1, paragraph("b"))])
    framed = table([cell(0, 0, paragraph("제목", shape=1), paragraph("글", more=inner))])

    page = page_of(paragraph("", more=framed))

    assert page.text == "제목\n\n글\n\na | b"
    assert page.headings == (Heading(1, "제목", 0),)
    assert page.tables == (Table(7, 12),)


def test_a_table_inside_a_cell_is_words_of_that_cell() -> None:
    inner = table([cell(0, 0, paragraph("c")), cell(0, 1, paragraph("d"))])
    page = page_of(paragraph("", more=table([cell(0, 0, paragraph("a")), cell(0, 1, paragraph("b", more=inner))])))

    assert page.text == "a | b c d"
    assert page.tables == (Table(0, 9),)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(f"<hp:ctrl><hp:footNote>{listed(paragraph('각주 글'))}</hp:footNote></hp:ctrl><hp:t> 끝</hp:t>", "앞 끝\n\n각주 글", id="footnote"),
        pytest.param(f"<hp:rect><hp:drawText>{listed(paragraph('글상자'))}</hp:drawText><hp:shapeComment>사각형</hp:shapeComment></hp:rect>", "앞\n\n글상자", id="box"),
        pytest.param("<hp:equation><hp:shapeComment>수식</hp:shapeComment><hp:script>a over b</hp:script></hp:equation>", "앞 a over b", id="equation"),
        pytest.param(f"<hp:ctrl><hp:header>{listed(paragraph('머리말'))}</hp:header></hp:ctrl>", "앞", id="running head"),
        pytest.param("<hp:t>a<hp:tab width='1'/>b<hp:lineBreak/>c<hp:nbSpace/>d<hp:hyphen/>e<hp:markpenBegin/>f</hp:t>", "앞a\tb\nc d-ef", id="letters"),
        pytest.param("<hp:t>a<hp:deleteBegin/>b</hp:t><hp:t>c<hp:deleteEnd/>d</hp:t>", "앞ad", id="tracked deletion"),
    ],
)  # fmt: skip
def test_all_that_is_seen_is_read_and_nothing_else(more: str, expected: str) -> None:
    assert page_of(paragraph("앞", more=more) + paragraph("뒤")).text == f"{expected}\n\n뒤"


@pytest.mark.parametrize(
    ("contents", "error"),
    [
        pytest.param(hwpx(), DamagedDocument(name="a.hwpx", cause="its text is missing"), id="no section"),
        pytest.param(hwpx(paragraph(" ")), NoWords(name="a.hwpx"), id="empty"),
        pytest.param(hwpx(paragraph("", more="<hp:pic/>")), NoTextInDocument(name="a.hwpx", pages=1), id="only a picture"),
        pytest.param(hwpx("<hp:p>"), DamagedDocument(name="a.hwpx", cause="a part of it is not valid XML"), id="bad XML"),
        pytest.param(
            hwpx("", parts={"META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"}),
            EncryptedDocument(name="a.hwpx"),
            id="password",
        ),
    ],
)
def test_a_document_that_cannot_be_read_says_why(contents: bytes, error: DocumentError) -> None:
    with pytest.raises(DocumentError) as caught:
        read_bytes(contents, "a.hwpx")

    assert caught.value.reason() == error.reason()


def test_a_zip_bomb_is_not_unpacked() -> None:
    with pytest.raises(DocumentTooDemanding):
        read_bytes(hwpx(" " * (130 * 2**20)), "a.hwpx")


def test_entities_are_not_expanded() -> None:
    section = f'<!DOCTYPE a [<!ENTITY x "secret">]><hs:sec {NAMESPACES}>{paragraph("a&x;b")}</hs:sec>'

    assert "secret" not in read_bytes(hwpx("", parts={"Contents/section0.xml": section}), "a.hwpx").text()


def test_whatever_is_broken_there_is_a_reading_or_a_reason() -> None:
    inner = table([cell(0, 0, paragraph("c")), cell(0, 1, paragraph("d"), spans=(60000, 60000))])
    whole = hwpx(
        paragraph("총칙", shape=1, more=table([cell(0, 0, paragraph("a", more=inner)), cell(0, 1, paragraph("b"))])), paragraph("끝")
    )
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as packed, zipfile.ZipFile(stored, "w") as loose:
        for part in packed.namelist():
            loose.writestr(part, packed.read(part))
    chance = random.Random(7)

    for at in range(1, 21):
        assert_ends_well(whole[: len(whole) * at // 20], "a.hwpx")
    for original in (whole, stored.getvalue()):
        for _ in range(200):
            broken = bytearray(original)
            for _ in range(chance.choice((1, 4, 40))):
                broken[chance.randrange(len(broken))] = chance.choice((0, 34, 60, 62, 255, chance.randrange(256)))
            assert_ends_well(bytes(broken), "a.hwpx")
