"""The parts of the benchmark of speed that are pure."""

from __future__ import annotations

from pathlib import Path

from bench.speed.answers import apart, pairs
from bench.speed.row import Row, kept, middle, write
from rag.cases import Case, GoldEvidence


def _case(name: str, document: str) -> Case:
    return Case(name, "Why?", answerable=True, evidence=(GoldEvidence(document, None, "Because."),))


def test_a_rate_is_better_when_it_is_higher_and_a_time_when_it_is_lower() -> None:
    assert middle("ingestion", "files", "files/s", [2.0, 4.0, 3.0], [1.5]).ratio == 2.0
    assert middle("answers", "first word", "ms", [100.0], [1000.0, 900.0, 1100.0]).ratio == 10.0
    assert middle("answers", "first word", "ms", [100.0]).ratio is None
    assert middle("start", "nothing", "s", [0.0], [1.0]).ratio is None


def test_what_is_measured_many_times_has_a_p95() -> None:
    assert middle("search", "search", "ms", [float(value) for value in range(100)]).p95 == 94.0
    assert middle("search", "search", "ms", [1.0, 2.0]).p95 is None


def test_two_questions_about_one_paragraph_are_a_pair_each_paragraph_once() -> None:
    cases = [
        _case("korquad-65-1-0", "a.md"),
        _case("korquad-65-2-0", "a.md"),
        _case("korquad-65-1-1", "a.md"),
        _case("korquad-65-1-2", "a.md"),
        _case("korquad-65-2-1", "b.md"),
        _case("covidqa-1", "c.txt"),
        _case("covidqa-2", "c.txt"),
        Case("korquad-65-1-3", "Where?"),
    ]

    assert pairs(cases) == [(cases[0], cases[2])]


def test_questions_about_the_document_of_the_one_before_are_left_out() -> None:
    cases = [_case("1", "a"), _case("2", "a"), _case("3", "b"), _case("4", "a")]

    assert apart(cases) == [cases[0], cases[2], cases[3]]
    assert apart([]) == []


def test_new_figures_take_the_place_of_those_of_the_same_part_alone(tmp_path: Path) -> None:
    file, page = tmp_path / "benchmarks.json", tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nHow they are measured.\n", encoding="utf-8")
    first = [Row("search", "p50", "ms", 9.0), Row("start", "serve", "s", 2.5, 5.0)]

    write(file, page, first, {"processor": "one"})
    write(file, page, [Row("search", "p50", "ms", 1234.5, note="later")], {"processor": "another"})

    assert kept(file) == {"search": [Row("search", "p50", "ms", 1234.5, note="later")], "start": [first[1]]}
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\nHow they are measured.\n\n## Figures\n\nMachine: processor another.\n")
    assert "| p50 | ms | 1,234 |  |  |  | 1 | later |" in text
    assert "| serve | s | 2.5 |  | 5 | 2 | 1 |  |" in text
    assert text.count("## Figures") == 1
