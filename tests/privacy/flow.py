"""The whole way as a user goes it: ``python -m tests.privacy.flow FOLDER [--alone]``.

Documents of every kind are added, a question is asked, the page is served, entered and drawn, with hostile settings in the environment and
in the folder where all that is started. With ``--alone`` it first brings up the loopback of an empty network namespace, in which the
program is started by ``unshare -n``.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.settings import load_settings
from tests.privacy.papers import OUTSIDE, one_of_each
from ui.privacy import visit

ROOT = str(Path(__file__).parents[2])

SEEN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from rag import no_network; "
    "no_network._forbid_sockets = lambda: 'left out, so that a trace shows what would have been asked for'; from ui.cli import main; main()"
)
"""The command line without the layer that hides what is tried; the namespace still keeps everything in."""
AS_IT_IS = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ui.cli import main; main()"

_ELSEWHERE = "http://192.0.2.1:3128"
HOSTILE = {
    **{f"{kind}_proxy": _ELSEWHERE for kind in ("http", "https", "all", "HTTP", "HTTPS", "ALL")},
    **{f"{kind}_PROXY": _ELSEWHERE for kind in ("HTTP", "HTTPS", "ALL")},
    "OTEL_EXPORTER_OTLP_ENDPOINT": _ELSEWHERE,
    "OTEL_TRACES_EXPORTER": "otlp",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": _ELSEWHERE,
    "CHROMA_SERVER_HOST": "outside.example",
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "ANONYMIZED_TELEMETRY": "true",
    "HF_ENDPOINT": _ELSEWHERE,
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "TIKTOKEN_CACHE_DIR": "/nowhere",
    "NLTK_DATA": "/nowhere",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "true",
    "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
    "STREAMLIT_SERVER_ENABLE_STATIC_SERVING": "true",
}
CONFIG = f'[browser]\ngatherUsageStats = true\nserverAddress = "outside.example"\n[mapbox]\ntoken = "x"\n[[theme.fontFaces]]\nfamily = "x"\nurl = "{OUTSIDE}/x.woff2"\n'
DOT_ENV = "CHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\nCHROMA_SERVER_HOST=outside.example\nANONYMIZED_TELEMETRY=true\n"


def take(folder: Path, *, boot: str) -> dict[str, object]:
    papers, home = one_of_each(folder / "papers"), folder / "drawer"
    here = folder / "here"
    (here / ".streamlit").mkdir(parents=True)
    (here / ".streamlit" / "config.toml").write_text(CONFIG)
    (here / ".env").write_text(DOT_ENV)
    environment = os.environ | HOSTILE | {"HOME": str(here), "USER": "reader", "SEORAP_LOG": "warning", "SEORAP_LANGUAGE": "en"}
    environment["SEORAP_WEIGHTS"] = str(load_settings().weights.folder)  # not those of the home that is none

    def command(*words: str) -> list[str]:
        return [sys.executable, "-P", "-c", boot, ROOT, words[0], "--library", str(home), *words[1:]]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*words), env=environment, cwd=here, capture_output=True, text=True, check=False)

    added = run("add", str(papers), "--json")
    asked = run("ask", "How much is the yearly fee?", "--json")
    with (folder / "errors").open("w+") as errors:
        server = subprocess.Popen(
            command("serve", "--port", "0"), env=environment, cwd=here, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert server.stdout is not None
        page = _visit(server.stdout.readline())
        server.send_signal(signal.SIGINT)
        ended = server.wait(timeout=60)
        errors.seek(0)
        told = errors.read()
    outcomes = [json.loads(line) for line in added.stdout.splitlines()]
    return {
        "added": {Path(outcome["path"]).name: outcome["outcome"] for outcome in outcomes},
        "answer": json.loads(asked.stdout)["answer"],
        "page": page | {"ended": ended},
        "errors": added.stderr + asked.stderr + told,
    }


def _visit(announced: str) -> dict[str, object]:
    server = visit.Server.at(next(word for word in announced.split() if word.startswith("http://")))
    session = visit.enter(server)
    assert session is not None
    return {
        "turned_away": visit.uninvited(server, session.room),
        "foreign socket with a session": visit.socket_is_opened(
            server, origin="http://outside.example", room=session.room, cookie=session.cookie
        ),
        "own socket": visit.socket_is_opened(server, origin=server.origin, room=session.room, cookie=session.cookie),
        "drawn": visit.draw_page(server, session),
    }


def bring_up_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        fcntl.ioctl(opened, 0x8914, struct.pack("16sH14x", b"lo", 0x41))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING


def main(arguments: Sequence[str]) -> None:
    if "--alone" in arguments:
        bring_up_loopback()
    print(json.dumps(take(Path(arguments[0]), boot=AS_IT_IS if "--alone" in arguments else SEEN)))  # noqa: T201 - for the test


if __name__ == "__main__":
    main(sys.argv[1:])
