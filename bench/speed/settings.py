"""The language model's settings, one changed at a time: how fast it reads and writes then, what it takes to be there, and what several tokens at once cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from bench.search import in_new_process
from bench.speed.given import Given
from bench.speed.row import Row, middle
from rag.settings import load_settings
from rag.weights import language_model
from rag.weights.acquire import locate_language_model
from rag.weights.language_model import LlamaCppModel
from rag.weights.repacking import is_repacked

_READ, _WRITTEN = 512, 24
"""Tokens."""

_AT_ONCE = (1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, slots=True)
class Setting:
    repacked: bool
    cores: int = 0  # all
    flash_attention: bool = True
    slice_tokens: int = 0  # as it is


@dataclass(frozen=True, slots=True)
class Rates:
    loaded_s: float
    mib: float
    read_per_s: float
    written_per_s: float
    at_once_ms: tuple[float, ...]  # of _AT_ONCE


def rates(home: Path, setting: Setting) -> Rates:
    """Call it in a new process: what is set stays set."""
    import llama_cpp  # not where nothing is read

    language_model.SLICE_TOKENS = setting.slice_tokens or language_model.SLICE_TOKENS
    language_model.SHORT_DRAFT = language_model.LONG_DRAFT = 0
    if not setting.flash_attention:
        llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    path = locate_language_model(load_settings(library=home).weights)
    before, began = psutil.Process().memory_info().rss, time.perf_counter()
    model = LlamaCppModel(path, context_tokens=2048, threads=setting.cores, repacked=setting.repacked)
    loaded_s = time.perf_counter() - began
    prompt = model.encode_text("The tenant shall give notice in writing. 임차인은 서면으로 통지한다. " * _READ)[: _READ + 1]
    list(model.stream(prompt[: _READ // 2], max_tokens=1))  # reads the pages of the file
    began = time.perf_counter()
    steps = iter(model.stream([*prompt[1:], prompt[0]], max_tokens=_WRITTEN))
    while not next(steps).written:
        pass
    read = time.perf_counter()
    written = sum(1 for _ in steps)
    ended = time.perf_counter()
    return Rates(
        loaded_s,
        (psutil.Process().memory_info().rss - before) / 2**20,
        (_READ + 1) / (read - began),
        written / (ended - read),
        tuple(1000 * _seconds(model, prompt[:count]) for count in _AT_ONCE),
    )


def _seconds(model: LlamaCppModel, tokens: list[int]) -> float:
    cells, times = model._cells, list[float]()
    length = cells.length
    for _ in range(5):
        began = time.perf_counter()
        cells.evaluate(tokens, all_logits=True)
        times.append(time.perf_counter() - began)
        cells.cut(length)
    return median(times)


def measure(given: Given) -> Iterator[Row]:
    home = given.keep / "none"
    usual = Setting(repacked=is_repacked(load_settings(library=home).weights))
    tried = {
        "as it is": usual,
        "weights laid out anew" if not usual.repacked else "weights as in the file": replace(usual, repacked=not usual.repacked),
        "one core": replace(usual, cores=1),
        "without flash attention": replace(usual, flash_attention=False),
        "slices of 32 tokens": replace(usual, slice_tokens=32),
        "slices of 64 tokens": replace(usual, slice_tokens=64),
        "slices of 256 tokens": replace(usual, slice_tokens=256),
    }
    found: dict[str, list[Rates]] = {name: [] for name in tried}
    for _ in range(given.rounds):
        for name, setting in tried.items():
            found[name].append(in_new_process(rates, home, setting))
    for name, some in found.items():
        yield middle("settings", f"{name}: reading", "tokens/s", [one.read_per_s for one in some])
        yield middle("settings", f"{name}: writing", "tokens/s", [one.written_per_s for one in some])
    for name in list(tried)[:2]:
        yield middle("settings", f"{name}: loading", "s", [one.loaded_s for one in found[name]])
        yield middle("settings", f"{name}: memory", "MiB", [one.mib for one in found[name]])
        for at, count in enumerate(_AT_ONCE):
            yield middle("settings", f"{name}: {count} tokens at once", "ms", [one.at_once_ms[at] for one in found[name]])
