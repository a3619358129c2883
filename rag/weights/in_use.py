"""Which weights answer and embed, and how they are run: for people to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rag.settings import WeightsSettings
from rag.weights.acquire import WeightState

_QUANTISATION = re.compile(r"(?<![A-Za-z0-9])(I?Q\d(?:_[A-Z0-9]+)*|BF16|F16|F32)(?![A-Za-z0-9])", re.IGNORECASE)
"""As GGUF files are named."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The language model."""

    weights: WeightState
    quantisation: str  # "Q4_K_M"; "" where its name does not say
    threads: int
    context_tokens: int
    repacked: bool  # laid out anew in memory: see rag/weights/repacking.py
    loaded: bool
    unused_s: float | None  # since somebody wanted it last; None while it is at work, or not loaded
    reading_per_s: float | None  # tokens, by what it has really done here, when nothing else was going on
    writing_per_s: float | None


@dataclass(frozen=True, slots=True)
class Embedding:
    """The model that places texts by meaning."""

    weights: WeightState
    engine: str  # "" as long as it is not opened
    passages_per_s: float | None  # as measured at set-up
    threads: int
    loaded: bool


@dataclass(frozen=True, slots=True)
class Models:
    writer: Writer
    embedding: Embedding


def quantisation_of(settings: WeightsSettings, state: WeightState) -> str:
    name = Path(settings.language_model_path).name if settings.language_model_path else state.name
    found = _QUANTISATION.search(name)
    return found[1].upper() if found else ""
