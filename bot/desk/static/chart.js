// The interactive chart of a patient: every element with data-chart is filled from the facts at that address.

import { Chart } from './chart/patient_chart.js';
import { Facts } from './chart/facts.js';

/** One element's chart, and what of it is fetched again. */
class Page {
  constructor(host) {
    Object.assign(this, { host, chart: null, tag: '' });
    this.filled = this.fill().catch((fault) => {
      host.textContent = host.dataset.failed;
      console.error(fault);
    });
    // The desk says on its body that something has changed; only what is new is sent, and drawn. One after the other:
    // of two answers that pass each other on the way, the older one would stay.
    document.body.addEventListener('desk-changed', () => {
      this.filled = this.filled.then(() => this.fill()).catch(() => {});
    });
  }

  async fill() {
    const headers = { 'desk-live': '1', ...(this.tag ? { 'If-None-Match': this.tag } : {}) };
    const answer = await fetch(this.host.dataset.chart, { credentials: 'same-origin', headers });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`${answer.status}`);
    const facts = new Facts(await answer.json());
    this.tag = answer.headers.get('ETag') ?? '';
    const before = this.chart;
    before?.end();
    this.chart = new Chart(this.host, facts, before?.state);
    if (before) document.body.dispatchEvent(new CustomEvent('desk-answers'));
  }
}

for (const host of document.querySelectorAll('[data-chart]')) new Page(host);
