"""Streamlit's settings are ours, wherever the server is started."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rag.errors import PortInUse
from ui.listen import listen
from ui.server import OPTIONS, PAGE, keep_path_still

ROOT = Path(__file__).parents[2]


FROM_ELSEWHERE = """
[browser]
gatherUsageStats = true
[server]
address = "0.0.0.0"
cookieSecret = "known to somebody else"
sslCertFile = "/nonexistent/cert.pem"
scriptHealthCheckEnabled = true
customComponentBaseUrlPath = "https://elsewhere.example"
corsAllowedOrigins = ["https://elsewhere.example"]
trustedUserHeaders = { X-User = "name" }
[theme]
base = "dark"
textColor = "#ffffff"
[[theme.fontFaces]]
family = "Theirs"
url = "https://elsewhere.example/font.woff2"
"""
OPTIONS_IN_FORCE = """
import json
from streamlit import config
from ui import server
server.configure(8765)
in_force = {name: [option.value, option.where_defined] for name, option in config.get_config_options(force_reparse=False).items()}
print(json.dumps({name: in_force[name] for name in in_force if name != "server.cookieSecret"}))
print(config.get_option("server.cookieSecret"))
"""


def options_in_force(folder: Path, **variables: str) -> tuple[dict[str, list[object]], str]:
    """Of a server started in ``folder``, which is the reader's home, too; and the secret that signs its cookies."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "USERPROFILE": str(folder), **variables}
    ran = subprocess.run([sys.executable, "-c", OPTIONS_IN_FORCE], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    options, secret = ran.stdout.splitlines()
    return json.loads(options), secret


def test_every_option_of_streamlit_is_ours_or_its_default_whatever_a_config_file_says(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    (tmp_path / "other" / ".streamlit").mkdir(parents=True)
    (tmp_path / "other" / ".streamlit" / "config.toml").write_text(FROM_ELSEWHERE)

    usual, _ = options_in_force(tmp_path / "usual")
    options, secret = options_in_force(tmp_path / "other", STREAMLIT_BROWSER_GATHER_USAGE_STATS="true")

    assert options == usual
    assert {name: options[name][0] for name in OPTIONS} == OPTIONS
    assert secret != "known to somebody else"
    assert {origin for _, origin in options.values()} == {"<default>", "command-line argument or environment variable"}


def test_the_shipped_config_file_says_the_same() -> None:
    shipped = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    assert _flat(shipped) == OPTIONS


def _flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    rows: dict[str, object] = {}
    for name, value in table.items():
        rows |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return rows


def test_a_run_of_the_page_does_not_move_the_path_on_which_other_threads_look_for_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

    monkeypatch.setattr(sys, "path", list(sys.path))
    keep_path_still(PAGE)
    keep_path_still(PAGE)
    before = list(sys.path)

    with modified_sys_path(str(PAGE)):
        assert sys.path == before
    assert sys.path == before
    assert sys.path[-1] == str(PAGE.parent)  # no module of ours hides an installed one


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
