"""Measured values -> figures. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def spread(values: Sequence[float], *, digits: int = 1) -> dict[str, float]:
    """The middle, what 95 % stay below or at, and the most."""
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), digits),
        "p95": round(ordered[share_at(0.95, len(ordered))], digits),
        "max": round(ordered[-1], digits),
    }


def share_at(share: float, count: int) -> int:
    """Index of the least of ``count`` ordered values that at least this share does not exceed."""
    return max(0, min(count - 1, -int(-share * count // 1) - 1))
