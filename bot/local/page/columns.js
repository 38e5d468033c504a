// The three columns: who is shown in each, and on a telephone which of the three.

import { Chat } from './chat.js';
import { ROLES } from './state.js';
import { drawTabs, wireTabs } from './tabs.js';
import { fromTemplate, text } from './texts.js';

const TYPING_MS = 5000;
const ONE_AT_A_TIME = matchMedia('(max-width: 980px)'); // as style.css has it

export class Columns {
  constructor(state, actions) {
    this.state = state;
    this.actions = actions;
    this.chats = new Map();
    this.typing = new Map(); // user_id -> timer
    this.main = document.getElementById('columns');
    this.roleTabs = document.getElementById('roles');
    this.columns = new Map(ROLES.map((role) => [role, this.newColumn(role)]));
    this.main.append(...this.columns.values());
    wireTabs(this.roleTabs);
    ONE_AT_A_TIME.addEventListener('change', () => this.drawPeople());
  }

  newColumn(role) {
    const column = fromTemplate('column');
    column.id = `column-${role}`;
    column.dataset.role = role;
    const heading = column.querySelector('h2');
    heading.textContent = text(`page.role_${role}`);
    heading.id = `heading-${role}`;
    column.setAttribute('aria-labelledby', heading.id);
    const people = column.querySelector('.personas');
    people.setAttribute('aria-label', text('page.people_of', { role: heading.textContent }));
    wireTabs(people);
    return column;
  }

  /** Everyone's tabs and headers; chats of people who are new. */
  drawPeople() {
    this.main.dataset.role = this.state.role;
    for (const [role, column] of this.columns) this.drawColumn(role, column);
    drawTabs(
      this.roleTabs,
      ROLES.map((role) => ({
        key: role,
        label: text(`page.role_${role}`),
        controls: `column-${role}`,
        chosen: role === this.state.role,
        unread: this.state.unreadOf(role),
        picture: role,
      })),
      (role) => this.state.show(role),
    );
  }

  drawColumn(role, column) {
    asPanel(column, ONE_AT_A_TIME.matches);
    const people = this.state.personasOf(role);
    const shown = this.state.shownIn(role);
    const typing = this.typing.has(shown?.user_id);
    column.querySelector('.who p').textContent = typing ? text('page.typing') : shown?.name ?? '';
    column.querySelector('.avatar').textContent = initials(shown?.name ?? '');
    column.querySelector('.nobody').hidden = people.length > 0;
    const tabs = column.querySelector('.personas');
    tabs.hidden = people.length < 2;
    drawTabs(
      tabs,
      people.map((persona) => ({
        key: persona.user_id,
        label: persona.name,
        controls: `chat-${persona.user_id}`,
        chosen: persona === shown,
        unread: this.state.unread(persona.user_id),
      })),
      (userId) => this.state.show(role, userId),
    );
    for (const persona of people) {
      const chat = this.chatOf(persona, column);
      asPanel(chat.element, people.length > 1);
      chat.element.hidden = persona !== shown;
    }
    this.forget(column, people);
  }

  chatOf(persona, column) {
    if (!this.chats.has(persona.user_id)) {
      const chat = new Chat(persona, this.state, this.actions);
      this.chats.set(persona.user_id, chat);
      column.querySelector('.chats').append(chat.element);
      chat.draw();
    }
    const chat = this.chats.get(persona.user_id);
    if (chat.persona.name !== persona.name) chat.rename(persona);
    return chat;
  }

  /** A demo begun anew may have fewer people than before. */
  forget(column, people) {
    const known = new Set(people.map((persona) => `chat-${persona.user_id}`));
    for (const element of column.querySelectorAll('.chat')) {
      if (known.has(element.id)) continue;
      element.remove();
      for (const [userId, chat] of this.chats) if (chat.element === element) this.chats.delete(userId);
    }
  }

  drawChat(userId) {
    this.chats.get(userId)?.draw();
  }

  drawAllChats() {
    for (const chat of this.chats.values()) chat.draw();
  }

  /** The bot is typing, until it has written or TYPING_MS have passed. */
  showTyping(userId, on) {
    clearTimeout(this.typing.get(userId));
    this.typing.delete(userId);
    if (on) this.typing.set(userId, setTimeout(() => this.showTyping(userId, false), TYPING_MS));
    this.drawPeople();
  }

  toast(userId, words) {
    this.chats.get(userId)?.toast(words);
  }

  /** Put the cursor where this person writes; whether their chat is there yet. */
  focusOn(userId) {
    const chat = this.chats.get(userId);
    if (!chat) return false;
    (chat.start.hidden ? chat.input : chat.start).focus();
    return true;
  }
}

/** What tabs choose between is a panel; where there are no tabs to be seen it is a region of the page. */
function asPanel(section, hasTabs) {
  section.setAttribute('role', hasTabs ? 'tabpanel' : 'region');
}

function initials(name) {
  const words = name.split(/[\s-]+/).filter((word) => /^\p{L}|^\d/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join('');
}
