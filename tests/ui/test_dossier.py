"""An answer put into a file says all that it rests on, in words that can be read back, and whatever the documents hold."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image, ImageDraw
from pypdf import PdfReader

from ingest import pictures
from ingest.read import read_bytes
from rag.records import (
    Answer,
    Citation,
    Claim,
    Comparison,
    Doubt,
    Evidence,
    Filter,
    Language,
    Recognition,
    SectionSummary,
    Status,
    Summary,
    Survey,
    Timings,
    Understood,
)
from rag.version import VERSION
from ui.dossier import facts, letters
from ui.dossier.blocks import Dossier, Grid, Heading, Paragraph, Picture
from ui.dossier.export import KINDS, Kind, export, file_name, markdown_kind
from ui.dossier.facts import Provenance, dossier_of
from ui.dossier.letters import MISSING
from ui.words import dossier as words
from ui.words import doubts

SEOUL = timezone(timedelta(hours=9))
MADE = datetime(2026, 11, 22, 14, 3, 9, tzinfo=SEOUL)
LEASE, RULES = "a1" * 32, "b2" * 32
HIGHLIGHT = (255, 240, 168)

QUOTES = {
    "en": "§ 12. Either party may end “this lease” with three months’ notice – for a fee of € 1,250.50; the café of 84.9 m² is included ☑.",
    "ko": "제12조(해지) ① 임차인은 3개월 전에 서면으로 통지하여 이 계약을 해지할 수 있다. 면적 84.9㎡, ₩50,000,000, 大韓民國 民法 제618조.",
}


def _citation(language: Language, page: int = 3, **changes: object) -> Citation:
    cited = Citation(LEASE, "임대차 계약서.pdf" if language == "ko" else "Lease – signed.pdf", page, page, QUOTES[language], 4, 90)
    return replace(cited, **changes)  # type: ignore[arg-type]


def _answer(language: Language = "en", **changes: object) -> Answer:
    cited = (_citation(language), _citation(language, 4, page_end=5, recognised=Recognition("tesseract 5.5.0 kor+eng", 91.6)))
    answer = Answer(
        question="May the lease be ended early?" if language == "en" else "계약을 중도에 해지할 수 있나요?",
        language=language,
        status=Status.PARTIAL,
        text="",
        claims=(
            Claim("It may be ended with three months' notice.", True, (0, 1)),
            Claim("The penalty is two months' rent.", False, doubt=Doubt.FACT),
        ),
        citations=cited,
        evidence=(Evidence(LEASE, cited[0].document, 3, 3, 0, 200, f"x {QUOTES[language]} y", ("Part II", "12. Notice"), 1.0, (0, 9)),),
        timings=Timings(10.0),
        model="Some-Model-1.5B-Q4",
        embedder="some-embedder 0123456789ab 'query: ' 'passage: '",
        uncovered=("parking",),
        version=VERSION,
        index_generation=7,
        understood=Understood("May the lease of Flat 4 be ended early?", only=Filter(documents=(LEASE,), tags=("2025",))),
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def _page(width: int = 620, height: int = 877, mode: str = "RGB") -> bytes:
    picture = Image.new(mode, (width, height), "white")
    if mode == "RGB":
        ImageDraw.Draw(picture).rectangle((60, 200, 500, 240), fill=HIGHLIGHT)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _none(_: Citation) -> None:
    return None


def _dossier(
    answer: Answer, language: Language = "en", *, page: bytes | None = None, around: tuple[str, str, str] | None = None
) -> Dossier:
    provenance = Provenance(MADE, datetime(2026, 11, 22, 14, 1, tzinfo=SEOUL))
    drawn = _drawn(page) if page else None
    return dossier_of(answer, provenance, language=language, picture=lambda _: drawn, surroundings=lambda _: around)


def _drawn(contents: bytes) -> pictures.Picture:
    with Image.open(io.BytesIO(contents)) as opened:
        return pictures.Picture(contents, "image/jpeg" if opened.format == "JPEG" else "image/png", *opened.size)


def _flat(text: str) -> str:
    return "".join(text.split())


def _pdf_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(document[at].get_textpage().get_text_bounded() for at in range(len(document)))


def _docx_text(docx: bytes) -> str:
    return "\n".join("".join(paragraph.itertext()) for paragraph in _xml(docx, "word/document.xml").iter(f"{W}p"))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _xml(docx: bytes, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(docx)).read(part))


def _markdown(contents: bytes, kind: Kind) -> str:
    return (zipfile.ZipFile(io.BytesIO(contents)).read("dossier.md") if kind == "zip" else contents).decode()


def _rendered(markdown: str) -> str:
    """As a program shows it, without its markup."""
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)
    return "".join(ElementTree.fromstring(f"<all>{shown}</all>").itertext())


def _text(dossier: Dossier, kind: Kind) -> str:
    contents = export(dossier, kind)
    match kind:
        case "pdf":
            return _pdf_text(contents)
        case "docx":
            return _docx_text(contents)
    return _rendered(_markdown(contents, kind))


# --- what it says ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_file_says_what_the_answer_rests_on_and_how_it_was_made(kind: Kind, language: Language) -> None:
    answer = _answer(language)

    told = _flat(_text(_dossier(answer, language), kind))

    wanted = [answer.question, answer.understood.text if answer.understood else "", "#2025", *(claim.text for claim in answer.claims)]
    wanted += [doubts.IN[language][Doubt.FACT], "parking", "[1][2]", QUOTES[language], answer.citations[0].document, "12. Notice", "92%"]
    wanted += [LEASE, VERSION, answer.model, answer.embedder, "7", "2026-11-22T14:03:09+09:00", "2026-11-22T14:01:00+09:00"]
    wanted += [words.IN[language].checked_all, *words.IN[language].limits]
    wanted += ["p. 3", "pp. 4–5"] if language == "en" else ["3쪽", "4–5쪽"]
    assert [each for each in wanted if _flat(each) not in told] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_korean_file_has_no_english_word_of_ours(kind: Kind) -> None:
    answer = _answer(
        "ko", model="모델", embedder="임베딩", claims=(Claim("해지할 수 있습니다.", True, (0,)),), uncovered=("주차",), understood=None
    )
    answer = replace(answer, evidence=(), citations=(_citation("ko", document="계약서", quote="해지할 수 있다."),))

    told = _text(_dossier(answer, "ko"), kind).replace(LEASE, "")

    assert set(re.findall(r"[A-Za-z]{2,}", told)) <= {"Seorap", "SHA", "PDF"}


def test_what_has_no_support_is_struck_through_with_the_reason() -> None:
    dossier = _dossier(_answer())

    struck = [
        run.text
        for run in Document(io.BytesIO(export(dossier, "docx"))).element.body.iter(f"{W}r")
        if run.find(f"{W}rPr/{W}strike") is not None
    ]
    assert struck == ["The penalty is two months' rent."]
    assert f"~~The penalty is two months' rent.~~ (no support: {doubts.IN['en'][Doubt.FACT]})" in export(dossier, "md").decode()


def test_not_in_the_documents_says_so_and_names_what_comes_nearest() -> None:
    answer = _answer(status=Status.NOT_FOUND, citations=(), claims=(Claim("It may.", False, doubt=Doubt.WORDS),), uncovered=())

    told = _text(_dossier(answer), "pdf")

    assert "Not in your documents" in told
    assert _flat(QUOTES["en"]) in _flat(told)
    assert LEASE in told
    assert words.ENGLISH.no_quotations in told.replace("\r\n", " ")
    assert "found every" not in told


def test_a_phrase_that_stands_nowhere_is_named() -> None:
    answer = _answer(status=Status.NOT_FOUND, citations=(), claims=(), evidence=(), understood=Understood("x", phrases=("sine qua non",)))

    assert "“sine qua non”" in _text(_dossier(answer), "docx")


def test_an_answer_that_was_stopped_or_cut_short_says_so() -> None:
    told = _text(_dossier(_answer(stopped=True, cut_short=True)), "md")

    assert "was not checked against your documents" in told
    assert "breaks off here" in told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("columns", [2, 6])
def test_a_comparison_is_a_table_and_what_was_not_reached_is_left_open(kind: Kind, columns: int) -> None:
    names = tuple(f"document {number}.pdf" for number in range(columns))
    answer = _answer(whole=Comparison(("Notice", "Deposit"), names, (((0,), *[()] * (columns - 1)), ((1,),))))
    dossier = _dossier(answer)

    grid = next(block for block in dossier.blocks if isinstance(block, Grid))
    assert [len(row) for row in grid.rows] == [columns + 1] * 2
    told = _flat(_text(dossier, kind))
    assert "notstated" in told
    assert "threemonths'notice.[1][2]" in told
    if kind == "docx":
        table = next(table for table in Document(io.BytesIO(export(dossier, "docx"))).tables if len(table.columns) > 2)
        assert [len(row.cells) for row in table.rows] == [columns + 1] * 3
        assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
    if kind == "md":
        assert "<table>" in MarkdownIt("commonmark").enable("table").render(export(dossier, "md").decode())


def test_a_summary_goes_section_by_section() -> None:
    answer = _answer(
        whole=Summary("Lease.pdf", (SectionSummary("12. Notice", 3, 4, (0,), (0,)), SectionSummary("", None, None, (1,))), 0.4)
    )

    told = _text(_dossier(answer), "md")

    assert told.index("Summary of a document") < told.index("40%") < told.index("12. Notice") < told.index("three months' notice.[1][2]")
    assert "the document's own sentence" in told


def test_a_survey_says_how_many_places_there_are_and_sets_other_words_apart() -> None:
    cited = (_citation("en", 1), _citation("en", 2), _citation("en", 1, doc_id=RULES, document="Rules.docx"))
    answer = _answer(
        citations=cited, claims=tuple(Claim(each.quote, True, (at,)) for at, each in enumerate(cited)), whole=Survey("notice", 250, 9, 2)
    )

    told = _text(_dossier(answer), "md")

    assert "places 250, documents 9" in told
    assert told.index("[1] p. 1  [2] p. 2") < told.index("Not counted") < told.index("Rules.docx [3] p. 1".replace(" [", "  ["))


def test_the_filter_names_documents_not_hashes() -> None:
    scope = _text(_dossier(_answer()), "md")

    assert "Documents asked: Lease – signed.pdf, #2025" in scope
    assert "all documents of the drawer" in _text(_dossier(_answer(understood=None)), "md")


# --- pictures ----------------------------------------------------------------------------------


def test_the_picture_of_the_page_stands_with_its_quotation_in_every_file() -> None:
    png = _page()
    dossier = _dossier(_answer(), page=png)

    pdf = pypdfium2.PdfDocument(export(dossier, "pdf"))
    drawn = pdf[1].render(scale=1).to_pil()
    docx = zipfile.ZipFile(io.BytesIO(export(dossier, "docx")))
    packed = zipfile.ZipFile(io.BytesIO(export(dossier, "zip")))

    assert any(pixel[:3] == HIGHLIGHT for pixel in drawn.get_flattened_data())
    assert [docx.read(name) for name in docx.namelist() if name.startswith("word/media/")] == [png]
    assert packed.namelist() == ["dossier.md", "pages/001.png", "pages/002.png"]
    assert packed.read("pages/001.png") == png
    assert "](pages/001.png)" in _markdown(export(dossier, "zip"), "zip")
    assert "pages/" not in export(dossier, "md").decode()
    assert (markdown_kind(dossier), markdown_kind(_dossier(_answer()))) == ("zip", "md")


def test_a_picture_in_a_pdf_keeps_its_bytes_and_its_size() -> None:
    png = _page(1240, 1754)
    with_pictures, without = export(_dossier(_answer(), page=png), "pdf"), export(_dossier(_answer()), "pdf")

    assert len(with_pictures) - len(without) < 2 * len(png) + 5_000
    pages = PdfReader(io.BytesIO(with_pictures)).pages
    assert next(image.image for page in pages for image in page.images).size == (1240, 1754)  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize(("width", "height"), [(620, 877), (877, 620), (1, 5000), (5000, 1)])
def test_any_kind_and_shape_of_png_can_be_put_into_every_file(mode: str, width: int, height: int) -> None:
    dossier = _dossier(_answer(), page=_page(width, height, mode) if mode != "I;16" else _sixteen_bits(width, height))

    for kind in KINDS:
        assert export(dossier, kind)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_picture_of_a_scan_stands_there_too(mode: str) -> None:
    """Which is drawn as a JPEG."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(_page(mode=mode))) as page:
        page.save(buffer, "JPEG")
    jpeg = buffer.getvalue()
    dossier = _dossier(_answer(), page=jpeg)

    docx, packed = (zipfile.ZipFile(io.BytesIO(export(dossier, kind))) for kind in ("docx", "zip"))
    pages = PdfReader(io.BytesIO(export(dossier, "pdf"))).pages

    assert [docx.read(name) for name in docx.namelist() if name.startswith("word/media/")] == [jpeg]
    assert packed.read("pages/001.jpg") == jpeg
    assert "](pages/001.jpg)" in _markdown(export(dossier, "zip"), "zip")
    assert next(image.image for page in pages for image in page.images).size == (620, 877)  # type: ignore[union-attr]


def _sixteen_bits(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("I;16", (width, height), 40_000).save(buffer, "PNG")
    return buffer.getvalue()


def test_without_a_picture_the_words_around_the_quotation_stand_there_with_it_marked() -> None:
    around = ("What stands before.", QUOTES["en"], "What stands after.")
    dossier = _dossier(_answer(), around=around)

    assert f"What stands before. **{QUOTES['en'][:12]}" in export(dossier, "md").decode()
    assert "What stands after." in _text(dossier, "pdf")
    assert not any(isinstance(block, Picture) for block in _dossier(_answer(), around=around).blocks)


def test_a_long_list_of_places_has_pictures_of_the_first_only() -> None:
    cited = tuple(_citation("en", page) for page in range(1, facts.PICTURES + 11))
    answer = _answer(citations=cited, claims=(Claim("x", True, (0,)),))

    blocks = _dossier(answer, page=_page(60, 80)).blocks

    assert sum(isinstance(block, Picture) for block in blocks) == facts.PICTURES
    assert any(
        isinstance(block, Paragraph) and words.ENGLISH.pictures_cut.format(count=facts.PICTURES) in block.runs[0].text for block in blocks
    )


# --- PDF ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ko"])
def test_our_own_reader_reads_the_quotation_back(language: Language) -> None:
    for kind in ("pdf", "docx"):
        reading = read_bytes(export(_dossier(_answer(language), language), kind), f"dossier.{kind}")
        assert _flat(QUOTES[language]) in _flat(reading.text())


def test_a_pdf_has_bookmarks_page_numbers_a_title_and_a_language() -> None:
    reader = PdfReader(io.BytesIO(export(_dossier(_answer("ko"), "ko", page=_page()), "pdf")))

    assert reader.metadata is not None
    assert reader.metadata.title == "문서에서 찾은 답변: 계약을 중도에 해지할 수 있나요?"
    assert (reader.metadata.author, reader.metadata.creator) == ("Seorap", "Seorap")
    assert reader.root_object["/Lang"] == "ko-KR"
    titles = [each.title for each in reader.outline if not isinstance(each, list)]
    assert titles == ["질문", "답변", "인용한 원문", "작성 경위"]
    assert f"2 / {len(reader.pages)}쪽" in reader.pages[1].extract_text()


def test_a_mark_in_a_pdf_leads_to_its_quotation_and_nothing_leads_out() -> None:
    reader = PdfReader(io.BytesIO(export(_dossier(_answer(), page=_page()), "pdf")))

    links = [note.get_object() for page in reader.pages for note in page.get("/Annots") or ()]
    assert len(links) == 2
    assert all("/URI" not in str(link) and "/A" not in link for link in links)
    assert [link["/Dest"].get_object()[0].get_object() for link in links] == [reader.pages[1], reader.pages[2]]


def test_only_the_letters_that_are_used_are_in_a_pdf() -> None:
    assert len(export(_dossier(_answer("ko"), "ko"), "pdf")) < 150_000


def test_letters_that_no_font_holds_are_a_sign_and_counted() -> None:
    told = _text(_dossier(_answer(claims=(Claim("smile 😀 and \U00020bb7", True, (0,)),))), "pdf")

    assert f"smile {MISSING} and {MISSING}" in told
    assert "do not have: 2" in told
    assert letters.missing("".join(QUOTES.values())) == 0


def test_the_fonts_may_be_passed_on() -> None:
    folder = Path(letters.__file__).parent / "fonts"
    told = (folder / "README.md").read_text(encoding="utf-8")

    assert all(f"`{font.name}`" in told for font in folder.glob("*.ttf"))
    assert all("SIL OPEN FONT LICENSE" in (folder / name).read_text(encoding="utf-8") for name in ("Nanum.txt", "Liberation.txt"))
    assert not any(
        name in font.read_bytes() for font in folder.glob("*.ttf") for name in (b"N\0a\0n\0u\0m\0G", b"\0V\0e\0r\0a\0 \0S\0a\0n\0s\0")
    )


# --- DOCX --------------------------------------------------------------------------------------


def test_a_docx_is_a4_titled_and_says_nothing_of_the_library_that_made_it() -> None:
    made = export(_dossier(_answer("ko"), "ko", page=_page()), "docx")
    document = Document(io.BytesIO(made))

    about = document.core_properties
    assert (about.author, about.last_modified_by, about.comments, about.language) == ("Seorap", "Seorap", "", "ko-KR")
    assert about.title == "문서에서 찾은 답변: 계약을 중도에 해지할 수 있나요?"
    assert about.created == MADE.astimezone(UTC).replace(tzinfo=about.created.tzinfo)
    assert (round(document.sections[0].page_width.mm), round(document.sections[0].page_height.mm)) == (210, 297)
    assert b"python-docx" not in b"".join(
        zipfile.ZipFile(io.BytesIO(made)).read(name) for name in zipfile.ZipFile(io.BytesIO(made)).namelist()
    )
    assert [each.text for each in document.paragraphs if each.style.name == "Heading 1"] == ["질문", "답변", "인용한 원문", "작성 경위"]


def test_korean_in_a_docx_has_a_korean_font_and_language() -> None:
    styles = _xml(export(_dossier(_answer("ko"), "ko"), "docx"), "word/styles.xml")

    normal = next(style for style in styles.iter(f"{W}style") if style.get(f"{W}styleId") == "Normal")
    fonts = normal.find(f"{W}rPr/{W}rFonts")
    assert fonts is not None
    assert fonts.get(f"{W}eastAsia") == "맑은 고딕"
    assert not any("Theme" in name for name in fonts.attrib)
    assert {each.get(f"{W}eastAsia") for each in styles.iter(f"{W}lang")} == {"ko-KR"}


def test_nothing_in_a_docx_leads_out_of_it_and_its_only_fields_are_page_numbers() -> None:
    text = 'HYPERLINK "http://evil.example" \\* MERGEFORMAT { INCLUDEPICTURE "http://evil.example/x.png" }'
    made = export(_dossier(_answer(question=text, claims=(Claim(text, True, (0,)),)), page=_page()), "docx")

    archive = zipfile.ZipFile(io.BytesIO(made))
    relations = [
        relation for name in archive.namelist() if name.endswith(".rels") for relation in ElementTree.fromstring(archive.read(name))
    ]
    assert all(relation.get("TargetMode") != "External" for relation in relations)
    body = _xml(made, "word/document.xml")
    assert not [each for each in body.iter() if each.tag in (f"{W}fldSimple", f"{W}fldChar", f"{W}instrText")]
    fields = [
        each.get(f"{W}instr")
        for name in archive.namelist()
        if "footer" in name and name.endswith(".xml")
        for each in _xml(made, name).iter(f"{W}fldSimple")
    ]
    assert fields == ["PAGE", "NUMPAGES"]
    anchors = {each.get(f"{W}anchor") for each in body.iter(f"{W}hyperlink")}
    assert anchors == {"q1"} <= {each.get(f"{W}name") for each in body.iter(f"{W}bookmarkStart")}


# --- hostile words -----------------------------------------------------------------------------

MARKUP = (
    "![x](http://evil.example/x.png)",
    "[x](http://evil.example)",
    "<img src=http://evil.example/x.png>",
    "<http://evil.example>",
    "http://evil.example and www.evil.example",
    "[x]: http://evil.example",
    "# heading",
    "- item",
    "1. item",
    "2) item",
    "> quoted",
    "```code",
    "~~~ code",
    "***",
    "---",
    "===",
    "a | b",
    "**b** _i_ `c` ~~s~~ $m$ ^u^ ==h== %%c%% [[w]] {.c} &amp; &#60; \\<b\\>",
    "<script>alert(1)</script><!-- c --> ]]> <w:p/>",
    "<para><font color='__import__(\"os\")'>x</font><a href='http://evil.example'>x</a></para>",
    "x\\",
    "`",
)


@pytest.mark.parametrize("text", MARKUP)
def test_words_of_a_document_stay_words_in_markdown(text: str) -> None:
    answer = _answer(
        question=text,
        claims=(Claim(text, True, (0,)), Claim(text, False)),
        citations=(_citation("en", quote=text, document=text),),
        evidence=(),
        model=text,
        uncovered=(text,),
        whole=Comparison((text,), (text,), (((0, 1),),)) if text == "a | b" else None,
    )
    dossier = _dossier(answer, around=(text, text, text))
    harmless = replace(
        answer,
        question="x",
        claims=(Claim("x", True, (0,)), Claim("x", False)),
        uncovered=("x",),
        model="§",
        citations=(_citation("en", quote="x", document="x"),),
        whole=answer.whole and Comparison(("x",), ("x",), (((0, 1),),)),
    )

    assert _kinds(dossier) == _kinds(_dossier(harmless, around=("x", "x", "x")))
    assert _flat(_rendered(export(dossier, "md").decode())).count(_flat(text)) >= 8


def _kinds(dossier: Dossier) -> set[str]:
    """Of what a program finds in its Markdown."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(export(dossier, "md").decode())
    return {each.type for token in tokens for each in (token, *(token.children or ()))}


HOSTILE = (
    "abc \u202egnp.exe\u202c \u2066 שלום مرحبا \u200f",
    "a\u200bb\u200c\u200d\ufeff\u00ad",
    "😀👨‍👩‍👧‍👦🇰🇷",
    "a\x00b\x01\x1b[31m\x7f\x85\x0c\u2028 \ud800 \ufffe\uffff \U0010ffff",
    "\ue000\uf8ff",
    "ᄒᆞᆫ글 훈민져ᇰᅙᅳᆷ",
    "e" + "\u0301" * 300,
    "",
    " \n\t\u3000 ",
    "㋿" * 400,
    *MARKUP,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_make_an_export_fail(text: str) -> None:
    _export_all_shapes(text)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec=None), max_size=80))
def test_no_words_at_all_make_an_export_fail(text: str) -> None:
    _export_all_shapes(text)


def _export_all_shapes(text: str) -> None:
    cited = _citation("en", quote=text, document=text or "x", recognised=Recognition(text, 50.0))
    answer = _answer(
        question=text,
        claims=(Claim(text, True, (0, 9)), Claim(text, False)),
        citations=(cited,),
        evidence=(Evidence(LEASE, text, 1, 2, 0, 9, text, (text,), 1.0, (0, 9)),),
        model=text,
        embedder=text,
        uncovered=(text,),
        understood=Understood(f"{text}!", (text,), only=Filter(documents=(text,), tags=(text,), folders=(text,))),
    )
    table = Comparison((text, "p"), (text, "y", text), (((0,), (1,)), ((0, 1), ())))
    shapes = [answer, replace(answer, status=Status.NOT_FOUND, citations=())]
    shapes += [
        replace(answer, whole=whole) for whole in (table, Summary(text, (SectionSummary(text, 1, 1, (0, 1)),), 0.5), Survey(text, 3, 2, 1))
    ]
    for each in shapes:
        dossier = _dossier(each, around=(text, text, text))
        for kind in KINDS:
            assert export(dossier, kind)
        assert _sound_name(file_name(dossier, "pdf"))


@pytest.mark.parametrize(
    "text", ["word " * 20_000, "가" * 34_000, "x" * 100_000, "가나다 abc 漢字 😀 " * 4_000], ids=["words", "Hangul", "one word", "mixed"]
)
def test_a_quotation_of_a_hundred_kilobytes_breaks_over_pages(text: str) -> None:
    answer = _answer(citations=(_citation("en", quote=text),), claims=(Claim(text, True, (0,)),))
    letters_of_it = set(text) - {" ", "😀"}
    wanted = 2 * sum(letter in letters_of_it for letter in text)  # in the claim, and in the quotation

    for kind in KINDS:
        contents = export(_dossier(answer), kind)
        assert kind != "pdf" or sum(letter in letters_of_it for letter in _pdf_text(contents)) >= wanted
    assert export(_dossier(replace(answer, whole=Comparison(("p",), ("a", "b"), (((0,), ()),)))), "pdf")


def test_what_turns_the_direction_of_reading_is_shown_as_a_sign() -> None:
    for kind in KINDS:
        told = _text(_dossier(_answer(claims=(Claim("invoice \u202efdp.exe", True, (0,)),))), kind)
        assert "\u202e" not in told
        assert "invoice \ufffdfdp.exe" in told


# --- the file itself ---------------------------------------------------------------------------


def _sound_name(name: str) -> bool:
    return (
        len(name.encode()) < 200
        and name.isprintable()
        and not set('<>:"/\\|?*') & set(name)
        and name == name.strip()
        and not name.startswith(".")
        and ".." not in name
    )


@pytest.mark.parametrize(
    "question", ["../../etc/passwd", "CON", "a" * 500, "가" * 500, ".hidden", 'x<>:"|?*', "a\u202eb", "trailing. ", ""]
)
def test_the_name_of_the_file_is_safe_on_every_system(question: str) -> None:
    dossier = _dossier(_answer(question=question))

    assert _sound_name(file_name(dossier, "docx"))
    assert file_name(dossier, "docx").startswith("Seorap 2026-11-22")


def test_the_name_of_the_file_says_what_was_asked() -> None:
    assert file_name(_dossier(_answer("ko"), "ko"), "pdf") == "서랍 2026-11-22 계약을 중도에 해지할 수 있나요.pdf"


def test_a_time_without_an_offset_gets_that_of_this_machine() -> None:
    dossier = dossier_of(_answer(), Provenance(datetime(2026, 11, 22, 14, 3)), language="en", picture=_none, surroundings=_none)

    assert re.search(r"2026-11-22T14:03:00[+-]\d\d:\d\d", _text(dossier, "md"))


def test_five_claims_and_eight_quotations_are_in_a_file_within_two_seconds() -> None:
    cited = tuple(_citation("ko", page) for page in range(1, 9))
    answer = _answer("ko", citations=cited, claims=tuple(Claim("해지할 수 있습니다.", True, (at, at + 3)) for at in range(5)))
    png = _page(1240, 1754)

    for kind in KINDS:
        started = time.perf_counter()
        export(_dossier(answer, "ko", page=png), kind)
        assert time.perf_counter() - started < 2


def test_several_tabs_may_export_at_once() -> None:
    dossiers = [_dossier(_answer(language), language) for language in ("en", "ko")] * 4
    alone = [_pdf_text(export(dossier, "pdf")) for dossier in dossiers[:2]] * 4

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda dossier: export(dossier, "pdf"), dossiers))

    assert [_pdf_text(pdf) for pdf in together] == alone


def test_every_quotation_has_a_heading_of_its_own_number() -> None:
    numbers: Sequence[int | None] = [block.number for block in _dossier(_answer()).blocks if isinstance(block, Heading) and block.number]

    assert numbers == [1, 2]


def test_no_file_of_the_readers_home_folder_is_run(tmp_path: Path) -> None:
    """As reportlab would, on being imported."""
    (tmp_path / ".reportlab_settings").write_text(
        "import pathlib; pathlib.Path.home().joinpath('ran').touch()\nstrikeGap = 1\n", encoding="utf-8"
    )

    subprocess.run(
        [sys.executable, "-c", "import ui.dossier.export"],
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
    )

    assert not (tmp_path / "ran").exists()
