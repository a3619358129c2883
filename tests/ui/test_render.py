"""Text of documents, file names and models becomes markup of ours, whatever it says."""

from __future__ import annotations

import dataclasses
import re
import string

import pytest

from rag.records import Answer, Citation, Claim, Evidence, Outcome, State, Status, Timings
from ui.web import render
from ui.words.page import ENGLISH, KOREAN

HOSTILE = [
    "<img src=http://127.0.0.1:1/x>",
    "<script>fetch('http://127.0.0.1:1')</script>",
    "<svg onload=alert(1)>",
    "![x](http://127.0.0.1:1/x.png)",
    "[x][1]\n[1]: http://127.0.0.1:1",
    "<style>@import 'http://127.0.0.1:1'</style>",
    "```mermaid\ngraph TD; A-->B\n```",
    "$\\href{http://127.0.0.1:1}{x}$",
    ":material/home: :red[x]",
    "<a href='javascript:alert(1)'>x</a>",
    "</div></div><iframe src=//127.0.0.1>",
    '" onmouseover="alert(1)',
    "&lt;b&gt;",
    "\u202egnp.exe",
    "\x1b[31mred",
    "<math><mtext></mtext></math>",
]
ALLOWED = {"div", "p", "span", "sup", "mark", "b"}


def _answer(text: str) -> Answer:
    evidence = Evidence("d", text, 3, 4, 0, 1, text, (text,), 1.0, (0, 1))
    citation = Citation("d", text, 3, 4, text, 0, 1)
    return Answer(
        text, "en", Status.PARTIAL, text, (Claim(text, True, (0,)), Claim(text, False)), (citation,), (evidence,), Timings(1.0), text, "e"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    found = _answer(text)
    drawn = "".join(
        (
            render.answer(found, ENGLISH),
            render.not_found(found, KOREAN),
            render.evidence_card(found.evidence[0], text, ENGLISH),
            render.question(text),
            render.written(text, ENGLISH),
        )
    )

    tags = re.findall(r"<\s*/?\s*([a-zA-Z!]+)([^>]*)>", drawn)
    assert {name for name, _ in tags} <= ALLOWED
    assert {attributes.strip() for _, attributes in tags if attributes} <= {
        f'class="{name}"' for name in ("sr", "question", "where", "quote", "card", "text", "unsupported", "flag", "small", "calm", "live")
    }
    assert "\u202e" not in drawn
    assert "\x1b" not in drawn


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_mean_nothing_to_markdown(text: str) -> None:
    assert not re.search(r"(?<!\\)[\[\]<>$`*_:!&#|~]", render.plain_label(text))


def test_unsupported_claims_say_so_in_words() -> None:
    drawn = render.answer(_answer("claim"), ENGLISH)

    assert drawn.count(ENGLISH.unsupported) == 1
    assert '<span class="unsupported">claim</span>' in drawn
    assert "<p>claim<sup>[1]</sup></p>" in drawn
    assert "[1] claim · pp. 3–4" in drawn


def test_words_of_the_question_are_marked() -> None:
    item = Evidence("d", "rules", None, None, 0, 1, "연차휴가는 15일, deposits are kept", (), 1.0, (0, 1))

    assert "<mark>연차휴가는</mark>" in render.evidence_card(item, "연차휴가 며칠?", KOREAN)
    assert "<mark>deposits</mark>" in render.evidence_card(item, "the deposit", ENGLISH)


def test_both_languages_say_everything_with_the_same_facts() -> None:
    for field in dataclasses.fields(ENGLISH):
        english, korean = getattr(ENGLISH, field.name), getattr(KOREAN, field.name)
        if isinstance(english, str):
            assert english.strip()
            assert korean.strip()
            assert _placeholders(english) == _placeholders(korean), field.name
        else:
            assert set(english) == set(korean) == set(State if field.name == "states" else Outcome)


def _placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
