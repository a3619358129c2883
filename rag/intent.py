"""What kind of work a question asks for, by its words. Pure, and conservative: what is not surely more than a question is a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# --- list every ... ----------------------------------------------------------------------------

_UNITS = r"(?:clause|section|provision|paragraph|passage|sentence|article|part|place|mention|reference|occurrence|instance|appearance|statement)s?"
_TELLS = r"(?:mention|refer(?:s|ring)? to|contain|concern|cover|address|discuss|speak(?:s|ing)? of|talk(?:s|ing)? about|deal(?:s|ing)? with|relat(?:e|es|ing) to|regard)(?:s|es|ing|ed)?"
_LIST = (
    r"(?:list|show|find|give|name|quote|collect|enumerate)(?:\s+me|\s+us)?\s+(?:every|all|each)(?:\s+of)?(?:\s+the|\s+those)?(?:\s+single)?"
)
_ENGLISH = tuple(
    re.compile(rf"^(?:please\s+|can you\s+|could you\s+)*{pattern}[\s.?!]*$", re.IGNORECASE)
    for pattern in (
        rf"{_LIST}\s+{_UNITS}\s+(?:(?:that|which)\s+)?(?:{_TELLS}|of|to|about|on|for)\s+(?P<subject>.+?)",
        rf"{_LIST}\s+{_UNITS}\s+(?:where|in which)\s+(?P<subject>.+?)\s+(?:is|are)\s+(?:mentioned|discussed|named|referred to)",
        rf"{_LIST}\s+(?P<subject>.+?)\s+"
        r"(?:clause|section|provision|paragraph|passage|article)s?",
        r"where(?:\s+exactly)?\s+(?:is|are|does|do)\s+(?P<subject>.+?)\s+(?:mentioned|referred to|discussed|appear|occur)",
        rf"(?:which|what)\s+(?:documents?|files?|contracts?|agreements?|{_UNITS})\s+(?:{_TELLS})\s+(?P<subject>.+?)",
    )
)

_EVERY = r"(?:모든|전체|각)"
_ALL = r"(?:모두|전부|다|빠짐없이|하나도 빠짐없이)"
_UNIT = r"(?:조항|조문|조목|규정|문장|구절|단락|문단|대목|부분|곳|내용|언급)(?:들)?"
_REQUEST = r"(?:나열|열거|찾아|알려|보여|뽑아|골라|정리|말해|적어|제시)[가-힣\s]*"
_ABOUT = r"(?:이|가|을|를)?\s*(?:언급(?:된|되는|한|하는|하고 있는)?|나오는|나온|등장하는|포함(?:된|하는|한)|들어간|들어 있는|다룬|다루는|규정(?:한|하는|된))|에\s*(?:대한|대해|관한|관해)(?:\s*(?:언급(?:한|된|하는)?|다룬|다루는|규정(?:한|하는|된)))?|(?:과|와)\s*관련(?:된|한)"
_KOREAN = tuple(
    re.compile(rf"^{pattern}[\s.?!]*$")
    for pattern in (
        rf"{_EVERY}\s*(?P<subject>.+?)(?:의|{_ABOUT})?\s*{_UNIT}(?:을|를)?\s*(?:{_ALL}\s*)?{_REQUEST}",
        rf"(?P<subject>.+?)(?:의|{_ABOUT})?\s*{_EVERY}\s*{_UNIT}(?:을|를)?\s*(?:{_ALL}\s*)?{_REQUEST}",
        rf"(?P<subject>.+?)(?:의|{_ABOUT})?\s*{_UNIT}(?:을|를)?\s*{_ALL}\s*{_REQUEST}",
        r"(?:문서의\s*)?(?:어디|어느\s*(?:곳|문서|조항|부분)|어떤\s*(?:문서|조항|부분))에(?:서)?\s*(?P<subject>.+?)(?:이|가|을|를|은|는|에\s*대해|에\s*대한)?\s*(?:언급|등장)[가-힣\s]*",
        r"(?P<subject>.+?)(?:이라는|라는)?(?:\s*(?:말|단어|표현|용어))?(?:이|가|을|를|은|는|에\s*대해|에\s*대한|에\s*대해서는)?\s*(?:어디|어느\s*(?:곳|문서|조항|부분)|어떤\s*(?:문서|조항|부분))에(?:서)?\s*(?:언급|등장)[가-힣\s]*",
    )
)
_ARTICLE = re.compile(r"^(?:the|an?|any|my|our)\s+", re.IGNORECASE)
_PARTICLE = re.compile(r"(?<=[가-힣]{2})(?:은|는|을|를|의)$")


def survey_subject(question: str) -> str | None:
    """Of what every place is asked for ("List every clause that mentions termination": "termination"); None where it is an ordinary question.

    It must say that all are wanted, and of which part of a text: "List all parties" wants names, not sentences, and is left to the model.
    """
    text = _short(question)
    for pattern in (*_ENGLISH, *_KOREAN):
        if found := pattern.match(text):
            subject = _PARTICLE.sub("", _ARTICLE.sub("", found["subject"].strip(" ,:")))
            return subject or None
    return None


# --- summarise, compare ------------------------------------------------------------------------

_THIS = r"(?:(?:the|this|my)\s+(?:whole\s+|entire\s+)?(?:document|file|text)|이\s*(?:문서|파일|글)|문서|this)"
_SUMMARISE = tuple(
    re.compile(rf"^{pattern}[\s.?!]*$", re.IGNORECASE)
    for pattern in (
        r"(?:please\s+|can you\s+|could you\s+)*(?:summari[sz]e|sum up|give (?:me )?an? (?:short |brief )?summary of|(?:make|write) an? (?:short |brief )?summary of|"
        r"(?:an? |the )?(?:short |brief )?summary of)\s+(?P<name>.+?)(?:\s+for me)?(?:,?\s*please)?",
        r"(?P<name>.+?)(?:을|를|의|에\s*대해|에\s*대한)?\s*(?:내용(?:을)?\s*)?(?:간단(?:히|하게)|짧게|간략(?:히|하게))?\s*요약(?:을|본을|문을)?\s*(?:좀\s*)?"
        r"(?:해\s*(?:줘|주세요|줄래(?:요)?|주십시오|주시겠어요)?|하라|하시오|하기|부탁(?:해|해요|합니다|드립니다)?|만들어\s*(?:줘|주세요))?",
    )
)
_COMPARE = tuple(
    (re.compile(rf"^{pattern}[\s.?!]*$", re.IGNORECASE), re.compile(parts_from, re.IGNORECASE))
    for pattern, parts_from in (
        (
            r"(?:please\s+|can you\s+|could you\s+)*compare\s+(?P<said>.+?)",
            r"\s+(?:on|by|regarding|concerning|with regard to|as to|in terms of|for)\s+",
        ),
        (
            r"(?P<said>.+?)(?:을|를|에\s*(?:대해|대해서|관해|관해서)|(?:을|를)?\s*(?:기준으로|중심으로)|\s*측면에서)?\s*비교\s*"
            r"(?:해\s*(?:줘|주세요|주십시오|주시겠어요)?|하라|하시오)?",
            r"(?:을|를|의)\s+",
        ),
    )
)
"""What is said of the comparison, and what parts the documents from the points in it."""


def may_name_documents(question: str) -> bool:
    """Could ``summary_of`` or ``comparison_of`` find anything? Spares a large drawer from being listed at every question."""
    return re.search(r"summar|sum up|compare|요약|비교", question, re.IGNORECASE) is not None


def summary_of(question: str, names: Sequence[str]) -> str | None:
    """The one of the documents' ``names`` that the question wants summarised; None where it wants something else or does not say which."""
    text = _short(question)
    for pattern in _SUMMARISE:
        if found := pattern.match(text):
            return _named(found["name"], names)
    return None


@dataclass(frozen=True, slots=True)
class Compare:
    names: tuple[str, ...]
    points: tuple[str, ...]


def comparison_of(question: str, names: Sequence[str]) -> Compare | None:
    """Which documents are to be compared on what; None unless at least two are named, and nothing else beside them."""
    text = _short(question)
    for pattern, parts_from in _COMPARE:
        if found := pattern.match(text):
            said = found["said"]
            for end, start in [(len(said), len(said)), *(parting.span() for parting in parts_from.finditer(said))]:
                if len(chosen := _all_named(said[:end], names)) > 1:
                    return Compare(chosen, points_of(said[start:]))
    return None


def _named(said: str, names: Sequence[str]) -> str | None:
    """The one name that is said, with or without its ending; a whole name counts before one without its ending."""
    if re.fullmatch(_THIS, said, re.IGNORECASE) and len(set(names)) == 1:
        return names[0]
    meant = {_plain(said), _plain(_without_noise(said))}
    for written in (list(names), [_stem(name) for name in names]):
        fit = {name for name, form in zip(names, written, strict=True) if _plain(form) in meant}
        if fit:
            return fit.pop() if len(fit) == 1 else None
    return None


def _all_named(said: str, names: Sequence[str]) -> tuple[str, ...]:
    """The names in the order in which they are said; none where something else is said beside them."""
    left, found = _tidy(said).casefold(), list[tuple[int, str]]()
    for name in sorted(set(names), key=len, reverse=True):
        for written in (_tidy(name).casefold(), _stem(_tidy(name).casefold())):
            if len(written) > 1 and (at := re.search(rf"(?<!\w){re.escape(written)}(?![a-z0-9_])", left)):
                found.append((at.start(), name))
                left = left[: at.start()] + " " * len(written) + left[at.end() :]
                break
    beside = re.sub(r"\b(?:and|with|to|the|documents?)\b|와|과|랑|이랑|하고|및|[,&\s]", "", left)
    return tuple(name for _, name in sorted(found)) if not beside else ()


def _without_noise(said: str) -> str:
    said = re.sub(
        r"^(?:the|this)\s+|^(?:document|file)\s+|\s+(?:document|file)$|\s*(?:문서|파일)$",
        "",
        said.strip("\"'“”‘’「」 "),
        flags=re.IGNORECASE,
    )
    return said.strip("\"'“”‘’「」 ")


def _stem(name: str) -> str:
    return re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


_LONGEST_CHARS = 600
"""Of a question that may be more than a question; the patterns would take seconds over pages of pasted text."""


def _short(question: str) -> str:
    return _tidy(question) if len(question) <= _LONGEST_CHARS else ""


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


# --- points of a comparison --------------------------------------------------------------------

_PAIRS = frozenset(
    [
        "terms and conditions",
        "rights and obligations",
        "rights and duties",
        "roles and responsibilities",
        "representations and warranties",
        "profit and loss",
        "research and development",
        "health and safety",
        "wear and tear",
        "use and disclosure",
        "fees and expenses",
        "costs and expenses",
        "time and place",
        "term and termination",
        "terms and termination",
        "law and jurisdiction",
        "governing law and jurisdiction",
    ]
)
"""Said in one breath: splitting them would ask twice for the half of one thing."""

_ENDS_IN_GWA = frozenset(
    [
        "결과",
        "효과",
        "성과",
        "경과",
        "초과",
        "통과",
        "부과",
        "학과",
        "교과",
        "내과",
        "외과",
        "치과",
        "안과",
        "사과",
        "전과",
        "일과",
        "투과",
        "여과",
        "과",
        "간과",
        "공과",
        "과과",
        "역과",
    ]
)


_BELONGS = re.compile(r"\b(?:of|for|on|in|to|by|with|between|both)\b", re.IGNORECASE)
"""With such a word "and" may join less than two points: "liability for loss and damage"."""

_OF = re.compile(r"[가-힣]의(?=\s)")
"""Likewise: 임대인과 임차인의 의무."""


def points_of(said: str) -> tuple[str, ...]:
    """The points in what a reader wrote: "notice period, deposit and governing law" are three. Split where it is surely a list."""
    points: list[str] = []
    for part in re.split(r"\s*[,;、\n]\s*", _tidy_lines(said)):
        words = re.sub(r"^(?:and|or|및|그리고)\s+", "", part.strip(" .?!"), flags=re.IGNORECASE)
        points += _split_in_two(words)
    return tuple(dict.fromkeys(point for point in points if point))


def _tidy_lines(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())


def _split_in_two(words: str) -> list[str]:
    if words.endswith("?") or words.casefold() in _PAIRS:
        return [words]
    english = re.split(r"\s+(?:and|&)\s+", words, flags=re.IGNORECASE)
    if len(english) > 1:
        return english if not any(_BELONGS.search(half) for half in english) else [words]
    for at in re.finditer(r"\s+및\s+|\s+그리고\s+|(?<=[가-힣])(?:와|과)\s+", words):
        before = words[: at.start()]
        particle = at.group().strip()
        if particle in ("와", "과") and (_OF.search(words[at.end() :]) or not _is_particle(before, particle)):
            continue
        return [before.strip(), *_split_in_two(words[at.end() :])]
    return [words]


def _is_particle(before: str, particle: str) -> bool:
    """Is it the particle "and", not the end of a word such as 결과? 와 follows a vowel, 과 a consonant, and a word of its own before it."""
    word = before.rsplit(" ", 1)[-1]
    closed = (ord(word[-1]) - ord("가")) % 28 != 0
    return len(word) > 1 and (particle == "과") == closed and word[-1] + particle not in _ENDS_IN_GWA
