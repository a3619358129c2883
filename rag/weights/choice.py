"""Which of two ways to run the embedding weights: measured once, at set-up, on a few texts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from rag.ports import Embedder
from rag.settings import Section, WeightsSettings
from rag.weights.acquire import locate_embedder
from rag.weights.embedder import SentenceTransformerEmbedder
from rag.weights.onnx_embedder import OnnxEmbedder
from rag.weights.onnx_graph import GRAPH_VERSION, NotConvertible

log = logging.getLogger(__name__)

Engine: TypeAlias = Literal["ONNX Runtime", "torch"]

_LEAST_AGREEMENT = 0.997
"""Mean cosine between the vectors of both. It is 0.999 where all is well; at 0.996 one set of questions lost a point of hit@5."""

_ROUNDS = 2

_SAMPLES = (
    "제3조(임대료) ① 임차인은 매월 25일까지 월 임대료 850,000원을 임대인이 지정한 계좌로 지급한다. ② 임차인이 임대료를 2회 이상 연체한 경우 임대인은 "
    "서면으로 최고한 후 이 계약을 해지할 수 있다. ③ 관리비는 임대료와 별도로 정산하며, 임차인은 전기, 수도, 가스 사용료를 부담한다.",
    "Either party may terminate this Agreement upon ninety (90) days' prior written notice to the other party. Sections 4, 7 and 9 survive any "
    "termination. Upon termination the Receiving Party shall promptly return or destroy all Confidential Information, including copies.",
    "성인은 1회 1정, 1일 3회 식후 30분에 복용한다. 만 12세 미만의 소아에게는 투여하지 않는다. 다음 환자는 복용 전에 의사와 상의한다: 간 또는 신장 "
    "기능에 이상이 있는 사람, 임부 또는 임신 가능성이 있는 여성, 다른 해열진통제를 복용하고 있는 사람.",
    "Net sales for 2020 were $3,777 million, an increase of 4.6 percent compared to $3,610 million in 2019. Operating expenses rose by 2.1 "
    "percent, mainly as a result of higher depreciation. Cash provided by operating activities was used for capital expenditures.",
)


class Choice(Section):
    """What was measured; kept beside the graph, under the folder's digest."""

    engine: Engine
    onnxruntime_per_s: float
    torch_per_s: float
    agreement: float


class Opened(NamedTuple):
    embedder: Embedder
    engine: Engine
    why: str  # a cause in words: why it is not ONNX Runtime; "" where it is
    passages_per_s: float | None = None  # as measured at set-up


class Tried(NamedTuple):
    engine: Engine
    passages_per_s: float
    why: str  # as above


def tried(settings: WeightsSettings) -> Tried:
    """How the embedder of the settings works here and now.

    Raises:
        WeightsError
    """
    opened = open_embedder(settings)
    return Tried(opened.engine, round(_rate(opened.embedder), 1), opened.why)


def open_embedder(settings: WeightsSettings) -> Opened:
    """The embedder of the settings, run as was found best, or by ONNX Runtime where nothing was measured. Its model is loaded when needed.

    Raises:
        WeightsError
    """
    folder = locate_embedder(settings)
    try:
        quick = _quick(folder, settings)
    except NotConvertible as error:
        log.info("the embedding weights are run by torch: %s", error)
        return Opened(_reference(folder, settings), "torch", str(error))
    choice = _read(_path(quick, settings))
    if choice is not None and choice.engine == "torch":
        why = "it was quicker on this machine, or more exact"
        return Opened(_reference(folder, settings), "torch", why, choice.torch_per_s)
    return Opened(quick, "ONNX Runtime", "", choice.onnxruntime_per_s if choice else None)


def chosen(settings: WeightsSettings, *, measuring: Callable[[], None]) -> Choice | None:
    """What came of measuring both, which is done once for these weights and announced; None where there is no choice.

    Raises:
        WeightsError
    """
    folder = locate_embedder(settings)
    try:
        quick = _quick(folder, settings)
        path = _path(quick, settings)
        if choice := _read(path):
            return choice
        measuring()
        reference = _reference(folder, settings)
        agreement = float((quick.embed_passages(_SAMPLES) * reference.embed_passages(_SAMPLES)).sum(axis=1).mean())  # loads both
    except NotConvertible:
        return None
    quick_per_s, reference_per_s = (max(rates) for rates in zip(*((_rate(quick), _rate(reference)) for _ in range(_ROUNDS)), strict=True))
    better = agreement >= _LEAST_AGREEMENT and quick_per_s >= reference_per_s
    choice = Choice(
        engine="ONNX Runtime" if better else "torch",
        onnxruntime_per_s=round(quick_per_s, 1),
        torch_per_s=round(reference_per_s, 1),
        agreement=round(agreement, 4),
    )
    try:
        path.write_text(choice.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        log.info("what was measured is not kept: %s", error.strerror)
    return choice


def _rate(embedder: Embedder) -> float:
    """Passages a second; loads the model before it counts."""
    passages = [f"{text} {turn}" for turn in range(4) for text in _SAMPLES]
    embedder.embed_passages(passages[:1])
    started = time.perf_counter()
    embedder.embed_passages(passages)
    return len(passages) / (time.perf_counter() - started)


def _quick(folder: Path, settings: WeightsSettings) -> OnnxEmbedder:
    return OnnxEmbedder(
        folder,
        question_prefix=settings.question_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
        kept_in=settings.folder,
    )


def _reference(folder: Path, settings: WeightsSettings) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(
        folder, question_prefix=settings.question_prefix, passage_prefix=settings.passage_prefix, threads=settings.threads
    )


def _path(quick: OnnxEmbedder, settings: WeightsSettings) -> Path:
    return settings.folder / f"int8-{quick.digest}-{GRAPH_VERSION}.json"


def _read(path: Path) -> Choice | None:
    try:
        return Choice.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
