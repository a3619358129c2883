"""The page in a real browser, over the real server, with scripted models."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from ingest.pipeline import Batch, add
from ingest.sandbox import Sandbox
from rag.library.library import Library
from rag.settings import SandboxSettings, SplitSettings
from tests.fakes import WordHashEmbedder
from ui.launch import noted_address

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium")
needs_chromium = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]
SECONDS = 1000

Scheme = Literal["light", "dark"]

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def opened_browser(*arguments: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launched(playwright.chromium, *arguments)
        yield opened
        opened.close()


def launched(kind: BrowserType, *arguments: str) -> Browser:
    return kind.launch(executable_path=CHROMIUM, args=[*_QUIET, *arguments])


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[str]
    address: str
    home: Path

    def way_in(self) -> str:
        """An address that works once."""
        address = noted_address(self.home)
        assert address is not None
        return address


@contextmanager
def running_server(home: Path, *, command: Sequence[str] = (sys.executable, "-m", "tests.ui.server_with_script")) -> Iterator[Server]:
    """A server over the drawer ``home``; it has to end well when it is interrupted."""
    process = subprocess.Popen([*command, str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield Server(process, process.stdout.readline().partition("/?")[0], home)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        said = process.stderr.read()
        assert "Traceback" not in said, said
    finally:
        process.kill()  # when the test has failed


def fill(home: Path, *papers: Path) -> None:
    """Take documents in before a server is started over the drawer."""
    with closing(Library(home)) as library, Sandbox(SandboxSettings()) as sandbox:
        list(add(papers, Batch(library, WordHashEmbedder(), sandbox, SplitSettings(passage_tokens=50))))


class Visit:
    """A browser of its own that has come in."""

    def __init__(self, browser: Browser, server: Server, locale: str = "en-GB", *, scheme: Scheme = "light") -> None:
        self.context: BrowserContext = browser.new_context(locale=locale, color_scheme=scheme, viewport={"width": 1280, "height": 900})
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("console", lambda message: self.complaints.append(message.text) if "Content Security" in message.text else None)
        self.page.goto(server.way_in())

    def add(self, name: str, text: str, title: str = "Documents") -> None:
        self.page.get_by_role("link", name=title, exact=True).click()
        self.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/markdown", "buffer": text.encode()})

    def ask(self, question: str) -> None:
        self.page.locator("textarea").fill(question)
        self.page.keyboard.press("Enter")

    def add_and_ask(self, name: str, text: str, question: str) -> None:
        """Of a drawer that held nothing before, in English."""
        self.add(name, text)
        expect(self.page.get_by_text("Documents: 1")).to_be_visible(timeout=60 * SECONDS)
        self.page.get_by_role("link", name="Ask", exact=True).click()
        self.ask(question)

    def go(self, title: str) -> None:
        link = self.page.get_by_role("link", name=title, exact=True)
        there = link.get_attribute("href")
        link.click()
        self.page.wait_for_url(lambda url: url.partition("?")[0].endswith(f"/{there}"))
        self.page.wait_for_timeout(100)

    def is_still(self) -> None:
        """Nothing is being drawn by the server, and clicks are heard."""
        expect(self.page.locator("html")).to_have_class(re.compile(r"\bawake\b"), timeout=30 * SECONDS)
        expect(self.page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30 * SECONDS)

    def stayed_home(self, address: str) -> bool:
        home = (address, address.replace("http", "ws"), "data:", "blob:")
        return self.complaints == [] and all(url.startswith(home) for url in self.asked)
