"""The documents of a drawer -> what a question may call them by. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.library.filter import folders_of
from rag.records import Document


@dataclass(frozen=True, slots=True)
class Names:
    """``form`` of a name -> the name. What two documents are called is left out of the first two."""

    files: Mapping[str, str]  # with suffix
    documents: Mapping[str, str]  # with and without
    folders: Mapping[str, str]
    tags: Mapping[str, str]
    formats: frozenset[str]


@lru_cache(maxsize=16_384)  # a question to a part of the drawer has the names of that part told apart
def form(name: str) -> str:
    """What two ways of writing a name have in common."""
    return " ".join(re.sub(r"[-_\s]+", " ", unicodedata.normalize("NFKC", name).casefold()).split())


def names_of(documents: Iterable[Document]) -> Names:
    """Of the documents that can be asked."""
    asked = [document for document in documents if document.doc_id]
    files = _told_apart((document.name, document) for document in asked)
    stems = _told_apart((document.name.rpartition(".")[0], document) for document in asked)
    known = {form(document.name) for document in asked}
    return Names(
        files,
        {**{stem: name for stem, name in stems.items() if len(stem) > 1 and stem not in known}, **files},
        {form(folder): folder for folder in {folder for document in asked for folder in folders_of(document)} if form(folder)},
        {form(tag): tag for tag in dict.fromkeys(tag for document in asked for tag in document.tags) if form(tag)},
        frozenset(document.format for document in asked),
    )


def _told_apart(called: Iterable[tuple[str, Document]]) -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for name, document in called:
        found.setdefault(form(name), {})[document.doc_id] = document.name
    return {name: next(iter(documents.values())) for name, documents in found.items() if name and len(documents) == 1}
