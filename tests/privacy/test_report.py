"""What a report says of what was found."""

from __future__ import annotations

import dataclasses
import string
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ui.privacy.lines import lines
from ui.privacy.report import Report, WeightsFound
from ui.privacy.watch import Traffic
from ui.words import privacy

WELL = Report(
    when="2026-11-22T00:00:00+0900",
    system="Linux",
    user="uid 1000",
    layers=("namespace", "seccomp", "python"),
    ways_out={"connection": "EACCES", "native code": "EACCES"},
    watched_by="strace",
    traffic={"add": Traffic(4, refused=["AF_INET6"]), "page": Traffic(700)},
    steps={"add": True, "page": True},
    turned_away={"no session": True, "rebinding": True},
    weights=[WeightsFound("model", {"model.gguf": "cc32"}, "")],
    versions={"seorap": "0.1.0"},
    settings={"server.address": "127.0.0.1"},
)


def test_where_all_is_well_nothing_is_marked() -> None:
    told = list(lines(WELL, "en"))

    assert WELL.is_private
    assert told[3] == "✓ Nothing left this machine, and nobody uninvited got in."
    assert not any("✗" in line for line in told)
    assert (
        "  ✓ a document was added (network calls: 4; none beyond this machine, no name looked up; "
        "sockets asked for by libraries and not made: AF_INET6 ×1)" in told
    )


@pytest.mark.parametrize(
    ("report", "said"),
    [
        pytest.param(replace(WELL, layers=()), "✗ nothing", id="nothing enforces it"),
        pytest.param(replace(WELL, ways_out={"look-up": "open"}), "✗ looking a name up: OPEN", id="a way is open"),
        pytest.param(replace(WELL, ways_out={}), "", id="nothing was tried"),
        pytest.param(
            replace(WELL, traffic={"page": Traffic(1, outside=["connect 192.0.2.1:443"])}),
            "✗ the page was opened and drawn (network calls: 1; beyond this machine: connect 192.0.2.1:443 ×1)",
            id="something left",
        ),
        pytest.param(
            replace(WELL, traffic={"add": Traffic(1, look_ups=["connect 9.9.9.9:53"] * 2)}),
            "✗ a document was added (network calls: 1; names looked up: connect 9.9.9.9:53 ×2)",
            id="a name was looked up",
        ),
        pytest.param(
            replace(WELL, traffic={"add": Traffic(1, local_programs=["/run/x"])}),
            "✗ a document was added (network calls: 1; other programs asked: /run/x ×1)",
            id="another program was asked",
        ),
        pytest.param(replace(WELL, steps={"add": False, "page": True}), "✗ this step failed (network calls: 4;", id="a step failed"),
        pytest.param(replace(WELL, turned_away={"no session": False}), "✗ LET IN: a browser without a session", id="somebody got in"),
        pytest.param(replace(WELL, open_files=["drawer"]), "✗ others can read: drawer", id="a file is open"),
        pytest.param(
            replace(WELL, weights=[WeightsFound("model", {}, "SHA-256 differs")]), "✗ model: SHA-256 differs", id="weights are wrong"
        ),
    ],
)
def test_each_fault_is_marked_and_spoils_the_verdict(report: Report, said: str) -> None:
    told = list(lines(report, "en"))

    assert not report.is_private
    assert told[3] == "✗ Something is not as it should be; it is marked with ✗ below."
    assert any(line.strip().startswith(said) for line in told)


def test_where_only_python_refuses_the_report_says_what_that_means() -> None:
    report = replace(WELL, layers=("python",), why_not=("win32 has no namespaces and no seccomp",))

    english, korean = ("\n".join(lines(report, language)) for language in privacy.IN)

    assert "native code could get out" in english
    assert "Not in force: win32 has no namespaces and no seccomp" in english
    assert "작동하지 않는 것: win32에는 네임스페이스도 seccomp도 없음" in korean


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(privacy.Words)])
def test_both_languages_say_it_with_the_same_facts(name: str) -> None:
    english, korean = dataclasses.asdict(privacy.ENGLISH)[name], dataclasses.asdict(privacy.KOREAN)[name]
    pairs = [(english[key], korean[key]) for key in english | korean] if isinstance(english, Mapping) else [(english, korean)]

    for one, other in pairs:
        assert _facts(one) == _facts(other)
        assert any("가" <= letter <= "힣" for letter in other)


def _facts(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
