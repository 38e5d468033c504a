// The whole chart of one patient: the days, what was measured beside them, the courses laid over one another, the table.

import { DailyPlot } from './daily.js';
import { button, element } from './elements.js';
import { listen } from './gestures.js';
import { keyOfDays, keyOfOverlay } from './key.js';
import { Overlay, signed } from './overlay.js';
import { kinaseStrip, steroidStrip } from './strips.js';
import { tableOfDays } from './table.js';
import { View } from './view.js';

const STEP = 1.5; // of a button or a key, in zoom
const SHARE = 0.5; // of what is in sight, by a button

export class Chart {
  /** `before`: the state of the chart that stood here before, so that what one looks at stays. */
  constructor(host, facts, before) {
    const state = before?.began === facts.told.first ? before : undefined;
    const symptom = facts.symptoms.find((each) => each.key === state?.symptom) ?? facts.symptoms[0];
    Object.assign(this, { host, facts, symptom, day: state?.day ?? facts.today, plots: [] });
    this.ended = new AbortController();
    this.view = new View(-0.5, facts.last + 0.5, () => this.follow());
    this.table = tableOfDays(facts);
    host.replaceChildren(this.switch(), this.daily(), ...this.beside(), this.around(), this.table);
    this.draw();
    if (state) this.resume(state);
    this.tell();
    this.tellSpan();
    this.tellCourse();
    // What stands there already is not read out again each time that the facts are fetched anew.
    for (const each of [this.readout, this.courseReadout]) each?.setAttribute('aria-live', 'polite');
    this.heedColours();
  }

  /** What one looks at; days are counted from the diary's first. */
  get state() {
    const { view, overlay } = this;
    const focused = this.places.indexOf(document.activeElement);
    return {
      began: this.facts.told.first,
      symptom: this.symptom.key,
      day: this.day,
      sight: [view.first, view.last],
      course: overlay?.span.course,
      offset: overlay?.offset,
      isOpen: this.table.open,
      focused,
    };
  }

  resume(state) {
    this.view.set(...state.sight);
    if (state.course !== undefined) this.overlay?.resume(state.course, state.offset);
    this.table.open = state.isOpen;
    this.places[state.focused]?.focus({ preventScroll: true });
  }

  /** Where the focus can be. */
  get places() {
    return [...this.host.querySelectorAll('select, button, summary, [tabindex]')];
  }

  end() {
    this.ended.abort();
    [...this.plots, this.overlay].forEach((each) => each?.plot.end());
  }

  say(name, values) {
    return this.facts.say(name, values);
  }

  /** The plots show other days. */
  follow() {
    const { first, last } = this.view;
    this.plots.forEach(({ plot }) => plot.show(first, last));
    this.tellSpan();
  }

  switch() {
    const options = this.facts.symptoms.map((each, at) =>
      element('option', { value: at, selected: each === this.symptom }, each.name),
    );
    const choice = element('select', { onchange: () => this.show(this.facts.symptoms[choice.value]) }, ...options);
    return element('label', { class: 'chart-symptom' }, `${this.say('symptom')} `, choice);
  }

  /** The days, with what moves them: a slider, since that is what goes from day to day by the arrow keys. */
  daily() {
    const { facts } = this;
    this.days = element('div', {
      class: 'chart-plot',
      role: 'slider',
      tabindex: '0',
      'aria-valuemin': '0',
      'aria-valuemax': facts.last,
      onkeydown: (event) => this.keyed(event, this.keysOfDays),
    });
    this.heading = element('h3');
    this.inSight = element('p', { class: 'chart-scale chart-span' });
    this.readout = element('p', { class: 'chart-readout' });
    const { view } = this;
    return element(
      'section',
      {},
      this.heading,
      element('p', { class: 'chart-scale' }, facts.words.scale),
      this.inSight,
      element(
        'div',
        { class: 'chart-buttons' },
        button('‹', this.say('earlier'), () => view.move(-view.span * SHARE)),
        button('›', this.say('later'), () => view.move(view.span * SHARE)),
        button('+', this.say('closer'), () => view.zoom(STEP, this.centre)),
        button('−', this.say('wider'), () => view.zoom(1 / STEP, this.centre)),
        element('button', { type: 'button', class: 'chart-button', onclick: () => view.whole() }, this.say('everything')),
        button('⇤', this.say('earlier_course'), () => this.toCourse(-1)),
        button('⇥', this.say('later_course'), () => this.toCourse(1)),
      ),
      this.days,
      facts.answered.size ? null : element('p', { class: 'chart-none' }, facts.words.no_entries),
      this.readout,
      keyOfDays(facts),
      element('p', { class: 'chart-hint' }, this.say('hint')),
    );
  }

  beside() {
    const { kinase, steroids } = this.facts.told;
    this.strips = [];
    const strip = (name, make) => {
      const plot = element('div', { class: 'chart-plot' });
      this.strips.push(() => make(plot));
      return element('figure', {}, element('figcaption', {}, name), plot);
    };
    const made = [];
    if (kinase) {
      const limit = kinase.limit === null ? '' : `, ${this.facts.words.upper_limit} ${this.facts.number(kinase.limit)}`;
      made.push(strip(`${kinase.name}${limit}`, (plot) => kinaseStrip(plot, this.facts, this.view, this.day)));
    }
    for (const { name, steps } of steroids) {
      made.push(strip(name, (plot) => steroidStrip(plot, this.facts, this.view, this.day, steps)));
    }
    return made;
  }

  around() {
    const { facts } = this;
    this.aroundHeading = element('h3');
    if (!facts.told.overlay.spans.length) {
      return element('section', {}, this.aroundHeading, element('p', {}, facts.words.nothing_to_compare));
    }
    this.courses = element('div', {
      class: 'chart-plot',
      role: 'slider',
      tabindex: '0',
      'aria-valuemin': '-28',
      'aria-valuemax': '7',
      onkeydown: (event) => this.keyed(event, this.keysOfCourses),
    });
    this.courseReadout = element('div', { class: 'chart-readout chart-of-course' });
    return element(
      'section',
      {},
      this.aroundHeading,
      element(
        'div',
        { class: 'chart-buttons' },
        button('⇤', this.say('earlier_course'), () => this.stepCourse(-1)),
        button('⇥', this.say('later_course'), () => this.stepCourse(1)),
      ),
      this.courses,
      element('p', { class: 'chart-axis', 'aria-hidden': 'true' }, this.say('days_to_course')),
      this.courseReadout,
      keyOfOverlay(facts),
    );
  }

  draw() {
    const { facts, view } = this;
    this.dailyPlot = new DailyPlot(this.days, facts, view, this.symptom, this.day);
    this.plots = [this.dailyPlot, ...this.strips.map((make) => make())];
    for (const { plot } of this.plots) {
      listen(plot.u.over, {
        dayAt: (x) => plot.dayAt(x),
        choose: (day) => this.choose(day),
        pan: (pixels) => view.move(-plot.daysOf(pixels)),
        zoom: (factor, day) => view.zoom(factor, day),
        focused: () => document.activeElement === this.days,
      });
    }
    if (!this.courses) return;
    this.overlay = new Overlay(this.courses, facts, this.symptom);
    const { plot } = this.overlay;
    listen(plot.u.over, { dayAt: (x) => plot.dayAt(x), choose: (offset) => this.chooseOffset(offset) });
  }

  get centre() {
    const seen = this.view.first <= this.day && this.day <= this.view.last;
    return seen ? this.day : undefined;
  }

  show(symptom) {
    this.symptom = symptom;
    this.dailyPlot.show(symptom);
    this.overlay?.show(symptom);
    this.tell();
    this.tellCourse();
  }

  choose(day) {
    const next = Math.min(Math.max(Math.round(day), 0), this.facts.last);
    if (next === this.day) return;
    this.day = next;
    this.plots.forEach((plot) => plot.choose(next));
    this.tell();
  }

  /** By a key or a button: the day must be in sight then. */
  goTo(day) {
    this.choose(day);
    this.view.reveal(this.day);
  }

  toCourse(direction) {
    const { courses } = this.facts;
    const found = direction > 0 ? courses.find((each) => each.first > this.day) : courses.findLast((each) => each.first < this.day);
    if (found) this.goTo(found.first);
  }

  stepCourse(by) {
    if (this.overlay.step(by)) this.tellCourse();
  }

  chooseOffset(offset) {
    this.overlay.choose(offset);
    this.tellCourse();
  }

  keyed(event, keys) {
    const press = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!press) return;
    event.preventDefault();
    press();
  }

  get keysOfDays() {
    const { view } = this;
    return {
      ArrowLeft: () => this.goTo(this.day - 1),
      ArrowDown: () => this.goTo(this.day - 1),
      ArrowRight: () => this.goTo(this.day + 1),
      ArrowUp: () => this.goTo(this.day + 1),
      PageUp: () => this.toCourse(-1),
      PageDown: () => this.toCourse(1),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.facts.today),
      '+': () => view.zoom(STEP, this.centre),
      '=': () => view.zoom(STEP, this.centre),
      '-': () => view.zoom(1 / STEP, this.centre),
      0: () => view.whole(),
    };
  }

  get keysOfCourses() {
    const { offset } = this.overlay;
    return {
      ArrowLeft: () => this.chooseOffset(offset - 1),
      ArrowDown: () => this.chooseOffset(offset - 1),
      ArrowRight: () => this.chooseOffset(offset + 1),
      ArrowUp: () => this.chooseOffset(offset + 1),
      PageUp: () => this.stepCourse(-1),
      PageDown: () => this.stepCourse(1),
      Home: () => this.chooseOffset(-28),
      End: () => this.chooseOffset(7),
    };
  }

  tell() {
    const { facts, symptom, day } = this;
    const title = this.say('by_day', { symptom: symptom.name });
    this.heading.textContent = title;
    this.days.setAttribute('aria-label', title);
    this.days.setAttribute('aria-valuenow', day);
    this.days.setAttribute('aria-valuetext', facts.day(day));
    const { course } = facts.around(day);
    const during = course && day <= course.last ? [course.said] : [];
    const lines = [facts.others(symptom, day), ...during, facts.beside(day).join('; ')].filter(Boolean);
    this.readout.replaceChildren(element('b', {}, facts.answer(symptom, day)), ...lines.flatMap((each) => [element('br'), each]));
  }

  tellSpan() {
    const { facts, view } = this;
    const [first, last] = [Math.ceil(view.first), Math.floor(view.last)].map((day) => facts.day(day));
    this.inSight.textContent = this.say('span', { first, last });
  }

  tellCourse() {
    const { facts, symptom, overlay } = this;
    const title = this.say('around', { symptom: symptom.name });
    this.aroundHeading.textContent = title;
    if (!overlay) return;
    const { span, offset, day } = overlay;
    const answer = overlay.isIn(day) ? facts.answer(symptom, day) : facts.day(day);
    const said = facts.told.overlay.said[symptom.key];
    const lines = [span.said, this.say('at_offset', { offset: signed(offset), said: answer })];
    lines.push(said?.courses[span.course], said?.regimens[span.regimen]);
    this.courses.setAttribute('aria-label', title);
    this.courses.setAttribute('aria-valuenow', offset);
    this.courses.setAttribute('aria-valuetext', signed(offset));
    this.courseReadout.replaceChildren(
      ...lines.filter(Boolean).map((words, at) => element('p', {}, at === 0 ? element('b', {}, words) : words)),
    );
  }

  /** Canvases do not follow the style sheet by themselves. */
  heedColours() {
    const recolour = () => [...this.plots, this.overlay].forEach((each) => each?.plot.recolour());
    const { signal } = this.ended;
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour, { signal });
    const themed = new MutationObserver(recolour);
    themed.observe(document.documentElement, { attributes: true });
    signal.addEventListener('abort', () => themed.disconnect());
  }
}
