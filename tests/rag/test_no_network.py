"""What has left the network reaches nobody, not even on its own machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.sandbox import Sandbox
from rag.settings import SandboxSettings

ATTEMPTS = """
import socket, sys
import rag.no_network as subject
if sys.argv[1] == "python":
    subject._unshare = lambda flags: False
print(subject.leave_network())
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=2),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(sys.argv[2]))),
    lambda: socket.getaddrinfo("example.org", 80),
):
    try:
        attempt()
        print("reached")
    except OSError:
        print("refused")
"""


def attempts(enforced_by: str) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", ATTEMPTS, enforced_by, str(server.getsockname()[1])]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]).stdout.split()


def test_where_the_kernel_does_not_enforce_it_python_refuses() -> None:
    assert attempts("python") == ["python", "refused", "refused", "refused"]


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_the_kernel_enforces_it_where_it_may() -> None:
    by, *outcomes = attempts("kernel")

    assert by in ("kernel", "python")  # a container may forbid namespaces
    assert outcomes == ["refused", "refused", "refused"]


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_the_reading_child_has_left_the_network(tmp_path: Path) -> None:
    if attempts("kernel")[0] != "kernel":
        pytest.skip("namespaces are forbidden here")
    (tmp_path / "a.txt").write_text("words")
    with Sandbox(SandboxSettings()) as sandbox:
        sandbox.read(tmp_path / "a.txt")
        interfaces = Path(f"/proc/{sandbox.pid}/net/dev").read_text()
        own = Path("/proc/self/ns/net").readlink()
        theirs = Path(f"/proc/{sandbox.pid}/ns/net").readlink()

    assert own != theirs
    assert [line.split(":")[0].strip() for line in interfaces.splitlines()[2:]] == ["lo"]
