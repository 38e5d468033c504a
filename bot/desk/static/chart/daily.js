// One symptom day by day, over its courses and the weeks before them.

import { band, fillDays, hatchDays, mark, outlineDays, ratio, tick, upright, wordsWithin } from './ink.js';
import { calendarAxis, Plot } from './plot.js';

const HEIGHT = 270;
const TOP = 42; // for regimens and course numbers
const FOOT = -1.2; // below 0, for the ticks of days without an entry
const HEAD = 0.5;
const NUMBER = 26; // pixels, for a course number
const POINTS_FROM = 9; // pixels a day, from where each day has its point

export class DailyPlot {
  constructor(host, facts, view, symptom, day) {
    Object.assign(this, { facts, view, symptom, day });
    this.plot = new Plot(host, {
      height: HEIGHT,
      top: TOP,
      first: view.first,
      last: view.last,
      x: calendarAxis(facts),
      y: {
        low: FOOT,
        high: symptom.top + HEAD,
        splits: () => [0, 1, 2, 3, 4, 5].map((step) => (step * this.symptom.top) / 5),
        label: (value) => facts.number(value),
      },
      data: this.data(),
      series: [{ width: 2, points: { show: false } }],
      under: (plot) => this.under(plot),
      over: (plot) => this.over(plot),
    });
  }

  data() {
    return [this.symptom.values.map((_, index) => index), this.symptom.values];
  }

  show(symptom) {
    this.symptom = symptom;
    this.plot.u.setData(this.data(), false);
    this.plot.scale(FOOT, symptom.top + HEAD);
    this.plot.redraw();
  }

  choose(day) {
    this.day = day;
    this.plot.redraw();
  }

  under({ u, ink }) {
    drawGround(u, this.facts, ink);
    this.bands(u, ink);
    this.numbers(u, ink);
  }

  /** A band for each regimen and dose, named as far as it has room. */
  bands(u, ink) {
    const { courses, last } = this.facts;
    const top = u.bbox.top - TOP * ratio();
    const height = 20 * ratio();
    const same = (one, other) => one.regimen === other.regimen && one.dose === other.dose;
    const begins = courses.filter((course, at) => at === 0 || !same(course, courses[at - 1]));
    begins.forEach((course, at) => {
      const until = begins[at + 1]?.first ?? last + 1;
      band(u, course.first - 0.5, until - 0.5, top, height, at % 2 ? ink['band-other'] : ink.band);
      const middle = top + height / 2;
      const names = [[course.regimen, course.dose].filter(Boolean).join(', '), course.regimen];
      names.some((words) => wordsWithin(u, words, course.first - 0.5, until - 0.5, middle, ink));
    });
  }

  /** The course numbers, as many as have room; the latest first. */
  numbers(u, ink) {
    const baseline = u.bbox.top - 9 * ratio();
    const half = u.posToVal(NUMBER / 2, 'x') - u.posToVal(0, 'x');
    let free = Infinity;
    for (const { number, first, last } of [...this.facts.courses].reverse()) {
      const middle = (first + last) / 2;
      if (middle + half > free) continue;
      if (wordsWithin(u, `${number}`, middle - half, middle + half, baseline, ink, 'bold')) free = middle - half;
    }
  }

  over({ u, ink }) {
    const { facts, symptom } = this;
    const close = u.bbox.width / ratio() / this.view.span >= POINTS_FROM;
    const from = Math.max(Math.floor(this.view.first), 0);
    const to = Math.min(Math.ceil(this.view.last), facts.today);
    for (let index = from; index <= to; index += 1) {
      if (facts.isMissing(index)) tick(u, index, ink.missing, 14);
      else if (facts.isNotAsked(index)) tick(u, index, ink['not-asked'], 7);
      const value = symptom.values[index];
      if (value === null || value === undefined) continue;
      const late = facts.isLate(index);
      const corrected = facts.corrections(symptom, index).length > 0;
      const alone = (symptom.values[index - 1] ?? null) === null && (symptom.values[index + 1] ?? null) === null;
      if (close || late || corrected || alone) mark(u, index, value, ink.ink, ink.paper, { late, corrected });
    }
    this.chosen(u, ink);
  }

  chosen(u, ink) {
    upright(u, this.day, ink.accent, { width: 1.5 });
    const value = this.symptom.values[this.day] ?? null;
    const late = this.facts.isLate(this.day);
    if (value !== null) mark(u, this.day, value, ink.accent, ink.paper, { late, size: 5 });
  }
}

/** Weeks before courses, courses, and where tomorrow begins; what is planned is not filled. */
export function drawGround(u, facts, ink) {
  for (const { week, planned } of facts.courses) {
    if (planned) hatchDays(u, ...week, ink.week);
    else fillDays(u, ...week, ink.week);
  }
  for (const { first, last, planned } of facts.courses) {
    if (planned) outlineDays(u, first, last, ink.course);
    else fillDays(u, first, last, ink.course);
  }
  if (facts.last > facts.today) upright(u, facts.today + 0.5, ink.quiet, { dash: [2, 3] });
}
