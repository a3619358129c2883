"""This process, and every child that it starts from now on, does without the network. Imports nothing of ours."""

from __future__ import annotations

import ctypes
import sys
from typing import Literal

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

_REFUSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind"})
"""Audit events of Python's own sockets."""


def leave_network() -> Literal["kernel", "python"]:
    """Loopback included. Returns who enforces it: the kernel, native code included, by a network namespace with nothing in it; or,
    where the system does not allow that, only Python, by refusing. There is no way back.

    To be called before the process has a second thread: namespaces belong to threads.
    """
    # Root needs no user namespace, and in one it could not read the files of others any more.
    if sys.platform == "linux" and (_unshare(_CLONE_NEWNET) or _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)):
        return "kernel"
    sys.addaudithook(_refuse)
    return "python"


def _unshare(flags: int) -> bool:
    try:
        return bool(ctypes.CDLL(None).unshare(flags) == 0)
    except (OSError, AttributeError):
        return False


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _REFUSED:
        raise PermissionError(f"{event}: this process may not use the network")
