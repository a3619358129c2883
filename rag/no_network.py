"""This process, and every child that it starts from now on, does without the network. Imports nothing of ours.

Three layers, as many of them as the system allows. On Linux the kernel keeps native code out too: a network namespace has no interface by
which anything could leave, and a filter of system calls (seccomp) lets no socket be made or connected at all, not even one to a local
program that would look a name up or send something on. Python itself refuses, counts, and tells.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import logging
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

log = logging.getLogger(__name__)

Layer = Literal["namespace", "seccomp", "python"]


@dataclass(frozen=True, slots=True)
class Seclusion:
    """What keeps this process off the network."""

    layers: tuple[Layer, ...]
    why_not: tuple[str, ...] = ()  # why the kernel's layers are not all there, in technical words; rag.causes knows them in Korean

    @property
    def by_kernel(self) -> bool:
        return self.layers != ("python",)


@dataclass
class _Process:
    seclusion: Seclusion | None = None
    keeps_loopback: bool = False


_process = _Process()
_refused: Counter[str] = Counter()


def seclusion() -> Seclusion | None:
    """None as long as ``leave_network`` has not been called."""
    return _process.seclusion


def refused() -> dict[str, int]:
    """How often Python's own sockets were asked for what is refused, by audit event. What native code tries the kernel refuses unseen."""
    return dict(_refused)


def leave_network(*, keeps_loopback: bool = False) -> Seclusion:
    """Leave it, loopback included. There is no way back.

    A socket that listens already goes on serving: it belongs to the network it was made in. With ``keeps_loopback``, where only Python
    refuses, connections within the machine are left alone; some systems need them for an event loop.

    To be called before the process has a second thread: a process with several may not make a user namespace, and those it has would
    stay where they are.
    """
    if _process.seclusion is not None:
        return _process.seclusion
    layers: list[Layer] = []
    causes: list[str] = []
    if sys.platform == "linux":
        attempts: tuple[tuple[Layer, Callable[[], str]], ...] = (("namespace", _enter_empty_namespace), ("seccomp", _forbid_sockets))
        for layer, attempt in attempts:
            if cause := attempt():
                causes.append(f"{layer}: {cause}")
            else:
                layers.append(layer)
    else:
        causes.append(f"{sys.platform} has no namespaces and no seccomp")
    _process.keeps_loopback = keeps_loopback
    sys.addaudithook(_refuse)
    if "seccomp" not in layers:
        _refuse_names()
    _process.seclusion = Seclusion((*layers, "python"), tuple(causes))
    return _process.seclusion


# --- the kernel: a namespace -------------------------------------------------------------------

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def _enter_empty_namespace() -> str:
    """Why not; "" when it is done."""
    # Root needs no user namespace, and in one it could not read the files of others any more.
    if not _unshare(_CLONE_NEWNET):
        return ""
    user, group = os.geteuid(), os.getegid()
    if number := _unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
        return f"{os.strerror(number)} (user namespaces are not allowed here)"
    _stay(user, group)
    _drop_capabilities()
    return ""


def _unshare(flags: int) -> int:
    """0, or why not as an errno."""
    try:
        return ctypes.get_errno() if _libc().unshare(flags) else 0
    except (OSError, AttributeError):
        return errno.ENOSYS


def _stay(user: int, group: int) -> None:
    """The same user within the namespace; without this everybody is "nobody", by name only, and things still work."""
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text, encoding="ascii")
    except OSError as error:
        log.debug("no names in the namespace: %s", error.strerror)


def _drop_capabilities() -> None:
    """Those that come with a namespace of one's own: they would open files that their owner has closed to himself."""
    version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _libc().capset(version_3, (ctypes.c_uint32 * 6)())


# --- the kernel: system calls ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Calls:
    """Numbers of an architecture (asm/unistd.h, linux/audit.h)."""

    architecture: int
    socket: int
    connect: int
    seccomp: int


_CALLS = {"x86_64": _Calls(0xC000003E, 41, 42, 317), "aarch64": _Calls(0xC00000B7, 198, 203, 277)}
_IO_URING_SETUP = 425
"""It makes and connects sockets by itself, past any filter."""
_X32 = 0x40000000
"""From here on another way to call the same on x86_64."""

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_ALL_THREADS, _NO_SLOWER = 1, 4
"""Flags: the filter holds for threads that there are, and does not switch on mitigations that cost speed (both since Linux 4.17)."""


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def _forbid_sockets() -> str:
    """Why not; "" when it is done."""
    machine = os.uname().machine
    calls = _CALLS.get(machine)
    if calls is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return f"not known on {machine}"
    try:
        library = _libc()
        if library.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS, without which only root may
            return os.strerror(ctypes.get_errno())
        filtered = _filter(calls)
        program = _Program(len(filtered), filtered)
        if library.syscall(calls.seccomp, 1, _ALL_THREADS | _NO_SLOWER, ctypes.byref(program)):  # SECCOMP_SET_MODE_FILTER
            return os.strerror(ctypes.get_errno() or errno.EBUSY)
    except (OSError, AttributeError) as error:
        return str(error)
    return ""


def _filter(calls: _Calls) -> ctypes.Array[_Instruction]:
    """struct seccomp_data holds the call's number at byte 0 and the architecture at byte 4."""
    refusals = {_IO_URING_SETUP: errno.ENOSYS, calls.socket: errno.EACCES, calls.connect: errno.EACCES}
    lines = [(_LOAD, 0, 0, 4), (_IF_EQUAL, 1, 0, calls.architecture), (_RETURN, 0, 0, _FAIL | errno.EPERM), (_LOAD, 0, 0, 0)]
    lines += [(_IF_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)]
    for number, refusal in refusals.items():
        lines += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _FAIL | refusal)]
    lines.append((_RETURN, 0, 0, _ALLOW))
    return (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# --- Python ------------------------------------------------------------------------------------

_TO_AN_ADDRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_OF_A_NAME = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
"""Audit events of Python's own sockets."""


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _TO_AN_ADDRESS and arguments[1] is not None:  # None: to where it is connected already, such as a pair of its own
        host = _host(arguments[1])
    elif event in _OF_A_NAME:
        host = _host(arguments[0])
    else:
        return
    # To listen within the machine is not to leave it: urllib3 does, to see whether there is IPv6.
    if not ((_process.keeps_loopback or event == "socket.bind") and _is_loopback(host)):
        _refuse_call(event)


def _refuse_call(event: str) -> None:
    _refused[event] += 1
    log.warning("refused: %s", event)
    raise PermissionError(errno.EACCES, f"{event}: this process may not use the network")


def _host(address: object) -> object:
    return address[0] if isinstance(address, tuple) and address else address


def _is_loopback(host: object) -> bool:
    if host == "localhost":
        return True
    try:
        return isinstance(host, str) and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_names() -> None:
    """A socket that is given a name looks it up before any audit event; so names are stopped a step earlier."""
    for event in ("connect", "connect_ex", "sendto", "bind"):
        setattr(socket.socket, event, _only_addresses(getattr(socket.socket, event), f"socket.{event}"))


def _only_addresses(method: Callable[..., object], event: str) -> Callable[..., object]:
    def checked(self: socket.socket, *arguments: object) -> object:
        host = _host(arguments[-1]) if arguments else None
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_address(host):
            _refuse_call(event)
        return method(self, *arguments)

    return checked


def _is_address(host: object) -> bool:
    try:
        return host == "localhost" or (isinstance(host, str) and bool(ipaddress.ip_address(host)))
    except ValueError:
        return False
