"""Which sentence says what a term means, and which question asks for that. Pure."""

from __future__ import annotations

import re
import unicodedata

_QUESTIONS = tuple(
    re.compile(rf"^{pattern}[\s.?!]*$", re.IGNORECASE)
    for pattern in (
        r"(?:please\s+)?define\s+(?P<term>.+?)",
        r"(?:what\s+is\s+|give\s+(?:me\s+)?|show\s+(?:me\s+)?)?(?:the\s+)?(?:definition|meaning)\s+of\s+(?:the\s+term\s+)?(?P<term>.+?)",
        r"what\s+does\s+(?:the\s+(?:term|word)\s+)?(?P<term>.+?)\s+mean(?:\s+(?:here|in\s+(?:this|the)\s+(?:\w+\s+)?\w+))?",
        r"what\s+is\s+meant\s+by\s+(?P<term>.+?)",
        r"how\s+is\s+(?:the\s+(?:term|word)\s+)?(?P<term>.+?)\s+defined(?:\s+in\s+(?:this|the)\s+\w+)?",
        r"what(?:\s+is|\s+are|['’]s)\s+(?P<article>an?\s+)?(?P<term>[^\s].*?)",
        r"(?P<term>.+?)의\s*(?:정의|뜻|의미)(?:는|은|가|를|을)?(?:\s*(?:무엇(?:인가요|입니까|이야|인지)?|뭐(?:야|예요|죠)?|뭔가요|알려\s*(?:줘|주세요)|말해\s*(?:줘|주세요)))?",
        r"(?P<term>.+?)(?:이란|란)(?:\s*(?:무엇(?:인가요|입니까|이야|인지)?|뭐(?:야|예요|죠)?|뭔가요|어떤\s*(?:것|뜻)(?:인가요|입니까)?))?",
        r"(?P<term>.+?)(?:이라는|라는)\s*(?:말|용어|단어)(?:은|는|이|가)?\s*(?:무슨\s*(?:뜻|의미)(?:인가요|입니까|이야)?|무엇(?:인가요|입니까)?)",
        r"(?P<term>.+?)(?:은|는|이|가)\s*(?:무슨\s*(?:뜻|의미)(?:인가요|입니까|이야|이에요)?|무엇을\s*(?:말|의미|뜻)하(?:나요|는가|는지|며|ㅂ니까)|무엇을\s*(?:말|의미|뜻)합니까)",
        r"(?P<term>.+?)(?:을|를)\s*정의(?:해\s*(?:줘|주세요)|하라|하시오)",
    )
)
_MOST_WORDS = 5
"""Of a term: "What is the notice period for ending the lease early?" asks for no definition."""

_ASKS_FOR_A_VALUE = re.compile(
    r"\b(?:amount|number|rate|price|fee|cost|rent|deposit|date|deadline|period|length|duration|name|address|limit|maximum|minimum|total|percentage|salary|age|"
    r"of|for|in|to|when|if|who|that|which|between)\b|^(?:the|this|that|my|our|your|his|her|their|its)\b",
    re.IGNORECASE,
)
"""After a bare "What is": "What is the deposit?" wants its amount, and "What is the Structure?" could want either."""


def defined_term(question: str) -> str | None:
    """The term whose meaning is asked for ("What does “Structure” mean?"); None where something else is asked."""
    text = " ".join(unicodedata.normalize("NFC", question).split())
    for pattern in _QUESTIONS:
        if not (found := pattern.match(text)):
            continue
        said = found["term"]
        bare = re.sub(r"^(?:the|an?)\s+", "", said.strip(" ,."), flags=re.IGNORECASE)
        term = bare.strip(_MARKS)
        quoted = term != bare
        if "article" in pattern.groupindex and not quoted and (_ASKS_FOR_A_VALUE.search(said) or len(term.split()) > 3):
            return None
        return term if term and len(term.split()) <= _MOST_WORDS else None
    return None


_MARKS = "\"'“”‘’「」『』<>《》〈〉"
_MARK = rf"[{_MARKS}]"


def defines(term: str, sentence: str) -> bool:
    """Does the sentence say what the term means? "“Structure” means ...", "“사원”이란 ... 말한다", "... (이하 “회사”라 한다)"."""
    name = re.escape(" ".join(unicodedata.normalize("NFC", term).strip(_MARKS + " ").split())).replace(r"\ ", r"\s+")
    if not name:
        return False
    text = unicodedata.normalize("NFC", sentence)
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in _patterns(name))


def _patterns(name: str) -> tuple[str, ...]:
    quoted = rf"{_MARK}(?:{name}){_MARK}"
    begins = r"(?:^|[\n.;:,]\s*|\d\s+|\(\w{1,3}\)\s*|\b(?:the|an?|term|word|words|expression)\s+)"
    english = rf"(?:{begins}|{_MARK}){_MARK}*(?:{name})(?:s|es)?{_MARK}*"
    return (
        # “X” means ..., X shall mean ..., “X” (or “Y”) refers to ...
        rf"{english}(?:\s*\([^)]*\))?,?\s+(?:(?:shall|will|is\s+used\s+to|as\s+used\s+[^,.]{{0,40}},?)\s+)?(?:means?|refers?\s+to|denotes?|signif(?:y|ies))\b",
        rf"{english}(?:\s*\([^)]*\))?,?\s+(?:has|have|shall\s+have)\s+the\s+meaning",
        rf"{english}(?:\s*\([^)]*\))?\s+(?:is|are)\s+(?:hereby\s+|hereinafter\s+)?(?:defined|understood)\s+(?:as|to)\b",
        rf"{english}(?:\s*\([^)]*\))?\s+(?:(?:shall|does|do)\s+not\s+include|(?:shall\s+)?includes?|(?:shall\s+)?be\s+deemed)\b",
        # X is a ...: at the beginning of a sentence, or the words in it would do
        rf"{begins}{_MARK}*(?:{name}){_MARK}*(?:\s*\([^)]*\))?\s+(?:is|are)\s+(?:an?|the|any|all|one\s+of)\s",
        # ... (the “X”), (hereinafter “X”), (“X” or “Y”)
        rf"\((?:[^()]*?\b)?(?:the\s+|an?\s+|this\s+|each,?\s+an?\s+|collectively,?\s+(?:the\s+)?|hereinafter\s+(?:referred\s+to\s+as\s+|called\s+)?(?:the\s+)?)?{quoted}[^()]*\)",
        # “X”이란 ..., X(이)라 함은 ..., “X”은(는) ... 말한다
        rf"(?<![가-힣\w]){_MARK}*{name}{_MARK}*(?:\s*\([^)]*\))?\s*(?:이란|란|이라\s*함은|라\s*함은|이라\s*하면)(?![가-힣])",
        rf"(?<![가-힣\w]){_MARK}*{name}{_MARK}*(?:\s*\([^)]*\))?\s*(?:은|는)\s[^.]*(?:을|를)\s*(?:말한다|뜻한다|의미한다|가리킨다|이른다|말합니다|뜻합니다|의미합니다|일컫는다)",
        rf"{quoted}\s*(?:은|는)\s[^.]*(?:말한다|뜻한다|의미한다|말합니다|뜻합니다|의미합니다)",
        # (이하 “X”라 한다)
        rf"\(\s*이하\s*{_MARK}?{name}{_MARK}?\s*(?:이?라\s*(?:고\s*)?(?:한다|함|합니다)|)\s*\)",
    )
