"""Plain text and Markdown -> one page; and bytes -> text for whoever else needs it."""

from __future__ import annotations

import codecs
import itertools
import re
import unicodedata

from charset_normalizer import from_bytes
from markdown_it import MarkdownIt

from ingest.read.headings import find_headings
from rag.errors import NoWords, UnknownEncoding
from rag.records import Heading, Page, Reading, Table

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x1b$)C", "iso2022_kr"),  # Korean of old mails; the letters themselves are ASCII between control bytes
)

_GUESSED_BYTES = 256 * 1024
_GUESSED = ["cp932", "euc_jp", "big5", "gb18030", "johab", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254"]

_COMMON_HANGUL = frozenset("이다의는을에가고하지로은한기사를인도정어자리대시해일과계")
"""Some of the commonest syllables of Korean: a third of any real text, one in a hundred of bytes misread as Korean."""

_CONTROLS = dict.fromkeys(code for code in (*range(0x20), *range(0x7F, 0xA0), 0xFEFF) if chr(code) not in "\t\n")
LONGEST_MARKS = 30
_JOINER = "\u034f"  # shows as nothing, and keeps what stands on its two sides from being sorted
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n\r\f\v\x1a\x1b")

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_EMPHASIS = "*_`"


# --- bytes -> text ---------------------------------------------------------------------------


def looks_like_text(head: bytes) -> bool:
    """Whether these first bytes can be text in some encoding: hardly a zero or a control byte, or UTF-16."""
    if _by_mark(head) is not None:
        return True
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if controls <= max(1, len(head) // 50):
        return True
    return _utf_16_without_mark(head[: len(head) // 4 * 4]) is not None


def rough(head: bytes) -> str:
    """The ASCII in these bytes, right in any encoding: enough to look for a tag."""
    return head.decode(_by_mark(head) or _utf_16_without_mark(head[: len(head) // 4 * 4]) or "latin-1", errors="replace")


def decode(contents: bytes, name: str, *, declared: str | None = None) -> str:
    """Bytes -> text: byte order mark, what the file declares, UTF-8, then what the letters themselves suggest.

    Raises:
        UnknownEncoding: no encoding gives text; wrong letters are never returned for want of better ones.
    """
    for encoding in (_by_mark(contents), declared, "utf-8", _utf_16_without_mark(contents)):
        if encoding is not None:
            try:
                return contents.decode(encoding)
            except (UnicodeError, LookupError):
                continue
    for encoding in (_by_mark(contents), "utf-8"):
        if encoding is not None and (text := _nearly(contents, encoding)) is not None:
            return text
    if (text := _as_korean(contents)) is not None:
        return text
    found = from_bytes(contents[: contents.rfind(b"\n", 0, _GUESSED_BYTES) + 1 or _GUESSED_BYTES], cp_isolation=_GUESSED).best()
    if found is None:
        raise UnknownEncoding(name=name)
    try:
        return contents.decode(found.encoding)
    except UnicodeError as error:
        raise UnknownEncoding(name=name) from error


def _by_mark(contents: bytes) -> str | None:
    return next((encoding for mark, encoding in _BOMS if contents.startswith(mark)), None)


def _utf_16_without_mark(contents: bytes) -> str | None:
    """UTF-16 leaves zero bytes on one side of spaces and line ends; whatever else has zeros gives no sensible letters."""
    if len(contents) % 2 or b"\0" not in contents[:_GUESSED_BYTES]:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            sample = contents[: _GUESSED_BYTES // 2 * 2].decode(encoding, errors="strict" if len(contents) <= _GUESSED_BYTES else "ignore")
        except UnicodeError:
            continue
        if sample and sum(_is_usual(char) for char in sample) >= 0.95 * len(sample):
            return encoding
    return None


def _is_usual(char: str) -> bool:
    """Western, Korean, Chinese or Japanese writing."""
    return (
        char in "\t\n\r\f"
        or " " <= char <= "~"
        or "\xa0" <= char <= "\u024f"
        or "\u2010" <= char <= "\u2027"
        or "\u2460" <= char <= "\u24ff"
        or "\u3000" <= char <= "\u30ff"
        or "\u4e00" <= char <= "\u9fff"
        or "가" <= char <= "힣"
    )


def _nearly(contents: bytes, encoding: str) -> str | None:
    """The text where a few bytes are broken (a file put together from pieces); the broken ones show as U+FFFD."""
    text = contents.decode(encoding, errors="replace")
    broken, foreign = text.count("\ufffd"), sum(char > "\x7f" for char in text)
    return text if broken < foreign and broken <= max(1, foreign // 50) else None


def _as_korean(contents: bytes) -> str | None:
    """CP949 (and so EUC-KR) where what comes out is Korean: nearly all its letters everyday Hangul, or many of its commonest."""
    try:
        text = contents.decode("cp949")
    except UnicodeError:
        nearly = _nearly(contents, "cp949")
        if nearly is None:
            return None
        text = nearly
    foreign = [char for char in text[:_GUESSED_BYTES] if char > "\x7f" and char.isalpha()]
    everyday = sum("가" <= char <= "힣" and len(char.encode("euc_kr", errors="ignore")) == 2 for char in foreign)
    common = sum(char in _COMMON_HANGUL for char in foreign)
    return text if foreign and (everyday >= 0.9 * len(foreign) or common >= 0.1 * len(foreign)) else None


def normalise(text: str) -> str:
    """NFC, lines ended by ``\\n``, nothing that cannot be shown or stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return nfc(_LONE_SURROGATE.sub("\ufffd", text.translate(_CONTROLS)))


def nfc(text: str) -> str:
    """NFC of the text, whose runs of marks over and under one letter are first parted as Unicode's Stream-Safe Text Format parts them.

    Marks are sorted by comparing each with all others of its run: four million of them on one letter would take days.
    """
    step = LONGEST_MARKS + 1
    if any(map(_is_mark, set(text[::step]))):  # a run that is too long has a mark in one of these places
        marks = "".join(map(re.escape, filter(_is_mark, set(text))))
        text = re.sub(f"([{marks}]{{{LONGEST_MARKS}}})(?=[{marks}])", rf"\1{_JOINER}", text)
    return unicodedata.normalize("NFC", text)


def _is_mark(char: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFD", char)[0]) != 0


# --- plain text ------------------------------------------------------------------------------


def read_plain(contents: bytes, name: str) -> Reading:
    text = normalise(decode(contents, name).replace("\f\r", "\f").replace("\f\n", "\f").replace("\f", "\n\n"))
    if not text.strip():
        raise NoWords(name=name)
    return Reading(pages=(Page(text, headings=find_headings(text)),), format="text")


# --- Markdown --------------------------------------------------------------------------------


def read_markdown(contents: bytes, name: str) -> Reading:
    """Markdown stays as it is written, so that a quotation can be found in the file itself."""
    text = normalise(decode(contents, name))
    if not text.strip():
        raise NoWords(name=name)
    headings, tables = _markdown_structure(text)
    title = _front_title(text) or next((heading.title for heading in headings if heading.level == 1), None)
    return Reading(pages=(Page(text, headings=headings, tables=tables),), format="markdown", title=title)


def _front_title(text: str) -> str | None:
    matter = _FRONT_MATTER.match(text)
    title = matter and _FRONT_TITLE.search(matter[1])
    return (title[1].strip("\"'").strip() or None) if title else None


def _markdown_structure(text: str) -> tuple[tuple[Heading, ...], tuple[Table, ...]]:
    """Headings and tables. The line under the names of a table's columns ("| --- | --- |") counts as part of its header."""
    matter = _FRONT_MATTER.match(text)
    body = "\n" * text.count("\n", 0, matter.end()) + text[matter.end() :] if matter else text  # its closing rule would make it a heading
    line_starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    # links and emphasis take ten times as long, and are not asked for
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse(body)
    headings, tables = [], []
    for opening, inline in itertools.pairwise(tokens):
        if opening.map is None:
            continue
        start, end = (line_starts[min(line, len(line_starts) - 1)] for line in opening.map)
        if opening.type == "heading_open":
            written = inline.content.split("\n")[0]
            emphasised = written[:1] in _EMPHASIS and written[-1:] in _EMPHASIS
            title = written.strip(_EMPHASIS) if emphasised else written
            found = text.find(title, start, end)
            if title and found != -1:
                headings.append(Heading(int(opening.tag[1:]), title, found))
        elif opening.type == "table_open":
            tables.append(Table(start, start + len(text[start:end].rstrip("\n")), header_rows=2))
    return tuple(headings), tuple(tables)
