"""A passage -> the questions that it answers, and what a person calls the document. Pure."""

from __future__ import annotations

import re
import unicodedata

from rag.asking import english, korean
from rag.asking.askable import MOST_CHARS, Askable, bare_heading, is_plain
from rag.records import Language

_LEAST_BODY_CHARS = 60
"""Under a heading, for it to say anything."""
_LOOKED_AT_CHARS = 900
_MOST_NAME_CHARS, _MOST_NAME_WORDS = 40, 6
_MOST_HEADING_CHARS = 300
"""A longer one names nothing, and a hostile one may be of any length."""


def questions(heading: str, text: str, language: Language, *, title: str = "") -> list[Askable]:
    """Of one passage under its heading; ``title``: what the whole document is about, where that is known."""
    looked_at = unicodedata.normalize("NFC", text[:_LOOKED_AT_CHARS])
    says_more = len(looked_at) - len(heading) >= _LEAST_BODY_CHARS
    bare = bare_heading(heading) if says_more and 0 < len(heading) <= _MOST_HEADING_CHARS else None
    made = english.asked_about(bare, looked_at) if language == "en" else korean.asked_about(bare, looked_at, title=title)
    return [each for each in made if is_plain(each.question) and len(each.question) <= MOST_CHARS]


def asked_of(askable: Askable, name: str | None, language: Language) -> str:
    return english.asked_of(askable, name) if language == "en" else korean.asked_of(askable, name)


def asked_of_title(title: str, language: Language) -> Askable | None:
    """Where a document says what it is about, and nothing better is known of it."""
    made = english.asked_of_title(title) if language == "en" else korean.asked_of_title(title)
    return made if title and is_plain(made.question) else None


def spoken_name(name: str) -> str | None:
    """What a person would call a document with this file name; None where nobody would, as of "scan_0017.pdf"."""
    if len(name) > _MOST_HEADING_CHARS:
        return None
    stem = unicodedata.normalize("NFC", name).rpartition(".")[0] or name
    text = " ".join(re.sub(r"[-_\s]+", " ", stem).split())
    if not 2 <= len(text) <= _MOST_NAME_CHARS or len(text.split()) > _MOST_NAME_WORDS or not is_plain(text):
        return None
    if re.search(r"\d{5,}|^\d|[%().]", text) or len(re.findall(r"\d+", text)) > 2:
        return None
    return text if english.says_what_it_is(text) or korean.says_what_it_is(text) else None


def spoken_title(heading: str) -> str:
    """The highest heading as the name of a thing: "김영하_(소설가)" -> "김영하"; empty where it is none."""
    if len(heading) > _MOST_HEADING_CHARS:
        return ""
    text = " ".join(re.sub(r"\([^)]*\)|_", " ", unicodedata.normalize("NFC", heading)).split())
    return text if 2 <= len(text) <= 20 and len(text.split()) <= 4 and is_plain(text) and not re.search(r"[.,;:?]", text) else ""
