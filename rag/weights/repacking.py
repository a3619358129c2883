"""Whether llama.cpp lays the language model's weights out anew for this processor: measured once, at set-up.

Some processors read a prompt faster then and some more slowly, and it takes as much memory again as the weights themselves, for good.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from rag.settings import Section, WeightsSettings
from rag.weights.acquire import locate_language_model
from rag.weights.language_model import SLICE_TOKENS, LlamaCppModel

log = logging.getLogger(__name__)

_WORTH_ITS_MEMORY = 1.25
"""Times as fast."""

_SLICES = 4
"""Of which the first is not counted: pages of the file are read then."""


class Repacking(Section):
    """What was measured, in tokens read a second; kept in the folder of weights under the name and size of the file."""

    repacked: bool
    repacked_per_s: float
    plain_per_s: float


def is_repacked(settings: WeightsSettings) -> bool:
    """As was found best; not where nothing was measured.

    Raises:
        WeightsError
    """
    known = _read(_path(settings))
    return known is not None and known.repacked


def measured(settings: WeightsSettings, *, measuring: Callable[[], None]) -> Repacking:
    """What came of trying both, which is done once for these weights and announced.

    Raises:
        WeightsError
    """
    path = _path(settings)
    if known := _read(path):
        return known
    measuring()
    plain, repacked = (_rate(settings, repacked=repacked) for repacked in (False, True))
    found = Repacking(repacked=repacked > plain * _WORTH_ITS_MEMORY, repacked_per_s=round(repacked, 1), plain_per_s=round(plain, 1))
    try:
        path.write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        log.info("what was measured is not kept: %s", error.strerror)
    return found


def _rate(settings: WeightsSettings, *, repacked: bool) -> float:
    """Tokens a second, of the slice that was read fastest."""
    wanted = _SLICES * SLICE_TOKENS
    model = LlamaCppModel(
        locate_language_model(settings), context_tokens=wanted + SLICE_TOKENS, threads=settings.threads, repacked=repacked
    )
    text = "The tenant shall give notice in writing. 임차인은 서면으로 통지한다. " * SLICE_TOKENS
    at = [time.perf_counter()]
    for _ in model.stream(model.encode_text(text)[: wanted + 1], max_tokens=1):
        at.append(time.perf_counter())
    return SLICE_TOKENS / min(end - begin for begin, end in pairwise(at[1 : _SLICES + 1]))


def _path(settings: WeightsSettings) -> Path:
    weights = locate_language_model(settings)
    return settings.folder / f"{weights.stem}-{weights.stat().st_size}.json"


def _read(path: Path) -> Repacking | None:
    try:
        return Repacking.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
