"""How long a search takes in drawers of 1,000 to 200,000 passages, stage by stage, and what memory it needs.

    python -m bench.search FOLDER [--sizes 1000,10000,100000,200000] [--kinds KIND,...] [--keep DIR]

FOLDER holds sets of questions as for ``bench.quality``, whose drawers below --keep serve here too; each drawer that is searched is made of their
documents and of recombined ones (``bench.haystack``), in a process of its own. Each size is measured in a new process, as the server searches: drawer and
index open, embedder loaded, one question at a time. Prints one JSON object for each size.

Questions are the sets' own, Korean and English; short search terms; phrases in quotation marks; questions to one document, to a box (a tenth of each set), and
to the folder of one set: its own questions (``folder``), and another set's (``foreign``), of which nothing there is near. ``hit@5`` is over the questions whose
evidence is in the drawer: it shows whether what is fast still finds. ``two_at_once`` is how many searches two threads do together for one that one thread does.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from bench.figures import spread
from bench.haystack import SHARES, build
from bench.quality import Run, add_documents
from rag.assemble import Assistant
from rag.cases import Case, read_cases
from rag.errors import SeorapError
from rag.library.library import Library
from rag.ports import Embedder, Vectors
from rag.records import EVERYTHING, Filter, Passage, Table
from rag.score import Figure, Result, Shown, score
from rag.sentences import sentence_spans
from rag.settings import load_settings

T = TypeVar("T")

SIZES = (1_000, 10_000, 100_000, 200_000)
EACH = 25
"""Questions of each kind."""

TERMS = (
    "confidential information",
    "capital expenditure 2022",
    "net sales",
    "revenue growth",
    "trade secrets",
    "governing law",
    "return of documents",
    "infection risk",
    "vaccine trial results",
    "respiratory symptoms",
    "operating income",
    "inventory turnover",
    "third parties",
    "term of the agreement",
    "mortality rate",
    "금강산 관광",
    "대통령 선거",
    "군사 작전",
    "경제 성장",
    "음악 앨범",
    "대학교 교수",
    "전쟁 포로",
    "축구 선수",
    "국제 연합",
    "헌법 개정",
)


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    text: str
    only: Filter = EVERYTHING
    case: Case | None = None  # that says where the answer stands


class Clock:
    """What each stage has taken since ``start``, in milliseconds, in the thread that started it; a stage within a stage counts for itself alone."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self._thread = threading.get_ident()
        self.ms: dict[str, float] = defaultdict(float)
        self._inside: list[str] = []
        self._since = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if threading.get_ident() != self._thread:
            yield
            return
        self._turn()
        self._inside.append(name)
        try:
            yield
        finally:
            self._turn()
            self._inside.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.ms[self._inside[-1] if self._inside else "order"] += (now - self._since) * 1000
        self._since = now

    def stop(self) -> dict[str, float]:
        self._turn()
        return dict(self.ms)


class TimedEmbedder:
    def __init__(self, embedder: Embedder, clock: Clock) -> None:
        self._embedder = embedder
        self._clock = clock
        self.identity = embedder.identity
        self.count_tokens = embedder.count_tokens
        self.embed_passages = embedder.embed_passages

    def embed_question(self, text: str) -> Vectors:
        with self._clock.stage("embed"):
            return self._embedder.embed_question(text)


class Known:
    """Gives the vectors of questions that were embedded before."""

    def __init__(self, vectors: Mapping[str, Vectors], embedder: Embedder) -> None:
        self._vectors = vectors
        self.identity = embedder.identity
        self.count_tokens = embedder.count_tokens
        self.embed_passages = embedder.embed_passages

    def embed_question(self, text: str) -> Vectors:
        return self._vectors[text]


class TimedLibrary(Library):
    """A drawer whose doors are watched. ``order`` is what lies between them: reading the question, fusing, ordering anew."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._clock = clock
        super().__init__(home)

    def dense(self, question: Vectors, k: int, *, embedder: str, scope: Collection[str] = ()) -> list[tuple[int, float]]:
        with self._clock.stage("dense elsewhere" if scope else "dense"):
            return super().dense(question, k, embedder=embedder, scope=scope)

    def lexical(self, question: str, k: int, *, scope: Collection[str] = ()) -> list[tuple[int, float]]:
        with self._clock.stage("lexical"):
            return super().lexical(question, k, scope=scope)

    def term_counts(self, terms: Sequence[str]) -> dict[str, int]:
        with self._clock.stage("lexical"):
            return super().term_counts(terms)

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        with self._clock.stage("fetch"):
            return super().passages(ids)

    def text(self, doc_id: str, start: int, end: int) -> str:
        with self._clock.stage("fetch"):
            return super().text(doc_id, start, end)

    def tables(self, doc_id: str, start: int, end: int) -> tuple[Table, ...]:
        with self._clock.stage("fetch"):
            return super().tables(doc_id, start, end)

    def scope(self, only: Filter) -> frozenset[str]:
        with self._clock.stage("scope"):
            return super().scope(only)


def questions(cases: Mapping[str, Sequence[Case]], there: Collection[str], texts: Sequence[str], *, luck: random.Random) -> list[Question]:
    """So many of each kind, of the ``cases`` by set, of the documents that are ``there``, and phrases from the ``texts``."""

    def some(name: str) -> list[Case]:
        fitting = [case for case in cases.get(name, ()) if all(document in there for document in case.scope)]
        return luck.sample(fitting, min(EACH, len(fitting)))

    asked = [Question("korean", case.question, case=case) for case in some("korquad")]
    asked += [Question("english", case.question, case=case) for case in some("covidqa")]
    asked += [Question("terms", term) for term in TERMS]
    asked += [Question("phrase", f'"{phrase(luck.choice(texts), luck=luck)}"') for _ in range(EACH)]
    asked += [Question("document", case.question, Filter(documents=case.scope), case) for case in (*some("contracts"), *some("filings"))]
    asked += [Question("box", case.question, Filter(tags=("box 3",))) for name in ("korquad", "covidqa") for case in some(name)]
    asked += [Question("folder", case.question, Filter(folders=(name,)), case) for name in ("korquad", "covidqa") for case in some(name)]
    asked += [Question("foreign", case.question, Filter(folders=(list(cases)[-1],))) for case in some("korquad")]
    luck.shuffle(asked)
    return asked


def phrase(text: str, *, luck: random.Random) -> str:
    """Four words in a row of one of its sentences, without marks that would end a phrase."""
    start, end = luck.choice(sentence_spans(text))
    words = text[start:end].translate(str.maketrans("", "", "\"“”‘’'「」『』")).split()
    first = luck.randrange(max(1, len(words) - 3))
    return " ".join(words[first : first + 4])


def measure(home: Path, cases: Mapping[str, Sequence[Case]], kinds: Collection[str]) -> dict[str, object]:
    """Call it in a new process."""
    clock = Clock()
    settings = load_settings(library=home)
    began = time.perf_counter()
    library = TimedLibrary(home, clock)
    opened_ms = (time.perf_counter() - began) * 1000
    before = resident_mib()
    embedder = TimedEmbedder(Assistant(settings, library).embedder, clock)
    embedder.embed_question("warm")
    embedder_mib = resident_mib() - before
    assistant = Assistant(settings, library, embedder=embedder)
    with assistant:
        began = time.perf_counter()
        library.fill_index()
        index_ms = (time.perf_counter() - began) * 1000
        names = {document.name for document in library.documents()}
        texts = [text for (text,) in library.manifest.rows("SELECT text FROM passages WHERE passage_id % 97=0 AND length(text)>80")]
        asked = [question for question in questions(cases, names, texts, luck=random.Random(11)) if not kinds or question.kind in kinds]
        began = time.perf_counter()
        assistant.search("What is said about the deposit?", k=10)
        first_ms = (time.perf_counter() - began) * 1000
        one = search_all(assistant, asked, clock)
        row: dict[str, object] = {
            "passages": library.counts().passages,
            "documents": library.counts().documents,
            "searches": len(asked),
            "ms": spread([sum(stages.values()) for stages in one.stages]),
            "stages_ms": {name: spread([stages.get(name, 0.0) for stages in one.stages]) for name in stage_names(one.stages)},
            "kinds_ms": {
                kind: spread([sum(stages.values()) for question, stages in zip(asked, one.stages, strict=True) if question.kind == kind])
                for kind in dict.fromkeys(question.kind for question in asked)
            },
            "opened_ms": round(opened_ms),
            "index_ms": round(index_ms),
            "first_ms": round(first_ms),
            "embedder_mib": round(embedder_mib),
            "resident_mib": round(resident_mib()),
            "peak_mib": round(resident_mib("VmHWM")),
            "hit@1": one.hits[0],
            "hit@5": one.hits[1],
            "two_at_once": round(two_at_once(assistant, asked), 2),
            "peak_mib_two": round(resident_mib("VmHWM")),
        }
    return row


@dataclass(frozen=True, slots=True)
class Searched:
    stages: list[dict[str, float]]
    hits: tuple[float | None, float | None]


def search_all(assistant: Assistant, asked: Sequence[Question], clock: Clock) -> Searched:
    stages, cases, results = list[dict[str, float]](), list[Case](), dict[str, Result]()
    there = {document.name for document in assistant.library.documents()}
    for question in asked:
        clock.start()
        found = assistant.search(question.text, k=10, only=question.only)
        stages.append(clock.stop())
        case = question.case
        if case and case.evidence and all(gold.document in there for gold in case.evidence):
            shown = tuple(Shown(item.document, item.text, item.page, item.page_end) for item in found.evidence)
            results[case.case_id] = Result(case.case_id, shown)
            cases.append(case)
    found_of = score(list({case.case_id: case for case in cases}.values()), results, verbatim=lambda quoted: None)
    return Searched(stages, (found_of.mean(Figure.HIT_1).value, found_of.mean(Figure.HIT_5).value))


def stage_names(stages: Sequence[Mapping[str, float]]) -> list[str]:
    return list(dict.fromkeys(name for one in stages for name in sorted(one)))


def two_at_once(assistant: Assistant, asked: Sequence[Question]) -> float:
    """How many times as many searches two threads do as one; the embedder, which works on one text at a time, is left out."""
    vectors = {question.text: assistant.embedder.embed_question(question.text) for question in asked}
    known = Assistant(assistant.settings, assistant.library, embedder=Known(vectors, assistant.embedder))

    def searches(some: Sequence[Question]) -> Callable[[], None]:
        def go() -> None:
            for question in some:
                known.search(question.text, k=10, only=question.only)

        return go

    alone = _seconds(searches(asked))
    together = _seconds(searches(asked[::2]), searches(asked[1::2]))
    return alone / together


def _seconds(*works: Callable[[], None]) -> float:
    threads = [threading.Thread(target=work) for work in works]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def resident_mib(kind: str = "VmRSS") -> float:
    """Of this process: now, or (VmHWM) at most so far."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{kind}:"))


def in_new_process(work: Callable[..., T], *given: object) -> T:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_told, work, *given).result()


def _told(work: Callable[..., T], *given: object) -> T:
    """Raises: RuntimeError, which finds its way between processes, where Seorap's own errors do not."""
    try:
        return work(*given)
    except SeorapError as error:
        raise RuntimeError(str(error)) from None


@cache
def drawers(folder: Path, keep: Path) -> dict[str, Path]:
    """Of each set, its documents as ``seorap add`` takes them in."""
    runs = {name: Run((folder / name).absolute(), "retrieval", keep / name) for name in SHARES if (folder / name / "docs").is_dir()}
    for run in runs.values():
        add_documents(run)
    return {name: run.drawer for name, run in runs.items()}


def cases_of(folder: Path) -> dict[str, list[Case]]:
    return {name: read_cases(file) for name in SHARES if (file := folder / name / "retrieval.jsonl").is_file()}


def drawer_of(passages: int, folder: Path, keep: Path) -> Path:
    """Built where it is not there yet; what was broken off is built anew."""
    home, done = keep / f"search-{passages}", keep / f"search-{passages}.built"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        print(f"{passages} passages: building", file=sys.stderr, flush=True)
        in_new_process(build, home, drawers(folder, keep), passages)
        done.touch()
    return home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--kinds", default="", help="of questions, with commas between them; else all")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        keep = (options.keep or Path(temporary)).absolute()
        for passages in map(int, options.sizes.split(",")):
            home = drawer_of(passages, options.folder, keep)
            row = in_new_process(measure, home, cases_of(options.folder), tuple(filter(None, options.kinds.split(","))))
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
