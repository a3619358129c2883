// The list of documents and the map of them, as far as the browser sees to them by itself.
//
//   data-pick, data-pick-all   boxes that choose documents; Python is told which, and says itself when others are (by a new turn)
//   data-sort, data-act        a column to sort by; what is to be done with the document data-of
//   data-spot                  a sign on the map: the arrow keys go to the nearest one in that direction, Enter and Space open it
// The markup is the server's, made and escaped by ui/web/render_library.py; opening is left to desk.js.

const ROOT = ".st-key-documents";

let list = null; // the component of the list, as it was drawn last
let turn = null;
let picked = new Set();
let last = null; // the box that was clicked last: with Shift, all from there are meant
let again = null; // what had the focus before the list was drawn anew

export default function (component) {
  return "markup" in component.data ? picture(component) : follow(component);
}

// --- the list ---------------------------------------------------------------------------------

function follow(component) {
  list = component;
  if (component.data.turn !== turn) {
    turn = component.data.turn;
    picked = new Set(component.data.picked);
  }
  const root = component.parentElement.closest(ROOT);
  if (!root) return;
  if (!root.dataset.followed) {
    root.dataset.followed = "yes";
    root.addEventListener("click", onClick);
    root.addEventListener("change", onChange);
    new MutationObserver(() => settle(root)).observe(root, { subtree: true, childList: true });
  }
  settle(root);
}

function boxes(root) {
  return [...root.querySelectorAll("[data-pick]")];
}

function settle(root) {
  const all = boxes(root);
  for (const box of all) {
    const on = picked.has(box.dataset.pick);
    if (box.checked !== on) box.checked = on;
    box.closest("tr").classList.toggle("picked", on);
  }
  const every = root.querySelector("[data-pick-all]");
  if (every) {
    const on = all.filter((box) => box.checked).length;
    every.checked = on > 0 && on === all.length;
    every.indeterminate = on > 0 && on < all.length;
  }
  if (again && document.activeElement === document.body) root.querySelector(again)?.focus({ preventScroll: true });
}

function onClick(event) {
  const box = event.target.closest("[data-pick]");
  if (box) {
    const all = boxes(event.currentTarget);
    const from = event.shiftKey ? all.findIndex((each) => each.dataset.pick === last) : -1;
    if (from >= 0) {
      const to = all.indexOf(box);
      for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
    }
    last = box.dataset.pick;
    return;
  }
  const target = event.target.closest("[data-sort], [data-act]");
  if (!target) return;
  const sort = target.dataset.sort;
  again = sort ? `[data-sort="${CSS.escape(sort)}"]` : null;
  list.setTriggerValue("asked", sort ? { what: "sort", of: sort } : { what: target.dataset.act, of: target.dataset.of });
}

function onChange(event) {
  if (!event.target.matches("[data-pick], [data-pick-all]")) return;
  const root = event.currentTarget;
  const all = boxes(root);
  if ("pickAll" in event.target.dataset) for (const box of all) box.checked = event.target.checked;
  for (const box of all) box.checked ? picked.add(box.dataset.pick) : picked.delete(box.dataset.pick);
  settle(root);
  list.setStateValue("picked", { turn, ids: [...picked] });
}

// --- the map ----------------------------------------------------------------------------------

function picture({ data, parentElement }) {
  let frame = parentElement.querySelector(":scope > .picture");
  if (!frame) {
    frame = document.createElement("div");
    frame.className = "picture";
    parentElement.append(frame);
    frame.addEventListener("keydown", onKey);
    for (const name of ["pointerover", "focusin"]) frame.addEventListener(name, (event) => tell(frame, event.target.closest("[data-spot]")));
    for (const name of ["pointerout", "focusout"]) frame.addEventListener(name, () => tell(frame, null));
  }
  if (frame.drawn !== data.markup) {
    frame.drawn = data.markup;
    frame.innerHTML = data.markup;
  }
}

function onKey(event) {
  const spot = event.target.closest("[data-spot]");
  if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    spot.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return;
  }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) return;
  event.preventDefault();
  const next = nearest(spot, way);
  if (!next) return;
  spot.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

function place(spot) {
  const { e, f } = spot.transform.baseVal.consolidate().matrix;
  return [e, f];
}

function nearest(spot, [right, down]) {
  const [x, y] = place(spot);
  let best = null;
  let least = Infinity;
  for (const other of spot.closest("svg").querySelectorAll("[data-spot]")) {
    const [a, b] = place(other);
    const along = (a - x) * right + (b - y) * down;
    const aside = Math.abs((a - x) * down) + Math.abs((b - y) * right);
    const far = along + 2.5 * aside;
    if (other !== spot && along > 0 && far < least) [best, least] = [other, far];
  }
  return best;
}

function tell(frame, spot) {
  const told = frame.querySelector(".told");
  if (!told) return;
  spot ??= frame.querySelector("[data-spot]:focus");
  frame.querySelector("svg").classList.toggle("telling", Boolean(spot));
  told.textContent = spot?.getAttribute("aria-label") ?? "";
  if (!spot) return;
  const [x, y] = place(spot);
  const width = frame.querySelector("svg").viewBox.baseVal.width;
  told.setAttribute("text-anchor", x < width * 0.25 ? "start" : x > width * 0.75 ? "end" : "middle");
  told.setAttribute("x", x);
  told.setAttribute("y", y < 40 ? y + 26 : y - 14);
}
