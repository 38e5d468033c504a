// The bar with the demo's clock: what time it is, what comes next, and the buttons that move it.

import { advance, answerForMe, nextEvent } from './server.js';
import { text } from './texts.js';

/** onFailure(): a request did not go through. Returns draw(clock). */
export function wireClock(onFailure) {
  const find = (id) => document.getElementById(id);
  const buttons = [...document.querySelectorAll('.step')];
  const answering = find('answering');
  let asked = false; // between the click and the server's word that it runs
  let running = false;
  let pressed = null;
  let latest = null;

  const draw = (clock) => {
    latest = clock;
    const busy = clock.running || asked;
    find('now').textContent = clock.label;
    find('now').dateTime = clock.now_local;
    find('next').textContent = clock.next_event
      ? text('page.next_is', { event: unbroken(clock.next_event) })
      : text('page.next_none');
    answering.checked = clock.answering;
    document.documentElement.classList.toggle('running', busy);
    for (const button of buttons) {
      button.disabled = busy || (button.dataset.action === 'next' && !clock.next_event);
      button.setAttribute('aria-busy', String(busy && button === pressed));
    }
    if (busy !== running) announce(clock, busy);
    running = busy;
  };

  const announce = (clock, busy) => {
    find('clock-status').textContent = text(busy ? 'page.running' : 'page.now_is', { time: clock.label });
    // A disabled button loses the focus; the one that was pressed gets it back.
    if (!busy && pressed && document.activeElement === document.body) pressed.focus();
    if (!busy) pressed = null;
  };

  for (const button of buttons) {
    button.addEventListener('click', async () => {
      pressed = button;
      asked = true;
      draw(latest);
      try {
        await (button.dataset.action === 'next' ? nextEvent() : advance(Number(button.dataset.days)));
      } catch {
        onFailure();
      } finally {
        asked = false;
        draw(latest);
      }
    });
  }
  answering.addEventListener('change', async () => {
    try {
      await answerForMe(answering.checked);
    } catch {
      answering.checked = !answering.checked;
      onFailure();
    }
  });
  return draw;
}

/** No line ends within a pseudonym such as P-7KQ4. */
function unbroken(words) {
  return words.replace(/\b([A-Z])-(?=[0-9A-Z])/g, '$1\u2011');
}
