// Times of day and dates, in the demo's zone and the catalogue's locale.

import { locale } from './texts.js';

const formats = new Map();

function format(zone, name, options) {
  const key = `${zone} ${name}`;
  if (!formats.has(key)) {
    let timeZone = zone;
    try {
      new Intl.DateTimeFormat('en', { timeZone });
    } catch {
      timeZone = 'UTC'; // a browser with older zone data still shows a time
    }
    formats.set(key, new Intl.DateTimeFormat(locale(), { timeZone, ...options }));
  }
  return formats.get(key);
}

/** Seconds since 1970 to "17:55". */
export function timeOfDay(seconds, zone) {
  return format(zone, 'time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(seconds * 1000);
}

/** Seconds since 1970 to "Thu 12 August 1999". */
export function dayOf(seconds, zone) {
  const options = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' };
  return format(zone, 'day', options).format(seconds * 1000);
}

export function fileSize(bytes) {
  const [unit, divisor] = bytes >= 1e6 ? ['megabyte', 1e6] : ['kilobyte', 1e3];
  const options = { style: 'unit', unit, maximumFractionDigits: bytes >= 1e6 ? 1 : 0 };
  return new Intl.NumberFormat(locale(), options).format(Math.max(bytes, 1000) / divisor);
}
