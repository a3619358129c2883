"""RTF -> one page."""

from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Heading
from tests.documents import text
from tests.ingest.readings import assert_sound, tables_of


def rtf(path: Path, body: bytes, start: bytes = rb"\rtf1\ansi\ansicpg1252") -> Path:
    path.write_bytes(b"{" + start + b" " + body + b"}")
    return path


def escaped(text: str) -> bytes:
    return b"".join(b"\\'%02x" % byte for byte in text.encode("cp949"))


KOREAN = rb"\rtf1\ansi\ansicpg949\deff0{\fonttbl{\f0\fnil\fcharset129 Malgun Gothic;}{\f1\fcharset0 Arial;}}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(rb"\f0 " + escaped("한국어 문서") + rb"\par " + escaped("둘째 줄"), "한국어 문서\n\n둘째 줄", id="escaped"),
        pytest.param(rb"\f0 " + "한국어 문서".encode("cp949"), "한국어 문서", id="as bytes"),
        pytest.param(rb"\f0 \'8cc\'b9\'e6\'b0\'a2\'c7\'cf", "똠방각하", id="half of a character as a letter"),
        pytest.param(b"\\f0 \\'c7\\'d1\\'b1\r\n\\'b9", "한국", id="a line of the file ends within a character"),
        pytest.param(rb"\f1\uc1\u54620?\u-21139?!", "한국!", id="by their numbers"),
        pytest.param(escaped("제1조") + rb"{\f1 (Purpose)}", "제1조(Purpose)", id="without a font"),
    ],
)
def test_korean(tmp_path: Path, body: bytes, expected: str) -> None:
    assert read(rtf(tmp_path / "a.rtf", body, KOREAN)).text() == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(rb"caf\'e9t\'e9s \endash  5\~000 \{x\}\\cell", "cafétés – 5 000 {x}\\cell", id="letters and signs"),
        pytest.param(rb"a\line b\tab c\par\par d\-e\_f", "a\n\nb\tc\n\nde-f", id="breaks"),
        pytest.param(rb'see {\field{\*\fldinst{HYPERLINK "http://x.org"}}{\fldrslt{the site}}} now', "see the site now", id="link"),
        pytest.param(
            rb"claim{\super\chftn{\footnote\pard\plain {\chftn} the note}} goes\'20on{\*\footnote another}\par next{\footnote the\par last}",
            "claim goes on\n\nthe note\n\nanother\n\nnext\n\nthe\n\nlast",
            id="footnotes",
        ),
        pytest.param(rb"\trowd a{\footnote n}\cell b\cell\row \trowd c\cell d\cell\row", "a | b\n\nn\n\nc | d", id="footnote in a table"),
        pytest.param(rb"{\header head}{\*\unknown x}{\v hidden}seen", "hiddenseen", id="header"),
        pytest.param(rb"x{\pict\pngblip " + b"0123456789abcdef\n" * 100 + b"}y", "xy", id="picture"),
        pytest.param(rb"\par 1. DEFINITIONS\par text", "1. DEFINITIONS\n\ntext", id="heading without a style"),
    ],
)
def test_what_is_seen_is_read(tmp_path: Path, body: bytes, expected: str) -> None:
    reading = read(rtf(tmp_path / "a.doc", body))

    assert (reading.format, reading.text()) == ("rtf", expected)
    assert_sound(reading)


def test_headings_are_known_by_their_level(tmp_path: Path) -> None:
    body = rb"{\stylesheet{\s1\outlinelevel0 heading 1;}}\pard\s1\outlinelevel0 One\par\pard text\par\pard\outlinelevel1\b Two\par"

    page = read(rtf(tmp_path / "a.rtf", body)).pages[0]

    assert page.text == "One\n\ntext\n\nTwo"
    assert page.headings == (Heading(1, "One", 0), Heading(2, "Two", 11))


def test_tables(tmp_path: Path) -> None:
    def row(*cells: bytes, again: bytes = b"") -> bytes:
        return rb"\trowd\cellx100\cellx200 " + b"".join(rb"\intbl " + cell + rb"\cell " for cell in cells) + again + rb"\row "

    body = (
        rb"before\par " + row(b"Year", b"Days") + row(rb"20\par 24", b"a|b", again=rb"\trowd\cellx100") + row(b"", b"")
        + rb"\pard between\par " + row(b"x", b"y") + row(b"frame") + rb"\pard after"
    )  # fmt: skip

    reading = read(rtf(tmp_path / "a.rtf", body))

    assert tables_of(reading) == [(1, "", ["Year | Days", "20 24 | a|b"]), (0, "", ["x | y"])]
    assert reading.text() == "before\n\nYear | Days\n20 24 | a|b\n\nbetween\n\nx | y\n\nframe\n\nafter"


def test_title_author_and_times(tmp_path: Path) -> None:
    info = rb"{\info{\title " + escaped("휴가 규정") + rb"}{\author Kim}{\creatim\yr2024\mo1\dy31\hr9\min5}{\revtim\yr2024\mo2\dy1}}"

    reading = read(rtf(tmp_path / "a.rtf", info + b"words", KOREAN))

    assert reading.title == "휴가 규정"
    assert reading.metadata == {"title": "휴가 규정", "author": "Kim", "created": "2024-01-31T09:05:00", "modified": "2024-02-01"}
    assert reading.text() == "words"


def test_nothing_and_pictures_only(tmp_path: Path) -> None:
    with pytest.raises(NoWords):
        read(rtf(tmp_path / "a.rtf", rb"\par\par"))
    with pytest.raises(NoTextInDocument):
        read(rtf(tmp_path / "a.rtf", rb"{\pict " + b"00" * 300 + b"}"))


def test_a_picture_whose_length_is_not_said(tmp_path: Path) -> None:
    body = rb"before {\pict\jpegblip \bin " + b"ffd8" * 200 + rb"} after"

    assert read(rtf(tmp_path / "a.rtf", body)).text().split() == ["before", "after"]


def test_what_was_cut_off_before_its_first_word_is_not_called_empty(tmp_path: Path) -> None:
    cut, empty = text(tmp_path / "cut.rtf", r"{\rtf1{\fonttbl{\f0 Ari"), text(tmp_path / "empty.rtf", "{\\rtf1\\par}\n")

    with pytest.raises(DamagedDocument):
        read(cut)
    with pytest.raises(NoWords):
        read(empty)
