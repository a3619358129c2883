"""Does a claim deny what its quotation says, or the other way round? Pure.

Words alone cannot tell "may disclose" from "may not disclose": both share every word that carries meaning. Negations are counted in
the part of the sentence that the claim speaks of; an odd number denies, an even one does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from rag.languages import language_of
from rag.library.fulltext import spans

_NO_NEGATION = re.compile(
    r"\bnot\s+(?:only|merely|just|simply)\b|\b(?:not|no)\s+(?:less|fewer|more|later|earlier|greater|sooner)\b"
    r"|\bwithout\s+(?:\w+[\w'’-]*\s+){0,5}(?:consent|approval|permission|authori[sz]ation)\b|(?:동의|승인|허락|허가|승낙)\s*없이"
    r"|\bnot\s+(?:be\s+)?limited\s+to\b|\bwhether\s+or\s+not\b|\bnot\s+to\s+exceed\b|\bnot\s+exceed(?:ing)?\b|\bif\s+not\b|\bat\s+no\s+(?:\w+\s+)?(?:cost|charge|expense)\b|\bwithout\s+(?:\w+\s+)?(?:penalty|charge|cost|fee)s?\b|\bno\.\s?\d"
    r"|(?:넘|초과|이상|이하|미만)[가-힣]*\s*(?:수\s*없|못|않|아니)"
    r"|뿐(?:만)?\s*아니라|에도\s*불구하고|못지\s*않|아닌가|지\s*않을까",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\bneither\b(?:[^.;:]{0,300}?\bnor\b)?|\b(?:not|no|never|nor|none|nothing|nobody|without|cannot|contraindicat\w+|unlawful|illegal|invalid|void|unpaid|prohibit(?:s|ed|ing)?|forbid(?:s|den)?|forbade|refrains?|unable|fail(?:s|ed)?\s+to|lacks?)\b"
    r"|n['’]t\b"
    r"|금기|무효|무급|제외|삼가|피(?:하십|해야|하여야|한다)|않|아니(?!라면)|못\s?하|못한|못했|없|금지|금한다|불가|불허|지\s*(?:마|말)|말아야|아닌",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:()]|,\s*(?:which|who|that)\b|,?\s+\b(?:but|however|except|unless|provided|although|though|while|whereas|if)\b"
    r"|,\s+(?:and\s+|or\s+)?(?=(?:(?:the\s+)?[\w’']+\s+)?(?:shall|may|must|will|can|need)\b)"
    r"|(?<=지만),?\s|(?<=으나),?\s|(?<=으며),?\s|(?<=[하이]며),?\s|(?<=하고),?\s|(?<=으면)\s|(?<=하면)\s|(?<=경우)(?:에는|에)?,?\s|다만|(?<![가-힣])단,"
)
"""Where a clause begins. A comma alone parts only a list, over which a "shall not" before it goes on."""


_PREDICATE_WORDS = 3


def negations(text: str) -> int:
    return len(_NEGATION.findall(_NO_NEGATION.sub(" ", text)))


def denies(claim: str, sentence: str, shared: Collection[str]) -> bool:
    """Is one of them denied and the other not, each in the clause that holds most of the terms ``shared``?

    Where several clauses hold as many, one that agrees is enough: nobody parses them.
    """
    return {negations(clause) % 2 for clause in _main(claim, shared)}.isdisjoint(
        negations(clause) % 2 for clause in _main(sentence, shared)
    )


def denies_across(claim: str, sentence: str) -> bool:
    """The same of two languages, which share no terms: any clause of the English text, and the predicate of the Korean one, its last words."""
    return _parities(claim).isdisjoint(_parities(sentence))


def _parities(text: str) -> set[int]:
    if language_of(text) == "ko":
        return {negations(" ".join(text.split()[-_PREDICATE_WORDS:])) % 2}
    return {negations(clause) % 2 for clause in _main(text, ())}


def _main(text: str, shared: Collection[str]) -> list[str]:
    cuts = [0, *(cut.start() for cut in _CLAUSE.finditer(text)), len(text)]
    held = [(len({term for term, _, _ in spans(clause)} & set(shared)), clause) for clause in (text[a:b] for a, b in pairwise(cuts))]
    most = max(count for count, _ in held)
    return [clause for count, clause in held if count == most]
