// What the page asks of the server. Each call answers with the server's JSON or throws Refused.

export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

export const say = (userId, words) => post('/api/say', { user_id: userId, text: words });

export const press = (userId, messageId, data) =>
  post('/api/press', { user_id: userId, message_id: messageId, data });

export const openDesk = (userId) => post('/api/desk', { user_id: userId });

export const openInvitation = (start) => post('/api/open', { start });

export const nextEvent = () => post('/api/clock', { action: 'next' });

export const advance = (days) => post('/api/clock', { action: 'advance', days });

export const answerForMe = (on) => post('/api/clock', { action: 'answer', on });

export const mediaUrl = (fileId) => `/media/${encodeURIComponent(fileId)}`;
