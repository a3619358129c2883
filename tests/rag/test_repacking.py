"""How the language model's weights lie in memory is measured once, and plain where that is nearly as good."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.settings import WeightsSettings
from rag.weights import repacking
from rag.weights.repacking import is_repacked, measured


@pytest.fixture
def settings(tmp_path: Path) -> WeightsSettings:
    """With a file of which nothing is read where the rates are given."""
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF")
    return WeightsSettings(folder=tmp_path, language_model_path=file)


@pytest.mark.parametrize(
    ("repacked_per_s", "repacked"),
    [pytest.param(200.0, True, id="faster"), pytest.param(110.0, False, id="hardly faster"), pytest.param(50.0, False, id="slower")],
)
def test_it_is_measured_once_and_kept(
    settings: WeightsSettings, monkeypatch: pytest.MonkeyPatch, repacked_per_s: float, repacked: bool
) -> None:
    monkeypatch.setattr(repacking, "_rate", lambda settings, *, repacked: repacked_per_s if repacked else 100.0)
    announced = list[bool]()

    found = [measured(settings, measuring=lambda: announced.append(True)) for _ in range(2)]

    assert found[0] == found[1]
    assert (found[0].repacked, len(announced)) == (repacked, 1)
    assert is_repacked(settings) == repacked


@pytest.mark.parametrize("kept", [None, "", '{"repacked": "perhaps"}'])
def test_where_nothing_sensible_was_measured_it_stays_as_it_is(settings: WeightsSettings, kept: str | None) -> None:
    if kept is not None:
        (settings.folder / "model-4.json").write_text(kept, encoding="utf-8")

    assert not is_repacked(settings)


def test_other_weights_are_measured_by_themselves(settings: WeightsSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repacking, "_rate", lambda settings, *, repacked: 200.0 if repacked else 100.0)
    measured(settings, measuring=lambda: None)
    (settings.folder / "model.gguf").write_bytes(b"GGUF and more")

    assert not is_repacked(settings)


@pytest.mark.models
def test_both_ways_are_really_tried(language_model_path: Path, tmp_path: Path) -> None:
    found = measured(WeightsSettings(folder=tmp_path, language_model_path=language_model_path), measuring=lambda: None)

    assert found.plain_per_s > 0 < found.repacked_per_s
    assert found.repacked == (found.repacked_per_s > found.plain_per_s * repacking._WORTH_ITS_MEMORY)
