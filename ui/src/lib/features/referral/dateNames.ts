import { say } from '$lib/i18n/words.svelte';

/** The words over the three fields of a date. */
export const dateNames = () => ({
  month: say('date-month'),
  day: say('date-day'),
  year: say('date-year'),
});
