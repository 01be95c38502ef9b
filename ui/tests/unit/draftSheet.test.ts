import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { plainAnswer } from '../../src/lib/features/referral/answers';
import {
  DraftSheet,
  RETRY_AFTER_MS,
  SAVE_AFTER_MS,
} from '../../src/lib/features/referral/draftSheet.svelte';
import type { DraftView } from '../../src/lib/ipc/generated/contract';
import { draftView, emptyForm } from '../fixture-views';
import { FakeHost, failure } from './fakeHost';

const DRAFT = '0191f2a4-7b1c-7c3e-9f21-0000000000aa';

function open(host: FakeHost) {
  return new DraftSheet(host, draftView(DRAFT, 'social_contact', 1, emptyForm()));
}

const keeps = () =>
  new FakeHost({
    change_draft: ({ draft, page, form }) => draftView(draft, 'social_contact', page, form),
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a change is on the device within 400 ms of the last key', async () => {
  const host = keeps();
  const sheet = open(host);
  for (const name of ['J', 'Jo', 'Jos']) {
    sheet.edit((form) => (form.who.given_name = name));
    await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS - 1);
  }
  expect(host.count('change_draft')).toBe(0);
  expect(sheet.keeping).toBe('changed');
  await vi.advanceTimersByTimeAsync(1);
  expect(SAVE_AFTER_MS).toBeLessThan(400);
  expect(host.calls).toHaveLength(1);
  expect(host.calls[0]?.request).toMatchObject({ form: { who: { given_name: 'Jos' } } });
  expect(sheet.keeping).toBe('saved');
});

test('a change made while a save is under way is saved after it', async () => {
  const host = keeps();
  let release: (() => void) | undefined;
  host.answers.change_draft = ({ draft, page, form }) =>
    new Promise<DraftView>((resolve) => {
      release = () => resolve(draftView(draft, 'social_contact', page, form));
    });
  const sheet = open(host);
  sheet.edit((form) => (form.who.given_name = 'A'));
  const saved = sheet.save();
  sheet.edit((form) => (form.who.given_name = 'AB'));
  release?.();
  await vi.advanceTimersByTimeAsync(0);
  release?.();
  expect(await saved).toBe(true);
  expect(host.count('change_draft')).toBe(2);
  expect(host.calls[1]?.request).toMatchObject({ form: { who: { given_name: 'AB' } } });
});

test('saving with nothing to save asks nothing', async () => {
  const host = keeps();
  expect(await open(host).save()).toBe(true);
  expect(host.calls).toHaveLength(0);
});

test('a save that failed is said and tried again, and the form stays', async () => {
  const host = keeps();
  const works = host.answers.change_draft;
  host.answers.change_draft = () => {
    throw failure('disk_full');
  };
  const sheet = open(host);
  sheet.edit((form) => (form.who.given_name = 'José'));
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(sheet.keeping).toBe('failed');
  expect(sheet.error?.code).toBe('disk_full');
  expect(sheet.form.who.given_name).toBe('José');
  host.answers.change_draft = works;
  await vi.advanceTimersByTimeAsync(RETRY_AFTER_MS);
  expect(sheet.keeping).toBe('saved');
  expect(sheet.error).toBeNull();
});

test('nothing is sent before the last change is saved', async () => {
  const host = keeps();
  host.answers.submit = ({ draft }) => ({ referral: draft, saved_at: '2026-11-22T21:04:00Z' });
  const sheet = open(host);
  sheet.edit((form) => (form.offer.made = true));
  expect(await sheet.send()).toMatchObject({ referral: DRAFT });
  expect(host.calls.map((call) => call.command)).toEqual(['change_draft', 'submit']);
});

test('after it was sent nothing is saved any more', async () => {
  const host = keeps();
  host.answers.submit = ({ draft }) => ({ referral: draft, saved_at: '2026-11-22T21:04:00Z' });
  const sheet = open(host);
  await sheet.send();
  sheet.edit((form) => (form.offer.made = true));
  await sheet.save();
  expect(host.count('change_draft')).toBe(0);
});

test('turning the page saves at once and lets that page show its errors', async () => {
  const host = keeps();
  const sheet = open(host);
  expect(sheet.errorAt('who.given_name')).toBeNull();
  sheet.turnTo(2);
  await vi.advanceTimersByTimeAsync(0);
  expect(host.calls[0]?.request).toMatchObject({ page: 2 });
  expect(sheet.errorAt('who.given_name')).toContain('Name not known');
  expect(sheet.errorAt('why.needs')).toBeNull();
});

test('"I have not checked" leaves answers that were given', () => {
  const sheet = open(keeps());
  sheet.answer('open_warrant', plainAnswer('yes', 'dispatcher'));
  sheet.answerRestUnknown();
  expect(sheet.form.answers['open_warrant']?.answer).toBe('yes');
  const unknown = plainAnswer('unknown', 'not_checked');
  expect(sheet.form.answers['history.violent']).toEqual(unknown);
  expect(sheet.form.answers['prior_diversions']).toEqual(unknown);
  // What another page asks is not for this one to answer.
  expect(sheet.form.answers['drugs']).toBeUndefined();
});

test('a view that arrives while something newer is typed does not replace it', () => {
  const sheet = open(keeps());
  const before = sheet.view;
  sheet.edit((form) => (form.who.given_name = 'José'));
  sheet.heard(draftView(DRAFT, 'social_contact', 1, emptyForm()));
  expect(sheet.view).toBe(before);
});
