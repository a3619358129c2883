"""In a narrow window every view has room: nothing is wider than the window, no title is covered, and every control can be hit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page

from rag.records import Language
from tests.browser import Server, Visit, fill, needs_chromium, running_server
from tests.ui.walk import LOCALES, SAMPLES, unfold, walk

pytestmark = needs_chromium

SERVER = (sys.executable, "-m", "tests.ui.server_that_quotes")
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

WIDER = """() => {
  const wide = [document.scrollingElement, document.querySelector(".stMain")].filter((each) => each.scrollWidth > each.clientWidth)
    .map((each) => `${each.className}: ${each.scrollWidth} in ${each.clientWidth}`);
  const scrolls = (each) => { for (let around = each.parentElement; around && !around.matches(".stMain, body"); around = around.parentElement)
    if (getComputedStyle(around).overflowX !== "visible") return true; };
  for (const each of document.querySelectorAll(".stMain *, .stBottom *, [data-testid='stPopoverBody'] *, .viewer, .viewer *")) {
    const box = each.getBoundingClientRect();
    if (box.width && each.checkVisibility({ visibilityProperty: true }) && (box.right > innerWidth + 1 || box.left < -1) && !scrolls(each))
      wide.push(`${each.outerHTML.slice(0, 160)}: ${box.left} to ${box.right}`);
  }
  return wide;
}"""

COVERED = """() => {
  const title = document.querySelector(".stMain h1");
  if (!title || title.closest(".unseen")) return [];
  document.querySelector(".stMain").scrollTop = 0;
  const box = title.getBoundingClientRect();
  return [...document.querySelectorAll("[data-testid='stExpandSidebarButton'], [data-testid='stToolbar']")].filter((bar) => bar.checkVisibility()).filter((bar) => {
    const over = bar.getBoundingClientRect();
    return over.width && over.height && over.left < box.right && box.left < over.right && over.top < box.bottom && box.top < over.bottom;
  }).map((bar) => `${bar.dataset.testid} ${JSON.stringify(bar.getBoundingClientRect())} over ${JSON.stringify(box)}`);
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("narrow")
    broken = folder / f"a {'very' * 20} long name.pdf"
    broken.write_bytes(b"no PDF")
    fill(folder / "drawer", SAMPLES, broken)
    with running_server(folder / "drawer", command=SERVER) as running:
        yield running


def small(page: Page) -> list[str]:
    """Controls that are less than 24 by 24 pixels large and have no room around them, by the rule of WCAG 2.2."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({ runOnly: ['target-size'], resultTypes: ['violations'] })")
    return [f"{node['html'][:160]}: {node['failureSummary']}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("width", [420, 800])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_view_has_room(browser: Browser, desk: Server, language: Language, width: int) -> None:
    visit = Visit(browser, desk, LOCALES[language])
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    wrong = list[str]()
    for view in walk(visit, language):
        page.wait_for_timeout(400)  # the menu is folded by and by
        found = {"wider than the window": page.evaluate(WIDER), "covered": page.evaluate(COVERED), "too small": small(page)}
        wrong += [f"{view}: {what}: {each}" for what, all_of_it in found.items() for each in all_of_it]
    if page.get_by_test_id("stExpandSidebarButton").is_visible():
        unfold(page)
        page.wait_for_timeout(400)
        wrong += [f"menu: {each}" for each in small(page)]
    assert wrong == []
    page.context.close()
