// Wires the page: texts first, then the state, what draws it, and the stream that changes it.

import { wireClock } from './clock.js';
import { Columns } from './columns.js';
import { showAlert, showPicture, wireDialogs } from './dialogs.js';
import { followEvents } from './events.js';
import { wireGuide } from './guide.js';
import * as server from './server.js';
import { State } from './state.js';
import { fillTexts, loadTexts, text } from './texts.js';

const RETRY_MS = 2000;
const NOTICE_MS = 6000;
const PEOPLE = new Set(['snapshot', 'personas', 'shown', 'seen', 'message', 'deleted']);

const state = new State();

const banner = document.getElementById('banner');
let connected = true;
let noticeTimer;

function drawBanner(notice = '') {
  const words = connected ? notice : text('page.connection_lost');
  banner.hidden = words === '';
  if (banner.textContent !== words) banner.textContent = words;
}

function failure() {
  drawBanner(text('page.failed'));
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => drawBanner(), NOTICE_MS);
}

/** Whether it went through; if not, the chat says so. */
async function attempt(request, notice) {
  try {
    await request();
    return true;
  } catch {
    notice(text('page.failed'));
    return false;
  }
}

/** In a tab of its own, which knows nothing of this one. */
function openBeside(url) {
  Object.assign(document.createElement('a'), { href: url, target: '_blank', rel: 'noopener' }).click();
}

const actions = {
  say: (userId, words, notice) => attempt(() => server.say(userId, words), notice),
  press: (userId, messageId, data, notice) => attempt(() => server.press(userId, messageId, data), notice),
  picture: showPicture,
  desk: (userId, notice) => attempt(async () => openBeside((await server.openDesk(userId)).url), notice),
  open: (start, notice) =>
    attempt(async () => {
      const { persona } = await server.openInvitation(start);
      state.show(persona.role, persona.user_id);
      invited = persona.user_id;
      ask();
    }, notice),
};

let columns;
let invited = null; // to have the cursor as soon as the events have brought them
let drawClock;
let drawGuide;

// Changes come in bursts while days pass: one drawing a frame is enough.
const waiting = { people: false, all: false, chats: new Set(), asked: false };

function ask() {
  if (waiting.asked) return;
  waiting.asked = true;
  requestAnimationFrame(draw);
}

function draw() {
  waiting.asked = false;
  const { people, all } = waiting;
  const chats = [...waiting.chats];
  Object.assign(waiting, { people: false, all: false, chats: new Set() });
  drawClock(state.clock);
  if (people) columns.drawPeople();
  if (all) columns.drawAllChats();
  else chats.forEach((userId) => columns.drawChat(userId));
  if (columns.focusOn(invited)) invited = null;
}

function changed(change) {
  if (PEOPLE.has(change.type)) waiting.people = true;
  if (change.type === 'message' && columns.typing.has(change.chat_id)) columns.showTyping(change.chat_id, false);
  if (change.type === 'snapshot') {
    waiting.all = true;
    drawGuide(state.guide);
  }
  if (change.type === 'typing') columns.showTyping(change.chat_id, true);
  else if (change.type === 'toast') toast(change);
  else if (change.type === 'shown') waiting.all = true;
  else if (change.type !== 'seen' && change.chat_id !== undefined) waiting.chats.add(change.chat_id);
  ask();
}

function toast(change) {
  if (change.show_alert) showAlert(change.text, columns.chats.get(change.chat_id)?.input);
  else if (change.text) columns.toast(change.chat_id, change.text);
}

async function begin() {
  try {
    await loadTexts();
  } catch {
    setTimeout(begin, RETRY_MS); // the server is not up yet
    return;
  }
  fillTexts(document);
  wireDialogs();
  columns = new Columns(state, actions);
  drawClock = wireClock(failure);
  drawGuide = wireGuide();
  state.listen(changed);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') changed({ type: 'shown' });
  });
  followEvents(
    (event) => state.apply(event),
    (on) => {
      connected = on;
      drawBanner();
    },
  );
}

begin();
