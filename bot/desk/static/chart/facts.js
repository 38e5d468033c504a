// What the server told of a diary, and its words. Days are numbers, counted from the diary's first day.

const DAY_MS = 86_400_000;

export class Facts {
  constructor(told) {
    this.told = told;
    this.words = told.words;
    this.today = told.today;
    this.last = told.last;
    this.symptoms = told.symptoms;
    this.courses = told.courses;
    this.late = new Set(told.late);
    this.missing = new Set(told.missing);
    this.answered = new Set(told.answered);
    this.began = Date.parse(told.first);
    this.numbers = new Intl.NumberFormat(told.words.locale, { maximumFractionDigits: 1 });
  }

  say(name, values = {}) {
    return this.words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  number(value) {
    return this.numbers.format(value).replace('-', '−');
  }

  date(index) {
    return new Date(this.began + index * DAY_MS);
  }

  /** "Mon 16 Aug 1999", as the language writes it: the pattern is the catalogue's. */
  day(index) {
    const date = this.date(index);
    const parts = {
      EEE: this.words.weekdays[(date.getUTCDay() + 6) % 7],
      d: date.getUTCDate(),
      MMM: this.words.months[date.getUTCMonth()],
      y: date.getUTCFullYear(),
    };
    const pattern = date.getUTCDate() === 1 ? this.words.date_first : this.words.date;
    return pattern.replace(/'([^']*)'|EEE|MMM|d|y/g, (part, quoted) => quoted ?? parts[part]);
  }

  isLate(index) {
    return this.late.has(index);
  }

  isMissing(index) {
    return this.missing.has(index);
  }

  /** Before today, without an entry, and nobody had asked. */
  isNotAsked(index) {
    return index < this.today && !this.answered.has(index) && !this.missing.has(index);
  }

  /** What was answered before it was corrected, oldest first. */
  corrections(symptom, index) {
    return symptom.corrected[index] ?? [];
  }

  /** The course whose cycle the day is in, and the one that follows. */
  around(index) {
    const at = this.courses.findLastIndex((course) => course.first <= index);
    return { course: this.courses[at], next: this.courses[at + 1] };
  }

  /** One symptom on one day: its value or why there is none, and what is to be known of that answer. */
  answer(symptom, index) {
    const day = this.day(index);
    const value = symptom.values[index] ?? null;
    const said = [];
    if (value !== null) said.push(this.say('score', { day, symptom: symptom.name, value: this.number(value) }));
    else said.push(this.say('no_score', { day, why: this.why(symptom, index) }));
    if (this.isLate(index)) said.push(this.words.late);
    const before = this.corrections(symptom, index).map((each) => (each === null ? '–' : this.number(each)));
    if (before.length) said.push(this.say('corrected', { values: before.join(', ') }));
    return said.join(', ');
  }

  why(symptom, index) {
    if (index > this.today) return this.words.to_come;
    if (this.answered.has(index)) return this.say('skipped', { symptom: symptom.name });
    if (index === this.today) return this.words.open;
    return this.isMissing(index) ? this.words.no_answer : this.words.not_asked;
  }

  /** The other symptoms of a day, as far as they were answered. */
  others(symptom, index) {
    const told = this.symptoms.filter((each) => each !== symptom && (each.values[index] ?? null) !== null);
    return told.map((each) => `${each.name} ${this.number(each.values[index])}`).join(', ');
  }

  /** What else is known of a day: where it is in its cycle, and what was measured or taken. */
  beside(index) {
    const { course, next } = this.around(index);
    const said = [];
    if (course) said.push(this.say('cycle_day', { course: course.number, day: index - course.first + 1 }));
    if (next) {
      const words = next.planned ? 'days_to_planned' : 'days_to';
      said.push(this.say(words, { course: next.number, days: next.first - index }));
    }
    for (const [first, last, words] of this.told.measured) if (first <= index && index <= last) said.push(words);
    return said;
  }
}
