"""Streamlit's settings are ours, wherever the server is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rag.errors import PortInUse
from ui.listen import listen
from ui.server import OPTIONS

ROOT = Path(__file__).parents[2]


def test_no_setting_from_elsewhere_opens_the_page(tmp_path: Path) -> None:
    """A config.toml where the server is started, or a variable, does not turn telemetry or error links on again."""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text('[browser]\ngatherUsageStats = true\n[server]\naddress = "0.0.0.0"\n')
    program = "from streamlit import config; from ui import server; server.configure(8765)\n"
    program += "assert {name: config.get_option(name) for name in server.OPTIONS} == server.OPTIONS"
    elsewhere = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true",
        "STREAMLIT_SERVER_ENABLE_CORS": "false",
    }

    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=elsewhere, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_shipped_config_file_says_the_same() -> None:
    shipped = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    assert _flat(shipped) == OPTIONS


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    rows: dict[str, object] = {}
    for name, value in table.items():
        rows |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return rows


def test_a_taken_port_is_said_before_anything_heavy_is_imported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortInUse) as refused:
            listen(port)

    assert refused.value.facts == {"port": port}


def test_the_process_has_one_thread_until_it_has_left_the_network() -> None:
    """Libraries that start threads, such as numpy, come after: threads would stay in the network, and forbid to leave it."""
    program = "import sys, ui.cli.machine; print({'numpy', 'torch', 'streamlit', 'llama_cpp'} & set(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "set()"
