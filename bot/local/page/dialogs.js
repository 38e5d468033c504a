// What comes to the front: a picture, first as wide as the window, and an alert. The dialog element keeps focus and
// Escape right.

const find = (id) => document.getElementById(id);

export function wireDialogs() {
  const dialog = find('picture');
  const zoom = dialog.querySelector('.zoom');
  const image = dialog.querySelector('img');
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog || event.target.tagName === 'FIGURE') dialog.close();
  });
  zoom.addEventListener('click', (event) => toggleFullSize(dialog, event));
  // A picture that is shown at its full size anyway has nothing to be toggled.
  const refresh = () => {
    if (!isFull(dialog)) zoom.disabled = image.naturalWidth <= image.clientWidth;
  };
  image.addEventListener('load', refresh);
  new ResizeObserver(refresh).observe(image);
}

const isFull = (dialog) => dialog.classList.contains('full');

function setFull(dialog, full) {
  dialog.classList.toggle('full', full);
  dialog.querySelector('.zoom').setAttribute('aria-pressed', String(full));
}

/** What was under the finger stays there; by the keyboard, what was in the middle of the window. */
function toggleFullSize(dialog, event) {
  const figure = dialog.querySelector('figure');
  const image = dialog.querySelector('img');
  const byKeyboard = event.detail === 0;
  const x = byKeyboard ? figure.clientWidth / 2 : event.clientX;
  const y = byKeyboard ? figure.clientHeight / 2 : event.clientY;
  const before = image.getBoundingClientRect();
  const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
  setFull(dialog, !isFull(dialog));
  const after = image.getBoundingClientRect();
  figure.scrollLeft += after.left + across * after.width - x;
  figure.scrollTop += after.top + down * after.height - y;
}

/** Focus returns to what had it; to fallback, if that is gone by then. */
function showReturning(dialog, fallback) {
  const opener = document.activeElement;
  dialog.addEventListener('close', () => (opener?.isConnected ? opener : fallback)?.focus(), { once: true });
  dialog.showModal();
}

export function showPicture(source, caption, fallback) {
  const dialog = find('picture');
  if (dialog.open) return;
  setFull(dialog, false);
  dialog.querySelector('img').src = source;
  dialog.querySelector('figcaption').textContent = caption;
  showReturning(dialog, fallback);
  dialog.querySelector('figure').scrollTo(0, 0);
}

export function showAlert(words, fallback) {
  const dialog = find('alert');
  find('alert-text').textContent = words;
  if (!dialog.open) showReturning(dialog, fallback);
}
