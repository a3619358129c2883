"""How well questions find what answers them in the other language, and when they are refused: the across weights of RefusalSettings.

    python -m bench.across FOLDER --keep DIR

FOLDER and DIR as for bench.quality, which makes the drawers of the sets covidqa, contracts and korquad. bench/across.jsonl holds Korean questions for
the first two: of a case, or of all cases whose id ends so. What cannot be answered is what is asked of a drawer on quite another subject. Prints
how often the evidence is among the first passages, and the logistic function that parts the two kinds best, with how well it does on a set that it
was not fitted to. No model has a part in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.quality import Run
from rag.assemble import Assistant
from rag.cases import Case, read_cases
from rag.languages import language_of
from rag.library.library import Library
from rag.records import Evidence, Filter
from rag.refuse import shares
from rag.retrieve import retrieve, weigh_terms
from rag.score import Shown, shows
from rag.settings import load_settings

QUESTIONS = Path(__file__).with_name("across.jsonl")
SETS = ("covidqa", "contracts", "korquad")
_MIDDLE = 0.78
"""A cosine about which both kinds lie, so that the weights are of one size while they are fitted."""
_SCALE = 20
_STEPS, _RIDGE = 100, 0.01


@dataclass(frozen=True)
class Sample:
    share: float
    cosine: float
    answerable: bool
    rank: int = 0  # of the first passage that holds the evidence


def sample(question: str, assistant: Assistant, case: Case | None = None) -> Sample:
    library, embedder = assistant.library, assistant.embedder
    scope = library.scope(Filter(documents=case.scope)) if case else frozenset[str]()
    found = retrieve(question, library=library, embedder=embedder, settings=assistant.settings.retrieval, k=10, scope=scope)
    held = shares(question, found, weigh_terms(question, library=library, across=True))
    _, cosines = library.similarities(embedder.embed_question(question), embedder=embedder.identity, scope=scope)
    return Sample(held.passage if held else 0.0, float(cosines.max()), case is not None, _rank(found, case) if case else 0)


def _rank(found: Sequence[Evidence], case: Case) -> int:
    passages = [Shown(item.document, item.text, item.page, item.page_end) for item in found]
    return next((at for at, passage in enumerate(passages, 1) if any(shows(passage, one) for one in case.evidence)), 0)


def answerable(name: str, assistant: Assistant, cases: Sequence[Case]) -> Iterator[Sample]:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        if asked["set"] == name:
            for case in cases:
                if case.case_id.endswith(asked["id"]):
                    yield sample(asked["question"], assistant, case)


def unanswerable(name: str, assistant: Assistant, cases: dict[str, list[Case]]) -> Iterator[Sample]:
    """What other sets ask, in the language that this one is not in."""
    korean = name == "korquad"
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    others = [case.question for other in SETS if other != name for case in cases[other][::4]]
    others += [one["question"] for one in asked if one["set"] != name]
    for question in dict.fromkeys(others):
        if (language_of(question) == "ko") != korean:
            yield sample(question, assistant)


def fit(samples: Sequence[Sequence[Sample]]) -> npt.NDArray[np.float64]:
    """Weights of share and cosine and the constant, by Newton's method; every set and both kinds in it count the same."""
    every = [one for group in samples for one in group]
    features, wanted = _features(every), np.array([one.answerable for one in every], dtype=float)
    counts = np.array(
        [1 / sum(other.answerable == one.answerable for other in group) for group in samples for one in group], dtype=np.float64
    )
    counts *= len(every) / counts.sum()
    weights, ridge = np.zeros(3), _RIDGE * np.array([1.0, 1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-features @ weights))
        bend = (features * (counts * chance * (1 - chance))[:, None]).T @ features + np.diag(ridge + 1e-6)
        weights += np.linalg.solve(bend, features.T @ (counts * (wanted - chance)) - ridge * weights)
    return weights


def _features(samples: Sequence[Sample]) -> npt.NDArray[np.float64]:
    return np.array([(one.share, (one.cosine - _MIDDLE) * _SCALE, 1.0) for one in samples])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, required=True)
    asked = parser.parse_args()
    runs = {name: Run(asked.folder / name, "retrieval", asked.keep / name) for name in SETS}
    cases = {name: read_cases(run.cases) for name, run in runs.items()}
    groups: dict[str, list[Sample]] = {}
    for name, run in runs.items():
        with Assistant(load_settings(library=run.drawer), Library(run.drawer)) as assistant:
            groups[name] = [*answerable(name, assistant, cases[name]), *unanswerable(name, assistant, cases)]
        ranks = [one.rank for one in groups[name] if one.answerable]
        if ranks:
            first, five = (sum(0 < rank <= most for rank in ranks) / len(ranks) for most in (1, 5))
            sys.stdout.write(f"{name}: {len(ranks)} questions in the other language, hit@1 {first:.3f}, hit@5 {five:.3f}\n")
    least = load_settings().refusal.least_chance
    both = {name: group for name, group in groups.items() if any(one.answerable for one in group)}
    for name, group in both.items():
        weights = fit([other for key, other in both.items() if key != name])
        chance = 1 / (1 + np.exp(-_features(group) @ weights))
        good = np.array([one.answerable for one in group])
        sys.stdout.write(
            f"{name}: fitted to the other set, refused at {least}: {(chance[~good] < least).mean():.3f} of what cannot be answered, "
            f"{(chance[good] < least).mean():.3f} of what can\n"
        )
    share, cosine, constant = fit(list(both.values()))
    refused = [1 / (1 + np.exp(-row @ (share, cosine, constant))) < least for row in _features(groups["korquad"])]
    sys.stdout.write(f"korquad, English questions on other subjects: {np.mean(refused):.3f} refused\n")
    sys.stdout.write(
        f"all: across_share_weight = {share:.1f}, across_similarity_weight = {cosine * _SCALE:.1f}, "
        f"across_offset = {cosine * _SCALE * _MIDDLE - constant:.1f}\n"
    )


if __name__ == "__main__":
    main()
