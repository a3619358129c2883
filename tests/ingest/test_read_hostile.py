"""Files that are cut off, changed or made to do harm: each ends in a reading or in a sentence."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pptx import Presentation

from ingest.read import package, read
from ingest.sandbox import Sandbox
from rag.errors import DocumentError, DocumentTooDemanding
from rag.settings import OCRSettings, SandboxSettings
from tests import documents, workbooks
from tests.ingest.readings import assert_sound

ROWS = [["이름", "수량"], ["사과", 3.0], ["배", 0.25]]
CELLS = '<table:table-row><table:table-cell office:value-type="string"><text:p>사과</text:p></table:table-cell></table:table-row>'
CUTS = 20
PACKAGES = ("docx", "pptx", "xlsx", "xlsb", "ods", "odt", "odp", "epub")
CHANGES = 60


def presentation(path: Path) -> Path:
    slides = Presentation()
    slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = "제목"
    slides.save(str(path))
    return path


def epub(path: Path) -> Path:
    book = '<p><manifest><item id="a" href="a.html" media-type="text/html"/></manifest><spine><itemref idref="a"/></spine></p>'
    container = '<c><rootfiles><rootfile full-path="a.opf"/></rootfiles></c>'
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "a.opf": book, "a.html": "<h1>제목</h1><p>본문"}
    return workbooks.package(path, parts)


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "docx": lambda path: documents.docx(path, ["# 제목", "본문"]),
    "pptx": presentation,
    "xlsx": lambda path: workbooks.xlsx(path, {"표": ROWS}),
    "xlsb": lambda path: workbooks.xlsb(path, "표", ROWS),
    "xls": lambda path: workbooks.xls(path, "표", ROWS),
    "ods": lambda path: workbooks.ods(path, {"표": CELLS}),
    "odt": lambda path: workbooks.open_document(path, "text", "<text:h>제목</text:h><text:list><text:list-item><text:p>x</text:p></text:list-item></text:list>"),
    "odp": lambda path: workbooks.open_document(path, "presentation", "<draw:page><draw:frame><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></draw:page>"),
    "epub": epub,
    "mht": lambda path: documents.text(path, "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPHA+d29yZHM8L3A+\n"),
    "rtf": lambda path: documents.text(path, r"{\rtf1\ansi\ansicpg949{\info{\title x}}\trowd a\cell b\cell\row\outlinelevel0 \'c7\'d1{\footnote n}\u54620?{\pict\bin2 xx}}"),
    "html": lambda path: documents.html(path, "<h1>제목</h1><ol><li>a<li hidden>b</ol><table><tr><th>a<th>b<tr><td>1<td>2</table><pre> x\n y</pre>", title="x"),
    "md": lambda path: documents.text(path, "---\ntitle: x\n---\n# 제목\n\n- a\n  1. b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q `c` [l](u)\n\n```\ncode\n```\n"),
    "txt": lambda path: documents.text(path, "제1조 (목적)\n본문\n\n1.1 words\n", encoding="utf-16"),
    "png": lambda path: documents.scans(path, [documents.drawn("words", dpi=20)]),
    "jpg": lambda path: documents.scans(path, [documents.drawn("words", dpi=20)]),
    "tiff": lambda path: documents.scans(path, [documents.drawn("words", dpi=20)] * 3),
    "csv": lambda path: documents.text(path, '이름,"a, b"\n김,2\n', encoding="cp949"),
}  # fmt: skip


def assert_ends_well(path: Path, contents: bytes) -> None:
    path.write_bytes(contents)
    try:
        reading = read(path)
    except DocumentError:
        return
    assert_sound(reading)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_cut_off_anywhere(tmp_path: Path, kind: str) -> None:
    whole = SAMPLES[kind](tmp_path / f"whole.{kind}").read_bytes()

    for cut in range(1, CUTS + 1):
        assert_ends_well(tmp_path / f"a.{kind}", whole[: len(whole) * cut // (CUTS + 1)])


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_with_bytes_changed(tmp_path: Path, kind: str) -> None:
    whole = SAMPLES[kind](tmp_path / f"whole.{kind}").read_bytes()
    chance = random.Random(kind)

    for _ in range(CHANGES):
        assert_ends_well(tmp_path / f"a.{kind}", changed(whole, chance))


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind in PACKAGES])
def test_a_package_with_bytes_of_its_parts_changed(tmp_path: Path, kind: str) -> None:
    with zipfile.ZipFile(SAMPLES[kind](tmp_path / f"whole.{kind}")) as whole:
        parts = {part: whole.read(part) for part in whole.namelist()}
    chance = random.Random(kind)

    for _ in range(CHANGES):
        victim = chance.choice([part for part, content in parts.items() if content])
        contents = io.BytesIO()
        with zipfile.ZipFile(contents, "w") as package:
            for part, content in parts.items():
                package.writestr(part, changed(content, chance) if part == victim else content)
        assert_ends_well(tmp_path / f"a.{kind}", contents.getvalue())


def test_a_pdf_cut_off_or_changed(tmp_path: Path) -> None:
    """In a child: what is wrong with a PDF may bring PDFium down, which is a reason too."""
    path = tmp_path / "a.pdf"
    whole = documents.pdf(
        path, ["제1조 (목적)\nwords", documents.SCAN, "a b"], title="x", outline=[("words", 1)], roman_front_pages=1
    ).read_bytes()
    chance = random.Random("pdf")
    spoilt = [whole[: len(whole) * cut // (CUTS + 1)] for cut in range(1, CUTS + 1)] + [changed(whole, chance) for _ in range(4 * CHANGES)]

    with Sandbox(SandboxSettings(), OCRSettings(tessdata=tmp_path)) as sandbox:
        for contents in spoilt:
            path.write_bytes(contents)
            try:
                assert_sound(sandbox.read(path))
            except DocumentError:
                pass


def changed(contents: bytes, chance: random.Random) -> bytes:
    result = bytearray(contents)
    for _ in range(chance.choice((1, 1, 3, 20))):
        result[chance.randrange(len(result))] = chance.choice((chance.randrange(256), chance.choice(b'0129<>/=" ')))
    return bytes(result)


# --- made to fill the memory -----------------------------------------------------------------


def limit_of(path: Path) -> str | int:
    with pytest.raises(DocumentTooDemanding) as caught:
        read(path)
    return caught.value.facts["limit"]


def test_a_directory_without_end_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04" + b"PK\x01\x02" * 50_001)

    assert limit_of(tmp_path / "a.docx") == "50000 ZIP entries"


def test_a_part_of_nothing_but_zeros_is_not_unpacked(tmp_path: Path) -> None:
    path = workbooks.xlsx(tmp_path / "a.xlsx", {"S": ROWS}, more={"xl/more.xml": bytes(20 * 2**20)})

    assert limit_of(path) == "300:1"


def test_parts_that_are_too_large_together_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbooks.xlsx(tmp_path / "a.xlsx", {"S": ROWS}, more={f"xl/{at}.xml": random.Random(at).randbytes(2**20) for at in range(4)})
    monkeypatch.setattr(package, "_LARGEST_SUM_MIB", 3)

    assert limit_of(path) == "3 MiB"


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        pytest.param("<w:tbl><w:tr><w:tc>" * 200 + "</w:tc></w:tr></w:tbl>" * 200, "256 XML levels", id="tables in tables"),
        pytest.param(f"<w:p><w:r><w:t>{'x' * 11_000_000}</w:t></w:r></w:p>", "10 MB XML text", id="one word"),
    ],
)
def test_xml_beyond_what_its_parser_allows_is_too_demanding(tmp_path: Path, body: str, limit: str) -> None:
    assert limit_of(documents.docx_of_xml(tmp_path / "a.docx", body)) == limit


def test_entities_that_multiply_are_too_demanding(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY x{at} "{f"&x{at - 1};" * 10 if at else "xxxxxxxxxx"}">' for at in range(10))
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f'<!DOCTYPE a [{entities}]><a b="&x9;"/>'}

    assert limit_of(workbooks.package(tmp_path / "a.odt", parts)) == "5:1 XML entities"


@pytest.mark.parametrize("kind", ["pptx", "ods", "odt", "odp", "epub", "xlsx"])
def test_entities_neither_grow_nor_fetch(tmp_path: Path, kind: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    entities = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}"><!ENTITY b "{"secret" * 100}">' + "".join(
        f'<!ENTITY b{at} "{f"&b{at - 1};" * 100 if at else "&b;" * 100}">' for at in range(8)
    )
    with zipfile.ZipFile(SAMPLES[kind](tmp_path / f"whole.{kind}")) as whole:
        parts = {part: whole.read(part) for part in whole.namelist()}
    for part, content in parts.items():
        if content.startswith(b"<") and part.endswith((".xml", ".opf")):
            start, end = content.split(b">", 1) if content.startswith(b"<?") else (b"", content)
            text = end.replace("제목".encode(), b"a&x;&b7;b").replace("사과".encode(), b"a&x;&b7;b").replace(b">x<", b">a&x;&b7;b<")
            parts[part] = (start + b">" if start else b"") + (entities + "]>").encode() + text
    workbooks.package(tmp_path / f"a.{kind}", parts)

    try:
        text_read = read(tmp_path / f"a.{kind}").text()
    except DocumentError:
        return
    assert "secret" not in text_read
