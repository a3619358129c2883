"""Answers from the real language model: whole, repeatable, and never steered by markup in a document."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import llama_cpp
import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_cpp import llama_chat_format

from rag.errors import QuestionTooLong, WeightsUnusable
from rag.ports import Mark, Step
from rag.weights import language_model
from rag.weights.language_model import LlamaCppModel

CONTEXT = 2048


@pytest.fixture(scope="module")
def model(language_model_path: Path) -> LlamaCppModel:
    return LlamaCppModel(language_model_path, context_tokens=CONTEXT, threads=0)


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


class Shelf:
    """States in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def get(self, owner: str, key: str) -> bytes | None:
        return self.kept.get((owner, key))

    def has(self, owner: str, key: str) -> bool:
        return (owner, key) in self.kept

    def put(self, owner: str, key: str, state: bytes) -> None:
        self.kept[owner, key] = state


@pytest.fixture
def shelf(model: LlamaCppModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    shelf = Shelf()
    monkeypatch.setattr(model, "_states", shelf)
    model._forget()
    yield shelf
    model._forget()


def marked(model: LlamaCppModel, question: str) -> tuple[list[int], list[Mark]]:
    """A prompt whose fixed part and excerpt are marked."""
    before, after = model.frame("You answer shortly.")
    excerpt = model.encode_text(LEASE)
    return [*before, *excerpt, *model.encode_text(question), *after], [Mark(len(before), ""), Mark(len(before) + len(excerpt), "lease")]


@pytest.mark.models
def test_what_was_kept_is_not_read_again_and_answers_are_the_same(model: LlamaCppModel, shelf: Shelf) -> None:
    first, second = (marked(model, question) for question in ("월세는 언제 내나요?", "보증금은 얼마인가요?"))
    fresh = list(model.stream(second[0], max_tokens=16))
    model._forget()
    list(model.stream(first[0], max_tokens=2, marks=first[1]))
    model._forget()

    unread = model.unread(*second)
    restored = list(model.stream(second[0], max_tokens=16, marks=second[1]))

    assert [owner for owner, _ in shelf.kept] == ["", "lease"]
    assert text_of(restored) == text_of(fresh)
    assert unread == len(second[0]) - second[1][-1].end < 40
    assert sum(not step.written for step in restored) == 0  # no slice was read but the one with the question


@pytest.mark.models
def test_a_restored_state_is_bit_for_bit_the_one_that_was_kept(model: LlamaCppModel, shelf: Shelf) -> None:
    prompt, marks = marked(model, "보증금은?")

    def logits() -> bytes:
        list(model.stream(prompt, max_tokens=1, marks=marks))
        return bytes(np.ctypeslib.as_array(model._cells.logits(-1), shape=(model._vocabulary_size,)))

    read = logits()
    model._forget()
    assert model.unread(prompt, marks) < len(prompt) - marks[-1].end + 1
    assert logits() == read


@pytest.mark.models
def test_learning_keeps_a_beginning_and_can_be_broken_off(model: LlamaCppModel, shelf: Shelf) -> None:
    prompt, marks = marked(model, "")
    broken_off = model.learn(prompt, marks)
    next(broken_off)
    broken_off.close()
    after_break = model.unread(prompt, marks)

    list(model.learn(prompt, marks))
    model._forget()

    assert after_break > len(prompt) - marks[-1].end
    assert model.unread(prompt, marks) == len(prompt) - marks[-1].end


@pytest.mark.models
@pytest.mark.parametrize("spoil", [lambda state: b"", lambda state: state[:-7], lambda state: state[1:], lambda state: b"x" * 64])
def test_a_state_that_does_not_fit_is_read_afresh(model: LlamaCppModel, shelf: Shelf, spoil: Callable[[bytes], bytes]) -> None:
    prompt, marks = marked(model, "보증금은 얼마인가요?")
    expected = text_of(list(model.stream(prompt, max_tokens=8, marks=marks)))
    shelf.kept = {name: spoil(state) for name, state in shelf.kept.items()}
    model._forget()

    assert text_of(list(model.stream(prompt, max_tokens=8, marks=marks))) == expected


@pytest.mark.models
def test_a_state_of_other_words_is_not_taken(model: LlamaCppModel, shelf: Shelf) -> None:
    prompt, marks = marked(model, "보증금은 얼마인가요?")
    list(model.stream(prompt, max_tokens=1, marks=marks))
    model._forget()
    other = [*prompt[: marks[0].end], *model.encode_text("다른 글"), *prompt[marks[0].end :]]

    assert model.unread(other, marks) == len(other) - marks[0].end


@pytest.mark.models
def test_what_is_copied_is_proposed_and_what_is_written_is_the_models_own(model: LlamaCppModel, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = "The Tenant shall give the Landlord eleven weeks' notice in writing, by registered letter, to the address in Annex 7."
    prompt = prompt_of(model, f"Excerpt:\n{copied}\n\nCopy the excerpt word for word.")
    sizes: list[int] = []
    evaluate = model._cells.evaluate

    def count(tokens: Sequence[int], *, all_logits: bool = False) -> bool:
        sizes.append(len(tokens))
        return evaluate(tokens, all_logits=all_logits)

    monkeypatch.setattr(model._cells, "evaluate", count)
    steps = list(model.stream(prompt, max_tokens=60))
    proposed = max(sizes[-5:])
    monkeypatch.setattr(language_model, "SHORT_DRAFT", 0)
    monkeypatch.setattr(language_model, "LONG_DRAFT", 0)
    model._forget()
    alone = list(model.stream(prompt, max_tokens=60))

    assert copied in text_of(steps)
    assert text_of(steps) == text_of(alone)
    assert [step.written for step in steps if step.written] == list(range(1, len(steps) - sum(not step.written for step in steps) + 1))
    assert proposed > 1
    assert max(sizes[-5:]) == 1


@pytest.mark.models
def test_an_answer_that_is_proposed_ends_at_its_limit(model: LlamaCppModel) -> None:
    prompt = prompt_of(model, "Copy: one two three four five six seven eight nine ten one two three four five six seven eight nine ten")

    assert [max(step.written for step in model.stream(prompt, max_tokens=most)) for most in range(1, 9)] == list(range(1, 9))


@pytest.mark.models
def test_its_memory_is_given_back(language_model_path: Path) -> None:
    def weigh() -> int:
        gc.collect()
        return int(psutil.Process().memory_info().rss)

    before = weigh()
    another = LlamaCppModel(language_model_path, context_tokens=512, threads=0)
    list(another.stream(another.encode_text("a"), max_tokens=2))
    loaded = weigh()
    del another

    assert loaded - before > 1 << 28
    assert weigh() - before < (loaded - before) / 4


@pytest.mark.models
def test_learning_gives_way_in_the_middle_of_a_slice(model: LlamaCppModel, shelf: Shelf) -> None:
    prompt = prompt_of(model, LEASE * 4)
    mark = Mark(len(prompt), "lease")
    learning = model.learn(prompt, [mark])
    next(learning)
    held = len(model._kept)
    threading.Timer(0.05, model.give_way).start()

    assert [step.written for step in learning] == [0]  # which says: look whether somebody waits
    assert len(model._kept) == held < mark.end
    assert model._cells.length == held
    assert not shelf.kept

    model.give_way()  # nobody learns
    list(model.learn(prompt, [mark]))
    assert len(model._kept) == mark.end


@pytest.mark.models
def test_an_answer_gives_no_way(model: LlamaCppModel) -> None:
    model._forget()
    prompt = prompt_of(model, LEASE + "월세는 언제 내나요?")
    fresh = text_of(list(model.stream(prompt, max_tokens=12)))
    model._forget()
    steps = []
    for step in model.stream(prompt, max_tokens=12):
        model.give_way()
        steps.append(step)

    assert text_of(steps) == fresh


@pytest.mark.models
def test_it_measures_itself(model: LlamaCppModel) -> None:
    model._forget()
    list(model.stream(prompt_of(model, LEASE), max_tokens=4))

    assert model.speed.reading
    assert 1 < model.speed.reading < 100_000
    assert model.speed.writing
    assert 0.1 < model.speed.writing < 10_000


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
    evaluate = model._cells.evaluate
    calls = iter(range(100))

    def fail_late(tokens: Sequence[int], *, all_logits: bool = False) -> bool:
        return evaluate(tokens, all_logits=all_logits) and next(calls) != 1

    monkeypatch.setattr(model._cells, "evaluate", fail_late)
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
def test_loading_and_answering_write_nothing_to_the_terminal(language_model_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rag.weights.language_model import LlamaCppModel\n"
        "model = LlamaCppModel(Path(sys.argv[1]), context_tokens=1024, threads=1)\n"
        "list(model.stream(model.encode_text('a'), max_tokens=1))"
    )

    done = subprocess.run([sys.executable, "-c", script, str(language_model_path)], capture_output=True, text=True, check=False)

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
    language_model_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    class Theirs(llama_chat_format.Jinja2ChatFormatter):
        def __init__(self, **given: str) -> None:
            super().__init__(**{**given, "template": template})

    monkeypatch.setattr(llama_chat_format, "Jinja2ChatFormatter", Theirs)

    with pytest.raises(WeightsUnusable):
        LlamaCppModel(language_model_path, context_tokens=64, threads=1)
