"""Variables meant for other programs change nothing here. Imports nothing of ours."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

_REMOVED = {
    "*_PROXY": "everything that speaks HTTP: who gets each request, those to 127.0.0.1 too",
    "OTEL_*": "opentelemetry, within Chroma: what exports its traces, and where to",
    "CHROMA_*": "Chroma: a server in place of the folder, and where its traces go",
    "HF_*": "huggingface_hub: which server is asked, with whose token, and where code from it is kept",
    "HUGGINGFACE_*": "huggingface_hub: its older names",
    "HUGGING_FACE_*": "huggingface_hub: a token",
    "TRANSFORMERS_*": "transformers: whether it looks for newer files",
    "SENTENCE_TRANSFORMERS_HOME": "sentence-transformers: other weights",
    "TRUST_REMOTE_CODE": "transformers: code and pickles from a model's folder",
    "TORCH_FORCE_*": "torch: whether a file of weights may run code",
    "TORCHINDUCTOR_*": "torch: a remote cache, a compiler, folders of code",
    "RANK": "torch and transformers, once the settings in a model's folder ask for it: that other machines share the work",
    "WORLD_SIZE": "the same",
    "LOCAL_RANK": "the same",
    "MASTER_*": "the same: the machine to connect to",
    "LOKY_PICKLER": "joblib, within scikit-learn: the name of a module to import",
    "LLAMA_CPP_LIB*": "llama-cpp-python: another llama.cpp",
    "LLAVA_CPP_LIB": "llama-cpp-python",
    "MTMD_CPP_LIB": "llama-cpp-python",
    "GGML_BACKEND_PATH": "llama.cpp: a library to load",
    "LLAMA_INDEX_*": "llama-index: another cache",
    "LLAMA_CLOUD_*": "llama-index: a server and its key",
    "TIKTOKEN_*": "tiktoken, within llama-index: a folder without its vocabulary, which it then downloads",
    "DATA_GYM_CACHE_DIR": "tiktoken: the same, by its older name",
    "NLTK_*": "NLTK, within llama-index: a folder without its data, which it then downloads; and where from",
    "RL_*": "reportlab: folders of fonts, hosts to fetch pictures from",
    "STREAMLIT_*": "Streamlit: any option, the secret that signs cookies among them",
}
"""Which variables, and who reads them for what. Upper and lower case are the same, as they are to most readers."""

_OURS = {
    "NO_PROXY": "*",  # else urllib and httpx ask macOS and Windows for the proxies of the system
    "OTEL_SDK_DISABLED": "true",
    "DO_NOT_TRACK": "1",
    "DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "USE_HUB_KERNELS": "NO",  # code for layers, from the hub
    "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # this and the next say nothing to nobody: they keep the terminal quiet
    "TRANSFORMERS_VERBOSITY": "error",
}

_BUNDLED = {"TIKTOKEN_CACHE_DIR": "tiktoken_cache", "NLTK_DATA": "nltk_cache"}
"""What llama-index brings along, and would otherwise download."""

_found: dict[str, str | None] = {}


def isolate() -> None:
    """Take from this process, and from every child that it starts from now on, the variables by which a library would call out or load
    what is not shipped. What is about speed (``OMP_NUM_THREADS``) stays.

    To be called before those libraries are imported, when most of them read theirs; it may be called again. It cannot undo what was obeyed
    before the first line of Python (``LD_PRELOAD``, ``PYTHONPATH``, ``OPENSSL_CONF`` and the like): these are code, not settings, and whoever
    sets them owns the process.
    """
    ours = _OURS | _bundled()
    for name in [name for name in os.environ if name not in ours and _is_removed(name)]:
        _found.setdefault(name, os.environ.pop(name))
    for name, value in ours.items():  # never missing in between: another thread may be importing
        _found.setdefault(name, os.environ.get(name))
        os.environ[name] = value


def as_found() -> dict[str, str]:
    """The environment without what ``isolate`` did to it. For pip alone, which needs the reader's proxies."""
    return {name: value for name, value in {**os.environ, **_found}.items() if value is not None}


def without_effect() -> list[str]:
    """The names of what was set before ``isolate``, and is not any more, or not so."""
    return sorted(name for name, value in _found.items() if value is not None and os.environ.get(name) != value)


def _is_removed(name: str) -> bool:
    return not name.startswith("SEORAP_") and any(fnmatchcase(name.upper(), pattern) for pattern in _REMOVED)


def _bundled() -> dict[str, str]:
    """llama-index's own folders, found without importing it, which takes 2.8 s."""
    spec = find_spec("llama_index")
    static = [Path(root, "core", "_static") for root in (spec and spec.submodule_search_locations) or ()]
    return {name: str(root / folder) for name, folder in _BUNDLED.items() for root in static if (root / folder).is_dir()}
