"""The documents of a drawer -> those that a reader wants to see, in the order that was asked for. Pure."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from rag.library.library import identity
from rag.library.tags import same
from rag.records import Document, Language, State
from ui.web.render import visible

WITHIN = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
"""Days before today from which on something counts."""


_MOST_FOLDERS = 150
"""To choose from; where there are more, those deep down are left out."""

SIGNS = 7
"""Groups of documents that have a sign of their own on the map."""

_STATES = tuple(State)


@dataclass(frozen=True, slots=True)
class Choice:
    """Those that fit every part; a part that is empty leaves none out."""

    name: str = ""
    state: State | None = None
    kind: str | None = None
    language: Language | None = None
    folder: str | None = None  # at or below it; "": those that were uploaded
    tag: str | None = None
    within: str | None = None  # of WITHIN


EVERYTHING = Choice()


def folder_of(document: Document) -> str:
    """Where it lies; empty for an upload."""
    return os.path.dirname(document.places[0]) if document.places else ""  # noqa: PTH120  # a tenth of the time, ten thousand times


def chosen(
    documents: Sequence[Document], choice: Choice, languages: Mapping[str, Language], *, today: datetime.date | None = None
) -> list[Document]:
    if choice == EVERYTHING:
        return list(documents)
    name, tag = same(choice.name.strip()), same(choice.tag or "")
    since = _midnight(WITHIN[choice.within], today) if choice.within else 0.0
    return [
        document
        for document in documents
        if (not name or name in same(document.name))
        and (choice.state is None or document.state is choice.state)
        and (choice.kind is None or document.format == choice.kind)
        and (choice.language is None or languages.get(document.doc_id) == choice.language)
        and (choice.folder is None or _lies_in(document, choice.folder))
        and (not tag or any(same(each) == tag for each in document.tags))
        and document.added >= since
    ]


def _lies_in(document: Document, folder: str) -> bool:
    if not folder:
        return not document.places
    start = folder.rstrip(os.sep) + os.sep
    return any(place.startswith(start) for place in document.places)


def _midnight(days: int, today: datetime.date | None) -> float:
    first = (today or datetime.datetime.now().date()) - datetime.timedelta(days=days)
    return datetime.datetime.combine(first, datetime.time()).timestamp()


def ordered(documents: Sequence[Document], column: str, languages: Mapping[str, Language], *, descending: bool) -> list[Document]:
    """By one column; what is the same there stays as it was, and what has nothing there comes last."""
    keys: dict[str, Callable[[Document], str | float]] = {
        "name": lambda document: _read_as(document.name),
        "state": lambda document: _STATES.index(document.state),
        "kind": lambda document: document.format,
        "language": lambda document: languages.get(document.doc_id, ""),
        "pages": lambda document: document.pages or 0,
        "passages": lambda document: document.passages,
        "size": lambda document: document.size_bytes,
        "added": lambda document: document.added,
        "folder": lambda document: _read_as(folder_of(document)),
        "tags": lambda document: _read_as(" ".join(document.tags)),
    }
    key = keys[column]
    there = [document for document in documents if key(document)] if column not in ("state", "added") else documents
    rest = [document for document in documents if not key(document)] if len(there) < len(documents) else []
    return [*sorted(there, key=key, reverse=descending), *rest]


@lru_cache(maxsize=20_000)
def _read_as(name: str) -> str:
    return same(name)


# --- folders -----------------------------------------------------------------------------------


def folders(documents: Collection[Document]) -> list[str]:
    """Every folder at or below which documents lie, from where they part; first "" where some were uploaded."""
    there = {folder_of(document) for document in documents}
    uploads, there = [""] if "" in there else [], there - {""}
    root = _root(there)
    found = {folder for each in there for folder in _down_to(root, each)}
    depths = sorted({folder.count(os.sep) for folder in found})
    while len(found) > _MOST_FOLDERS and len(depths) > 1:
        deepest = depths.pop()
        found = {folder for folder in found if folder.count(os.sep) < deepest}
    return uploads + sorted(found, key=same)


def called(folder: str, among: Sequence[str]) -> str:
    """A folder by the part of its path that tells it apart."""
    root = _root(frozenset(among) - {""})
    return visible(folder[len(root) :].strip(os.sep) or PurePath(folder).name) if folder else ""


def branches(documents: Sequence[Document]) -> dict[str, str]:
    """Document -> the folder by which it is told apart on a picture: the first one in which not all of them lie; "" for an upload."""
    where = {identity(document): folder_of(document) for document in documents}
    there = set(where.values()) - {""}
    root = _root(there)
    first = {folder: next(iter(_down_to(root, folder)), folder) for folder in there}
    return {document: first.get(folder, "") for document, folder in where.items()}


def signs(branch_of: Mapping[str, str]) -> dict[str, int]:
    """Branch -> its sign, the most frequent first; of those for which none is left, all have the last."""
    most = [branch for branch, _ in sorted(Counter(branch_of.values()).items(), key=lambda counted: (-counted[1], counted[0]))]
    many = len(most) > SIGNS
    return {branch: number if number < SIGNS - many else SIGNS for number, branch in enumerate(most)}


def _root(there: Collection[str]) -> str:
    """Above all of them; the folder itself where there is only one."""
    try:
        return os.path.commonpath(there) if there else ""
    except ValueError:  # on several disks of Windows
        return ""


def _down_to(root: str, folder: str) -> list[str]:
    """The folders from below ``root`` down to this one; itself where it is the root."""
    between = [str(above) for above in (PurePath(folder), *PurePath(folder).parents) if len(str(above)) > len(root)]
    return between[::-1] or [folder]
