// What the pages of the desk have in common: the pane, what is told, and what appears without a reload.

const pane = document.getElementById("pane");
const body = document.getElementById("pane-body");
const told = document.getElementById("told");

export function once() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (part) => part.toString(16).padStart(2, "0")).join("");
}

export function tell(words) {
  told.textContent = words;
}

let opener = null;
// Closed while an answer is on its way, it stays closed.
let isWanted = false;
/**
 * Opens the pane with what these presses bring, such as ["o:move_course:12", "f:move_course:start:2026-03-12"].
 * `by`: where one goes on once it is closed; what bears its id by then.
 */
export function open(presses, by = document.activeElement) {
  opener = by;
  isWanted = true;
  const values = presses[0].startsWith("/") ? { once: once(), text: presses.join(" ") } : { once: once(), data: presses };
  htmx.ajax("POST", "/desk/pane", { target: "#pane-body", swap: "innerHTML", values });
}

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
let missed = null;
document.body.addEventListener("htmx:afterSettle", () => {
  if (missed && missed === opener && document.activeElement === document.body && goOn()) missed = null;
});
pane.addEventListener("close", () => {
  isWanted = false;
  body.replaceChildren();
  document.getElementById("pane-toast").textContent = "";
  missed = goOn() ? null : opener;
  document.body.dispatchEvent(new CustomEvent("desk-changed"));
});

// Each open page has a pane of its own: a form that is begun in one goes on there, whatever another one does.
let tab = String(crypto.getRandomValues(new Uint8Array(1))[0] % 16);
try {
  tab = sessionStorage.getItem("desk-tab") ?? tab;
  sessionStorage.setItem("desk-tab", tab);
} catch { /* in a frame some browsers let nothing be kept: then until the page is left */ }
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.path === "/desk/pane") detail.parameters.set("tab", tab);
});
// Fetched anew, the roster has as many rows as one had come to.
const ROWS = 100;
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const rows = document.querySelectorAll("#roster tbody tr:not(.more)").length;
  if (detail.elt.id === "roster" && rows > ROWS) detail.parameters.set("pages", `${Math.ceil(rows / ROWS)}`);
});

// Pressed twice, a button is pressed once: what it sends bears a number of its own, made where it was shown.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest("[data-once]");
  if (form) detail.parameters.set("once", (form.dataset.once ||= once()));
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "pane-toast" && detail.target !== body) return;
  if (!isWanted) return void detail.target.replaceChildren();
  if (detail.target !== body) return void (pane.open || pane.showModal());
  document.getElementById("pane-toast").textContent = "";
  if (!pane.open) pane.showModal();
  // Where there is nothing to press but the ways out, one means to type.
  const onlyTyped = body.querySelectorAll(".keys button").length <= 2 && body.querySelector("#pane-line");
  (onlyTyped || body.querySelector("[data-focus]"))?.focus();
  pane.scrollTop = 0;
});
document.body.addEventListener("htmx:sendError", () => tell(told.dataset.lost));
document.body.addEventListener("htmx:responseError", () => tell(told.dataset.failed));

// Live: a patient's answer or a colleague's change is fetched as soon as the server says that something happened; it
// says so when one begins to listen as well, since something may have happened while one did not.
const changed = () => document.body.dispatchEvent(new CustomEvent("desk-changed"));
const LOOK_AGAIN = 30_000; // ms, as the words say
let source = null;
function listen() {
  source?.close();
  source = new EventSource("/desk/events");
  source.addEventListener("changed", changed);
  source.addEventListener("out", () => location.assign("/desk/"));
  source.addEventListener("open", () => { if (told.textContent === told.dataset.deaf) tell(""); });
  source.addEventListener("error", ({ target }) => {
    // While the line is merely down the browser tries again; after a refusal, as of too many pages, it does not.
    if (target.readyState !== EventSource.CLOSED) return;
    tell(told.dataset.deaf);
    setTimeout(() => {
      if (target !== source || document.hidden) return;
      changed();
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

// What a page fetches by itself and is the same must not move: not under a finger, nor under somebody's eyes.
let shown = document.getElementById("main").innerHTML;
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.closest("[hx-trigger='desk-changed from:body']")) return;
  const answer = new DOMParser().parseFromString(detail.serverResponse, "text/html").getElementById("main")?.innerHTML;
  if (answer === undefined) return; // further rows
  if (answer === shown && detail.requestConfig.headers["desk-live"]) detail.shouldSwap = false;
  shown = answer;
});
