/** A local moment in parts, and back with the offset that this device has on that day. */
import { localIso } from '$lib/i18n/time';

export interface When {
  date: string;
  time: string;
}

/** `2026-11-22` and `21:04`; a text that is no moment yet keeps what it has. */
export function splitWhen(text: string): When {
  const [date = '', rest = ''] = text.split('T');
  return { date, time: /^(\d{2}:\d{2}):\d{2}.*(Z|[+-]\d{2}:\d{2})$/.exec(rest)?.[1] ?? rest };
}

/** With the offset when date and time read as a moment, as typed otherwise. */
export function joinWhen(date: string, time: string): string {
  const clock = /^(\d{1,2}):(\d{2})$/.exec(time);
  const days = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!clock || !days) return `${date}T${time}`;
  const numbers = [days[1], days[2], days[3], clock[1], clock[2]].map(Number);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = numbers;
  const moment = new Date(year, month - 1, day, hour, minute);
  const same =
    moment.getMonth() === month - 1 && moment.getDate() === day && hour < 24 && minute < 60;
  return same ? localIso(moment) : `${date}T${time}`;
}
