"""Tables of the formats that have no pages."""

from pathlib import Path

import pytest

from ingest.read import read
from tests.documents import docx_of_xml, html, text
from tests.ingest.readings import tables_of


def word_row(*cells: str, properties: str = "") -> str:
    inside = "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


HEADER = "<w:tblHeader/>"
CAPTION = '<w:p><w:pPr><w:pStyle w:val="c"/></w:pPr><w:r><w:t>표 1. 휴가</w:t></w:r></w:p>'
CAPTION_STYLE = '<w:style w:styleId="c"><w:name w:val="caption"/></w:style>'


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        pytest.param(
            f"<w:tbl>{word_row('연도', '일수')}{word_row('2024', '25')}</w:tbl>",
            [(1, "", ["연도 | 일수", "2024 | 25"])],
            id="the first row",
        ),
        pytest.param(
            "<w:tbl>"
            + word_row("", "Days", properties=HEADER)
            + word_row("Year", "paid", properties=HEADER)
            + word_row("2024", "25", properties='<w:tblHeader w:val="0"/>')
            + "</w:tbl>",
            [(2, "", [" | Days", "Year | paid", "2024 | 25"])],
            id="rows that are marked",
        ),
        pytest.param(
            f"{CAPTION}<w:tbl>{word_row('a', 'b')}{word_row('c', 'd')}</w:tbl><w:tbl>{word_row('e', 'f')}</w:tbl>",
            [(1, "표 1. 휴가", ["a | b", "c | d"]), (0, "", ["e | f"])],
            id="captioned, another right below",
        ),
        pytest.param(
            f"<w:tbl>{word_row('title')}{word_row('a', 'b')}{word_row('c', 'd')}{word_row('between')}{word_row('e', 'f')}</w:tbl>",
            [(1, "", ["a | b", "c | d"]), (0, "", ["e | f"])],
            id="parted by a row of one cell",
        ),
        pytest.param(f"<w:tbl>{word_row('frame')}</w:tbl>", [], id="frame"),
    ],
)
def test_tables_of_word(tmp_path: Path, body: str, tables: list[tuple[int, str, list[str]]]) -> None:
    assert tables_of(read(docx_of_xml(tmp_path / "a.docx", body, styles=CAPTION_STYLE))) == tables


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        pytest.param(
            "x<table><caption>휴가 <b>일수</b></caption><thead><tr><td>연도<td>일수</thead><tr><td>2024<td>25</table>y",
            [(1, "휴가 일수", ["연도 | 일수", "2024 | 25"])],
            id="thead",
        ),
        pytest.param(
            "<table><tr><th>a<th>b<tr><th>c<th>d<tr><th>e<td>f<tr><th>g<th>h</table>",
            [(2, "", ["a | b", "c | d", "e | f", "g | h"])],
            id="rows of th at the top",
        ),
        pytest.param(
            "<table><tr><td>a<td>b</table><table><tr><td>c<td>d</table>", [(0, "", ["a | b"]), (0, "", ["c | d"])], id="two tables"
        ),
        pytest.param(
            "<table><tr><td>a<td>b<tr><td colspan=2>between<tr><td>c<td>d</table>",
            [(0, "", ["a | b"]), (0, "", ["c | d"])],
            id="parted by a row of one cell",
        ),
        pytest.param("<table><tr><td><table><tr><td>1<td>2</table></table>", [(0, "", ["1 | 2"])], id="inside another"),
    ],
)
def test_tables_of_html(tmp_path: Path, body: str, tables: list[tuple[int, str, list[str]]]) -> None:
    assert tables_of(read(html(tmp_path / "a.html", body))) == tables


@pytest.mark.parametrize(
    ("content", "tables"),
    [
        pytest.param(
            "---\ntitle: 규정\n---\n# 휴가\n\n| 연도 | 일수 |\n| --- | ---: |\n| 2024 | 25 |\n| 2025 | 26 |\n\n끝",
            [(2, "", ["| 연도 | 일수 |", "| --- | ---: |", "| 2024 | 25 |", "| 2025 | 26 |"])],
            id="after front matter",
        ),
        pytest.param(
            "a | b\n-- | --\nc | d\n# next\n", [(2, "", ["a | b", "-- | --", "c | d"])], id="without outer lines, ended by a heading"
        ),
        pytest.param("```\n| a | b |\n| - | - |\n```\n| no | table |\n", [], id="code, and a line that only looks like one"),
    ],
)
def test_tables_of_markdown(tmp_path: Path, content: str, tables: list[tuple[int, str, list[str]]]) -> None:
    reading = read(text(tmp_path / "a.md", content))

    assert reading.text() == content
    assert tables_of(reading) == tables
