// Tabs: between the people of one role, and on a telephone between the roles. Arrow keys move, as in any tab list.

import { icon, make, makeButton, text } from './texts.js';

const PEEK = 36; // of the next tab, so that one sees there is one
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export function wireTabs(list) {
  list.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    const tabs = [...list.children];
    const at = tabs.indexOf(document.activeElement);
    if (step === undefined || at === -1) return;
    event.preventDefault();
    const wrapped = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    tabs[wrapped].focus();
    tabs[wrapped].click();
  });
}

/** entries: [{ key, label, controls, chosen, unread, picture? }]; existing tabs are kept, with their focus. */
export function drawTabs(list, entries, choose) {
  const before = new Map([...list.children].map((tab) => [tab.dataset.key, tab]));
  const tabs = entries.map((entry) => {
    const tab = before.get(String(entry.key)) ?? newTab(entry, choose);
    tab.setAttribute('aria-selected', String(entry.chosen));
    tab.setAttribute('aria-controls', entry.controls);
    tab.tabIndex = entry.chosen ? 0 : -1;
    tab.querySelector('.label').textContent = entry.label;
    const badge = tab.querySelector('.badge');
    badge.hidden = entry.unread === 0;
    badge.querySelector('.count').textContent = entry.unread > 99 ? '99+' : entry.unread;
    badge.querySelector('.unseen').textContent = text('page.unread', { count: entry.unread });
    return tab;
  });
  const changed = tabs.length !== list.children.length || tabs.some((tab, at) => list.children[at] !== tab);
  if (changed) list.replaceChildren(...tabs);
  bringIntoSight(list);
}

/** The chosen tab with a bit of its neighbours, whenever another is chosen or it lies elsewhere. */
function bringIntoSight(list) {
  const chosen = list.querySelector('[aria-selected="true"]');
  if (!chosen || list.clientWidth === 0) return;
  const place = `${chosen.dataset.key} ${chosen.offsetLeft} ${chosen.offsetWidth} ${list.clientWidth}`;
  if (list.dataset.place === place) return;
  list.dataset.place = place;
  const { left, right } = chosen.getBoundingClientRect();
  const room = list.getBoundingClientRect();
  if (left - PEEK < room.left) list.scrollLeft -= room.left - left + PEEK;
  else if (right + PEEK > room.right) list.scrollLeft += right + PEEK - room.right;
}

function newTab(entry, choose) {
  const tab = makeButton('tab');
  tab.dataset.key = entry.key;
  tab.setAttribute('role', 'tab');
  if (entry.picture) tab.append(icon(entry.picture));
  tab.append(make('span', 'label'));
  const badge = make('span', 'badge');
  const count = make('span', 'count');
  count.setAttribute('aria-hidden', 'true');
  badge.append(count, make('span', 'unseen'));
  tab.append(badge);
  tab.addEventListener('click', () => choose(entry.key));
  return tab;
}
