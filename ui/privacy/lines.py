"""A privacy report as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rag.records import Language
from ui.privacy.report import Report
from ui.privacy.watch import Traffic
from ui.words import privacy
from ui.words.privacy import Words


def lines(report: Report, language: Language) -> Iterator[str]:
    words = privacy.IN[language]
    yield words.title.format(when=report.when)
    yield words.on.format(system=report.system, user=report.user)
    yield ""
    yield _marked(report.is_private, words.private if report.is_private else words.not_private)
    yield from _section(words.enforced, _enforcement(report, words, language))
    yield from _section(
        words.ways_out,
        (
            _marked(ended != "open", f"{words.ways[way]}: {words.open if ended == 'open' else words.refused.format(error=ended)}")
            for way, ended in report.ways_out.items()
        ),
    )
    yield from _section(words.watch, _steps(report, words))
    yield from _section(words.gate, _gate(report, words))
    closed = not report.open_files
    yield from _section(
        words.files, [_marked(closed, words.files_closed if closed else words.files_open.format(what=", ".join(report.open_files)))]
    )
    yield from _section(words.weights, _weights(report, words))
    yield from _section(words.versions, (f"{name} {number or '–'}" for name, number in report.versions.items()))
    yield from _section(words.settings, (f"{name} = {value}" for name, value in report.settings.items()))
    if report.without_effect:
        yield from _section(words.without_effect, [", ".join(report.without_effect)])
    yield ""
    yield words.limits


def _section(title: str, rows: Iterable[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {row}" for row in rows)


def _marked(well: bool, text: str) -> str:
    return f"{'✓' if well else '✗'} {text}"


def _enforcement(report: Report, words: Words, language: Language) -> Iterator[str]:
    if not report.layers:
        yield _marked(False, words.nothing_enforces)
    yield from (_marked(True, words.layers[layer]) for layer in report.layers)
    if report.layers == ("python",):
        yield words.only_python
    if report.why_not:
        yield words.why_not.format(cause=privacy.why_not(report.why_not, language))


def _steps(report: Report, words: Words) -> Iterator[str]:
    yield words.watched_by[report.watched_by]
    for step, traffic in report.traffic.items():
        well = report.steps[step] and traffic.stayed
        yield _marked(well, f"{words.done[step] if report.steps[step] else words.failed} ({'; '.join(_traffic(traffic, words))})")


def _traffic(traffic: Traffic, words: Words) -> Iterator[str]:
    yield words.traffic.format(calls=traffic.calls)
    if traffic.stayed:
        yield words.stayed
    for sentence, what in (
        (words.outside, traffic.outside),
        (words.look_ups, traffic.look_ups),
        (words.local_programs, traffic.local_programs),
        (words.not_made, traffic.refused),
    ):
        if what:
            yield sentence.format(what=", ".join(f"{each} ×{count}" for each, count in Counter(what).items()))


def _gate(report: Report, words: Words) -> Iterator[str]:
    away = [words.visitors[who] for who, is_away in report.turned_away.items() if is_away]
    inside = [words.visitors[who] for who, is_away in report.turned_away.items() if not is_away]
    if away:
        yield _marked(True, words.turned_away.format(who=", ".join(away)))
    if inside:
        yield _marked(False, words.let_in.format(who=", ".join(inside)))


def _weights(report: Report, words: Words) -> Iterator[str]:
    for found in report.weights:
        yield _marked(not found.verdict, f"{found.name}: {found.verdict}" if found.verdict else found.name)
        yield from (f"  {digest}  {path}" for path, digest in found.sha256.items())
        if not found.sha256:
            yield f"  {words.weights_own}"
