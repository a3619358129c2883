"""A question that a passage answers; and which words of a document may stand in one. Pure.

The words are hostile: what is not a short line of plain letters becomes no question, nor what would give orders where it is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a question is made from, the surest first."""

    FACT = 0  # a sentence that states an amount, a date, a period
    TOPIC = 1  # a heading of which it is known what is asked about it
    TERM = 2  # a definition
    HEADING = 3  # any other heading


@dataclass(frozen=True, slots=True)
class Askable:
    question: str  # without the document it is asked of
    kind: Kind
    about: str  # the heading, the term or the thing
    stands_alone: bool = False  # it names what it is about, whatever document is asked


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked about a heading."""

    heading: re.Pattern[str]
    question: str | Callable[[re.Match[str]], str]
    needs: str = ""  # must stand in the passage
    whole: bool = False  # the question takes the heading over as it is

    def asked(self, heading: str, text: str) -> str | None:
        found = self.heading.match(heading)
        if not found or (self.needs and not re.search(self.needs, text, re.IGNORECASE)):
            return None
        return self.question if isinstance(self.question, str) else self.question(found)


MOST_CHARS = 110
"""Of a question."""

_MOST_HEADING_CHARS = 60

_NOT_PLAIN = re.compile(r"[^\w\s.,;:'’\-–&/()%·‘“”?~・$€£]|https?:|www\.|_{2,}|\.{3}")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget (?:all|every|the|your|any)|instructions?|prompts?|pretend|you are (?:now|an?)|system|jailbreak|assistant|reply|respond|obey|print|output)\b"
    r"|무시|지시|프롬프트|명령|역할을|출력|대답하|답하라|답변하",
    re.IGNORECASE,
)
"""What stands in few headings, but in all that want to be obeyed by what reads the question."""


def is_plain(text: str) -> bool:
    return bool(text) and text.isprintable() and not _NOT_PLAIN.search(text) and not _ORDERS.search(text)


# --- headings ---------------------------------------------------------------------------------

_ARTICLE = re.compile(r"^제\s*\d+\s*조(?:의\s*\d+)?\s*[(（【\[]\s*(.+?)\s*[)）】\]]")
_NUMBER = re.compile(
    r"^(?:#+\s*|제\s*\d+\s*[조장절편관항](?:의\s*\d+)?\s*"
    r"|(?:part|schedule|section|article|item|note|chapter|annex|appendix|clause|step)\s+[\dIVXivx]+[A-Za-z]?(?:\([a-z]\))?\s*[.:)–—-]*\s*"
    r"|[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5}|[A-Z]|[가나다라마바사아자차카타파하])[.)\]](?!\d)\s*|\d{1,3}(?:\.\d{1,3})+\s+|[①-⑳■□○●▶◆·•*-]\s*)+",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^(?:introduction|contents?|table of contents|general|miscellaneous|preamble|recitals?|whereas|background|definitions?(?: and interpretations?)?|interpretation|particulars|execution"
    r"|signatures?|witness|exhibits?\b.*|schedules?|annex(?:es)?|append(?:ix|ices)|attachments?|index|overview|summary|abstract|notes?|references?|bibliography|acknowledge?ments?|page|cover"
    r"|title|header|footer|part|item|others?|.*\b(?:other|further|more|additional) information|contents of .*|about|home|menu|search|contact(?: us)?|links?|copyright|disclaimer|draft"
    r"|confidential|untitled|agreement|contract|lease|policy|report|document|examples?|figures?|tables?|box|continued|end|see also|external links|(?:materials and )?methods?"
    r"|statistical analysis|form 10-?[kq]\b.*|mine safety disclosures?|reserved|entire agreement|counterparts|severability|headings?|business"
    r"|.*financial (?:statements?|data)\b.*|market for .*|unresolved staff comments|directors, .*|principal account.*|(?:executive )?officers?.*|.*\bnon[- ]?disclosure agreement"
    r"|총칙|정의|용어의?\s?(?:뜻|정의)|목차|서문|머리말|서론|개요|부칙|별표|별지|부록|첨부|참고(?:문헌)?|기타|보칙|경과\s?조치|일반\s?사항|표지|제목|요약|각주|같이 보기|외부 링크|그 밖의 정보"
    r"|기타 정보|해석|통칙|서명|날인|내용|본문)$",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|their|we|our|us|above|below|following|herein|hereof)\b|^[이그저]\s|[이그저]\s?(?:약|문서|글|것|분)|이런|그런|다음|위의",
    re.IGNORECASE,
)
"""At something that is not named."""


def bare_heading(heading: str) -> str | None:
    """Without its number; None where it names nothing that could be asked about."""
    text = " ".join(unicodedata.normalize("NFC", heading).split()) if heading.isprintable() else ""
    text = article[1] if (article := _ARTICLE.match(text)) else _NUMBER.sub("", text).strip(" .:;,-–—·#*")
    if not 2 <= len(text) <= _MOST_HEADING_CHARS or _FURNITURE.match(text) or not is_plain(text):
        return None
    letters = sum(map(str.isalpha, text))
    if letters < 2 or letters < 0.7 * len(text.replace(" ", "")) or re.search(r"\d{2,}|[:;$€£%?]|^\(", text):
        return None
    return text


def points_elsewhere(heading: str) -> bool:
    return _POINTS.search(heading) is not None
