"""What can be set, with its unit and bounds: seorap.toml, then SEORAP_* variables, then what the call says."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar, get_args

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import SettingsInvalid
from rag.records import Language

S = TypeVar("S", bound="Section")


class Section(BaseModel):
    """Base of every section: a misspelt key is an error, and nothing mutates."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WeightsSettings(Section):
    folder: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("seorap", appauthor=False)) / "weights")
    language_model: Literal["default", "small"] = "default"
    language_model_path: Path | None = None  # a GGUF file of the reader's own
    embedder_path: Path | None = None  # a sentence-transformers folder of the reader's own
    question_prefix: str = "query: "  # E5 models are trained with both
    passage_prefix: str = "passage: "
    context_tokens: int = Field(default=4096, ge=1024)
    unload_minutes: int = Field(default=15, ge=0)  # without a question, then the page gives the answer model's memory back; 0: never
    threads: int = Field(default=0, ge=0)  # 0: one for each physical core


class SplitSettings(Section):
    passage_tokens: int = Field(default=160, ge=50, le=480)  # embedder's tokens; E5 reads 512 at most
    overlap_tokens: int = Field(default=0, ge=0, le=128)


class RetrievalSettings(Section):
    candidates: int = Field(default=50, ge=1)  # taken from each ranking
    passages: int = Field(default=10, ge=1)  # returned to the reader


class AnswerSettings(Section):
    evidence_tokens: int = Field(default=340, ge=100)  # of the language model, for all snippets together
    first_tokens: int = Field(default=320, ge=50)  # for the best of them
    window_tokens: int = Field(default=120, ge=50)  # for each other
    max_tokens: int = Field(default=192, ge=8)
    first_word_s: float = Field(default=8.0, gt=0)  # a machine on which the best snippets take longer to read is given shorter ones
    read_ahead: tuple[Language, ...] = ("ko",)  # of questions whose first snippet begins where a passage does, so that it can be read ahead
    kept_mib: int = Field(default=2048, ge=0)  # of what the model made of passages, on the disk; 0 keeps nothing


class RefusalSettings(Section):
    """When a question is not answered. The first three were fitted together (see rag/refuse.py) and mean nothing one by one."""

    passage_weight: float = 3.86  # of the share of the question that one passage holds
    sentence_weight: float = 2.54  # of the share that one sentence holds
    offset: float = 3.54
    least_chance: float = Field(default=0.35, ge=0, le=1)  # that there is an answer; higher refuses more
    sure_chance: float = Field(default=0.8, ge=0, le=1)  # from here on the best sentence answers where the model could not
    # The same where the documents are in another language than the question; fitted by bench/across.py.
    across_share_weight: float = 7.0  # of the share of the question that one passage holds in its own language
    across_similarity_weight: float = 125.0  # of the highest cosine between question and passage
    across_offset: float = 100.2


class SummarySettings(Section):
    sections: int = Field(default=8, ge=1, le=100)  # of a document that the model reads, each in one call; of longer ones the most telling
    section_tokens: int = Field(default=600, ge=100)  # of the language model, at most
    max_tokens: int = Field(default=96, ge=8)  # written about each


class SandboxSettings(Section):
    memory_mib: int = Field(default=1024, ge=64)
    seconds: int = Field(default=60, ge=1)  # for a file, and again for each of its pages that needs OCR


class WatchSettings(Section):
    sweep_seconds: int = Field(default=180, ge=5, le=86_400)  # between two looks through a folder of which the system tells nothing


class OCRSettings(Section):
    tessdata: Path | None = None  # the folder of Tesseract's *.traineddata; else TESSDATA_PREFIX, else where systems keep it
    languages: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] = Field(default=("kor", "eng"), min_length=1)


class Settings(Section):
    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("seorap", appauthor=False)) / "drawer")
    language: Language | None = None  # None: the system's
    keep_conversations: bool = True  # questions of the page and their answers, in the drawer; those that are there stay
    weights: WeightsSettings = WeightsSettings()
    split: SplitSettings = SplitSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    refusal: RefusalSettings = RefusalSettings()
    summary: SummarySettings = SummarySettings()
    sandbox: SandboxSettings = SandboxSettings()
    ocr: OCRSettings = OCRSettings()
    watch: WatchSettings = WatchSettings()


SETTINGS_FILE = "seorap.toml"


def load_settings(*, library: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings of the drawer at ``library`` (else SEORAP_HOME, else the user's own), from its seorap.toml and the environment.

    Raises:
        SettingsInvalid: a key is unknown or a value is out of bounds; the sentence names it.
    """
    chosen = library or (Path(environment["SEORAP_HOME"]) if environment.get("SEORAP_HOME") else None)
    home = _absolute(chosen or Settings().home)
    source = home / SETTINGS_FILE
    try:
        values: dict[str, object] = tomllib.loads(source.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        values = {}
    except OSError as error:
        raise SettingsInvalid(source=str(source), cause=error.strerror or "no access") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(source=str(source), cause=str(error)) from error
    if "home" in values:
        raise SettingsInvalid(source=str(source), cause="home: the drawer is the folder in which this file lies")
    from_file = _validated(values | {"home": home}, str(source))
    from_file = from_file.model_copy(update={"weights": _beside(home, from_file.weights), "ocr": _beside(home, from_file.ocr)})
    if environment.get("SEORAP_WEIGHTS"):
        folder = _absolute(Path(environment["SEORAP_WEIGHTS"]))
        from_file = from_file.model_copy(update={"weights": from_file.weights.model_copy(update={"folder": folder})})
    if environment.get("SEORAP_LANGUAGE"):
        return _validated(from_file.model_dump() | {"language": environment["SEORAP_LANGUAGE"]}, "SEORAP_LANGUAGE")
    return from_file


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that is not what it is by itself."""

    key: str  # "answer.max_tokens"
    value: str
    default: str


def changed(settings: Settings) -> tuple[Changed, ...]:
    """What differs from the defaults, the drawer's place apart."""
    default = Settings()
    sections: list[tuple[str, Section, Section]] = [("", settings, default)]
    sections += [(f"{name}.", section, getattr(default, name)) for name, section in settings if isinstance(section, Section)]
    found = list[Changed]()
    for prefix, section, plain in sections:
        for (name, value), (_, by_default) in zip(section, plain, strict=True):
            if value != by_default and not isinstance(value, Section) and name != "home":
                found.append(Changed(f"{prefix}{name}", _as_text(value), _as_text(by_default)))
    return tuple(found)


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _beside(home: Path, section: S) -> S:
    """Relative paths in seorap.toml are meant from the folder in which it lies."""
    paths = {name: value for name, value in section if isinstance(value, Path)}
    return section.model_copy(update={name: _absolute(home / os.path.expanduser(path)) for name, path in paths.items()})  # noqa: PTH111


def _absolute(path: Path) -> Path:
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111  # Path.expanduser fails when there is no such user


def _validated(values: Mapping[str, object], source: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsInvalid(source=source, cause=f"{where}: {first['msg']}") from error


def system_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of the system's messages; English unless that is Korean."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            code = environment[name][:2]
            return "ko" if code == "ko" and code in get_args(Language) else "en"
    return "en"
