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


def test_questions_about_one_place_are_a_pair_each_question_once() -> None:
    texts = {"a.md": f"One.{' ' * 1000}Two. Three. Four.", "b.md": "Two."}
    one, two, three, four = (
        Case(text, "Why?", evidence=(GoldEvidence("a.md", None, text),)) for text in ("One.", "Two.", "Three.", "Four.")
    )
    elsewhere = Case("elsewhere", "Why?", evidence=(GoldEvidence("b.md", None, "Two."),))
    unknown = Case("unknown", "Why?", evidence=(GoldEvidence("c.md", None, "Two."),))
    missing = Case("missing", "Why?", evidence=(GoldEvidence("a.md", None, "Five."),))

    assert pairs([four, elsewhere, three, unknown, missing, two, one, Case("none", "Where?")], texts) == [(two, three)]


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
