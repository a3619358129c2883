"""Chroma behind a small interface. Holds passage ids and vectors, no text; everything in it can be made again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.ports import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client


class IndexBroken(Exception):
    """The index cannot do what was asked. Nothing is lost: it can be made again from the manifest."""


_COLLECTION = "passages"
MOST_A_CALL = 1_000  # Chroma takes 5,461 at most

_GRAPH_WRITTEN = "index_metadata.pickle"
_LAID_DOWN = ("data_level0.bin", "length.bin")
"""Files of the graph, which Chroma writes after a thousand vectors. Until then they are filled with whatever lay in memory: vectors, too."""


class ChromaIndex:
    """One generation of the index. Not for two processes at once: a second reader silently sees stale results."""

    def __init__(self, folder: Path) -> None:
        with _no_settings_from_elsewhere():
            import chromadb  # 1.3 s
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
        self._folder = folder
        self._closed = False
        with _translated():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._client = cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
            self._collection = self._client.get_or_create_collection(
                _COLLECTION,
                embedding_function=None,  # else it would download a model
                configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}},
            )

    def upsert(self, ids: Sequence[int], vectors: Vectors) -> None:
        for at in range(0, len(ids), MOST_A_CALL):
            chunk = [str(passage_id) for passage_id in ids[at : at + MOST_A_CALL]]
            with _translated():
                self._collection.upsert(ids=chunk, embeddings=vectors[at : at + MOST_A_CALL])
                self._blank()

    def delete(self, ids: Sequence[int]) -> None:
        for at in range(0, len(ids), MOST_A_CALL):
            with _translated():
                self._collection.delete(ids=[str(passage_id) for passage_id in ids[at : at + MOST_A_CALL]])

    def nearest(self, question: Vectors, k: int) -> list[int]:
        """Approximate: the ids of the nearest ``k``."""
        with _translated():
            try:
                found = self._collection.query(query_embeddings=question[None, :], n_results=k, include=[])
            except AttributeError as error:  # of Chroma's client, once it is closed
                if not self._closed:
                    raise
                raise IndexBroken("it was closed during a search") from error
        return [int(passage_id) for passage_id in found["ids"][0]]

    def ids(self) -> set[int]:
        with _translated():
            return {int(passage_id) for passage_id in self._collection.get(include=[])["ids"]}

    def close(self) -> None:
        self._closed = True
        self._client.close()

    def _blank(self) -> None:
        """Nothing of what was in memory stays in the files, of which nothing is read before the graph is written."""
        for path in (path for name in _LAID_DOWN for path in self._folder.glob(f"*/{name}")):
            if not path.with_name(_GRAPH_WRITTEN).exists():
                with path.open("r+b") as file:
                    file.write(bytes(path.stat().st_size))


_reading_settings = threading.Lock()


@contextmanager
def _no_settings_from_elsewhere() -> Iterator[None]:
    """Chroma takes any variable that is called like one of its settings (``MIGRATIONS``, ``ENVIRONMENT``), and any line of a ``.env`` in the
    folder where the reader happens to stand, already when it is imported; one that it makes no sense of stops it. It has no setting against this.
    """
    from pydantic_settings import BaseSettings
    from pydantic_settings.sources import InitSettingsSource

    def only_ours(kind: type[BaseSettings], *, init_settings: InitSettingsSource, **elsewhere: object) -> tuple[InitSettingsSource]:
        return (init_settings,)

    with _reading_settings:
        usual = vars(BaseSettings)["settings_customise_sources"]
        BaseSettings.settings_customise_sources = staticmethod(only_ours)  # type: ignore[method-assign,assignment]  # for this moment
        try:
            yield
        finally:
            BaseSettings.settings_customise_sources = usual  # type: ignore[method-assign]


@contextmanager
def _translated() -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError, ValueError, RuntimeError) as error:  # its own errors, and what its parts raise over damaged files
        raise IndexBroken(str(error)) from error
