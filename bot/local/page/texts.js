// Every text the page shows comes from the server's catalogues; this module puts them in place.

let texts = {};

export async function loadTexts() {
  const response = await fetch('/api/texts');
  if (!response.ok) throw new Error(`texts: ${response.status}`);
  texts = await response.json();
  document.documentElement.lang = locale();
}

/** A text by its key; {name} is replaced by values.name. A missing key shows itself, so that a test sees it. */
export function text(key, values = {}) {
  const template = texts[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function locale() {
  return texts['page.locale'] ?? 'en';
}

const ATTRIBUTES = { label: 'aria-label', placeholder: 'placeholder', title: 'title' };

/** Fill data-text, data-label, data-placeholder and data-title below the given node. */
export function fillTexts(root) {
  for (const node of root.querySelectorAll('[data-text]')) node.textContent = text(node.dataset.text);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const node of root.querySelectorAll(`[data-${name}]`)) node.setAttribute(attribute, text(node.dataset[name]));
  }
}

/** A filled copy of a template's only element. */
export function fromTemplate(id) {
  const element = document.getElementById(id).content.firstElementChild.cloneNode(true);
  fillTexts(element);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function make(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
}

/** A button that never submits a form by accident. */
export function makeButton(className, content) {
  const button = make('button', className, content);
  button.type = 'button';
  return button;
}
