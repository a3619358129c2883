"""Does a yes or no agree with the words that are cited for it? Pure.

A small model says no far too readily (of 48 times, on questions about contracts, 40 times wrongly), and may give a sentence that permits as its reason.
"""

from __future__ import annotations

import re

from rag.library.fulltext import question_terms
from rag.negation import denies
from rag.verdict import YES, verdict_of

_OF_LIMITS = re.compile(
    r"\b(?:only|limited|solely|exclusively|merely|just|must|required?|need|needs|have to|has to|obliged|obligat\w*|forbidden|prohibited|exclud\w*)\b"
    r"|만\s|뿐|한정|제한|금지|해야|하여야|아야|어야|의무|필요",
    re.IGNORECASE,
)
"""Of a question that a sentence without a negation can answer with no ("Must it be marked?" "It may be marked."), or one with it by yes."""

_EXCEPTS = re.compile(
    r"\b(?:except|unless|other than|save|provided|without|only|subject to|but)\b|다만|단,|제외|외에|경우에\s*한|없이", re.IGNORECASE
)


def agrees(answer: str, question: str, quotation: str) -> bool:
    """Of the yes or no at the beginning of an answer: a no needs words that deny, a yes words that do not, or with an exception."""
    said = verdict_of(answer)
    if not said or _OF_LIMITS.search(question):
        return True
    denied = denies(question, quotation, question_terms(question))
    return denied is (said not in YES) or (said in YES and bool(_EXCEPTS.search(quotation)))
