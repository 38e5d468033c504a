// The buttons under a message, and the reply keyboard over the line one writes in.

import { openable, startToken } from './entities.js';
import { icon, make, makeButton, text } from './texts.js';

export function inlineKeyboard(rows, messageId, actions) {
  const keyboard = make('div', 'inline-keyboard');
  for (const row of rows) {
    const line = make('div', 'keys');
    for (const key of row) line.append(inlineKey(key, messageId, actions));
    keyboard.append(line);
  }
  return keyboard;
}

function inlineKey(key, messageId, actions) {
  if (key.url) return urlKey(key, actions);
  const button = makeButton('key', key.text);
  if (key.callback_data !== undefined) {
    button.dataset.data = key.callback_data;
    button.addEventListener('click', () => pressOnce(button, () => actions.press(messageId, key.callback_data)));
  } else if (key.copy_text) {
    button.addEventListener('click', () => copy(key.copy_text.text, actions));
  } else {
    button.disabled = true;
  }
  return button;
}

async function pressOnce(button, press) {
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try {
    await press();
  } finally {
    button.removeAttribute('aria-busy');
  }
}

async function copy(words, actions) {
  await navigator.clipboard.writeText(words);
  actions.notice(text('page.copied'));
}

function urlKey(key, actions) {
  const start = startToken(key.url, actions.bot);
  if (start) {
    const button = makeButton('key', key.text);
    button.addEventListener('click', () => actions.open(start));
    return button;
  }
  const href = openable(key.url);
  if (!href) {
    const button = makeButton('key', key.text);
    button.disabled = true;
    return button;
  }
  const link = make('a', 'key', key.text);
  link.append(icon('out'));
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
}

export function fillReplyKeyboard(element, rows, send) {
  const drawn = JSON.stringify(rows);
  if (element.dataset.drawn === drawn) return;
  element.dataset.drawn = drawn;
  element.hidden = rows.length === 0;
  element.replaceChildren(
    ...rows.map((row) => {
      const line = make('div', 'keys');
      for (const key of row) {
        const words = typeof key === 'string' ? key : key.text;
        const button = makeButton('reply-key', words);
        button.addEventListener('click', () => send(words));
        line.append(button);
      }
      return line;
    }),
  );
}

/** After a message was drawn anew: the button at the place of the one that had the focus. */
export function sameKey(before, after, focused) {
  const old = [...before.querySelectorAll('button, a, [tabindex]')];
  const fresh = [...after.querySelectorAll('button, a, [tabindex]')];
  const twin = focused.dataset.data && fresh.find((each) => each.dataset.data === focused.dataset.data);
  return twin || fresh[Math.min(old.indexOf(focused), fresh.length - 1)];
}
