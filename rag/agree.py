"""Does a yes or no agree with the words that are cited for it? Pure.

A small model says no far too readily (of 48 times, on questions about contracts, 40 times wrongly), and may give a sentence that permits as its reason.
"""

from __future__ import annotations

import re

from rag.facts import facts
from rag.library.fulltext import question_terms
from rag.negation import denies
from rag.opposites import opposed
from rag.verdict import YES, verdict_of

_OF_LIMITS = re.compile(
    r"\b(?:only|limited|solely|exclusively|merely|just|must|required?|need|needs|have to|has to|obliged|obligat\w*|forbidden|prohibited|exclud\w*)\b"
    r"|(?<=[가-힣])(?<![천백십]|\d)만\s|뿐|한정|제한|금지|해야|하여야|아야|어야|의무|필요",
    re.IGNORECASE,
)
"""Of a question that a sentence without a negation can answer with no ("Must it be marked?" "It may be marked."), or one with it by yes."""

_FREES = re.compile(
    r"\bnot\s+(?:be\s+)?(?:required|obliged|obligated|necessary|needed)\b|\bneed\s+not\b|\bno\s+(?:need|obligation|duty)\b"
    r"|필요(?:하지|가|는|로 하지)?\s*(?:않|없)|지\s*(?:않|아니하)[가-힣]*\s*(?:도|수\s*있)|의무(?:가|는)?\s*없",
    re.IGNORECASE,
)
"""From a duty."""

_EXCEPTS = re.compile(
    r"\b(?:except|unless|other than|save|provided\s+that|without|only|subject to|but)\b|다만|(?<![가-힣])단,|제외|외에|경우에\s*한|없이",
    re.IGNORECASE,
)


def agrees(answer: str, question: str, quotation: str) -> bool:
    """Of the yes or no at the beginning of an answer: a no needs words that deny, or say another amount, date or the opposite; a yes needs
    words that do not, or with an exception."""
    said = verdict_of(answer)
    if not said:
        return True
    asked, held = facts(question), facts(quotation)
    otherwise = asked.contradicted_by(held) or opposed(question, quotation)
    if said in YES and (otherwise or (_OF_LIMITS.search(question) and _FREES.search(quotation))):
        return False
    if otherwise or _OF_LIMITS.search(question):
        return True
    denied = denies(question, quotation, question_terms(question))
    return denied is (said not in YES) or (said in YES and bool(_EXCEPTS.search(quotation)))
