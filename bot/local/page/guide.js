// What to try: the steps come with the snapshot; whether the guide stands open is remembered in this browser.

import { make } from './texts.js';

const KEY = 'guide';
const ROOMY = '(min-width: 761px)';

export function wireGuide() {
  const guide = document.getElementById('guide');
  const remembered = remember();
  guide.open = remembered === null ? matchMedia(ROOMY).matches : remembered === 'open';
  // The click comes before the change, and at once; what opens it otherwise is not one's own choice.
  guide.querySelector('summary').addEventListener('click', () => remember(guide.open ? 'closed' : 'open'));
  return (steps) => {
    document.getElementById('steps').replaceChildren(...steps.map((step) => make('li', '', step)));
    guide.hidden = steps.length === 0;
  };
}

/** A private window may refuse storage; then the guide simply forgets. */
function remember(value) {
  try {
    if (value) localStorage.setItem(KEY, value);
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
