"""Pictures of pages -> pages."""

from __future__ import annotations

import io
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ingest.pipeline import Batch, Cancelled, add
from ingest.read import ocr, read, tesseract
from ingest.sandbox import Sandbox
from rag.boxes import words
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentGarbled,
    DocumentNeedsOCR,
    DocumentNotRecognised,
    DocumentTooDemanding,
    NoWordsInDocument,
    SomePagesGarbled,
    SomePagesNeedOCR,
)
from rag.library.library import Library
from rag.records import Box, FileOutcome, Outcome, Page, Recognition, Unread
from rag.settings import OCRSettings, SandboxSettings, SplitSettings
from tests import documents
from tests.fakes import WordHashEmbedder

NOWHERE = OCRSettings(tessdata=Path("/nowhere"))

recognising = pytest.mark.skipif(
    not ocr.is_installed(OCRSettings()), reason="Tesseract's data for Korean and English is not installed (tesseract-ocr-kor, -eng)"
)
lettering = pytest.mark.skipif(not documents.KOREAN_FONT.is_file(), reason="the font NanumGothic is not installed (fonts-nanum)")

ENGLISH = "The tenant pays a deposit of EUR 3,751.00 before moving in.\nNotices are sent to the address given in Section 4."
KOREAN = "제1조 (목적) 이 계약은 임대인과 임차인 사이의 주택 임대차를 정한다.\n보증금은 12,500,000원이며 계약이 끝난 날부터 30일 이내에 반환한다."


class Scripted:
    """A recogniser that has been told what to say of each page."""

    def __init__(self, says: dict[int, Page | Unread]) -> None:
        self.says = says
        self.seen: dict[int, tuple[int, int]] = {}

    def page(self, number: int, draw: Callable[[], Image.Image]) -> Page | Unread:
        self.seen[number] = draw().size
        return self.says[number]


def recognised(text: str, number: int) -> Page:
    return Page(text, number=number, recognised=Recognition("scripted", 90.0))


def reason_of(path: Path, recogniser: ocr.Recogniser | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(path, recogniser=recogniser)
    return caught.value


# --- with the engine -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine() -> ocr.Tesseract:
    found = ocr.recogniser(OCRSettings())
    assert found is not None
    return found


@recognising
@pytest.mark.parametrize("kind", ["png", "jpg", "tif", "pdf"])
def test_english_is_recognised_word_by_word(tmp_path: Path, engine: ocr.Tesseract, kind: str) -> None:
    (page,) = read(documents.scans(tmp_path / f"a.{kind}", [documents.drawn(ENGLISH)]), recogniser=engine).pages

    assert page.text == ENGLISH
    assert page.number == 1
    assert page.recognised is not None
    assert page.recognised.engine.endswith("(kor+eng)")
    assert page.recognised.confidence > 90
    assert [page.text[word.start : word.end] for word in words(page.boxes, len(page.text))] == ENGLISH.split()


@recognising
@lettering
def test_korean_is_recognised_with_its_spaces(tmp_path: Path, engine: ocr.Tesseract) -> None:
    sheet = documents.drawn("\n".join([KOREAN] * 4), font=documents.KOREAN_FONT)
    (page,) = read(documents.scans(tmp_path / "a.png", [sheet]), recogniser=engine).pages

    assert page.text.split() == " ".join([KOREAN] * 4).split()
    assert page.recognised is not None
    assert [page.text[word.start : word.end] for word in words(page.boxes, len(page.text))] == page.text.split()
    assert page.headings[0].title == "제1조 (목적)"


@recognising
def test_a_word_is_boxed_where_it_stands(tmp_path: Path, engine: ocr.Tesseract) -> None:
    (page,) = read(
        documents.scans(tmp_path / "a.png", [documents.drawn("Deposit\n\n\n\nThe last line of the page")]), recogniser=engine
    ).pages

    first, *_, last = words(page.boxes, len(page.text))
    assert page.text[first.start : first.end] == "Deposit"
    assert (first.left, first.top) == pytest.approx((0.8 / 8.27, 1 / 11.69), abs=0.01)
    assert last.top - first.top == pytest.approx(4 * 1.6 * 11 / 72 / 11.69, abs=0.01)
    assert last.right > last.left > first.right


@recognising
def test_every_frame_is_a_page_and_those_without_words_are_told(tmp_path: Path, engine: ocr.Tesseract) -> None:
    blank = Image.new("L", (1654, 2339), 255)
    reading = read(
        documents.scans(tmp_path / "a.tiff", [documents.drawn(ENGLISH), blank, documents.drawn("Page three")]), recogniser=engine
    )

    assert [(page.number, page.text) for page in reading.pages] == [(1, ENGLISH), (3, "Page three")]
    assert (reading.unread_pages, dict(reading.unread_because), reading.format) == ((2,), {2: Unread.NO_WORDS}, "tiff")


@recognising
@pytest.mark.parametrize(
    "picture",
    [
        Image.effect_noise((900, 700), 80),
        Image.effect_mandelbrot((900, 700), (-2, -1.5, 1, 1.5), 100),
        Image.radial_gradient("L").resize((900, 700)),
    ],
    ids=["noise", "shapes", "shades"],
)
def test_a_picture_of_something_else_has_no_words(tmp_path: Path, engine: ocr.Tesseract, picture: Image.Image) -> None:
    picture.save(tmp_path / "a.png")

    assert reason_of(tmp_path / "a.png", engine).reason() == NoWordsInDocument(name="a.png", pages=1).reason()


@recognising
def test_letters_on_nothing_are_read_as_on_paper(tmp_path: Path, engine: ocr.Tesseract) -> None:
    ink = documents.drawn(ENGLISH).point(lambda value: 255 - value)
    clear = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    clear.putalpha(ink)
    clear.save(tmp_path / "a.png")

    assert read(tmp_path / "a.png", recogniser=engine).text() == ENGLISH


@recognising
def test_a_page_with_wrong_letters_is_recognised_instead(tmp_path: Path, engine: ocr.Tesseract) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["first", "제1조 " * 20], letters_mean=lambda code: chr(0xE000 + code))
    says = Scripted({2: recognised("제1조", 2)})

    reading = read(path, recogniser=says)

    assert [page.text for page in reading.pages] == ["first", "제1조"]
    assert list(says.seen) == [2]


# --- without it ------------------------------------------------------------------------------


def test_pages_that_need_a_recogniser_are_told_from_pages_without_words(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["first", documents.SCAN, documents.SCAN])

    assert dict(read(path).unread_because) == {2: Unread.NEEDS_OCR, 3: Unread.NEEDS_OCR}
    assert dict(read(path, recogniser=Scripted({2: Unread.NO_WORDS, 3: Unread.NOT_RECOGNISED})).unread_because) == {
        2: Unread.NO_WORDS,
        3: Unread.NOT_RECOGNISED,
    }


def test_a_page_that_fails_costs_that_page_only(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["first", documents.SCAN, documents.SCAN, "last"])
    says = Scripted({2: Unread.NOT_RECOGNISED, 3: recognised("third", 3)})

    reading = read(path, recogniser=says)

    assert [(page.number, page.text) for page in reading.pages] == [(1, "first"), (3, "third"), (4, "last")]
    assert reading.unread_pages == (2,)
    assert says.seen == {2: (1700, 2200), 3: (1700, 2200)}  # Letter at 200 dpi


@pytest.mark.parametrize(
    ("why", "error"),
    [
        (None, DocumentNeedsOCR),
        (Unread.NO_WORDS, NoWordsInDocument),
        (Unread.NOT_RECOGNISED, DocumentNotRecognised),
    ],
)
def test_a_scan_that_gives_nothing_says_why(tmp_path: Path, why: Unread | None, error: type[DocumentError]) -> None:
    path = documents.pdf(tmp_path / "a.pdf", [documents.SCAN, documents.SCAN])
    recogniser = Scripted({1: why, 2: why}) if why is not None else None

    assert reason_of(path, recogniser).reason() == error(name="a.pdf", pages=2).reason()


GARBLED = [
    pytest.param(lambda code: chr(0xE000 + code), id="private codes"),
    pytest.param(lambda code: chr(1 + code % 28), id="control characters"),
    pytest.param(lambda code: chr(0x0905 + 37 * code), id="letters of everywhere"),
    pytest.param(lambda code: "\ufffd", id="replacement characters"),
]


@pytest.mark.parametrize("letters_mean", GARBLED)
def test_wrong_letters_are_never_taken_for_text(tmp_path: Path, letters_mean: Callable[[int], str]) -> None:
    page = "\n".join(["제1조 목적 이 계약은 주택의 임대차를 정함을 목적으로 한다"] * 5)

    mixed = read(documents.pdf(tmp_path / "mixed.pdf", ["good", page], letters_mean=letters_mean))
    alone = documents.pdf(tmp_path / "alone.pdf", [page], letters_mean=letters_mean)

    assert [page.text for page in mixed.pages] == ["good"]
    assert dict(mixed.unread_because) == {2: Unread.GARBLED}
    assert reason_of(alone).reason() == DocumentGarbled(name="alone.pdf", pages=1).reason()


def test_a_language_that_is_missing_is_an_engine_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").touch()
    settings = OCRSettings(tessdata=tmp_path)

    assert ocr.recogniser(settings) is None
    assert not ocr.is_installed(settings)
    assert not ocr.is_installed(OCRSettings(), {"TESSDATA_PREFIX": str(tmp_path)})


@recognising
def test_data_that_is_broken_costs_the_page(tmp_path: Path) -> None:
    for language in ("kor", "eng"):
        (tmp_path / f"{language}.traineddata").write_bytes(b"nonsense")
    broken = ocr.recogniser(OCRSettings(tessdata=tmp_path))
    assert broken is not None

    assert broken.page(1, lambda: documents.drawn("words")) is Unread.NOT_RECOGNISED


def test_the_program_says_the_same_as_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``tesseract - - tsv txt`` prints of a line in which Tesseract takes syllables for words."""
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    rows = [
        (1, 1, 10, "93.2", "제"),
        (1, 2, 30, "93.0", "1"),
        (1, 3, 50, "93.1", "조"),
        (1, 4, 90, "96.4", "(목적)"),
        (2, 1, 10, "12.5", "~"),
    ]
    table = "".join(f"5\t1\t1\t1\t{line}\t{word}\t{left}\t{20 * line}\t18\t15\t{conf}\t{text}\n" for line, word, left, conf, text in rows)
    said = f"{head}4\t1\t1\t1\t1\t0\t10\t20\t90\t15\t-1\t\n{table}제1조 (목적)\n~\n\f"
    monkeypatch.setattr(tesseract, "tesserocr", None)
    monkeypatch.setattr("shutil.which", lambda program: "/usr/bin/tesseract")
    ran = subprocess.CompletedProcess([], 0, stdout=said.encode())
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: ran)

    found = tesseract.engine(Path("/data"))
    assert found is not None
    words = found[0](Image.new("L", (100, 100)), dpi=200, assume=6, languages="kor")

    assert [(word.text, word.left, word.right, word.line == words[0].line) for word in words] == [
        ("제1조", 10, 68, True),
        ("(목적)", 90, 108, True),
        ("~", 10, 28, False),
    ]


# --- files of pictures that are not as they should be ----------------------------------------


def test_a_frame_cut_off_in_its_data_is_not_recognised(tmp_path: Path) -> None:
    file = io.BytesIO()
    documents.drawn(ENGLISH).save(file, "TIFF")
    (tmp_path / "a.tiff").write_bytes(file.getvalue()[: len(file.getvalue()) // 2])
    drawing = ocr.Tesseract(lambda picture, **how: [], "none", ("eng",))

    assert reason_of(tmp_path / "a.tiff", drawing).reason() == DocumentNotRecognised(name="a.tiff", pages=1).reason()


def test_a_picture_without_its_data_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n1234")

    assert reason_of(tmp_path / "a.png").reason() == DamagedDocument(name="a.png", cause="it cannot be opened as PNG").reason()


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_picture_that_is_cut_off_is_damaged(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    Image.effect_noise((400, 300), 50).save(path)
    path.write_bytes(path.read_bytes()[:-2000])

    assert reason_of(path).reason() == DamagedDocument(name=path.name, cause="the picture in it is cut off or broken").reason()


def test_a_picture_of_too_many_points_is_not_opened(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")

    assert reason_of(tmp_path / "a.png").reason() == DocumentTooDemanding(name="a.png", limit="80 megapixels").reason()


# --- in the child, and in the drawer ---------------------------------------------------------


SCRIPTED_CHILD = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import ingest.reader
from rag.boxes import pack
from rag.records import Page, Recognition

class Scripted:
    def page(self, number, draw):
        BEFORE
        boxes = pack([(0, 4, 255, 200, 900, 300), (5, 6, 1000, 200, 1100, 300)])
        return Page(f"page {number}", number=number, recognised=Recognition("scripted", 90.0), boxes=boxes)

ingest.reader.recogniser = lambda settings: Scripted()
ingest.reader.serve(*sys.argv[2:])
"""


def scripted_child(monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """Have the child do this before it recognises a page."""
    monkeypatch.setattr("ingest.sandbox._BOOT", SCRIPTED_CHILD.replace("BEFORE", before))


@pytest.mark.parametrize(
    "before", ["if number == 3: time.sleep(60)", "if number == 3: os.abort()", "while number == 3: pass"], ids=["waits", "crashes", "works"]
)
def test_a_page_that_is_too_much_costs_that_page_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["page 1", *[documents.SCAN] * 4])
    scripted_child(monkeypatch, before)

    with Sandbox(SandboxSettings(seconds=2)) as sandbox:
        reading = sandbox.read(path)

    assert [(page.number, page.text) for page in reading.pages] == [(number, f"page {number}") for number in (1, 2, 4, 5)]
    assert [words(page.boxes, 6)[0] for page in reading.pages[1:]] == [
        Box(0, 4, 0.0255, 0.02, 0.09, 0.03)
    ] * 3  # also those asked for twice
    assert dict(reading.unread_because) == {3: Unread.NOT_RECOGNISED}


def test_after_three_pages_that_are_too_much_no_more_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["page 1", *[documents.SCAN] * 9])
    scripted_child(monkeypatch, "if number % 2: os.abort()")

    with Sandbox(SandboxSettings()) as sandbox:
        reading = sandbox.read(path)

    assert [page.number for page in reading.pages] == [1, 2, 4, 6]
    assert reading.unread_pages == (3, 5, 7, 8, 9, 10)


def test_a_scan_may_take_longer_than_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.pdf(tmp_path / "a.pdf", [documents.SCAN] * 6)
    scripted_child(monkeypatch, "time.sleep(0.5)")
    steps: list[float] = []

    with Sandbox(SandboxSettings(seconds=2)) as sandbox:
        reading = sandbox.read(path, on_page=lambda number, came: steps.append(time.monotonic()))

    assert len(reading.pages) == 6
    assert len(steps) == 12
    assert steps[-1] - steps[0] > 2


def test_a_batch_can_be_stopped_between_two_pages(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.pdf(tmp_path / "a.pdf", [documents.SCAN] * 6)
    scripted_child(monkeypatch, "time.sleep(0.1)")
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 4

    with Sandbox(SandboxSettings()) as sandbox:
        batch = _batch(library, sandbox)
        batch.cancelled = cancelled
        with pytest.raises(Cancelled):
            list(add([path], batch))

    assert len(asked) == 5


def test_a_scan_that_was_broken_off_goes_on_where_it_was(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = documents.pdf(tmp_path / "a.pdf", [documents.SCAN] * 6)
    log = tmp_path / "recognised.txt"
    scripted_child(monkeypatch, f"open({str(log)!r}, 'a').write(f'{{number}} ')")
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 7  # the file; then each page as it begins and as it ends

    with Sandbox(SandboxSettings()) as sandbox:
        batch = _batch(library, sandbox)
        batch.cancelled = cancelled
        with pytest.raises(Cancelled):
            list(add([path], batch))
    log.unlink()
    with Sandbox(SandboxSettings()) as sandbox:
        (outcome,) = add([path], _batch(library, sandbox))

    assert outcome.outcome is Outcome.ADDED
    assert log.read_text().split() == ["4", "5", "6"]
    assert library.manifest.rows("SELECT count(*) FROM unfinished_pages") == [(0,)]


def _batch(library: Library, sandbox: Sandbox) -> Batch:
    return Batch(library, WordHashEmbedder(), sandbox, SplitSettings(passage_tokens=50))


@recognising
def test_a_document_is_read_again_once_there_is_a_recogniser(tmp_path: Path, library: Library) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["first words", documents.SCAN])
    outcomes: list[FileOutcome] = []

    with Sandbox(SandboxSettings(), NOWHERE) as without:
        outcomes += add([path], _batch(library, without))
        outcomes += add([path], _batch(library, without))
    with Sandbox(SandboxSettings()) as with_it:
        outcomes += add([path], _batch(library, with_it))
        outcomes += add([path], _batch(library, with_it))

    assert [outcome.outcome for outcome in outcomes] == [Outcome.PARTIAL, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.UNCHANGED]
    reasons = [outcome.reason.code for outcome in outcomes if outcome.reason]
    assert reasons == ["SomePagesNeedOCR", "SomePagesWithoutWords"]


def test_pages_that_need_a_recogniser_are_spoken_of_together(tmp_path: Path, library: Library) -> None:
    path = documents.pdf(tmp_path / "a.pdf", ["first", documents.SCAN, "제1조 " * 20], letters_mean=lambda code: chr(0xE000 + code))
    garbled = documents.pdf(tmp_path / "b.pdf", ["first", "제1조 " * 20], letters_mean=lambda code: chr(0xE000 + code))

    with Sandbox(SandboxSettings(), NOWHERE) as sandbox:
        reasons = [outcome.reason for outcome in add([path, garbled], _batch(library, sandbox))]

    assert reasons == [SomePagesNeedOCR(name="a.pdf", pages="2-3").reason(), SomePagesGarbled(name="b.pdf", pages="2").reason()]
