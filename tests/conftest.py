"""A drawer with real storage and scripted models; and no way out to any network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.errors import WeightsMissing
from rag.library.library import Library
from rag.records import FileOutcome
from rag.settings import SandboxSettings, SplitSettings, load_settings
from rag.weights.acquire import locate_language_model
from tests.browser import Server, opened_browser, running_server
from tests.fakes import WordHashEmbedder

LEASE = """# Lease

## 1. Rent

The rent is 1,250.50 euros a month, due on the third day of each month. Payment is made by bank transfer to the account of the landlord.

## 2. Deposit

The tenant pays a deposit of 3,751 euros before moving in. The deposit is returned within 30 days after the end of the lease.

## 3. Notice

Either party may end the lease with three months' notice in writing. Ms. Alder receives notices for the landlord.
"""
RULES = """# 취업규칙

## 제12조 (연차휴가)

직원은 1년간 80퍼센트 이상 출근하면 15일의 유급휴가를 받는다. 휴가는 입사일부터 계산한다.

## 제13조 (병가)

병가는 연 60일을 넘을 수 없다. 7일을 넘는 병가에는 진단서를 내야 한다.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser, a server and another test at a time share two cores: a deadline that passes there is tried once more. What fails twice fails."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a connection to {address[0]} was attempted")
        connect(self, address)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(socket.socket, "connect", only_loopback)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "drawer"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.md").write_text(LEASE, encoding="utf-8")
    (folder / "취업규칙.md").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def language_model_path() -> Path:
    """The real one."""
    try:
        return locate_language_model(load_settings().weights)
    except WeightsMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings()) as opened:
        yield opened


@pytest.fixture
def embedder() -> WordHashEmbedder:
    return WordHashEmbedder()


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    opened = Library(home)
    yield opened
    opened.close()


@pytest.fixture
def batch(library: Library, embedder: WordHashEmbedder, sandbox: Sandbox) -> Batch:
    return Batch(library, embedder, sandbox, SplitSettings(passage_tokens=50))


@pytest.fixture
def filled(library: Library, papers: Path, batch: Batch) -> Library:
    """A drawer that holds the lease and the work rules."""
    outcomes: list[FileOutcome] = list(add([papers], batch))
    assert [outcome.outcome.value for outcome in outcomes] == ["added", "added"]
    return library


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path / "drawer") as running:
        yield running
