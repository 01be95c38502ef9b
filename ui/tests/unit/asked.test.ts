import { expect, test } from 'vitest';
import {
  answerAgain,
  countAnswer,
  countOf,
  COUNTS,
  plainAnswer,
} from '../../src/lib/features/referral/answers';
import { arrange, asked, fieldOf } from '../../src/lib/features/referral/asked';
import type { QuestionRow } from '../../src/lib/ipc/generated/contract';
import { draftView, emptyForm } from '../fixture-views';

const row = (id: string, rank: number | null, page = 4): QuestionRow => ({
  id,
  words: { en: id, es: id },
  kind: page === 4 ? { kind: 'yes_no' } : { kind: 'zone' },
  page,
  of_records: false,
  rank,
});
const ids = (rows: readonly QuestionRow[]) => rows.map((one) => one.id).join(' ');
const none = () => false;

test('open questions come in order of use, then what was answered, and nothing moot', () => {
  const rows = [row('a', 3), row('b', null), row('c', 1), row('d', null), row('where', 2, 2)];
  expect(ids(arrange(rows, (one) => one.id === 'd', null))).toBe('c where a d');
});

test('what other pages ask is listed only while it is open', () => {
  expect(ids(arrange([row('where', null, 2)], () => true, null))).toBe('');
});

test('from the first answer on nothing moves: what it opens comes after it', () => {
  const kept = ['c', 'where', 'a'];
  const rows = [row('a', null), row('b', 1), row('c', null), row('d', null), row('where', 2, 2)];
  expect(ids(arrange(rows, (one) => one.id === 'c', kept))).toBe('c where a b');
  // Not even what was answered behind the line for the rest.
  expect(ids(arrange(rows, (one) => one.id === 'd', kept))).toBe('c where a b');
});

test('a question that new rules no longer have is not shown', () => {
  expect(ids(arrange([row('a', 1)], none, ['gone', 'a']))).toBe('a');
});

test('what the rules ask is found by its kind, with the parts that they read', () => {
  const view = draftView('d', 'arrest_diversion', 2, emptyForm());
  expect(asked(view, 'drugs')?.asks_form).toBe(true);
  expect(asked(view, 'involvement')).toBeNull();
  expect(fieldOf(row('zone', 1, 2))).toBe('place.zone');
  expect(fieldOf(row('site.own', 1))).toBe('answers.site.own');
});

test('how often reads back as it was chosen', () => {
  for (const count of COUNTS) expect(countOf(countAnswer(count))).toBe(count);
  expect(countOf({ ...plainAnswer('yes', null), count: '12' })).toBe('more');
  expect(countOf(null)).toBeNull();
});

test('what stands beside a yes goes with it', () => {
  const dated = { ...plainAnswer('yes', null), most_recent: '2019' };
  expect(answerAgain(dated, 'yes', 'dispatcher').most_recent).toBe('2019');
  expect(answerAgain(dated, 'no', 'dispatcher')).toEqual(plainAnswer('no', 'dispatcher'));
});
