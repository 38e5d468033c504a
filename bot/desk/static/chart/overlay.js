// The days around each course, laid over one another; one course at a time stands out, before those of its regimen.

import { fillDays, line, mark, upright } from './ink.js';
import { Plot } from './plot.js';

const HEIGHT = 240;
const ROOM = 0.5; // beyond the scale's ends
const DAYS_AROUND = [-28, 7];
const NUMBERED = [-28, -21, -14, -7, 0, 7];

export class Overlay {
  constructor(host, facts, symptom) {
    Object.assign(this, { facts, symptom, spans: facts.told.overlay.spans });
    this.at = this.spans.length - 1;
    // The day before the course, or the latest that there is.
    this.offset = Math.min(-1, this.span.last - this.span.start);
    this.plot = new Plot(host, {
      height: HEIGHT,
      first: DAYS_AROUND[0] - 0.5,
      last: DAYS_AROUND[1] + 0.5,
      x: { splits: () => NUMBERED, labels: (_, splits) => splits.map((each) => signed(each)) },
      y: {
        low: -ROOM,
        high: symptom.top + ROOM,
        splits: () => [0, 1, 2, 3, 4, 5].map((step) => (step * this.symptom.top) / 5),
        label: (value) => facts.number(value),
      },
      data: [DAYS_AROUND, [null, null]],
      series: [{ points: { show: false } }],
      under: ({ u, ink }) => {
        fillDays(u, -7, -1, ink.week);
        upright(u, -0.5, ink.course, { width: 2 });
      },
      over: (plot) => this.over(plot),
    });
  }

  get span() {
    return this.spans[this.at];
  }

  show(symptom) {
    this.symptom = symptom;
    this.plot.scale(-ROOM, symptom.top + ROOM);
    this.plot.redraw();
  }

  /** Where it stood before: at that course, if it is still there. */
  resume(course, offset) {
    const at = this.spans.findIndex((span) => span.course === course);
    if (at < 0) return;
    this.at = at;
    this.choose(offset);
  }

  /** Whether there was a course in that direction. */
  step(by) {
    const at = this.at + by;
    if (at < 0 || at >= this.spans.length) return false;
    this.at = at;
    this.plot.redraw();
    return true;
  }

  choose(offset) {
    this.offset = Math.min(Math.max(Math.round(offset), DAYS_AROUND[0]), DAYS_AROUND[1]);
    this.plot.redraw();
  }

  /** What is said of the chosen course's chosen day. */
  get day() {
    return this.span.start + this.offset;
  }

  isIn(day) {
    return this.span.first <= day && day <= this.span.last;
  }

  points(span) {
    const days = [];
    for (let day = span.first; day <= span.last; day += 1) {
      days.push([day - span.start, this.symptom.values[day] ?? null]);
    }
    return days;
  }

  /** Dashed, as on that page, where the course is still to come and its days are not all there. */
  draw(u, span, colour, width) {
    line(u, this.points(span), colour, { width, dash: span.running ? [2 * width, width] : [] });
  }

  over({ u, ink }) {
    const regimen = this.spans.filter((span) => span.regimen === this.span.regimen);
    for (const span of regimen) if (span !== this.span) this.draw(u, span, ink.other, 1.5);
    const median = this.facts.told.overlay.medians[this.symptom.key]?.[this.span.regimen] ?? [];
    const points = median.map((value, at) => [DAYS_AROUND[0] + at, value]);
    // Solid, as on the page that the summary brings.
    line(u, points, ink.accent, { width: 2 });
    this.draw(u, this.span, ink.ink, 3);
    upright(u, this.offset, ink.accent, { width: 1.5 });
    const value = this.isIn(this.day) ? (this.symptom.values[this.day] ?? null) : null;
    if (value !== null) {
      mark(u, this.offset, value, ink.accent, ink.paper, { late: this.facts.isLate(this.day), size: 5 });
    }
  }
}

export function signed(number) {
  return number > 0 ? `+${number}` : `${number}`.replace('-', '−');
}
