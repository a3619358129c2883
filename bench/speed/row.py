"""One measured thing, beside the yardstick's, and how many times as good that is. Pure."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """Medians over the rounds."""

    part: str
    what: str
    unit: str  # "ms", "s", "MiB", "files/s", ...
    seorap: float
    yardstick: float | None = None
    rounds: int = 1
    p95: float | None = None  # of Seorap's, where each round measures many times
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as fast Seorap is, or how many times as much the yardstick needs; of cosines and the like, nothing."""
        if self.yardstick is None or not self.seorap or not self.yardstick:
            return None
        return round(self.seorap / self.yardstick if self.unit.endswith("/s") else self.yardstick / self.seorap, 2)

    def line(self) -> str:
        known = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(known | ({"ratio": self.ratio} if self.ratio is not None else {}), ensure_ascii=False)


def middle(part: str, what: str, unit: str, ours: Sequence[float], theirs: Sequence[float] = (), *, note: str = "") -> Row:
    """Of one value a round; the p95 where there are twenty or more."""
    ordered = sorted(ours)
    p95 = _short(ordered[int(0.95 * (len(ordered) - 1))]) if len(ordered) >= _MANY else None
    other = _short(statistics.median(theirs)) if theirs else None
    return Row(part, what, unit, _short(statistics.median(ordered)), other, len(ours), p95, note)


def _short(value: float) -> float:
    return float(f"{value:.4g}")


_MANY = 20


def kept(file: Path) -> dict[str, list[Row]]:
    """The rows that were written last, by part."""
    if not file.exists():
        return {}
    return {part: [Row(**row) for row in rows] for part, rows in json.loads(file.read_text(encoding="utf-8"))["rows"].items()}


def write(file: Path, page: Path, rows: Sequence[Row], machine: Mapping[str, str]) -> None:
    """Put the rows in the place of those of the same parts, in the file of figures and in the page's tables."""
    known = kept(file) | {part: [row for row in rows if row.part == part] for part in dict.fromkeys(row.part for row in rows)}
    stored = {"machine": dict(machine), "rows": {part: [asdict(row) for row in some] for part, some in known.items()}}
    file.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    before, heading, _ = page.read_text(encoding="utf-8").partition(_FIGURES)
    page.write_text(f"{before.rstrip()}\n\n{heading or _FIGURES}\n\n{tables(known, machine)}\n", encoding="utf-8")


_FIGURES = "## Figures"


def tables(known: Mapping[str, Sequence[Row]], machine: Mapping[str, str]) -> str:
    lines = [f"Machine: {'; '.join(f'{name} {value}' for name, value in machine.items())}."]
    for part, rows in known.items():
        lines += [
            "",
            f"### {part}",
            "| what | unit | Seorap | p95 | yardstick | times as good | of | |",
            "|---|---|--:|--:|--:|--:|--:|---|",
        ]
        lines += [
            f"| {row.what} | {row.unit} | {_number(row.seorap)} | {_number(row.p95)} | {_number(row.yardstick)} | {_number(row.ratio)} "
            f"| {row.rounds} | {row.note} |"
            for row in rows
        ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= _WHOLE else f"{value:g}"


_WHOLE = 1000
