"""HTML -> one page."""

import re
import time
import unicodedata
from pathlib import Path

import pytest

from ingest.read import read
from rag.records import Heading, Page, Reading, Table
from tests.documents import html, text


def test_blocks_headings_lists_and_tables(tmp_path: Path) -> None:
    path = html(
        tmp_path / "a.html",
        "<nav>menu</nav><h1>휴가 <em>규정</em></h1><p>Staff&nbsp;have <b>25</b>&amp;more\n days.</p><div>one</div><div>two</div>"
        "<ul><li>first<li>second<ol start=3><li>inner</ol></ul>"
        "<table><caption>Days</caption><tr><th>Year<th>Days<tr><td>2024<td><p>25</p><p>days</p><tr><td><td></table>tail<br>end",
        title="휴가 &lt;안내&gt;",
    )

    expected = (
        "휴가 규정\n\nStaff have 25&more days.\n\none\ntwo\n\n- first\n- second\n3. inner\n\n"
        "Days\nYear | Days\n2024 | 25 days\n\ntail\nend"
    )  # fmt: skip
    table = Table(74, 100, header_rows=1, caption="Days")
    assert expected[table.start : table.end] == "Year | Days\n2024 | 25 days"
    page = Page(expected, headings=(Heading(1, "휴가 규정", 0),), tables=(table,))
    assert read(path) == Reading(pages=(page,), format="html", title="휴가 <안내>")


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>x</script>",
        "<style>x</style>",
        "<noscript>x</noscript>",
        "<template>x</template>",
        "<nav>x</nav>",
        "<div hidden>x</div>",
        '<div style="color: red; DISPLAY : none">x</div>',
        '<span aria-hidden="true">x</span>',
        "<!-- x -->",
        "<svg><title>x</title></svg>",
        "<table><tr><td hidden>x<td>",
    ],
)
def test_what_is_not_seen_is_not_read(tmp_path: Path, hidden: str) -> None:
    assert read(html(tmp_path / "a.html", f"<p>before</p>{hidden}<p>after</p>")).text() == "before\n\nafter"


def test_headings_are_found_where_they_stand(tmp_path: Path) -> None:
    page = read(
        html(tmp_path / "a.html", "<p>x<h2>One<br>more</h2>y<section><h3> Two </h3></section><ul><li><h4>Three</h4>z</ul><h2></h2>")
    ).pages[0]

    assert page.text == "x\n\nOne\nmore\n\ny\n\nTwo\n\n- Three\n\nz"
    assert page.headings == (Heading(2, "One", 3), Heading(3, "Two", 16), Heading(4, "Three", 23))
    assert all(page.text[heading.start :].startswith(heading.title) for heading in page.headings)


def test_a_table_that_arranges_the_page_is_read_as_text(tmp_path: Path) -> None:
    body = "<table><tr><td><h1>Title</h1><p>a</p><p>b</p></td><td><table><tr><td>1<td>2</table></td></tr></table>"

    assert read(html(tmp_path / "a.html", body)).text() == "Title\n\na\n\nb\n\n1 | 2"


def test_preformatted_text_keeps_its_lines(tmp_path: Path) -> None:
    assert read(html(tmp_path / "a.html", "<p>x</p><pre>\n  a\n    b</pre><p>y</p>")).text() == "x\n\n  a\n    b\n\ny"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "euc-kr"),
        ("utf-16", None),
        ("utf-16-le", None),
        ("cp949", "euc-kr"),
        ("cp949", "ks_c_5601-1987"),
        ("cp949", None),
        ("cp949", "utf-8"),
        ("utf-8", "no-such-encoding"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, declared: str | None) -> None:
    path = html(tmp_path / "a.html", "<p>펭귄이 똠방각하를 읽는다. 이 문서는 한국어이다.</p>", encoding=encoding, declared=declared)

    assert read(path).text() == "펭귄이 똠방각하를 읽는다. 이 문서는 한국어이다."


def test_the_encoding_of_xhtml_stands_in_its_first_line(tmp_path: Path) -> None:
    path = text(
        tmp_path / "a.xhtml", '<?xml version="1.0" encoding="windows-1252"?><html><body>caf\xe9 \x80 5</body></html>', encoding="latin-1"
    )

    assert read(path).text() == "café € 5"


def test_tags_may_nest_deeper_than_calls(tmp_path: Path) -> None:
    assert read(html(tmp_path / "a.html", "<div>" * 20_000 + "deep")).text() == "deep"


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div>" * 300_000 + "deep", id="never closed"),
        pytest.param("<b>" + "<div><span>" * 100_000 + "deep" + "</span></div>" * 100_000 + "</b>", id="closed"),
        pytest.param("<table><tr><td>" * 60_000 + "deep", id="tables"),
        pytest.param("<div>" * 1000 + "deep" + "<a " * 200_000, id="tags that never end"),
        pytest.param("<p " + " ".join(f"a{at}=1" for at in range(200_000)) + ">deep", id="attributes"),
        pytest.param("<p " + "".join(f"a{at}='>'" for at in range(200_000)) + ">deep", id="attributes that touch"),
    ],
)
def test_what_no_browser_would_nest_costs_no_minutes(tmp_path: Path, markup: str) -> None:
    began = time.process_time()

    assert read(html(tmp_path / "a.html", markup)).text() == "deep"
    assert time.process_time() - began < 10  # as they stand, they take minutes


def test_a_tag_of_many_attributes_keeps_the_first_ones(tmp_path: Path) -> None:
    many = " ".join(f'data-{at}="> {at}"' for at in range(600))

    assert read(html(tmp_path / "a.html", f"<p hidden {many}>hidden<p {many}>shown<p>end")).text() == "shown\n\nend"


def test_tags_too_deep_go_and_those_after_them_stay(tmp_path: Path) -> None:
    path = html(tmp_path / "a.html", "<div>" * 600 + "<h1>one</h1><div>two</div>" + "</div>" * 600 + "<h1>Title</h1><p>three")

    page = read(path).pages[0]

    assert page.text == "one two\n\nTitle\n\nthree"
    assert page.headings == (Heading(1, "Title", 9),)


def test_without_a_title_the_first_heading_is_one(tmp_path: Path) -> None:
    assert read(html(tmp_path / "a.html", "<h1>안내</h1><p>x")).title == "안내"


def test_letters_written_across_tags_are_put_together(tmp_path: Path) -> None:
    page = read(html(tmp_path / "a.html", "<h1>caf<b>e</b>\u0301</h1><table><tr><td>\u1112<i>\u1161\u11ab</i><td>x</table>")).pages[0]

    assert page.text == "café\n\n한 | x"
    assert page.headings == (Heading(1, "café", 0),)
    assert page.tables == (Table(6, 11),)


def test_marks_written_across_tags_are_sorted_thirty_at_a_time(tmp_path: Path) -> None:
    page = read(html(tmp_path / "a.html", "caf<b>e</b>" + "<i>\u0316\u0301</i>" * 5_000)).pages[0]

    assert page.text.startswith("café\u0316")
    assert max(map(len, re.findall("[\u0316\u0301]+", page.text))) <= 30
    assert unicodedata.is_normalized("NFC", page.text)
