import { beforeEach, expect, test } from 'vitest';
import { knowRows, reportSections } from '../../src/lib/features/referral/summary';
import { plainAnswer } from '../../src/lib/features/referral/answers';
import { speaker } from '../../src/lib/i18n/words.svelte';
import type { AnswerForm } from '../../src/lib/ipc/generated/contract';
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
  const social = form();
  social.why.offences = [];
  const rows = reportSections(social, 'social_contact', choices).flatMap((section) => section.rows);
  expect(rows.map((row) => row.key)).not.toContain('Suspected offense');
});

test('that there is none is said, and so is what form a drug is in', () => {
  const some = form();
  const rows = () =>
    reportSections(some, 'arrest_diversion', choices).flatMap((section) =>
      section.rows.map((row) => [row.key, ...row.values].join(' | ')),
    );
  expect(rows()).toContain('Drugs | Not given');
  expect(rows().join()).not.toContain('earlier involvement');
  some.why.no_drugs = true;
  some.why.no_involvement = true;
  expect(rows()).toContain('Drugs | No drugs found');
  expect(rows()).toContain('What shows earlier involvement? | No earlier involvement');
  some.why.no_drugs = false;
  some.why.no_involvement = false;
  some.why.drugs = [
    { drug: 'H', quantity: '40', unit: 'DU', estimated: false, form: 'prescription_pills' },
  ];
  some.why.involvement = [
    { evidence: 'record', when: '2014', in_zone: 'yes', documented: 'no', basis: '' },
  ];
  expect(rows()).toContain('Drugs | Other narcotic, Prescription pills: 40 pills or doses');
  expect(rows()).toContain(
    'What shows earlier involvement? | In police records · 2014 · Was it in the site’s area? Yes · Is it written down anywhere? No',
  );
});

test('how often is said in words, and in a number where that is more than twice', () => {
  const often = (answer: AnswerForm) => {
    const some = form();
    some.answers['prior_diversions'] = answer;
    const rows = knowRows(some, draftView('d', 'social_contact', 5, some));
    return rows.find((row) => row.key === 'How many times diverted before?')?.values;
  };
  expect(often(plainAnswer('no', null))).toEqual(['Never']);
  expect(often({ ...plainAnswer('yes', null), count: '2' })).toEqual(['Twice']);
  expect(often({ ...plainAnswer('yes', null), count: '7' })).toEqual(['7']);
  expect(often(plainAnswer('yes', null))).toEqual(['More often']);
  expect(often(plainAnswer('unknown', 'not_checked'))).toEqual(['Don’t know']);
});

test('an answer about records says that nobody named its source', () => {
  const open = form();
  open.answers['open_warrant'] = plainAnswer('no', null);
  open.answers['history.violent'] = plainAnswer('no', 'records_query');
  const rows = knowRows(open, draftView('d', 'social_contact', 5, open));
  expect(rows.map((row) => row.values)).toEqual([
    ['Not given'],
    ['No', 'Records query'],
    ['Not given'],
    ['No', 'Source not said'],
  ]);
});
