"""How far work in parts is, and how long the rest will take, from what this run has really done."""

from __future__ import annotations

import time

from rag.records import Answer, PartProgress


class Pace:
    def __init__(self, total: int) -> None:
        self._total = total
        self._started = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000

    def at(self, done: int, current: str, so_far: Answer) -> PartProgress:
        """Before part ``done`` (0 is the first) is begun."""
        each = self.ms() / 1000 / done if done else None
        return PartProgress(done, self._total, current, each, each * (self._total - done) if each is not None else None, so_far)
