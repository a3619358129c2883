"""A follow-up question and the conversation -> one question that stands alone.

Rules decide whether it needs the conversation; the model rewrites it; code believes no word of that which does not stand
in the conversation. What it does not believe is replaced by the question before and this one, side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.facts import facts
from rag.languages import language_of
from rag.library.fulltext import hangul_stems, question_terms, says_something, terms
from rag.ports import LanguageModel, Mark
from rag.quotable import plain
from rag.records import Answer, Exchange, Language
from rag.sentences import sentence_spans

REWRITTEN_TOKENS = 64
_PROMPT_TOKENS = 300
"""Instruction and conversation together: some 3 s of reading on two cores."""
_EXCHANGES = 3
_LEAST_TOLD_TOKENS = 80
_CLAIM_TOKENS = 48
_MOST_CHARS = 240

INSTRUCTION: dict[Language, str] = {
    "en": "Rewrite the follow-up question so that it can be understood alone: put the name of the thing in place of it, they, that or this, and add what is "
    "left out. Use only words of the conversation. Write one question and nothing else.\n"
    "Example: after “How long is the trial period?” the follow-up “And who can extend it?” becomes “Who can extend the trial period?”",
    "ko": "이어지는 질문을 앞의 대화 없이도 알 수 있는 질문으로 고쳐 쓰세요. 그것, 그건, 거기 같은 말은 가리키는 이름으로 바꾸고 빠진 말을 채우세요. "
    "대화에 나온 말만 쓰고, 질문 한 문장만 쓰세요.\n예: “수습 기간은 얼마인가요?” 다음의 “그건 누가 연장할 수 있나요?”는 “수습 기간은 누가 연장할 수 있나요?”가 됩니다.",
}
_LINES: dict[Language, tuple[str, str, str, str]] = {
    "en": ("Question: ", "Answer: ", "Follow-up: ", "Rewritten question:"),
    "ko": ("질문: ", "답: ", "이어지는 질문: ", "고쳐 쓴 질문:"),
}


def exchange(answer: Answer) -> Exchange:
    """What later questions may build on."""
    supported = tuple(claim.text for claim in answer.claims if claim.supported)
    if answer.understood:
        return Exchange(answer.understood.text, supported, answer.understood.taken)
    return Exchange(answer.question, supported)


# --- does it need the conversation? ------------------------------------------------------------

_GOES_ON = re.compile(
    r"^(?:and|but|or|so|then|also|plus)\b(?!\s+(?:far|that)\b)|^(?:what|how)\s+about\b|^(?:what|who|where|anything|anyone)\s+else\b|^same\b|^(?:why|why not)\W*$"
    r"|^(?:when|where|how|who|which|what|how much|how many|how long|how often|since when|until when|by when|by whom|for whom|for how long|to whom|in what way|really)\W*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:its?|itself|they|them|their|theirs|he|him|his|she|her|hers|this one|that one|these|those|the other|the others|another one|the same|the latter|the former)\b",
    re.IGNORECASE,
)
_ITSELF = r"(?!\s+(?:agreement|contract|lease|policy|document|company|statute|act|report|law|regulation|text|file|paper)\b)"
"""After "this": the document that is asked, whatever was said before."""
_POINTS = re.compile(
    rf"^(?:(?:is|are|was|were|does|do|did|can|could|will|would|has|have|had|should|must|may)\s+)?(?:this|that)\b{_ITSELF}"
    r"|\b(?:is|does|do|did|was|will|can|why|how|about|for|after|before|like|than|of|in|with|on|by|to|at)\s+(?:this|that)\s*(?:\?|$|,"
    r"|\b(?:mean|apply|include|cost|happen|work|change|take|last|cover|affect|require|start|end|begin|count|concern)s?\b"
    r"|\b(?:amount|period|date|case|sum|fee|person|party|rule|clause|deadline|limit|right|duty|number|payment|time|notice)\b)|\b(?:there|then)\W*$",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was|would|will|may|can)\s+it\s+(?:be\s+)?(?:possible|allowed|permitted|necessary|required|true|legal|lawful|forbidden|prohibited|mandatory|ok|okay|safe|normal)\b"
    r"|\b(?:does|did|will|would|can|may)\s+it\s+(?:take|matter|happen)\b|\bit\s+is\s+(?:possible|allowed|necessary|true)\b",
    re.IGNORECASE,
)
_REFERENT = re.compile(r"\b(?:the|a|an|any|each|every|my|our|his|her|its)\s+[a-z][\w-]+|\b(?<!^)[A-Z][a-z]+")
"""A thing named before the pronoun, in the question itself."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had|what|who|when|where|why|how|which|whose)\b",
    re.I,
)

_KO_POINTS = re.compile(
    r"(?:^|(?<=\s))(?:그것|이것|저것|그건|이건|그게|이게|그거|이거|그걸|이걸|그곳|거기|여기|그때|그분|그들|그녀|그는|그가|그를|그의|그렇[다게]|그런|이런|그 |그럼|그러면|그렇다면"
    r"|그리고|그런데|그래서|하지만|또는|또\s|이때|이 ?경우|둘 다|둘 중|나머지|다른 (?:것|건|하나|쪽)|위의|앞의|방금|전자|후자)"
)
_NAMED_BEFORE = 3
"""Words that carry meaning before the one that points: it then points at one of them."""
_KO_ONLY_ASKS = re.compile(
    r"^(?:왜|언제|어디|얼마|얼마나|누가|누구|누구에게|어떻게|며칠|무엇|뭐|뭘|어느|어떤)(?:까지|부터|에서|에게)?(?:요|죠|인가요|입니까|그런가요|그렇죠)?\W*$"
)
_KO_TOPIC_ALONE = re.compile(r"^\S{2,}(?:은|는|도|만|에는|에서는|으로는|로는)\W*$|^(?:\S+\s+){0,2}\S+(?:은|는|도|만|로|면|이)요\W*$")


def needs_conversation(question: str) -> bool:
    """Does it point at something that it does not name?"""
    spans = sentence_spans(question)
    if not spans or len(question) > _MOST_CHARS:
        return False
    asked = " ".join(question[: spans[0][1]].split())
    if language_of(asked) == "ko":
        points = _KO_POINTS.search(asked)
        return bool(points and len(hangul_stems(asked[: points.start()])) < _NAMED_BEFORE) or bool(
            _KO_ONLY_ASKS.match(asked) or _KO_TOPIC_ALONE.match(asked)
        )
    if _GOES_ON.match(asked) or _POINTS.search(asked) or not says_something(asked):
        return True
    bare = _EXPLETIVE.sub(" ", asked)
    if pronoun := _PRONOUN.search(bare):
        before = bare[: pronoun.start()]
        owner = pronoun.group().casefold() in ("its", "their", "theirs")  # "Which bacteria lost their independence?"
        return not _REFERENT.search(before) and len(_words(before)) < _NAMED_BEFORE - owner
    return asked.endswith("?") and len(asked.split()) <= 3 and not _VERB.search(asked)  # "The deposit?"


# --- rewriting ---------------------------------------------------------------------------------


def rewriting_prompt(question: str, history: Sequence[Exchange], *, model: LanguageModel) -> tuple[list[int], tuple[Mark, ...]]:
    """The instruction, as many of the last exchanges as fit, and the question; and the end of the instruction."""
    language = language_of(question)
    asked, answered, follow_up, rewritten = _LINES[language]
    before, after = model.frame(INSTRUCTION[language])
    last = model.encode_text(f"{follow_up}{question}\n{rewritten}")
    left = max(_LEAST_TOLD_TOKENS, _PROMPT_TOKENS - len(before) - len(after) - len(last))
    told: list[int] = []
    for earlier in reversed(history[-_EXCHANGES:]):
        lines = model.encode_text(f"{asked}{earlier.question}\n")
        if earlier.claims:
            lines += model.encode_text(f"{answered}{' '.join(earlier.claims)}")[:_CLAIM_TOKENS] + model.encode_text("\n")
        if len(lines) > left and told:
            break
        told = lines[:left] + told
        left -= len(lines)
    return [*before, *told, *last, *after], (Mark(len(before), ""),)


def accepted(written: str, question: str, history: Sequence[Exchange]) -> str | None:
    """What the model wrote, if every word of it is known and none of the question's is lost; else None."""
    lines = [line.strip() for line in written.strip().split("\n") if line.strip()]
    text = (
        re.sub(r"^(?:rewritten question|question|고쳐 쓴 질문|질문)\s*:\s*", "", lines[0], flags=re.IGNORECASE).strip("\"'“”‘’ ")
        if lines
        else ""
    )
    if not 0 < len(text) <= _MOST_CHARS or len(sentence_spans(text)) != 1 or needs_conversation(text):
        return None
    known = " ".join((question, *(" ".join((earlier.question, *earlier.claims)) for earlier in history[-_EXCHANGES:])))
    if language_of(text) != language_of(question) or plain(text) == plain(question):
        return None
    stands = (
        not facts(text).lacking(facts(known))
        and _words(text) <= set(terms(known))
        and all(stem in plain(known) for stem in hangul_stems(text))
    )
    kept = not facts(question).lacking(facts(text)) and _words(_without_pointing(question)) <= set(terms(text))
    kept = kept and all(stem in plain(text) for stem in hangul_stems(_without_pointing(question)))
    return text if stands and kept else None


def joined(question: str, history: Sequence[Exchange]) -> str:
    """The question before and this one: all their words are looked for, and the model reads both. Of one that was joined itself, its end."""
    before = history[-1].question.strip()
    start = sentence_spans(before)[-2:][0][0]
    return f"{before[start:]} {question.strip()}"


def _words(text: str) -> set[str]:
    """Terms of the words that carry meaning, but for Hangul, whose words take endings, and numbers."""
    latin = re.sub(r"[가-힣]+", " ", text)
    return {term for term in question_terms(latin) if not term.isdigit()} if says_something(latin) else set()


def _without_pointing(question: str) -> str:
    """Without the words that only say that the question goes on."""
    bare = re.sub(r"^(?:and|but|or|so|then|also|plus|what about|how about)\b", " ", question.strip(), flags=re.IGNORECASE)
    bare = re.sub(r"\b(?:else|same|other|another|ones?|latter|former)\b", " ", _PRONOUN.sub(" ", bare), flags=re.IGNORECASE)
    bare = re.sub(r"(?:(?<=[은는도만로면이])|(?<=에서))요(?=\W*$)", "", bare)
    return _KO_POINTS.sub(" ", bare)
