"""A sentence-transformers folder -> an ONNX graph of 8-bit integers, made without torch.

The graph takes one text at a time, as the sum of its tokens' embeddings, and gives the mean over its tokens. There is no padding, so a
text's vector does not depend on what it is embedded with, and nothing is computed that is thrown away. Special tokens come first. Embeddings of tokens are not in it:
they are four fifths of the model, of which a text needs some hundred rows, and are read from the folder's own file.

What was measured where several ways were open (one passage of 160 tokens of multilingual-e5-small on one core, Zen 4; 32 ms in all, 40 by
the graph that ONNX Runtime's own optimiser makes): query, key and value in one product (5 ms, 7 in QAttention); MultiHeadAttention 8 ms,
MatMul and Softmax 8.7; rows normalised by InstanceNormalization 1.8 ms with the factors after it, 7.8 by SkipLayerNormalization, whose sums
are not vectorised. Special tokens multiplied by themselves in the feed-forward layers: 2 % slower, and the cosine to float32 is 0.9989
instead of 0.9961, which had cost COVID-QA one point of hit@5.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rag.errors import WeightsUnusable
from rag.ports import Vectors
from rag.weights.folder import MOST_TOKENS

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

GRAPH_VERSION = 2
"""Changes whenever the same folder would give another graph."""

_WEIGHT_MOST = 63
"""Weights have 7 bits: products of 8 bits add up beyond 16 on processors without VNNI, which would give other vectors there. The cosine to
float32 is 0.9989 instead of 0.9994, and nothing is slower."""

_ROBERTA = {"roberta", "xlm-roberta"}
"""These count positions from the one after the padding's id."""

_OF_THE_RUNTIME = {"DynamicQuantizeMatMul", "MultiHeadAttention"}
"""Operators that ONNX Runtime has beyond the standard's."""

_DTYPES = {"F32": "<f4", "F16": "<f2"}
_MOST_HEADER_BYTES = 100_000_000


class NotConvertible(Exception):
    """The folder holds a model of another make, which sentence-transformers may know to run."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """What a folder says of its model. The weights stay on the disk until they are asked for."""

    layers: int
    heads: int
    epsilon: float
    most_tokens: int
    first_position: int
    tensors: Mapping[str, npt.NDArray[np.generic]]

    @property
    def words(self) -> npt.NDArray[np.generic]:
        """One row for each token."""
        return self.tensors["embeddings.word_embeddings.weight"]

    @property
    def hidden(self) -> int:
        return int(self.words.shape[1])

    def weights(self, name: str, *shape: int) -> Vectors:
        found = self.tensors[name]
        if shape and found.shape != shape:
            raise NotConvertible("its weights have other shapes than BERT's")
        return found.astype(np.float32)

    def places(self) -> Vectors:
        """What is added to each token's row for its place in the text."""
        end = self.first_position + self.most_tokens
        kind = self.weights("embeddings.token_type_embeddings.weight")[0]
        places: Vectors = self.weights("embeddings.position_embeddings.weight")[self.first_position : end] + kind
        return places


# --- reading the folder ----------------------------------------------------------------------


def read_encoder(folder: Path) -> Encoder:
    """
    Raises:
        NotConvertible: a model of another make, or files that cannot be made out.
        WeightsUnusable: its weights are cut off.
    """
    with _made_out():
        _require_mean_of_transformer(folder)
        config = _object(folder / "config.json")
        kind = config["model_type"]
        if kind not in {"bert", *_ROBERTA} or config.get("hidden_act") != "gelu" or config.get("is_decoder"):
            raise NotConvertible("another model than BERT")
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise NotConvertible("other positions than BERT's")
        first = _number(config["pad_token_id"]) + 1 if kind in _ROBERTA else 0
        tensors = _tensors(folder / "model.safetensors")
        encoder = Encoder(
            layers=_number(config["num_hidden_layers"]),
            heads=_number(config["num_attention_heads"]),
            epsilon=float(str(config["layer_norm_eps"])),
            most_tokens=min(_most_tokens(folder), len(tensors["embeddings.position_embeddings.weight"]) - first),
            first_position=first,
            tensors=tensors,
        )
        if encoder.words.ndim != 2 or encoder.hidden % encoder.heads or encoder.places().shape != (encoder.most_tokens, encoder.hidden):
            raise NotConvertible("its weights have other shapes than BERT's")
        return encoder


@contextmanager
def _made_out() -> Iterator[None]:
    """What does not stand where it does in such a folder makes it another one."""
    try:
        yield
    except OSError as error:
        raise NotConvertible(error.strerror or "no access") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError) as error:
        raise NotConvertible("its files are of another make") from error


def _object(path: Path) -> dict[str, object]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError
    return found


def _number(found: object) -> int:
    return int(str(found))


def _require_mean_of_transformer(folder: Path) -> None:
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]) or modules[0]["path"]:
        raise NotConvertible("other modules than Transformer, Pooling and Normalize")
    if not all(str(module["type"]).startswith("sentence_transformers.") for module in modules):
        raise NotConvertible("it needs code of its own")
    pooling = _object(folder / str(modules[1]["path"]) / "config.json")
    ways = {name for name, wanted in pooling.items() if name.startswith("pooling_mode_") and wanted}
    if (pooling.get("pooling_mode", "mean"), ways or {"pooling_mode_mean_tokens"}) != ("mean", {"pooling_mode_mean_tokens"}):
        raise NotConvertible("another pooling than the mean")
    prompts = folder / "config_sentence_transformers.json"
    if prompts.is_file() and _object(prompts).get("default_prompt_name"):
        raise NotConvertible("it puts a prompt before each text")


def _most_tokens(folder: Path) -> int:
    said = _object(folder / "sentence_bert_config.json") if (folder / "sentence_bert_config.json").is_file() else {}
    if said.get("do_lower_case"):
        raise NotConvertible("it puts texts in lower case first")
    longest = said.get("max_seq_length") or _object(folder / "tokenizer_config.json").get("model_max_length") or MOST_TOKENS
    return min(_number(longest), MOST_TOKENS)


def _tensors(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    """Views of the file: safetensors is the length of a JSON header, the header, then the bytes that it describes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8).ljust(8))
        if not 0 < length <= min(_MOST_HEADER_BYTES, size - 8):
            raise WeightsUnusable(path=str(path), cause="its header is missing")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    stored = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + length) if size > 8 + length else np.empty(0, np.uint8)
    found = {}
    for name, described in header.items():
        start, end = described["data_offsets"]
        if described["dtype"] not in _DTYPES:
            continue
        dtype, shape = np.dtype(_DTYPES[described["dtype"]]), tuple(described["shape"])
        if end > stored.size:
            raise WeightsUnusable(path=str(path), cause="its end is missing")
        if start < 0 or end - start != dtype.itemsize * math.prod(shape):
            raise ValueError
        found[name.removeprefix("bert.").removeprefix("roberta.")] = stored[start:end].view(dtype).reshape(shape)
    return found


# --- the graph -------------------------------------------------------------------------------


def build_graph(encoder: Encoder, *, special: int) -> bytes:
    """Rows of the ``special`` tokens come first, and there is at least one more.

    Raises:
        NotConvertible
    """
    from onnx import TensorProto, helper  # 0.2 s, once for a folder

    with _made_out():
        graph = _Graph(encoder, special)
        graph.write()
    hidden = encoder.hidden
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "tokens", hidden])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, hidden])],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    model: bytes = helper.make_model(made, opset_imports=opsets, ir_version=10).SerializeToString()
    return model


class _Graph:
    """Nodes in the order in which they are computed. Every method gives the name of what its nodes make."""

    def __init__(self, encoder: Encoder, special: int) -> None:
        self._encoder = encoder
        self._special = special
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def write(self) -> None:
        self._ones_and_zeros()
        made = self._normalised("embedded", "embeddings.LayerNorm")
        for layer in range(self._encoder.layers):
            at = f"encoder.layer.{layer}"
            attended = self._product(self._attention(made, f"{at}.attention.self"), f"{at}.attention.output.dense")
            made = self._normalised(self._node("Add", made, attended), f"{at}.attention.output.LayerNorm")
            made = self._normalised(self._node("Add", made, self._grown(made, at)), f"{at}.output.LayerNorm")
        self._node("ReduceMean", made, self._constant(np.array([1])), makes=("mean",), keepdims=0)

    def _node(self, kind: str, *takes: str, makes: tuple[str, ...] = (), **attributes: float | TensorProto) -> str:
        from onnx import helper

        makes = makes or (f"{kind} {len(self.nodes)}",)
        domain = "com.microsoft" if kind in _OF_THE_RUNTIME else ""
        node = helper.make_node(kind, takes, makes, domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)
        return makes[0]

    def _constant(self, values: npt.NDArray[np.generic]) -> str:
        from onnx import numpy_helper

        name = f"constant {len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _ones_and_zeros(self) -> None:
        """One of each for each token: InstanceNormalization wants them."""
        from onnx import numpy_helper

        tokens = self._node("Shape", "embedded", start=1, end=2)
        for name, value in (("ones", 1), ("zeros", 0)):
            self._node("ConstantOfShape", tokens, makes=(name,), value=numpy_helper.from_array(np.array([value], np.float32)))

    def _normalised(self, rows: str, name: str) -> str:
        size = self._encoder.hidden
        rows = self._node("InstanceNormalization", rows, "ones", "zeros", epsilon=self._encoder.epsilon)
        rows = self._node("Mul", rows, self._constant(self._encoder.weights(f"{name}.weight", size)))
        return self._node("Add", rows, self._constant(self._encoder.weights(f"{name}.bias", size)))

    def _attention(self, rows: str, name: str) -> str:
        size = self._encoder.hidden
        parts = tuple(f"{name}.{part}" for part in ("query", "key", "value"))
        weights = np.concatenate([self._encoder.weights(f"{part}.weight", size, size) for part in parts])
        bias = np.concatenate([self._encoder.weights(f"{part}.bias", size) for part in parts])
        together = self._times(rows, self._whole(weights, bias))
        self._node("Split", together, self._constant(np.array([size] * 3)), makes=parts, axis=2)
        return self._node("MultiHeadAttention", *parts, num_heads=self._encoder.heads)

    def _grown(self, rows: str, name: str) -> str:
        """Special tokens by themselves: BERT puts values of 50 there where others have 2, and one scale for all leaves these little."""
        inner, outer = (self._weights(f"{name}.{part}.dense") for part in ("intermediate", "output"))
        if not self._special:
            return self._times(self._node("Gelu", self._times(rows, inner)), outer)
        start, middle, end, axis = (self._constant(np.array([at])) for at in (0, self._special, np.iinfo(np.int64).max, 1))
        parts = [self._node("Slice", rows, first, last, axis) for first, last in ((start, middle), (middle, end))]
        parts = [self._times(self._node("Gelu", self._times(part, inner)), outer) for part in parts]
        return self._node("Concat", *parts, axis=1)

    def _product(self, rows: str, name: str) -> str:
        return self._times(rows, self._weights(name))

    def _weights(self, name: str) -> tuple[str, ...]:
        return self._whole(self._encoder.weights(f"{name}.weight"), self._encoder.weights(f"{name}.bias"))

    def _whole(self, weights: Vectors, bias: Vectors) -> tuple[str, ...]:
        """In whole numbers, symmetric, with a scale for each output."""
        scales = np.abs(weights).max(axis=1) / _WEIGHT_MOST
        scales[scales == 0] = 1
        whole = np.rint(weights / scales[:, None]).astype(np.int8).T
        return tuple(map(self._constant, (whole, scales.astype(np.float32), np.zeros(len(scales), np.int8), bias)))

    def _times(self, rows: str, weights: tuple[str, ...]) -> str:
        """``rows`` get the scale and zero that fit all of them."""
        return self._node("DynamicQuantizeMatMul", rows, *weights)
