// The arithmetic of moving a course by days; a day is an ISO date, without hours and zones.

const A_DAY = 24 * 60 * 60 * 1000;

export function plus(day, days) {
  return new Date(Date.parse(`${day}T00:00Z`) + days * A_DAY).toISOString().slice(0, 10);
}

/** Where a course begins whose `number`th day (from 0) is put on this day. */
export function startFor(day, number) {
  return plus(day, -number);
}

export function daysFor(key) {
  return { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -28, PageDown: 28 }[key] ?? 0;
}
