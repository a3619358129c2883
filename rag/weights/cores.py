"""How many threads native code gets."""

from __future__ import annotations

import psutil


def threads_for(wanted: int) -> int:
    """``wanted``, or with 0 one for each physical core: a second thread on a core slows matrix products down."""
    return wanted or psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
