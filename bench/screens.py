"""Pictures of every view of the page: in both languages, light and dark, in a wide window and in a narrow one.

    python -m bench.screens OUT [--home DIR] [--scripted]

Each is written to OUT as VIEW-LANGUAGE-SCHEME-WIDTH.png. The drawer (--home keeps it) holds the sample documents. What is asked is answered by the language model
where its weights are there, with --scripted and without them by a stand-in that quotes what it is shown.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import get_args

from playwright.sync_api import Page

from rag.errors import WeightsError
from rag.records import Language
from rag.settings import load_settings
from rag.weights.acquire import locate_language_model
from tests.browser import ROOT, Scheme, Visit, fill, opened_browser, running_server
from tests.ui.walk import LOCALES, SAMPLES, walk

WIDTHS = (1440, 800)
HEIGHT = 1000
SCRIPTED = (sys.executable, "-m", "tests.ui.server_that_quotes")
_SEORAP = (sys.executable, "-m", "ui")
_REAL = (*_SEORAP, "serve", "--port", "0", "--library")
_SETTLED_MS = 700
"""Until colours have changed and the menu is folded."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--scripted", action="store_true")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    scripted = given.scripted or not has_weights()
    with tempfile.TemporaryDirectory() as folder:
        home = (given.home or Path(folder) / "drawer").absolute()
        if scripted:
            fill(home, SAMPLES)
        else:
            subprocess.run([*_SEORAP, "add", str(SAMPLES), "--library", str(home)], cwd=ROOT, check=True)
        for picture in taken(given.out, home, scripted=scripted):
            sys.stdout.write(f"{picture}\n")


def has_weights() -> bool:
    try:
        locate_language_model(load_settings().weights)
    except WeightsError:
        return False
    return True


def taken(out: Path, home: Path, *, scripted: bool) -> list[Path]:
    with running_server(home, command=SCRIPTED if scripted else _REAL) as server, opened_browser() as browser:
        pictures = []
        for language in get_args(Language):
            visit = Visit(browser, server, LOCALES[language])
            wide(visit.page)
            for view in walk(visit, language):
                pictures += [
                    taken_as(visit.page, out, f"{view}-{language}", scheme, width) for scheme, width in product(get_args(Scheme), WIDTHS)
                ]
                wide(visit.page)
            visit.context.close()
    return pictures


def wide(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


def taken_as(page: Page, out: Path, name: str, scheme: Scheme, width: int) -> Path:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.wait_for_timeout(_SETTLED_MS)
    if (words := page.locator(".v-mark")).count():  # the page of the document has changed its size
        words.first.scroll_into_view_if_needed()
    picture = out / f"{name}-{scheme}-{width}.png"
    page.screenshot(path=picture)
    return picture


if __name__ == "__main__":
    main()
