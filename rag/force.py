"""Does a sentence keep the force of its quotation: what must be, what may be, what is not? Pure.

Support is a matter of words; "may" for "must", and a "not" that was dropped, leave nearly all of them as they were. ``rag.negation`` counts
the denials of one clause; here any word of denial or condition in the whole sentence counts ("only", "except"). That is too strict for answers,
but not for a summary, which has the document's own sentence to fall back on.
"""

from __future__ import annotations

import re

_DUTY = re.compile(
    r"\b(?:must|shall|will|have to|has to|required?|requires|obliged|obligation|obligated|agrees?|undertakes?|responsible|liable|due|payable|needs? to)\b"
    r"|(?:하여|해|되어|돼|이어|여|어|아)야\s*(?:한다|합니다|하고|하며|하나|할|함)|의무|않으면 안|책임",
    re.IGNORECASE,
)
_LEAVE = re.compile(
    r"\b(?:may|can|could|might|entitled|entitles|right|rights|permit(?:s|ted)?|allow(?:s|ed)?|free to|option)\b|[을ㄹ할될줄쓸낼갈볼질칠을를]?\s?수\s*(?:있|없)|권리|가능",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without|except|unless|only|prohibited|forbidden)\b|n['’]t\b"
    r"|아니|않|없|못|금지|불가|제외|말아야|외에는|한하여|경우에만",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:up to|at most|maximum|limit(?:s|ed)?|within|until|capped|cap|at least|minimum)\b|이내|까지|한도|이하|최대|미만|이상|최소",
    re.IGNORECASE,
)


def keeps_force(claim: str, quotation: str) -> bool:
    """A duty needs a duty, leave needs leave, and "not" is in both or in neither; a limit may be put either way ("not more than", "up to")."""
    if _DUTY.search(claim) and not _DUTY.search(quotation):
        return False
    if _LEAVE.search(claim) and not _LEAVE.search(quotation):
        return False
    if bool(_NOT.search(claim)) != bool(_NOT.search(quotation)):
        return bool(_BOUND.search(claim) or _BOUND.search(quotation)) and not _NOT.search(claim)
    return True
