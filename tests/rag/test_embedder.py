"""Vectors from the real embedding weights."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from rag.errors import WeightsMissing, WeightsUnusable
from rag.settings import load_settings
from rag.weights.acquire import locate_embedder
from rag.weights.embedder import SentenceTransformerEmbedder, load_tokenizer


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
        "import sys; from pathlib import Path; from rag.weights.embedder import load_tokenizer\n"
        "print(load_tokenizer(Path(sys.argv[1]))(sys.argv[2]), 'torch' in sys.modules)"
    )

    printed = subprocess.run([sys.executable, "-c", script, str(folder), LEASE], capture_output=True, text=True, check=True).stdout

    assert printed == f"{embedder.count_tokens(LEASE)} False\n"
    assert load_tokenizer(folder)("가 " * 2000) > 1000  # a text longer than the model reads is not cut off


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
        load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(WeightsUnusable):
        load_tokenizer(tmp_path)
