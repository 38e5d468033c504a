// Which days are in sight: pure arithmetic of moving and zooming.

const FEWEST_DAYS = 14;
const AT_FIRST = 183; // half a year: single days can be told apart on a telephone

export class View {
  /** low, high: the ends of the whole diary. changed() is told of every other stretch. */
  constructor(low, high, changed) {
    Object.assign(this, { low, high, changed });
    this.first = Math.max(low, high - AT_FIRST);
    this.last = high;
  }

  get span() {
    return this.last - this.first;
  }

  set(first, last) {
    const whole = this.high - this.low;
    const span = Math.min(Math.max(last - first, Math.min(FEWEST_DAYS, whole)), whole);
    const begin = Math.min(Math.max(first, this.low), this.high - span);
    if (begin === this.first && begin + span === this.last) return;
    this.first = begin;
    this.last = begin + span;
    this.changed();
  }

  move(days) {
    // Not by set(first + days, last + days) alone: at an end the span must stay.
    const allowed = Math.min(Math.max(days, this.low - this.first), this.high - this.last);
    this.set(this.first + allowed, this.last + allowed);
  }

  /** `factor` above 1 is closer. The day `at` stays where it is. */
  zoom(factor, at = (this.first + this.last) / 2) {
    const span = Math.min(Math.max(this.span / factor, FEWEST_DAYS), this.high - this.low);
    const share = (at - this.first) / this.span;
    const first = at - share * span;
    this.set(first, first + span);
  }

  whole() {
    this.set(this.low, this.high);
  }

  /** Moves no further than is needed to have the day in sight. */
  reveal(day) {
    const margin = Math.min(2, this.span / 10);
    if (day - margin < this.first) this.move(day - margin - this.first);
    else if (day + margin > this.last) this.move(day + margin - this.last);
  }
}
