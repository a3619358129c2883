"""Text -> terms, the same way for documents and for questions; terms -> full-text query.

Hangul is indexed as overlapping pairs of syllables, which needs no dictionary and survives particles
and endings (KorQuAD paragraphs, hit@1: pairs 0.89, words 0.78). Latin words are case-folded and
stemmed; numbers are kept whole and in parts, so that 1,234.5 is found as written and as 1234.5.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import snowballstemmer

TERMS_VERSION = "hangul-pairs-porter2-2"
"""Stored with the index: other terms need another index."""

_RUN = re.compile(
    r"(?P<pairs>[가-힣ㄱ-ㆎ]+|[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]+)"
    r"|(?P<number>\d+(?:[.,]\d+)+)"
    r"|(?P<word>[^\W_가-힣ㄱ-ㆎ\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]+)"
)
_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()
"""The stemmer keeps the word at hand in itself: two threads in it give each other's stems, or fail."""


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    if not (word.isascii() and word.isalpha()):
        return word
    with _STEMMING:
        return str(_STEMMER.stemWord(word))


def spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (term, start, end) in the order of the text; a number in parts follows the whole number."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        if run.lastgroup == "pairs":
            if end - start == 1:
                yield run.group(), start, end
            for at in range(start, end - 1):
                yield text[at : at + 2], at, at + 2
        elif run.lastgroup == "number":
            yield re.sub(r"\D", "", run.group()), start, end
            for part in re.finditer(r"\d+", run.group()):
                yield part.group(), start + part.start(), start + part.end()
        else:
            if run.group().isascii() and run.group().isalpha():  # as most are
                yield _stem(run.group().lower()), start, end
                continue
            # Digits next to letters are words of their own in Korean and in units: 20mg, 3M.
            for word in re.finditer(r"\d+|\D+", run.group()):
                folded = word.group().casefold()
                for piece in re.findall(r"[^\W_]+", folded):
                    yield _stem(piece), start + word.start(), start + word.end()


def terms(text: str) -> list[str]:
    """Terms of a text in its order, with repetitions."""
    return [term for term, _, _ in spans(unicodedata.normalize("NFC", text))]


_STOP = frozenset(
    _stem(word)
    for word in [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "and",
        "or",
        "not",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "do",
        "does",
        "did",
        "has",
        "have",
        "had",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "as",
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "can",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
        "there",
        "their",
        "they",
        "i",
        "you",
        "we",
        "he",
        "she",
        "if",
        "than",
    ]
)


def question_terms(question: str) -> list[str]:
    """Distinct terms that carry meaning; all distinct terms where none does."""
    distinct = list(dict.fromkeys(terms(question)))
    return [term for term in distinct if term not in _STOP] or distinct


_ENDINGS = (
    re.compile(r"[가-힣]니[다까]$"),  # 받습니다, 제출합니다, 걸립니다
    re.compile(r"(?:하였|하여|했|되었|되어|됐|였|었|았)(?:다고|다는|다|고|으며|나요|어요)?$"),
    re.compile(r"(?:한다|된다|하는|되는|하고|되고|하며|되며|하나요|되나요|나요|까요|어요|아요|다고|다는|으며)$"),
    re.compile(
        r"(?<=[가-힣]{2})(?:은|는|이|가|을|를|의|에는|에서|에게|에|으로|로|와|과|도|만|까지|부터|한|된|할|될|하|되|입|요|다|며|고)$"
    ),
)
"""Verb endings, then particles after at least two syllables; taken off in this order."""

_SAYS_NOTHING = re.compile(
    r"(?:있|없|하|되|이|였|않|같|위하|대하|통하|따르|합|됩|입|있었|했)[가-힣]{0,3}(?:다|요|며|고|는|은|가|까)|(?:위해|대한|통해|따라|경우|때문)[가-힣]{0,2}"
    r"|(?:무엇|무슨|누구|언제|어디|어느|어떤|어떻게|얼마|얼마나|며칠|몇|왜)(?:은|는|이|가|을|를|의|에|에서|까지|부터|인가|인가요|입니까|이며)?"
)
"""Hangul words that only ask, or only help another word."""


def hangul_stems(text: str) -> list[str]:
    """Hangul words of two syllables and more without particles and endings, as far as a rule can tell; units beside numbers are left out."""
    words = re.findall(r"(?<![\d가-힣])[가-힣]{2,}", unicodedata.normalize("NFC", text))
    stems = [_stem_of_hangul(word) for word in words if not _SAYS_NOTHING.fullmatch(word)]
    return [stem for stem in stems if len(stem) > 1]


def _stem_of_hangul(word: str) -> str:
    for ending in _ENDINGS:
        word = ending.sub("", word)
    return word


_ONLY_ASKS = re.compile(
    r"\bhow\s+(?:much|many|long|often|far|old|big|large|high|soon|late|early)\b|\bplease\b|\b(?:tell|show|give)\s+(?:me|us)\b"
    r"|\b(?:explain|describe|answer|question|respond|response)s?\b|\baccording\s+to\b|\bfy\s?(?=\d)|\b(?:kind|sort|type)s?\s+of\b",
    re.IGNORECASE,
)
"""English words that only ask."""


def content_terms(question: str) -> list[str]:
    """Distinct terms of what a question is about: without endings, helping words and question words."""
    hangul = [pair for stem in hangul_stems(question) for pair in terms(stem)]
    other = question_terms(_ONLY_ASKS.sub(" ", re.sub(r"[가-힣]+", " ", question)))
    return list(dict.fromkeys([*hangul, *other]))


def says_something(text: str) -> bool:
    """Is there a word that carries meaning, and does not only ask or point?"""
    return bool(hangul_stems(text)) or any(term not in _STOP for term in terms(re.sub(r"[가-힣]+", " ", text)))


def words(phrase: str) -> list[list[str]]:
    """The terms of each word of a phrase; single syllables are left out, which the index knows only where they stand alone."""
    return [terms(word) for word in re.findall(r"[가-힣]{2,}|[^\W_가-힣]+", unicodedata.normalize("NFKC", phrase))]


def any_of(chosen: list[str]) -> str:
    """FTS5 query: any of the terms. Terms are letters and digits only, so quoting is enough."""
    return " OR ".join(f'"{term}"' for term in chosen)


def of_each(words: list[list[str]]) -> str:
    """FTS5 query: any term of each word. White space that the layout put into a Korean word takes one pair of syllables away, not all."""
    return " AND ".join(f"({any_of(word)})" for word in words)


def closely(phrases: Sequence[str]) -> str:
    """FTS5 query: as ``of_each``, where next to nothing came between the letters: Latin words stand in a row, and of two pairs of syllables in a row
    one is there."""
    parts: list[list[str]] = []
    for phrase in phrases:
        if re.fullmatch(r"[A-Za-z\s]+", phrase):
            parts.append([" ".join(terms(phrase))])
        else:
            parts += [word[at : at + 2] for word in words(phrase) for at in range(0, len(word), 2)]
    return " AND ".join(f"({any_of(part)})" for part in parts if part)


def all_of(chosen: list[str]) -> str:
    """FTS5 query: all of the terms, each once."""
    return " AND ".join(f'"{term}"' for term in dict.fromkeys(chosen))


def all_begun_by(beginnings: Sequence[str]) -> str:
    """FTS5 query: for each beginning, a term that begins with it."""
    return " AND ".join(f'"{beginning}"*' for beginning in dict.fromkeys(beginnings))
