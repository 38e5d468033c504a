// A course is moved by pointer, touch or keyboard; what follows from it is asked in the pane, as in the chat.

import { open, tell } from "./desk.js";
import { daysFor, plus, startFor } from "./dragging.js";

const HELD = 350; // ms that a finger rests on a course before it lifts it: until then it scrolls
const RESTED = 600; // ms that a lifted course rests on the button of another month before it comes
const MOVED = 6; // px before a press of the mouse is a drag

const table = () => document.querySelector(".calendar");
const cell = (day) => document.querySelector(`td[data-day="${day}"]`);
const written = (day) => new Intl.DateTimeFormat(table().dataset.locale, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00Z`));
const filled = (words, about) => words.replace("{who}", about.who ?? "").replace("{day}", about.day ?? "");

let held = null; // what is lifted: { chip, day, ghost }

function aim(day) {
  held.day = day;
  document.querySelector("td.target")?.classList.remove("target");
  if (cell(day)) cell(day).classList.add("target");
  else turn();
}

let turning = false;
/** To the month or week of the day that is aimed at: what is lifted comes along. */
async function turn() {
  if (turning) return;
  turning = true;
  park(held.chip);
  const wanted = held.day;
  await show(wanted);
  turning = false;
  // What could not be fetched is said, and fetched anew by the next key.
  if (!held || !cell(wanted)) return;
  if (!held.ghost) focusOn(cell(wanted));
  aim(held.day);
}

/** As the calendar is shown now, by month or week. */
async function show(day) {
  const address = `/desk/calendar?${table().classList.contains("month") ? `month=${day.slice(0, 7)}` : `week=${day}`}`;
  const here = { target: "#calendar", select: "#calendar", swap: "outerHTML" };
  await htmx.ajax("GET", address, here).catch(() => {});
  if (cell(day)) history.replaceState(null, "", address);
}

/** A finger's moves are told to what it was put on: that stays on the page, though out of sight. */
function park(chip) {
  chip.hidden = true;
  chip.removeAttribute("id");
  document.body.append(chip);
}

function focusOn(day) {
  day.tabIndex = -1;
  day.focus();
}

function lift(chip, point) {
  held = { chip, id: chip.id, ghost: null };
  chip.classList.add("lifted");
  const day = chip.closest("td").dataset.day;
  aim(day);
  if (point) {
    held.ghost = chip.cloneNode(true);
    held.ghost.removeAttribute("id");
    held.ghost.classList.add("ghost");
    held.ghost.setAttribute("aria-hidden", "true");
    document.body.append(held.ghost);
    follow(point);
  }
  tell(filled(table().dataset.lifted, { who: chip.dataset.who, day: written(day) }));
}

const under = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY);

function follow(point) {
  held.ghost.style.transform = `translate(${point.clientX + 8}px, ${point.clientY + 8}px)`;
  const day = under(point)?.closest("td[data-day]")?.dataset.day;
  if (day && day !== held.day) aim(day);
  rest(under(point)?.closest("#turn-back, #turn-on"));
}

let resting = { button: null };
function rest(button) {
  if (resting.button === (button ?? null)) return;
  clearTimeout(resting.timer);
  const turned = () => {
    // The days next to those that are shown.
    const days = document.querySelectorAll("td[data-day]");
    aim(button.id === "turn-on" ? plus(days[days.length - 1].dataset.day, 1) : plus(days[0].dataset.day, -1));
    resting = { button: null };
  };
  resting = button ? { button, timer: setTimeout(turned, RESTED) } : { button: null };
}

async function lower({ drop }) {
  const { chip, id, day, ghost } = held;
  ghost?.remove();
  rest(null);
  const isParked = chip.hidden;
  if (isParked) chip.remove();
  chip.id = id;
  chip.classList.remove("lifted");
  document.querySelector("td.target")?.classList.remove("target");
  held = null;
  const { course, start, number } = chip.dataset;
  const wanted = startFor(day, Number(number));
  if (drop && wanted !== start) {
    tell("");
    return open([`o:move_course:${course}`, `f:move_course:start:${wanted}`], chip);
  }
  tell(table().dataset.putBack);
  if (!isParked) return;
  await show(plus(start, Number(number)));
  document.getElementById(id)?.focus();
}

let pressed = null; // a press that may become a drag
let dragged = false; // the click that ends a drag opens nothing
document.addEventListener("pointerdown", (event) => {
  const chip = event.target.closest("button.course");
  dragged = false;
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
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest("button.course");
  if (!chip) return;
  if (!dragged && !held) open([`co:${chip.dataset.course}`]);
  dragged = false;
});

document.addEventListener("keydown", (event) => {
  const chip = event.target.closest?.("button.course");
  if (held && !held.ghost) {
    if (event.key === "Escape") lower({ drop: false });
    else if (event.key === " " || event.key === "Enter") lower({ drop: true });
    else if (daysFor(event.key)) {
      aim(plus(held.day, daysFor(event.key)));
      tell(filled(table().dataset.over, { day: written(held.day) }));
    } else return;
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
// What is fetched anew meanwhile would take away what is held.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (held && !turning && event.detail.elt.id === "calendar") event.preventDefault();
});
