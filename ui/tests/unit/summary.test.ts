import { beforeEach, expect, test } from 'vitest';
import { knowRows, reportSections } from '../../src/lib/features/referral/summary';
import { speaker } from '../../src/lib/i18n/words.svelte';
import { choices, draftView, emptyForm } from '../fixture-views';

beforeEach(() => void (speaker.language = 'en'));

function form() {
  const form = emptyForm();
  form.who.age = { kind: 'band', band: 'from25_to34' };
  form.place.address = 'Howard St';
  form.why.needs = ['housing', 'food'];
  form.why.offences = [{ code: '35A', level: 'misdemeanor', statute: 'CR 5-601' }];
  form.why.complainant = { present: 'yes', declines: 'no' };
  form.offer = { ...form.offer, phone: '410 555 0100', safe_to_leave_message: false };
  return form;
}

const said = (door: 'arrest_diversion' | 'social_contact') =>
  reportSections(form(), door, choices).flatMap((section) =>
    section.rows.map((row) => [row.key, ...row.values].join(' | ')),
  );

test('who, where, why and the offer are said in words', () => {
  const rows = said('arrest_diversion');
  expect(rows).toContain('Age | 25 to 34');
  expect(rows).toContain('Area | Franklin to Pratt');
  expect(rows).toContain('Address or cross street | Howard St');
  expect(rows).toContain('What may the person need? | Housing | Food');
  expect(rows).toContain('Phone | 410 555 0100 | Is it safe to leave a message there? No');
});

test('an offense is said with its level and statute', () => {
  expect(said('arrest_diversion')).toContain(
    'Suspected offense | 35A Drug/Narcotic Violations · Misdemeanor · CR 5-601',
  );
  expect(said('arrest_diversion')).toContain(
    'Is somebody harmed who may want charges? | Yes | Do they decline prosecution? No',
  );
  expect(said('social_contact').join()).not.toContain('offense');
});

test('an answer about records says that nobody named its source', () => {
  const open = form();
  open.answers['open_warrant'] = { answer: 'no', source: null, most_recent: '' };
  open.answers['history.violent'] = { answer: 'no', source: 'records_query', most_recent: '' };
  const rows = knowRows(open, draftView('d', 'social_contact', 5, open));
  expect(rows.map((row) => row.values)).toEqual([
    ['Not given'],
    ['No', 'Records query'],
    ['Not given'],
    ['No', 'Source not said'],
  ]);
});
