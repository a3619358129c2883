"""The processor: how many threads native code gets, and whether there is power for work that nobody waits for."""

from __future__ import annotations

import psutil

_NEARLY_HOT = 5.0
"""Degrees below what a sensor calls high."""


def threads_for(wanted: int) -> int:
    """``wanted``, or with 0 one for each physical core: a second thread on a core slows matrix products down."""
    return wanted or psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def has_power_to_spare() -> bool:
    """Not on battery, and not hot, as far as the machine can tell."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is not None and battery.power_plugged is False:
        return False
    sensors = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    return not any(sensor.high and sensor.current >= sensor.high - _NEARLY_HOT for found in sensors.values() for sensor in found)
