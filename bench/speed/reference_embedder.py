"""The yardstick's embedding alone, run by its own Python: sentence-transformers, torch, 32-bit floating point.

    reference_embedder.py WEIGHTS TEXTS.json VECTORS.npy THREADS

Prints a JSON object with the seconds that embedding took, without loading. Imports nothing of ours.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer


def main(weights: str, texts: str, vectors: str, threads: str) -> None:
    torch.set_num_threads(int(threads))
    model = SentenceTransformer(weights, device="cpu", local_files_only=True)
    wanted = json.loads(Path(texts).read_text(encoding="utf-8"))
    model.encode(wanted[:1], show_progress_bar=False)
    began = time.perf_counter()
    made = model.encode(wanted, batch_size=16, show_progress_bar=False, normalize_embeddings=True)
    print(json.dumps({"seconds": time.perf_counter() - began}))
    np.save(vectors, made)


if __name__ == "__main__":
    main(*sys.argv[1:])
