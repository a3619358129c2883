"""RTF -> one page.

The library turns the markup into text. What it would lose is marked before, and read from the marks after: tables, headings,
characters of two bytes (Korean) of which one is written as a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from ingest.read.blocks import PageText, row_line
from ingest.read.package import one_line
from ingest.read.text import normalise
from rag.errors import DamagedDocument, NoTextInDocument, NoWords
from rag.records import Reading

_ROW_START, _CELL_END, _ROW_END, _LEVEL, _NOTE_START, _NOTE_END = "\x1c", "\x1d", "\x1e", "\x1f", "\x18", "\x19"

_BYTES = re.compile(rb"\\\\|((?:\\'[0-9a-fA-F]{2}[\r\n]*|[\x80-\xff])+)([A-Za-z@\[\]^_`|~]?)")
_UNIT = re.compile(rb"\\'([0-9a-fA-F]{2})|([\x80-\xff])")
_WORDS = re.compile(r"\\\\|\\(trowd|cell|nestcell|row|nestrow|outlinelevel(?P<level>\d)|field)(?![a-z0-9])[ ]?")
_PICTURE_DATA = re.compile(rb"(?:[0-9a-fA-F]{2}[\r\n]*){200,}")
_BINARY_OF_NO_LENGTH = re.compile(rb"(?<!\\)\\bin(?![a-z]|-?\d)")
"""Pandoc writes it before a picture's digits; the library fails at it."""
_NOTE = re.compile(r"\\[\\{}]|([{}])((?:\\\*)?\\footnote(?![a-z])[ ]?)?")
_HEADING = re.compile(f"{_LEVEL}([0-8])")

_INFO = {"title": "title", "author": "author"}
_TIMES = {"creatim": "created", "revtim": "modified"}
_TIME = r"\{\\%s((?:\\(?:yr|mo|dy|hr|min|sec)\d{1,4}\s?)+)\}"


def read(contents: bytes, name: str) -> Reading:
    """
    Raises:
        DamagedDocument: its markup makes no sense, or was cut off before the first word.
        NoWords: it holds no words.
    """
    markup = _marked(contents)
    page = _page(_text(markup, name))
    if not page:
        if "\\pict" in markup:
            raise NoTextInDocument(name=name, pages=1)
        if not contents.rstrip(b"\0 \t\r\n\x1a").endswith(b"}"):
            raise DamagedDocument(name=name, cause="its end is missing")
        raise NoWords(name=name)
    metadata = _metadata(markup, name)
    return Reading((page.page(find=True),), format="rtf", title=metadata.get("title"), metadata=metadata)


def _marked(contents: bytes) -> str:
    """The markup with every byte that is not ASCII written as an escape, and marks for what the library leaves out."""
    contents = _BINARY_OF_NO_LENGTH.sub(b"", contents)
    contents = _PICTURE_DATA.sub(b"", contents)  # else each digit of a picture is looked at
    markup = _BYTES.sub(_escaped, contents).decode("latin-1")
    return "".join(_with_notes(_WORDS.sub(_with_mark, markup)))


def _with_notes(markup: str) -> Iterator[str]:
    """The library leaves footnotes out; here they are ordinary text between marks."""
    at = depth = 0
    notes: list[int] = []  # the depths at which the notes that have not ended began
    for match in _NOTE.finditer(markup):
        yield markup[at : match.start()]
        at = match.end()
        if match[1] == "{" and match[2]:
            depth += 1
            notes.append(depth)
            yield f"{{\\plain {_NOTE_START}"
        elif match[1] == "{":
            depth += 1
            yield match[0]
        elif match[1] == "}":
            if notes and notes[-1] == depth:
                notes.pop()
                yield f"\\plain {_NOTE_END}"
            depth -= 1
            yield match[0]
        else:
            yield match[0]
    yield markup[at:]


def _escaped(match: re.Match[bytes]) -> bytes:
    """Also the letter after a byte: it may be the second half of a character, and as an escape it is the same otherwise."""
    if match[1] is None:
        return match[0]
    units = (bytes([int(unit[1], 16)]) if unit[1] else unit[2] for unit in _UNIT.finditer(match[1]))
    return b"".join(b"\\'%02x" % byte[0] for byte in (*units, *([match[2]] if match[2] else [])))


def _with_mark(match: re.Match[str]) -> str:
    word = match[1]
    if word is None:
        return match[0]
    if word == "trowd":
        return f"\\trowd {_ROW_START}"
    if word == "cell":
        return f"\\cell {_CELL_END}"
    if word == "row":
        return f"\\row {_ROW_END}"
    if word in ("nestcell", "nestrow"):
        return "\\tab "
    if word == "field":
        return "\\field {}"  # else the library writes the address of a link into the text
    return f"\\{word} {_LEVEL}{match['level']}"


def _text(markup: str, name: str) -> str:
    try:
        return str(rtf_to_text(markup, errors="replace"))
    except (ValueError, TypeError, OverflowError, LookupError) as error:  # numbers that are none, or out of all bounds
        raise DamagedDocument(name=name, cause="its markup makes no sense") from error


def _page(text: str) -> PageText:
    page = PageText()
    lines: list[str] = []
    *rows, rest = _notes_after(text.replace("\xad", "").replace("\u2011", "-").replace("\xa0", " ")).split(_ROW_END)
    for piece in rows:
        before, _, row = piece.partition(_ROW_START)
        if lines and _plain(before):
            _add_table(page, lines)
            lines = []
        _add_paragraphs(page, before)
        *cells, after = row.split("|" + _CELL_END)
        if len(cells) == 1:  # a frame around ordinary text
            _add_table(page, lines)
            lines = []
            _add_paragraphs(page, cells[0])
        elif any(texts := [one_line(_plain(cell)) for cell in cells]):
            lines.append(row_line(texts))
        if _plain(after):  # notes of the row
            _add_table(page, lines)
            lines = []
            _add_paragraphs(page, after)
    _add_table(page, lines)
    _add_paragraphs(page, rest)
    return page


def _notes_after(text: str) -> str:
    """The text with its notes after the paragraphs that refer to them."""
    first, *others = text.split(_NOTE_START)
    parts, notes = [first], list[str]()
    for other in others:
        note, _, text_after = other.partition(_NOTE_END)
        notes.append(note)
        line, end, more = text_after.partition("\n")
        parts.append(line)
        if end:
            parts += ["\n", *(note + "\n" for note in notes), more]
            notes = []
    return "".join([*parts, *("\n" + note for note in notes)])


def _add_table(page: PageText, lines: list[str]) -> None:
    if lines:
        page.add_table(lines, header_rows=int(len(lines) > 1))


def _add_paragraphs(page: PageText, text: str) -> None:
    for line in text.split("\n"):
        level = _HEADING.search(line)
        words = normalise(_plain(line))
        if words and level is not None:
            page.add_heading(int(level[1]) + 1, words)
        elif words:
            page.add(words)


def _plain(text: str) -> str:
    """Without marks that have done their work."""
    return re.sub(f"{_LEVEL}\\d|\\|?{_CELL_END}|[{_ROW_START}{_ROW_END}{_NOTE_END}]", "", text).strip()


def _metadata(markup: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    code_page = re.search(r"\\ansicpg\d{1,5}", markup)
    for word, ours in _INFO.items():
        value = re.search(r"\{\\" + word + r"\s?([^{}]{1,1000})\}", markup)
        if value and (text := one_line(_text(f"{{\\rtf1{code_page[0] if code_page else ''} {value[1]}}}", name))):
            found[ours] = text
    for word, ours in _TIMES.items():
        if value := re.search(_TIME % word, markup):
            parts = dict(re.findall(r"\\([a-z]+)(\d+)", value[1]))
            if {"yr", "mo", "dy"} <= parts.keys():
                time = f"T{int(parts['hr']):02}:{int(parts.get('min', 0)):02}:{int(parts.get('sec', 0)):02}" if "hr" in parts else ""
                found[ours] = f"{int(parts['yr']):04}-{int(parts['mo']):02}-{int(parts['dy']):02}{time}"
    return found
