"""A visit during which nothing that happens in the browser goes unnoticed."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Dialog, expect

from tests.browser import SECONDS, Server, Visit
from tests.privacy.sink import Outside

_OBSERVE = """
const NEVER = new Set(['img', 'image', 'picture', 'source', 'iframe', 'frame', 'object', 'embed', 'video', 'audio', 'track', 'link', 'base', 'meta',
  'script', 'form', 'area', 'map', 'math', 'foreignObject', 'use', 'feImage', 'animate', 'set', 'portal', 'fencedframe', 'marquee']);
const OURS = new Set(['table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td', 'div', 'p', 'span', 'sup', 'mark', 'b', 'details', 'summary', 'ol', 'ul', 'li',
  'h1', 'h2', 'aside', 'article', 'section', 'fieldset', 'legend', 'label', 'time', 'button', 'input', 'style', 'svg', 'g', 'circle', 'rect', 'path', 'text']);
const SAYS = /^(class|role|open|type|scope|title|tabindex|checked|disabled|hidden|aria-[a-z]+|data-[a-z-]+|viewBox|transform|text-anchor|x|y|r|d|width|height)$/;
const SIZE = /^(width|height): ?[0-9.]+%;?$/;  // of a bar
const LEADS = new Set(['src', 'srcset', 'href', 'xlink:href', 'action', 'formaction', 'poster', 'data', 'background', 'ping', 'cite', 'style', 'usemap']);

window.isWrong = element => {
  const inside = element.closest('.stHtml, .picture, .viewer, [data-into]');
  if (!element.closest('body')) return false;
  if (NEVER.has(element.localName) || (element.localName === 'input' && element.closest('.sr') && !['checkbox', 'search'].includes(element.type))) return true;
  if (element.localName === 'style' && /url\\(|@import|@font-face|image-set/.test(element.textContent)) return true;
  if (element.dataset.testid === 'stMarkdownContainer' && /127\\.0\\.0\\.1:|evil\\.example/.test(element.textContent)) return true;
  if (inside && inside !== element && !OURS.has(element.localName)) return true;
  return [...element.attributes].some(({name, value}) => {
    if (inside && inside !== element && !SAYS.test(name) && !(name === 'style' && SIZE.test(value))) return true;
    if (name.startsWith('on') || name === 'ping' || (name === 'target' && value)) return true;
    if (name === 'style') return /url\\(|image-set/.test(value);
    return LEADS.has(name) && !(URL.canParse(value, location) && new URL(value, location).origin === location.origin);
  });
};
window.wrong = new Set();
window.states = new Set();  // of the text that is being written
new MutationObserver(changes => {
  for (const change of changes) {
    for (const node of [change.target, ...change.addedNodes]) {
      if (node instanceof Element)
        for (const element of [node, ...(node === change.target ? [] : node.querySelectorAll('*'))])
          if (isWrong(element)) window.wrong.add(element.outerHTML.slice(0, 300));
    }
  }
  const live = document.querySelector('.sr .live');
  if (live) window.states.add(live.textContent.length);
}).observe(document, {subtree: true, childList: true, attributes: true});
document.addEventListener('securitypolicyviolation', event => {  // wasm-eval: Streamlit's protobuf looks for WebAssembly, and does without
  if (event.blockedURI !== 'wasm-eval') window.wrong.add(`policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""

_SETTLE_MS = 300

_CLICK = """
() => {
  for (const element of document.querySelectorAll('.stHtml *, .picture *, .viewer *')) {
    if (element.closest('mark, [data-act], [data-send], [data-get], [data-do]')) continue;  // these do something, as they should
    for (const kind of ['pointerover', 'mouseover', 'mouseenter', 'mousedown', 'focus', 'mouseup', 'auxclick', 'contextmenu'])
      element.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true, button: kind === 'auxclick' ? 1 : 0}));
    element.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
  }
  return [...document.querySelectorAll('body *')].filter(isWrong).map(element => element.outerHTML.slice(0, 300));
}
"""


class Onlooker(Visit):
    """Notes whatever text from outside could bring about, also what was drawn only for a moment."""

    def __init__(self, browser: Browser, server: Server, sink: Outside, locale: str = "en-GB") -> None:
        super().__init__(browser, server, locale)
        self._address = server.address
        self._sink = sink
        self._events: list[str] = []
        self.context.add_init_script(_OBSERVE)
        self.context.on("page", lambda page: self._events.append(f"a window: {page.url}"))
        self.context.on("serviceworker", lambda worker: self._events.append(f"a service worker: {worker.url}"))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page.on("frameattached", lambda frame: self._events.append("a frame"))
        self.page.on("framenavigated", lambda frame: self.asked.append(frame.url))
        self.page.on("download", lambda download: self._events.append(f"a download: {download.url}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("pageerror", lambda error: self._events.append(f"an error: {error}"))
        self.page.wait_for_url(re.compile(rf"{re.escape(server.address)}/[^/?]+/$"))  # to which the first address leads by itself
        self.page.reload()  # under what was set up here

    def _dismiss(self, dialog: Dialog) -> None:
        self._events.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def go_to(self, title: str) -> None:
        self.page.get_by_role("link", name=title, exact=True).click()
        self.page.wait_for_timeout(_SETTLE_MS)
        self.rest()

    def rest(self) -> None:
        """Wait until the page has been drawn."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30 * SECONDS)

    def states_of_writing(self) -> int:
        """How many half-written answers were seen."""
        return int(self.page.evaluate("states.size"))

    def unwanted(self) -> list[str]:
        """All that should not have happened so far, after everything that came from outside was hovered over and clicked."""
        before = self.page.url
        drawn = [*self.page.evaluate(_CLICK), *self.page.evaluate("[...wrong]")]
        self.page.wait_for_timeout(_SETTLE_MS)
        left = [] if self.page.url == before else [f"led to {self.page.url}"]
        asked = (
            [] if self.stayed_home(self._address) else [*self.complaints, *(url for url in self.asked if not url.startswith(self._address))]
        )
        return [*self._sink.hits, *asked, *self._events, *left, *drawn]
