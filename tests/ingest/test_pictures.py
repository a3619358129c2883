"""Pages as pictures, held against what the drawer knows of their words."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pytest
from PIL import ExifTags, Image, ImageOps

from ingest.pictures import Picture, Pictures
from ingest.pipeline import Batch, add, add_upload, read_again
from ingest.read import ocr
from rag.errors import (
    NoPictures,
    NoSuchDocument,
    NoSuchPage,
    PageNotDrawn,
    PasswordNotKept,
    PictureError,
    SeorapError,
    SourceChanged,
    SourceGone,
    SourceUnreadable,
)
from rag.library.erase import erase
from rag.library.library import Library
from rag.records import Page, Reading, Rectangle, Span
from rag.settings import OCRSettings, SandboxSettings
from tests import documents
from tests.documents import KOREAN_FONT, TWO_COLUMNS, lettered_pdf, pdf, with_entries

ROOT = Path(__file__).parents[2]
TOLERANCE = 2  # pixels

lettering = pytest.mark.skipif(not KOREAN_FONT.is_file(), reason="the font NanumGothic is not installed (fonts-nanum)")
recognising = pytest.mark.skipif(
    not ocr.is_installed(OCRSettings()), reason="Tesseract's data for Korean and English is not installed (tesseract-ocr-kor, -eng)"
)

Mask = npt.NDArray[np.bool_]
Colours = npt.NDArray[np.int16]


@pytest.fixture
def pictures(library: Library) -> Iterator[Pictures]:
    with Pictures(library, SandboxSettings()) as opened:
        yield opened


def id_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def taken_in(path: Path, batch: Batch) -> str:
    """The id of a document that went the whole way into the drawer."""
    (outcome,) = add([path], batch)
    assert outcome.outcome.value in ("added", "partial"), outcome.reason
    return id_of(path)


def known(path: Path, library: Library, *, format_: str = "pdf", pages: int = 1, method: str = "read") -> str:
    """The id of a document of which the drawer says that it has been read."""
    found = path.stat()
    library.commit(
        os.fsencode(path),
        name=path.name,
        doc_id=id_of(path),
        mtime_ns=found.st_mtime_ns,
        size_bytes=found.st_size,
        method=method,
        embedder="none",
        reading=Reading(tuple(Page("words", number=number) for number in range(1, pages + 1)), format=format_),
        spans=[Span(0, 5, "words")],
        headers=[""],
        vectors=np.ones((1, 4), np.float32),
    )
    return id_of(path)


def colours(picture: Picture) -> Colours:
    """Height by width by three."""
    with Image.open(io.BytesIO(picture.contents)) as opened:
        assert opened.get_format_mimetype() == picture.media_type
        assert opened.size == (picture.width, picture.height)
        return np.asarray(opened.convert("RGB"), dtype=np.int16)


def where(rectangles: Sequence[Rectangle], shape: tuple[int, ...], *, wider: int = 0) -> Mask:
    height, width = shape[:2]
    mask = np.zeros((height, width), dtype=bool)
    for at in rectangles:
        top, bottom = int(at.top * height) - wider, int(np.ceil(at.bottom * height)) + wider
        left, right = int(at.left * width) - wider, int(np.ceil(at.right * width)) + wider
        mask[max(0, top) : bottom, max(0, left) : right] = True
    return mask


def quoted(library: Library, doc_id: str, words: str) -> tuple[Rectangle, ...]:
    start = library.text(doc_id, 0, 1_000_000).index(words)
    rectangles = library.boxes(doc_id, start, start + len(words))
    assert rectangles, words
    return rectangles


def assert_words_are_enclosed(
    pictures: Pictures, rectangles: Sequence[Rectangle], doc_id: str, without: str, *, page: int = 1, faint: int = 0
) -> None:
    """The ink by which two documents differ lies in the rectangles, in each of them, and no other ink does. Marks lie there alone.

    What is not darker than ``faint`` is no ink.
    """
    shown, lacking = colours(pictures.page(doc_id, page, width=1400)), colours(pictures.page(without, page, width=1400))
    ink = (np.abs(shown - lacking) > faint).any(axis=2)
    inside = where(rectangles, shown.shape)
    assert all(ink[where([at], shown.shape)].sum() > 20 for at in rectangles)
    assert not ink[~where(rectangles, shown.shape, wider=TOLERANCE)].any()
    assert (lacking[inside] >= 255 - faint).all()

    marked = colours(pictures.marked_page(doc_id, page, rectangles, width=1400))
    white, black = (shown == 255).all(axis=2), (shown < 40).all(axis=2)
    assert (marked[~inside] == shown[~inside]).all()
    assert (marked[inside & white] == [255, 230, 90]).all()
    assert black[inside].any()
    assert (marked[black] < 40).all()


def lacking(path: Path, *lines: str) -> Path:
    """A copy without what these lines show; everything else stays where it was."""
    contents = path.read_bytes()
    for line in lines:
        assert contents.count(b"(%s)" % line.encode()) == 1
        contents = contents.replace(b"(%s)" % line.encode(), b"(%s)" % (b" " * len(line)))
    copy = path.with_name(f"lacking {path.name}")
    copy.write_bytes(contents)
    return copy


# --- the words are where the drawer says --------------------------------------------------------

TWO_LINES = ("The tenant pays a deposit of 3,751 euros", "before moving in, and no later")


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(b"", id="upright"),
        pytest.param(b"/Rotate 90", id="turned right"),
        pytest.param(b"/Rotate 180", id="upside down"),
        pytest.param(b"/Rotate 270", id="turned left"),
        pytest.param(b"/CropBox[40 400 340 760]", id="cropped"),
        pytest.param(b"/CropBox[40 400 340 760]/Rotate 90", id="cropped and turned"),
        pytest.param(b"/CropBox[-100 -50 2000 760]/Rotate 270", id="cropped beyond its edges and turned"),
        pytest.param(b"/UserUnit 2", id="in larger units"),
    ],
)
def test_a_quotation_stands_where_its_boxes_are(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures, entries: bytes) -> None:
    path = with_entries(pdf(tmp_path / "a.pdf", ["\n".join(["Lease agreement", *TWO_LINES, "Other matters"])]), entries)
    doc_id, without = taken_in(path, batch), known(lacking(path, *TWO_LINES), library)

    rectangles = [at for line in TWO_LINES for at in quoted(library, doc_id, line)]  # turned left, the lower line comes first

    assert_words_are_enclosed(pictures, rectangles, doc_id, without)


def test_a_quotation_stands_in_its_column(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    lines = "right line 3 of the second column too", "right line 4 of the second column too"
    path = pdf(tmp_path / "a.pdf", [TWO_COLUMNS])
    doc_id, without = taken_in(path, batch), known(lacking(path, *lines), library)

    rectangles = quoted(library, doc_id, "\n".join(lines))

    assert len(rectangles) == 2
    assert_words_are_enclosed(pictures, rectangles, doc_id, without)


@lettering
def test_a_korean_quotation_stands_where_its_boxes_are(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    page = "제2조 (보증금)\n임차인은 보증금 12,500,000원을 지급한다.\n보증금은 계약이 끝난 날부터 30일 이내에 반환한다.\n제3조 (차임)"
    meant = "12,500,000원을 지급한다.\n보증금은 계약이 끝난 날부터 30일 이내에 반환한다."
    doc_id = taken_in(lettered_pdf(tmp_path / "계약.pdf", ["표지", page], font=KOREAN_FONT), batch)
    without = known(lettered_pdf(tmp_path / "빈.pdf", ["표지", page.replace(meant, " \n ")], font=KOREAN_FONT), library)

    rectangles = quoted(library, doc_id, meant)

    assert [(at.page, round(at.left, 2)) for at in rectangles][1:] == [(2, round(60 / 595, 2))]
    assert_words_are_enclosed(pictures, rectangles, doc_id, without, page=2)


def test_what_was_filled_into_a_form_is_drawn_where_its_boxes_are(
    tmp_path: Path, library: Library, batch: Batch, pictures: Pictures
) -> None:
    path = pdf(tmp_path / "form.pdf", ["Name of the tenant:"], filled_in="Kim Min-jun")
    empty = path.with_name("empty.pdf")
    empty.write_bytes(path.read_bytes().replace(b"(Kim Min-jun) Tj", b"(           ) Tj"))
    doc_id, without = taken_in(path, batch), known(empty, library)

    assert_words_are_enclosed(pictures, quoted(library, doc_id, "Kim Min-jun"), doc_id, without)


def test_only_the_rectangles_of_a_page_are_marked_on_it(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["first", "second"]), library, pages=2)
    elsewhere = [Rectangle(2, 0.1, 0.1, 0.2, 0.2), Rectangle(None, 0.5, 0.5, 0.6, 0.6)]

    plain, marked = colours(pictures.page(doc_id, 1, width=900)), colours(pictures.marked_page(doc_id, 1, elsewhere, width=900))

    assert ((plain != marked).any(axis=2) == where(elsewhere[1:], plain.shape)).all()


@recognising
def test_the_words_of_a_scan_stand_where_its_boxes_are(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    lines = ["The tenant pays a deposit of 3,751 euros", "before moving in, and no later", "The landlord keeps it in a bank"]
    sheets = [documents.drawn("\n".join(lines)), documents.drawn("\n".join([lines[0], "", lines[2]]))]
    doc_id = taken_in(documents.scans(tmp_path / "a.tiff", [sheets[1], sheets[0]]), batch)
    without = known(documents.scans(tmp_path / "b.tiff", [sheets[1], sheets[1]]), library, format_="tiff", pages=2)

    rectangles = quoted(library, doc_id, lines[1])

    assert {at.page for at in rectangles} == {2}
    assert_words_are_enclosed(pictures, rectangles, doc_id, without, page=2, faint=60)


# --- pictures -----------------------------------------------------------------------------------


def test_a_page_comes_as_wide_as_was_asked(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)

    sizes = {asked: (found.width, found.height) for asked in (1, 850, 900, 9999) if (found := pictures.page(doc_id, 1, width=asked))}

    assert sizes == {1: (400, 517), 850: (900, 1164), 900: (900, 1164), 9999: (2400, 3105)}


def test_a_page_of_any_proportions_has_a_picture_of_a_size_that_can_be_shown(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    tape = pdf(tmp_path / "a.pdf", ["words"])
    tape.write_bytes(tape.read_bytes().replace(b"[0 0 612 792]", b"[0 0 20 9000]"))

    found = pictures.page(known(tape, library), 1, width=900)

    assert (found.width, found.height) == (26, 12_000)


def photograph(path: Path, *, orientation: int = 1, size: tuple[int, int] = (1600, 1200)) -> Path:
    """With its upper left corner red, before it is turned."""
    picture = Image.merge("RGB", [Image.effect_noise(size, 60) for _ in range(3)])
    picture.paste((255, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture.save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_camera_says(tmp_path: Path, library: Library, pictures: Pictures, orientation: int) -> None:
    path = photograph(tmp_path / "a.jpg", orientation=orientation)

    found = pictures.page(known(path, library, format_="jpeg"), 1, width=600)

    with Image.open(path) as opened:
        expected = ImageOps.exif_transpose(opened).resize((found.width, found.height))
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 600, 450 if orientation < 5 else 800)
    corner = np.asarray(expected, dtype=np.int16)[..., 1] < 30
    assert ((colours(found)[..., 1] < 60) == corner).mean() > 0.95
    assert len(found.contents) < 600 * 800


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_come_on_white(tmp_path: Path, library: Library, pictures: Pictures, mode: str) -> None:
    sheet = documents.drawn("words in black\non a white sheet", dpi=100)
    picture = sheet.convert("I").point(lambda value: value * 257).convert("I;16") if mode == "I;16" else sheet.convert(mode)
    if "A" in mode:
        picture.putalpha(sheet.point(lambda value: 255 - value))  # what is white is not there
    picture.save(path := tmp_path / ("a.tiff" if mode in ("CMYK", "I;16") else "a.png"))

    found = colours(pictures.page(known(path, library, format_=path.suffix[1:]), 1, width=2400))

    assert found.shape[:2] == sheet.size[::-1]  # not enlarged
    assert np.abs(found - np.asarray(sheet, dtype=np.int16)[..., None]).mean() < 2
    assert found.max() == 255
    assert found.min() < 130


def test_the_frames_of_a_picture_file_are_its_pages(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    sheets = [Image.new("L", (800, 600 + 100 * number), 255) for number in range(3)]
    doc_id = known(documents.scans(tmp_path / "a.tif", sheets), library, format_="tiff", pages=3)

    assert [pictures.page(doc_id, number, width=800).height for number in (3, 1, 2)] == [800, 600, 700]
    with pytest.raises(NoSuchPage):
        pictures.page(doc_id, 4, width=800)


# --- what has no picture ------------------------------------------------------------------------


def failure(call: Callable[[], object]) -> SeorapError:
    with pytest.raises(SeorapError) as caught:
        call()
    return caught.value


def test_other_formats_have_none_and_say_so(filled: Library, pictures: Pictures) -> None:
    lease = next(document for document in filled.documents() if document.name == "lease.md")

    assert failure(lambda: pictures.page(lease.doc_id, 1, width=900)).reason() == NoPictures(name="lease.md", kind="MARKDOWN").reason()
    assert pictures.pid is None


def test_what_is_not_in_the_drawer_has_none(library: Library, pictures: Pictures) -> None:
    assert isinstance(failure(lambda: pictures.page("0" * 64, 1, width=900)), NoSuchDocument)


@pytest.mark.parametrize("number", [-1, 0, 3, 10**9])
def test_a_page_that_there_is_not(tmp_path: Path, library: Library, pictures: Pictures, number: int) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["first", "second"]), library, pages=2)

    assert failure(lambda: pictures.page(doc_id, number, width=900)).reason() == NoSuchPage(name="a.pdf", page=number).reason()


def test_a_file_that_is_gone_shows_what_is_kept_and_no_more(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", ["first", "second"])
    doc_id = known(path, library, pages=2)
    before = pictures.page(doc_id, 1, width=900)
    path.unlink()

    assert pictures.page(doc_id, 1, width=900) == before
    assert isinstance(failure(lambda: pictures.page(doc_id, 2, width=900)), SourceGone)


@pytest.mark.parametrize("size", ["same", "other"])
def test_a_file_that_has_changed_shows_nothing(tmp_path: Path, library: Library, pictures: Pictures, size: str) -> None:
    path = pdf(tmp_path / "a.pdf", ["first", "second"])
    doc_id = known(path, library, pages=2)
    pictures.page(doc_id, 1, width=900)
    path.write_bytes(path.read_bytes().replace(b"(second)", b"(sEcond)" if size == "same" else b"(another)"))

    assert failure(lambda: pictures.page(doc_id, 2, width=900)).reason() == SourceChanged(name="a.pdf").reason()


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, library: Library, pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "a.pdf", ["first"])
    doc_id = known(path, library)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")  # root, as whom tests may run, is refused nothing

    monkeypatch.setattr("hashlib.file_digest", refuse)

    assert (
        failure(lambda: pictures.page(doc_id, 1, width=900)).reason() == SourceUnreadable(name="a.pdf", cause="Permission denied").reason()
    )


def test_of_several_places_the_first_that_holds_it_unchanged_serves(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    paths = [pdf(tmp_path / f"{number}.pdf", ["first", "second"]) for number in range(4)]
    for path in paths:
        doc_id = known(path, library, pages=2)
    paths[0].unlink()
    paths[1].unlink()
    paths[1].mkdir()
    paths[2].write_bytes(paths[2].read_bytes() + b"\n")

    assert pictures.page(doc_id, 2, width=900).width == 900


def test_an_upload_is_drawn_from_its_snapshot(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", ["The deposit is 3,751 euros"])
    doc_id = id_of(path)
    library.keep_snapshot(doc_id, path.read_bytes())
    assert add_upload("임대차.pdf", doc_id, batch).outcome.value == "added"
    path.unlink()

    shown = colours(pictures.page(doc_id, 1, width=900))

    assert (shown[where(quoted(library, doc_id, "3,751"), shown.shape)] < 100).any()
    library.snapshot_path(doc_id).unlink()
    assert failure(lambda: pictures.page(doc_id, 1, width=1000)).reason() == SourceGone(name="임대차.pdf").reason()


def test_a_document_that_took_a_password_has_none(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", ["The deposit is 3,751 euros"], password="secret")
    list(add([path], batch))
    list(read_again(library.find("a.pdf"), batch, password="secret"))
    path_of_another = pdf(tmp_path / "b.pdf", ["words"], password="secret")

    assert failure(lambda: pictures.page(id_of(path), 1, width=900)).reason() == PasswordNotKept(name="a.pdf").reason()
    assert isinstance(failure(lambda: pictures.page(known(path_of_another, library), 1, width=900)), PasswordNotKept)


def test_one_that_only_its_owner_may_change_is_drawn(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", ["words"], owner_password="secret")

    assert pictures.page(known(path, library), 1, width=900).width == 900


@pytest.mark.parametrize(("name", "format_"), [("a.pdf", "pdf"), ("a.png", "png"), ("a.tif", "tiff")])
def test_a_damaged_file_is_not_drawn(tmp_path: Path, library: Library, pictures: Pictures, name: str, format_: str) -> None:
    path = tmp_path / name
    documents.scans(path, [documents.drawn("words", dpi=50)])
    path.write_bytes(path.read_bytes()[:200])

    error = failure(lambda: pictures.page(known(path, library, format_=format_), 1, width=900))

    assert error.reason() == PageNotDrawn(name=name, page=1, cause="it is damaged").reason()


# --- hostile files ------------------------------------------------------------------------------


def test_a_page_that_stalls_costs_that_page_for_a_short_while(tmp_path: Path, library: Library) -> None:
    doc_id = known(documents.demanding_pdf(tmp_path / "a.pdf", levels=9), library, pages=3)

    with Pictures(library, SandboxSettings(memory_mib=8192, seconds=1)) as pictures:
        began = time.monotonic()
        error = failure(lambda: pictures.page(doc_id, 2, width=900))

        assert error.reason() == PageNotDrawn(name="a.pdf", page=2, cause="it takes more than 1 s").reason()
        assert time.monotonic() - began < 5
        assert pictures.page(doc_id, 3, width=900).width == 900


def test_a_page_that_failed_is_not_waited_for_again_at_once(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    doc_id = known(documents.demanding_pdf(tmp_path / "a.pdf", levels=9), library, pages=3)

    with Pictures(library, SandboxSettings(memory_mib=8192, seconds=1)) as pictures:
        first = failure(lambda: pictures.page(doc_id, 2, width=900))
        began = time.monotonic()
        second = failure(lambda: pictures.page(doc_id, 2, width=1400))

        assert time.monotonic() - began < 0.5
        assert first.reason() == second.reason()
        monkeypatch.setattr("ingest.pictures._FAILURE_KEPT_S", -1)
        assert pictures.page(doc_id, 1, width=900).width == 900


def test_a_page_that_takes_too_much_memory_costs_that_page(tmp_path: Path, library: Library) -> None:
    doc_id = known(documents.demanding_pdf(tmp_path / "a.pdf", levels=9), library, pages=3)

    with Pictures(library, SandboxSettings(memory_mib=100)) as pictures:
        error = failure(lambda: pictures.page(doc_id, 2, width=900))

        assert error.reason() == PageNotDrawn(name="a.pdf", page=2, cause="it takes more than 100 MiB of memory").reason()
        assert pictures.page(doc_id, 1, width=900).width == 900


@pytest.mark.parametrize("failing", [RuntimeError("no"), OSError(12, "Cannot allocate memory")], ids=["RuntimeError", "OSError"])
def test_a_child_that_does_not_start_costs_the_picture_alone(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch, failing: Exception
) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)

    def fail(*_: object, **__: object) -> None:
        raise failing

    with Pictures(library, SandboxSettings()) as pictures, monkeypatch.context() as patch:
        patch.setattr("ingest.child.subprocess.Popen", fail)
        error = failure(lambda: pictures.page(doc_id, 1, width=900))

        assert error.reason() == PageNotDrawn(name="a.pdf", page=1, cause="the program that draws does not start").reason()


def test_a_page_that_crashes_the_child_costs_that_page(tmp_path: Path, library: Library) -> None:
    doc_id = known(documents.demanding_pdf(tmp_path / "a.pdf", levels=9), library, pages=3)

    with Pictures(library, SandboxSettings(memory_mib=8192)) as pictures:
        pictures.page(doc_id, 1, width=900)
        pid = pictures.pid
        assert pid is not None
        threading.Timer(0.3, os.kill, (pid, signal.SIGSEGV)).start()
        error = failure(lambda: pictures.page(doc_id, 2, width=900))

        assert error.reason() == PageNotDrawn(name="a.pdf", page=2, cause="the program that draws stopped: SIGSEGV").reason()
        assert pictures.page(doc_id, 3, width=900).width == 900
        assert pictures.pid != pid


def test_what_the_child_says_is_not_believed_unchecked(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)

    def as_told(contents: bytes, media_type: str = "image/png") -> bytes:
        return b'{"picture": "%s", "media_type": "%s"}' % (_in_base64(contents), media_type.encode())

    answers = [
        b"not json",
        b"{}",
        b'{"refusal": "no such reason"}',
        as_told(b"<svg/>"),
        as_told(_saved("PNG", (901, 10))),
        as_told(_saved("PNG", (10, 12_001))),
        as_told(_saved("PNG", (10, 10))[:-12]),
        as_told(_saved("PNG", (10, 10)), "text/html"),
        as_told(_saved("PNG", (10, 10)), "image/jpeg"),
        as_told(_saved("JPEG", (901, 10)), "image/jpeg"),
        as_told(b"\xff\xd8\xff" + b"\xff" * 100 + b"\xff\xd9", "image/jpeg"),
    ]
    for answer in answers:
        liar = (
            "import sys; out = sys.stdout.buffer; put = lambda m: (out.write(len(m).to_bytes(8, 'big') + m), out.flush())\n"
            f"put(b'{{}}'); sys.stdin.buffer.read(8); put({answer!r}); sys.stdin.buffer.read()"
        )
        monkeypatch.setattr("ingest.pictures._BOOT", liar)

        with Pictures(library, SandboxSettings()) as pictures:
            error = failure(lambda: pictures.page(doc_id, 1, width=900))

            assert error.reason() == PageNotDrawn(name="a.pdf", page=1, cause="what was drawn makes no sense").reason(), answer


def _saved(format_: str, size: tuple[int, int]) -> bytes:
    Image.new("L", size).save(file := io.BytesIO(), format_)
    return file.getvalue()


def _in_base64(contents: bytes) -> bytes:
    return base64.urlsafe_b64encode(contents)


def test_the_child_loads_what_draws_and_little_else() -> None:
    script = "import ingest.painter, json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    modules = json.loads(subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True).stdout)

    assert {"lxml", "pypdf", "tesserocr", "numpy", "selectolax", "cryptography", "streamlit", "sqlite3"} & set(modules) == set()
    assert {"ingest", "pypdfium2", "PIL"} <= set(modules)


# --- what is kept -------------------------------------------------------------------------------


def test_one_child_draws_one_page_after_another(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    first = known(pdf(tmp_path / "a.pdf", ["one", "two"]), library, pages=2)
    second = known(pdf(tmp_path / "b.pdf", ["three"]), library)

    pictures.page(first, 1, width=900)
    pid = pictures.pid
    pictures.page(first, 2, width=900)
    pictures.page(second, 1, width=900)
    pictures.page(first, 1, width=1000)

    assert pictures.pid == pid != os.getpid()


def test_threads_take_turns(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", [f"page {number}\n" * number for number in range(1, 11)])
    doc_id = known(path, library, pages=10)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: pictures.page(doc_id, number % 10 + 1, width=900), range(40)))

    with Pictures(library, SandboxSettings()) as others:
        assert found == [others.page(doc_id, number % 10 + 1, width=900) for number in range(40)]


def test_so_many_bytes_are_kept_of_what_was_looked_at_last(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = pdf(tmp_path / "a.pdf", [f"page {number}" for number in range(6)])
    doc_id = known(path, library, pages=6)
    with Pictures(library, SandboxSettings()) as unbounded:
        largest = max(len(unbounded.page(doc_id, number, width=900).contents) for number in range(1, 7))

    with Pictures(library, SandboxSettings(), kept_bytes=3 * largest) as pictures:
        for number in (1, 2, 3, 1, 4, 1, 5, 6, 1):
            pictures.page(doc_id, number, width=900)
            assert 0 < pictures.kept_bytes <= 3 * largest
        path.unlink()

        assert pictures.page(doc_id, 1, width=900).width == 900
        assert isinstance(failure(lambda: pictures.page(doc_id, 2, width=900)), SourceGone)


def test_nothing_of_an_erased_document_is_kept(tmp_path: Path, library: Library, batch: Batch, pictures: Pictures) -> None:
    path = pdf(tmp_path / "a.pdf", ["The deposit is 3,751 euros"])
    doc_id, other = taken_in(path, batch), taken_in(pdf(tmp_path / "b.pdf", ["Another"]), batch)
    pictures.page(doc_id, 1, width=900)
    kept = pictures.page(other, 1, width=900)
    pid = pictures.pid

    erase(library, "a.pdf")
    pictures.forget([doc_id])

    assert isinstance(failure(lambda: pictures.page(doc_id, 1, width=900)), NoSuchDocument)
    assert pictures.kept_bytes == len(kept.contents)
    assert (pictures.pid, psutil.pid_exists(pid or 0)) == (None, False)
    assert path.exists()


def test_forgetting_others_leaves_the_child_alone(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)
    found = pictures.page(doc_id, 1, width=900)
    pid = pictures.pid

    pictures.forget(["0" * 64])

    assert (pictures.pid, pictures.kept_bytes) == (pid, len(found.contents))


def test_an_idle_child_ends_and_the_pictures_stay(tmp_path: Path, library: Library) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["one", "two"]), library, pages=2)

    with Pictures(library, SandboxSettings(), idle_s=0.3) as pictures:
        pictures.page(doc_id, 1, width=900)
        pid = pictures.pid
        assert pid is not None
        psutil.Process(pid).wait(timeout=10)
        deadline = time.monotonic() + 10
        while pictures.pid is not None and time.monotonic() < deadline:
            time.sleep(0.01)

        assert (pictures.pid, pictures.kept_bytes > 0) == (None, True)
        assert pictures.page(doc_id, 2, width=900).width == 900


def test_a_child_can_be_had_before_anybody_looks(tmp_path: Path, library: Library) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)

    with Pictures(library, SandboxSettings()) as pictures:
        pictures.warm()
        deadline = time.monotonic() + 30
        while pictures.pid is None and time.monotonic() < deadline:
            time.sleep(0.01)
        pid = pictures.pid

        assert pictures.page(doc_id, 1, width=900).width == 900
        assert pictures.pid == pid is not None


def test_closing_ends_the_child_even_at_work(tmp_path: Path, library: Library) -> None:
    doc_id = known(documents.demanding_pdf(tmp_path / "a.pdf", levels=9), library, pages=3)
    pictures = Pictures(library, SandboxSettings(memory_mib=8192))
    pictures.page(doc_id, 1, width=900)
    pid = pictures.pid
    with ThreadPoolExecutor(1) as threads:
        drawing = threads.submit(lambda: failure(lambda: pictures.page(doc_id, 2, width=900)))
        time.sleep(0.5)
        began = time.monotonic()
        pictures.close()

        assert time.monotonic() - began < 5
        assert isinstance(drawing.result(), PictureError)
    assert not psutil.pid_exists(pid or 0)
    assert pictures.kept_bytes == 0


def test_nothing_is_written(tmp_path: Path, library: Library, pictures: Pictures) -> None:
    doc_id = known(pdf(tmp_path / "a.pdf", ["words"]), library)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    pictures.marked_page(doc_id, 1, [Rectangle(1, 0.1, 0.1, 0.2, 0.2)], width=900)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
