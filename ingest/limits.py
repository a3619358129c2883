"""What a child process that works on files may take, enforced by the system where it can; elsewhere its parent's clock is the only limit."""

from __future__ import annotations

import sys

from ingest.memory import memory_bytes
from ingest.pipes import LAST_WORDS_BYTES

if sys.platform != "win32":
    import resource


class Budget:
    """Of this process."""

    def __init__(self, memory_mib: int, seconds: int) -> None:
        self._memory_bytes = memory_mib * 2**20
        self._seconds = seconds
        self._used_before, _ = memory_bytes()
        if sys.platform != "win32":
            _limit(resource.RLIMIT_CORE, 0)
            _limit(resource.RLIMIT_FSIZE, LAST_WORDS_BYTES)  # it has nothing to write
            if self._used_before:
                own_bytes = memory_bytes()[1]  # what the process itself has taken counts too
                _limit(resource.RLIMIT_AS, self._used_before + self._memory_bytes - own_bytes)

    def begin(self) -> None:
        """Allow the time of one more task; for when the parent is gone, and its clock with it."""
        if sys.platform != "win32":
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + self._seconds + 2)

    def is_strained(self) -> bool:
        """Whether files worked on so far have left less than three quarters of the memory for the next."""
        return memory_bytes()[0] - self._used_before > self._memory_bytes // 4


if sys.platform != "win32":

    def _limit(what: int, amount: int) -> None:
        """Set what the system enforces at once; a stricter limit that was inherited stays."""
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))
