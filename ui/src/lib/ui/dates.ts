/** Dates in three fields. What was typed stays as typed: the core judges it. */
export interface DateParts {
  year: string;
  month: string;
  day: string;
}

/** `2026-03-09`, `2026-03` or `2026`, with whatever was typed in place. */
export function joinDate({ year, month, day }: DateParts): string {
  return [year, month, day].join('-').replace(/-+$/, '');
}

export function splitDate(text: string): DateParts {
  const [year = '', month = '', day = ''] = text.split('-');
  return { year, month, day };
}

const two = (text: string) => (/^\d$/.test(text) ? `0${text}` : text);

/** Once a field is left, one digit gets its zero. */
export const padDate = ({ year, month, day }: DateParts): DateParts => ({
  year,
  month: two(month),
  day: two(day),
});

export function today(now = new Date()): DateParts {
  return {
    year: String(now.getFullYear()),
    month: String(now.getMonth() + 1),
    day: String(now.getDate()),
  };
}
