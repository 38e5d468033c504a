// What the signs mean: only those that occur.

import { element } from './elements.js';

export function keyOfDays(facts) {
  const { words, courses } = facts;
  const days = [...facts.symptoms[0].values.keys()];
  const given = courses.some((course) => !course.planned);
  const planned = courses.some((course) => course.planned);
  return key([
    [given, 'course', words.course],
    [planned, 'planned-course', words.planned_course],
    [given, 'week', words.week_before],
    [planned, 'planned-week', words.planned_week_before],
    [facts.last > facts.today, 'today', words.today],
    [facts.late.size, 'late', words.late_entry],
    [facts.symptoms.some((each) => Object.keys(each.corrected).length), 'corrected', words.corrected_entry],
    [facts.missing.size, 'missing', words.missing_day],
    [days.some((index) => facts.isNotAsked(index)), 'not-asked', words.not_asked_day],
  ]);
}

export function keyOfOverlay(facts) {
  const { words } = facts;
  const { spans, medians } = facts.told.overlay;
  const known = Object.values(medians).flatMap((regimens) => Object.values(regimens).flat());
  return key([
    [true, 'chosen', words.chosen_course],
    [new Set(spans.map((span) => span.regimen)).size < spans.length, 'other', words.other_courses],
    [spans.some((span) => span.running), 'running', words.running_course],
    [known.some((value) => value !== null), 'median', words.median],
    [true, 'week', words.week_before],
  ]);
}

function key(signs) {
  const shown = signs.filter(([occurs]) => occurs);
  return element(
    'ul',
    { class: 'chart-key' },
    ...shown.map(([, sign, words]) => element('li', {}, element('i', { class: `sign-${sign}` }), words)),
  );
}
