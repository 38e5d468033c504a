// What comes to the front: a picture at its full size, and an alert. The dialog element keeps focus and Escape right.

const find = (id) => document.getElementById(id);

export function wireDialogs() {
  const dialog = find('picture');
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.tagName === 'FIGURE') dialog.close();
  });
}

/** Focus returns to what had it; to fallback, if that is gone by then. */
function showReturning(dialog, fallback) {
  const opener = document.activeElement;
  dialog.addEventListener('close', () => (opener?.isConnected ? opener : fallback)?.focus(), { once: true });
  dialog.showModal();
}

export function showPicture(source, caption, alternative, fallback) {
  const dialog = find('picture');
  if (dialog.open) return;
  const image = dialog.querySelector('img');
  image.src = source;
  image.alt = caption || alternative;
  dialog.querySelector('figcaption').textContent = caption;
  showReturning(dialog, fallback);
}

export function showAlert(words, fallback) {
  const dialog = find('alert');
  find('alert-text').textContent = words;
  if (!dialog.open) showReturning(dialog, fallback);
}
