"""What is likely to be asked is read while nobody waits, and never in anybody's way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag import learn
from rag.assemble import Assistant
from rag.library.library import Library
from rag.records import Answered
from rag.settings import AnswerSettings, RefusalSettings, Settings, SplitSettings
from tests.fakes import ScriptedModel, WordHashEmbedder

LEASE = "# Lease\n\n" + "\n\n".join(
    f"## Article {number}\n\nThe {thing} is {number},000 euros. It is paid on Monday. " + "Nothing else is said of it here. " * 12
    for number, thing in enumerate(("deposit", "rent", "fee", "penalty", "interest", "rebate"), 1)
)


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr(learn, "_AFTER_S", 0.0)
    monkeypatch.setattr(learn, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(learn, "_LOOK_AGAIN_S", 0.01)
    (tmp_path / "lease.md").write_text(LEASE, encoding="utf-8")
    settings = Settings(
        home=tmp_path / "drawer",
        refusal=RefusalSettings(least_chance=0.0),
        split=SplitSettings(passage_tokens=60),
        answer=AnswerSettings(evidence_tokens=1000, first_tokens=900, read_ahead=("en",)),  # of letters
    )
    with (
        Assistant(
            settings, Library(settings.home), embedder=WordHashEmbedder(), model=ScriptedModel(*["The deposit is 1,000 euros."] * 9)
        ) as found,
        Sandbox(settings.sandbox) as sandbox,
    ):
        list(add([tmp_path / "lease.md"], Batch(found.library, found.embedder, sandbox, settings.split)))
        yield found


def _until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def _model(assistant: Assistant) -> ScriptedModel:
    assert isinstance(assistant.model, ScriptedModel)
    return assistant.model


def test_after_an_answer_its_passages_are_read_and_a_question_about_them_finds_them(assistant: Assistant) -> None:
    assistant.library.states.most_bytes = 0  # no new documents
    assistant.learn_while(lambda: True)
    assert any(isinstance(event, Answered) for event in assistant.ask("How much is the deposit?"))  # nobody asks for more
    assert assistant.settle(10)
    learnt = [list(beginning) for beginning in _model(assistant).learnt]

    list(assistant.ask("How much is the rent?"))

    asked = _model(assistant).prompts[-1]
    assert any(asked[: len(beginning)] == beginning for beginning in learnt)


def test_new_documents_are_read_from_their_beginning(assistant: Assistant) -> None:
    assistant.learn_while(lambda: True)

    assert _until(lambda: len(_model(assistant).learnt) >= 6)
    read = ["".join(chr(token) for token in beginning if token < 0x110000) for beginning in _model(assistant).learnt]
    assert "The deposit is 1,000 euros." in read[0]
    assert len(set(read)) == len(read)


def test_nothing_is_read_while_other_work_is_done(assistant: Assistant) -> None:
    free = False
    assistant.learn_while(lambda: free)
    time.sleep(0.3)
    before = len(_model(assistant).learnt)
    free = True

    assert before == 0
    assert _until(lambda: len(_model(assistant).learnt) > 0)


def test_nothing_is_read_while_somebody_waits_for_an_answer(assistant: Assistant) -> None:
    with assistant._turns.join():
        assistant.learn_while(lambda: True)
        time.sleep(0.3)
        waiting = len(_model(assistant).learnt)

    assert waiting == 0
    assert _until(lambda: len(_model(assistant).learnt) > 0)


def test_whoever_waits_for_an_answer_makes_reading_ahead_give_way(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[bool]()
    monkeypatch.setattr(_model(assistant), "give_way", lambda: seen.append(assistant._turns.anyone()))

    list(assistant.ask("How much is the deposit?"))

    assert seen == [True]  # not before it can be seen that somebody waits


def test_a_document_that_has_gone_is_passed_over(assistant: Assistant) -> None:
    free = False
    assistant.library.states.most_bytes = 0
    assistant.learn_while(lambda: free)
    list(assistant.ask("How much is the deposit?"))
    assert assistant._learner is not None
    assert assistant._learner._waiting
    assistant.library.remove("lease.md")
    free = True

    assert assistant.settle(10)
    assert _model(assistant).learnt == []


def test_where_nothing_is_kept_nothing_is_read(assistant: Assistant) -> None:
    answers = assistant.settings.answer.model_copy(update={"kept_mib": 0})
    assistant.settings = assistant.settings.model_copy(update={"answer": answers})
    assistant.learn_while(lambda: True)

    assert assistant._learner is None


def test_closing_ends_it(assistant: Assistant) -> None:
    assistant.learn_while(lambda: True)
    assistant.close()

    assert not assistant._learner._thread.is_alive()  # type: ignore[union-attr]
