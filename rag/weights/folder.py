"""A sentence-transformers folder: who it is, and how it cuts text into tokens. Without torch, and so within a second."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from rag.errors import WeightsUnusable

MOST_TOKENS = 512

_CUTTERS = {"WhitespaceSplit", "BertPreTokenizer"}
_NORMALIZERS = {"NFC", "NFKC", "BertNormalizer", "Lowercase"}
"""Those that do nothing to a word for the sake of the one beside it."""

_MOST_REMEMBERED = 100_000
_LONGEST_REMEMBERED = 40


class Tokens:
    """What a folder's tokenizer makes of texts. Any thread may use it.

    Where the tokenizer looks at each word by itself, so does this, and remembers what came of it: splitting documents counts the same words
    four times over, and took 38 s for 1,300 pages of which 37 were the tokenizer's.
    """

    def __init__(self, folder: Path) -> None:
        """Raises: WeightsUnusable."""
        from tokenizers import Tokenizer

        path = folder / "tokenizer.json"
        try:
            stored = path.read_bytes()
            tokenizer = Tokenizer.from_buffer(stored)  # unlike its siblings, it raises a ValueError
            described = json.loads(stored)
        except (OSError, ValueError) as error:
            raise WeightsUnusable(path=str(path), cause=str(error)) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._word_by_word = _goes_word_by_word(described)
        self._words: dict[str, list[int]] = {}
        framed = tokenizer.encode("a")
        inside = [at for at, special in enumerate(framed.special_tokens_mask) if not special] or [len(framed.ids)]
        self._before, self._after = framed.ids[: inside[0]], framed.ids[inside[-1] + 1 :]

    @property
    def special(self) -> int:
        """How many special tokens a text is put between."""
        return len(self._before) + len(self._after)

    def special_first(self, length: int) -> list[int]:
        """The places of a text of ``length`` tokens, those of the special ones before all others."""
        first, last = len(self._before), length - len(self._after)
        return [*range(first), *range(last, length), *range(first, last)]

    def __len__(self) -> int:
        """How many there are to choose from."""
        return self._tokenizer.get_vocab_size()

    def count(self, text: str) -> int:
        """How many tokens a text has, special ones apart."""
        if not self._word_by_word:
            return len(self._encode(text))
        return sum(len(self._of_word(word)) for word in _words(text))

    def ids(self, text: str, *, most: int) -> list[int]:
        """The tokens of a text between the special ones, cut off so that there are at most so many."""
        found = [token for word in _words(text) for token in self._of_word(word)] if self._word_by_word else self._encode(text)
        return [*self._before, *found[: most - self.special], *self._after]

    def _of_word(self, word: str) -> list[int]:
        known = self._words.get(word)
        if known is None:
            known = self._encode(word)
            if len(word) <= _LONGEST_REMEMBERED:
                if len(self._words) >= _MOST_REMEMBERED:
                    self._words.clear()
                self._words[word] = known
        return known

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids


def _words(text: str) -> list[str]:
    """Cut where no tokenizer sees anything but white space: of what else Python calls so, some join words."""
    return [word for word in text.replace("\n", " ").split(" ") if word]


def _goes_word_by_word(described: object) -> bool:
    match described:
        case {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": str(cutter)}, *_]}} | {
            "pre_tokenizer": {"type": str(cutter)}
        }:
            match described:
                case {"normalizer": {"type": "Sequence", "normalizers": [*normalizers]}}:
                    pass
                case {"normalizer": normalizer}:
                    normalizers = [normalizer] if normalizer else []
                case _:
                    return False
            return cutter in _CUTTERS and all(map(_minds_its_word, normalizers))
    return False


def _minds_its_word(normalizer: object) -> bool:
    match normalizer:
        case {"type": "Replace", "content": "" | " "}:
            return True
        case {"type": str(kind)}:
            return kind in _NORMALIZERS
    return False


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
    """The same for every way to run the same weights: their vectors agree to a cosine of 0.999, and may stand beside each other."""
    return f"{folder.name} {digest} {question_prefix!r} {passage_prefix!r}"
