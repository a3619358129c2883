"""The language model is there while it is used, and gives its memory back when nobody has asked for long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import assemble
from rag.assemble import Assistant
from rag.library.library import Library
from rag.settings import Settings
from rag.weights import language_model, repacking
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
