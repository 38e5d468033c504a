// A course is moved by pointer, touch or keyboard; what follows from it is asked in the pane, as in the chat.

import { open, somethingChanged, swapAnew, tell } from "./desk.js";
import { daysFor, plus, startFor } from "./dragging.js";

const HELD = 350; // ms that a finger rests on a course before it lifts it: until then it scrolls
const RESTED = 900; // ms that a lifted course rests on the button of another month before it comes
const MOVED = 6; // px before a press of the mouse is a drag

const table = () => document.querySelector(".calendar");
const cell = (day) => document.querySelector(`td[data-day="${day}"]`);
// As the calendar has it for whoever has it read out.
const written = (day) => cell(day)?.querySelector(".heard").textContent ?? "";
const filled = (words, about) => words.replace("{who}", about.who ?? "").replace("{day}", about.day ?? "");
const under = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY);

// What is lifted: { chip, id, from, day, ghost }; from: the address of the days that were shown then. Without a ghost,
// by the keyboard.
let held = null;

function lift(chip, point) {
  held = { chip, id: chip.id, from: document.getElementById("calendar").getAttribute("hx-get"), ghost: null };
  chip.classList.add("lifted");
  if (point) {
    held.ghost = chip.cloneNode(true);
    held.ghost.style.width = `${chip.offsetWidth}px`;
    held.ghost.removeAttribute("id");
    held.ghost.classList.add("ghost");
    held.ghost.setAttribute("aria-hidden", "true");
    document.body.append(held.ghost);
  }
  const { day } = chip.closest("td").dataset;
  aim(day);
  if (point) return follow(point);
  tell(filled(table().dataset.lifted, { who: chip.dataset.who, day: written(day) }));
}

function aim(day) {
  held.day = day;
  document.querySelector("td.target")?.classList.remove("target");
  if (!cell(day)) return turn();
  cell(day).classList.add("target");
  // Where what was focused does not come along.
  if (!held.ghost && held.chip.hidden) focusOn(cell(day));
  if (!held.ghost) tell(filled(table().dataset.over, { day: written(day) }));
}

function follow(point) {
  held.ghost.style.transform = `translate(${point.clientX + 8}px, ${point.clientY + 8}px)`;
  const day = under(point)?.closest("td[data-day]")?.dataset.day;
  // Until the other month is there, the days under the pointer are those of this one.
  if (day && day !== held.day && !turned) aim(day);
  rest(under(point)?.closest("#turn-back, #turn-on"));
}

async function lower({ drop }) {
  const { chip, id, from, day, ghost } = held;
  held = null;
  ghost?.remove();
  rest(null);
  const isParked = chip.hidden;
  if (isParked) chip.remove();
  chip.hidden = false;
  chip.id = id;
  chip.classList.remove("lifted");
  document.querySelector("td.target")?.classList.remove("target");
  const { course, start, number } = chip.dataset;
  const wanted = startFor(day, Number(number));
  if (drop && wanted !== start) {
    tell("");
    return open([`o:move_course:${course}`, `f:move_course:start:${wanted}`], chip);
  }
  tell(table().dataset.putBack);
  if (isParked) {
    await turned;
    await show(from);
    document.getElementById(id)?.focus();
  }
  fetchWhatWasMissed();
}

// --- to a day that is not shown ---

let turned = null; // what is under way
/** To the month or week of the day that is aimed at: what is lifted comes along. */
function turn() {
  turned ??= turnToIt().finally(() => {
    turned = null;
  });
}

async function turnToIt() {
  park(held.chip);
  let wanted;
  do {
    wanted = held.day;
    // By month or week, as the calendar is shown now.
    await show(`/desk/calendar?${table().classList.contains("month") ? `month=${wanted.slice(0, 7)}` : `week=${wanted}`}`);
    // Keys may have gone on meanwhile. What could not be fetched is said, and fetched anew by the next key.
  } while (held && cell(wanted) && !cell(held.day));
  if (held && cell(held.day)) aim(held.day);
}

async function show(address) {
  let page;
  try {
    page = await (await fetch(address, { credentials: "same-origin" })).text();
  } catch {
    return tell(document.getElementById("told").dataset.lost);
  }
  const made = new DOMParser().parseFromString(page, "text/html").getElementById("calendar");
  // Whoever is not signed in any more is led to the entrance.
  if (!made) return location.assign(address);
  document.getElementById("calendar").replaceWith(made);
  htmx.process(made);
  history.replaceState(null, "", address);
}

/** A finger's moves are told to what it was put on: that stays on the page, though out of sight. */
function park(chip) {
  chip.hidden = true;
  chip.removeAttribute("id");
  document.body.append(chip);
  swapAnew();
}

function focusOn(day) {
  day.tabIndex = -1;
  day.focus();
}

let resting = null; // on a button that turns: { button, timer }
function rest(button) {
  if (resting?.button === button) return;
  clearTimeout(resting?.timer);
  resting = button ? { button, timer: setTimeout(() => turnBy(button), RESTED) } : null;
}

function turnBy(button) {
  resting = null;
  const days = document.querySelectorAll("td[data-day]");
  const { day } = (button.id === "turn-on" ? days[days.length - 1] : days[0]).dataset;
  aim(plus(day, button.id === "turn-on" ? 1 : -1));
}

// --- pointer and touch ---

let pressed = null; // a press that may become a drag
let dragged = false; // the click that ends a drag opens nothing
document.addEventListener("pointerdown", (event) => {
  const chip = event.target.closest("button.course");
  dragged = false;
  // Whoever takes the mouse has left the keyboard.
  if (held && !held.ghost) lower({ drop: false });
  if (!chip || event.button !== 0 || held) return;
  pressed = { chip, x: event.clientX, y: event.clientY, touch: event.pointerType !== "mouse" };
  if (pressed.touch) pressed.timer = setTimeout(() => { lift(chip, event); dragged = true; }, HELD);
});
document.addEventListener("pointermove", (event) => {
  if (held?.ghost) return follow(event);
  if (!pressed) return;
  const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > MOVED;
  if (far && pressed.touch) forget();
  else if (far) { lift(pressed.chip, event); dragged = true; }
});
document.addEventListener("pointerup", (event) => {
  forget();
  // Drawn out of the calendar, it stays where it was.
  if (held?.ghost) lower({ drop: Boolean(under(event)?.closest("td[data-day]")) });
});
document.addEventListener("pointercancel", () => {
  forget();
  if (held?.ghost) lower({ drop: false });
});
// A lifted course is drawn, and the page does not scroll under it.
document.addEventListener("touchmove", (event) => { if (held?.ghost) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (held || event.target.closest("button.course")) event.preventDefault(); });
function forget() {
  clearTimeout(pressed?.timer);
  pressed = null;
  if (!held) fetchWhatWasMissed();
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest("button.course");
  if (!chip) return;
  if (!dragged && !held) open([`co:${chip.dataset.course}`]);
  dragged = false;
});

// --- the keyboard ---

document.addEventListener("keydown", (event) => {
  // In the pane the keys are the pane's.
  if (document.querySelector("dialog[open]")) return;
  const chip = event.target.closest?.("button.course");
  if (held && !held.ghost) {
    if (event.key === "Tab") return void lower({ drop: false });
    if (event.key === "Escape") lower({ drop: false });
    else if (event.key === " " || event.key === "Enter") lower({ drop: true });
    else if (daysFor(event.key)) aim(plus(held.day, daysFor(event.key)));
    else return;
    event.preventDefault();
  } else if (held && event.key === "Escape") {
    lower({ drop: false });
  } else if (chip && event.key === " ") {
    event.preventDefault();
    lift(chip, null);
  }
});
document.addEventListener("keyup", (event) => {
  // A button is pressed by the space bar when it comes up: here that lifts and puts down.
  if (event.key === " " && event.target.closest?.("button.course")) event.preventDefault();
});

// What is fetched anew meanwhile would take away what is held, or what a finger rests on.
let isMissing = false;
const takesAway = (target) => (held || pressed) && target.id === "calendar";
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!takesAway(event.detail.elt)) return;
  event.preventDefault();
  isMissing = true;
});
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!takesAway(detail.target)) return;
  detail.shouldSwap = false;
  isMissing = true;
  swapAnew();
});
function fetchWhatWasMissed() {
  if (isMissing) somethingChanged();
  isMissing = false;
}

// From the roster one comes to those that are to be confirmed.
if (location.hash === "#open-courses") document.getElementById("open-courses")?.setAttribute("open", "");
