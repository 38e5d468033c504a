// Fingers, the mouse and its wheel on a plot: dragging moves, two fingers or the wheel zoom, a tap or hover chooses.

const MOVED = 4; // pixels before a press is a drag
const CLOSER = 1.2; // a step of the wheel

/**
 * over: the element that lies over the plot. heed: { dayAt(x), choose(day), pan(pixels), zoom(factor, day), focused() };
 * x in pixels from its left edge; without pan and zoom, a plot that stays as it is.
 */
export function listen(over, heed) {
  const fingers = new Map();
  let moved = false;
  let apart = 0;
  const x = (event) => event.clientX - over.getBoundingClientRect().left;
  const spread = () => {
    const [one, other] = [...fingers.values()];
    return { apart: Math.max(Math.abs(one - other), 10), middle: (one + other) / 2 };
  };

  over.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, x(event));
    over.setPointerCapture(event.pointerId);
    moved = fingers.size > 1;
    if (fingers.size === 2) apart = spread().apart;
  });
  over.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === 'mouse') heed.choose(heed.dayAt(x(event)));
      return;
    }
    if (!heed.pan) {
      fingers.set(event.pointerId, x(event));
      heed.choose(heed.dayAt(x(event)));
    } else if (fingers.size === 2) {
      const was = spread().middle;
      fingers.set(event.pointerId, x(event));
      const now = spread();
      heed.pan(now.middle - was);
      heed.zoom(now.apart / apart, heed.dayAt(now.middle));
      apart = now.apart;
    } else if (moved || Math.abs(x(event) - before) > MOVED) {
      moved = true;
      fingers.set(event.pointerId, x(event));
      heed.pan(x(event) - before);
    }
  });
  const lift = (event) => {
    const pressed = fingers.delete(event.pointerId);
    if (pressed && !moved && event.type === 'pointerup') heed.choose(heed.dayAt(x(event)));
  };
  over.addEventListener('pointerup', lift);
  over.addEventListener('pointercancel', lift);
  if (!heed.zoom) return;
  over.addEventListener(
    'wheel',
    (event) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      // A page is scrolled through by the same wheel: only whoever works with the chart means the chart.
      if (!sideways && !event.ctrlKey && !event.metaKey && !heed.focused()) return;
      event.preventDefault();
      if (sideways) heed.pan(-(event.deltaX || event.deltaY));
      else heed.zoom(event.deltaY < 0 ? CLOSER : 1 / CLOSER, heed.dayAt(x(event)));
    },
    { passive: false },
  );
}
