// What was measured and taken beside the diary, on the same calendar: creatine kinase and steroid doses.

import { drawGround } from './daily.js';
import { band, mark, ratio, upright } from './ink.js';
import { Plot } from './plot.js';

const HEIGHT = 92;
const ONE = 125; // doublings of it are the levels, as on the drawn page

export class Strip {
  constructor(host, facts, view, day, { low, high, splits, log = false, data = [[0, facts.last], [null, null]], draw }) {
    this.day = day;
    this.plot = new Plot(host, {
      height: HEIGHT,
      first: view.first,
      last: view.last,
      x: null,
      y: { low, high, splits: () => splits, label: (value) => facts.number(value), log },
      data,
      series: [{ points: { show: false }, paths: () => null }],
      under: ({ u, ink }) => drawGround(u, facts, ink),
      over: ({ u, ink }) => {
        draw(u, ink);
        upright(u, this.day, ink.accent, { width: 1.5 });
      },
    });
  }

  choose(day) {
    this.day = day;
    this.plot.redraw();
  }
}

/** Each line up is a doubling; the upper limit of normal is dashed. */
export function kinaseStrip(host, facts, view, day) {
  const { values, limit } = facts.told.kinase;
  const levels = [...values.map(([, value]) => value), ...(limit === null ? [] : [limit])].map((v) => Math.log2(v / ONE));
  const low = Math.floor(Math.min(...levels));
  const high = Math.max(Math.ceil(Math.max(...levels)), low + 2);
  const apart = Math.ceil((high - low) / 3);
  const splits = [];
  for (let at = low; at <= high; at += apart) splits.push(ONE * 2 ** at);
  return new Strip(host, facts, view, day, {
    low: ONE * 2 ** (low - 0.4),
    high: ONE * 2 ** (high + 0.4),
    splits,
    log: true,
    draw: (u, ink) => {
      if (limit !== null) level(u, limit, ink.limit);
      for (const [index, value] of values) mark(u, index, value, ink.ink, ink.paper, { size: 3.5 });
    },
  });
}

/** One drug's daily dose, as steps. */
export function steroidStrip(host, facts, view, day, steps) {
  const most = Math.max(...steps.map(([, , dose]) => dose), 1);
  return new Strip(host, facts, view, day, {
    low: 0,
    high: most * 1.1,
    splits: [0, most / 2, most],
    draw: (u, ink) => {
      for (const [first, last, dose] of steps) {
        const top = u.valToPos(dose, 'y', true);
        band(u, first - 0.5, last + 0.5, top, u.bbox.top + u.bbox.height - top, ink.steroid);
      }
    },
  });
}

function level(u, value, colour) {
  const { ctx, bbox } = u;
  const y = u.valToPos(value, 'y', true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  ctx.setLineDash([5 * ratio(), 3 * ratio()]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
