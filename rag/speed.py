"""How fast the model reads and writes on this machine, from what it has really done."""

from __future__ import annotations

import json
import threading

_LEAST_READ = 32
"""Tokens of a slice that says how fast longer texts are read: a processor takes few at a time more slowly."""

_NEW_WEIGHT = 0.2
"""Of one measurement among those before it: a machine that grows hot, or runs on battery, is believed within some ten of them."""

_DIFFER = 0.15


class Speed:
    """Tokens per second; None until measured. Any thread may ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.reading: float | None = None
        self.writing: float | None = None

    def read(self, tokens: int, seconds: float) -> None:
        if tokens >= _LEAST_READ and seconds > 0:
            with self._guard:
                self.reading = _moved(self.reading, tokens / seconds)

    def wrote(self, tokens: int, seconds: float) -> None:
        if seconds > 0:
            with self._guard:
                self.writing = _moved(self.writing, tokens / seconds)

    def note(self) -> str:
        """What ``recall`` takes."""
        return json.dumps([self.reading, self.writing])

    def has_moved(self, noted: str | None) -> bool:
        """Is it another than what was noted, by more than such measurements differ anyway?"""
        before = json.loads(noted)[0] if noted else None
        return not before or not self.reading or abs(self.reading / before - 1) > _DIFFER

    def recall(self, noted: str) -> None:
        self.reading, self.writing = json.loads(noted)


def _moved(before: float | None, now: float) -> float:
    """Seconds are averaged, not rates, so that a slow slice counts for as long as it took."""
    return now if before is None else 1 / ((1 - _NEW_WEIGHT) / before + _NEW_WEIGHT / now)
