"""ODT -> one page, ODP -> a page for each slide."""

from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import DamagedDocument, EncryptedDocument, NoTextInDocument, NoWords
from rag.records import Heading, Page, Reading, Table
from tests.ingest.readings import assert_sound, tables_of
from tests.workbooks import open_document, package

LIST = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>'
    '<text:list-level-style-number text:level="3" style:num-format="1" text:display-levels="3"/></text:list-style>'
    '<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="-"/></text:list-style>'
)


def text_of(path: Path, body: str, styles: str = LIST) -> str:
    reading = read(open_document(path / "a.odt", "text", body, styles=styles))
    assert_sound(reading)
    return reading.text()


def item(*inside: str) -> str:
    return f"<text:list-item>{''.join(inside)}</text:list-item>"


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def test_a_document_of_text(tmp_path: Path) -> None:
    body = (
        '<text:tracked-changes><text:p>old</text:p></text:tracked-changes><text:p text:style-name="Title">휴가 규정</text:p>'
        '<text:h text:outline-level="1">총칙</text:h><text:p>이 규정은\n  <text:span>모두</text:span>에게<text:tab/>적용<text:line-break/>한다.</text:p>'
        '<text:section><text:h text:outline-level="2">Leave</text:h></text:section><text:p/>'
    )
    meta = "<meta:initial-creator>인사팀</meta:initial-creator><meta:creation-date>2024-01-31T09:00:00</meta:creation-date>"

    reading = read(open_document(tmp_path / "a.odt", "text", body, meta=meta))

    text = "휴가 규정\n\n총칙\n\n이 규정은 모두에게\t적용\n한다.\n\nLeave"
    assert reading == Reading(
        pages=(Page(text, headings=(Heading(1, "총칙", 7), Heading(2, "Leave", 30))),),
        format="odt",
        title="휴가 규정",
        metadata={"author": "인사팀", "created": "2024-01-31T09:00:00"},
    )
    assert_sound(reading)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            '<text:list text:style-name="L1">'
            + item("<text:p>a</text:p>", "<text:list>" + item("<text:p>b</text:p>") + item("<text:p>c</text:p>") + "</text:list>")
            + item("<text:p>d</text:p>", "<text:p>more</text:p>")
            + '</text:list><text:p>x</text:p><text:list text:style-name="L1" text:continue-numbering="true">'
            + item("<text:p>e</text:p>", "<text:list>" + item("<text:list>" + item("<text:p>f</text:p>") + "</text:list>") + "</text:list>")
            + "</text:list>",
            "1. a\n(a) b\n(b) c\n2. d\n\nmore\n\nx\n\n3. e\n3.a.1 f",
            id="numbered lists",
        ),
        pytest.param(
            f'<text:list text:style-name="L2">{item("<text:p>가</text:p>")}{item("<text:p>나</text:p>")}</text:list>',
            "• 가\n• 나",
            id="bullets",
        ),
        pytest.param(
            "<text:p>claim<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body>"
            "</text:note> goes on</text:p><text:p>next</text:p>",
            "claim goes on\n\nthe note\n\nnext",
            id="footnote",
        ),
        pytest.param(
            "<text:p>before<draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame> after</text:p>",
            "before after\n\nin a box",
            id="text box",
        ),
        pytest.param(
            '<text:p>a<text:s text:c="3"/>b<office:annotation><text:p>comment</text:p></office:annotation></text:p>', "a   b", id="spaces"
        ),
        pytest.param(
            "<text:p><text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>한자</text:ruby-text></text:ruby></text:p>",
            "漢字",
            id="ruby",
        ),
        pytest.param("<text:p>\u1100\u1161</text:p>", "가", id="letters in pieces"),
    ],
)
def test_all_that_is_seen_is_read_and_nothing_else(tmp_path: Path, body: str, expected: str) -> None:
    assert text_of(tmp_path, body) == expected


def test_tables(tmp_path: Path) -> None:
    styles = '<style:style style:name="Table" style:parent-style-name="Caption"/>'
    body = (
        '<text:p text:style-name="Table">표 1. 휴가</text:p><table:table><table:table-header-rows><table:table-row>'
        + cell("연도")
        + cell("일수")
        + "</table:table-row></table:table-header-rows><table:table-row>"
        + cell("2024")
        + cell("", 'table:number-columns-repeated="2"')
        + "</table:table-row><table:table-row>"
        + cell("합계", 'table:number-columns-spanned="2"')
        + "<table:covered-table-cell/></table:table-row></table:table><text:p>x</text:p><table:table><table:table-row>"
        + cell("frame")
        + "</table:table-row></table:table>"
    )

    reading = read(open_document(tmp_path / "a.odt", "text", body, styles=styles))

    assert tables_of(reading) == [(1, "표 1. 휴가", ["연도 | 일수", "2024 |  | ", "합계 | "])]
    assert reading.text().endswith("\n\nx\n\nframe")


def test_slides(tmp_path: Path) -> None:
    def frame(text: str, kind: str = "") -> str:
        return f'<draw:frame presentation:class="{kind}"><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>'

    table = (
        "<draw:frame><table:table><table:table-row>" + cell("a") + cell("b") + "</table:table-row></table:table><draw:image/></draw:frame>"
    )
    body = (
        f"<draw:page><presentation:notes>{frame('천천히', 'notes')}</presentation:notes>{frame('본문')}{frame('분기 실적', 'title')}"
        f"{frame('7', 'page-number')}<draw:g><draw:custom-shape><text:p>in a group</text:p></draw:custom-shape></draw:g>{table}</draw:page>"
        "<draw:page><draw:frame><draw:image/></draw:frame></draw:page><draw:page/>"
    )

    reading = read(open_document(tmp_path / "a.odp", "presentation", body))

    text = "분기 실적\n\n본문\n\nin a group\n\na | b\n\n천천히"
    page = Page(text, number=1, headings=(Heading(1, "분기 실적", 0),), tables=(Table(23, 28),))
    assert reading == Reading((page,), format="odp", title="분기 실적", unread_pages=(2,))
    assert_sound(reading)


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    encrypted = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    with pytest.raises(EncryptedDocument):
        read(open_document(tmp_path / "a.odt", "text", "", manifest=encrypted))
    with pytest.raises(NoWords):
        read(open_document(tmp_path / "a.odt", "text", "<text:p/>"))
    with pytest.raises(NoTextInDocument):
        read(open_document(tmp_path / "a.odt", "text", "<text:p><draw:frame><draw:image/></draw:frame></text:p>"))
    with pytest.raises(NoTextInDocument):
        read(open_document(tmp_path / "a.odp", "presentation", "<draw:page><draw:frame><draw:image/></draw:frame></draw:page>"))
    with pytest.raises(NoWords):
        read(open_document(tmp_path / "a.odp", "presentation", "<draw:page/>"))
    with pytest.raises(DamagedDocument):
        read(package(tmp_path / "a.odt", {"mimetype": "application/vnd.oasis.opendocument.text"}))


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    content = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><a><body><text><p>a&x;b</p></text></body></a>'
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}

    assert read(package(tmp_path / "a.odt", parts)).text() == "ab"


def test_tags_may_nest_as_deep_as_xml_may(tmp_path: Path) -> None:
    assert text_of(tmp_path, "<text:section>" * 240 + "<text:p>deep</text:p>" + "</text:section>" * 240) == "deep"
