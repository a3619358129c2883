"""The whole way, in a drawer made for it: a document is added, a question asked, the page opened, all under watch. READ FIRST

Nothing of the reader's own drawer is opened. Each step is a process like those that a reader starts.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag import environment
from rag.confidential import is_open
from rag.library.lock import owner
from rag.no_network import Layer
from rag.settings import SETTINGS_FILE, Settings, WeightsSettings
from rag.version import VERSION
from rag.weights import acquire
from ui.privacy import visit
from ui.privacy.watch import Traffic, Watch, watch_by, watched

_ROOT = str(Path(__file__).resolve().parents[2])
_COMMAND_LINE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ui.cli import main; main()"
_TRIALS = (
    "import json, sys; sys.path.insert(0, sys.argv[1]); from rag.no_network import leave_network; from rag import ways_out; "
    "left = leave_network(); json.dump({'layers': left.layers, 'why_not': left.why_not, 'ended': ways_out.try_all()}, sys.stdout)"
)
"""Run with -P, so that a module in the folder where this is started is not taken for a library."""

_LIBRARIES = (
    "torch",
    "sentence-transformers",
    "onnxruntime",
    "llama-cpp-python",
    "chromadb",
    "llama-index-core",
    "streamlit",
    "uvicorn",
    "pypdf",
)
_END_S = 180
"""For the server to end."""

_DOCUMENT = """# Storage agreement

The keeper stores the papers in a fireproof drawer. The yearly fee is 4,812 euros.

Papers are handed out within two working days after a request in writing.
"""
_QUESTION, _ANSWER = "How much is the yearly fee?", "4,812"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WeightsFound:
    name: str
    sha256: dict[str, str]  # of each file, as the catalogue has it; empty for the reader's own
    verdict: str  # "" when every byte is as published


@dataclass
class Report:
    """What was found. Technical words stand as they are; ``ui.words.privacy`` has the rest."""

    when: str  # ISO 8601
    system: str
    user: str
    layers: tuple[Layer, ...] = ()
    why_not: tuple[str, ...] = ()
    ways_out: dict[str, str] = field(default_factory=dict)  # how each attempt made on purpose ended
    watched_by: Watch = "python"
    traffic: dict[str, Traffic] = field(default_factory=dict)  # of each step
    steps: dict[str, bool] = field(default_factory=dict)  # whether it did what it is for
    turned_away: dict[str, bool] = field(default_factory=dict)
    open_files: list[str] = field(default_factory=list)  # that others could read
    weights: list[WeightsFound] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    without_effect: list[str] = field(default_factory=list)  # names of variables that were set

    @property
    def is_private(self) -> bool:
        """Nothing got out, nothing tried to, nobody uninvited got in, and every step was really taken."""
        return (
            bool(self.layers)
            and bool(self.ways_out)
            and "open" not in self.ways_out.values()
            and all(self.steps.values())
            and all(traffic.stayed for traffic in self.traffic.values())
            and all(self.turned_away.values())
            and not self.open_files
            and not any(found.verdict for found in self.weights)
        )


def examine(settings: Settings, *, tell: Tell = lambda step: None) -> Report:
    """``tell`` gets the name of each step before it begins. Takes a minute or two; needs the weights.

    Raises:
        WeightsError
    """
    acquire.locate_embedder(settings.weights)
    acquire.locate_language_model(settings.weights)
    report = Report(
        when=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        user=_user(),
        watched_by=watch_by(),
        settings=_streamlit_settings(),
        versions={"seorap": VERSION} | {name: _version(name) for name in _LIBRARIES},
        without_effect=environment.without_effect(),
    )
    tell("trials")
    _try_ways_out(report)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "drawer")
        _make_drawer(home, settings.weights)
        _take_steps(report, home, tell)
        report.open_files += [path.name for path in (home, *home.iterdir()) if is_open(path)]
    if settings.home.is_dir() and is_open(settings.home):
        report.open_files.append(str(settings.home))
    tell("weights")
    published = {weight.name: {file.path: file.sha256 for file in weight.files} for weight in acquire.catalogue()}
    found = acquire.verify(settings.weights)
    report.weights += [WeightsFound(state.name, published.get(state.name, {}), cause) for state, _, cause in found]
    return report


# --- the steps ---------------------------------------------------------------------------------


def _try_ways_out(report: Report) -> None:
    ran = subprocess.run([sys.executable, "-P", "-c", _TRIALS, _ROOT], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    report.layers, report.why_not, report.ways_out = tuple(found["layers"]), tuple(found["why_not"]), found["ended"]


def _take_steps(report: Report, home: Path, tell: Tell) -> None:
    document = home.with_name("storage-agreement.md")
    document.write_text(_DOCUMENT, encoding="utf-8")
    tell("add")
    report.steps["add"], report.traffic["add"], _ = _run(report, home, "add", str(document))
    tell("ask")
    done, report.traffic["ask"], said = _run(report, home, "ask", _QUESTION)
    report.steps["ask"] = done and _ANSWER in said
    tell("page")
    _open_page(report, home)


def _run(report: Report, home: Path, *words: str) -> tuple[bool, Traffic, str]:
    with watched(_command(home, *words), environment=_environment(), by=report.watched_by) as running:
        said, _ = running.process.communicate()
        return running.process.returncode == 0, running.traffic(), said


def _open_page(report: Report, home: Path) -> None:
    with watched(_command(home, "serve", "--port", "0"), environment=_environment(), by=report.watched_by) as running:
        output = running.process.stdout
        assert output is not None
        address = next((word for word in output.readline().split() if word.startswith("http://")), "")
        if address:
            server = visit.Server.at(address)
            session = visit.enter(server)
            if session:
                report.turned_away |= visit.uninvited(server, session.room)
                report.turned_away["token used twice"] = visit.enter(server) is None
                report.steps["page"] = visit.draw_page(server, session)
            if (pid := owner(home)) is not None:  # under strace the process that was started is another
                os.kill(pid, signal.SIGINT)
        running.process.wait(timeout=_END_S)
        report.steps.setdefault("page", False)
        report.traffic["page"] = running.traffic()


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-P", "-c", _COMMAND_LINE, _ROOT, words[0], "--library", str(home), *words[1:]]


def _environment() -> dict[str, str]:
    """The reader's own, hostile as it may be; refusals are told."""
    return environment.as_found() | {"SEORAP_LOG": "warning", "SEORAP_LANGUAGE": "en"}


def _make_drawer(home: Path, weights: WeightsSettings) -> None:
    """Empty, with the models of the reader's own drawer."""
    home.mkdir(mode=0o700)
    lines = [f"{name} = {json.dumps(str(value) if isinstance(value, Path) else value)}" for name, value in weights if value is not None]
    (home / SETTINGS_FILE).write_text("\n".join(["[weights]", *lines]) + "\n", encoding="utf-8")


# --- what it was found on ----------------------------------------------------------------------


def _user() -> str:
    if sys.platform == "win32":
        return "user"
    return "root" if os.geteuid() == 0 else f"uid {os.geteuid()}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _streamlit_settings() -> dict[str, object]:
    from ui.server import OPTIONS

    return {name: value for name, value in OPTIONS.items() if name.partition(".")[0] in ("server", "browser", "client")}
