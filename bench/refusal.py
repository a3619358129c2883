"""Fits when a question is refused: the weights of RefusalSettings.

    python -m bench.refusal FOLDER --keep DIR [--sets NAME,...]

FOLDER and DIR as for bench.quality, which makes the drawers. Each question of retrieval.jsonl is searched twice: in the drawer, where its evidence
is, and without it, as if it could not be answered. Without a scope the documents of the evidence are left out; within a scope the passages that
hold it are. The logistic function that parts the two best is printed, with how well it does on sets that it was not fitted to. No question
without an answer, and no model, has a part in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.quality import Run
from rag.assemble import Assistant
from rag.cases import Case, read_cases
from rag.library.library import Library
from rag.records import Evidence, Filter
from rag.refuse import shares
from rag.retrieve import retrieve, weigh_terms
from rag.score import grams
from rag.settings import load_settings

Numbers = npt.NDArray[np.float64]

_HOLDS_SOME = 0.25
"""Share of the 5-grams of the shorter of two texts from which a passage counts as holding some of the evidence."""

_RIDGE = 0.02
_STEPS = 3000


@dataclass(frozen=True)
class Sample:
    passage: float
    sentence: float
    answerable: bool


def samples(run: Run) -> Iterator[Sample]:
    with Assistant(load_settings(library=run.drawer), Library(run.drawer)) as assistant:
        for case in read_cases(run.cases):
            for evidence, answerable in ((_found(case, assistant), True), (_without_evidence(case, assistant), False)):
                held = shares(case.question, evidence, weigh_terms(case.question, library=assistant.library))
                if held:
                    yield Sample(held.passage, held.sentence, answerable)


def _found(case: Case, assistant: Assistant, only: Filter | None = None, k: int = 10) -> tuple[Evidence, ...]:
    library, settings = assistant.library, assistant.settings.retrieval
    scope = library.scope(only or Filter(documents=case.scope))
    return retrieve(case.question, library=library, embedder=assistant.embedder, settings=settings, k=k, scope=scope)


def _without_evidence(case: Case, assistant: Assistant) -> tuple[Evidence, ...]:
    if case.scope:
        held = [grams(item.text) for item in case.evidence]
        return tuple(item for item in _found(case, assistant, k=30) if not any(_alike(grams(item.text), one) for one in held))[:10]
    gone = {item.document for item in case.evidence}
    others = tuple(document.doc_id for document in assistant.library.documents() if document.name not in gone)
    return _found(case, assistant, only=Filter(documents=others))


def _alike(one: frozenset[str] | set[str], other: frozenset[str] | set[str]) -> bool:
    return len(one & other) > _HOLDS_SOME * min(len(one), len(other))


def fit(sets: Sequence[Sequence[Sample]]) -> Numbers:
    """Weights of both shares and the constant; every set counts the same."""
    features = np.array([(one.passage, one.sentence, 1.0) for samples in sets for one in samples])
    wanted = np.array([one.answerable for samples in sets for one in samples], dtype=float)
    counts = np.concatenate([np.full(len(samples), 1 / len(samples)) for samples in sets]) / len(sets)
    weights = np.zeros(3)
    for _ in range(_STEPS):
        predicted = 1 / (1 + np.exp(-features @ weights))
        weights += 2.0 * (features.T @ (counts * (wanted - predicted)) - _RIDGE / 10 * weights * (1, 1, 0))
    return weights


def told(samples: Sequence[Sample], weights: Numbers, least: float) -> tuple[float, float, float]:
    """Area under the curve; share of unanswerable questions that are refused, and of answerable ones."""
    scores = np.array([(one.passage, one.sentence, 1.0) for one in samples]) @ weights
    good = np.array([one.answerable for one in samples])
    chance = 1 / (1 + np.exp(-scores))
    area = float((scores[good][:, None] > scores[~good][None]).mean() + 0.5 * (scores[good][:, None] == scores[~good][None]).mean())
    return area, float((chance[~good] < least).mean()), float((chance[good] < least).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--sets", default="")
    asked = parser.parse_args()
    names = [name for name in asked.sets.split(",") if name] or sorted(path.name for path in asked.folder.iterdir() if path.is_dir())
    least = load_settings().refusal.least_chance
    sets = {name: list(samples(Run(asked.folder / name, "retrieval", asked.keep / name))) for name in names}
    for name, own in sets.items():
        others = [samples for other, samples in sets.items() if other != name] or [own]
        area, refused, wrongly = told(own, fit(others), least)
        sys.stdout.write(
            f"{name}: fitted to the other sets, area under the curve {area:.3f}; refused at {least}: {refused:.3f} of what cannot be answered, {wrongly:.3f} of what can\n"
        )
    passage, sentence, constant = fit(list(sets.values()))
    sys.stdout.write(f"all: passage_weight = {passage:.2f}, sentence_weight = {sentence:.2f}, offset = {-constant:.2f}\n")


if __name__ == "__main__":
    main()
