"""How fast Seorap is and what memory it needs, in turns with a yardstick: the same weights, files and cores.

    python -m bench.speed PART... --sets FOLDER [--folders DIR...] [--yardstick "COMMAND"] [--rounds N] [--limit N] [--sizes N,...] [--keep DIR] [--write]

PART is ingestion, embedding, search, answers, settings, memory, start, or all. FOLDER holds sets of questions as for ``bench.quality``; each DIR is taken in. COMMAND is
the yardstick, as for ``bench.quality``: it gets a folder of documents, and for answers has to name a language model with --llm; its Python also runs
the reference of embedding. Without it Seorap is measured alone. Drawers are kept in --keep, where they serve the next run too.

Prints one JSON object for each measured thing; --write also puts them into docs/benchmarks.json and the tables of docs/benchmarks.md, which says what they mean.
"""

from __future__ import annotations

import argparse
import json
import shlex
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.search import SIZES
from bench.speed import answers, embedding, ingestion, memory, search, settings, start
from bench.speed.given import ROOT, Given, machine
from bench.speed.row import Row, write

PARTS: dict[str, Callable[[Given], Iterator[Row]]] = {
    "ingestion": ingestion.measure,
    "embedding": embedding.measure,
    "search": search.measure,
    "answers": answers.measure,
    "settings": settings.measure,
    "memory": memory.measure,
    "start": start.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "all"], metavar="PART")
    parser.add_argument("--sets", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--folders", type=Path, nargs="+", default=[], metavar="DIR")
    parser.add_argument("--yardstick", default="", metavar="COMMAND")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=20, help="questions of each set, or passages of each to embed")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="of drawers to search, in passages")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    print(json.dumps(machine(), ensure_ascii=False), flush=True)
    rows = list[Row]()
    with tempfile.TemporaryDirectory() as temporary:
        given = Given(
            sets=options.sets.absolute(),
            folders=tuple(folder.absolute() for folder in options.folders),
            yardstick=tuple(shlex.split(options.yardstick)),
            rounds=options.rounds,
            limit=options.limit,
            sizes=tuple(map(int, options.sizes.split(","))),
            keep=(options.keep or Path(temporary)).absolute(),
        )
        for part in PARTS if "all" in options.parts else options.parts:
            for row in PARTS[part](given):
                print(row.line(), flush=True)
                rows.append(row)
    if options.write:
        write(ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "benchmarks.md", rows, machine())


if __name__ == "__main__":
    main()
