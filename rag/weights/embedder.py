"""Text -> unit vectors, with sentence-transformers on the CPU."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag import environment
from rag.errors import WeightsUnusable
from rag.ports import Vectors
from rag.weights.cores import threads_for

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 16
_MAX_TOKENS = 512


def load_tokenizer(folder: Path) -> Callable[[str], int]:
    """How many tokens a text has, special ones apart; without torch, and so within a second.

    Raises:
        WeightsUnusable
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())  # unlike its siblings, it raises a ValueError
    except (OSError, ValueError) as error:
        raise WeightsUnusable(path=str(path), cause=str(error)) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


class SentenceTransformerEmbedder:
    """One sentence-transformers folder. Any thread may use it.

    It knows who it is and counts tokens at once; the model, and torch with it, is loaded when the first text is embedded.
    """

    def __init__(self, folder: Path, *, question_prefix: str, passage_prefix: str, threads: int) -> None:
        """Raises: WeightsUnusable."""
        _refuse_pickles(folder)
        self.count_tokens = load_tokenizer(folder)
        self._folder = folder
        self._threads = threads
        self._question_prefix = question_prefix
        self._passage_prefix = passage_prefix
        self._identity = f"{folder.name} {_digest(folder)} {question_prefix!r} {passage_prefix!r}"
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
                model.max_seq_length = min(model.max_seq_length or _MAX_TOKENS, _MAX_TOKENS)
                model.encode("", show_progress_bar=False)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError) as error:
                raise WeightsUnusable(path=str(self._folder), cause=str(error).splitlines()[0][:200]) from error
            self._model = model
        return self._model

    @property
    def identity(self) -> str:
        return self._identity

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


def _refuse_pickles(folder: Path) -> None:
    """``use_safetensors`` is for the transformer alone: other modules (Dense) would read a pickle where there is nothing else, as far as
    torch deems it harmless.

    Raises:
        WeightsUnusable
    """
    for path in sorted(folder.rglob("pytorch_model*.bin")):
        if not any(path.parent.glob("*.safetensors")):
            cause = f"{path.relative_to(folder)} is a pickle, which can hold code; only .safetensors are loaded"
            raise WeightsUnusable(path=str(folder), cause=cause)


def _computes_bfloat16() -> bool:
    """Where the processor does, it is two to three times as fast, and vectors agree with float32's to a cosine of 0.9999: they may be mixed."""
    import torch

    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _digest(folder: Path) -> str:
    """Of everything the vectors depend on: weights, vocabulary, configuration."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".safetensors", ".json", ".txt", ".model") and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
