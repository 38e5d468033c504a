// What the Tab key stops at in a chat: the newest keys and what comes after them. Older links and keys are reached from
// there, backwards: the messages before and after the one that has the focus are always within reach.

const CONTROLS = 'a, button, [tabindex]';

/** Returns refresh(), to be called when the messages have changed. */
export function wireReach(list) {
  const refresh = () => {
    const stops = [...list.children].filter((message) => message.querySelector(CONTROLS));
    const keyed = stops.findLastIndex((message) => message.querySelector('.inline-keyboard'));
    const first = keyed === -1 ? stops.length - 1 : keyed;
    const at = stops.findIndex((message) => message.contains(document.activeElement));
    stops.forEach((message, index) => {
      const within = index >= first || (at !== -1 && Math.abs(index - at) <= 1);
      for (const control of message.querySelectorAll(CONTROLS)) control.tabIndex = within ? 0 : -1;
    });
  };
  list.addEventListener('focusin', refresh);
  list.addEventListener('focusout', (event) => {
    if (!list.contains(event.relatedTarget)) queueMicrotask(refresh); // by then the focus has gone
  });
  return refresh;
}
