"""Header lines of a mail -> letters.

Not by ``email``'s newer policy: it garbles CP949 that is called EUC-KR and EUC-KR words that were cut in the middle of a syllable,
knows no letters that were never encoded, as older Korean mailers leave them, and fails on broken headers in half a dozen ways.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from ingest.read.text import decode
from rag.errors import UnknownEncoding

_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]")
_WORD = re.compile(r"=\?([\w.:+-]+)(?:\*[\w-]*)?\?([BbQq])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t]+(?==\?)")
_PARAMETER = re.compile(r""";\s*([^\s=;*"]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=\s*("(?:[^"\\]|\\.?)*+(?:"|\Z)|[^;]*)""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHARSET = re.compile(r"[\w.:+-]{1,40}", re.ASCII)

_KOREAN = re.compile(r"(?:x-)?(?:windows-949|uhc|ks_?c[-_]?5601.*|ksc5601|euc-?kr|korean|cp-?949)")


_LONGEST_CHARS = 100_000
"""Of a header line: some thousand addressees."""


def codec(charset: str | None) -> str | None:
    """What Python calls an encoding, where it is to be believed: what is called EUC-KR is often CP949, which has all of it."""
    label = (charset or "").strip().strip("\"'").lower()
    if not _CHARSET.fullmatch(label) or label in ("us-ascii", "ascii"):  # said of everything by mailers that do not know
        return None
    return "cp949" if _KOREAN.fullmatch(label) else label


def letters(contents: bytes, charset: str | None = None) -> str:
    """The text of a header line; what cannot be recognised shows as U+FFFD, for the mail is still worth reading."""
    if not contents:
        return ""
    try:
        return decode(contents, "", declared=codec(charset))
    except UnknownEncoding:
        return contents.decode("ascii", errors="replace")


def words(raw: str) -> str:
    """A header's value, encoded words decoded and folded lines joined."""
    line = _BETWEEN_WORDS.sub("", _FOLD.sub("", raw[:_LONGEST_CHARS]))
    return " ".join("".join(_pieces(line)).split())


def _pieces(line: str) -> Iterator[str]:
    at, charset, waiting = 0, "", b""  # bytes of words in one encoding that follow each other
    for word in _WORD.finditer(line):
        if word.start() > at or word[1].lower() != charset:
            yield letters(waiting, charset)
            waiting = b""
        yield letters(as_bytes(line[at : word.start()]))
        charset = word[1].lower()
        waiting += _word_bytes(word[2], as_bytes(word[3]))
        at = word.end()
    yield letters(waiting, charset)
    yield letters(as_bytes(line[at:]))


def _word_bytes(encoding: str, encoded: bytes) -> bytes:
    if encoding in "Qq":
        return binascii.a2b_qp(encoded, header=True)
    significant = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded)
    significant = significant[: len(significant) - (len(significant) % 4 == 1)]
    return binascii.a2b_base64(significant + b"=" * (-len(significant) % 4))


def as_bytes(raw: str) -> bytes:
    """What stood in the file: the parser keeps bytes outside ASCII as surrogates."""
    return raw.encode("utf-8", errors="surrogateescape")


def parameters(raw: str) -> dict[str, str]:
    """What follows the first word of a header: charset, boundary, filename, ...; in pieces or not (RFC 2231)."""
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(_FOLD.sub("", raw[:_LONGEST_CHARS])):
        value = match[4].strip()
        if value.startswith('"'):
            value = _ESCAPED.sub(r"\1", value[1:].removesuffix('"'))
        pieces.setdefault(match[1].lower(), []).append((int(match[2] or -1), match[3] is not None, value))
    return {name: _joined(found) for name, found in pieces.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    if all(number == -1 and not extended for number, extended, _ in pieces):
        return words(pieces[0][2])
    whole = [piece for piece in pieces if piece[0] == -1 and piece[1]][:1]
    charset, contents = "", b""
    for at, (_, extended, value) in enumerate(whole or sorted(piece for piece in pieces if piece[0] >= 0)):
        if extended and at == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        contents += unquote_to_bytes(as_bytes(value)) if extended else as_bytes(value)
    return letters(contents, charset)
