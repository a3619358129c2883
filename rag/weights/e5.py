"""An E5S1 file (multilingual-e5-small, 4-bit) -> an ordinary sentence-transformers folder.

Every byte is written here rather than by a library, so that the result is the same with any version of
anything and the catalogue can pin its checksums.
"""

from __future__ import annotations

import json
import math
import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import WeightsUnusable

_F32, _Q4_0 = 0, 1
_BLOCK = np.dtype([("scale", "<f2"), ("packed", "u1", 16)])
_BLOCK_WEIGHTS = 32
_BLOCKS_AT_ONCE = 1 << 16  # 8 MiB of float32: the word embeddings alone would be 384

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    pieces: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unk: int
    normalisation: Mapping[str, str]  # one character -> what it stands for


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    elements: int
    stored: memoryview


class _Cursor:
    def __init__(self, stored: memoryview) -> None:
        self.stored = stored
        self.at = 0

    def numbers(self, form: str) -> tuple[int, ...]:
        found = struct.unpack_from(f"<{form}", self.stored, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def number(self, form: str) -> int:
        return self.numbers(form)[0]

    def real(self) -> float:
        (found,) = struct.unpack_from("<f", self.stored, self.at)
        self.at += 4
        return float(found)

    def array(self, dtype: str, count: int) -> npt.NDArray[np.generic]:
        found = np.frombuffer(self.stored, dtype=dtype, count=count, offset=self.at)
        self.at += found.nbytes
        return found

    def raw(self, length: int) -> bytes:
        self.at += length
        return bytes(self.stored[self.at - length : self.at])


def write_folder(source: Path, folder: Path, *, advance: Callable[[int], None]) -> None:
    """Write the whole folder; ``advance`` is told the bytes as they are written.

    Raises:
        WeightsUnusable: ``source`` is not an E5S1 file.
    """
    try:
        shape, vocabulary, tensors = _read(memoryview(source.read_bytes()))
    except (struct.error, ValueError, KeyError) as error:
        raise WeightsUnusable(path=str(source), cause=f"not an E5S1 file: {error}") from error
    (folder / "1_Pooling").mkdir()
    for name, content in _configuration(shape, vocabulary).items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    tokenizer = json.dumps(_tokenizer(vocabulary), ensure_ascii=False).encode()
    (folder / "tokenizer.json").write_bytes(tokenizer)
    advance(len(tokenizer))
    _write_safetensors(folder / "model.safetensors", _named(shape, tensors), advance)


def _read(stored: memoryview) -> tuple[_Shape, _Vocabulary, dict[str, _Tensor]]:
    cursor = _Cursor(stored)
    if cursor.raw(4) != b"E5S1" or cursor.number("I") != 1:
        raise ValueError("unknown beginning")
    hidden, layers, heads, ffn, vocabulary, positions, types = cursor.numbers("7i")
    shape = _Shape(hidden, layers, heads, ffn, vocabulary, positions, types, cursor.real())
    if cursor.number("i") != _BLOCK_WEIGHTS:
        raise ValueError("unknown block size")
    words = _read_vocabulary(cursor)
    tensors = {}
    for _ in range(cursor.number("i")):
        name = cursor.raw(cursor.number("H")).decode()
        kind, elements, at, length = cursor.numbers("BIQQ")
        tensors[name] = _Tensor(kind, elements, stored[at : at + length])
    return shape, words, tensors


def _read_vocabulary(cursor: _Cursor) -> _Vocabulary:
    count, bos, eos, pad, unk = cursor.numbers("5i")
    blob_length = cursor.number("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.raw(blob_length)
    pieces = tuple((blob[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(count))
    entries, _ = cursor.numbers("iI")
    normalisation = {}
    for _ in range(entries):
        point, length = cursor.numbers("IB")
        normalisation[chr(point)] = "".join(map(chr, cursor.numbers(f"{length}I")))
    return _Vocabulary(pieces, bos, eos, pad, unk, normalisation)


def _named(shape: _Shape, tensors: Mapping[str, _Tensor]) -> list[tuple[str, tuple[int, ...], _Tensor]]:
    """Names and shapes of transformers' BertModel."""
    h, f = shape.hidden, shape.ffn
    named: list[tuple[str, tuple[int, ...], _Tensor]] = [
        ("embeddings.word_embeddings.weight", (shape.vocabulary, h), tensors["emb.word"]),
        ("embeddings.position_embeddings.weight", (shape.positions, h), tensors["emb.pos"]),
        ("embeddings.token_type_embeddings.weight", (shape.types, h), tensors["emb.type"]),
        ("embeddings.LayerNorm.weight", (h,), tensors["emb.ln.w"]),
        ("embeddings.LayerNorm.bias", (h,), tensors["emb.ln.b"]),
    ]
    shapes: dict[str, tuple[int, ...]] = {"fi": (f, h), "fo": (h, f), "aln": (h,), "oln": (h,)}
    for layer in range(shape.layers):
        for short, name in _LAYER_NAMES.items():
            weight = shapes.get(short, (h, h))
            named.append((f"encoder.layer.{layer}.{name}.weight", weight, tensors[f"l{layer}.{short}.w"]))
            named.append((f"encoder.layer.{layer}.{name}.bias", weight[:1], tensors[f"l{layer}.{short}.b"]))
    # Mean pooling never asks the pooler, but without its tensors every load would warn of random weights.
    for name, size in (("weight", (h, h)), ("bias", (h,))):
        zeros = memoryview(bytes(4 * math.prod(size)))
        named.append((f"pooler.dense.{name}", size, _Tensor(_F32, math.prod(size), zeros)))
    return named


def _write_safetensors(path: Path, named: list[tuple[str, tuple[int, ...], _Tensor]], advance: Callable[[int], None]) -> None:
    """safetensors: u64 length of a JSON header, the header padded to 8 bytes, the tensors in its order."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, size, tensor in named:
        if tensor.elements != math.prod(size):
            raise WeightsUnusable(path=str(path), cause=f"{name} has {tensor.elements} weights, not {math.prod(size)}")
        start, end = end, end + 4 * tensor.elements
        header[name] = {"dtype": "F32", "shape": size, "data_offsets": (start, end)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, tensor in named:
            for values in _floats(tensor):
                advance(file.write(values.tobytes()))


def _floats(tensor: _Tensor) -> Iterator[npt.NDArray[np.float32]]:
    """The tensor's weights as little-endian float32, a stretch at a time."""
    if tensor.kind == _F32:
        yield np.frombuffer(tensor.stored, dtype="<f4", count=tensor.elements)
        return
    if tensor.kind != _Q4_0:
        raise ValueError(f"unknown tensor type {tensor.kind}")
    blocks = np.frombuffer(tensor.stored, dtype=_BLOCK, count=tensor.elements // _BLOCK_WEIGHTS)
    for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
        some = blocks[start : start + _BLOCKS_AT_ONCE]
        packed = some["packed"]
        weights = np.concatenate((packed & 0x0F, packed >> 4), axis=1).astype("<f4")
        weights -= 8
        weights *= some["scale"].astype("<f4")[:, None]
        yield weights


def _configuration(shape: _Shape, vocabulary: _Vocabulary) -> dict[str, object]:
    special = {name: vocabulary.pieces[i][0] for name, i in _special(vocabulary).items()}
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.ffn,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": float(f"{shape.epsilon:.6g}"),
            "pad_token_id": vocabulary.pad,
            "hidden_act": "gelu",
            "position_embedding_type": "absolute",
        },
        "tokenizer_config.json": special | {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.positions},
        "special_tokens_map.json": special,
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }


def _special(vocabulary: _Vocabulary) -> dict[str, int]:
    return {
        "bos_token": vocabulary.bos,
        "cls_token": vocabulary.bos,
        "eos_token": vocabulary.eos,
        "sep_token": vocabulary.eos,
        "pad_token": vocabulary.pad,
        "unk_token": vocabulary.unk,
    }


def _tokenizer(vocabulary: _Vocabulary) -> dict[str, object]:
    """tokenizer.json as the tokenizers library reads it: a SentencePiece unigram model."""
    ids = sorted(set(_special(vocabulary).values()))
    bos, eos = (vocabulary.pieces[i][0] for i in (vocabulary.bos, vocabulary.eos))
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": vocabulary.pieces[i][0]} | flags for i in ids],
        "normalizer": {"type": "Sequence", "normalizers": _normalizers(vocabulary.normalisation)},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special_token(bos), _sequence("A"), _special_token(eos)],
            "pair": [_special_token(bos), _sequence("A"), _special_token(eos), _special_token(eos), _sequence("B"), _special_token(eos)],
            "special_tokens": {
                bos: {"id": bos, "ids": [vocabulary.bos], "tokens": [bos]},
                eos: {"id": eos, "ids": [vocabulary.eos], "tokens": [eos]},
            },
        },
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": vocabulary.unk, "vocab": vocabulary.pieces, "byte_fallback": False},
    }


def _special_token(token: str) -> dict[str, object]:
    return {"SpecialToken": {"id": token, "type_id": 0}}


def _sequence(name: str) -> dict[str, object]:
    return {"Sequence": {"id": name, "type_id": 0}}


def _normalizers(normalisation: Mapping[str, str]) -> list[dict[str, object]]:
    """NFKC, after what the model's table does beyond it: drops control characters and reads rarer white space as a space."""
    beyond: dict[str, list[str]] = {"": [], " ": []}
    for character, stands_for in normalisation.items():
        if stands_for in beyond and unicodedata.normalize("NFKC", character) != stands_for:
            beyond[stands_for].append(f"\\x{{{ord(character):X}}}")
    replaced = [_replace(f"[{''.join(points)}]", content) for content, points in beyond.items() if points]
    return [*replaced, {"type": "NFKC"}, _replace(" {2,}", " ")]


def _replace(pattern: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}
