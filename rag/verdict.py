"""Questions to be answered by yes or no: which they are, and which of the two an answer says."""

from __future__ import annotations

import re

YES = ("Yes", "예", "네")
_VERDICT = re.compile(r"\s*(yes|no|예|네|아니요|아니오)(?:\s*[,.:;!–—-]+\s*|\s*$|\s+(?=because\b))(?:because\b\s*)?", re.IGNORECASE)
"""Parted from what follows: "No smoking is allowed" begins with none."""

_ENGLISH = re.compile(
    r"(?:(?:and|but|so|also|then|in .{1,60}?,)\s+)?"
    r"(?:is|are|was|were|do|does|did|can|could|may|might|must|shall|should|will|would|has|have|had)(?:n['’]t)?\b",
    re.IGNORECASE,
)
_KOREAN = re.compile(r"(?:나요|까요|니까|가요|는가|은가|인가|을까|될까|할까|있나|없나|되나|하나|는지요?|죠|지요)\s*[?？.]*$")
_KOREAN_ASKS = re.compile(r"무엇|무슨|누구|누가|언제|어디|어느|어떤|어떻게|얼마|며칠|몇|왜|뭐|뭘|어째서|어떠")


def is_yes_or_no(question: str) -> bool:
    last = question.strip().split("\n")[-1].strip()
    if re.search(r"[가-힣]", last):
        return bool(_KOREAN.search(last)) and not _KOREAN_ASKS.search(last)
    return bool(_ENGLISH.match(last))


def verdict_of(answer: str) -> str:
    """The yes or no that an answer begins with, as it is written at the beginning of a sentence; else nothing."""
    found = _VERDICT.match(answer)
    return found[1].capitalize() if found else ""


def without_verdict(answer: str) -> str:
    """The reason alone."""
    found = _VERDICT.match(answer)
    return answer[found.end() :] if found else answer
