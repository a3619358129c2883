// The page of search: asks the server while one types, and puts what it answers in its place. Markup comes from the server alone (ui/web/found.py).
//   data-part            of an answer, goes where data-into names it
//   data-choice          a box that is ticked or not; data-drop takes a choice away, data-drop-all all of them
//   data-as-typed        what narrows the search in the text itself is left out of account
//   data-plain           the same without quotation marks
//   data-more            all passages of that document; data-more-documents the next documents
//   data-ask             hands the text over to be asked
// What was typed is kept in this tab's memory alone: not in the address, which the browser writes down, and in no storage.

const PAUSE_MS = 150;
const AT_LEAST_EVERY_MS = 450; // while somebody types without a pause
const DOCUMENTS = 10;
const WIDE = 700; // pixels: what can be chosen stands beside the results
const MARKS = /["“”„«»「」『』]/g;

const kept = { text: "", chosen: [], asTyped: false, shown: DOCUMENTS, unfinished: false, narrow: null };

let root = null; // the shell in the page
let told = {}; // what Python said last
let asking = null; // the request under way; its answer is dropped when another is made
let waiting = 0; // the timer of what is typed
let since = 0; // when the first key was pressed that nothing has been asked for yet
let took = 0; // by the last answer: a slow machine is asked less often
let enter = false; // pressed while a syllable was still being put together

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  told = { ...data, ask: (text) => setTriggerValue("ask", text) };
  if (data.given) Object.assign(kept, { text: data.given, chosen: [], asTyped: false, shown: DOCUMENTS, unfinished: false });
  if (parentElement.querySelector("[data-search]")) return;
  parentElement.innerHTML = data.shell;
  root = parentElement.querySelector("[data-search]");
  const field = input();
  field.value = kept.text;
  field.addEventListener("input", typed);
  field.addEventListener("compositionend", composed);
  root.addEventListener("keydown", onKey);
  root.addEventListener("click", onClick);
  root.addEventListener("change", onChange);
  root.addEventListener("focusin", rove);
  const narrow = root.querySelector(".s-narrow");
  narrow.firstElementChild.addEventListener("click", () => (kept.narrow = !narrow.open));
  new ResizeObserver(() => (narrow.open = kept.narrow ?? narrow.parentElement.clientWidth >= WIDE)).observe(root);
  field.focus({ preventScroll: true });
  find({ unfinished: kept.unfinished });
}

const input = () => root.querySelector("input[type='search']");
const place = (name) => root.querySelector(`[data-into="${name}"]`);
const hits = () => [...root.querySelectorAll("[data-into='found'] button")].filter((each) => each.checkVisibility());

// --- asking -----------------------------------------------------------------------------------

function typed() {
  kept.asTyped = false;
  kept.shown = DOCUMENTS;
  clearTimeout(waiting);
  const now = performance.now();
  since ||= now;
  const pause = Math.min(Math.max(PAUSE_MS, took), since + Math.max(AT_LEAST_EVERY_MS, 2 * took) - now);
  waiting = setTimeout(() => find({ unfinished: true }), Math.max(0, pause));
}

function composed() {
  if (!enter) return;
  enter = false;
  find({});
}

async function find({ unfinished = false, then = null } = {}) {
  clearTimeout(waiting);
  since = 0;
  asking?.abort();
  const mine = (asking = new AbortController());
  kept.text = input().value;
  kept.unfinished = unfinished;
  root.querySelector("[data-ask]").disabled = !kept.text.trim();
  root.setAttribute("aria-busy", "true");
  const began = performance.now();
  const markup = await answer({ shown: String(kept.shown) }, mine.signal);
  if (mine !== asking || !root.isConnected) return;
  took = performance.now() - began;
  root.removeAttribute("aria-busy");
  if (markup === null) {
    for (const name of ["chips", "facets", "found"]) put(name, []);
    place("status").classList.remove("unseen");
    return tell(told.failed);
  }
  const parts = partsOf(markup);
  tell(parts.status?.textContent ?? "");
  place("status").classList.toggle("unseen", "quiet" in (parts.status?.dataset ?? {}));
  const box = document.activeElement?.dataset?.choice;
  const open = [...place("facets").querySelectorAll("details[open]")].map((each) => each.closest("fieldset")?.querySelector("legend")?.textContent);
  put("chips", parts.chips?.childNodes ?? []);
  put("facets", parts.facets?.childNodes ?? []);
  put("found", parts.found?.childNodes ?? partsOf(markup, true));
  for (const group of place("facets").querySelectorAll("fieldset"))
    if (open.includes(group.querySelector("legend").textContent)) group.querySelector("details")?.setAttribute("open", "");
  root.querySelector(".s-narrow").hidden = !place("facets").hasChildNodes();
  if (box) (root.querySelector(`[data-choice="${box}"]`) ?? input()).focus({ preventScroll: true });
  rove();
  then?.();
}

async function answer(more, signal) {
  const words = new URLSearchParams({ language: told.language, text: kept.text, ...more });
  for (const each of kept.chosen) words.append("chosen", each);
  if (kept.unfinished) words.set("unfinished", "");
  if (kept.asTyped) words.set("as_typed", "");
  try {
    const got = await fetch(`desk/find?${words}`, { headers: { Accept: "text/html" }, signal });
    return got.ok ? await got.text() : null;
  } catch {
    return null;
  }
}

function partsOf(markup, whole = false) {
  const made = document.createElement("template");
  made.innerHTML = markup;
  if (whole) return made.content.childNodes;
  return Object.fromEntries([...made.content.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
}

function put(name, nodes) {
  place(name).replaceChildren(...nodes);
}

function tell(text) {
  if (place("status").textContent !== text) place("status").textContent = text;
}

// --- clicks -----------------------------------------------------------------------------------

function onChange(event) {
  const sign = event.target.dataset.choice;
  if (!sign) return;
  kept.chosen = event.target.checked ? [...kept.chosen, sign] : kept.chosen.filter((each) => each !== sign);
  kept.shown = DOCUMENTS;
  find({ unfinished: kept.unfinished });
}

function onClick(event) {
  const does = event.target.closest("button")?.dataset;
  if (!does) return;
  if ("ask" in does) return told.ask(input().value);
  if ("more" in does) return further(event.target.closest("article"), does.more);
  if ("moreDocuments" in does) {
    const before = hits().length - 1;
    kept.shown += DOCUMENTS;
    return find({ unfinished: kept.unfinished, then: () => hits()[before]?.focus() });
  }
  if ("drop" in does) kept.chosen = kept.chosen.filter((each) => each !== does.drop);
  else if ("dropAll" in does) kept.chosen = [];
  else if ("asTyped" in does) kept.asTyped = true;
  else if ("plain" in does) input().value = input().value.replace(MARKS, " ").trim();
  else return;
  kept.shown = DOCUMENTS;
  find({ unfinished: kept.unfinished });
  input().focus();
}

async function further(article, doc) {
  const rows = article.querySelector("[data-rows]");
  const seen = rows.children.length;
  const markup = await answer({ doc });
  if (markup === null || !article.isConnected) return;
  const parts = partsOf(markup);
  if (!parts.rows) return;
  rows.replaceChildren(...parts.rows.childNodes);
  rows.before(...parts.note.childNodes);
  article.querySelector("[data-more]").remove();
  (rows.children[Math.min(seen, rows.children.length - 1)]?.querySelector("button") ?? input()).focus();
}

// --- keys -------------------------------------------------------------------------------------

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target === input();
  if (event.isComposing) {
    if (inField && event.key === "Enter") enter = true; // the syllable is put together first
    return;
  }
  if (inField && event.key === "Enter") find({});
  else if (inField && event.key === "ArrowDown") hits()[0]?.focus();
  else if (event.key === "Escape" && !inField && !document.documentElement.classList.contains("viewing")) input().focus();
  else if (place("found").contains(event.target)) {
    const all = hits();
    const at = all.indexOf(event.target.closest("button"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    (to < 0 ? input() : (all[to] ?? all[at])).focus();
  } else return;
  event.preventDefault();
}

// One of the results can be reached with the tab key; from there the arrows lead on.
function rove() {
  const all = hits();
  const now = all.includes(document.activeElement) ? document.activeElement : (all.find((each) => each.tabIndex === 0) ?? all[0]);
  for (const each of all) each.tabIndex = each === now ? 0 : -1;
}
