import { expect, test } from 'vitest';
import { pageOf } from '../../src/lib/features/errors/fields';
import { find } from '../../src/lib/features/referral/offences';
import { offerOf, takeOffer } from '../../src/lib/features/referral/offer';
import { joinWhen, splitWhen } from '../../src/lib/features/referral/when';
import { Blackout, LOCK_AFTER_MS } from '../../src/lib/features/shell/blackout.svelte';
import { statusLine } from '../../src/lib/features/shell/standing';
import { localIso, span } from '../../src/lib/i18n/time';
import { speaker } from '../../src/lib/i18n/words.svelte';
import type { Connection, StatusView } from '../../src/lib/ipc/generated/contract';
import { nextTheme, textSize } from '../../src/lib/theme/look';
import { joinDate, padDate, splitDate } from '../../src/lib/ui/dates';
import { choices, emptyForm, status } from '../fixture-views';

test.each(['2019', '2019-05', '2019-05-03', '', '-05', '19-', '20x9-5'])(
  'a date typed as %s comes back as it was',
  (typed) => {
    expect(joinDate(splitDate(typed))).toBe(typed.replace(/-+$/, ''));
  },
);

test('a field that is left gets its zero', () => {
  expect(joinDate(padDate({ year: '2019', month: '5', day: '3' }))).toBe('2019-05-03');
});

test('a moment splits into parts and joins again with an offset', () => {
  const text = localIso(new Date(2026, 10, 22, 21, 4, 0));
  const { date, time } = splitWhen(text);
  expect([date, time]).toEqual(['2026-11-22', '21:04']);
  expect(joinWhen(date, time)).toBe(text);
});

test.each([
  ['2026-02-30', '21:04'],
  ['2026-11-22', '25:00'],
  ['2026-11-2', '21:04'],
  ['2026-11-22', '21:'],
])('%s %s is no moment and stays as typed', (date, time) => {
  expect(joinWhen(date, time)).toBe(`${date}T${time}`);
  expect(splitWhen(joinWhen(date, time))).toEqual({ date, time });
});

test('an answer to the offer drops the reason of another one', () => {
  const { offer } = emptyForm();
  takeOffer(offer, 'declined');
  offer.declined_reason = 'not_now';
  takeOffer(offer, 'not_made');
  expect(offer).toMatchObject({ made: false, response: null, declined_reason: null });
  expect(offerOf(offer)).toBe('not_made');
});

test('offenses are found by any of their words, in any order', () => {
  expect(find(choices.offences, 'equipment drug').map((one) => one.code)).toEqual(['35B']);
  expect(find(choices.offences, '23c').map((one) => one.code)).toEqual(['23C']);
  expect(find(choices.offences, ' ')).toEqual([]);
});

test('every path of the form has its page', () => {
  expect(
    ['who.age', 'place.zone', 'why.drugs.0', 'offer.made', 'answers.x', 'refer_anyway'].map(pageOf),
  ).toEqual([1, 2, 2, 3, 4, 5]);
});

test('black for up to a minute keeps the session, longer locks it', () => {
  let now = 0;
  const blackout = new Blackout(() => now);
  blackout.enter();
  now = LOCK_AFTER_MS;
  expect(blackout.wake()).toBe(false);
  blackout.enter();
  now += LOCK_AFTER_MS + 1;
  expect(blackout.wake()).toBe(true);
});

const line = (state: Connection, waiting: number, over: Partial<StatusView['connection']> = {}) => {
  speaker.language = 'en';
  const view = status();
  view.queue = { drafts: 0, waiting, needs_you: 0, received: 0 };
  view.connection = {
    state,
    last_success_at: null,
    last_error: null,
    next_try_at: null,
    progress: null,
    ...over,
  };
  return statusLine(view).text;
};

test('the status line says the truth in a few words', () => {
  expect(line('online', 0)).toBe('Online · all sent');
  expect(line('offline', 3)).toBe('Offline · 3 waiting to send');
  expect(line('offline', 0)).toBe('Offline · nothing waiting');
  expect(line('syncing', 3, { progress: { done: 1, total: 3 } })).toBe('Online · sending 2 of 3');
  expect(line('unknown', 0)).toBe('Not connected yet');
  expect(line('update_needed', 2)).toBe('Update needed · 2 waiting');
  expect(line('site_update_needed', 2)).toBe('Site needs an update · 2 waiting');
  const old = new Date(Date.now() - 50 * 3_600_000).toISOString();
  expect(line('offline', 1, { last_success_at: old })).toBe('Not synced for 2 days');
});

test('spans are whole minutes, hours and days', () => {
  speaker.language = 'en';
  const now = new Date('2026-11-22T22:16:30Z');
  expect(span('2026-11-22T22:16:00Z', now)).toBe('0 min');
  expect(span('2026-11-22T21:04:00Z', now)).toBe('1 h 12 min');
  expect(span('2026-11-21T21:04:00Z', now)).toBe('1 day');
});

test('themes go round, and a stored text size finds the nearest offered one', () => {
  expect(nextTheme(nextTheme(nextTheme('day')))).toBe('day');
  expect([0, 100, 120, 175, 300].map(textSize)).toEqual([100, 100, 115, 175, 175]);
});
