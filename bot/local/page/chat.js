// One chat: its messages in order by day, and what stands around them.

import { wireComposer } from './composer.js';
import { fillReplyKeyboard, sameKey } from './keyboard.js';
import { buildMessage } from './message.js';
import { wireReach } from './reach.js';
import { Scrolling } from './scrolling.js';
import { fromTemplate, make, text } from './texts.js';
import { dayOf } from './times.js';

const PAGE = 120; // messages drawn at once; older ones on request
const TOAST_MS = 5000;

export class Chat {
  constructor(persona, state, actions) {
    this.userId = persona.user_id;
    this.state = state;
    this.persona = persona;
    this.limit = PAGE;
    this.drawn = new Map(); // key -> { element, message, zone }
    this.newestDrawn = 0;
    const notice = (words) => this.toast(words);
    this.actions = {
      get bot() {
        return state.bot;
      },
      send: (words) => actions.say(this.userId, words, notice),
      press: (messageId, data) => {
        this.scrolling.awaiting = true;
        return actions.press(this.userId, messageId, data, notice);
      },
      open: (start) => actions.open(start, notice),
      desk: () => actions.desk(this.userId, notice),
      picture: (source, caption) => actions.picture(source, caption, this.input),
      notice,
    };
    this.element = fromTemplate('chat');
    this.element.id = `chat-${this.userId}`;
    this.log = this.element.querySelector('.log');
    this.list = this.element.querySelector('.messages');
    this.latest = this.element.querySelector('.latest');
    this.toastLine = this.element.querySelector('.toast');
    this.input = this.element.querySelector('textarea');
    this.start = this.element.querySelector('.start');
    this.desk = this.element.querySelector('.desk');
    const commands = () => state.chat(this.userId).commands;
    this.composer = wireComposer(this.element, (words) => this.send(words), commands);
    this.scrolling = new Scrolling(this.log, (id) => this.drawn.get(id)?.element, () => this.report());
    this.refreshReach = wireReach(this.list);
    this.rename(persona);
    this.wire();
  }

  /** A newcomer who joins gets another name. */
  rename(persona) {
    this.persona = persona;
    const role = text(`page.role_${persona.role}`);
    this.element.setAttribute('aria-label', text('page.chat_of', { role, name: persona.name }));
    this.log.setAttribute('aria-label', text('page.messages_of', { name: persona.name }));
  }

  wire() {
    this.element.querySelector('.earlier').addEventListener('click', () => this.showEarlier());
    this.latest.addEventListener('click', () => {
      this.scrolling.toEnd();
      this.input.focus();
    });
    this.start.addEventListener('click', () => this.actions.send('/start'));
    this.desk.addEventListener('click', () => this.actions.desk());
  }

  send(words) {
    this.scrolling.awaiting = true;
    return this.actions.send(words);
  }

  get visible() {
    return this.log.clientHeight > 0 && document.visibilityState === 'visible';
  }

  draw() {
    const { messages, desk, replyKeyboard } = this.state.chat(this.userId);
    const shown = messages.slice(-this.limit);
    this.element.querySelector('.earlier').hidden = shown.length === messages.length;
    this.log.setAttribute('aria-busy', 'true');
    const news = this.newsIn(shown);
    this.place(this.nodesOf(shown));
    this.refreshReach();
    this.log.removeAttribute('aria-busy');
    this.offerStart(messages.length === 0);
    const rows = replyKeyboard?.keyboard ?? []; // a ForceReply has none
    fillReplyKeyboard(this.element.querySelector('.reply-keyboard'), rows, (words) => this.send(words));
    this.input.placeholder = replyKeyboard?.input_field_placeholder ?? text('page.write');
    this.desk.hidden = desk === '';
    this.desk.querySelector('span').textContent = desk;
    this.composer.refresh();
    this.scrolling.heed(news, shown.findLast((each) => each.from?.is_bot)?.message_id);
  }

  /** What was not to be read before: the messages that came, and those whose words changed. */
  newsIn(messages) {
    const before = this.newestDrawn;
    this.newestDrawn = messages.at(-1)?.message_id ?? 0;
    const fresh = before === 0 ? messages.slice(-1) : messages.filter((each) => each.message_id > before);
    const edited = messages.filter((each) => {
      const drawn = this.drawn.get(each.message_id);
      return drawn && drawn.message !== each && content(drawn.message) !== content(each);
    });
    const told = (each, isEdited) => ({ id: each.message_id, own: !each.from?.is_bot, edited: isEdited });
    return [...edited.map((each) => told(each, true)), ...fresh.map((each) => told(each, false))];
  }

  /** An empty chat has a start button in place of the line one writes in. */
  offerStart(empty) {
    const focused = document.activeElement === this.start;
    this.start.hidden = !empty;
    this.element.querySelector('.composer').hidden = empty;
    if (focused && !empty) this.input.focus();
  }

  nodesOf(messages) {
    const { zone } = this.state.clock;
    const context = { name: this.persona.name, zone, actions: this.actions };
    const nodes = [];
    let day = '';
    messages.forEach((message, at) => {
      const today = dayOf(message.date, zone);
      if (today !== day) nodes.push([`day ${today}`, () => dayMark(today)]);
      day = today;
      const next = messages[at + 1];
      const last = !next || next.from?.is_bot !== message.from?.is_bot || dayOf(next.date, zone) !== today;
      nodes.push([message.message_id, () => buildMessage(message, context), message, last]);
    });
    return nodes;
  }

  /** Bring the list to these nodes, touching only what differs, so that focus and scrolling stay. */
  place(nodes) {
    const { zone } = this.state.clock;
    const kept = new Map();
    let cursor = this.list.firstElementChild;
    for (const [key, build, message, last] of nodes) {
      const before = this.drawn.get(key);
      const same = before && before.zone === zone && sameMessage(before.message, message);
      const element = same ? before.element : build();
      element.classList.toggle('last', Boolean(last));
      kept.set(key, { element, message, zone });
      if (before && !same) {
        if (cursor === before.element) cursor = element;
        replaceKeepingFocus(before.element, element, this.input);
      }
      if (cursor === element) cursor = cursor.nextElementSibling;
      else this.list.insertBefore(element, cursor);
    }
    for (const [key, { element }] of this.drawn) if (!kept.has(key)) element.remove();
    this.drawn = kept;
  }

  report() {
    if (this.scrolling.following && this.visible) this.state.markSeen(this.userId);
    const unread = this.state.unread(this.userId);
    const badge = this.latest.querySelector('.badge');
    this.latest.hidden = this.scrolling.atEnd;
    badge.hidden = unread === 0;
    badge.textContent = unread;
    this.latest.setAttribute('aria-label', text('page.to_latest', { count: unread }));
  }

  showEarlier() {
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    this.scrolling.leave();
    this.limit += PAGE;
    this.draw();
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
    this.log.focus({ preventScroll: true });
  }

  toast(words) {
    clearTimeout(this.toastTimer);
    this.toastLine.textContent = words;
    this.toastLine.classList.add('up');
    this.toastTimer = setTimeout(() => {
      this.toastLine.classList.remove('up');
      this.toastLine.textContent = '';
    }, TOAST_MS);
  }
}

function dayMark(day) {
  const mark = make('div', 'day');
  mark.append(make('span', '', day));
  return mark;
}

function sameMessage(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** What a message says, without its keys and the time at which it was changed. */
function content(message) {
  return JSON.stringify([message.text, message.caption, message.photo, message.document]);
}

function replaceKeepingFocus(before, after, fallback) {
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(after);
  if (focused) (sameKey(before, after, focused) ?? fallback).focus({ preventScroll: true });
}
