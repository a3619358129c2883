"""The documents of a drawer -> what each of them can be chosen by. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath

from rag.library.tags import same
from rag.records import Document, Language


class Group(StrEnum):
    """What a choice can be made by."""

    KIND = "kind"
    FOLDER = "folder"
    TAG = "tag"
    LANGUAGE = "language"
    YEAR = "year"


Trait = tuple[Group, str]
"""Kinds as ``Document.format`` says them; folders by their paths (the watched one in which a document lies, or else its own; uploads lie in none);
the year in which it was added or last changed."""

Traits = Mapping[str, frozenset[Trait]]
"""By the ids of documents."""


def traits_of(documents: Iterable[Document], languages: Mapping[str, Language], watched: Collection[str]) -> Traits:
    """Of the documents that can be asked, by id; a tag is written alike wherever it is the same."""
    roots = tuple(sorted(watched, key=len))
    written: dict[str, str] = {}
    return {
        document.doc_id: frozenset(
            [
                (Group.KIND, document.format),
                *((Group.FOLDER, _folder(place, roots)) for place in document.places),
                *((Group.TAG, written.setdefault(same(tag), tag)) for tag in document.tags),
                (Group.LANGUAGE, languages.get(document.doc_id, "en")),
                (Group.YEAR, str(datetime.fromtimestamp(document.changed).year)),
            ]
        )
        for document in documents
        if document.doc_id
    }


@lru_cache(maxsize=65_536)  # they are asked for anew whenever a document is added
def _folder(place: str, roots: tuple[str, ...]) -> str:
    """The outermost watched folder above a place, or the one in which it lies."""
    path = PurePath(place)
    return next((root for root in roots if path.is_relative_to(root)), str(path.parent))
