// The same as a table, the latest day first: for whoever reads it aloud or copies it. Made when it is first opened.

import { element } from './elements.js';

export function tableOfDays(facts) {
  const details = element('details', { class: 'chart-table' }, element('summary', {}, facts.words.table));
  details.addEventListener('toggle', () => details.append(filled(facts)), { once: true });
  return details;
}

function filled(facts) {
  const head = [facts.words.day, ...facts.symptoms.map((symptom) => symptom.name), facts.words.remarks];
  const rows = [];
  for (let index = facts.today; index >= 0; index -= 1) rows.push(row(facts, index));
  const heads = head.map((name) => element('th', { scope: 'col' }, name));
  return element(
    'div',
    { class: 'chart-scroll', tabindex: '0', role: 'region', 'aria-label': facts.words.table },
    element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows)),
  );
}

function row(facts, index) {
  const cells = facts.symptoms.map((symptom) => {
    const value = symptom.values[index] ?? null;
    return element('td', {}, value === null ? '–' : facts.number(value));
  });
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, facts.day(index)),
    ...cells,
    element('td', {}, remarks(facts, index).join('; ')),
  );
}

function remarks(facts, index) {
  const said = [];
  if (facts.isMissing(index)) said.push(facts.words.no_answer);
  if (facts.isNotAsked(index)) said.push(facts.words.not_asked);
  if (facts.isLate(index)) said.push(facts.words.late);
  for (const symptom of facts.symptoms) {
    const before = facts.corrections(symptom, index).map((each) => (each === null ? '–' : facts.number(each)));
    if (before.length) said.push(`${symptom.name}: ${facts.say('corrected', { values: before.join(', ') })}`);
  }
  const { course } = facts.around(index);
  if (course && index <= course.last) said.push(course.said);
  for (const [first, last, words] of facts.told.measured) if (first === index && last >= first) said.push(words);
  return said;
}
