"""What a reading lacks -> the reason that stands beside a document of which only a part could be read."""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import MAY_BE_RECOGNISED, UNREAD_PAGES, MailCutOff, SomeAttachmentsUnread
from rag.records import NEEDS_RECOGNISER, Reading, Reason, Unread


def why_partial(name: str, reading: Reading) -> Reason | None:
    """The gravest reason among the unread pages, else among what else is lacking; None when nothing is."""
    return _unread_pages(name, reading) or _lacking(name, reading.lacks)


def needs_recogniser(reading: Reading) -> bool:
    """Whether more of it could be read with a recogniser than could without."""
    pages = not NEEDS_RECOGNISER.isdisjoint(reading.unread_because.values())
    return pages or any(reason.code in MAY_BE_RECOGNISED for reason in reading.lacks)


def _unread_pages(name: str, reading: Reading) -> Reason | None:
    """Pages that need a recogniser are spoken of together, whatever is wrong with them."""
    by_reason: dict[Unread, list[int]] = {}
    for number in reading.unread_pages:
        by_reason.setdefault(reading.unread_because.get(number, Unread.NO_TEXT), []).append(number)
    for why, error in UNREAD_PAGES.items():
        if why in by_reason:
            alike = NEEDS_RECOGNISER if why is Unread.NEEDS_OCR else {why}
            return error(name=name, pages=ranges(sorted(number for same in alike for number in by_reason.get(same, ())))).reason()
    return None


def _lacking(name: str, lacks: Sequence[Reason]) -> Reason | None:
    """What is wrong with the document itself goes first: a whole copy of it has its attachments too."""
    own = next((reason for reason in lacks if reason.facts.get("name") == name and reason.code == MailCutOff.__name__), None)
    if own or not lacks:
        return own
    return Reason(SomeAttachmentsUnread.__name__, {"name": name, "count": len(lacks)}, parts=tuple(lacks))


def ranges(numbers: Sequence[int]) -> str:
    """1, 2, 3, 7 -> "1-3, 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
