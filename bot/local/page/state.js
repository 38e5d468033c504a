// What the page knows. Only apply() and the few verbs below change it; whoever draws listens.

export const ROLES = ['patient', 'clinician', 'coordinator'];

export class State {
  constructor() {
    this.bot = '';
    this.personas = [];
    this.chats = new Map(); // user_id -> { messages: [by message_id], commands: [], desk, replyKeyboard }
    this.clock = { now_local: '', label: '', zone: 'UTC', next_event: null, running: false, answering: false };
    this.guide = [];
    this.role = ROLES[0]; // the one shown where there is room for one
    this.chosen = {}; // role -> user_id
    this.seen = new Map(); // user_id -> last message_id seen
    this.listeners = new Set();
  }

  /** listener({type, chat_id?}) after every change. */
  listen(listener) {
    this.listeners.add(listener);
  }

  tell(change) {
    for (const listener of this.listeners) listener(change);
  }

  apply(event) {
    const handler = HANDLERS[event.type];
    if (!handler) return;
    handler(this, event);
    this.tell(event);
  }

  personasOf(role) {
    return this.personas.filter((persona) => persona.role === role);
  }

  /** The person whose chat a role's column shows, or undefined while the role has nobody. */
  shownIn(role) {
    const people = this.personasOf(role);
    return people.find((persona) => persona.user_id === this.chosen[role]) ?? people[0];
  }

  show(role, userId) {
    this.role = role;
    // A person who has just been invited may be named here before the event that brings them.
    if (userId !== undefined) this.chosen[role] = userId;
    this.tell({ type: 'shown' });
  }

  chat(userId) {
    if (!this.chats.has(userId)) this.chats.set(userId, { messages: [], commands: [], desk: '', replyKeyboard: null });
    return this.chats.get(userId);
  }

  lastId(userId) {
    return this.chat(userId).messages.at(-1)?.message_id ?? 0;
  }

  unread(userId) {
    const seen = this.seen.get(userId) ?? 0;
    return this.chat(userId).messages.filter((each) => each.message_id > seen && each.from?.is_bot).length;
  }

  unreadOf(role) {
    return this.personasOf(role).reduce((sum, persona) => sum + this.unread(persona.user_id), 0);
  }

  markSeen(userId) {
    const last = this.lastId(userId);
    if (this.seen.get(userId) === last) return;
    this.seen.set(userId, last);
    this.tell({ type: 'seen', chat_id: userId });
  }
}

function place(messages, message) {
  const at = messages.findIndex((each) => each.message_id >= message.message_id);
  if (at === -1) messages.push(message);
  else if (messages[at].message_id === message.message_id) messages[at] = message;
  else messages.splice(at, 0, message);
}

const HANDLERS = {
  snapshot(state, event) {
    const first = state.chats.size === 0;
    state.bot = event.bot;
    state.personas = event.personas;
    state.clock = event.clock;
    state.guide = event.guide;
    state.chats = new Map(
      event.chats.map(({ user_id: userId, messages, commands, desk, reply_keyboard: replyKeyboard }) => [
        userId,
        { messages, commands, desk, replyKeyboard },
      ]),
    );
    for (const { user_id: userId } of event.personas) {
      const last = state.lastId(userId);
      // What was there before the page opened is history; a demo begun anew counts from one again.
      state.seen.set(userId, first ? last : Math.min(state.seen.get(userId) ?? 0, last));
    }
  },
  message(state, event) {
    const chat = state.chat(event.chat_id);
    place(chat.messages, event.message);
    chat.replyKeyboard = event.reply_keyboard;
  },
  edited(state, event) {
    place(state.chat(event.chat_id).messages, event.message);
  },
  deleted(state, event) {
    const chat = state.chat(event.chat_id);
    chat.messages = chat.messages.filter((each) => each.message_id !== event.message_id);
  },
  commands(state, event) {
    const chat = state.chat(event.chat_id);
    chat.commands = event.commands;
    chat.desk = event.desk;
  },
  clock(state, event) {
    state.clock = event.clock;
  },
  personas(state, event) {
    state.personas = event.personas;
  },
  toast() {},
  typing() {},
};
