"""A sentence-transformers folder: who it is, and how it cuts text into tokens. Without torch, and so within a second."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import WeightsUnusable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_TOKENS = 512


def open_tokenizer(folder: Path) -> Tokenizer:
    """One that neither cuts texts off nor fills them up.

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
    return tokenizer


def tokens_in(tokenizer: Tokenizer, text: str) -> int:
    """How many tokens a text has, special ones apart."""
    return len(tokenizer.encode(text, add_special_tokens=False).ids)


def refuse_pickles(folder: Path) -> None:
    """``use_safetensors`` is for the transformer alone: other modules (Dense) would read a pickle where there is nothing else, as far as
    torch deems it harmless.

    Raises:
        WeightsUnusable
    """
    for path in sorted(folder.rglob("pytorch_model*.bin")):
        if not any(path.parent.glob("*.safetensors")):
            cause = f"{path.relative_to(folder)} is a pickle, which can hold code; only .safetensors are loaded"
            raise WeightsUnusable(path=str(folder), cause=cause)


def digest_of(folder: Path) -> str:
    """Of everything the vectors depend on: weights, vocabulary, configuration."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".safetensors", ".json", ".txt", ".model") and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def identity_of(folder: Path, digest: str, *, question_prefix: str, passage_prefix: str) -> str:
    """The same for every way to run the same weights: their vectors agree to a cosine of 0.996, and may stand beside each other."""
    return f"{folder.name} {digest} {question_prefix!r} {passage_prefix!r}"
