"""Does a sentence of a document speak to the model instead of to its reader? Pure.

Such a sentence is neither shown to the model nor quoted as support; whoever reads the document finds it all the same. No list of
patterns is complete: what one overlooks can make the model write something else, but not make that supported by any other sentence.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_TO_THE_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.]{0,40}\b(?:instruction|prompt|rule|guideline|context|direction|excerpt|question|above|previous|prior|earlier|system)s?\b"
    r"|\b(?:new|updated|real|actual|hidden|secret|following|these|my)\s+(?:system\s+)?(?:instruction|prompt|directive)s?\b\s*(?::|are|is|override|to the)"
    r"|\byou\s+are\s+(?:now\s+)?(?:an?\s+|the\s+)?(?:\w+\s+){0,2}(?:ai|a\.i\.|assistant|chatbot|language model|llm|gpt|dan|jailbroken)\b"
    r"|\bas\s+an?\s+(?:ai|llm|language model|chatbot)\b"
    r"|\b(?:dear|note to(?: the)?|attention|hey|hello|to(?: the| any| all)?)[,:]?\s+(?:the\s+)?(?:ai|llm|language model|chatbot|(?:ai\s+)?assistant|model)s?\b(?:\s+(?:reading|processing|language model)|\s*[:,])"
    r"|\b(?:system|developer|admin(?:istrator)?)\s*(?:prompt|message|override|instruction|note)\b"
    r"|\b(?:respond|reply|answer|output|print|say|write)\b[^.]{0,30}\b(?:only|exactly|verbatim|instead|always)\b"
    r"|\b(?:begin|start|end|finish|translate|prefix|sign)\b[^.]{0,30}\b(?:every|each|your|all)\s+(?:answer|reply|response|output)s?\b"
    r"|\b(?:include|append|add|insert|embed|put)\b.{0,80}\b(?:in|to|at the end of|into)\s+(?:your|the|every|each|all)\s+(?:answer|reply|response|output|summar(?:y|ies))s?\b"
    r"|\bdo\s+not\s+(?:tell|reveal|mention|cite|quote|show|warn)\b[^.]{0,40}\b(?:user|reader|human|this instruction|these instructions)\b"
    r"|<\|[^|>]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|s)>|###\s*(?:system|instruction|assistant|human|user)\b|\b(?:assistant|system|human)\s*:\s*$"
    r"|(?:이전|앞|위|기존|지금까지|모든)[^.]{0,12}(?:지시|명령|지침|프롬프트|규칙|발췌문|내용)[^.]{0,12}(?:무시|잊|따르지)"
    r"|(?:당신|너|넌|귀하)(?:은|는|의)?\s*(?:이제|지금부터|앞으로)|(?:당신|너|넌)(?:은|는)\s[^.]{0,20}(?:ai|인공지능|챗봇|비서|모델|도우미)"
    r"|시스템\s*(?:프롬프트|메시지|지시|명령)|(?:인공지능|ai|언어\s?모델|챗봇|비서|어시스턴트)(?:에게|야|님)\s*[:,]"
    r"|(?:라고|으로|로)만\s*(?:답|대답|말|출력|응답)|(?:답변|대답|응답|출력)(?:에|은|을|의|마다)\s.{0,40}(?:하라|하시오|하세요|쓰세요|쓰라|덧붙|포함|출력|말하|바꾸|시작|끝내)"
    r"|사용자에게[^.]{0,20}(?:말하지|알리지|밝히지|숨기)",
    re.IGNORECASE,
)


def speaks_to_the_model(sentence: str) -> bool:
    """Also where letters that nobody sees part the words."""
    return bool(_TO_THE_MODEL.search(_INVISIBLE.sub("", unicodedata.normalize("NFKC", sentence))))
