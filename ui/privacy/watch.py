"""A command, and what it and its children asked of the network."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

_STRACE = ("strace", "-f", "-qq", "-e", "trace=%network", "-o")
"""Not --seccomp-bpf, which is faster: what a filter refuses would then not be seen."""

_DNS = 53

Watch = Literal["strace", "python"]


@dataclass
class Traffic:
    """What was asked for, whatever came of it."""

    calls: int = 0  # system calls about sockets
    outside: list[str] = field(default_factory=list)  # beyond loopback, as in "connect 192.0.2.1:443"
    look_ups: list[str] = field(default_factory=list)
    local_programs: list[str] = field(default_factory=list)  # paths of sockets that other programs listen on
    refused: list[str] = field(default_factory=list)  # kinds of sockets that the kernel did not make; what for, nobody knows

    @property
    def stayed(self) -> bool:
        return not (self.outside or self.look_ups or self.local_programs)

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(
            self.calls + other.calls,
            self.outside + other.outside,
            self.look_ups + other.look_ups,
            self.local_programs + other.local_programs,
            self.refused + other.refused,
        )


_CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<rest>.*)")
_IPV4 = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_IPV6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')
_PATH = re.compile(r'sun_path=@?"([^"]*)"')
_ADDRESSED = frozenset({"connect", "sendto", "sendmsg", "sendmmsg", "bind"})


def traffic_of(lines: Iterable[str]) -> Traffic:
    """What a trace by strace says."""
    found = Traffic()
    for call in filter(None, map(_CALL.match, lines)):
        found.calls += 1
        name, rest = call["name"], call["rest"]
        if name == "socket" and "= -1 " in rest:
            found.refused.append(rest.partition(",")[0])
        elif name in _ADDRESSED:
            for port, address in (*_IPV4.findall(rest), *_IPV6.findall(rest)):
                if int(port) == _DNS:
                    found.look_ups.append(f"{name} {address}:{port}")
                elif not ipaddress.ip_address(address).is_loopback:
                    found.outside.append(f"{name} {address}:{port}")
            if name != "bind":
                found.local_programs += _PATH.findall(rest)
    return found


def refusals_of(errors: str) -> Traffic:
    """What Python itself refused, as its log tells; native code goes unseen."""
    told = re.findall(r"refused: (socket\.\w+)", errors)
    return Traffic(outside=[event for event in told if "get" not in event], look_ups=[event for event in told if "get" in event])


def watch_by() -> Watch:
    """strace, where it is installed and may trace."""
    if not shutil.which("strace"):
        return "python"
    with tempfile.NamedTemporaryFile() as trace:
        ran = subprocess.run([*_STRACE, trace.name, "true"], capture_output=True, check=False)
    return "strace" if ran.returncode == 0 else "python"


class Running:
    """A command that runs under watch."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str], trace: Path | None) -> None:
        self.process = process
        self._errors = errors
        self._trace = trace

    def errors(self) -> str:
        self._errors.seek(0)
        return self._errors.read()

    def traffic(self) -> Traffic:
        """To be asked when it has ended."""
        told = refusals_of(self.errors())  # they end before there is a system call
        if self._trace is None:
            return told
        return told + traffic_of(self._trace.read_text(encoding="utf-8", errors="replace").splitlines())


@contextmanager
def watched(command: list[str], *, environment: Mapping[str, str], by: Watch) -> Iterator[Running]:
    """Whatever happens, it has ended afterwards."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        trace = Path(folder, "trace") if by == "strace" else None
        whole = [*_STRACE, str(trace), *command] if trace else command
        with subprocess.Popen(
            whole,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            env=environment,
            start_new_session=True,
        ) as process:
            try:
                yield Running(process, errors, trace)
            finally:
                if process.poll() is None:
                    _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)  # what it traces too
