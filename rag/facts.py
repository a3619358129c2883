"""Text -> its hard facts: amounts with their units, dates, numbered articles. What of a claim must stand in its quotation, exactly. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = "|".join([*_MONTHS, *(rf"{name[:3]}\.?" for name in _MONTHS if name != "may"), r"sept\.?"])
_DATES = (
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH}),?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<year>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,?\s*\d)", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b", re.IGNORECASE),
    re.compile(r"\b(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})\b\.?"),
    re.compile(r"(?P<year>\d{4})년\s*(?P<month>\d{1,2})월(?:\s*(?P<day>\d{1,2})일)?"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})월\s*(?P<day>\d{1,2})일"),
)

_ARTICLE = re.compile(
    r"제\s?(?P<ko>\d+)\s?(?P<ko_kind>조|항|호|장|절)(?:의\s?(?P<ko_sub>\d+))?"
    r"|(?:\b(?P<en_kind>articles?|arts?\.|sections?|secs?\.|clauses?|paragraphs?|chapters?)|(?P<sign>§{1,2}))\s*(?P<en>\d+(?:\.\d+)*)",
    re.IGNORECASE,
)
_KINDS = {
    "조": "article",
    "art": "article",
    "항": "paragraph",
    "절": "section",
    "sec": "section",
    "장": "chapter",
    "호": "item",
    "§": "section",
}

_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "천": 10**3,
    "만": 10**4,
    "백만": 10**6,
    "천만": 10**7,
    "억": 10**8,
    "조": 10**12,
}
_SCALES_OF_TABLES = {1, 10**3, 10**6, 10**9}
_UNITS = {
    "%": ("%", "percent", "per cent", "퍼센트", "프로"),
    "%p": ("%p", "%포인트", "percentage points", "percentage point"),
    "USD": ("$", "us$", "usd", "dollars", "dollar", "달러", "불"),
    "EUR": ("€", "eur", "euros", "euro", "유로"),
    "GBP": ("£", "gbp", "pounds", "pound"),
    "JPY": ("¥", "jpy", "yen", "엔"),
    "KRW": ("₩", "krw", "won", "원"),
    "year": ("years", "year", "년간", "개년", "년"),
    "month": ("months", "month", "개월", "달"),
    "week": ("weeks", "week", "주일", "주간", "주"),
    "day": ("days", "day", "영업일", "일간", "일"),
    "hour": ("hours", "hour", "시간"),
    "minute": ("minutes", "minute", "분간"),
    "year old": ("years old", "year old", "세", "살"),
    "kg": ("kg", "kilograms", "킬로그램"),
    "g": ("g", "grams", "gram", "그램"),
    "mg": ("mg", "milligrams", "밀리그램"),
    "ug": ("μg", "µg", "ug", "mcg", "micrograms", "마이크로그램"),
    "ml": ("ml", "milliliters", "millilitres", "밀리리터"),
    "l": ("l", "liters", "litres", "리터"),
    "km": ("km", "kilometers", "kilometres", "킬로미터"),
    "m": ("m", "meters", "metres", "미터"),
    "cm": ("cm", "centimeters", "센티미터"),
    "mm": ("mm", "millimeters", "밀리미터"),
    "m2": ("m2", "㎡", "제곱미터", "평방미터"),
    "평": ("평",),
    "person": ("people", "persons", "person", "명", "인"),
    "time": ("times", "회", "번", "차례"),
}
_UNIT_OF = {unicodedata.normalize("NFKC", spelt): unit for unit, spellings in _UNITS.items() for spelt in spellings}
_SPELT = "|".join(
    re.escape(spelt) + (r"(?![a-z])" if spelt[-1].isascii() and spelt[-1].isalpha() else "")
    for spelt in sorted(_UNIT_OF, key=len, reverse=True)
)

_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
_SPELT_NUMBER = {word: value for value, word in enumerate(_WORDS)} | _TENS
_KOREAN_NUMBER = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
_COUNTED = r"days?|weeks?|months?|years?|hours?|minutes?|times?|people|persons?"
_AMOUNT = re.compile(
    rf"(?P<sign>us\$|[$€£¥₩]|\b(?:usd|eur|gbp|jpy|krw)\b)?\s?(?P<digits>\d+(?:[.,]\d+)*)\s?(?P<scale>thousand|million|billion|trillion|천만|백만|천|만|억|조)?\s?(?P<unit>{_SPELT})?"
    rf"|\b(?P<word>{'|'.join(_SPELT_NUMBER)})\b(?=(?:\s+\(\d+\))?[\s-]+(?:{_COUNTED}|percent)\b)(?:\s+\(\d+\))?[\s-]+(?P<counted>{_COUNTED}|percent)"
    r"|(?<![가-힣])(?P<korean>한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s(?P<korean_unit>달|번|차례|명|시간)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    year: int | None
    month: int
    day: int | None

    def agrees(self, other: Date) -> bool:
        """Is all that is known of this one known of the other, and the same?"""
        return self.month == other.month and self.year in (None, other.year) and self.day in (None, other.day)


@dataclass(frozen=True, slots=True)
class Amount:
    value: Decimal  # as written, without its scale
    scale: int
    unit: str | None

    def agrees(self, other: Amount) -> bool:
        """The same number of the same thing. A table names its unit and its scale elsewhere ("in millions"), so what one leaves open is no difference."""
        if self.unit != other.unit and None not in (self.unit, other.unit):
            return False
        if self.value * self.scale == other.value * other.scale:
            return True
        scales = {self.scale, other.scale}
        return self.value == other.value and 1 in scales and scales <= _SCALES_OF_TABLES and "KRW" not in (self.unit, other.unit)


@dataclass(frozen=True, slots=True)
class Facts:
    amounts: frozenset[Amount]
    dates: frozenset[Date]
    articles: frozenset[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.amounts or self.dates or self.articles)

    def lacking(self, held: Facts) -> Facts:
        """What of these does not stand in ``held``."""
        return Facts(
            frozenset(one for one in self.amounts if not any(one.agrees(other) for other in held.amounts) and not held.has_number(one)),
            frozenset(one for one in self.dates if not any(one.agrees(other) for other in held.dates)),
            frozenset(one for one in self.articles if one not in held.articles),
        )

    def contradicted_by(self, held: Facts) -> bool:
        """Does ``held`` say another amount of the same unit, or another date?"""
        lacking = self.lacking(held)
        units = {amount.unit for amount in lacking.amounts} - {None}
        return any(amount.unit in units for amount in held.amounts) or bool(lacking.dates and held.dates)

    def has_number(self, amount: Amount) -> bool:
        """A bare year or day of a date, a bare number of an article."""
        if amount.unit not in (None, "year", "day") or amount.scale != 1:
            return False
        parts = {part for date in self.dates for part in (date.year, date.month, date.day)}
        return amount.value in parts or any(str(amount.value) in number.split(".") for _, number in self.articles if amount.unit is None)


def facts(text: str) -> Facts:
    """Every amount, date and article number; each number counts once, as the most that can be told of it."""
    text = unicodedata.normalize("NFKC", text)
    dates: set[Date] = set()
    articles: set[tuple[str, str]] = set()
    for pattern in _DATES:
        text = pattern.sub(lambda found: _take_date(found, dates), text)
    text = _ARTICLE.sub(lambda found: _take_article(found, articles), text)
    amounts = {amount for found in _AMOUNT.finditer(text) if (amount := _amount(found))}
    return Facts(frozenset(amounts), frozenset(dates), frozenset(articles))


def without_facts(text: str) -> str:
    """What is left when dates, article numbers and amounts with their units are taken out."""
    for pattern in (*_DATES, _ARTICLE, _AMOUNT):
        text = pattern.sub(" ", text)
    return text


def _take_date(found: re.Match[str], dates: set[Date]) -> str:
    parts = found.groupdict()
    month = parts["month"].lower().rstrip(".")
    number = int(month) if month.isdigit() else next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
    day = parts.get("day")
    if not 1 <= number <= 12 or (day and not 1 <= int(day) <= 31):
        return found.group()
    dates.add(Date(int(parts["year"]) if parts.get("year") else None, number, int(day) if day else None))
    return " ; "


def _take_article(found: re.Match[str], articles: set[tuple[str, str]]) -> str:
    if found["ko"]:
        number = found["ko"] + (f".{found['ko_sub']}" if found["ko_sub"] else "")
        articles.add((_KINDS[found["ko_kind"]], number))
    else:
        kind = (found["en_kind"] or found["sign"][0]).lower().rstrip(".")
        articles.add((_KINDS.get(kind.rstrip("s"), kind.rstrip("s")), found["en"]))
    return " ; "


def _amount(found: re.Match[str]) -> Amount | None:
    if found["word"]:
        counted = found["counted"].lower()
        return Amount(Decimal(_SPELT_NUMBER[found["word"].lower()]), 1, _UNIT_OF[counted])
    if found["korean"]:
        return Amount(Decimal(_KOREAN_NUMBER[found["korean"]]), 1, _UNIT_OF[found["korean_unit"]])
    try:
        value = Decimal(_plain_digits(found["digits"]))
    except InvalidOperation:
        return None
    unit = found["unit"] or found["sign"]
    scale = _SCALES[found["scale"].lower()] if found["scale"] else 1
    return Amount(value.normalize(), scale, _UNIT_OF[unit.lower()] if unit else None)


def _plain_digits(digits: str) -> str:
    """Without separators of thousands: a point, or a comma not before three digits, parts the decimals."""
    whole, comma, rest = digits.rpartition(",")
    if comma and "." not in digits and len(rest) != 3:
        return f"{whole.replace(',', '')}.{rest}"
    if digits.count(".") > 1:
        return digits.replace(".", "").replace(",", "")
    return digits.replace(",", "")
