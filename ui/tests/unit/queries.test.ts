import { expect, test, vi } from 'vitest';
import { FieldApp } from '../../src/lib/features/shell/app.svelte';
import { Queries } from '../../src/lib/ipc/queries.svelte';
import { status } from '../fixture-views';
import { FakeHost, failure } from './fakeHost';

vi.mock('../../src/lib/theme/look', async (real) => ({ ...(await real()), wear: () => undefined }));

const settle = () => new Promise((done) => setTimeout(done, 0));
const emptyToday = { drafts: [], recent: [], doors: [] };

test('a change of a topic reads again what depends on it, and nothing else', async () => {
  const host = new FakeHost({
    today: () => emptyToday,
    choices: () => ({ script: { en: '', es: '' }, zones: [], offences: [], doors: [] }),
  });
  const queries = new Queries(host);
  queries.open('today', {});
  queries.open('choices', { door: 'social_contact' });
  await settle();
  queries.changed(['drafts']);
  await settle();
  expect(host.count('today')).toBe(2);
  expect(host.count('choices')).toBe(1);
});

test('a closed query is not read again', async () => {
  const host = new FakeHost({ today: () => emptyToday });
  const queries = new Queries(host);
  const query = queries.open('today', {});
  await settle();
  queries.close(query);
  queries.changed(['drafts']);
  await settle();
  expect(host.count('today')).toBe(1);
});

test('changes during a reading cause one more reading, not one each', async () => {
  const host = new FakeHost({ today: () => emptyToday });
  const queries = new Queries(host);
  queries.open('today', {});
  queries.changed(['drafts']);
  queries.changed(['queue']);
  queries.changed(['packs']);
  await settle();
  expect(host.count('today')).toBe(2);
});

test('a reading that is asked for at whatever moment of another is done', async () => {
  for (let moment = 0; moment < 10; moment++) {
    const host = new FakeHost({ today: () => emptyToday });
    const query = new Queries(host).open('today', {});
    for (let tick = 0; tick < moment; tick++) await Promise.resolve();
    await query.read();
    expect(query.view, `moment ${moment}`).toEqual(emptyToday);
    expect(host.count('today'), `moment ${moment}`).toBe(2);
  }
});

test('a query is settled when its first answer is there', async () => {
  const host = new FakeHost({ today: () => emptyToday });
  const query = new Queries(host).open('today', {});
  expect(query.view).toBeNull();
  await query.settled();
  expect(query.view).toEqual(emptyToday);
});

test('a failed reading keeps the last view and shows the error', async () => {
  const host = new FakeHost({ today: () => emptyToday });
  const queries = new Queries(host);
  const query = queries.open('today', {});
  await settle();
  host.answers.today = () => {
    throw failure('file_damaged');
  };
  queries.changed(['drafts']);
  await settle();
  expect(query.view).toEqual(emptyToday);
  expect(query.error?.code).toBe('file_damaged');
});

test('asking for something else drops the old answer', async () => {
  const host = new FakeHost({
    choices: ({ door }) => ({
      script: { en: door, es: '' },
      zones: [],
      offences: [],
      doors: [door],
    }),
  });
  const query = new Queries(host).open('choices', { door: 'social_contact' });
  query.ask({ door: 'arrest_diversion' });
  await settle();
  expect(query.view?.doors).toEqual(['arrest_diversion']);
});

test('events that may have been missed cause everything to be read again', async () => {
  const host = new FakeHost({ status: () => status() });
  const app = new FieldApp(host);
  app.start();
  await settle();
  host.listener?.resumed();
  await settle();
  expect(host.count('status')).toBe(2);
});

test('a call that finds the session ended reads the status again', async () => {
  const host = new FakeHost({
    status: () => status(),
    today: () => {
      throw failure('locked', 'ask_user');
    },
  });
  const app = new FieldApp(host);
  await settle();
  await expect(app.call('today', {})).rejects.toThrow('locked');
  await settle();
  expect(host.count('status')).toBe(2);
});

test('what is unsaved is saved before the device locks', async () => {
  const open = {
    ...status(),
    session: {
      user: 'u',
      name: 'N',
      roles: [],
      write_only: false,
      renewed: false,
      locks_after_seconds: 0,
    },
  };
  const host = new FakeHost({ status: () => open, lock: () => status() });
  const app = new FieldApp(host);
  await settle();
  const order: string[] = [];
  app.keepSaved(async () => order.push(`saved before ${host.count('lock')} locks`));
  await app.lock();
  expect(order).toEqual(['saved before 0 locks']);
  expect(host.count('lock')).toBe(1);
});

test('a decision is announced only in the session of its person and ends with it', async () => {
  const open = {
    ...status(),
    session: {
      user: 'u',
      name: 'N',
      roles: [],
      write_only: false,
      renewed: false,
      locks_after_seconds: 0,
    },
  };
  const host = new FakeHost({ status: () => status(), lock: () => status() });
  const app = new FieldApp(host);
  app.start();
  await settle();
  host.listener?.event({ kind: 'decided', referral: 'r1', verification: 'approved' });
  expect(app.announcements.shown).toHaveLength(0);
  app.status.put(open);
  host.listener?.event({ kind: 'decided', referral: 'r1', verification: 'approved' });
  expect(app.announcements.shown).toHaveLength(1);
  await app.lock();
  expect(app.announcements.shown).toHaveLength(0);
});
