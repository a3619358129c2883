"""Embedding alone: what Seorap uses against sentence-transformers with torch in 32-bit floating point, the same passages in turns."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.search import drawers, in_new_process
from bench.speed.given import Given, called
from bench.speed.row import Row, middle
from rag.assemble import Assistant
from rag.library.library import Library
from rag.settings import load_settings
from rag.weights.acquire import locate_embedder
from rag.weights.cores import threads_for


def texts_of(given: Given) -> list[str]:
    """Passages as they are embedded, with their headers, of all sets alike."""
    found = list[str]()
    for drawer in drawers(given.sets, given.keep).values():
        library = Library(drawer, read_only=True)
        rows = library.manifest.rows("SELECT header, text FROM passages ORDER BY (passage_id * 7919) % 10007 LIMIT ?", (given.limit,))
        found += [f"{header}\n{text}" for header, text in rows]
        library.close()
    return found


def by_seorap(texts: list[str], vectors: Path) -> tuple[float, int]:
    """Seconds, tokens. Call it in a new process."""
    settings = load_settings(library=vectors.parent / "drawer")
    library = Library(settings.home)
    try:
        embedder = Assistant(settings, library).embedder
        embedder.embed_passages(texts[:1])
        began = time.perf_counter()
        made = embedder.embed_passages(texts)
        seconds = time.perf_counter() - began
        np.save(vectors, made)
        return seconds, sum(embedder.count_tokens(text) for text in texts)
    finally:
        library.close()


def measure(given: Given) -> Iterator[Row]:
    texts, weights = texts_of(given), load_settings(library=given.keep).weights
    ours, theirs, tokens, cosine, lowest = list[float](), list[float](), 0, 1.0, 1.0
    with tempfile.TemporaryDirectory() as temporary:
        mine, other, wanted = (Path(temporary, name) for name in ("seorap.npy", "reference.npy", "texts.json"))
        wanted.write_text(json.dumps([weights.passage_prefix + text for text in texts]), encoding="utf-8")
        for _ in range(given.rounds):
            seconds, tokens = in_new_process(by_seorap, texts, mine)
            ours.append(seconds)
            if given.yardstick:
                script = Path(__file__).with_name("reference_embedder.py")
                reference = [given.yardstick[0], str(script), str(locate_embedder(weights)), str(wanted), str(other)]
                theirs.append(json.loads(called([*reference, str(threads_for(weights.threads))]).splitlines()[-1])["seconds"])
        if theirs:
            cosines = np.vecdot(np.load(mine), np.load(other))
            cosine, lowest = float(cosines.mean()), float(cosines.min())
    for unit, count in (("passages", len(texts)), ("tokens", tokens)):
        yield middle("embedding", unit, f"{unit}/s", [count / seconds for seconds in ours], [count / seconds for seconds in theirs])
    if theirs:
        yield Row("embedding", "cosine to the reference", "mean", round(cosine, 4), note=f"lowest {lowest:.4f}, of {len(texts)} passages")
