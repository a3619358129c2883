"""Lines that are printed on page after page: headers, footers, page numbers. They are no part of what a page says.

Looked at are the first and the last two lines of each page. One is left out

- when it reads the same on at least five pages and on a third of them all, also with a page number at its beginning or end;
- when it is a page number alone, counting up with the pages on at least five of them.

The first page that has a line of words keeps it, for it may be a title or the head of a long table. A numbered heading ("Article 3") is
never taken for a line with a page number, no page is emptied, and what is not certain stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ingest.read.headings import find_headings

_LINES = 2
_FEWEST_PAGES = 5
_SHARE = 1 / 3
_LONGEST_CHARS = 120

_NUMBER_ALONE = re.compile(
    r"[\s\-–—|·•\[(]*(?:page|p\.|[A-Z]-)?\s*(\d{1,4})\s*(?:쪽|페이지|(?:/|of)\s*\d{1,4})?[\s\-–—|·•\])]*", re.IGNORECASE
)
_NUMBER_FIRST = re.compile(r"(\d{1,4})\b[\s|·•]+(\D.*)")
_NUMBER_LAST = re.compile(r"(.*\D)[\s|·•]+(?:page\s+)?(\d{1,4})", re.IGNORECASE)

_Key = tuple[bool, str, int | None]  # at the top?, words, page number less position


def without_running_lines(texts: Sequence[str]) -> list[slice]:
    """What of each page's text is left without them: it is cut at its ends only."""
    ends = [_ends(text, at) for at, text in enumerate(texts)]
    pages: dict[_Key, list[int]] = defaultdict(list)
    for at, keys in enumerate(ends):
        for key in set(keys):
            pages[key].append(at)
    filled = sum(1 for text in texts if text)
    running = {key: found for key, found in pages.items() if _is_running(key, len(found), filled)}
    if not running:
        return [slice(0, len(text)) for text in texts]
    return [_cut(text, at, keys, running) for at, (text, keys) in enumerate(zip(texts, ends, strict=True))]


def _is_running(key: _Key, count: int, filled: int) -> bool:
    return count >= _FEWEST_PAGES and (not key[1] or count >= _SHARE * filled)


def _ends(text: str, at: int) -> list[_Key]:
    """Keys of the first lines, then of the last, outermost first."""
    if not text:
        return []
    first, last = text.split("\n", _LINES)[:_LINES], text.rsplit("\n", _LINES)[-_LINES:]
    return [_key(line, at, top=True) for line in first] + [_key(line, at, top=False) for line in reversed(last)]


def _key(line: str, at: int, *, top: bool) -> _Key:
    line = line.strip()
    if not line or len(line) > _LONGEST_CHARS:
        return (top, f"{at}", -1)  # like no other
    if alone := _NUMBER_ALONE.fullmatch(line):
        return (top, "", int(alone[1]) - at)
    if not (line[0].isdigit() or line[-1].isdigit()):
        return (top, line, None)
    if (numbered := _NUMBER_LAST.fullmatch(line)) and not find_headings(line):
        return (top, numbered[1].strip(), int(numbered[2]) - at)
    if (numbered := _NUMBER_FIRST.fullmatch(line)) and not find_headings(line):
        return (top, numbered[2].strip(), int(numbered[1]) - at)
    return (top, line, None)


def _cut(text: str, at: int, keys: Sequence[_Key], running: dict[_Key, list[int]]) -> slice:
    def goes(key: _Key) -> bool:
        return key in running and (not key[1] or running[key][0] != at)

    body = text
    for key in (key for key in keys if key[0]):
        if not goes(key):
            break
        body = body.partition("\n")[2]
    start = len(text) - len(body)
    for key in (key for key in keys if not key[0]):
        if not goes(key):
            break
        body = body.rpartition("\n")[0]
    start += len(body) - len(body.lstrip("\n"))
    body = body.strip("\n")
    return slice(start, start + len(body)) if any(map(str.isalnum, body)) else slice(0, len(text))
