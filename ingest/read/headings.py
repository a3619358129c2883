"""Headings of texts that have no styles: Korean statutes and contracts, numbered articles. What is not clear is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.records import Heading

_KOREAN_LEVELS = {"편": 1, "장": 2, "절": 3, "관": 4, "조": 5}
_KOREAN = re.compile(
    r"(?P<number>제\s?\d{1,4}\s?(?P<unit>[편장절관조])(?:\s?의\s?\d{1,3})?)"
    r"(?P<title>\s?(?:\([^()\n]{1,60}(?:\([^()\n]{1,30}\)[^()\n]{0,30})?\)|\[[^\[\]\n]{1,60}\]|【[^【】\n]{1,60}】))?"
    r"(?P<rest>.*)"
)
_MENTION = re.compile(r"\s*(?:[,·、~]|제\s?\d)|\s+(?:및|또는|내지|에|의|을|를)\s")
"""What follows when a line merely happens to begin with "제5조": 및 제6조, 제2항, ..."""
_SUPPLEMENT = re.compile(r"부\s{0,4}칙(?:\s?[<(〈][^<>()〈〉\n]{1,60}[>)〉])?")

_ENGLISH_LEVELS = {"part": 1, "schedule": 1, "exhibit": 1, "appendix": 1, "annex": 1, "chapter": 2, "article": 2, "section": 3, "item": 3}
_ENGLISH = re.compile(
    r"(?P<unit>PART|SCHEDULE|EXHIBIT|APPENDIX|ANNEX|CHAPTER|ARTICLE|SECTION|ITEM"
    r"|Part|Schedule|Exhibit|Appendix|Annex|Chapter|Article|Section|Item)\s(?:\d{1,3}(?:\.\d{1,3})*[A-Z]?|[IVXLC]{1,6}|[A-Z])"
    r"(?:[.:]?\s{1,3}[-–—]?\s?(?P<title>\S.{0,70}))?[.:]?"
)
_NUMBERED_CAPITALS = re.compile(
    r"(?P<number>\d{1,2}\.|\d{1,2}(?:\.\d{1,2}){1,3}\.?|[IVX]{1,5}\.)\s{1,3}(?P<title>[A-Z][A-Z ,;&'’()/-]{2,70})"
)

_LONGEST_TITLE_CHARS = 40
"""Of a Korean heading that has no brackets around its title; sentences are longer."""


def find_headings(text: str) -> tuple[Heading, ...]:
    """Lines that can only be headings: "제1조 (목적)", "ARTICLE 5", "1. DEFINITIONS". When in doubt, a line is text."""
    return tuple(_headings(text))


def _headings(text: str) -> Iterator[Heading]:
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        if words and (found := _heading(words)):
            level, title = found
            yield Heading(level, title, at + line.index(words))
        at += len(line) + 1


def _heading(line: str) -> tuple[int, str] | None:
    """Level and title; the title is how the line begins, for a Korean article runs on with its text."""
    if line[0] in "제부":
        return _korean(line)
    if len(line) > 100:
        return None
    if (match := _ENGLISH.fullmatch(line)) and _is_title(match["title"]):
        return _ENGLISH_LEVELS[match["unit"].lower()], line
    if (match := _NUMBERED_CAPITALS.fullmatch(line)) and re.search(r"[A-Z]{3}", match["title"]):
        return 2 + match["number"].strip(".").count("."), line
    return None


def _korean(line: str) -> tuple[int, str] | None:
    if _SUPPLEMENT.fullmatch(line):
        return 1, line
    match = _KOREAN.fullmatch(line)
    if match is None:
        return None
    level, rest = _KOREAN_LEVELS[match["unit"]], match["rest"]
    if match["title"]:
        mentioned = (rest and rest[0].isalpha()) or _MENTION.match(rest)  # "제5조(비밀유지)에 따라", "제5조(비밀유지) 및 제6조"
        return None if mentioned else (level, line[: match.start("rest")])
    if not rest:
        return level, line
    is_title = rest[0].isspace() and len(rest) <= _LONGEST_TITLE_CHARS and not re.search(r"[.,;:?!]|[다며]$|\d$", rest)
    return (level, line) if is_title and not _MENTION.match(rest) else None


def _is_title(title: str | None) -> bool:
    """Whether words are written like a title, and not like a sentence or a line of a table of contents."""
    if title is None:
        return True
    if re.search(r"\d$|[,;]$|\.{3}|[a-z]\. [A-Z]", title):
        return False
    words = re.findall(r"[A-Za-z]+", title)
    return bool(words) and words[0][0].isupper() and all(word[0].isupper() for word in words if len(word) > 4)
