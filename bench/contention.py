"""How long a search takes while documents are taken in: python -m bench.contention FOLDER [--seconds 60] [--answers]

FOLDER is watched from an empty drawer in a temporary folder, by the queue that the page uses; meanwhile a question is asked every other
second. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from pathlib import Path

from ingest.queue import Queue
from rag.assemble import open_assistant
from rag.records import Answered
from rag.settings import load_settings

QUESTION = "How much notice must the tenant give to end the lease?"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--answers", action="store_true", help="another reader has answers written all the while")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as home, open_assistant(load_settings(library=Path(home))) as assistant:
        assistant.search(QUESTION, k=5)
        quiet_ms = [assistant.search(QUESTION, k=5).retrieval_ms for _ in range(5)]
        queue = Queue(assistant)
        queue.watch(given.folder)
        until = time.monotonic() + 120
        while assistant.library.counts().passages < 64:
            time.sleep(0.1)
            if time.monotonic() > until:
                raise SystemExit("nothing is taken in from that folder")
        stop = threading.Event()
        if given.answers:
            threading.Thread(target=_answer, args=(assistant, stop), daemon=True).start()
        began, passages, busy_ms = time.monotonic(), assistant.library.counts().passages, list[float]()
        while time.monotonic() - began < given.seconds and queue.progress():
            busy_ms.append(assistant.search(QUESTION, k=5).retrieval_ms)
            time.sleep(2)
        rate = (assistant.library.counts().passages - passages) / (time.monotonic() - began)
        stop.set()
        queue.close()
    row = {"quiet_ms": _spread(quiet_ms), "busy_ms": _spread(busy_ms), "searches": len(busy_ms), "passages_per_s": round(rate, 2)}
    print(json.dumps(row))


def _answer(assistant: object, stop: threading.Event) -> None:
    while not stop.is_set():
        for event in assistant.ask(QUESTION):  # type: ignore[attr-defined]
            if stop.is_set() or isinstance(event, Answered):
                break


def _spread(values: list[float]) -> dict[str, int]:
    ordered = sorted(values)
    return {"median": round(statistics.median(ordered)), "p90": round(ordered[int(0.9 * (len(ordered) - 1))]), "most": round(ordered[-1])}


if __name__ == "__main__":
    main()
