// What every plot here has in common: its size, its axes, and colours that follow dark and light.

import { colours } from './ink.js';

const LEFT = 40;
const RIGHT = 10;
const MONTHS_APART = [1, 2, 3, 6, 12];
const LABEL_WIDTH = 52;

export class Plot {
  /**
   * `y`: { low, high, splits(), label(value), log }. `x`: { splits, labels } of its axis; null: none is written.
   * under(plot) draws beneath the lines, over(plot) above them; both find the plot's `u` and `ink`.
   */
  constructor(host, { height, top = 8, first, last, x, y, data, series = [], under, over }) {
    this.host = host;
    this.ink = colours(host);
    this.height = height;
    const axis = { stroke: () => this.ink.quiet, font: `12px ${this.ink.family}`, ticks: { show: false } };
    this.u = new window.uPlot(
      {
        width: this.width,
        height,
        padding: [top, RIGHT, x ? 0 : 8, 0],
        legend: { show: false },
        cursor: { show: false },
        select: { show: false },
        scales: {
          x: { time: false, auto: false, min: first, max: last },
          y: { auto: false, min: y.low, max: y.high, ...(y.log ? { distr: 3, log: 2 } : {}) },
        },
        axes: [
          x ? { ...axis, grid: { show: false }, size: 26, gap: 4, splits: x.splits, values: x.labels } : { show: false },
          {
            ...axis,
            size: LEFT,
            gap: 6,
            splits: y.splits,
            values: (_, splits) => splits.map(y.label),
            filter: (_, splits) => splits,
            grid: { stroke: () => this.ink.grid, width: 1 },
          },
        ],
        series: [{}, ...series.map((each) => ({ ...each, stroke: () => this.ink.ink }))],
        hooks: { drawAxes: [() => this.inked(under)], draw: [() => this.inked(over)] },
      },
      data,
      host,
    );
    this.u.root.setAttribute('aria-hidden', 'true');
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(host);
  }

  /** uPlot remembers which colours it has set, and would go on with ours. */
  inked(draw) {
    this.u.ctx.save();
    draw(this);
    this.u.ctx.restore();
  }

  get width() {
    return Math.max(this.host.clientWidth, 160);
  }

  end() {
    this.size.disconnect();
    this.u.destroy();
  }

  fit() {
    if (this.u.width !== this.width) this.u.setSize({ width: this.width, height: this.height });
  }

  show(first, last) {
    this.u.setScale('x', { min: first, max: last });
  }

  scale(low, high) {
    this.u.setScale('y', { min: low, max: high });
  }

  redraw() {
    this.u.redraw(false);
  }

  recolour() {
    this.ink = colours(this.host);
    this.u.redraw();
  }

  dayAt(x) {
    return this.u.posToVal(x, 'x');
  }

  daysOf(pixels) {
    return this.dayAt(pixels) - this.dayAt(0);
  }
}

/** The axis of a calendar: Mondays when close, else months, as many as have room. */
export function calendarAxis(facts) {
  const labelled = (u, min, max) => {
    const room = Math.max(u.width / LABEL_WIDTH, 1);
    if ((max - min) / 7 <= room) return { days: mondays(facts, min, max), label: (date, month) => `${date.getUTCDate()} ${month}` };
    const apart = MONTHS_APART.find((each) => (max - min) / (30.4 * each) <= room) ?? 12;
    return { days: months(facts, min, max, apart), label: (date, month) => (date.getUTCMonth() ? month : `${date.getUTCFullYear()}`) };
  };
  return {
    splits: (u, _, min, max) => labelled(u, min, max).days,
    labels: (u, splits) => {
      const { label } = labelled(u, u.scales.x.min, u.scales.x.max);
      return splits.map((index) => label(facts.date(index), facts.words.months[facts.date(index).getUTCMonth()]));
    },
  };
}

function mondays(facts, min, max) {
  const found = [];
  for (let index = Math.ceil(min); index <= max; index += 1) {
    if (facts.date(index).getUTCDay() === 1) found.push(index);
  }
  return found;
}

function months(facts, min, max, apart) {
  const found = [];
  for (let index = Math.ceil(min); index <= max; index += 1) {
    const date = facts.date(index);
    if (date.getUTCDate() === 1 && date.getUTCMonth() % apart === 0) found.push(index);
  }
  return found;
}
