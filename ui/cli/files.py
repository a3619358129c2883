"""Files that a verb makes where the reader wants them: what stands in documents stands in them too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rag.errors import SeorapError


@contextmanager
def new_file(path: Path, home: Path, unwritable: type[SeorapError]) -> Iterator[BinaryIO]:
    """A file that is made at once, for its owner alone and outside the drawer ``home``, so that there is a place for what is made next. It is taken
    away again where that goes wrong.

    Raises:
        unwritable: with its facts ``path`` and ``cause``.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise unwritable(path=str(path), cause="it would lie in the drawer")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError as error:
        raise unwritable(path=str(path), cause="there is a file already") from error
    except OSError as error:
        raise unwritable(path=str(path), cause=error.strerror or "no access") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
