"""EML, a mail as it is sent -> pages."""

from __future__ import annotations

import email
import email.errors
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parsedate_to_datetime

from ingest.read import html
from ingest.read.headings import find_headings
from ingest.read.mail import Attachment, Bag, Letter, compose, one_line
from ingest.read.mime import codec, parameters, words
from ingest.read.text import decode, normalise
from rag.errors import DamagedDocument, DocumentError, NoWords, UnsupportedEncryption, UnsupportedFormat
from rag.records import Page, Reading

_HEAD_BYTES = 256 * 1024
_HEADER = re.compile(rb"([!-9;-~]{1,80})[ \t]*:(.*)")
_SENT = frozenset({"to", "cc", "bcc", "message-id", "received", "delivered-to", "x-mailer"})

_DEEPEST_PARTS = 50
"""Parts inside parts. Real mails have four or five; the parser itself fails at some hundreds."""

_ENCRYPTED = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_PGP = "-----BEGIN PGP MESSAGE-----"

_STUB = 4
"""Times that the words of the HTML are as many as those of the plain text beside it, which then says no more than "see the HTML"."""


def is_mail(contents: bytes) -> bool:
    """Whether it begins as a mail does: with header lines, and such as only mails have. A saved web page has some of them."""
    headers: dict[str, str] = {}
    for line in contents[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").splitlines():
        if not line.strip():
            break
        if line[:1] in b" \t" and headers:
            headers[next(reversed(headers))] += line.decode("latin-1")
        elif match := _HEADER.fullmatch(line):
            name = match[1].decode().lower()
            headers.pop(name, None)
            headers[name] = match[2].decode("latin-1")
        else:
            return False
    kind = headers.get("content-type", "").strip().lower()
    if "snapshot-content-location" in headers or (kind.startswith("multipart/related") and not headers.keys() & _SENT):
        return False
    return (
        "mime-version" in headers
        or bool(headers.keys() & {"message-id", "received"} and headers.keys() & {"from", "subject", "date"})
        or {"from", "date"} < headers.keys() & {"from", "date", "to", "subject"}
        or (kind.startswith("multipart/") and "boundary" in kind)
    )


def read(contents: bytes, name: str, bag: Bag) -> Reading:
    try:
        message = email.message_from_bytes(contents.removeprefix(b"\xef\xbb\xbf"))  # compat32: headers as they stand
    except (RecursionError, TypeError, ValueError, email.errors.MessageError) as error:  # TypeError: a boundary in contradicting pieces
        raise DamagedDocument(name=name, cause="its parts cannot be told apart") from error
    return _read(message, name, bag)


def _read(message: Message, name: str, bag: Bag) -> Reading:
    bag.enter_mail(name)
    found = _Found(name)
    _collect(message, found, depth=0)
    lines = {label: ", ".join(_headers(message, label)) for label in ("from", "to", "cc", "date", "subject")}
    letter = Letter(
        sender=lines["from"],
        to=lines["to"],
        cc=lines["cc"],
        date=lines["date"],
        subject=lines["subject"],
        created=_iso(lines["date"]),
        body=found.body,
        attachments=found.attachments,
        cut_off=found.cut_off,
    )
    return compose(letter, bag, name=name, form="eml")


# --- headers ---------------------------------------------------------------------------------


def _headers(message: Message, wanted: str) -> list[str]:
    decoded = (one_line(words(raw)) for raw in _raw(message, wanted))
    return [value for value in decoded if value]


def _raw(message: Message, wanted: str) -> Iterator[str]:
    return (str(value) for label, value in message.raw_items() if label.lower() == wanted)


def _parameters(part: Message, header: str) -> dict[str, str]:
    return next((parameters(raw) for raw in _raw(part, header)), {})


def _disposition(part: Message) -> str:
    return next((raw.partition(";")[0].strip().lower() for raw in _raw(part, "content-disposition")), "")


def _file_name(part: Message) -> str:
    return _parameters(part, "content-disposition").get("filename") or _parameters(part, "content-type").get("name", "")


def _iso(date: str) -> str:
    try:
        return parsedate_to_datetime(date).isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):  # all of them, for dates that are none
        return ""


# --- parts -----------------------------------------------------------------------------------


@dataclass
class _Found:
    name: str  # of the mail
    body: list[Page] = field(default_factory=list)
    plain: bool = True  # nothing of the body was HTML
    attachments: list[Attachment] = field(default_factory=list)
    cut_off: bool = False


def _collect(part: Message, found: _Found, *, depth: int, within: str = "") -> None:
    if depth > _DEEPEST_PARTS:
        raise DamagedDocument(name=found.name, cause="its parts are nested too deeply")
    kind = part.get_content_type()
    if kind in _ENCRYPTED or (kind in _SMIME and depth == 0):
        raise _why_not_smime(part, found.name)
    found.cut_off |= any(isinstance(defect, email.errors.CloseBoundaryNotFoundDefect) for defect in part.defects)
    parts = _parts(part)
    if kind in ("message/rfc822", "message/global") and parts:
        found.attachments.append(_attached_mail(part, parts[0]))
    elif parts and kind == "multipart/alternative":
        _collect_best(parts, found, depth=depth)
    elif parts and kind.startswith("multipart/"):
        for inner in parts:
            _collect(inner, found, depth=depth + 1, within=kind)
    elif kind in _SIGNATURES or _is_inline_picture(part, kind, within):
        return
    elif _is_body(part, kind):
        _add_body(part, kind, found)
    elif within != "multipart/alternative" or _file_name(part) or not kind.startswith("text/"):  # else the same words once more
        found.attachments.append(_attached_file(part))


def _parts(part: Message) -> list[Message]:
    return [inner for inner in part.get_payload() if isinstance(inner, Message)] if part.is_multipart() else []


def _collect_best(parts: Sequence[Message], found: _Found, *, depth: int) -> None:
    """One of several forms of the same words: the plain one, unless it says much less than the other."""
    forms = []
    for part in parts:
        forms.append(_Found(found.name))
        _collect(part, forms[-1], depth=depth + 1, within="multipart/alternative")
        found.attachments += forms[-1].attachments
        found.cut_off |= forms[-1].cut_off
    plain = next((form for form in forms if form.body and form.plain), None)
    rich = next((form for form in reversed(forms) if form.body and not form.plain), None)
    best = rich if plain is None or (rich is not None and _size(plain) * _STUB < _size(rich)) else plain
    if best is not None:
        found.body += best.body
        found.plain &= best.plain


def _size(form: _Found) -> int:
    return sum(len("".join(page.text.split())) for page in form.body)


def _is_inline_picture(part: Message, kind: str, within: str) -> bool:
    if not kind.startswith("image/") or _disposition(part) == "attachment":
        return False
    return _disposition(part) == "inline" or within == "multipart/related" or any(_raw(part, "content-id"))


def _is_body(part: Message, kind: str) -> bool:
    if kind.startswith("multipart/"):  # says it has parts, and has none
        return True
    return kind in ("text/plain", "text/html") and _disposition(part) != "attachment" and not _file_name(part)


def _add_body(part: Message, kind: str, found: _Found) -> None:
    contents = _contents(part, found.name)
    if not contents.strip(b"\0 \t\r\n\f\v"):
        return
    about = _parameters(part, "content-type")
    text = normalise(decode(contents, found.name, declared=codec(about.get("charset"))))
    if kind == "text/html":
        try:
            found.body += html.read(text.encode("utf-8-sig"), found.name).pages
        except NoWords:  # it shows pictures only
            return
        found.plain = False
        return
    if text.lstrip().startswith(_PGP):
        raise UnsupportedEncryption(name=found.name)
    if about.get("format", "").lower() == "flowed":
        text = _unflowed(text, delete_space=about.get("delsp", "").lower() == "yes")
    text = text.strip()
    if text:
        found.body.append(Page(text, headings=find_headings(text)))


def _unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs whose lines were broken for sending only (RFC 3676): such a line ends in a space."""
    lines: list[list[str]] = []
    flows = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        line = line if quoted else line.removeprefix(" ")
        if not (flows and not quoted):
            lines.append([])
        flows = line.endswith(" ") and line != "-- " and not quoted
        lines[-1].append(line[:-1] if flows and delete_space else line)
    return "\n".join("".join(pieces) for pieces in lines)


def _contents(part: Message, name: str) -> bytes:
    """A part's bytes, without the encoding that they were sent in."""
    encoding = next((re.match(r"\s*([\w-]*)", raw) for raw in _raw(part, "content-transfer-encoding")), None)
    if encoding is not None:
        part.replace_header("Content-Transfer-Encoding", encoding[1])  # the library knows it only without comments and spaces
    try:
        contents = part.get_payload(decode=True)
    except ValueError as error:  # uuencoded lines that are none
        raise DamagedDocument(name=name, cause="its transfer encoding is broken") from error
    return contents if isinstance(contents, bytes) else b""


# --- attachments -----------------------------------------------------------------------------


def _attached_mail(part: Message, mail: Message) -> Attachment:
    subject = next(iter(_headers(mail, "subject")), "")
    return Attachment(_file_name(part) or (subject and f"{subject}.eml"), lambda bag, name: _read(mail, name, bag))


def _attached_file(part: Message) -> Attachment:
    def open_it(bag: Bag, name: str) -> Reading:
        kind = part.get_content_type()
        if kind in _ENCRYPTED or kind in _SMIME:
            raise _why_not_smime(part, name)
        if kind.startswith("message/") and _parts(part):
            return bag.read(_report(part), name)
        return bag.read(_contents(part, name), name)

    return Attachment(_file_name(part), open_it)


def _report(part: Message) -> bytes:
    """The lines of a delivery report, which are written as headers."""
    lines = ("\n".join(f"{label}: {words(str(raw))}" for label, raw in block.raw_items()) for block in _parts(part))
    return "\n\n".join(lines).encode("utf-8-sig", errors="replace")


def _why_not_smime(part: Message, name: str) -> DocumentError:
    if _parameters(part, "content-type").get("smime-type", "").lower() == "signed-data":
        return UnsupportedFormat(name=name, kind="S/MIME")
    return UnsupportedEncryption(name=name)
