// Elements, made by hand: no markup is ever read from text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button of signs with its name in words. */
export function button(sign, name, press) {
  return element('button', { type: 'button', class: 'chart-button', 'aria-label': name, title: name, onclick: press }, sign);
}
