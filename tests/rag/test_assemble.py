"""The language model is there while it is used, and gives its memory back when nobody has asked for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import assemble
from rag.assemble import Assistant
from rag.library.library import Library
from rag.settings import Settings, WeightsSettings
from rag.weights import language_model, repacking
from rag.weights.acquire import in_use
from rag.weights.in_use import quantisation_of
from tests.fakes import ScriptedModel, WordHashEmbedder


@pytest.fixture
def assistant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    """Whose models are loaded without weights."""
    monkeypatch.setattr(assemble, "locate_language_model", lambda weights: tmp_path)
    monkeypatch.setattr(repacking, "is_repacked", lambda weights: False)
    monkeypatch.setattr(language_model, "LlamaCppModel", lambda path, **options: ScriptedModel())
    with Assistant(Settings(home=tmp_path), Library(tmp_path), embedder=WordHashEmbedder()) as found:
        yield found


def test_an_unused_model_is_unloaded_and_loaded_again(assistant: Assistant) -> None:
    first = assistant.model
    time.sleep(0.02)

    assistant.unload_unused(60)
    assert assistant.model is first

    time.sleep(0.02)
    assistant.unload_unused(0.01)
    assert assistant.model is not first


def test_a_model_that_writes_stays(assistant: Assistant) -> None:
    first = assistant.model
    time.sleep(0.02)

    with assistant._turns.join():
        assistant.unload_unused(0.01)

    assert assistant.model is first


def test_the_models_can_be_told_without_loading_them(assistant: Assistant) -> None:
    before = assistant.models().writer
    assert not before.loaded
    assert before.unused_s is None
    assert before.context_tokens == assistant.settings.weights.context_tokens
    assert assistant._model is None

    assistant.model.speed.wrote(30, 2.0)
    time.sleep(0.02)
    after = assistant.models()

    assert after.writer.loaded
    assert after.writer.unused_s is not None
    assert after.writer.unused_s >= 0.02
    assert after.writer.writing_per_s == 15.0
    assert after.writer.reading_per_s is None
    assert after.embedding.loaded
    assert after.writer.quantisation == "Q4_K_M"


def test_a_model_that_writes_is_not_called_unused(assistant: Assistant) -> None:
    _ = assistant.model

    with assistant._turns.join():
        assert assistant.models().writer.unused_s is None


def test_speed_is_known_from_earlier_times(assistant: Assistant) -> None:
    name = assistant.models().writer.weights.path.stem
    assistant.library.manifest.set_fact(f"pace of {name}", '{"able": 80.5, "reading": 60.0, "writing": 12.5}')

    writer = assistant.models().writer

    assert (writer.loaded, writer.reading_per_s, writer.writing_per_s) == (False, 80.5, 12.5)


@pytest.mark.parametrize(
    ("file", "quantisation"),
    [
        ("mistral-7b-instruct-v0.3.Q4_K_M.gguf", "Q4_K_M"),
        ("model-iq3_xs.gguf", "IQ3_XS"),
        ("Llama-F16.gguf", "F16"),
        ("qwen2.5-coder.gguf", ""),
    ],
)
def test_how_weights_of_ones_own_are_quantised_stands_in_their_name(tmp_path: Path, file: str, quantisation: str) -> None:
    (tmp_path / file).write_bytes(b"GGUF")
    settings = WeightsSettings(language_model_path=tmp_path / file)

    assert quantisation_of(settings, in_use(settings)[0]) == quantisation
