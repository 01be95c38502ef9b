/** Times as people here read them, by `Intl`. Input is what the contract carries: RFC 3339. */
import { say, speaker } from './words.svelte';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number: number) => String(number).padStart(2, '0');
const sameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

/** `21:04`: the 24-hour clock of dispatch, in both languages. */
export function clock(when: string | Date): string {
  const date = new Date(when);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `Nov 22`, with the year when it is another one. */
export function day(when: string | Date, now = new Date()): string {
  const date = new Date(when);
  return new Intl.DateTimeFormat(speaker.locale, {
    month: 'short',
    day: 'numeric',
    year: date.getFullYear() === now.getFullYear() ? undefined : 'numeric',
  }).format(date);
}

/** `21:04` today, `Nov 21, 21:04` before. */
export function moment(when: string | Date, now = new Date()): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return '';
  return sameDay(date, now) ? clock(date) : `${day(date, now)}, ${clock(date)}`;
}

/** `1 h 12 min`: how long ago, in whole minutes. */
export function span(since: string | Date, now = new Date()): string {
  const milliseconds = Math.max(0, now.getTime() - new Date(since).getTime());
  if (milliseconds < HOUR)
    return say('span-minutes', { minutes: Math.floor(milliseconds / MINUTE) });
  if (milliseconds < DAY) {
    return say('span-hours', {
      hours: Math.floor(milliseconds / HOUR),
      minutes: Math.floor((milliseconds % HOUR) / MINUTE),
    });
  }
  return say('span-days', { days: Math.floor(milliseconds / DAY) });
}

/** A moment as the form carries it: local time with its offset. */
export function localIso(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const hours = two(Math.floor(Math.abs(offset) / 60));
  const minutes = two(Math.abs(offset) % 60);
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${sign}${hours}:${minutes}`
  );
}
