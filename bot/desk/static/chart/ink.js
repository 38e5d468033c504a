// How things are drawn on a plot's canvas. Sizes are in CSS pixels; colours are the style sheet's.

const NAMES = ['ink', 'quiet', 'grid', 'paper', 'course', 'week', 'band', 'band-other', 'missing', 'not-asked', 'other', 'accent', 'steroid', 'limit'];

/** The colours as they are now: dark and light change them. */
export function colours(host) {
  const style = getComputedStyle(host);
  const found = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--chart-${name}`).trim()]));
  return { ...found, family: style.fontFamily };
}

export const ratio = () => window.devicePixelRatio || 1;

function font(ink, weight = 'normal') {
  return `${weight} ${Math.round(12 * ratio())}px ${ink.family}`;
}

/** The rectangle from one x to another over the plot's height; nothing where it is out of sight. */
function columns(u, first, last) {
  const left = Math.max(u.valToPos(first, 'x', true), u.bbox.left);
  const right = Math.min(u.valToPos(last, 'x', true), u.bbox.left + u.bbox.width);
  return right > left ? { left, width: right - left, right } : null;
}

export function fillDays(u, first, last, colour) {
  const box = columns(u, first - 0.5, last + 0.5);
  if (!box) return;
  u.ctx.fillStyle = colour;
  u.ctx.fillRect(box.left, u.bbox.top, Math.max(box.width, 2 * ratio()), u.bbox.height);
}

/** For what is planned, and may still move. */
export function hatchDays(u, first, last, colour) {
  const box = columns(u, first - 0.5, last + 0.5);
  if (!box) return;
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, bbox.top, box.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * ratio();
  const step = 7 * ratio();
  ctx.beginPath();
  for (let x = box.left - bbox.height; x < box.right; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

export function outlineDays(u, first, last, colour) {
  const box = columns(u, first - 0.5, last + 0.5);
  if (!box) return;
  u.ctx.strokeStyle = colour;
  u.ctx.lineWidth = 1.5 * ratio();
  u.ctx.strokeRect(box.left, u.bbox.top, box.width, u.bbox.height);
}

export function upright(u, x, colour, { dash = [], width = 1 } = {}) {
  const { ctx, bbox } = u;
  const at = u.valToPos(x, 'x', true);
  if (at < bbox.left - 1 || at > bbox.left + bbox.width + 1) return;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = width * ratio();
  ctx.setLineDash(dash.map((each) => each * ratio()));
  ctx.beginPath();
  ctx.moveTo(at, bbox.top);
  ctx.lineTo(at, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** A line through neighbouring days, and a dot for a day that stands alone: a gap is never bridged. */
export function line(u, points, colour, { width = 2, dash = [] } = {}) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = width * ratio();
  ctx.lineJoin = 'round';
  ctx.setLineDash(dash.map((each) => each * ratio()));
  ctx.beginPath();
  const alone = [];
  points.forEach(([x, y], at) => {
    if (y === null) return;
    const px = u.valToPos(x, 'x', true);
    const py = u.valToPos(y, 'y', true);
    const before = (points[at - 1]?.[1] ?? null) !== null;
    const after = (points[at + 1]?.[1] ?? null) !== null;
    if (before) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    if (!before && !after) alone.push([px, py]);
  });
  ctx.stroke();
  for (const [px, py] of alone) {
    ctx.beginPath();
    ctx.arc(px, py, (width + 0.5) * ratio(), 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

/** `shape`: "full", "hollow" (late) or "diamond" (corrected); what is both is a hollow diamond. */
export function mark(u, x, y, colour, paper, { late = false, corrected = false, size = 3 } = {}) {
  const { ctx, bbox } = u;
  const px = u.valToPos(x, 'x', true);
  const py = u.valToPos(y, 'y', true);
  if (px < bbox.left || px > bbox.left + bbox.width) return;
  const r = (corrected ? size + 1.5 : size) * ratio();
  ctx.beginPath();
  if (corrected) {
    ctx.moveTo(px, py - r);
    ctx.lineTo(px + r, py);
    ctx.lineTo(px, py + r);
    ctx.lineTo(px - r, py);
    ctx.closePath();
  } else {
    ctx.arc(px, py, r, 0, 2 * Math.PI);
  }
  ctx.fillStyle = late ? paper : colour;
  ctx.fill();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  ctx.stroke();
}

/** Words in the middle of a stretch of days, as far as they have room there. Gives whether they had. */
export function wordsWithin(u, words, first, last, baseline, ink, weight = 'normal') {
  const box = columns(u, first, last);
  if (!box) return false;
  const { ctx } = u;
  ctx.font = font(ink, weight);
  if (ctx.measureText(words).width > box.width - 6 * ratio()) return false;
  ctx.fillStyle = ink.ink;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(words, box.left + box.width / 2, baseline);
  return true;
}

export function band(u, first, last, top, height, colour) {
  const box = columns(u, first, last);
  if (!box) return;
  u.ctx.fillStyle = colour;
  u.ctx.fillRect(box.left, top, box.width, height);
}

/** A tick at the foot of a day without an entry. */
export function tick(u, x, colour, height) {
  const at = u.valToPos(x, 'x', true);
  if (at < u.bbox.left || at > u.bbox.left + u.bbox.width) return;
  const width = 2 * ratio();
  u.ctx.fillStyle = colour;
  u.ctx.fillRect(at - width / 2, u.bbox.top + u.bbox.height - height * ratio(), width, height * ratio());
}
