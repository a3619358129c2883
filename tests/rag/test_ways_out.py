"""The trials by which a report says that no way is open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from rag import no_network, ways_out
without = sys.argv[1]
if "kernel" in without:
    no_network._enter_empty_namespace = no_network._forbid_sockets = lambda: "not allowed"
if without != "everything":
    no_network.leave_network()
print(json.dumps(ways_out.try_all()))
"""


def tried(without: str) -> dict[str, str]:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, without], cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(ran.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's layers are Linux's")
def test_with_the_kernel_no_way_is_open() -> None:
    assert set(tried("nothing").values()) == {"EACCES"}


def test_without_the_kernel_only_native_code_can_try() -> None:
    found = tried("the kernel")

    assert {way for way, ended in found.items() if ended != "EACCES"} <= {"native code"}


def test_an_open_way_is_said_to_be_open() -> None:
    assert tried("everything")["datagram"] in ("open", "ENETUNREACH")  # a machine without any network refuses by itself
