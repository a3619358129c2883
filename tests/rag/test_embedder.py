"""Vectors from the real embedding weights."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from rag import environment
from rag.errors import WeightsMissing, WeightsUnusable
from rag.settings import load_settings
from rag.weights.acquire import locate_embedder
from rag.weights.embedder import SentenceTransformerEmbedder
from rag.weights.folder import Tokens


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        return locate_embedder(load_settings().weights)
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def embedder(folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(folder, question_prefix="query: ", passage_prefix="passage: ", threads=0)


LEASE = "제3조(임대료) 임차인은 매월 25일까지 월세를 임대인의 계좌로 지급한다."


@pytest.mark.models
@pytest.mark.parametrize(
    ("question", "passage", "others"),
    [
        pytest.param(
            "월세는 언제 내야 하나요?", LEASE, ["고양이는 하루에 열여섯 시간을 잔다.", "이 약은 식후 30분에 복용하십시오."], id="Korean"
        ),
        pytest.param(
            "When is the rent due?",
            "The tenant shall pay the monthly fee on the 25th day of each month.",
            ["Cats sleep sixteen hours a day.", "Take one tablet after meals."],
            id="English",
        ),
        pytest.param(
            "When is the rent due?", LEASE, ["고양이는 하루에 열여섯 시간을 잔다.", "이 약은 식후 30분에 복용하십시오."], id="across"
        ),
    ],
)
def test_a_question_is_nearest_to_the_passage_that_answers_it(
    embedder: SentenceTransformerEmbedder, question: str, passage: str, others: list[str]
) -> None:
    passages = embedder.embed_passages([*others, passage])

    nearness = passages @ embedder.embed_question(question)

    assert nearness.argmax() == len(others)


@pytest.mark.models
def test_vectors_are_unit_float32_in_the_order_of_the_texts(embedder: SentenceTransformerEmbedder) -> None:
    texts = [LEASE * (1 + i % 5) + str(i) for i in range(19)] + [""]  # more than a batch, of many lengths

    together = embedder.embed_passages(texts)

    one_by_one = np.stack([embedder.embed_passages([text])[0] for text in texts])
    assert (together.shape, together.dtype) == ((20, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together * one_by_one).sum(axis=1) == pytest.approx(1, abs=1e-3)  # padding and bfloat16 tell in the last bits
    assert len(embedder.embed_passages([])) == 0


@pytest.mark.models
def test_the_identity_changes_with_the_prefixes_and_names_the_weights(folder: Path, embedder: SentenceTransformerEmbedder) -> None:
    other = SentenceTransformerEmbedder(folder, question_prefix="", passage_prefix="passage: ", threads=0)

    assert embedder.identity.startswith(folder.name)
    assert embedder.identity != other.identity
    assert not np.allclose(embedder.embed_question("월세"), other.embed_question("월세"))


@pytest.mark.models
def test_a_question_comes_in_between_the_batches_of_a_long_run(embedder: SentenceTransformerEmbedder) -> None:
    order: list[str] = []

    def embed_many() -> None:
        embedder.embed_passages([LEASE * 4] * 96)
        order.append("passages")

    many = threading.Thread(target=embed_many)
    many.start()
    embedder.embed_question("월세는 언제 내야 하나요?")
    order.append("question")
    many.join()

    assert order == ["question", "passages"]


@pytest.mark.models
def test_tokens_are_counted_without_torch_and_the_same_as_by_the_embedder(folder: Path, embedder: SentenceTransformerEmbedder) -> None:
    script = (
        "import sys; from pathlib import Path; from rag.weights.folder import Tokens\n"
        "print(Tokens(Path(sys.argv[1])).count(sys.argv[2]), 'torch' in sys.modules)"
    )

    printed = subprocess.run([sys.executable, "-c", script, str(folder), LEASE], capture_output=True, text=True, check=True).stdout

    assert printed == f"{embedder.count_tokens(LEASE)} False\n"
    assert Tokens(folder).count("가 " * 2000) > 1000  # a text longer than the model reads is not cut off


@pytest.mark.models
def test_loading_is_silent_and_asks_nobody(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "import socket\n"
        "def refuse(*arguments): raise AssertionError(arguments)\n"
        "socket.getaddrinfo = socket.socket.connect = refuse\n"
        "from rag.weights.embedder import SentenceTransformerEmbedder\n"
        "SentenceTransformerEmbedder(Path(sys.argv[1]), question_prefix='', passage_prefix='', threads=1).embed_passages(['a', 'b'])"
    )

    done = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.models
@pytest.mark.parametrize("length", [pytest.param(0, id="empty"), pytest.param(1 << 20, id="cut off")])
def test_damaged_weights_are_refused_in_words(folder: Path, tmp_path: Path, length: int) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".safetensors":
            copy = tmp_path / path.relative_to(folder)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    with (folder / "model.safetensors").open("rb") as weights:
        (tmp_path / "model.safetensors").write_bytes(weights.read(length))

    with pytest.raises(WeightsUnusable):
        SentenceTransformerEmbedder(tmp_path, question_prefix="", passage_prefix="", threads=1).load()


def test_a_folder_without_a_tokenizer_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnusable):
        Tokens(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsUnusable):
        Tokens(tmp_path)


# --- a folder of the reader's own ------------------------------------------------------------

CODE = """
from pathlib import Path
Path({ran!r}).touch()  # not beside this file, of which transformers would make a copy elsewhere
class Theirs: ...
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder with weights of no sense."""
    environment.isolate()
    from transformers import BertConfig, BertModel  # 10 s

    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=2, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, max_position_embeddings=64
    )
    BertModel(config).save_pretrained(folder)
    write_frame(folder)
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A sentence-transformers folder, but for its weights."""
    write_frame(tmp_path)
    return tmp_path


def write_frame(folder: Path) -> None:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "word": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[UNK] $A", special_tokens=[("[UNK]", 0)])
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[UNK]"})
    write(folder / "modules.json", [TRANSFORMER, module("1", "1_Pooling", "sentence_transformers.models.Pooling")])
    (folder / "1_Pooling").mkdir()
    write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 8, "pooling_mode_mean_tokens": True})


def module(name: str, folder: str, kind: str) -> dict[str, object]:
    return {"idx": int(name), "name": name, "path": folder, "type": kind}


def write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content))


TRANSFORMER = module("0", "", "sentence_transformers.models.Transformer")


@pytest.mark.parametrize("place", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "2_Dense/pytorch_model.bin"])
def test_weights_that_are_a_pickle_are_refused_before_anything_is_loaded(own: Path, place: str) -> None:
    (own / place).parent.mkdir(exist_ok=True)
    (own / place).write_bytes(b"cposix\nsystem\n(S'true'\ntR.")

    with pytest.raises(WeightsUnusable, match=f"{place} is a pickle"):
        SentenceTransformerEmbedder(own, question_prefix="", passage_prefix="", threads=1)


def test_a_pickle_beside_safetensors_is_left_lying(own: Path) -> None:
    (own / "pytorch_model.bin").touch()
    (own / "model.safetensors").touch()

    assert SentenceTransformerEmbedder(own, question_prefix="", passage_prefix="", threads=1).count_tokens("word word") == 2


UNKNOWN = {"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.Theirs", "AutoModel": "theirs.Theirs"}}


def put_code(tiny: Path, folder: Path, changes: Mapping[str, object]) -> SentenceTransformerEmbedder:
    """A copy of the tiny folder, with code in it and settings that name the code."""
    shutil.copytree(tiny, folder, dirs_exist_ok=True)
    (folder / "theirs.py").write_text(CODE.format(ran=str(folder / "it ran")))
    for name, change in changes.items():
        path = folder / name
        if isinstance(change, dict) and path.exists():
            change = json.loads(path.read_text()) | change
        write(path, change)
    return SentenceTransformerEmbedder(folder, question_prefix="", passage_prefix="", threads=1)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"modules.json": [TRANSFORMER, module("1", "", "theirs.Theirs")]}, id="a module"),
        pytest.param({"config.json": UNKNOWN}, id="a model"),
        pytest.param(
            {
                "config.json": UNKNOWN,
                "sentence_bert_config.json": {"model_args": {"trust_remote_code": True}, "config_args": {"trust_remote_code": True}},
            },
            id="its own word that it can be trusted",
        ),
    ],
)
def test_a_folder_that_needs_its_code_is_refused_in_words(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, object]
) -> None:
    embedder = put_code(tiny, tmp_path, changes)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(WeightsUnusable):
        embedder.load()

    assert not (tmp_path / "it ran").exists()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"config.json": {"auto_map": {"AutoModel": "theirs.Theirs"}}}, id="a model"),
        pytest.param({"tokenizer_config.json": {"auto_map": {"AutoTokenizer": ["theirs.Theirs", None]}}}, id="a tokenizer"),
        pytest.param({"sentence_bert_config.json": {"model_args": {"use_safetensors": False, "weights_only": False}}}, id="pickles"),
    ],
)
def test_a_folder_that_can_do_without_its_code_is_loaded_without(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, object]
) -> None:
    embedder = put_code(tiny, tmp_path, changes)
    monkeypatch.chdir(tmp_path)

    assert embedder.embed_question("word").shape == (8,)
    assert not (tmp_path / "it ran").exists()
