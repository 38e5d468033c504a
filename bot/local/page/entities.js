// Telegram's text entities to DOM nodes. Offsets count UTF-16 units, as JavaScript's strings do. Text only ever
// becomes text nodes: nothing a message says can turn into markup.

import { make, makeButton, text as pageText } from './texts.js';

const TAGS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};
const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);
const OPENABLE = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const OPAQUE = new Set(['url', 'text_link', 'email', 'phone_number', 'bot_command', 'code', 'pre', 'spoiler']);
const TELEPHONE = /\+\d[\d ()/-]{5,}\d/; // as the applications find it by themselves

/** actions: { bot, send(words), open(start) }. */
export function renderText(words, entities = [], actions) {
  const waiting = entities
    .filter((each) => each.length > 0)
    .sort((one, other) => one.offset - other.offset || other.length - one.length);
  const fragment = document.createDocumentFragment();
  fill(fragment, words, 0, words.length, waiting, actions, false);
  return fragment;
}

function fill(parent, words, start, end, waiting, actions, isOpaque) {
  let at = start;
  while (waiting.length > 0 && waiting[0].offset < end) {
    const entity = waiting.shift();
    const from = Math.max(at, entity.offset);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    if (from > at) appendPlain(parent, words.slice(at, from), actions, isOpaque);
    const node = nodeFor(entity, words.slice(from, to), actions);
    fill(node, words, from, to, waiting, actions, isOpaque || OPAQUE.has(entity.type));
    parent.append(node);
    at = to;
    // A block breaks the line by itself; its own line feed would leave an empty one.
    if (BLOCKS.has(entity.type) && words[at] === '\n') at += 1;
  }
  if (at < end) appendPlain(parent, words.slice(at, end), actions, isOpaque);
}

/** Telephone numbers become links, except inside what is a link already. */
function appendPlain(parent, words, actions, isOpaque) {
  const found = isOpaque ? null : words.match(TELEPHONE);
  if (!found) {
    parent.append(words);
    return;
  }
  const [number] = found;
  const link = telephoneLink(number, actions);
  link.append(number);
  parent.append(words.slice(0, found.index), link);
  appendPlain(parent, words.slice(found.index + number.length), actions, isOpaque);
}

function telephoneLink(number, actions) {
  const link = linkTo(`tel:${number.replace(/[^+\d]/g, '')}`, actions);
  link.classList.add('telephone');
  return link;
}

function nodeFor(entity, covered, actions) {
  switch (entity.type) {
    case 'url':
      return linkTo(/^[a-z][a-z0-9+.-]*:/i.test(covered) ? covered : `https://${covered}`, actions);
    case 'text_link':
      return linkTo(entity.url, actions);
    case 'email':
      return linkTo(`mailto:${covered}`, actions);
    case 'phone_number':
      return telephoneLink(covered, actions);
    case 'bot_command':
      return commandButton(covered, actions);
    case 'spoiler':
      return spoiler();
    default:
      return make(TAGS[entity.type] ?? 'span');
  }
}

/** The invitation token in a link to this bot, or null for any other address. */
export function startToken(address, bot) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const toBot = url.hostname === 't.me' && url.pathname.slice(1).toLowerCase() === bot.toLowerCase();
  return toBot ? url.searchParams.get('start') : null;
}

/** An address that may be opened, or null: javascript: and the like stay text. */
export function openable(address) {
  try {
    const url = new URL(address);
    return OPENABLE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function linkTo(address, actions) {
  const start = startToken(address, actions.bot);
  if (start) {
    const button = makeButton('link');
    button.addEventListener('click', () => actions.open(start));
    return button;
  }
  const href = openable(address);
  if (!href) return make('span');
  const link = make('a');
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
}

function commandButton(covered, actions) {
  const button = makeButton('link');
  button.addEventListener('click', () => actions.send(covered));
  return button;
}

function spoiler() {
  const hidden = make('span', 'spoiler');
  hidden.tabIndex = 0;
  hidden.setAttribute('role', 'button');
  hidden.setAttribute('aria-label', pageText('page.spoiler'));
  const reveal = () => {
    hidden.className = 'spoiler revealed';
    hidden.removeAttribute('role');
    hidden.removeAttribute('aria-label');
    hidden.removeAttribute('tabindex');
  };
  hidden.addEventListener('click', reveal);
  hidden.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    reveal();
  });
  return hidden;
}
