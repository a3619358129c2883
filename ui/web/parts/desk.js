// What the page does in the browser by itself: no click here draws a view anew, so an answer that is being written goes on.
//
// Markup comes from the server, made and escaped by ui/web/render.py; nothing here builds markup from text.
//   data-open            opens the page viewer at data-doc and the place that its other data-* name
//   data-copy            puts that text on the clipboard
//   data-get             saves what the server has at that address
//   data-send            tells Python data-send and data-value, which draws the view anew
// Inside a group marked data-hits, the viewer steps from one data-open to the next.

const PLACE = ["doc", "page", "from", "pageEnd", "to", "start", "end", "said", "marked"];
const ZOOMS = [1, 1.25, 1.6, 2.1, 2.8];
const WIDTHS = [800, 1100, 1500, 2000];

let desk = { language: "en", chrome: {} }; // what Python said last
let tell = () => {}; // says something to Python
let viewer = null; // the open panel
let opener = null; // what opened it, to be focused again
let place = null; // what it shows
let zoom = 0;
let asking = null; // the request under way; its answer is dropped when another is made
let started = false;

export default function (component) {
  desk = component.data;
  learn(desk.chrome);
  tell = component.setTriggerValue;
  document.documentElement.lang = desk.language;
  if (!started) start();
  translate(document.body);
  if (place && desk.gone.includes(place.doc)) act("close");
}

function start() {
  started = true;
  document.documentElement.classList.add("awake");
  document.addEventListener("click", onClick);
  document.addEventListener("pointerdown", onPress);
  document.addEventListener("pointerup", onRelease);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const { send: what, value } = event.target.dataset;
    if (sender && !event.target.closest("[role='dialog']") && (what !== sender.what || value !== sender.value)) sender = null;
  });
  window.addEventListener("keydown", keepFromStreamlit, { capture: true });
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") translateAttributes(change.target);
      else if (change.type === "characterData") translateText(change.target);
      else change.addedNodes.forEach(translate);
    }
    focusSender();
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: SPOKEN });
  new MutationObserver(afterStop).observe(document.querySelector(".stApp"), { attributes: true, attributeFilter: ["data-test-script-state"] });
}

let stopping = false;

function afterStop() {
  // Nothing is drawn after a stop: what can be done with the part that there is, and where it is kept, comes with the next drawing.
  const state = document.querySelector(".stApp").dataset.testScriptState;
  if (state === "notRunning" && stopping) tell("sent", { what: "stopped", value: "" });
  stopping = state === "stopRequested";
}

function onClick(event) {
  const target = event.target.closest?.(".sr :is([data-open], [data-copy], [data-get], [data-send], [data-do])"); // Streamlit's parts have a data-open too
  if (!target) return;
  if ("open" in target.dataset) open(target);
  else if ("copy" in target.dataset) copy(target);
  else if ("get" in target.dataset) save(target);
  else if ("send" in target.dataset) send(target);
  else act(target.dataset.do, target);
}

// Between pressing and letting go, the server may have drawn the same markup anew; the browser then sees no click.

const PRESSED = "button, summary, [data-spot], [data-open]";
let pressed = null;

function onPress(event) {
  pressed = event.target.closest?.(PRESSED) ?? null;
}

function onRelease(event) {
  const before = pressed;
  pressed = null;
  if (!before || before.isConnected || event.button !== 0 || event.pointerType !== "mouse") return; // of a finger, the click comes by itself
  const now = document.elementFromPoint(event.clientX, event.clientY)?.closest(PRESSED);
  if (now && JSON.stringify({ ...now.dataset }) === JSON.stringify({ ...before.dataset }) && now.textContent === before.textContent) now.click();
}

let sender = null; // what told Python something, to be focused again when it has been drawn anew

function send(target) {
  sender = target.matches(":focus-visible") ? { what: target.dataset.send, value: target.dataset.value ?? "" } : null;
  tell("sent", { what: target.dataset.send, value: target.dataset.value ?? "" });
}

function focusSender() {
  if (!sender || document.activeElement !== document.body) return;
  const again = [...document.querySelectorAll(".sr [data-send]")].find((each) => each.dataset.send === sender.what && each.dataset.value === sender.value);
  again?.focus({ preventScroll: true });
}

const TYPING = "input, textarea, [contenteditable='true'], [role='combobox'], [role='listbox']";

function keyOf(event) {
  // A Korean keyboard in its Hangul state says ㅜ for the key that has n on it.
  return /^[ㄱ-ㅣ]$/.test(event.key) || event.key === "Process" ? event.code.replace("Key", "").toLowerCase() : event.key;
}

function keepFromStreamlit(event) {
  // It draws the view anew for an r, which would end an answer that is being written.
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && (keyOf(event) === "r" || keyOf(event) === "c") && !event.target.closest?.(TYPING)) event.stopImmediatePropagation();
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest?.(TYPING);
  if (event.key === "Escape" && viewer && !typing) return act("close");
  if (typing) return;
  const key = keyOf(event);
  if (key === "/") {
    const field = document.querySelector("[data-testid='stChatInputTextArea'], [data-search] input");
    if (field) {
      event.preventDefault();
      field.focus();
    }
    return;
  }
  if (!viewer) return;
  const does = { n: "hit-next", p: "hit-previous", "[": "previous", "]": "next", "+": "closer", "=": "closer", "-": "further" }[key];
  const inside = viewer.contains(document.activeElement);
  const paged = { PageDown: "next", PageUp: "previous" }[key];
  if (does || (inside && paged)) {
    event.preventDefault();
    act(does ?? paged);
  }
}

// --- the page viewer --------------------------------------------------------------------------

function open(target) {
  opener = target;
  const named = Object.fromEntries(PLACE.filter((name) => name in target.dataset).map((name) => [name, target.dataset[name]]));
  document.querySelectorAll(".sr [data-open][aria-current]").forEach((each) => each.removeAttribute("aria-current"));
  target.setAttribute("aria-current", "true");
  show(named, { focus: true });
}

async function show(wanted, { focus = false } = {}) {
  asking?.abort();
  const mine = (asking = new AbortController());
  place = wanted;
  const words = new URLSearchParams({ language: desk.language, width: String(pixels()) });
  for (const [name, value] of Object.entries(wanted)) words.set(name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase()), value);
  panel().setAttribute("aria-busy", "true");
  let markup;
  try {
    const answer = await fetch(`desk/view?${words}`, { headers: { Accept: "text/html" }, signal: mine.signal });
    if (!isOf(answer, "text/html")) throw new Error(String(answer.status));
    markup = await answer.text();
  } catch {
    markup = null;
  }
  if (mine !== asking) return;
  const shell = panel();
  shell.removeAttribute("aria-busy");
  shell.innerHTML = markup ?? desk.unreached;
  // The markup says what it shows, which may be another page than the one asked for.
  const shown = shell.querySelector("[data-shown]");
  shell.setAttribute("aria-label", shown.dataset.shown);
  const sheet = shell.querySelector(".v-sheet");
  if (sheet) sheet.style.setProperty("--zoom", ZOOMS[zoom]);
  tellHits();
  const mark = shell.querySelector(".v-mark, .v-text mark.strong");
  if (mark) mark.scrollIntoView({ block: "center", inline: "center" });
  else shell.querySelector(".v-body")?.scrollTo(0, 0);
  if (focus) shell.focus({ preventScroll: true });
}

function isOf(answer, kind) {
  return (answer.headers.get("Content-Type") ?? "").startsWith(kind);
}

function panel() {
  if (viewer?.isConnected) return viewer;
  viewer = document.createElement("aside");
  viewer.className = "sr viewer";
  viewer.tabIndex = -1;
  document.querySelector(".stApp").append(viewer);
  document.documentElement.classList.add("viewing");
  return viewer;
}

function pixels() {
  const width = Math.min(window.innerWidth, 900) * ZOOMS[zoom] * Math.min(2, window.devicePixelRatio || 1);
  return WIDTHS.find((each) => each >= width * 0.8) ?? WIDTHS[WIDTHS.length - 1];
}

function act(what, target) {
  if (!viewer && what !== "close") return;
  const shown = viewer?.querySelector("[data-shown]")?.dataset ?? {};
  const go = (page) => page && show({ ...place, show: page });
  switch (what) {
    case "close":
      asking?.abort();
      asking = null; // what is still on its way comes too late
      viewer?.remove();
      viewer = place = null;
      document.documentElement.classList.remove("viewing");
      here()?.removeAttribute("aria-current");
      here()?.focus({ preventScroll: true });
      break;
    case "previous":
    case "next":
      go(shown[what]);
      break;
    case "back":
      show(Object.fromEntries(Object.entries(place).filter(([name]) => name !== "show")));
      break;
    case "closer":
    case "further": {
      const next = Math.max(0, Math.min(ZOOMS.length - 1, zoom + (what === "closer" ? 1 : -1)));
      if (next === zoom) break;
      zoom = next;
      enlarge();
      break;
    }
    case "hit-next":
    case "hit-previous":
      step(what === "hit-next" ? 1 : -1);
      break;
  }
}

function enlarge() {
  const sheet = viewer.querySelector(".v-sheet");
  if (!sheet) return;
  sheet.style.setProperty("--zoom", ZOOMS[zoom]);
  const picture = sheet.querySelector("img");
  const address = new URL(picture.src);
  if (Number(address.searchParams.get("width")) < pixels()) {
    address.searchParams.set("width", String(pixels()));
    picture.src = address.href;
  }
  (sheet.querySelector(".v-mark") ?? sheet).scrollIntoView({ block: "center", inline: "center" });
}

function same(one, other) {
  return PLACE.every((name) => one.dataset[name] === other.dataset[name]);
}

function here() {
  // What opened the viewer, or, where the view has been drawn anew since, what stands in its place.
  return opener?.isConnected ? opener : [...document.querySelectorAll(".sr [data-open]")].find((each) => same(each, opener));
}

function hits() {
  const group = here()?.closest("[data-hits]");
  const seen = new Set();
  return group
    ? [...group.querySelectorAll("[data-open]")].filter((each) => {
        const key = PLACE.map((name) => each.dataset[name]).join();
        return !seen.has(key) && seen.add(key);
      })
    : [];
}

function atHit(all) {
  return all.findIndex((each) => same(each, opener));
}

function step(by) {
  const all = hits();
  if (all.length < 2) return;
  const target = all[(atHit(all) + by + all.length) % all.length];
  const inside = viewer.contains(document.activeElement) ? document.activeElement.dataset?.do : null;
  target.closest("details:not([open])")?.setAttribute("open", "");
  target.scrollIntoView({ block: "nearest" });
  open(target);
  if (inside) viewer.querySelector(`[data-do="${inside}"]`)?.focus();
}

function tellHits() {
  const all = hits();
  for (const part of viewer.querySelectorAll(".v-hits")) {
    part.hidden = all.length < 2;
    const counted = part.querySelector("[data-count]");
    if (counted) counted.textContent = counted.dataset.count.replace("{at}", String(atHit(all) + 1)).replace("{all}", String(all.length));
  }
}

// --- copying and saving -----------------------------------------------------------------------

async function copy(target) {
  try {
    await navigator.clipboard.writeText(target.dataset.copy);
  } catch {
    return say(target, desk.failed);
  }
  say(target, desk.copied);
}

function say(target, text) {
  const before = target.dataset.before ?? target.textContent;
  target.dataset.before = before;
  target.textContent = text;
  setTimeout(() => (target.textContent = before), 1600);
}

async function save(target) {
  target.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${target.dataset.get}?language=${desk.language}`);
    const name = /filename\*=UTF-8''(\S+)/.exec(answer.headers.get("Content-Disposition") ?? "");
    if (!name) {
      return say(target, isOf(answer, "text/plain") ? await answer.text() : desk.failed);
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = decodeURIComponent(name[1]);
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch {
    say(target, desk.failed);
  } finally {
    target.removeAttribute("aria-busy");
  }
}

// --- Streamlit's own words --------------------------------------------------------------------
// It speaks English only. What of it our readers meet is put into the language of the page; text of ours and of documents is left alone.
// In what it says, {} stands for any text, which is taken over.

const SPOKEN = ["aria-label", "aria-valuetext", "title", "placeholder", "alt"];
const OURS = ".sr, textarea, input, [data-tag], [data-testid='stFileUploaderFileName'], [role='option'][data-key]:not([data-key='__select_all__']), [data-baseweb='tag'], [data-testid='stMultiSelectTagsContainer'] [title], [contenteditable='true']:not([data-placeholder])";
const ENGLISH_DAY = /^[A-Z][a-z]+ \d{1,2}, \d{4}$/;

let patterns = []; // of those with {}: what it says, and what is said instead
const said = new WeakMap(); // node -> what was said for it: by the name of the attribute, or "", [before, after]

function learn(chrome) {
  const escaped = (text) => text.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  patterns = Object.entries(chrome)
    .filter(([english]) => english.includes("{}"))
    .map(([english, ours]) => [new RegExp(`^${english.split("{}").map(escaped).join("([^]+?)")}$`), ours]);
}

function translate(node) {
  if (node.nodeType === Node.TEXT_NODE) return translateText(node);
  if (node.nodeType !== Node.ELEMENT_NODE || node.closest(".sr")) return;
  translateAttributes(node);
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (each) =>
    each.nodeType === Node.ELEMENT_NODE && each.classList.contains("sr") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) {
    if (walker.currentNode.nodeType === Node.TEXT_NODE) translateText(walker.currentNode);
    else translateAttributes(walker.currentNode);
  }
}

function translateText(node) {
  if (node.parentElement?.closest(OURS)) return;
  const text = inOurWords(node, "", node.data);
  if (text !== node.data) node.data = text;
}

function translateAttributes(element) {
  if (element.matches("[data-tag]") || element.closest(".sr, [role='option'][data-key]:not([data-key='__select_all__'])")) return;
  for (const name of SPOKEN) {
    const value = element.getAttribute(name);
    const text = value && inOurWords(element, name, value);
    if (text && text !== value) element.setAttribute(name, text);
  }
}

function inOurWords(node, name, value) {
  const known = said.get(node);
  // What was put into another language before is looked up as Streamlit said it.
  const english = known?.[name]?.[1] === value ? known[name][0] : value;
  const text = found(english.trim());
  const whole = text === null ? english : english.replace(english.trim(), () => text);
  if (whole !== english) said.set(node, { ...known, [name]: [english, whole] });
  return whole;
}

function found(english) {
  if (!english) return null;
  if (Object.hasOwn(desk.chrome, english)) return desk.chrome[english];
  for (const [pattern, ours] of patterns) {
    const match = pattern.exec(english);
    if (!match) continue;
    let nth = 0;
    return ours.replace(/\{\}/g, () => inOurDays(match[++nth]));
  }
  return null;
}

function inOurDays(text) {
  return ENGLISH_DAY.test(text) ? new Date(text).toLocaleDateString(desk.language, { dateStyle: "long" }) : text;
}
