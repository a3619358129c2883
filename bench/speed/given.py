"""What the command line asks of every part."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Given:
    sets: Path  # of questions, see bench.quality
    folders: tuple[Path, ...]  # to be taken in
    yardstick: tuple[str, ...]  # without it Seorap is measured alone
    rounds: int
    limit: int  # questions of each set, and texts in thousands
    sizes: tuple[int, ...]  # of drawers, in passages
    keep: Path

    @property
    def largest(self) -> int:
        return (
            max(size for size in self.sizes if size <= _LARGEST_FOR_MEMORY) if min(self.sizes) <= _LARGEST_FOR_MEMORY else min(self.sizes)
        )


_LARGEST_FOR_MEMORY = 100_000


def seorap(home: Path, *verb: str) -> list[str]:
    """As a user calls it."""
    return [sys.executable, "-m", "ui", "--library", str(home), *verb]


def called(command: Sequence[str], *, fine: Sequence[int] = (0,)) -> bytes:
    """What it prints.

    Raises:
        RuntimeError: it did not end well.
    """
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in fine:
        raise RuntimeError(f"{shlex.join(command)[:200]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-1500:]}")
    return done.stdout


def machine() -> dict[str, str]:
    return {
        "processor": _processor(),
        "cores": f"{psutil.cpu_count(logical=False)} ({os.cpu_count()} logical)",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: known for name in ("onnxruntime", "torch", "llama-cpp-python", "chromadb") if (known := _version(name))},
        "date": date.today().isoformat(),
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or "unknown")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
