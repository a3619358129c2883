"""Words for a day, a month, a year or a stretch up to today -> the days they mean. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"

ENGLISH = (
    rf"(?:\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{4}}|{_MONTH},? \d{{4}}|(?:19|20)\d{{2}}"
    r"|today|yesterday|(?:this|last) (?:week|month|year)|(?:the )?(?:last|past) \d{1,4} (?:days?|weeks?|months?|years?))"
)
KOREAN = (
    r"(?:\d{4}-\d{1,2}(?:-\d{1,2})?|\d{4}년(?: ?\d{1,2}월(?: ?\d{1,2}일)?)?|오늘|어제|이번 ?주|지난 ?주|이번 ?달|지난 ?달|올해|작년|지난해"
    r"|(?:최근|지난) ?\d{1,4}(?:일|주|개월|달|년)(?: ?동안| ?간)?)"
)
"""Patterns of what ``days`` understands."""

_UNITS = {"day": 1, "일": 1, "week": 7, "주": 7, "month": 30, "개월": 30, "달": 30, "year": 365, "년": 365}


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day up to, not with, the day after."""

    first: date
    after: date


def days(words: str, today: date) -> Days | None:
    """The days that the words mean; None for a day that is not in the calendar."""
    said = " ".join(words.casefold().split())
    try:
        return _stretch(said, today) or _calendar(said)
    except (ValueError, OverflowError):  # the 31st of February; longer ago than there are years
        return None


def _stretch(said: str, today: date) -> Days | None:
    tomorrow = today + timedelta(days=1)
    monday, month, year = today - timedelta(days=today.weekday()), today.replace(day=1), today.replace(month=1, day=1)
    match re.sub(r"\s", "", said):
        case "today" | "오늘":
            return Days(today, tomorrow)
        case "yesterday" | "어제":
            return Days(today - timedelta(days=1), today)
        case "thisweek" | "이번주":
            return Days(monday, tomorrow)
        case "lastweek" | "지난주":
            return Days(monday - timedelta(days=7), monday)
        case "thismonth" | "이번달":
            return Days(month, tomorrow)
        case "lastmonth" | "지난달":
            return Days((month - timedelta(days=1)).replace(day=1), month)
        case "thisyear" | "올해":
            return Days(year, tomorrow)
        case "lastyear" | "작년" | "지난해":
            return Days(year.replace(year=year.year - 1), year)
    if found := re.match(r"(?:the )?(?:last|past|최근|지난) ?(\d+) ?(day|week|month|year|일|주|개월|달|년)", said):
        return Days(today - timedelta(days=int(found[1]) * _UNITS[found[2]]), tomorrow)
    return None


def _calendar(said: str) -> Days | None:
    month = next((at for at, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", said)), None)
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if month:  # "March 2026", "1 March 2026", "March 1, 2026"
        numbers = [numbers[-1], month, *numbers[:-1]]
    if not 1 <= len(numbers) <= 3:
        return None
    first = date(*numbers, *(1,) * (3 - len(numbers)))
    if len(numbers) == 3:
        return Days(first, first + timedelta(days=1))
    months = 1 if len(numbers) == 2 else 12
    return Days(first, date(first.year + (first.month + months - 1) // 12, (first.month + months - 1) % 12 + 1, 1))
