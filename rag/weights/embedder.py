"""Text -> unit vectors, with sentence-transformers on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import environment
from rag.errors import WeightsUnusable
from rag.ports import Vectors
from rag.weights.cores import threads_for
from rag.weights.folder import MOST_TOKENS, Tokens, digest_of, identity_of, refuse_pickles

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 16


class SentenceTransformerEmbedder:
    """One sentence-transformers folder of any make, and the measure of what is quicker. Any thread may use it.

    It knows who it is and counts tokens at once; the model, and torch with it, is loaded when the first text is embedded.
    """

    def __init__(self, folder: Path, *, question_prefix: str, passage_prefix: str, threads: int) -> None:
        """Raises: WeightsUnusable."""
        refuse_pickles(folder)
        self._tokens = Tokens(folder)
        self._folder = folder
        self._threads = threads
        self._question_prefix = question_prefix
        self._passage_prefix = passage_prefix
        self._identity = identity_of(folder, digest_of(folder), question_prefix=question_prefix, passage_prefix=passage_prefix)
        self._model: SentenceTransformer | None = None
        self._next = threading.Lock()
        self._working = threading.Lock()

    def load(self) -> SentenceTransformer:
        """
        Raises:
            WeightsUnusable
        """
        if self._model is None:
            environment.isolate()  # also for whoever uses the embedder alone
            import torch  # with the next one 10 s
            from safetensors import SafetensorError
            from sentence_transformers import SentenceTransformer

            torch.set_num_threads(threads_for(self._threads))
            try:
                model = SentenceTransformer(
                    str(self._folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True, "dtype": torch.bfloat16 if _computes_bfloat16() else torch.float32},
                )
                model.max_seq_length = min(model.max_seq_length or MOST_TOKENS, MOST_TOKENS)
                model.encode("", show_progress_bar=False)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError) as error:
                raise WeightsUnusable(path=str(self._folder), cause=str(error).splitlines()[0][:200]) from error
            self._model = model
        return self._model

    @property
    def identity(self) -> str:
        return self._identity

    def count_tokens(self, text: str) -> int:
        return self._tokens.count(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        rows: dict[int, Vectors] = {}
        longest_first = sorted(range(len(texts)), key=lambda i: -len(texts[i]))  # like lengths together: little padding
        for start in range(0, len(texts), _BATCH):
            batch = longest_first[start : start + _BATCH]
            rows |= zip(batch, self._encode([self._passage_prefix + texts[i] for i in batch]), strict=True)
        return np.stack([rows[i] for i in range(len(texts))])

    def embed_question(self, text: str) -> Vectors:
        (vector,) = self._encode([self._question_prefix + text])
        return np.asarray(vector, dtype=np.float32)

    def _encode(self, texts: list[str]) -> Vectors:
        with self._turn():
            vectors: Vectors = self.load().encode(texts, batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True)
        vectors = vectors.astype(np.float32)
        normal: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # bfloat16 leaves lengths 0.4 % off
        return normal

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Whoever waits holds the door, so that a question comes in after the current batch and not after all of them."""
        with self._next:
            self._working.acquire()
        try:
            yield
        finally:
            self._working.release()


def _computes_bfloat16() -> bool:
    """Where the processor does, it is two to three times as fast, and vectors agree with float32's to a cosine of 0.9999: they may be mixed."""
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
