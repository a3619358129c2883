"""Vectors without torch: the same as sentence-transformers gives, from a graph that is made, kept and never believed unchecked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from rag import environment
from rag.errors import WeightsMissing, WeightsUnusable
from rag.settings import WeightsSettings, load_settings
from rag.weights import choice
from rag.weights.acquire import locate_embedder
from rag.weights.choice import Choice, chosen, open_embedder
from rag.weights.embedder import SentenceTransformerEmbedder
from rag.weights.folder import Tokens
from rag.weights.onnx_embedder import OnnxEmbedder
from rag.weights.onnx_graph import NotConvertible, read_encoder
from tests.rag.test_embedder import LEASE, TRANSFORMER, module, write, write_frame

TEXTS = (
    "",
    "월세",
    LEASE,
    "When is the rent due?",
    "The tenant shall pay the monthly fee on the 25th day of each month. " * 8,
    "임차인은 관리비를 부담한다. Heading 3.2 (b)\n\n| 2,471 | (451) |\n" * 10,
    "한 글자 " * 700,  # longer than the model reads
)


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        return locate_embedder(load_settings().weights)
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def kept_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def embedder(folder: Path, kept_in: Path) -> OnnxEmbedder:
    return opened(folder, kept_in)


def opened(folder: Path, kept_in: Path, *, threads: int = 0) -> OnnxEmbedder:
    return OnnxEmbedder(folder, question_prefix="query: ", passage_prefix="passage: ", threads=threads, kept_in=kept_in)


# --- the real weights ------------------------------------------------------------------------


@pytest.mark.models
def test_vectors_agree_with_those_of_sentence_transformers(folder: Path, embedder: OnnxEmbedder) -> None:
    reference = SentenceTransformerEmbedder(folder, question_prefix="query: ", passage_prefix="passage: ", threads=0)

    agreement = (embedder.embed_passages(TEXTS) * reference.embed_passages(TEXTS)).sum(axis=1)

    assert agreement.min() > 0.995
    assert agreement.mean() > 0.998
    assert embedder.embed_question(LEASE) @ reference.embed_question(LEASE) > 0.995
    assert embedder.identity == reference.identity
    assert [embedder.count_tokens(text) for text in TEXTS] == [reference.count_tokens(text) for text in TEXTS]


@pytest.mark.models
def test_a_vector_depends_on_its_text_alone(embedder: OnnxEmbedder) -> None:
    texts = [LEASE * (1 + i % 5) + str(i) for i in range(19)] + [""]

    together = embedder.embed_passages(texts)

    assert (together.shape, together.dtype) == ((20, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.array_equal(together, embedder.embed_passages(texts))
    assert np.array_equal(together, np.stack([embedder.embed_passages([text])[0] for text in texts]))
    assert len(embedder.embed_passages([])) == 0


@pytest.mark.models
def test_a_question_does_not_wait_for_passages(embedder: OnnxEmbedder) -> None:
    embedder.embed_question("")
    ended = threading.Event()

    def embed_many() -> None:
        embedder.embed_passages([LEASE * 8] * 96)
        ended.set()

    many = threading.Thread(target=embed_many)
    many.start()
    time.sleep(0.2)
    asked = [embedder.embed_question("월세는 언제 내야 하나요?") for _ in range(3)]

    assert not ended.is_set()
    many.join()
    assert np.array_equal(asked[0], embedder.embed_question("월세는 언제 내야 하나요?"))


@pytest.mark.models
def test_searching_and_adding_do_without_torch(folder: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from ingest.pipeline import Batch, add; from ingest.sandbox import Sandbox\n"
        "from rag.assemble import open_assistant; from rag.settings import load_settings\n"
        "settings = load_settings(library=Path(sys.argv[1]))\n"
        "with open_assistant(settings) as assistant, Sandbox(settings.sandbox) as sandbox:\n"
        "    outcomes = list(add([Path(sys.argv[2])], Batch(assistant.library, assistant.embedder, sandbox, settings.split)))\n"
        "    found = assistant.search('월세는 언제 내나요?', k=1).evidence\n"
        "print([o.outcome.value for o in outcomes], len(found), sorted({'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules)))"
    )
    (tmp_path / "lease.md").write_text(LEASE, encoding="utf-8")
    opened(folder, load_settings().weights.folder).load()  # the graph is there

    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "drawer"), str(tmp_path / "lease.md")], capture_output=True, text=True, check=True
    )

    assert ran.stdout == "['added'] 1 []\n"


@pytest.mark.models
@pytest.mark.parametrize("damage", [pytest.param(slice(0, 5000), id="cut off"), pytest.param(slice(0, 0), id="empty")])
def test_a_damaged_graph_is_made_anew(folder: Path, embedder: OnnxEmbedder, kept_in: Path, tmp_path: Path, damage: slice) -> None:
    embedder.load()
    (stored,) = kept_in.glob("*.onnx")
    whole = stored.read_bytes()
    (tmp_path / stored.name).write_bytes(whole[damage])

    other = opened(folder, tmp_path)

    assert np.array_equal(other.embed_question(LEASE), embedder.embed_question(LEASE))
    assert (tmp_path / stored.name).read_bytes() == whole


@pytest.mark.models
def test_a_graph_with_one_byte_changed_is_made_anew(folder: Path, embedder: OnnxEmbedder, kept_in: Path, tmp_path: Path) -> None:
    embedder.load()
    (stored,) = kept_in.glob("*.onnx")
    whole = stored.read_bytes()
    (tmp_path / stored.name).write_bytes(whole[:10_000_000] + bytes([whole[10_000_000] ^ 1]) + whole[10_000_001:])

    assert np.array_equal(opened(folder, tmp_path).embed_question(LEASE), embedder.embed_question(LEASE))
    assert (tmp_path / stored.name).read_bytes() == whole


@pytest.mark.models
def test_the_tokens_are_the_tokenizers_own(folder: Path) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokens = Tokens(folder)
    texts = [*TEXTS, "a\x1cb  c\u00a0d\u200be\u3000f\t g\r\nh", "</s>", "é ㄱㅏ 각", " ", "x" * 300]

    assert tokens.count("") == 0
    for text in texts:
        assert tokens.ids(text, most=10_000) == tokenizer.encode(text).ids
        assert tokens.count(text) == len(tokenizer.encode(text, add_special_tokens=False).ids)
    assert len(tokens.ids(TEXTS[-1], most=512)) == 512


# --- folders of the reader's own -------------------------------------------------------------


@pytest.fixture(scope="module", params=["bert", "xlm-roberta"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights of no sense, of either kind that is known."""
    environment.isolate()
    import torch
    from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel  # 10 s

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("tiny")
    size = {"vocab_size": 3, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    if request.param == "bert":
        BertModel(BertConfig(**size, max_position_embeddings=64)).save_pretrained(folder)
    else:
        XLMRobertaModel(XLMRobertaConfig(**size, max_position_embeddings=64, pad_token_id=2)).save_pretrained(folder)
    write_frame(folder)
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 60})
    return folder


@pytest.mark.parametrize("text", ["", "word", "word " * 30, "word " * 90, "other word"])
def test_a_folder_of_either_kind_gives_the_vectors_of_sentence_transformers(tiny: Path, kept_in: Path, text: str) -> None:
    reference = SentenceTransformerEmbedder(tiny, question_prefix="", passage_prefix="", threads=1)

    found = OnnxEmbedder(tiny, question_prefix="", passage_prefix="", threads=1, kept_in=kept_in).embed_question(text)

    assert found @ reference.embed_question(text) > 0.995


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"config.json": {"model_type": "mpnet"}}, "another model than BERT", id="model"),
        pytest.param({"config.json": {"hidden_act": "relu"}}, "another model than BERT", id="activation"),
        pytest.param({"config.json": {"position_embedding_type": "relative_key"}}, "other positions than BERT's", id="positions"),
        pytest.param({"config.json": {"num_attention_heads": 5}}, "its weights have other shapes than BERT's", id="heads"),
        pytest.param({"config.json": {"num_attention_heads": 0}}, "its files are of another make", id="no heads"),
        pytest.param({"config.json": []}, "its files are of another make", id="no configuration"),
        pytest.param({"modules.json": [TRANSFORMER, module("1", "", "theirs.Pooling")]}, "it needs code of its own", id="code"),
        pytest.param({"modules.json": [TRANSFORMER]}, "other modules than Transformer, Pooling and Normalize", id="no pooling"),
        pytest.param({"1_Pooling/config.json": {"pooling_mode_cls_token": True}}, "another pooling than the mean", id="pooling"),
        pytest.param({"1_Pooling/config.json": {"pooling_mode": "cls"}}, "another pooling than the mean", id="newer pooling"),
        pytest.param(
            {"config_sentence_transformers.json": {"default_prompt_name": "query"}}, "it puts a prompt before each text", id="prompt"
        ),
        pytest.param({"sentence_bert_config.json": {"do_lower_case": True}}, "it puts texts in lower case first", id="lower case"),
    ],
)
def test_a_folder_of_another_make_is_left_to_sentence_transformers(
    tiny: Path, tmp_path: Path, changes: Mapping[str, object], why: str
) -> None:
    own = altered(tiny, tmp_path / "own", changes)

    with pytest.raises(NotConvertible, match=why):
        read_encoder(own)

    found = open_embedder(settings_for(own, tmp_path))
    assert (type(found.embedder), found.engine, found.why) == (SentenceTransformerEmbedder, "torch", why)


def altered(tiny: Path, own: Path, changes: Mapping[str, object]) -> Path:
    shutil.copytree(tiny, own)
    for name, change in changes.items():
        path = own / name
        if isinstance(change, dict) and path.exists():
            change = json.loads(path.read_text()) | change
        write(path, change)
    return own


def settings_for(own: Path, tmp_path: Path) -> WeightsSettings:
    return WeightsSettings(folder=tmp_path / "weights", embedder_path=own, threads=1)


@pytest.mark.parametrize("length", [0, 4, 12, 20_000])
def test_weights_that_are_cut_off_are_refused_in_words(tiny: Path, tmp_path: Path, length: int) -> None:
    own = altered(tiny, tmp_path / "own", {})
    whole = (own / "model.safetensors").read_bytes()
    (own / "model.safetensors").write_bytes(whole[:length])

    with pytest.raises(WeightsUnusable):
        open_embedder(settings_for(own, tmp_path))


def test_a_pickle_is_refused_before_anything_is_loaded(tiny: Path, tmp_path: Path) -> None:
    own = altered(tiny, tmp_path / "own", {})
    (own / "model.safetensors").rename(own / "pytorch_model.bin")

    with pytest.raises(WeightsUnusable, match="is a pickle"):
        open_embedder(settings_for(own, tmp_path))


def test_where_nothing_can_be_kept_the_graph_is_made_each_time(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("a file where the folder should be")

    found = open_embedder(settings_for(tiny, tmp_path))

    assert found.engine == "ONNX Runtime"
    assert found.embedder.embed_question("word").shape == (32,)


# --- the choice ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quick_per_s", "least_agreement", "engine"),
    [
        pytest.param(9e9, 0.9, "ONNX Runtime", id="quicker"),
        pytest.param(0, 0.9, "torch", id="slower"),
        pytest.param(9e9, 1.1, "torch", id="inexact"),
    ],
)
def test_the_better_way_is_measured_once_and_kept(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_per_s: float, least_agreement: float, engine: str
) -> None:
    monkeypatch.setattr(choice, "_rate", lambda embedder: quick_per_s if isinstance(embedder, OnnxEmbedder) else 1.0)
    monkeypatch.setattr(choice, "_LEAST_AGREEMENT", least_agreement)
    settings, measured = settings_for(tiny, tmp_path), list[bool]()

    found = [chosen(settings, measuring=lambda: measured.append(True)) for _ in range(2)]

    assert found[0] == found[1]
    assert found[0] is not None
    assert (found[0].engine, len(measured)) == (engine, 1)
    assert open_embedder(settings).engine == engine


def test_a_choice_that_makes_no_sense_is_none(tiny: Path, tmp_path: Path) -> None:
    settings = settings_for(tiny, tmp_path)
    open_embedder(settings).embedder.embed_question("word")
    (graph,) = settings.folder.glob("*.onnx")
    graph.with_suffix(".json").write_text('{"engine": "an abacus"}')

    assert open_embedder(settings).engine == "ONNX Runtime"


def test_there_is_no_choice_for_a_folder_of_another_make(tiny: Path, tmp_path: Path) -> None:
    own = altered(tiny, tmp_path / "own", {"config.json": {"hidden_act": "relu"}})

    assert chosen(settings_for(own, tmp_path), measuring=pytest.fail) is None


def test_what_is_kept_of_a_choice_are_figures(tiny: Path) -> None:
    assert set(Choice.model_fields) == {"engine", "onnxruntime_per_s", "torch_per_s", "agreement"}


def test_the_library_that_runs_it_holds_no_telemetry_client() -> None:
    """It would look for its host in a thread of its own, seconds after a model was opened, whatever it was told."""
    spec = find_spec("onnxruntime")
    assert spec is not None
    assert spec.origin is not None
    native = [path for path in Path(spec.origin).parent.rglob("*") if ".so" in path.name or path.suffix in (".dll", ".dylib", ".pyd")]

    assert native
    assert [path.name for path in native if b"events.data.microsoft.com" in path.read_bytes()] == []
