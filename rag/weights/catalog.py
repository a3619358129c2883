"""catalog.toml: which weights there are, where they come from and what they must be, byte for byte."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Literal

from rag.settings import Section


class Role(StrEnum):
    LANGUAGE_MODEL = "language model"
    LANGUAGE_MODEL_SMALL = "language model (small)"
    EMBEDDING = "embedding"
    EMBEDDING_ENGLISH = "embedding (English)"


class Pin(Section):
    size_bytes: int
    sha256: str


class PinnedFile(Pin):
    path: str  # in the weights folder


class Weight(Section):
    role: Role
    name: str
    licence: str
    kind: Literal["concatenate", "e5", "folder"]
    requirements: str  # the file next to the catalogue that pins the packages
    distribution: str
    version: str
    parts: int = 1
    data: str  # in an installed package
    source: Pin | None = None  # of data that is converted rather than copied
    target: str  # file or folder in the weights folder
    files: tuple[PinnedFile, ...]

    @property
    def distributions(self) -> list[str]:
        return [self.distribution.format(part=part) for part in range(1, self.parts + 1)]

    @property
    def data_paths(self) -> list[str]:
        """In the order of their numbers: by name, part10 would come before part2."""
        return [self.data.format(part=part) for part in range(1, self.parts + 1)]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


class _Catalog(Section):
    weights: tuple[Weight, ...]


def read_catalog(path: Path) -> dict[Role, Weight]:
    catalog = _Catalog.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return {weight.role: weight for weight in catalog.weights}


def pinned_requirements(path: Path, distributions: list[str]) -> str:
    """The lines of a requirements file that pin these packages."""
    wanted = set(distributions)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.partition("==")[0] in wanted)
