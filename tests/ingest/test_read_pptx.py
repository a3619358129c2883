"""PPTX -> a page for each slide."""

import zipfile
from pathlib import Path

import pytest
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.presentation import Presentation as Slides
from pptx.slide import Slide
from pptx.util import Inches

from ingest.read import read
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Heading, Page, Reading
from tests.ingest.readings import assert_sound, tables_of

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PICTURE = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def blank(slides: Slides) -> Slide:
    return slides.slides.add_slide(slides.slide_layouts[6])


def box(slide: Slide, text: str) -> None:
    slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = text


def saved(slides: Slides, path: Path) -> Path:
    slides.save(str(path))
    return path


def test_title_body_and_notes(tmp_path: Path) -> None:
    slides = Presentation()
    slides.core_properties.title = "2024년 실적 보고"
    slides.core_properties.author = "김서랍"
    first = slides.slides.add_slide(slides.slide_layouts[1])
    first.placeholders[1].text = "매출은 늘었다\n비용은 줄었다"
    first.shapes.title.text = "분기 실적\v요약"
    first.notes_slide.notes_text_frame.text = "천천히 말한다."
    hidden = slides.slides.add_slide(slides.slide_layouts[1])
    hidden.shapes.title.text = "Outlook"
    hidden._element.set("show", "0")

    reading = read(saved(slides, tmp_path / "a.pptx"))

    text = "분기 실적 요약\n\n매출은 늘었다\n비용은 줄었다\n\n천천히 말한다."
    assert reading == Reading(
        pages=(
            Page(text, number=1, headings=(Heading(1, "분기 실적 요약", 0),)),
            Page("Outlook", number=2, headings=(Heading(1, "Outlook", 0),)),
        ),
        format="pptx",
        title="2024년 실적 보고",
        metadata=reading.metadata,
    )
    assert (reading.metadata["title"], reading.metadata["author"]) == ("2024년 실적 보고", "김서랍")
    assert {"created", "modified"} <= reading.metadata.keys()


def test_groups_are_entered_and_page_numbers_are_not_text(tmp_path: Path) -> None:
    slides = Presentation()
    slide = blank(slides)
    box(slide, "first")
    inner = slide.shapes.add_group_shape().shapes.add_group_shape()
    inner.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "in a group"
    box(slide, "7")
    placeholder = slide.shapes[-1]._element.find(".//{*}nvPr")
    etree.SubElement(placeholder, "{http://schemas.openxmlformats.org/presentationml/2006/main}ph", type="sldNum")
    box(slide, "last")

    assert read(saved(slides, tmp_path / "a.pptx")).text() == "first\n\nin a group\n\nlast"


def test_tables(tmp_path: Path) -> None:
    slides = Presentation()
    slide = blank(slides)
    table = slide.shapes.add_table(3, 2, 0, 0, Inches(2), Inches(2)).table
    for at, words in enumerate(("연도", "매출\n(억)", "2023", "", "2024", "1,200")):
        table.cell(at // 2, at % 2).text = words
    table.cell(2, 0).merge(table.cell(2, 1))

    reading = read(saved(slides, tmp_path / "a.pptx"))

    assert tables_of(reading) == [(1, "", ["연도 | 매출 (억)", "2023 | ", "2024 1,200 | "])]


def test_a_chart_is_the_table_behind_it(tmp_path: Path) -> None:
    slides = Presentation()
    figures = CategoryChartData()
    figures.categories = ["1분기", "2분기"]
    figures.add_series("매출", (1.5, 0.30000000000000004))
    figures.add_series("비용", (3, None))
    chart = blank(slides).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(2), Inches(2), figures).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "실적"

    reading = read(saved(slides, tmp_path / "a.pptx"))

    assert tables_of(reading) == [(1, "실적", [" | 매출 | 비용", "1분기 | 1.5 | 3", "2분기 | 0.3 | "])]
    assert reading.text().startswith("실적\n\n | 매출")


def test_diagrams_and_what_is_stored_twice(tmp_path: Path) -> None:
    slides = Presentation()
    box(blank(slides), "words")
    shapes = (
        f'<p:graphicFrame><a:graphic xmlns:a="{A}"><a:graphicData><d:relIds xmlns:d="d" xmlns:r="r" r:dm="d1"/></a:graphicData></a:graphic>'
        '</p:graphicFrame><mc:AlternateContent xmlns:mc="mc"><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>'
    ).replace("{}", f'<p:sp><p:txBody><a:p xmlns:a="{A}"><a:r><a:t>once</a:t></a:r></a:p></p:txBody></p:sp>')
    diagram = "<d><ptLst><pt><t><p><r><t>계획</t></r></p></t></pt><pt><t><p/></t></pt><pt><t><p><r><t>실행</t></r></p></t></pt></ptLst></d>"
    with zipfile.ZipFile(saved(slides, tmp_path / "plain.pptx")) as plain, zipfile.ZipFile(tmp_path / "a.pptx", "w") as made:
        for part in plain.namelist():
            content = plain.read(part).decode("utf-8", errors="surrogateescape")
            if part == "ppt/slides/slide1.xml":
                content = content.replace("</p:spTree>", shapes + "</p:spTree>")
            if part == "ppt/slides/_rels/slide1.xml.rels":
                content = content.replace(
                    "</Relationships>", '<Relationship Id="d1" Type="x/diagramData" Target="../d.xml"/></Relationships>'
                )
            made.writestr(part, content.encode("utf-8", errors="surrogateescape"))
        made.writestr("ppt/d.xml", diagram)

    assert read(tmp_path / "a.pptx").text() == "words\n\n계획\n실행\n\nonce"


def test_numbers_before_paragraphs_are_written_out(tmp_path: Path) -> None:
    slides = Presentation()
    slide = blank(slides)
    box(slide, "one\ntwo\ninner\nthree\nplain\nagain")
    kinds = [("arabicPeriod", 0), ("arabicPeriod", 0), ("alphaLcParenR", 1), ("arabicPeriod", 0), None, ("romanUcParenBoth", 0)]
    for paragraph, kind in zip(slide.shapes[0].text_frame.paragraphs, kinds, strict=True):
        if kind is not None:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("lvl", str(kind[1]))
            etree.SubElement(properties, f"{{{A}}}buAutoNum", type=kind[0])

    assert read(saved(slides, tmp_path / "a.pptx")).text() == "1. one\n2. two\na) inner\n3. three\nplain\n(I) again"


def test_slides_that_are_pictures_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bytes.fromhex(PICTURE))
    slides = Presentation()
    blank(slides).shapes.add_picture(str(tmp_path / "a.png"), 0, 0)
    blank(slides)
    with pytest.raises(NoTextInDocument) as caught:
        read(saved(slides, tmp_path / "pictures.pptx"))
    box(blank(slides), "words")

    reading = read(saved(slides, tmp_path / "a.pptx"))

    assert caught.value.facts == {"name": "pictures.pptx", "pages": 2}
    assert ([page.number for page in reading.pages], reading.unread_pages) == ([3], (1,))
    assert_sound(reading)


def test_a_presentation_of_nothing_is_empty(tmp_path: Path) -> None:
    slides = Presentation()
    blank(slides)

    with pytest.raises(NoWords):
        read(saved(slides, tmp_path / "a.pptx"))


def test_a_missing_slide_is_damage(tmp_path: Path) -> None:
    slides = Presentation()
    box(blank(slides), "words")
    with zipfile.ZipFile(saved(slides, tmp_path / "whole.pptx")) as whole, zipfile.ZipFile(tmp_path / "a.pptx", "w") as broken:
        for part in whole.namelist():
            if part != "ppt/slides/slide1.xml":
                broken.writestr(part, whole.read(part))

    with pytest.raises(DamagedDocument):
        read(tmp_path / "a.pptx")
