"""What a certificate of deletion says, line by line, and what would undo the deletion."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.library.paths import is_below
from rag.records import Language
from ui.words import terminal

if TYPE_CHECKING:
    from rag.library.erase import Certificate
    from rag.library.library import Library
    from rag.library.manifest import Place


def lines(erased: Certificate, language: Language) -> Iterator[str]:
    words = terminal.IN[language]
    yield words["certificate"]
    yield words["certified_document"].format(names=", ".join(erased.names))
    yield from (words["certified_place"].format(place=place) for place in erased.places)
    yield from (words["certified_hash"].format(sha256=sha256) for sha256 in erased.sha256)
    yield words["certified_content"].format(
        format=erased.format or "-",
        size=erased.size_bytes,
        pages="-" if erased.pages is None else erased.pages,
        passages=erased.passages,
        vectors=erased.vectors,
    )
    yield words["certified_when"].format(when=erased.erased, version=erased.seorap, drawer=erased.drawer)
    yield words["certified_manifest"].format(before=erased.manifest_bytes_before, after=erased.manifest_bytes_after)
    yield words["certified_index"].format(before=erased.index_before, after=erased.index_after)
    yield words["certified_uploads"].format(count=erased.uploads_removed, size=erased.upload_bytes)
    searched = words["certified_search" if erased.samples else "certified_nothing_own"]
    yield searched.format(files=erased.files_searched, size=erased.bytes_searched, samples=erased.samples)
    yield words["certified_not"]


def coming_back(drawer: Library, places: Sequence[Place], language: Language) -> Iterator[str]:
    """A sentence for each file that the next look through a watched folder would find again."""
    for folder in drawer.manifest.folders():
        for place in places:
            path = os.fsdecode(place.place)
            if is_below(place.place, folder.folder) and (os.path.lexists(path) or not folder.reachable):
                yield terminal.IN[language]["comes_back"].format(path=path, folder=os.fsdecode(folder.folder))
