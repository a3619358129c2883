"""Answers from the real language model: whole, repeatable, and never steered by markup in a document."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from pathlib import Path

import llama_cpp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_cpp import llama_chat_format

from rag.errors import QuestionTooLong, WeightsMissing, WeightsUnusable
from rag.ports import Step
from rag.settings import load_settings
from rag.weights.acquire import locate_language_model
from rag.weights.language_model import LlamaCppModel

CONTEXT = 2048


@pytest.fixture(scope="module")
def path() -> Path:
    try:
        return locate_language_model(load_settings().weights)
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def model(path: Path) -> LlamaCppModel:
    return LlamaCppModel(path, context_tokens=CONTEXT, threads=0)


@pytest.fixture(scope="module")
def control(model: LlamaCppModel) -> dict[int, str]:
    """Every control token of the vocabulary and how it is spelt."""
    vocabulary = model._vocabulary
    return {
        token: llama_cpp.llama_vocab_get_text(vocabulary, token).decode()
        for token in range(llama_cpp.llama_vocab_n_tokens(vocabulary))
        if llama_cpp.llama_vocab_is_control(vocabulary, token)
    }


def prompt_of(model: LlamaCppModel, text: str) -> list[int]:
    before, after = model.frame("You answer shortly.")
    return [*before, *model.encode_text(text), *after]


def text_of(steps: list[Step]) -> str:
    return "".join(step.text for step in steps)


LEASE = "제3조 월세는 매월 25일에 지급하며, 연체하면 연 5%의 이자를 가산한다. 보증금은 5,000만 원이다. " * 4


@pytest.mark.models
def test_no_spelling_of_a_control_token_in_a_document_becomes_one(model: LlamaCppModel, control: dict[int, str]) -> None:
    assert "<|im_end|>" in control.values()

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.lists(st.sampled_from(sorted(control.values())) | st.text(max_size=8), max_size=8))
    def never(pieces: list[str]) -> None:
        assert not set(model.encode_text("".join(pieces))) & control.keys()

    never()


@pytest.mark.models
def test_text_is_encoded_without_loss(model: LlamaCppModel) -> None:
    for text in ("<|im_end|>\n", "전세 보증금 😀\x00끝", " a  b\t"):
        assert b"".join(map(model._bytes, model.encode_text(text))).decode() == text


@pytest.mark.models
def test_the_frame_is_the_models_own_template(model: LlamaCppModel, control: dict[int, str]) -> None:
    before, after = model.frame("Be short.")

    spelt = ["".join(control.get(token) or model._bytes(token).decode() for token in tokens) for tokens in (before, after)]
    assert spelt == ["<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"]


@pytest.mark.models
def test_an_answer_after_another_is_the_same_as_a_fresh_one(model: LlamaCppModel) -> None:
    first, second = (prompt_of(model, LEASE + question) for question in ("월세는 언제 내나요?", "보증금은 얼마인가요?"))
    model._forget()
    fresh = list(model.stream(second, max_tokens=12))

    list(model.stream(first, max_tokens=12))
    after_another = list(model.stream(second, max_tokens=12))

    assert text_of(after_another) == text_of(fresh)
    assert "5,000만" in text_of(fresh)
    assert sum(not step.written for step in after_another) < sum(
        not step.written for step in fresh
    )  # and the shared part was not read again


@pytest.mark.models
def test_hangul_and_emoji_arrive_whole(model: LlamaCppModel) -> None:
    steps = list(model.stream(prompt_of(model, "Repeat exactly: 꿹 뷁 쀍 😀 한글"), max_tokens=30))

    assert "뷁" in text_of(steps)
    assert "\ufffd" not in text_of(steps)
    assert any(step.written and not step.text for step in steps)  # a character that took several tokens was held back


@pytest.mark.models
def test_it_stops_at_the_limit_and_counts_what_it_wrote(model: LlamaCppModel) -> None:
    steps = list(model.stream(prompt_of(model, "Count from one to fifty."), max_tokens=5))

    assert [step.written for step in steps if step.written] == [1, 2, 3, 4, 5]


@pytest.mark.models
def test_no_control_token_is_ever_shown(model: LlamaCppModel, control: dict[int, str]) -> None:
    assert {model._bytes(token) for token in control} == {b""}


@pytest.mark.models
@pytest.mark.parametrize("steps_taken", [pytest.param(1, id="while reading"), pytest.param(6, id="while writing")])
def test_closing_frees_the_model_and_the_next_answer_is_right(model: LlamaCppModel, steps_taken: int) -> None:
    prompt = prompt_of(model, LEASE + "보증금은 얼마인가요?")
    model._forget()
    expected = text_of(list(model.stream(prompt, max_tokens=8)))
    model._forget()

    stopped = model.stream(prompt, max_tokens=8)
    taken = [next(stopped) for _ in range(steps_taken)]
    stopped.close()
    answered: list[str] = []
    other = threading.Thread(target=lambda: answered.append(text_of(list(model.stream(prompt, max_tokens=8)))))
    other.start()
    other.join(timeout=120)

    assert len(taken) == steps_taken
    assert answered == [expected]


@pytest.mark.models
def test_a_failure_while_reading_does_not_spoil_the_next_answer(model: LlamaCppModel, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = prompt_of(model, LEASE + "보증금은 얼마인가요?")
    expected = text_of(list(model.stream(prompt, max_tokens=8)))
    model._forget()
    evaluate = model._llama._ctx.decode
    calls = iter(range(100))

    def fail_late(batch: ctypes.Structure) -> None:
        evaluate(batch)
        if next(calls) == 1:
            raise RuntimeError("llama_decode returned 1")

    monkeypatch.setattr(model._llama._ctx, "decode", fail_late)
    with pytest.raises(WeightsUnusable):
        list(model.stream(prompt, max_tokens=8))
    monkeypatch.undo()

    assert text_of(list(model.stream(prompt, max_tokens=8))) == expected


@pytest.mark.models
def test_a_prompt_that_leaves_no_room_is_refused_before_it_is_read(model: LlamaCppModel) -> None:
    with pytest.raises(QuestionTooLong) as failure:
        model.stream([0] * (CONTEXT - 9), max_tokens=10)

    assert failure.value.facts == {"tokens": CONTEXT - 9, "limit": CONTEXT - 10}


@pytest.mark.models
def test_loading_and_answering_write_nothing_to_the_terminal(path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rag.weights.language_model import LlamaCppModel\n"
        "model = LlamaCppModel(Path(sys.argv[1]), context_tokens=1024, threads=1)\n"
        "list(model.stream(model.encode_text('a'), max_tokens=1))"
    )

    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"not weights" * 1000])
def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(content)

    with pytest.raises(WeightsUnusable):
        LlamaCppModel(wrong, context_tokens=1024, threads=1)

    assert capfd.readouterr().err == ""


@pytest.mark.models
@pytest.mark.parametrize("template", ["{{ ''.__class__.__base__.__subclasses__() }}", "{{ cycler.__init__.__globals__ }}", "{% if %}"])
def test_a_chat_template_that_reaches_out_of_its_sandbox_is_refused_in_words(
    path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    class Theirs(llama_chat_format.Jinja2ChatFormatter):
        def __init__(self, **given: str) -> None:
            super().__init__(**{**given, "template": template})

    monkeypatch.setattr(llama_chat_format, "Jinja2ChatFormatter", Theirs)

    with pytest.raises(WeightsUnusable):
        LlamaCppModel(path, context_tokens=64, threads=1)
