"""Text -> unit vectors, with ONNX Runtime on the CPU, in 8-bit integers and without torch."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import environment
from rag.durable import sync
from rag.errors import WeightsUnusable
from rag.ports import Vectors
from rag.weights.cores import threads_for
from rag.weights.folder import Tokens, digest_of, identity_of, refuse_pickles
from rag.weights.onnx_graph import GRAPH_VERSION, build_graph, read_encoder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

log = logging.getLogger(__name__)

_ERRORS_ONLY = 3


class OnnxEmbedder:
    """One sentence-transformers folder. Any thread may use it, and none waits for another.

    A text is computed by one thread from beginning to end: several texts at once are quicker than one text by several threads (31 a second,
    28), and a question has its asker's thread to itself, whatever is embedded meanwhile.

    The graph is made from the folder once and kept in ``kept_in``, under the folder's digest; where it cannot be kept, it is made each time.
    """

    def __init__(self, folder: Path, *, question_prefix: str, passage_prefix: str, threads: int, kept_in: Path) -> None:
        """Raises: WeightsUnusable, NotConvertible."""
        refuse_pickles(folder)
        self._encoder = read_encoder(folder)
        self._tokens = Tokens(folder)
        if len(self._tokens) > len(self._encoder.words):
            raise WeightsUnusable(path=str(folder), cause="its vocabulary has more tokens than the model")
        self._folder = folder
        self._threads = threads_for(threads)
        self._question_prefix = question_prefix
        self._passage_prefix = passage_prefix
        self.digest = digest_of(folder)
        self._identity = identity_of(folder, self.digest, question_prefix=question_prefix, passage_prefix=passage_prefix)
        self._kept_in = kept_in
        self._places = self._encoder.places()
        self._loading = threading.Lock()
        self._session: InferenceSession | None = None

    @property
    def identity(self) -> str:
        return self._identity

    def count_tokens(self, text: str) -> int:
        return self._tokens.count(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        session = self.load()
        longest_first = sorted(range(len(texts)), key=lambda i: -len(texts[i]))  # no thread is left with a long one at the end
        workers = min(self._threads, len(texts))
        if workers == 1:
            return np.stack([self._embed(session, self._passage_prefix + text) for text in texts])
        with ThreadPoolExecutor(workers) as pool:  # its threads are as nice as the one that asks
            vectors = list(pool.map(lambda i: self._embed(session, self._passage_prefix + texts[i]), longest_first))
        return np.stack([vector for _, vector in sorted(zip(longest_first, vectors, strict=True), key=lambda row: row[0])])

    def embed_question(self, text: str) -> Vectors:
        return self._embed(self.load(), self._question_prefix + text)

    def load(self) -> InferenceSession:
        """
        Raises:
            WeightsUnusable, NotConvertible
        """
        with self._loading:
            if self._session is None:
                self._session = self._opened(self._graph())
            return self._session

    def _embed(self, session: InferenceSession, text: str) -> Vectors:
        ids = np.array(self._tokens.ids(text, most=self._encoder.most_tokens) or [0])
        order = self._tokens.special_first(len(ids))
        embedded = self._encoder.words[ids[order]].astype(np.float32) + self._places[order]
        (mean,) = session.run(None, {"embedded": embedded[None]})
        vector: Vectors = mean[0] / np.linalg.norm(mean[0])
        return vector

    def _opened(self, graph: bytes) -> InferenceSession:
        environment.isolate()  # also for whoever uses the embedder alone
        import onnxruntime
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException

        onnxruntime.disable_telemetry_events()  # on Windows its maker's builds send some
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        try:
            return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException) as error:
            raise WeightsUnusable(path=str(self._folder), cause=str(error).splitlines()[0][:200]) from error

    # --- the graph's file ---------------------------------------------------------------------

    def _graph(self) -> bytes:
        """The one that is kept, if it is whole; else made anew and kept, if that can be."""
        path = self._kept_in / f"int8-{self.digest}-{GRAPH_VERSION}.onnx"
        if graph := _whole(path):
            return graph
        graph = build_graph(self._encoder, special=self._tokens.special)
        try:
            _keep(graph, path)
            for older in path.parent.glob(f"int8-{self.digest}-*.onnx"):
                if older != path:
                    older.unlink()
        except OSError as error:
            log.info("the graph of the embedding weights is not kept: %s", error.strerror)
        return graph


def _whole(path: Path) -> bytes | None:
    """What lies there behind its SHA-256; None where that is not its own."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    digest, graph = stored[:32], stored[32:]
    return graph if hashlib.sha256(graph).digest() == digest else None


def _keep(graph: bytes, path: Path) -> None:
    """In one step: a process that starts meanwhile finds all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".making-", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(graph).digest() + graph)
        sync(made)
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
