// Where a chat stands: at its end while one reads there, yet never past the top of a message that has just come or
// changed. So one taller than the window shows its beginning, as a reader expects.

const NEAR_END = 60;
const MARGIN = 8; // above the top of a message

export class Scrolling {
  /** elementOf(id) gives a message's element, if it is drawn; moved() is told of every new position. */
  constructor(log, elementOf, moved) {
    this.log = log;
    this.elementOf = elementOf;
    this.moved = moved;
    this.following = true; // until the reader scrolls away
    this.awaiting = false; // the reader has said or pressed something, and wants to see what comes of it
    this.subject = null; // the message that is being read
    this.placed = null; // how things stood when the log was last moved from here
    log.addEventListener('scroll', () => this.scrolled(), { passive: true });
    // Becoming visible, a new window size and a telephone's keyboard change the log's size, a font that comes late
    // that of what it holds.
    const observer = new ResizeObserver(() => this.settle());
    for (const element of [log, ...log.children]) observer.observe(element);
  }

  get atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  /** news: [{ id, own, edited }] in the chat's order; newest: the id of what the bot said last. */
  heed(news, newest) {
    if (this.following || this.awaiting) {
      const heard = news.filter((each) => !each.own && (!each.edited || each.id === newest || this.awaiting));
      const subject = heard.findLast((each) => !each.edited) ?? heard.at(-1);
      if (subject && !(subject.edited && subject.id !== newest && this.isInSight(subject.id))) {
        this.subject = subject.id;
        this.following = true;
      } else if (!subject && news.some((each) => each.own && !each.edited)) {
        this.subject = null;
        this.following = true;
      }
      if (subject) this.awaiting = false;
    }
    this.settle();
  }

  toEnd() {
    this.subject = null;
    this.following = true;
    this.settle();
  }

  /** The reader looks elsewhere, and is left there. */
  leave() {
    this.following = false;
  }

  settle() {
    if (this.log.clientHeight === 0) {
      this.placed = null;
      return;
    }
    if (this.following) {
      this.log.scrollTop = this.target();
      const { scrollTop: top, scrollHeight: height, clientHeight: room } = this.log;
      this.placed = { top, height, room };
    }
    this.moved();
  }

  target() {
    const end = this.log.scrollHeight - this.log.clientHeight;
    const element = this.elementOf(this.subject);
    return element ? Math.min(end, this.topOf(element) - MARGIN) : end;
  }

  topOf(element) {
    return element.getBoundingClientRect().top - this.log.getBoundingClientRect().top + this.log.scrollTop;
  }

  isInSight(id) {
    const element = this.elementOf(id);
    const top = element ? this.topOf(element) - this.log.scrollTop : -1;
    return top >= 0 && top + element.offsetHeight <= this.log.clientHeight;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    if (clientHeight === 0) return;
    const { top, height, room } = this.placed ?? {};
    if (this.following && (height !== scrollHeight || room !== clientHeight)) {
      this.settle(); // the layout moved it, not the reader
      return;
    }
    if (!this.following || Math.abs(scrollTop - top) > 1) {
      this.following = this.atEnd;
      this.subject = null;
    }
    this.moved();
  }
}
