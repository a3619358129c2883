"""How long the server works on what the page asks for by itself, whole requests through its routes, in drawers of 1,000 to 100,000 passages.

    python -m bench.desk search FOLDER [--sizes 1000,10000,100000] [--keep DIR] [--rounds N]
    python -m bench.desk views [--times N] [--write]

``views`` is how long each view takes to be drawn anew, as every click has it, with 1,000 documents (``bench.views``); --write puts that into docs/benchmarks.json and .md.
The rest is of ``search``.

FOLDER, --keep and the drawers are those of ``bench.search``. Each size is measured in a new process, as the server works: drawer and index open, what a search needs
read, one request at a time. Prints one JSON object for each size.

``typed`` are searches while the last word is still being typed, letter by letter (of Hangul, sign by sign), as they come after two letters; ``entered`` the whole
text; ``phrase`` is in quotation marks, ``question`` a whole sentence, ``narrowed`` with a tag chosen, ``further`` all passages of one document. ``search`` is what
``Assistant.search`` takes for the entered ones, for comparison. ``cpu_ms`` is what this process computed, in all its threads: other busy programs on the machine do not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from starlette.applications import Starlette

from bench import views
from bench.figures import spread
from bench.search import EACH, SIZES, TERMS, cases_of, drawer_of, in_new_process, phrase
from bench.speed.given import ROOT, machine
from bench.speed.row import write
from ingest.queue import Queue
from rag.assemble import open_assistant
from rag.cases import Case
from rag.library.traits import Group
from rag.settings import load_settings
from ui.web import state
from ui.web.found import sign
from ui.web.routes import ROUTES
from ui.web.state import Desk

STATES = 200
"""Of typing, drawn from all that the terms go through."""

_FIRST, _FINALS, _AN_INITIAL = ord("가"), 28, 588
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def keystrokes(text: str) -> Iterator[str]:
    """What stands in the field after each key, as an input method for Hangul puts syllables together."""
    for at, letter in enumerate(text):
        code = ord(letter) - _FIRST
        if 0 <= code < len(_INITIALS) * _AN_INITIAL:
            yield text[:at] + _INITIALS[code // _AN_INITIAL]
            if code % _FINALS:
                yield text[:at] + chr(_FIRST + code - code % _FINALS)
        yield text[: at + 1]


class Asking:
    """Requests to the routes, in this process and without a network."""

    def __init__(self) -> None:
        self._app = Starlette(routes=ROUTES)
        self._loop = asyncio.new_event_loop()

    def get(self, path: str, **words: object) -> str:
        return self._loop.run_until_complete(self._get(path, urlencode(words, doseq=True)))

    async def _get(self, path: str, query: str) -> str:
        sent: list[MutableMapping[str, object]] = []

        async def receive() -> MutableMapping[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, object]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": []}
        await self._app(scope, receive, send)
        assert sent[0]["status"] == 200
        body = sent[1]["body"]
        assert isinstance(body, bytes)
        return body.decode()


def measure(home: Path, cases: dict[str, list[Case]], rounds: int) -> dict[str, object]:
    """Call it in a new process."""
    luck = random.Random(11)
    with open_assistant(load_settings(library=home)) as assistant:
        library = assistant.library
        library.fill_index()
        assistant.embedder.embed_question("")
        began = time.perf_counter()
        library.warm(assistant.embedder.identity)
        warmed_ms = (time.perf_counter() - began) * 1000
        queue = Queue(assistant)
        state.open_desk(Desk(assistant, queue))
        queue.close()
        asking = Asking()
        texts = [text for (text,) in library.manifest.rows("SELECT text FROM passages WHERE passage_id % 97=0 AND length(text)>80")]
        typed = [text for term in TERMS for text in keystrokes(term) if len(text.strip()) > 1]
        questions = [
            case.question
            for name in ("korquad", "covidqa")
            for case in luck.sample(cases.get(name, []), min(EACH, len(cases.get(name, []))))
        ]
        tag = sign((Group.TAG, "box 3"))
        largest = max(library.documents(), key=lambda document: document.passages).doc_id
        requests: dict[str, list[dict[str, object]]] = {
            "typed": [{"text": text, "unfinished": ""} for text in luck.sample(typed, min(STATES, len(typed)))],
            "entered": [{"text": term} for term in TERMS],
            "phrase": [{"text": f'"{phrase(luck.choice(texts), luck=luck)}"'} for _ in range(EACH)],
            "question": [{"text": question} for question in questions],
            "narrowed": [{"text": term, "chosen": tag} for term in TERMS],
            "further": [{"text": term, "doc": largest} for term in TERMS],
        }
        asking.get("/desk/find", text="What is said about the deposit?")
        found: dict[str, object] = {
            kind: _spent([lambda words=words: asking.get("/desk/find", **words) for words in some] * rounds)
            for kind, some in requests.items()
        }
        counts = library.counts()
        alone = _spent([lambda term=term: assistant.search(term, k=10) for term in TERMS] * rounds)
        size = max(len(asking.get("/desk/find", text=term)) for term in TERMS)
    return {
        "passages": counts.passages,
        "documents": counts.documents,
        "warmed_ms": round(warmed_ms),
        "most_kb": size // 1000,
        **found,
        "search": alone,
    }


def _spent(works: Sequence[Callable[[], object]]) -> dict[str, object]:
    """By the clock, and of the processor."""
    by_clock, of_cpu = list[float](), list[float]()
    for work in works:
        began, used = time.perf_counter(), time.process_time()
        work()
        by_clock.append((time.perf_counter() - began) * 1000)
        of_cpu.append((time.process_time() - used) * 1000)
    return {"ms": spread(by_clock), "cpu_ms": spread(of_cpu)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.desk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    search = parts.add_parser("search")
    search.add_argument("folder", type=Path)
    search.add_argument("--sizes", default=",".join(map(str, SIZES[:3])))
    search.add_argument("--rounds", type=int, default=1)
    search.add_argument("--keep", type=Path, metavar="DIR")
    drawn = parts.add_parser("views")
    drawn.add_argument("--times", type=int, default=60)
    drawn.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if options.part == "views":
            draw_views(Path(temporary), options.times, write_down=options.write)
            return
        keep = (options.keep or Path(temporary)).absolute()
        for passages in map(int, options.sizes.split(",")):
            home = drawer_of(passages, options.folder, keep)
            row = in_new_process(measure, home, cases_of(options.folder), options.rounds)
            print(json.dumps(row), flush=True)


def draw_views(folder: Path, times: int, *, write_down: bool) -> None:
    rows = []
    for row in views.measure(folder / "drawer", times):
        print(row.line(), flush=True)
        rows.append(row)
    if write_down:
        write(ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "benchmarks.md", rows, machine())


if __name__ == "__main__":
    main()
