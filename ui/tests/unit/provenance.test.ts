import { expect, test } from 'vitest';
import { plainAnswer as given } from '../../src/lib/features/referral/answers';
import { claimQuery, saysQueried, sourceOf } from '../../src/lib/features/referral/provenance';
import { emptyForm } from '../fixture-views';

const RECORD = { id: 'open_warrant', of_records: true };
const HISTORY = { id: 'history.violent', of_records: true };
const SEEN = { id: 'amenable', of_records: false };
const ROWS = [RECORD, HISTORY, SEEN];

test('an answer about records claims no source until the officer names one', () => {
  expect(sourceOf(RECORD, 'no', undefined, false)).toBeNull();
  expect(sourceOf(SEEN, 'no', undefined, false)).toBe('officer_knowledge');
});

test('one touch says of all of them that they come from a records query, and takes it back', () => {
  const form = emptyForm();
  form.answers = {
    open_warrant: given('no', null),
    'history.violent': given('yes', 'dispatcher'),
    amenable: given('yes', 'officer_knowledge'),
  };
  claimQuery(ROWS, form, true);
  const sources = () => ROWS.map((row) => form.answers[row.id]?.source);
  expect(sources()).toEqual(['records_query', 'dispatcher', 'officer_knowledge']);
  expect(saysQueried(ROWS, form)).toBe(true);
  expect(sourceOf(RECORD, 'yes', undefined, true)).toBe('records_query');
  claimQuery(ROWS, form, false);
  expect(sources()).toEqual([null, 'dispatcher', 'officer_knowledge']);
  expect(saysQueried(ROWS, form)).toBe(false);
});

test('what is not known was not checked, whatever else was queried', () => {
  const form = emptyForm();
  form.answers = { open_warrant: given('unknown', 'not_checked') };
  claimQuery(ROWS, form, true);
  expect(form.answers['open_warrant']?.source).toBe('not_checked');
  expect(sourceOf(RECORD, 'unknown', given('no', 'records_query'), true)).toBe('not_checked');
});

test('a source that the officer named for a row stays when the answer changes', () => {
  expect(sourceOf(RECORD, 'no', given('yes', 'dispatcher'), true)).toBe('dispatcher');
  expect(sourceOf(RECORD, 'no', given('unknown', 'not_checked'), false)).toBeNull();
});
