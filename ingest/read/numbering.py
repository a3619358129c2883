"""The numbers that Word shows before paragraphs and does not store: "제3조", "5.2", "(a)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_GANADA = "가나다라마바사아자차카타파하"
_CHOSUNG = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"))
_ROMAN_LEFT = ("", "i", "ii", "iii", "iv")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    kind: str  # "decimal", "ganada", "bullet", ...
    pattern: str  # "제%1조", "%1.%2"
    start: int = 1
    legal: bool = False  # all numbers in the pattern as digits


@dataclass(frozen=True, slots=True)
class List:
    """A list as paragraphs refer to it; lists of the same ``family`` count on together."""

    family: str
    levels: Mapping[int, Level]
    restarts: Mapping[int, int] = field(default_factory=dict)  # level -> number to begin with


class Counter:
    """Counts paragraphs as Word does, in the order of the document."""

    def __init__(self, lists: Mapping[str, List]) -> None:
        self._lists = lists
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def next(self, list_id: str, depth: int) -> str:
        """What stands before the next paragraph of this list; empty where nothing is shown."""
        found = self._lists.get(list_id)
        if found is None or depth not in found.levels:
            return ""
        counts = self._counts.setdefault(found.family, {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            counts |= {restarted: start - 1 for restarted, start in found.restarts.items()}
        level = found.levels[depth]
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]
        if level.kind == "bullet":
            return "•"

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            shown = found.levels.get(at, Level("decimal", ""))
            return written(counts.get(at, shown.start), "decimal" if level.legal else shown.kind)

        return "" if level.kind == "none" and "%" in level.pattern else re.sub(r"%([1-9])", number, level.pattern).strip()


def written(number: int, kind: str) -> str:
    """A number in the way of a list; digits for ways that are not known here."""
    if number < 1 or number > 9999:
        return str(number)
    match kind:
        case "none":
            return ""
        case "decimalZero":
            return f"{number:02}"
        case "lowerRoman" | "upperRoman":
            roman = _roman(number)
            return roman.upper() if kind == "upperRoman" else roman
        case "lowerLetter" | "upperLetter":
            letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letters.upper() if kind == "upperLetter" else letters
        case "ganada" | "chosung":
            row = _GANADA if kind == "ganada" else _CHOSUNG
            return row[(number - 1) % len(row)] * ((number - 1) // len(row) + 1)
        case "decimalEnclosedCircle" if number <= 20:
            return chr(ord("①") + number - 1)
        case "decimalEnclosedParen" if number <= 20:
            return chr(ord("⑴") + number - 1)
        case _:
            return str(number)


def _roman(number: int) -> str:
    result = ""
    for value, letters in _ROMAN:
        result += letters * (number // value)
        number %= value
    return result + _ROMAN_LEFT[number]
