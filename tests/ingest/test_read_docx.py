"""DOCX -> one page."""

import zipfile
from pathlib import Path

import docx as python_docx
import pytest

from ingest.read import read
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooDemanding,
    NoTextInDocument,
    NotWhatItsNameSays,
    NoWords,
    UnsupportedEncryption,
)
from rag.records import Heading, Page, Reading, Table
from tests.documents import docx, docx_bomb, docx_of_xml


def text_of(path: Path, body: str, **parts: str) -> str:
    (page,) = read(docx_of_xml(path / "a.docx", body, **parts)).pages
    return page.text


def paragraph(text: str, properties: str = "") -> str:
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def test_paragraphs_and_headings(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", ["# 총칙", "이 규정은 모두에게 적용한다.", "## 정의", "용어의 뜻 & <다른> 말"])

    text = "총칙\n\n이 규정은 모두에게 적용한다.\n\n정의\n\n용어의 뜻 & <다른> 말"
    assert read(path) == Reading(pages=(Page(text, headings=(Heading(1, "총칙", 0), Heading(2, "정의", 22))),), format="docx")
    assert text[22:].startswith("정의")


def test_a_file_from_another_program_reads_the_same(tmp_path: Path) -> None:
    document = python_docx.Document()
    document.core_properties.title = "Handbook"
    document.core_properties.author = "HR"
    document.add_heading("Handbook", level=0)
    document.add_heading("Leave", level=1)
    document.add_paragraph("Staff have 25 days.")
    document.add_paragraph("one", style="List Number")
    document.add_paragraph("two", style="List Number")
    document.add_paragraph("dot", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for at, words in enumerate(("Year", "Days", "2024", "25")):
        table.cell(at // 2, at % 2).text = words
    document.save(str(tmp_path / "a.docx"))

    reading = read(tmp_path / "a.docx")

    text = "Handbook\n\nLeave\n\nStaff have 25 days.\n\n1. one\n2. two\n• dot\n\nYear | Days\n2024 | 25"
    assert reading.pages == (Page(text, headings=(Heading(1, "Leave", 10),), tables=(Table(59, 80, header_rows=1),)),)
    assert (reading.title, reading.metadata["author"]) == ("Handbook", "HR")


@pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])
def test_both_kinds_of_docx_are_read(tmp_path: Path, strict: bool) -> None:
    path = docx_of_xml(
        tmp_path / "a.docx",
        paragraph("a", '<w:pStyle w:val="1"/>') + paragraph("b"),
        core="<dc:title>문서</dc:title><dcterms:created>2024-01-31T00:00:00Z</dcterms:created>",
        strict=strict,
    )

    assert read(path) == Reading(
        pages=(Page("a\n\nb", headings=(Heading(1, "a", 0),)),),
        format="docx",
        title="문서",
        metadata={"title": "문서", "created": "2024-01-31T00:00:00Z"},
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>", "in a control", id="control"),
        pytest.param(
            "<w:p><w:r><w:t>rent </w:t></w:r><w:ins><w:r><w:t>500</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>400</w:delText></w:r></w:del><w:r><w:t> won</w:t></w:r></w:p>",
            "rent 500 won",
            id="changes as accepted",
        ),
        pytest.param(
            "<w:moveFrom><w:p><w:r><w:t>old</w:t></w:r></w:p></w:moveFrom><w:moveTo><w:p><w:r><w:t>new</w:t></w:r></w:p></w:moveTo>",
            "new",
            id="moved",
        ),
        pytest.param(
            "<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
            f"{paragraph('in a box')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>"
            f"{paragraph('in a box')}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
            "<w:r><w:t> after</w:t></w:r></w:p>",
            "before after\n\nin a box",
            id="text box, stored twice",
        ),
        pytest.param(
            '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:sym w:char="F0FE"/></w:r></w:p>',
            "a\tb\nc-d☒",
            id="tab, break, hyphen, symbol",
        ),
        pytest.param(
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r></w:p>',
            "7",
            id="field",
        ),
        pytest.param("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>", "seen", id="hidden"),
        pytest.param(
            f"<w:tbl><w:tr><w:tc>{paragraph('a')}{paragraph('b')}</w:tc><w:tc>{paragraph('')}</w:tc><w:tc>{paragraph('c')}</w:tc></w:tr>"
            f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('gone')}</w:tc><w:tc>{paragraph('gone')}</w:tc></w:tr>"
            f"<w:tr><w:tc>{paragraph('d')}</w:tc><w:tc><w:tbl><w:tr><w:tc>{paragraph('e')}</w:tc><w:tc>{paragraph('f')}</w:tc></w:tr>"
            "</w:tbl></w:tc></w:tr></w:tbl>",
            "a b |  | c\nd | e f",
            id="table",
        ),
        pytest.param(f"<w:tbl><w:tr><w:tc>{paragraph('a')}{paragraph('b')}</w:tc></w:tr></w:tbl>", "a\n\nb", id="frame"),
    ],
)
def test_all_that_is_seen_is_read_and_nothing_else(tmp_path: Path, body: str, expected: str) -> None:
    assert text_of(tmp_path, body) == expected


def test_notes_follow_the_paragraph_that_refers_to_them(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="2">{paragraph("the note")}</w:footnote>'
    body = '<w:p><w:r><w:t>claim</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + paragraph("next")

    assert text_of(tmp_path, body, footnotes=note) == "claim\n\nthe note\n\nnext"


@pytest.mark.parametrize(
    ("styles", "properties", "level"),
    [
        pytest.param('<w:style w:styleId="a"><w:name w:val="제목 2"/></w:style>', '<w:pStyle w:val="a"/>', 2, id="Korean name"),
        pytest.param('<w:style w:styleId="a"><w:name w:val="개요 3"/></w:style>', '<w:pStyle w:val="a"/>', 3, id="name from Hangul"),
        pytest.param(
            '<w:style w:styleId="a"><w:name w:val="조항"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>',
            '<w:pStyle w:val="a"/>',
            2,
            id="outline level of the style",
        ),
        pytest.param(
            '<w:style w:styleId="a"><w:name w:val="mine"/><w:basedOn w:val="b"/></w:style>'
            '<w:style w:styleId="b"><w:name w:val="heading 4"/><w:basedOn w:val="a"/></w:style>',
            '<w:pStyle w:val="a"/>',
            4,
            id="style based on a heading, in a circle",
        ),
        pytest.param("", '<w:outlineLvl w:val="0"/>', 1, id="outline level of the paragraph"),
    ],
)
def test_headings_are_known_by_style_and_level(tmp_path: Path, styles: str, properties: str, level: int) -> None:
    path = docx_of_xml(tmp_path / "a.docx", paragraph("text") + paragraph("title", properties), styles=styles)

    assert read(path).pages == (Page("text\n\ntitle", headings=(Heading(level, "title", 6),)),)


def test_without_styles_clear_headings_are_found(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", ["임대차 계약서", "제1조 (목적)", "갑은 을에게 빌려준다."])

    assert read(path).pages[0].headings == (Heading(5, "제1조 (목적)", 9),)


def test_numbers_that_word_only_shows_are_written_out(tmp_path: Path) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, (kind, pattern) in enumerate([("decimal", "제%1조"), ("decimal", "%1.%2"), ("ganada", "%3."), ("lowerRoman", "(%4)")])
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
    )

    def item(text: str, depth: int, list_id: int = 1) -> str:
        return paragraph(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>')

    body = (
        item("(목적)", 0) + item("a", 1) + item("b", 1) + item("c", 2) + item("d", 2) + item("e", 3)
        + item("(정의)", 0) + item("f", 1) + item("g", 2) + item("(부칙)", 0, list_id=2)
    )  # fmt: skip

    assert text_of(tmp_path, body, numbering=numbering) == (
        "제1조 (목적)\n1.1 a\n1.2 b\n가. c\n나. d\n(i) e\n제2조 (정의)\n2.1 f\n가. g\n제9조 (부칙)"
    )


def test_a_file_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    path = docx_bomb(tmp_path / "bomb.docx", unpacked_mib=1500)

    with pytest.raises(DocumentTooDemanding) as caught:
        read(path)

    assert path.stat().st_size < 20 * 2**20
    assert caught.value.facts == {"name": "bomb.docx", "limit": "128 MiB"}


def test_a_cut_off_file_is_damaged_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = docx(tmp_path / "whole.docx", ["words"]).read_bytes()
    for length in range(4, len(whole) - 1, 97):
        (tmp_path / "a.docx").write_bytes(whole[:length])

        with pytest.raises(DamagedDocument) as caught:
            read(tmp_path / "a.docx")

        assert caught.value.facts == {"name": "a.docx", "cause": "its end is missing"}


def rewritten(path: Path, **changed: bytes | None) -> Path:
    """The same package with some parts changed or left out."""
    with zipfile.ZipFile(path) as package:
        parts: dict[str, bytes | None] = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in (parts | changed).items():
            if content is not None:
                package.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("part", "content", "error"),
    [
        pytest.param("word/document.xml", None, DamagedDocument(name="a.docx", cause="its text is missing"), id="no text"),
        pytest.param("word/document.xml", b"<a", DamagedDocument(name="a.docx", cause="a part of it is not valid XML"), id="bad XML"),
        pytest.param("word/document.xml", b"<a><p/></a>", NoWords(name="a.docx"), id="empty"),
        pytest.param(
            "word/document.xml", b"<a><p><r><pict><imagedata/></pict></r></p></a>", NoTextInDocument(name="a.docx", pages=1), id="scan"
        ),
        pytest.param("_rels/.rels", None, DamagedDocument(name="a.docx", cause="its table of parts is missing"), id="no package"),
        pytest.param(
            "[Content_Types].xml",
            b'<T><O PartName="/word/document.xml" ContentType="application/vnd.ms-visio.drawing.main+xml"/></T>',
            NotWhatItsNameSays(name="a.docx", kind="DOCX", cause="it is a ZIP file that holds no such document"),
            id="a drawing",
        ),
    ],
)
def test_a_broken_package_says_what_is_wrong(tmp_path: Path, part: str, content: bytes | None, error: DocumentError) -> None:
    path = rewritten(docx(tmp_path / "a.docx", ["words"]), **{part: content})

    with pytest.raises(DocumentError) as caught:
        read(path)

    assert caught.value.reason() == error.reason()


def test_a_package_with_a_zip_password_is_encrypted(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", ["words"])
    contents = bytearray(path.read_bytes())
    at = 0
    while (at := contents.find(b"PK\x01\x02", at)) != -1:
        contents[at + 8] |= 1
        at += 4
    path.write_bytes(contents)

    with pytest.raises(UnsupportedEncryption):
        read(path)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    document = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a><p><r><t>a&x;b</t></r></p></a>'
    path = rewritten(docx(tmp_path / "a.docx", ["words"]), **{"word/document.xml": document.encode()})

    assert "secret" not in read(path).text()
