"""Ways off this machine, tried on purpose by a process that should have none. Imports nothing of ours.

Where a way is open after all, nothing is lost by it: the addresses belong to nobody (RFC 5737, RFC 3849), nor does the name (RFC 6761).
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
from collections.abc import Callable

_NOBODY, _NOBODY_6, _NO_NAME = "192.0.2.1", "2001:db8::1", "seorap.invalid"
_LOCAL_PROGRAMS = ("/run/systemd/resolve/io.systemd.Resolve", "/run/dbus/system_bus_socket", "/var/run/nscd/socket")
"""They look names up, or send things on, for whoever asks."""
_WAIT_S = 3


def try_all() -> dict[str, str]:
    """How each attempt ended: "open" if it got out or might have, else the name of the error."""
    return {name: _ended(attempt) for name, attempt in _ATTEMPTS.items()}


def _ended(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except TimeoutError:
        return "open"  # something was sent, and nobody answered
    except socket.gaierror as error:
        # "No such name" is what a server out there says; the others come from here.
        return "open" if error.errno == socket.EAI_NONAME else f"EAI {error.errno}"
    except OSError as error:
        number = error.errno or 0
        return "open" if number in (errno.ECONNREFUSED, errno.EHOSTUNREACH) else errno.errorcode.get(number, str(error))
    return "open"


def _connect(family: socket.AddressFamily, address: object) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        opened.settimeout(_WAIT_S)
        opened.connect(address)  # type: ignore[arg-type]  # of a family each


def _send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.sendto(b"", (_NOBODY, 9))


def _look_up() -> None:
    socket.getaddrinfo(_NO_NAME, 80)


def _connect_by_name() -> None:
    _connect(socket.AF_INET, (_NO_NAME, 80))


def _ask_local_program() -> None:
    found = [path for path in _LOCAL_PROGRAMS if os.path.exists(path)]  # noqa: PTH110 - a socket
    _connect(socket.AF_UNIX, (found or _LOCAL_PROGRAMS)[0])


def _natively() -> None:
    """As a library in C would, past all that Python knows: a datagram, for which nobody has to answer."""
    library = ctypes.CDLL(None, use_errno=True)
    where = socket.AF_INET.to_bytes(2, sys.byteorder) + (9).to_bytes(2, "big") + socket.inet_aton(_NOBODY) + bytes(8)
    descriptor = library.socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
    if descriptor < 0 or library.sendto(descriptor, b"", 0, 0, where, len(where)) < 0:
        raise OSError(ctypes.get_errno(), "refused")


_ATTEMPTS: dict[str, Callable[[], None]] = {
    "connection": lambda: _connect(socket.AF_INET, (_NOBODY, 443)),
    "connection, IPv6": lambda: _connect(socket.AF_INET6, (_NOBODY_6, 443)),
    "datagram": _send,
    "look-up": _look_up,
    "connection by name": _connect_by_name,
}
if sys.platform != "win32":
    _ATTEMPTS |= {"local program": _ask_local_program, "native code": _natively}
