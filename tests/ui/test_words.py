"""What the page says is complete in both languages and fits where it stands."""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import get_args

import pytest
import typer

from rag.disk import Ground, Verdict
from rag.library.traits import Group
from rag.library.worklist import Happened
from rag.records import Doubt, Outcome, State
from ui.cli import app
from ui.web import look, render_library
from ui.web.library import choice
from ui.words import chrome, history, library, machine, search, viewer
from ui.words import dossier as dossier_words
from ui.words import help as help_words
from ui.words.page import ENGLISH, IN, KOREAN, Words

WORDS_FOR: Mapping[str, Iterable[str]] = {
    "doubts": Doubt,
    "save_as": ("docx", "pdf", "md"),
}
WORDS_OF_THE_LIBRARY: Mapping[str, Iterable[str]] = {
    "states": State,
    "outcome": Outcome,
    "erase_steps": ("samples", "scrub", "search"),
    "happened": Happened,
    "within": choice.WITHIN,
    "languages": ("en", "ko"),
    "columns": render_library.COLUMNS,
}


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Words)])
def test_both_languages_say_it_with_the_same_facts(name: str) -> None:
    english, korean = dataclasses.asdict(ENGLISH)[name], dataclasses.asdict(KOREAN)[name]

    if isinstance(english, Mapping):
        assert set(english) == set(korean) == set(WORDS_FOR[name])
        assert all(text.strip() for text in (*english.values(), *korean.values()))
    else:
        assert english.strip()
        assert korean.strip()
        assert _facts(english) == _facts(korean)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(dossier_words.Words)])
def test_a_dossier_says_it_in_both_languages_with_the_same_facts(name: str) -> None:
    english, korean = (_sentences(dataclasses.asdict(dossier_words.IN[language])[name]) for language in ("en", "ko"))

    assert len(english) == len(korean) > 0
    assert all(text.strip() for text in (*english, *korean))
    assert [_facts(text) for text in english] == [_facts(text) for text in korean]
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean if _without_facts(text))


def _sentences(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else words


def _without_facts(text: str) -> str:
    """The letters in it that are words of ours."""
    return "".join(letter for before, *_ in string.Formatter().parse(text) for letter in before if letter.isalpha())


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(search.Words)])
def test_the_page_of_search_says_the_same_in_both(name: str) -> None:
    english, korean = (dataclasses.asdict(search.IN[language])[name] for language in ("en", "ko"))

    if isinstance(english, Mapping):
        assert english.keys() == korean.keys()
        assert name != "groups" or set(english) == set(Group)
        assert all(text.strip() for text in (*english.values(), *korean.values()))
    elif isinstance(english, str):
        assert _facts(english) == _facts(korean)
        assert any("가" <= letter <= "힣" for letter in korean)
    else:
        assert len(english) == len(korean)
        assert all("가" <= max(text) <= "힣" for text in korean)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(library.Words)])
def test_the_page_with_the_documents_says_the_same_in_both_languages(name: str) -> None:
    english, korean = dataclasses.asdict(library.ENGLISH)[name], dataclasses.asdict(library.KOREAN)[name]

    if isinstance(english, Mapping):
        assert set(english) == set(korean) == set(WORDS_OF_THE_LIBRARY[name])
        assert all(text.strip() for text in (*english.values(), *korean.values()))
        assert all(any("가" <= letter <= "힣" for letter in text) for text in korean.values())
    elif isinstance(english, tuple):
        assert len(english) == len(korean)
        assert all(any("가" <= letter <= "힣" for letter in text) for text in korean)
    else:
        assert english.strip()
        assert _facts(english) == _facts(korean)
        assert any("가" <= letter <= "힣" for letter in korean) or not re.sub(r"{\w+}", "", korean).strip(" ,")


def test_korean_is_korean() -> None:
    latin = {
        name for name, text in dataclasses.asdict(KOREAN).items() if isinstance(text, str) and not any("가" <= c <= "힣" for c in text)
    }

    assert latin == set()


@pytest.mark.parametrize("module", [history, viewer], ids=lambda module: module.__name__)
def test_the_parts_of_the_page_say_the_same_in_both_languages(module: ModuleType) -> None:
    english, korean = dataclasses.asdict(module.IN["en"]), dataclasses.asdict(module.IN["ko"])

    assert all(text.strip() for text in english.values())
    assert {name: _facts(text) for name, text in english.items()} == {name: _facts(text) for name, text in korean.items()}
    assert [text for text in korean.values() if not any("가" <= letter <= "힣" for letter in text)] == []


def test_what_streamlit_says_is_said_in_korean() -> None:
    assert all(any("가" <= letter <= "힣" for letter in korean) for korean in chrome.KOREAN.values())
    assert set(chrome.ENGLISH) <= set(chrome.KOREAN)
    assert all(english.count("{}") == korean.count("{}") for english, korean in chrome.KOREAN.items() if "{}" in korean)


@pytest.mark.parametrize("language", IN)
def test_words_in_the_style_sheet_cannot_leave_their_place(language: str) -> None:
    words = {"en": ENGLISH, "ko": KOREAN}[language]

    assert not set(words.upload_hint) & set("\"'\\<>\n")
    assert f'content: "{words.upload_hint}"' in look.style(words)


def test_the_help_is_whole_in_korean_and_says_nothing_old() -> None:
    command = typer.main.get_command(app)
    verbs = (command, *command.commands.values())  # type: ignore[attr-defined]  # typer's own group
    said = {verb.help for verb in verbs} | {
        parameter.help for verb in verbs for parameter in verb.params if getattr(parameter, "help", None)
    }
    layout = {"Usage: ", "Arguments", "Options", "Commands", "Show this message and exit."}

    assert said | layout == set(help_words.KOREAN)
    assert all(any("가" <= letter <= "힣" for letter in korean) for korean in help_words.KOREAN.values())


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(machine.Words)])
def test_the_state_of_the_machine_is_told_in_both_languages(name: str) -> None:
    english, korean = dataclasses.asdict(machine.ENGLISH)[name], dataclasses.asdict(machine.KOREAN)[name]
    if isinstance(english, Mapping):
        assert set(english) == set(korean)
    else:
        english, korean = {"": english}, {"": korean}

    for key, text in english.items():
        assert text.strip()
        assert any("가" <= letter <= "힣" for letter in korean[key])
        assert _facts(text) == _facts(korean[key])


def test_every_way_to_be_encrypted_or_not_has_its_sentence() -> None:
    for words in machine.IN.values():
        assert set(words.grounds) == set(get_args(Ground))
        assert set(words.verdicts) == set(get_args(Verdict))
        assert set(words.languages) == set(machine.IN)


def _facts(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
