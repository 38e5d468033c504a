// One Bot API message to one element: bubble, picture, document, text, time, and the keyboard under it.

import { renderText } from './entities.js';
import { inlineKeyboard } from './keyboard.js';
import { mediaUrl } from './server.js';
import { icon, make, makeButton, text } from './texts.js';
import { fileSize, timeOfDay } from './times.js';

const PICTURE_WIDTH = 394;
const PICTURE_HEIGHT = 380;
const VIEWED = /^(application\/pdf|image\/(png|jpeg|webp|gif))$/; // as page.py serves them; the rest is saved
const CAPTION_WIDTH = 340;
const FRAME = 6; // both sides, as chat.css has it

/** context: { name, zone, actions }; name is the persona's, whose own messages stand on the right. */
export function buildMessage(message, context) {
  const own = !message.from?.is_bot;
  const element = make('div', `message ${own ? 'out' : 'in'}`);
  element.dataset.id = message.message_id;
  const bubble = make('div', 'bubble');
  bubble.append(make('span', 'unseen', own ? context.name : text('page.heading')));
  if (message.reply_to_message) bubble.append(quote(message.reply_to_message));
  const media = mediaOf(message, context.actions);
  if (media) bubble.append(media);
  const words = message.text ?? message.caption ?? message.sticker?.emoji;
  if (words) {
    const body = make('div', message.sticker ? 'words sticker' : 'words');
    const entities = message.entities ?? message.caption_entities;
    const said = make('span');
    said.append(renderText(words, entities, context.actions));
    // The time floats in the last line, so it belongs to the text's own flow.
    body.append(said, meta(message, own, context.zone));
    bubble.append(body);
  } else {
    if (!media) bubble.append(make('div', 'words unshown', text('page.not_shown')));
    bubble.append(meta(message, own, context.zone));
  }
  if (message.photo?.length) {
    bubble.classList.add('pictured');
    // As wide as its picture, whatever the caption says; but a tall picture must not squeeze its caption.
    bubble.style.width = `${Math.max(media.firstElementChild.width + FRAME, words ? CAPTION_WIDTH : 0)}px`;
  }
  bubble.classList.toggle('wordless', !words);
  element.append(bubble);
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length) {
    element.classList.add('keyed');
    element.append(inlineKeyboard(rows, message.message_id, context.actions));
  }
  return element;
}

function meta(message, own, zone) {
  const line = make('span', 'meta');
  if (message.edit_date) line.append(make('span', '', text('page.edited')), ' ');
  const time = make('time', '', timeOfDay(message.date, zone));
  time.dateTime = new Date(message.date * 1000).toISOString();
  line.append(time);
  if (own) line.append(icon('ticks'));
  return line;
}

function quote(original) {
  const line = make('div', 'quote');
  const shown = original.text ?? original.caption ?? text('page.picture');
  line.append(make('strong', '', original.from?.is_bot ? text('page.heading') : original.from?.first_name ?? ''));
  line.append(make('span', '', shown));
  return line;
}

function mediaOf(message, actions) {
  if (message.photo?.length) return picture(message, actions);
  if (message.document) return documentLink(message.document);
  return null;
}

function picture(message, actions) {
  const largest = message.photo.reduce((best, each) => (each.width > best.width ? each : best));
  const caption = message.caption ?? '';
  const source = mediaUrl(largest.file_id);
  const button = makeButton('picture');
  const image = make('img');
  image.src = source;
  image.alt = text('page.open_picture'); // the caption is read as text
  // Known before the bytes come, so that nothing below jumps.
  const scale = Math.min(2, PICTURE_WIDTH / largest.width, PICTURE_HEIGHT / largest.height);
  image.width = Math.round(largest.width * scale);
  image.height = Math.round(largest.height * scale);
  button.append(image);
  button.addEventListener('click', () => actions.picture(source, caption));
  return button;
}

function documentLink(file) {
  const link = make('a', 'document');
  link.href = mediaUrl(file.file_id);
  if (VIEWED.test(file.mime_type ?? '')) {
    link.target = '_blank';
    link.rel = 'noopener';
  } else {
    link.download = file.file_name ?? '';
  }
  const badge = make('span', 'file-icon');
  badge.append(icon('file'));
  const words = make('span', 'file-words');
  words.append(make('span', 'file-name', file.file_name ?? text('page.document')));
  if (file.file_size) words.append(make('span', 'file-size', fileSize(file.file_size)));
  link.append(badge, words);
  return link;
}
