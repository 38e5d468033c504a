// The line one writes in, and the bot's commands: behind the menu button, and while a word begins with "/".

import { make, makeButton } from './texts.js';

/** send(words) resolves to whether it went through; commandsNow() gives [{command, description}]. */
export function wireComposer(chat, send, commandsNow) {
  const form = chat.querySelector('.composer');
  const input = form.querySelector('textarea');
  const menu = form.querySelector('.menu');
  const list = chat.querySelector('.commands');
  list.id = `commands-${chat.id}`;
  menu.setAttribute('aria-controls', list.id);

  const close = () => {
    list.hidden = true;
    menu.setAttribute('aria-expanded', 'false');
  };
  const open = (begun) => {
    const fitting = commandsNow().filter((each) => `/${each.command}`.startsWith(begun));
    list.replaceChildren(...fitting.map((each) => commandButton(each, choose)));
    list.hidden = fitting.length === 0;
    menu.setAttribute('aria-expanded', String(!list.hidden));
  };
  const choose = (command) => {
    close();
    input.value = '';
    refresh();
    input.focus();
    send(`/${command}`);
  };
  const refresh = () => {
    form.querySelector('.send').disabled = input.value.trim() === '';
    menu.hidden = commandsNow().length === 0;
    // Where the style sheet cannot let the field grow with its text.
    if (!CSS.supports('field-sizing', 'content')) input.rows = Math.min(6, input.value.split('\n').length);
  };

  menu.addEventListener('click', () => (list.hidden ? open('/') : close()));
  input.addEventListener('input', () => {
    refresh();
    if (/^\/\w*$/.test(input.value)) open(input.value);
    else close();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (!words) return;
    close();
    input.value = '';
    refresh();
    // What could not be sent goes back to the field, unless something else stands there by now.
    if (!(await send(words)) && input.value === '') input.value = words;
    refresh();
  });
  chat.addEventListener('keydown', (event) => moveInList(event, list, input, close));
  chat.addEventListener('focusout', (event) => {
    const stays = list.contains(event.relatedTarget) || form.contains(event.relatedTarget);
    if (event.relatedTarget && !stays) close();
  });
  chat.querySelector('.log').addEventListener('pointerdown', close);
  return { refresh };
}

function commandButton(command, choose) {
  const button = makeButton('command');
  button.append(make('span', 'command-name', `/${command.command}`), make('span', '', command.description));
  button.addEventListener('click', () => choose(command.command));
  return button;
}

/** Arrow keys walk the open list and come back to the field; Escape closes it. */
function moveInList(event, list, input, close) {
  if (list.hidden) return;
  if (event.key === 'Escape') {
    event.preventDefault();
    const inside = list.contains(document.activeElement);
    close();
    if (inside) input.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = [...list.children];
  const at = stops.indexOf(document.activeElement);
  if (at === -1) stops.at(step === 1 ? 0 : -1).focus();
  else (stops[at + step] ?? input).focus();
}
