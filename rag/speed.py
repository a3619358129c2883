"""How fast the model reads and writes on this machine, from what it has really done."""

from __future__ import annotations

import json
import threading
from collections import deque

_LEAST_READ = 32
"""Tokens of a slice that says how fast longer texts are read: a processor takes few at a time more slowly."""

_NEW_WEIGHT = 0.2
"""Of one measurement among those before it: a machine that grows hot, or runs on battery, is believed within some ten of them."""

_SLICES, _ENOUGH = 32, 8
"""Some ten answers are remembered, and two say something."""

_UNHINDERED = 0.9
"""Of the slices are read more slowly than the machine can, since other programs were at work."""

_DIFFER = 0.15


class Speed:
    """Tokens per second; None until measured. Any thread may ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._slices: deque[float] = deque(maxlen=_SLICES)
        self._noted: float | None = None
        self.reading: float | None = None
        """Now, whatever else is going on: how long the next answer takes."""
        self.writing: float | None = None

    @property
    def able(self) -> float | None:
        """To read, when nothing else is going on: what may be asked of the machine. It does not change with every load."""
        with self._guard:
            if len(self._slices) < _ENOUGH:
                return self._noted
            return sorted(self._slices)[int(_UNHINDERED * (len(self._slices) - 1))]

    def read(self, tokens: int, seconds: float) -> None:
        if tokens >= _LEAST_READ and seconds > 0:
            with self._guard:
                self.reading = _moved(self.reading, tokens / seconds)
                self._slices.append(tokens / seconds)

    def wrote(self, tokens: int, seconds: float) -> None:
        if seconds > 0:
            with self._guard:
                self.writing = _moved(self.writing, tokens / seconds)

    def note(self) -> str:
        """What ``recall`` takes."""
        return json.dumps({"able": self.able, "reading": self.reading, "writing": self.writing})

    def has_moved(self, noted: str | None) -> bool:
        """Is it another than what was noted, by more than such measurements differ anyway?"""
        now, before = self.able, json.loads(noted)["able"] if noted else None
        return now is not None and (before is None or abs(now / before - 1) > _DIFFER)

    def recall(self, noted: str) -> None:
        before = json.loads(noted)
        self._noted, self.reading, self.writing = before["able"], before["reading"], before["writing"]


def _moved(before: float | None, now: float) -> float:
    """Seconds are averaged, not rates, so that a slow slice counts for as long as it took."""
    return now if before is None else 1 / ((1 - _NEW_WEIGHT) / before + _NEW_WEIGHT / now)
