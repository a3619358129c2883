"""EML -> the letter, and its attachments behind it."""

import base64
import random
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from ingest.read import read, read_bytes
from rag.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooDemanding,
    EmptyFile,
    MailCutOff,
    NoWords,
    SomePagesNeedOCR,
    UnsupportedEncryption,
    UnsupportedFormat,
    sentence_of,
)
from rag.library.library import Library
from rag.partial import why_partial
from rag.records import Heading, Outcome, Page, Reading, State
from tests import documents
from tests.ingest.readings import assert_ends_well, assert_sound

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(64)


def mail(subject: str = "회의 안건", body: str = "안녕하세요.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "김영희 <kim@example.com>"
    message["To"] = "lee@example.com"
    message["Date"] = "Wed, 31 Jan 2024 09:30:00 +0900"
    message["Subject"] = subject
    message.set_content(body)
    return message


def attach(message: EmailMessage, name: str, contents: bytes) -> None:
    message.add_attachment(contents, maintype="application", subtype="octet-stream", filename=name)


def raw(*lines: str | bytes) -> bytes:
    return b"\r\n".join(line.encode() if isinstance(line, str) else line for line in lines)


def text_of(contents: bytes) -> str:
    return read_bytes(contents, "a.eml").pages[0].text


def test_a_mail_is_its_headers_and_its_body(tmp_path: Path) -> None:
    message = mail(body="안녕하세요.\n\n제1조 (목적)\n이 계약은 ...")
    message["Cc"] = '"Park, J." <park@example.com>'
    (tmp_path / "a.txt").write_bytes(bytes(message))

    text = (
        'From: 김영희 <kim@example.com>\nTo: lee@example.com\nCc: "Park, J." <park@example.com>\n'
        "Date: Wed, 31 Jan 2024 09:30:00 +0900\nSubject: 회의 안건\n\n안녕하세요.\n\n제1조 (목적)\n이 계약은 ..."
    )
    headings = (Heading(1, "회의 안건", text.index("회의 안건")), Heading(6, "제1조 (목적)", text.index("제1조")))
    assert read(tmp_path / "a.txt") == Reading(
        pages=(Page(text, headings=headings),),
        format="eml",
        title="회의 안건",
        metadata={"author": "김영희 <kim@example.com>", "created": "2024-01-31T09:30:00+09:00"},
    )


def encoded(text: str, charset: str, *, called: str | None = None, cut: int | None = None) -> str:
    contents = text.encode(charset)
    pieces = [contents] if cut is None else [contents[:cut], contents[cut:]]
    return "\r\n ".join(f"=?{called or charset}?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(encoded("회의 똠방각하", "utf-8"), id="UTF-8"),
        pytest.param(encoded("회의 똠방각하", "cp949", called="euc-kr"), id="EUC-KR that is CP949"),
        pytest.param(encoded("회의 똠방각하", "cp949", called="ks_c_5601-1987"), id="as Outlook calls it"),
        pytest.param(encoded("회의 똠방각하", "utf-8", cut=4), id="UTF-8 cut inside a syllable"),
        pytest.param(encoded("회의 똠방각하", "cp949", called="euc-kr", cut=3), id="EUC-KR cut inside a syllable"),
        pytest.param("=?utf-8?q?=ED=9A=8C=EC=9D=98_=EB=98=A0?= =?UTF-8*ko?Q?=EB=B0=A9=EA=B0=81=ED=95=98?=", id="quoted-printable"),
        pytest.param("회의 똠방각하".encode("cp949"), id="never encoded, CP949"),
        pytest.param("회의 똠방각하".encode(), id="never encoded, UTF-8"),
        pytest.param('"' + encoded("회의 똠방각하", "utf-8") + '"', id="in quotation marks"),
    ],
)
def test_a_subject_is_in_the_letters_it_has(subject: str | bytes) -> None:
    assert "Subject: 회의 똠방각하\n" in text_of(raw("MIME-Version: 1.0", b"Subject: " + as_bytes(subject), "", "본문")).replace('"', "")


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def test_iso_2022_kr_is_read_in_headers_and_bodies() -> None:
    contents = raw(
        "MIME-Version: 1.0",
        "Subject: " + encoded("회의 메모", "iso-2022-kr"),
        "Content-Type: text/plain; charset=ISO-2022-KR",
        "",
        "첨부를 보세요".encode("iso-2022-kr"),
    )

    assert text_of(contents) == "Subject: 회의 메모\n\n첨부를 보세요"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("euc-kr", "cp949"), ("ks_c_5601-1987", "cp949"), ("us-ascii", "cp949"), ("utf-8", "utf-8"), ("nonsense", "cp949")],
)
def test_a_body_is_in_the_letters_it_has(charset: str, codec: str) -> None:
    body = base64.encodebytes("펲시와 똠방각하를 함께 보내 드립니다. 확인해 주세요.".encode(codec))
    contents = raw("MIME-Version: 1.0", f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: base64 ", "", body)

    assert text_of(contents) == "펲시와 똠방각하를 함께 보내 드립니다. 확인해 주세요."


def test_the_plain_words_are_read_unless_they_only_point_to_the_others() -> None:
    both, stub = mail(body="plain words"), mail(body="Please see the HTML version.")
    both.add_alternative("<p>rich words</p>", subtype="html")
    stub.add_alternative("<h1>Offer</h1>" + "<p>All that is really to be said stands here.</p>" * 9, subtype="html")

    assert read_bytes(bytes(both), "a").pages[0].text.endswith("\n\nplain words")
    page = read_bytes(bytes(stub), "a").pages[0]
    assert page.text.count("All that is really to be said stands here.") == 9
    assert "Please" not in page.text
    assert page.headings == (Heading(1, "회의 안건", page.text.index("회의")), Heading(2, "Offer", page.text.index("Offer")))


def test_html_is_read_in_the_encoding_that_the_mail_names() -> None:
    html = '<meta charset="utf-8"><p>똠방각하</p>'.encode("cp949")
    assert text_of(raw("MIME-Version: 1.0", "Content-Type: text/html; charset=euc-kr", "", html)) == "똠방각하"


def test_lines_that_were_broken_for_sending_are_whole_again() -> None:
    contents = raw(
        "MIME-Version: 1.0", "Content-Type: text/plain; format=flowed", "", "one ", "two", "three", "> four ", "five", "-- ", "signature"
    )

    assert text_of(contents) == "one two\nthree\n> four \nfive\n-- \nsignature"


def test_attachments_follow_with_their_names() -> None:
    message = mail()
    attach(message, "회의록.md", "# 결정\n내용".encode())
    attach(message, "C:\\temp\\계약.txt", "제1조 (목적)\n빌려준다.".encode("cp949"))
    message.add_attachment(PNG, maintype="image", subtype="png", disposition="inline", cid="<x>")

    reading = read_bytes(bytes(message), "a.eml")

    assert reading.pages[1:] == (
        Page("회의록.md\n\n# 결정\n내용", headings=(Heading(1, "회의록.md", 0), Heading(2, "결정", 10))),
        Page("계약.txt\n\n제1조 (목적)\n빌려준다.", headings=(Heading(1, "계약.txt", 0), Heading(6, "제1조 (목적)", 8))),
    )
    assert reading.pages[0].text.endswith("안녕하세요.")
    assert_sound(reading)


def test_pages_of_an_attachment_stay_pages_but_lose_their_numbers(tmp_path: Path) -> None:
    message = mail()
    attach(message, "a.pdf", documents.pdf(tmp_path / "a.pdf", ["first", documents.SCAN, "third"]).read_bytes())

    reading = read_bytes(bytes(message), "a.eml")

    assert [(page.number, page.text) for page in reading.pages[1:]] == [(None, "a.pdf\n\nfirst"), (None, "third")]
    assert reading.pages[0].text == text_of(bytes(mail()))
    assert reading.lacks == (SomePagesNeedOCR(name="a.pdf", pages="2").reason(),)
    assert reading.unread_pages == ()


def test_what_cannot_be_read_is_named() -> None:
    message = mail()
    attach(message, "도면.ps", b"%!PS-Adobe-3.0")
    attach(message, "empty.txt", b"")
    message.add_attachment(b"\x01\x02\x03" * 50, maintype="application", subtype="x-unknown")

    reading = read_bytes(bytes(message), "a.eml")

    assert reading.lacks == (
        UnsupportedFormat(name="도면.ps", kind="PostScript").reason(),
        EmptyFile(name="empty.txt").reason(),
        UnsupportedFormat(name="#3", kind="binary").reason(),
    )
    assert [page.text for page in reading.pages] == [text_of(bytes(mail()))]


def test_words_that_nobody_wrote_are_not_in_the_text() -> None:
    message = mail()
    attach(message, "", b"words")
    message.add_attachment(mail("", "inner words"))

    assert [page.text for page in read_bytes(bytes(message), "a.eml").pages[1:]] == [
        "words",
        text_of(bytes(mail("", "inner words"))),
    ]


def test_a_mail_is_there_in_part_when_an_attachment_is_not(library: Library, batch: Batch, tmp_path: Path) -> None:
    message = mail()
    attach(message, "도면.ps", b"%!PS-Adobe-3.0")
    attach(message, "empty.txt", b"")
    (tmp_path / "a.eml").write_bytes(bytes(message))

    (outcome,) = add([tmp_path / "a.eml"], batch)

    (document,) = library.documents()
    assert outcome.reason == document.reason
    assert (outcome.outcome, document.state) == (Outcome.PARTIAL, State.PARTIAL)
    assert document.reason
    assert sentence_of(document.reason, "en") == (
        "a.eml: 2 of its attachments could not be read, or not wholly: 도면.ps (files of this kind (PostScript) cannot be read), "
        "empty.txt (the file is empty); save those and add them by themselves."
    )
    assert sentence_of(document.reason, "ko") == (
        "a.eml: 첨부 파일 2개를 읽지 못했거나 일부만 읽었습니다: 도면.ps (이 종류의 파일(PostScript)은 읽을 수 없습니다), "
        "empty.txt (빈 파일입니다). 그 파일을 따로 저장해서 넣어 주세요."
    )


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("filename*=UTF-8''%ED%9A%8C%EC%9D%98.txt", id="RFC 2231"),
        pytest.param("filename*0*=UTF-8''%ED%9A%8C%EC; filename*1*=%9D%98; filename*2=.txt", id="in pieces"),
        pytest.param('filename="' + encoded("회의.txt", "euc-kr") + '"', id="encoded word"),
        pytest.param('filename="회의.txt"'.encode("cp949"), id="never encoded"),
        pytest.param("filename=회의.txt", id="without quotation marks"),
    ],
)
def test_an_attachment_has_the_name_that_its_sender_gave_it(header: str | bytes) -> None:
    contents = raw(
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "",
        "see there",
        "--b",
        "Content-Type: text/plain",
        b"Content-Disposition: attachment; " + as_bytes(header),
        "",
        "words",
        "--b--",
    )

    assert [page.text for page in read_bytes(contents, "a.eml").pages] == ["see there", "회의.txt\n\nwords"]


def nested(depth: int) -> EmailMessage:
    message = mail(f"level {depth}", f"body {depth}")
    if depth < 5:
        message.add_attachment(nested(depth + 1))
    return message


def test_mails_in_mails_are_read_to_a_depth_of_three() -> None:
    reading = read_bytes(bytes(nested(0)), "a.eml")

    assert [page.text.split("\n")[0] for page in reading.pages[1:]] == ["level 1.eml", "level 2.eml", "level 3.eml"]
    assert reading.pages[3].text.endswith("body 3")
    assert reading.lacks == (DocumentTooDemanding(name="level 4.eml", limit="3 mails inside each other").reason(),)


def test_an_attached_mail_file_is_read_as_a_mail() -> None:
    message = mail()
    attach(message, "원본.eml", bytes(mail("원본", "처음 글")))

    assert read_bytes(bytes(message), "a").pages[1].text.startswith("원본.eml\n\nFrom: 김영희")


def test_a_mail_opens_only_so_many_attachments() -> None:
    message, inner = mail(), mail("inner")
    for at in range(60):
        attach(inner, f"i{at}.txt", b"words")
    message.add_attachment(inner)
    for at in range(60):
        attach(message, f"o{at}.txt", b"words")

    reading = read_bytes(bytes(message), "a.eml")

    assert len(reading.pages) == 1 + 100
    assert len(reading.lacks) == 21
    assert reading.lacks[-1] == DocumentTooDemanding(name="o59.txt", limit="100 attachments").reason()
    said = sentence_of(why_partial("a.eml", reading) or pytest.fail("nothing is lacking"), "en")
    assert said.count(".txt (") == 5
    assert "), …; save those" in said


def test_a_mail_opens_only_so_many_bytes() -> None:
    message = mail()
    for at in range(3):
        attach(message, f"{at}.txt", b"word\n" * (4 * 2**20))

    reading = read_bytes(bytes(message), "a.eml")

    assert len(reading.pages) == 3
    assert reading.lacks == (DocumentTooDemanding(name="2.txt", limit="50 MiB of attachments").reason(),)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        pytest.param(
            ['Content-Type: multipart/encrypted; boundary="b"', "", "--b", "", "Version: 1", "--b--"],
            UnsupportedEncryption(name="a.eml"),
            id="PGP",
        ),
        pytest.param(
            ["Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "", "MII"], UnsupportedEncryption(name="a.eml"), id="S/MIME"
        ),
        pytest.param(
            ["Content-Type: application/pkcs7-mime; smime-type=signed-data", "", "MII"],
            UnsupportedFormat(name="a.eml", kind="S/MIME"),
            id="S/MIME, signed in one piece",
        ),
        pytest.param(["", "-----BEGIN PGP MESSAGE-----", "", "hQ"], UnsupportedEncryption(name="a.eml"), id="PGP in the text"),
        pytest.param([""], NoWords(name="a.eml"), id="nothing in it"),
        pytest.param(
            [*(f"Content-Type: multipart/mixed; boundary={at}\r\n\r\n--{at}" for at in range(200)), "", "x"],
            DamagedDocument(name="a.eml", cause="its parts are nested too deeply"),
            id="parts in parts",
        ),
        pytest.param(
            [*(f"Content-Type: multipart/mixed; boundary={at}\r\n\r\n--{at}" for at in range(5000)), "", "x"],
            DamagedDocument(name="a.eml", cause="its parts cannot be told apart"),
            id="parts in parts without end",
        ),
    ],
)
def test_a_mail_that_cannot_be_read_says_why(lines: list[str], error: DocumentError) -> None:
    with pytest.raises(DocumentError) as caught:
        read_bytes(raw("MIME-Version: 1.0", *lines), "a.eml")

    assert caught.value.reason() == error.reason()


def test_a_signed_mail_is_read_without_its_signature() -> None:
    contents = raw(
        "MIME-Version: 1.0",
        "Content-Type: multipart/signed; boundary=b",
        "",
        "--b",
        "",
        "words",
        "--b",
        "Content-Type: application/pkcs7-signature; name=smime.p7s",
        "",
        "MII",
        "--b--",
    )

    assert read_bytes(contents, "a.eml").pages == (Page("words"),)


def test_a_mail_that_was_cut_off_says_so() -> None:
    message = mail()
    attach(message, "a.txt", b"words")
    contents = bytes(message)

    reading = read_bytes(contents[: contents.rindex(b"--==")], "a.eml")

    assert reading.pages == read_bytes(contents, "a.eml").pages
    assert why_partial("a.eml", reading) == MailCutOff(name="a.eml").reason()


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(b"Note: From: here\n\nwords", id="a note"),
        pytest.param(b"From: me\nTo: you\n\nwords", id="two headers may be a memo"),
        pytest.param(b"a,b\n1,2\n", id="a table"),
    ],
)
def test_what_only_looks_like_a_mail_is_text(contents: bytes) -> None:
    assert read_bytes(contents, "a.eml").format == "text"


def test_a_saved_web_page_is_no_mail() -> None:
    contents = raw(
        "From: <Saved by Blink>", "Snapshot-Content-Location: http://a/", "MIME-Version: 1.0", "Content-Type: multipart/related", "", ""
    )

    with pytest.raises(DamagedDocument, match="no page is in it"):
        read_bytes(contents, "a.mhtml")


def test_whatever_is_broken_there_is_a_reading_or_a_reason() -> None:
    message = mail(body="안녕하세요.\n" * 5)
    message.add_alternative("<h1>안녕</h1><table><tr><td>a<td>b</table>", subtype="html")
    attach(message, "회의록.md", "# 결정\n내용".encode())
    message.add_attachment(mail("inner"))
    whole = bytes(message)
    chance = random.Random(7)

    for at in range(1, 21):
        assert_ends_well(whole[: len(whole) * at // 20], "a.eml")
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40))):
            broken[chance.randrange(len(broken))] = chance.choice((0, 10, 34, 58, 59, 255, chance.randrange(256)))
        assert_ends_well(bytes(broken), "a.eml")
