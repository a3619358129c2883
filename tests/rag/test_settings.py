"""What can be set, and by whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import ExitCode, SettingsInvalid
from rag.settings import Changed, OCRSettings, Settings, changed, load_settings, system_language


@pytest.fixture
def drawer(tmp_path: Path) -> Path:
    folder = tmp_path / "drawer"
    folder.mkdir()
    return folder


def _write(drawer: Path, toml: str) -> Path:
    source = drawer / "seorap.toml"
    source.write_text(toml, encoding="utf-8")
    return source


def _refused(drawer: Path, environment: dict[str, str] | None = None) -> SettingsInvalid:
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings(library=drawer, environment=environment or {})
    assert refusal.value.exit_code is ExitCode.USAGE
    return refusal.value


def test_without_a_file_everything_is_at_its_default(drawer: Path) -> None:
    assert load_settings(library=drawer, environment={}) == Settings(home=drawer)


def test_the_drawers_file_is_read(drawer: Path) -> None:
    _write(drawer, 'language = "ko"\n[retrieval]\npassages = 3\n')

    settings = load_settings(library=drawer, environment={})

    assert (settings.language, settings.retrieval.passages, settings.retrieval.candidates) == ("ko", 3, 50)


@pytest.mark.parametrize(
    ("toml", "cause"),
    [
        pytest.param("[retrieval]\npasages = 3\n", "retrieval.pasages: Extra inputs are not permitted", id="misspelt key"),
        pytest.param("[retreival]\npassages = 3\n", "retreival: Extra inputs are not permitted", id="misspelt section"),
        pytest.param(
            "[split]\npassage_tokens = 5000\n", "split.passage_tokens: Input should be less than or equal to 480", id="out of bounds"
        ),
        pytest.param('language = "fr"\n', "language: Input should be 'en' or 'ko'", id="unknown language"),
        pytest.param('weights = "small"\n', "weights: Input should be a valid dictionary or instance of WeightsSettings", id="no section"),
        pytest.param("[split\n", "Expected ']' at the end of a table declaration (at line 1, column 7)", id="no TOML"),
        pytest.param('home = "/elsewhere"\n', "home: the drawer is the folder in which this file lies", id="another drawer"),
    ],
)
def test_a_mistake_is_named_with_its_file(drawer: Path, toml: str, cause: str) -> None:
    source = _write(drawer, toml)

    assert _refused(drawer).facts == {"source": str(source), "cause": cause}


def test_a_file_in_another_encoding_is_named(drawer: Path) -> None:
    source = drawer / "seorap.toml"
    source.write_bytes('language = "한국어"'.encode("cp949"))

    assert _refused(drawer).facts["source"] == str(source)


def test_a_file_that_cannot_be_read_is_named(drawer: Path) -> None:
    source = drawer / "seorap.toml"
    source.mkdir()

    assert _refused(drawer).facts == {"source": str(source), "cause": "Is a directory"}


def test_a_mistake_in_the_environment_is_not_blamed_on_the_file(drawer: Path) -> None:
    _write(drawer, 'language = "ko"\n')

    assert _refused(drawer, {"SEORAP_LANGUAGE": "fr"}).facts == {
        "source": "SEORAP_LANGUAGE",
        "cause": "language: Input should be 'en' or 'ko'",
    }


def test_a_mistake_in_the_file_is_found_whatever_the_environment_says(drawer: Path) -> None:
    _write(drawer, 'language = "fr"\n')

    assert _refused(drawer, {"SEORAP_LANGUAGE": "ko"}).facts["source"] == str(drawer / "seorap.toml")


def test_the_environment_wins_over_the_file(drawer: Path, tmp_path: Path) -> None:
    _write(drawer, f'language = "ko"\n[weights]\nfolder = "{tmp_path / "file"}"\nlanguage_model = "small"\n')

    settings = load_settings(library=drawer, environment={"SEORAP_LANGUAGE": "en", "SEORAP_WEIGHTS": str(tmp_path / "environment")})

    assert settings.language == "en"
    assert settings.weights.folder == tmp_path / "environment"
    assert settings.weights.language_model == "small"


def test_an_empty_variable_says_nothing(drawer: Path) -> None:
    _write(drawer, 'language = "ko"\n')

    assert load_settings(library=drawer, environment={"SEORAP_LANGUAGE": "", "SEORAP_WEIGHTS": ""}).language == "ko"


def test_the_call_wins_over_the_environment(tmp_path: Path) -> None:
    environment = {"SEORAP_HOME": str(tmp_path / "environment")}

    assert load_settings(library=tmp_path / "call", environment=environment).home == tmp_path / "call"
    assert load_settings(environment=environment).home == tmp_path / "environment"


def test_the_file_of_the_chosen_drawer_counts(drawer: Path) -> None:
    _write(drawer, 'language = "ko"\n')

    assert load_settings(environment={"SEORAP_HOME": str(drawer)}).language == "ko"


def test_a_relative_drawer_lies_where_the_command_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_settings(library=Path("mine"), environment={}).home == tmp_path / "mine"
    assert load_settings(environment={"SEORAP_HOME": "mine"}).home == tmp_path / "mine"
    assert load_settings(library=Path("mine"), environment={"SEORAP_WEIGHTS": "weights"}).weights.folder == tmp_path / "weights"


def test_paths_in_the_file_are_meant_from_its_folder(drawer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    _write(drawer, '[weights]\nfolder = "~/weights"\nembedder_path = "own"\nlanguage_model_path = "/models/a.gguf"\n')

    weights = load_settings(library=drawer, environment={}).weights

    assert (weights.folder, weights.embedder_path, weights.language_model_path) == (
        tmp_path / "home" / "weights",
        drawer / "own",
        Path("/models/a.gguf"),
    )


def test_a_tilde_is_the_users_own_folder_or_a_name_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)

    assert load_settings(environment={"SEORAP_HOME": "~/mine"}).home == tmp_path / "user" / "mine"
    assert load_settings(library=Path("~no-such-user/mine"), environment={}).home == tmp_path / "~no-such-user" / "mine"


def test_the_data_of_a_recogniser_lie_beside_the_settings(drawer: Path) -> None:
    _write(drawer, '[ocr]\ntessdata = "tessdata"\nlanguages = ["kor"]\n')

    assert load_settings(library=drawer, environment={}).ocr == OCRSettings(tessdata=drawer / "tessdata", languages=("kor",))


def test_settings_do_not_change_once_they_are_read(drawer: Path) -> None:
    with pytest.raises(ValidationError):
        load_settings(library=drawer, environment={}).retrieval.passages = 3


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        pytest.param({}, "en", id="nothing said"),
        pytest.param({"LANG": "ko_KR.UTF-8"}, "ko", id="Korean"),
        pytest.param({"LANG": "de_DE.UTF-8"}, "en", id="neither"),
        pytest.param({"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}, "en", id="LC_ALL first"),
        pytest.param({"LC_ALL": "", "LC_MESSAGES": "ko_KR", "LANG": "en_US"}, "ko", id="LC_MESSAGES before LANG"),
    ],
)
def test_the_language_of_the_system(environment: dict[str, str], language: str) -> None:
    assert system_language(environment) == language


def test_what_differs_from_the_defaults_can_be_told(drawer: Path) -> None:
    assert changed(load_settings(library=drawer, environment={})) == ()
    _write(drawer, 'language = "ko"\n[retrieval]\npassages = 3\n[answer]\nread_ahead = ["ko", "en"]\n')

    assert changed(load_settings(library=drawer, environment={})) == (
        Changed("language", "ko", ""),
        Changed("retrieval.passages", "3", "10"),
        Changed("answer.read_ahead", "ko, en", "ko"),
    )
