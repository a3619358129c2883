"""Reading and embedding documents give way to questions."""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 10
"""Of 19. Whoever asks has nine times the claim to a processor; where nobody does, nothing is slower."""


def lower_this_process() -> None:
    """On Windows a child is started that way instead (``WINDOWS_FLAGS``)."""
    if sys.platform != "win32":
        os.nice(max(0, NICENESS - os.nice(0)))


def lower_this_thread() -> None:
    """And those that it starts from now on, the teams of native libraries among them. Only Linux knows priorities of threads."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


if sys.platform == "win32":
    import subprocess

    WINDOWS_FLAGS = subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    WINDOWS_FLAGS = 0
