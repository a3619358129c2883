"""MSG, a mail as Outlook keeps it -> pages.

Its properties are streams named after their number and kind, so that the container is all that is needed. python-oxmsg loads every
stream before any limit is known, does not open mails attached to mails, and takes CP949 for EUC-KR, which has not all of its letters.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.read import html
from ingest.read.headings import find_headings
from ingest.read.mail import Attachment, Bag, Letter, compose, one_line
from ingest.read.mime import codec, letters
from ingest.read.ole import Container, Path
from ingest.read.text import decode, normalise
from rag.errors import DamagedDocument, NoWords, UnsupportedEncryption, UnsupportedFormat
from rag.records import Page, Reading

PROPERTIES = "__properties_version1.0"
_HEADERS_BYTES = {"message": 32, "attached message": 24, "": 8}
"""What stands before the properties of a message, of one inside another, of a recipient or an attachment."""

_CLASS, _SUBJECT, _SUBMITTED, _HEADERS, _RECIPIENT_KIND = 0x001A, 0x0037, 0x0039, 0x007D, 0x0C15
_SENDER, _SENDER_ADDRESS, _SENDER_SMTP, _ON_BEHALF = 0x0C1A, 0x0C1F, 0x5D01, 0x0042
_SHOWN_CC, _SHOWN_TO, _DELIVERED = 0x0E03, 0x0E04, 0x0E06
_BODY, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_NAME, _ADDRESS, _SMTP = 0x3001, 0x3003, 0x39FE
_DATA, _SHORT_FILE_NAME, _LONG_FILE_NAME, _CONTENT_ID, _FLAGS, _HIDDEN = 0x3701, 0x3704, 0x3707, 0x3712, 0x3714, 0x7FFE
_BODY_CODEPAGE, _CODEPAGE = 0x3FDE, 0x3FFD

_SHOWN_IN_BODY = 4  # of _FLAGS
_CODEPAGES = {949: "cp949", 51949: "cp949", 50225: "iso2022_kr", 65001: "utf-8", 1200: "utf-16-le", 932: "cp932", 50220: "iso2022_jp"}
_CODEPAGES |= {936: "gb18030", 54936: "gb18030", 28591: "latin-1", 20127: "ascii"}

_RTF_PREFIX = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    b"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_LARGEST_RTF_MIB = 32


def is_msg(container: Container) -> bool:
    return container.has(PROPERTIES)


def read(container: Container, bag: Bag) -> Reading:
    return _read(container, (), container.name, bag)


def _read(container: Container, folder: Path, name: str, bag: Bag) -> Reading:
    bag.enter_mail(name)
    message = _Properties.of(container, folder, "attached message" if folder else "message")
    if message.text(_CLASS).upper() == "IPM.NOTE.SMIME":
        raise UnsupportedEncryption(name=name)
    written = {label.lower(): value for label, value in _written_headers(message.text(_HEADERS))}
    sent = message.time(_SUBMITTED) or message.time(_DELIVERED)
    people = [(person.number(_RECIPIENT_KIND), _person(person)) for person in _inside(container, folder, "__recip_version1.0_#")]
    files = [_attachment(file) for file in _inside(container, folder, "__attach_version1.0_#") if not _is_shown_in_body(file)]
    body, rich = _body(message, name)
    letter = Letter(
        sender=_sender(message),
        to=", ".join(who for kind, who in people if kind == 1 and who) or one_line(message.text(_SHOWN_TO)),
        cc=", ".join(who for kind, who in people if kind == 2 and who) or one_line(message.text(_SHOWN_CC)),
        date=one_line(written.get("date", "")) or (f"{sent:%Y-%m-%d %H:%M} UTC" if sent is not None else ""),
        subject=one_line(message.text(_SUBJECT)),
        created=sent.isoformat() if sent is not None else "",
        body=body,
        attachments=[*rich, *files],
    )
    return compose(letter, bag, name=name, form="msg")


# --- properties ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Properties:
    """Of a message, a recipient or an attachment: one folder of the container."""

    container: Container
    folder: Path
    fixed: dict[int, bytes]  # values of eight bytes at most

    @classmethod
    def of(cls, container: Container, folder: Path, kind: str = "") -> _Properties:
        entries = (container.read(*folder, PROPERTIES) or b"")[_HEADERS_BYTES[kind] :]
        fixed = {number: value for _, number, _, value in struct.iter_unpack("<HHI8s", entries[: len(entries) // 16 * 16])}
        return cls(container, folder, fixed)

    def number(self, wanted: int) -> int:
        return int.from_bytes(self.fixed.get(wanted, b"")[:4], "little")

    def time(self, wanted: int) -> datetime | None:
        ticks = int.from_bytes(self.fixed.get(wanted, b""), "little")
        try:
            return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=ticks // 10**7) if ticks else None
        except OverflowError:
            return None

    def text(self, wanted: int) -> str:
        wide = self.bytes(wanted, 0x001F)
        if wide is not None:
            return normalise(wide.decode("utf-16-le", errors="replace")).rstrip("\0")
        narrow = (self.bytes(wanted, 0x001E) or b"").rstrip(b"\0")
        if not narrow:
            return ""
        if wanted == _BODY:
            return normalise(decode(narrow, self.container.name, declared=self.encoding(_BODY_CODEPAGE, _CODEPAGE)))
        return normalise(letters(narrow, self.encoding(_CODEPAGE, _BODY_CODEPAGE)))

    def bytes(self, wanted: int, kind: int) -> bytes | None:
        return self.container.read(*self.folder, f"__substg1.0_{wanted:04X}{kind:04X}")

    def encoding(self, *wanted: int) -> str | None:
        page = next((page for page in map(self.number, wanted) if page), 0)
        return _CODEPAGES.get(page) or (codec(f"cp{page}") if page else None)


def _inside(container: Container, folder: Path, prefix: str) -> Iterator[_Properties]:
    """The recipients or the attachments of a message, in their order."""
    depth = len(folder)
    found = {path[: depth + 1] for path in container.streams() if path[:depth] == folder and len(path) > depth + 1}
    for inner in sorted(path for path in found if path[depth].startswith(prefix)):
        yield _Properties.of(container, inner)


def _written_headers(headers: str) -> Iterator[tuple[str, str]]:
    for line in headers.replace("\n ", " ").replace("\n\t", " ").split("\n"):
        label, colon, value = line.partition(":")
        if colon:
            yield label.strip(), value.strip()


def _sender(message: _Properties) -> str:
    name = one_line(message.text(_SENDER) or message.text(_ON_BEHALF))
    return _with_address(name, message.text(_SENDER_SMTP) or message.text(_SENDER_ADDRESS))


def _person(person: _Properties) -> str:
    return _with_address(one_line(person.text(_NAME)), person.text(_SMTP) or person.text(_ADDRESS))


def _with_address(name: str, address: str) -> str:
    """Addresses of Exchange's own ("/o=...") say nothing to a reader."""
    address = one_line(address) if "@" in address else ""
    return name if not address or name == address else f"{name} <{address}>".strip()


# --- body ------------------------------------------------------------------------------------


def _body(message: _Properties, name: str) -> tuple[list[Page], list[Attachment]]:
    """The letter; and where it is RTF only, that as an attachment, for whoever reads RTF."""
    plain = message.text(_BODY).strip()
    if plain:
        return [Page(plain, headings=find_headings(plain))], []
    markup = message.bytes(_HTML, 0x0102)
    text = decode(markup, name, declared=message.encoding(_BODY_CODEPAGE, _CODEPAGE)) if markup else message.text(_HTML)
    if text.strip():
        try:
            return list(html.read(text.encode("utf-8-sig", errors="replace"), name).pages), []
        except NoWords:  # it shows pictures only
            return [], []
    packed = message.bytes(_RTF, 0x0102)
    if not packed:
        return [], []
    return [], [Attachment("", lambda bag, called: bag.read(unpacked_rtf(packed, called), called))]


def unpacked_rtf(packed: bytes, name: str) -> bytes:
    """RTF as Outlook packs it (MS-OXRTFCP): runs of it are repeated from a window of 4096 bytes."""
    if len(packed) < 16:
        raise DamagedDocument(name=name, cause="its text is cut off")
    _, size, kind, _ = struct.unpack("<4I", packed[:16])
    if kind == 0x414C454D:  # "MELA": not packed
        return packed[16 : 16 + size]
    if kind != 0x75465A4C or size > _LARGEST_RTF_MIB * 2**20:  # "LZFu"
        raise DamagedDocument(name=name, cause="its text cannot be unpacked")
    window = bytearray(_RTF_PREFIX.ljust(4096, b" "))
    out, put, at = bytearray(), len(_RTF_PREFIX), 16
    while at < len(packed) and len(out) < size:
        control, at = packed[at], at + 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(packed):
                    return bytes(out)
                offset, length = packed[at] << 4 | packed[at + 1] >> 4, (packed[at + 1] & 15) + 2
                at += 2
                if offset == put:  # the end
                    return bytes(out)
                run: Iterable[int] = ((offset + step) % 4096 for step in range(length))
            else:
                if at >= len(packed):
                    return bytes(out)
                window[put] = packed[at]
                at += 1
                run = (put,)
            for place in run:
                window[put] = window[place]
                out.append(window[put])
                put = (put + 1) % 4096
    return bytes(out[:size])


# --- attachments -----------------------------------------------------------------------------


def _is_shown_in_body(file: _Properties) -> bool:
    return bool(file.number(_FLAGS) & _SHOWN_IN_BODY or file.number(_HIDDEN) & 1)


def _attachment(file: _Properties) -> Attachment:
    name = one_line(file.text(_LONG_FILE_NAME) or file.text(_SHORT_FILE_NAME) or file.text(_NAME))
    message = (*file.folder, f"__substg1.0_{_DATA:04X}000D")
    if file.container.has(*message, PROPERTIES):
        return Attachment(
            name if not name or name.lower().endswith(".msg") else f"{name}.msg",
            lambda bag, called: _read(file.container, message, called, bag),
        )

    def open_it(bag: Bag, called: str) -> Reading:
        contents = file.bytes(_DATA, 0x0102)
        if contents is None:  # a link to a file, or an object of another program
            raise UnsupportedFormat(name=called, kind="OLE")
        return bag.read(contents, called)

    return Attachment(name, open_it)
