// What the pages of the desk have in common: the pane, what is told, and what appears without a reload.

const pane = document.getElementById("pane");
const body = document.getElementById("pane-body");
const toast = document.getElementById("pane-toast");
const told = document.getElementById("told");

export function once() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (part) => part.toString(16).padStart(2, "0")).join("");
}

export function tell(words) {
  told.textContent = words;
}

// --- the pane ---

let opener = null;
// Closed while an answer is on its way, it stays closed.
let isWanted = false;
// By what was pressed: its number, until an answer has come. Pressed again until then, it is the same press.
const unanswered = new Map();
/**
 * Opens the pane with what these presses bring, such as ["o:move_course:12", "f:move_course:start:2026-03-12"].
 * `by`: where one goes on once it is closed; what bears its id by then.
 */
export function open(presses, by = document.activeElement) {
  opener = by;
  isWanted = true;
  const what = presses.join(" ");
  if (!unanswered.has(what)) unanswered.set(what, once());
  const values = { once: unanswered.get(what), ...(what.startsWith("/") ? { text: what } : { data: presses }) };
  const sent = { target: "#pane-body", swap: "innerHTML", values };
  // That no answer came is told below.
  htmx.ajax("POST", "/desk/pane", sent).catch(() => {});
}
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.pathInfo?.requestPath !== "/desk/pane" || !detail.successful) return;
  const number = detail.requestConfig.parameters.once;
  for (const [what, its] of unanswered) if (its === number) unanswered.delete(what);
});

// A button anywhere on a page: data-pane="o:plan_course:12", several presses with a blank between, or "/invite".
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pane]");
  if (button) open(button.dataset.pane.split(" "));
  if (event.target.closest("[data-close]") || event.target === pane) pane.close();
});

/** Where one was before the pane opened, or at what bears its id by now. Whether it is there. */
function goOn() {
  const place = opener?.isConnected ? opener : document.getElementById(opener?.id);
  place?.focus();
  return Boolean(place);
}
// What was pressed may be on its way, as a course on the day to which it was moved; or gone, as one that was confirmed.
let isMissed = false;
pane.addEventListener("close", () => {
  isWanted = false;
  body.replaceChildren();
  toast.textContent = "";
  isMissed = !goOn();
  somethingChanged();
});
let hadFocus = false;
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  hadFocus = detail.target.contains(document.activeElement);
});
// Also of an answer that is the same as what stands, and is not swapped.
document.body.addEventListener("htmx:afterOnLoad", () => {
  if (!(isMissed || hadFocus) || pane.open || document.activeElement !== document.body) return;
  if (!goOn()) document.getElementById("main").focus({ preventScroll: true });
  isMissed = false;
});

/** For this tab of the browser. In a frame some browsers let nothing be kept: then until the page is left. */
function kept(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
function keep(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch { /* as above */ }
}

// A link to the same page with other days, in another order: one goes on where one was, and not from its head.
document.addEventListener("click", (event) => {
  const link = event.target.closest("main a[id]");
  if (link) keep("desk-focus", link.id);
});
document.addEventListener("submit", ({ target }) => keep("desk-focus", target.querySelector("[type=search]")?.id ?? ""));
document.getElementById(kept("desk-focus") ?? "")?.focus({ preventScroll: true });
keep("desk-focus", "");

// Each open page has a pane of its own: a form that is begun in one goes on there, whatever another one does.
const tab = kept("desk-tab") ?? String(crypto.getRandomValues(new Uint8Array(1))[0] % 16);
keep("desk-tab", tab);
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.path === "/desk/pane") detail.parameters.set("tab", tab);
});

// Pressed twice, a button is pressed once: what it sends bears a number of its own, made where it was shown.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest("[data-once]");
  if (form) detail.parameters.set("once", (form.dataset.once ||= once()));
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== toast && detail.target !== body) return;
  if (!isWanted) return void detail.target.replaceChildren();
  if (detail.target !== body) return void (pane.open || pane.showModal());
  toast.textContent = "";
  if (!pane.open) pane.showModal();
  // Where there is nothing to press but the ways out, one means to type.
  const onlyTyped = body.querySelectorAll(".keys button").length <= 2 && body.querySelector("#pane-line");
  (onlyTyped || body.querySelector("[data-focus]"))?.focus();
  pane.scrollTop = 0;
});

// --- what is told ---

/** What did not come: where one looks, and until something comes again. */
function missing(words, path) {
  const isPress = path === "/desk/pane";
  // Behind the open pane nothing is heard.
  (pane.open ? toast : told).textContent = isPress ? told.dataset.unsure : words;
}
document.body.addEventListener("htmx:sendError", ({ detail }) => missing(told.dataset.lost, detail.pathInfo?.requestPath));
document.body.addEventListener("htmx:responseError", ({ detail }) => missing(told.dataset.failed, detail.pathInfo?.requestPath));
document.body.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  const { lost, failed, unsure } = told.dataset;
  if (detail.successful && [lost, failed, unsure].includes(told.textContent)) tell("");
});

// Live: a patient's answer or a colleague's change is fetched as soon as the server says that something happened; it
// says so when one begins to listen as well, since something may have happened while one did not.
export const somethingChanged = () => document.body.dispatchEvent(new CustomEvent("desk-changed"));
const LOOK_AGAIN = 30_000; // ms, as the words say
let source = null;
function listen() {
  source?.close();
  source = new EventSource("/desk/events");
  source.addEventListener("changed", somethingChanged);
  source.addEventListener("out", () => location.assign("/desk/"));
  source.addEventListener("open", () => { if (told.textContent === told.dataset.deaf) tell(""); });
  source.addEventListener("error", ({ target }) => {
    // While the line is merely down the browser tries again; after a refusal, as of too many pages, it does not.
    if (target.readyState !== EventSource.CLOSED) return;
    tell(told.dataset.deaf);
    setTimeout(() => {
      if (target !== source || document.hidden) return;
      somethingChanged();
      listen();
    }, LOOK_AGAIN);
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close();
  else listen();
});
if (!document.hidden) listen();
window.addEventListener("pagehide", () => source?.close());

// Fetched anew, the roster has as many rows as one had come to.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "roster") return;
  const pages = Math.ceil(document.querySelectorAll("#roster tbody tr:not(.more)").length / Number(detail.elt.dataset.page));
  if (pages > 1) detail.parameters.set("pages", `${pages}`);
});

// What a page fetches by itself and is the same must not move: not under a finger, nor under somebody's eyes.
let shown = document.getElementById("main").innerHTML;
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.closest("[hx-trigger='desk-changed from:body']")) return;
  const answer = new DOMParser().parseFromString(detail.serverResponse, "text/html").getElementById("main")?.innerHTML;
  if (answer !== undefined && answer === shown && detail.requestConfig.headers["desk-live"]) detail.shouldSwap = false;
  // Further rows make another page of it, which is swapped once.
  shown = answer ?? null;
});
/** What a page shows was changed by hand: it is swapped even for what it was. */
export function swapAnew() {
  shown = null;
}

// What somebody has opened stays open, and what was closed closed, whatever is fetched.
let opened = new Map();
document.body.addEventListener("htmx:beforeSwap", () => {
  opened = new Map(Array.from(document.querySelectorAll("details[id]"), (each) => [each.id, each.open]));
});
document.body.addEventListener("htmx:afterSwap", () => {
  for (const each of document.querySelectorAll("details[id]")) each.open = opened.get(each.id) ?? each.open;
});
