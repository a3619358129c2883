"""EPUB and MHTML: pages of HTML, packed."""

from pathlib import Path

import pytest

from ingest.read import read
from rag.errors import DamagedDocument, NoTextInDocument, NoWords, UnsupportedEncryption
from rag.records import Heading, Page, Reading, Table
from tests.ingest.readings import assert_sound
from tests.workbooks import package

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'


def epub(path: Path, chapters: dict[str, str], *, spine: str | None = None, metadata: str = "", **more: str) -> Path:
    items = "".join(f'<item id="{at}" href="{href}" media-type="application/xhtml+xml"/>' for at, href in enumerate(chapters))
    order = "".join(f'<itemref idref="{at}"/>' for at in range(len(chapters))) if spine is None else spine
    book = (
        f'<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata><manifest>{items}</manifest>'
        f"<spine>{order}</spine></package>"
    )
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": book}
    parts |= {
        f"OEBPS/{href.replace('%20', ' ')}": f"<html><head><title/></head><body>{body}</body></html>" for href, body in chapters.items()
    }
    return package(path, parts | {part.replace("__", "/"): content for part, content in more.items()})


def encryption(way: str) -> str:
    return f'<encryption><EncryptedData><EncryptionMethod Algorithm="{way}"/><CipherData/></EncryptedData></encryption>'


def test_a_book_is_read_in_its_order(tmp_path: Path) -> None:
    chapters = {
        "two.xhtml": "<h1>2장</h1><table><tr><th>연도<th>부수<tr><td>2024<td>10</table>",
        "cover.xhtml": "<img src='cover.jpg'/>",
        "a%20b/one.xhtml": "<h1>1장</h1><p>The first <script src='x'/>words.</p>",
    }
    order = '<itemref idref="1"/><itemref idref="2"/><itemref idref="0"/><itemref idref="none"/>'
    metadata = (
        "<dc:title>서랍 이야기</dc:title><dc:creator>김서랍</dc:creator><dc:date>2024-01-31</dc:date>"
        '<meta property="dcterms:modified">2024-02-01T00:00:00Z</meta>'
    )

    reading = read(epub(tmp_path / "a.epub", chapters, spine=order, metadata=metadata))

    text = "1장\n\nThe first words.\n\n2장\n\n연도 | 부수\n2024 | 10"
    assert reading == Reading(
        pages=(Page(text, headings=(Heading(1, "1장", 0), Heading(1, "2장", 22)), tables=(Table(26, 43, header_rows=1),)),),
        format="epub",
        title="서랍 이야기",
        metadata={"title": "서랍 이야기", "author": "김서랍", "created": "2024-01-31", "modified": "2024-02-01T00:00:00Z"},
    )
    assert_sound(reading)


def test_a_lock_on_fonts_is_none_and_another_is(tmp_path: Path) -> None:
    fonts = {"META-INF__encryption.xml": encryption("http://www.idpf.org/2008/embedding")}
    book = {"META-INF__encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}

    assert read(epub(tmp_path / "a.epub", {"a": "words"}, **fonts)).text() == "words"
    with pytest.raises(UnsupportedEncryption):
        read(epub(tmp_path / "b.epub", {"a": "words"}, **book))


def test_books_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(NoWords):
        read(epub(tmp_path / "a.epub", {"a": "<p></p>"}))
    with pytest.raises(NoTextInDocument):
        read(epub(tmp_path / "b.epub", {"a": "<img/>"}, OEBPS__images__1="x"))
    with pytest.raises(DamagedDocument):
        read(epub(tmp_path / "c.epub", {"a": "x"}, **{"META-INF__container.xml": "<container/>"}))
    with pytest.raises(DamagedDocument):
        read(package(tmp_path / "d.epub", {"mimetype": "application/epub+zip"}))


# --- MHTML -----------------------------------------------------------------------------------

CHROME = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.org/\r\nSubject: =?utf-8?Q?=ED=9C=B4=EA=B0=80?=\r\nMIME-Version: 1.0\r\n"
RELATED = 'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'


def part(content_type: str, body: bytes, encoding: str = "8bit") -> bytes:
    return f"------b\r\nContent-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body + b"\r\n"


def mhtml(path: Path, *parts: bytes, head: str = CHROME + RELATED) -> Path:
    path.write_bytes(head.encode() + b"".join(parts) + b"------b--\r\n")
    return path


PAGE = "<html><head><title>휴가 안내</title></head><body><h1>휴가</h1><p>연차는 15일이다.</p></body></html>"
QUOTED = "".join(f"={byte:02X}" if byte > 0x7E or byte == 0x3D else chr(byte) for byte in PAGE.encode()).encode()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(part('text/html; charset="utf-8"', QUOTED, "quoted-printable"), id="quoted-printable"),
        pytest.param(part("text/html; charset=ks_c_5601-1987", PAGE.encode("cp949")), id="CP949"),
        pytest.param(part("text/html", PAGE.encode("cp949")), id="encoding not said"),
    ],
)
def test_a_saved_page(tmp_path: Path, content: bytes) -> None:
    path = mhtml(tmp_path / "a.txt", part("image/png", b"\x89PNG", "binary"), content, part("text/html", b"<p>a frame"))

    page = Page("휴가\n\n연차는 15일이다.", headings=(Heading(1, "휴가", 0),))
    assert read(path) == Reading((page,), format="mhtml", title="휴가 안내")


def test_a_page_saved_by_word_and_one_without_parts(tmp_path: Path) -> None:
    word = mhtml(tmp_path / "a.doc", part("text/html", b"<p>words</p>"), head="MIME-Version: 1.0\r\n" + RELATED)
    single = tmp_path / "b.mht"
    single.write_bytes(b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>words</p>")

    assert [read(path).text() for path in (word, single)] == ["words", "words"]


def test_a_saved_page_without_one_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(DamagedDocument):
        read(mhtml(tmp_path / "a.mhtml", part("image/png", b"x")))
