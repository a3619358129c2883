"""A filter and the documents of a drawer -> those that fit it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath

from rag.library.paths import absolute
from rag.library.tags import same
from rag.records import Document, Filter

_ALSO_CALLED = {"txt": "text", "md": "markdown", "htm": "html", "jpg": "jpeg", "tif": "tiff"}


def fitting(documents: Iterable[Document], only: Filter) -> list[Document]:
    """Those that can be asked and fit; names are left to ``Library.find``, which knows paths and ids too."""
    tags = {same(tag) for tag in only.tags}
    folders = [folder for name in only.folders for folder in _written(name)]
    formats = {format_called(name) for name in only.formats}
    return [
        document
        for document in documents
        if document.doc_id
        and tags <= {same(tag) for tag in document.tags}
        and (not folders or any(_lies_in(place, folder) for place in document.places for folder in folders))
        and (not formats or document.format in formats)
        and (only.since is None or _day(document) >= only.since)
        and (only.before is None or _day(document) < only.before)
    ]


def format_called(name: str) -> str:
    """The format that a file suffix means, with or without its dot."""
    plain = name.strip().lstrip(".").casefold()
    return _ALSO_CALLED.get(plain, plain)


def folders_of(document: Document) -> tuple[str, ...]:
    """The names of all folders above its places."""
    return tuple(dict.fromkeys(part for place in document.places for part in PurePath(place).parent.parts))


def wanted(only: Filter) -> str:
    """What a filter asks for, in signs that need no translation."""
    days = [f"≥ {only.since}"] if only.since else []
    days += [f"< {only.before}"] if only.before else []
    return ", ".join((*only.documents, *only.tags, *only.folders, *only.formats, *days))


def _written(folder: str) -> list[tuple[str, ...]]:
    """The parts of a folder that is given by its path, or by the end of it."""
    return [tuple(map(same, path.parts)) for path in (absolute(folder), PurePath(folder)) if path.parts]


def _lies_in(place: str, folder: tuple[str, ...]) -> bool:
    above = _above(place)
    return any(above[at : at + len(folder)] == folder for at in range(len(above) - len(folder) + 1))


@lru_cache(maxsize=16_384)
def _above(place: str) -> tuple[str, ...]:
    return tuple(map(same, PurePath(place).parent.parts))


def _day(document: Document) -> date:
    """On the reader's own clock."""
    return datetime.fromtimestamp(document.changed).date()
