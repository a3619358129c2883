"""A process that has left the network, tried from inside it. Each trial is a process of its own: there is no way back."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.sandbox import Sandbox
from rag.settings import SandboxSettings

ROOT = Path(__file__).parents[2]

TRIALS = """
import ctypes, json, socket, sys
from rag import no_network

without, keeps_loopback, port = sys.argv[1].split("+"), sys.argv[2] == "True", int(sys.argv[3])
if "namespace" in without:
    no_network._enter_empty_namespace = lambda: "not allowed"
if "seccomp" in without:
    no_network._forbid_sockets = lambda: "not allowed"

listening = socket.create_server(("127.0.0.1", 0))
seclusion = no_network.leave_network(keeps_loopback=keeps_loopback)
libc = ctypes.CDLL(None)

def outcome(attempt):
    try:
        return "done" if attempt() else "refused"
    except OSError as error:
        return "refused"

def native():
    descriptor = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    where = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return descriptor >= 0 and libc.connect(descriptor, where, 16) == 0

def io_uring():
    libc.syscall.restype = ctypes.c_long
    return libc.syscall(425, 1, ctypes.create_string_buffer(120)) >= 0

def local_program():
    with socket.socket(socket.AF_UNIX) as opened:
        opened.connect(sys.argv[4])
    return True

trials = {
    "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=5),
    "outside": lambda: socket.create_connection(("192.0.2.1", 80), timeout=5),
    "by name": lambda: socket.socket().connect(("localhost.example", port)),
    "send": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 80)),
    "look-up": lambda: socket.getaddrinfo("example.com", 80),
    "old look-up": lambda: socket.gethostbyname("example.com"),
    "native": native,
    "local program": local_program,
    "io_uring": io_uring,
}
outcomes = {name: outcome(trial) for name, trial in trials.items()}
left, right = socket.socketpair()
left.sendmsg([b"own pair"])
print(json.dumps({"layers": seclusion.layers, "why_not": seclusion.why_not, "outcomes": outcomes, "refused": no_network.refused(),
                  "pair": right.recv(99).decode(), "again": no_network.leave_network() is seclusion}))
"""

EVERYTHING = {"connect", "outside", "by name", "send", "look-up", "old look-up", "native", "local program"}
"""io_uring is no way out by itself: in a namespace it leads nowhere."""


def trials(*without: str, keeps_loopback: bool = False) -> dict[str, object]:
    """What becomes of a process's attempts when it has left the network without some of the layers."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as program,
        tempfile.TemporaryDirectory() as folder,
    ):
        program.bind(f"{folder}/program")
        program.listen()
        command = [sys.executable, "-c", TRIALS, "+".join(without) or "none", str(keeps_loopback)]
        command += [str(server.getsockname()[1]), f"{folder}/program"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def refused(found: dict[str, object]) -> set[str]:
    outcomes = found["outcomes"]
    assert isinstance(outcomes, dict)
    return {name for name, outcome in outcomes.items() if outcome == "refused" and name != "io_uring"}


def test_with_every_layer_there_is_nothing_left() -> None:
    found = trials()

    assert refused(found) == EVERYTHING
    assert found["pair"] == "own pair"
    assert found["again"] is True


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_the_filter_of_system_calls_alone_keeps_native_code_out_too() -> None:
    found = trials("namespace")

    assert found["layers"] == ["seccomp", "python"]
    assert found["why_not"] == ["namespace: not allowed"]
    assert found["outcomes"]["io_uring"] == "refused"  # type: ignore[index]  # a dict
    assert refused(found) == EVERYTHING


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_the_namespace_alone_keeps_native_code_out_too() -> None:
    found = trials("seccomp")
    if found["layers"] != ["namespace", "python"]:
        pytest.skip("namespaces are forbidden here")

    assert refused(found) == EVERYTHING


USER_NAMESPACE = """
import json, os, sys
from pathlib import Path
from rag import no_network

unshare = no_network._unshare
no_network._unshare = lambda flags: unshare(flags) if flags & no_network._CLONE_NEWUSER else 1  # as for an ordinary user
before = os.getuid(), os.getgid()
layers = no_network.leave_network().layers
closed = Path(sys.argv[1], "closed")
closed.write_text("x")
closed.chmod(0)
try:
    opened = closed.read_text()
except PermissionError:
    opened = "closed"
status = Path("/proc/self/status").read_text()
print(json.dumps([layers, before == (os.getuid(), os.getgid()), opened, status.partition("CapEff:")[2].split()[0]]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_in_a_namespace_of_its_own_a_user_stays_who_he_is_and_gains_nothing(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", USER_NAMESPACE, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT)

    layers, same_user, opened, capabilities = json.loads(ran.stdout)
    if "namespace" not in layers:
        pytest.skip("user namespaces are forbidden here")
    assert (same_user, opened, int(capabilities, 16)) == (True, "closed", 0)


def test_where_the_kernel_does_not_enforce_it_python_refuses() -> None:
    found = trials("namespace", "seccomp")

    assert found["layers"] == ["python"]
    assert refused(found) == EVERYTHING - {"native"}
    assert found["refused"] == {"socket.getaddrinfo": 3, "socket.connect": 2, "socket.sendto": 1, "socket.gethostbyname": 1}


def test_loopback_can_be_kept_where_only_python_refuses() -> None:
    found = trials("namespace", "seccomp", keeps_loopback=True)

    assert refused(found) == EVERYTHING - {"native", "connect"}


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_the_reading_child_has_left_the_network(tmp_path: Path) -> None:
    if "namespace" not in trials()["layers"]:  # type: ignore[operator]  # a list
        pytest.skip("namespaces are forbidden here")
    (tmp_path / "a.txt").write_text("words")
    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(tmp_path / "a.txt")
        interfaces = Path(f"/proc/{sandbox.pid}/net/dev").read_text()
        own = Path("/proc/self/ns/net").readlink()
        theirs = Path(f"/proc/{sandbox.pid}/ns/net").readlink()
        filtered = Path(f"/proc/{sandbox.pid}/status").read_text()

    assert own != theirs
    assert [line.split(":")[0].strip() for line in interfaces.splitlines()[2:]] == ["lo"]
    assert "Seccomp:\t2" in filtered
