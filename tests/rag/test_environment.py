"""Whatever variables and settings files a reader happens to have, no library calls out or loads what is not shipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag import environment
from rag.assemble import open_assistant
from rag.settings import Settings

ROOT = Path(__file__).parents[2]
ELSEWHERE = "192.0.2.7"
"""An address that nobody has (RFC 5737)."""

HOSTILE = {
    **dict.fromkeys(
        ("HTTP_PROXY", "https_proxy", "All_Proxy", "FTP_PROXY", "WS_PROXY", "wss_proxy", "grpc_proxy"), f"http://{ELSEWHERE}:1"
    ),
    "no_proxy": "",
    "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{ELSEWHERE}:2",
    "OTEL_SDK_DISABLED": "false",
    "OTEL_PYTHON_CONTEXT": "context_of_somebody_else",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": f"http://{ELSEWHERE}:3",
    "CHROMA_OTEL_GRANULARITY": "all",
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "chroma_server_host": ELSEWHERE,
    "CHROMA_SERVER_HTTP_PORT": "4",
    "HF_ENDPOINT": f"http://{ELSEWHERE}:5",
    "HF_TOKEN": "hf_secret",
    "HUGGING_FACE_HUB_TOKEN": "hf_secret",
    "HUGGINGFACE_CO_STAGING": "1",
    "HF_HUB_OFFLINE": "0",
    "HF_MODULES_CACHE": "/nonexistent/code",
    "TRANSFORMERS_OFFLINE": "0",
    "TRANSFORMERS_CACHE": "/nonexistent/cache",
    "SENTENCE_TRANSFORMERS_HOME": "/nonexistent/weights",
    "TRUST_REMOTE_CODE": "1",
    "USE_HUB_KERNELS": "YES",
    "DO_NOT_TRACK": "0",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1",
    "RANK": "1",
    "WORLD_SIZE": "2",
    "MASTER_ADDR": ELSEWHERE,
    "LOKY_PICKLER": "pickler_of_somebody_else",
    "LLAMA_CPP_LIB_PATH": "/nonexistent/llama.cpp",
    "GGML_BACKEND_PATH": "/nonexistent/backend.so",
    "TIKTOKEN_CACHE_DIR": "/nonexistent/tiktoken",
    "DATA_GYM_CACHE_DIR": "/nonexistent/tiktoken",
    "NLTK_DATA": "/nonexistent/nltk",
    "NLTK_DOWNLOAD_URL": f"http://{ELSEWHERE}:6",
    "LLAMA_CLOUD_API_KEY": "llx-secret",
    "RL_trustedHosts": ELSEWHERE,
    "STREAMLIT_SERVER_COOKIE_SECRET": "known to somebody else",
    "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
}
ORDINARY = {
    "PATH": "/usr/bin",
    "HOME": "/home/reader",
    "LANG": "ko_KR.UTF-8",
    "OMP_NUM_THREADS": "2",
    "TOKENIZERS_PARALLELISM": "false",
    "TESSDATA_PREFIX": "/usr/share/tessdata",
    "PIP_INDEX_URL": "https://packages.example/simple",
    "SEORAP_HOME": "/home/reader/drawer",
    "SEORAP_PROXY": "none of theirs",
}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The process's variables, none to begin with."""
    found: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", found)
    monkeypatch.setattr(environment, "_found", {})
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_variable_for_others_is_gone_or_ours(variables: dict[str, str], name: str) -> None:
    variables[name] = HOSTILE[name]

    environment.isolate()

    assert variables.get(name) != HOSTILE[name]


@pytest.mark.parametrize("name", ORDINARY)
def test_a_variable_that_asks_for_nothing_of_the_kind_stays(variables: dict[str, str], name: str) -> None:
    variables[name] = ORDINARY[name]

    environment.isolate()

    assert variables[name] == ORDINARY[name]


def test_what_llama_index_would_download_is_where_it_looks(variables: dict[str, str]) -> None:
    environment.isolate()

    assert list(Path(variables["TIKTOKEN_CACHE_DIR"]).iterdir())
    assert {path.name for path in Path(variables["NLTK_DATA"]).iterdir()} >= {"corpora", "tokenizers"}


def test_without_llama_index_its_variables_go_all_the_same(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    variables.update(HOSTILE)

    environment.isolate()

    assert {"TIKTOKEN_CACHE_DIR", "NLTK_DATA"} & variables.keys() == set()


def test_pip_can_be_given_all_that_the_reader_set(variables: dict[str, str]) -> None:
    variables.update(HOSTILE | ORDINARY)
    before = dict(variables)

    environment.isolate()
    environment.isolate()

    assert environment.as_found() == before


def test_what_has_no_effect_can_be_named(variables: dict[str, str]) -> None:
    variables |= {"HTTPS_PROXY": "http://proxy.example", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "info", "EDITOR": "vi"}

    environment.isolate()

    assert environment.without_effect() == ["HTTPS_PROXY", "TRANSFORMERS_VERBOSITY"]


def test_pip_is_given_what_was_set_since(variables: dict[str, str]) -> None:
    variables["NO_PROXY"] = "intranet.example"
    before = dict(variables)

    environment.isolate()
    variables["TMPDIR"] = "/var/tmp"

    assert environment.as_found() == before | {"TMPDIR": "/var/tmp"}


def test_the_packages_without_the_command_line_are_no_less_deaf(home: Path, variables: dict[str, str]) -> None:
    variables["HTTPS_PROXY"] = HOSTILE["HTTP_PROXY"]

    with open_assistant(Settings(home=home)):
        assert "HTTPS_PROXY" not in variables


# --- the libraries themselves ----------------------------------------------------------------

FILES = {
    ".env": "MIGRATIONS=none\nENVIRONMENT=production\nALLOW_RESET=true\nCHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\n"
    f"CHROMA_OTEL_COLLECTION_ENDPOINT=http://{ELSEWHERE}:3\nCHROMA_OTEL_GRANULARITY=all\nCHROMA_SERVER_HOST={ELSEWHERE}\n",
    ".streamlit/config.toml": f'[theme]\nbase = "http://{ELSEWHERE}:7/theme.toml"\n',
    ".streamlit/secrets.toml": f'HTTPS_PROXY = "http://{ELSEWHERE}:8"\n',
}
PROGRAM = """
import os, sys
from contextlib import suppress
from pathlib import Path

import ui.cli

sys.argv = ["seorap", "--help"]
with suppress(SystemExit):
    ui.cli.main()

import numpy as np
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.utils import globals_helper
SentenceSplitter()
assert globals_helper.stopwords

from rag.library.vectors import ChromaIndex
index = ChromaIndex(Path(os.environ["SEORAP_HOME"]) / "index")
index.upsert([1, 2], np.eye(2, dtype=np.float32))
assert index.nearest(np.array([0, 1], dtype=np.float32), 1) == [2]
assert not index._client.get_settings().allow_reset
index.close()

from ui import server
server.configure(0)
import streamlit
assert streamlit.App
from streamlit.web.bootstrap import prepare_streamlit_environment
prepare_streamlit_environment(server.__file__)
assert "HTTPS_PROXY" not in os.environ
"""


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_with_everything_set_against_it_nothing_is_called(tmp_path: Path) -> None:
    """As the kernel saw it, so that native code is meant too: no connection but to other processes of this machine, no question to a name server."""
    for folder in ("home", "here"):
        for name, text in FILES.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    variables = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | HOSTILE
    variables |= {"HOME": str(tmp_path / "home"), "SEORAP_HOME": str(tmp_path / "drawer"), "PYTHONPATH": str(ROOT)}
    traced = tmp_path / "calls"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(traced), sys.executable, "-c", PROGRAM]

    ran = subprocess.run(command, cwd=tmp_path / "here", env=variables, capture_output=True, text=True, check=False)

    if "ptrace" in ran.stderr and not traced.read_text():
        pytest.skip("strace is not allowed here")
    calls = [call for call in traced.read_text().splitlines() if "AF_INET" in call]
    assert calls == []
    assert (ran.returncode, ran.stderr) == (0, "")
