"""How things stand on this machine, for the page to show: models, memory, privacy, and where everything lies."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag import memory, no_network
from rag.assemble import Assistant
from rag.confidential import is_open, leaves_no_core_dumps
from rag.disk import Encryption, encryption_of
from rag.library import schema
from rag.library.library import Counts
from rag.library.space import Space, space_of
from rag.memory import Memory
from rag.no_network import Seclusion
from rag.settings import SETTINGS_FILE, Changed, changed
from rag.version import VERSION
from rag.weights.in_use import Models
from ui.launch import served_at

REPORT_FILE = "privacy-report.txt"


@dataclass(frozen=True, slots=True)
class Now:
    """What changes while somebody looks."""

    memory: Memory
    models: Models
    seclusion: Seclusion | None
    refused: Mapping[str, int]  # by Python's audit event


@dataclass(frozen=True, slots=True)
class MachineState:
    now: Now
    unload_minutes: int  # without a question; 0: never
    address: str | None  # of the page, as far as it is no secret
    owner_only: bool  # nobody else can look into the drawer
    no_core_dumps: bool
    encryption: Encryption
    examined: float | None  # when `seorap doctor --privacy` left its report in the drawer
    home: Path
    counts: Counts
    space: Space
    schema: int
    index_generation: int
    version: str
    weights_folder: Path
    settings_file: Path
    has_settings_file: bool
    changed: tuple[Changed, ...]
    log_level: str | None  # None: nothing is logged


def now(assistant: Assistant, refused: Mapping[str, int]) -> Now:
    """In some milliseconds, loading nothing."""
    return Now(memory.in_use(), assistant.models(), no_network.seclusion(), refused)


def gather(assistant: Assistant, refused: Mapping[str, int]) -> MachineState:
    """In some hundredths of a second, loading nothing."""
    settings, library = assistant.settings, assistant.library
    source = settings.home / SETTINGS_FILE
    return MachineState(
        now=now(assistant, refused),
        unload_minutes=settings.weights.unload_minutes,
        address=served_at(settings.home),
        owner_only=not is_open(settings.home),
        no_core_dumps=leaves_no_core_dumps(),
        encryption=encryption_of(settings.home),
        examined=_changed_at(settings.home / REPORT_FILE),
        home=settings.home,
        counts=library.counts(),
        space=space_of(settings.home),
        schema=schema.VERSION,
        index_generation=library.index_generation(),
        version=VERSION,
        weights_folder=settings.weights.folder,
        settings_file=source,
        has_settings_file=source.is_file(),
        changed=changed(settings),
        log_level=_log_level(),
    )


def _changed_at(path: Path) -> float | None:
    with suppress(OSError):
        return path.stat().st_mtime
    return None


def _log_level() -> str | None:
    root = logging.getLogger()
    kept = any(not isinstance(handler, logging.NullHandler) for handler in root.handlers)
    return logging.getLevelName(root.level) if kept else None
