"""Watched folders: the sweep compares the whole folder with the drawer, and is the truth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ingest.pipeline import Batch, add
from rag.errors import NoSuchFile
from rag.records import FileOutcome

SWEEP_EVERY_S = 60


def sweep(folder: Path, batch: Batch) -> Iterator[FileOutcome]:
    """Make the drawer equal to ``folder``: take in what is new or changed, let go of what is gone.

    Raises:
        NoSuchFile: the folder is not there; nothing is let go of then, for it may be a disk that is unplugged.
    """
    root = folder.absolute()
    if not root.is_dir():
        raise NoSuchFile(name=str(folder))
    yield from add([root], batch)
    prefix = os.fsencode(root) + os.sep.encode()
    for place in batch.library.manifest.places():
        if place.place.startswith(prefix) and not os.path.lexists(place.place) and root.is_dir():
            batch.library.manifest.drop_place(place.place)
    batch.library.fill_index()
