"""The whole way with the real models, every network call of every process seen; and once more where there is no network at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.read import SUPPORTED_SUFFIXES
from rag.errors import WeightsError
from rag.settings import load_settings
from rag.weights.acquire import locate_embedder, locate_language_model
from ui.privacy.watch import refusals_of, traffic_of, watch_by

ROOT = Path(__file__).parents[2]
FLOW = (sys.executable, "-m", "tests.privacy.flow")
SAME = {".jpg", ".jpeg", ".tif", ".tiff", ".docm", ".pptm", ".ppsx", ".xlsm", ".htm", ".mht", ".text", ".markdown", ".mkd", ".tsv", ".tab"}
"""Read like one that is there."""


def walked(ran: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """What the program tells, once it is sure that it went the whole way."""
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, object] = json.loads(ran.stdout)
    added, page = told["added"], told["page"]
    assert isinstance(added, dict)
    assert isinstance(page, dict)
    assert SUPPORTED_SUFFIXES - {Path(name).suffix for name in added} <= SAME
    assert {name: outcome for name, outcome in added.items() if outcome != "added" and not name.startswith("scan")} == {}
    assert "4,812" in str(told["answer"])
    turned_away = page.pop("turned_away")
    assert [who for who, is_away in turned_away.items() if not is_away] == []
    assert page == {"foreign socket with a session": False, "own socket": True, "drawn": True, "ended": 0}
    return told


@pytest.fixture
def weights() -> None:
    try:
        locate_language_model(load_settings().weights)
        locate_embedder(load_settings().weights)
    except WeightsError as error:
        pytest.skip(str(error))


needs_weights = pytest.mark.usefixtures("weights")


@pytest.mark.models
@needs_weights
@pytest.mark.skipif(watch_by() != "strace", reason="strace may not trace here")
def test_nothing_is_asked_for_beyond_this_machine(tmp_path: Path) -> None:
    """With hostile settings, and without the filter that would hide what is tried."""
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-qq", "-e", "trace=%network", "-o", str(trace)]

    ran = subprocess.run([*strace, *FLOW, str(tmp_path / "flow")], cwd=ROOT, capture_output=True, text=True, check=False)

    told = walked(ran)
    seen = traffic_of(trace.read_text().splitlines())
    assert seen.calls > 100  # the page's own connections, so it was traced
    assert (seen.outside, seen.look_ups, seen.local_programs, seen.refused) == ([], [], [], [])
    assert refusals_of(str(told["errors"])).stayed
    assert "index is broken" not in str(told["errors"])  # a hostile setting for Chroma would say so
    assert "4,812" not in str(told["errors"])  # the log tells nothing of what is in documents


@pytest.mark.models
@needs_weights
def test_all_of_it_goes_where_there_is_no_network(tmp_path: Path) -> None:
    alone = [shutil.which("unshare") or "unshare", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        alone.insert(1, "--map-root-user")
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
            pytest.skip("namespaces are forbidden here")

    walked(subprocess.run([*alone, *FLOW, str(tmp_path / "flow"), "--alone"], cwd=ROOT, capture_output=True, text=True, check=False))


@pytest.mark.models
@needs_weights
def test_the_report_says_what_was_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ui", "doctor", "--privacy", "--json", "--library", str(tmp_path / "drawer")]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    found = json.loads(ran.stdout)
    assert (ran.returncode, found["private"]) == (0, True)
    assert found["steps"] == {"add": True, "ask": True, "page": True}
    assert "open" not in found["ways_out"].values()
    assert all(found["turned_away"].values())
    assert (tmp_path / "drawer" / "privacy-report.txt").stat().st_mode & 0o777 == 0o600


# --- what watches ------------------------------------------------------------------------------


def test_a_trace_is_read_rightly() -> None:
    """Lines as strace 6 writes them."""
    trace = """\
12 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
12 bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
12 connect(4, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
13 connect(4, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.255.255.53")}, 16) = 0
13 connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16 <unfinished ...>
13 sendto(5, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = 1
13 connect(6, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
14 accept4(3, {sa_family=AF_INET, sin_port=htons(5), sin_addr=inet_addr("192.0.2.9")}, [16], SOCK_CLOEXEC) = 7
14 socket(AF_INET6, SOCK_STREAM, IPPROTO_IP) = -1 EACCES (Permission denied)
14 socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [15, 16]) = 0
14 +++ exited with 0 +++
"""

    seen = traffic_of(trace.splitlines())

    assert seen.outside == ["connect 192.0.2.1:443", "sendto 2001:db8::1:9"]
    assert seen.look_ups == ["connect 10.255.255.53:53"]
    assert seen.local_programs == ["/var/run/nscd/socket"]
    assert seen.refused == ["AF_INET6"]
    assert not seen.stayed


def test_what_python_refused_is_read_from_its_log() -> None:
    told = "x WARNING rag.no_network: refused: socket.getaddrinfo\ny WARNING rag.no_network: refused: socket.connect\n"

    assert (refusals_of(told).look_ups, refusals_of(told).outside) == (["socket.getaddrinfo"], ["socket.connect"])
    assert refusals_of("x WARNING rag.library.index: the vector index is not as it was left").stayed
