"""Where a file lies below a watched folder -> its tags: the names of the folders between the two, the outermost first.

They are derived whenever they are asked for, so a file that moves has the tags of its new place at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from pathlib import PurePath

from rag.library.paths import within


def tags_of(places: Iterable[bytes], folders: Collection[bytes]) -> tuple[str, ...]:
    """Each tag once, as it is first written; none for what lies in no watched folder, or in one itself.

    A folder watched within another one changes nothing: tags go from the outermost, so that watching more takes no tag away.
    """
    found: dict[str, str] = {}
    for place in places:
        inside = [relative for folder in folders if (relative := _names(within(place, folder)))]
        for name in max(inside, key=len, default=())[:-1]:
            found.setdefault(same(name), name)
    return tuple(found.values())


def same(tag: str) -> str:
    """What two tags have in common that are one to the reader."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())


def _names(path: bytes) -> tuple[str, ...]:
    return PurePath(unicodedata.normalize("NFC", path.decode("utf-8", "replace"))).parts
