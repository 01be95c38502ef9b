import { expect, test, vi } from 'vitest';
import { FieldApp } from '../../src/lib/features/shell/app.svelte';
import type { Preferences, StatusView } from '../../src/lib/ipc/generated/contract';
import { status } from '../fixture-views';
import { FakeHost, failure } from './fakeHost';

vi.mock('../../src/lib/theme/look', async (real) => ({ ...(await real()), wear: () => undefined }));

const settle = () => new Promise((done) => setTimeout(done, 0));

/** A core that keeps what it is told when the test lets it. */
function slowCore() {
  let kept: Preferences = { ...status().preferences, theme: 'night' };
  const waiting: (() => void)[] = [];
  const view = (): StatusView => ({ ...status(), preferences: kept });
  const host = new FakeHost({
    status: view,
    set_preferences: (chosen) =>
      new Promise((done) =>
        waiting.push(() => {
          kept = chosen;
          done(view());
        }),
      ),
  });
  return { host, answer: () => waiting.shift()?.() };
}

test('the last of two quick choices stays, whatever the core says in between', async () => {
  const { host, answer } = slowCore();
  const app = new FieldApp(host);
  await settle();
  app.turnLook();
  app.turnLook();
  expect(app.look.theme).toBe('day');
  await settle();
  answer();
  await settle();
  expect(app.look.theme).toBe('day');
  answer();
  await settle();
  expect(app.look.theme).toBe('day');
  expect(host.calls.filter((call) => call.command === 'set_preferences')).toHaveLength(2);
  expect(app.view?.preferences.theme).toBe('day');
});

test('a choice that was not kept is said, and the next one is sent all the same', async () => {
  const host = new FakeHost({ status: () => status() });
  const app = new FieldApp(host);
  await settle();
  host.answers.set_preferences = () => {
    throw failure('disk_full');
  };
  await app.change({ theme: 'day' });
  expect(app.trouble?.code).toBe('disk_full');
  host.answers.set_preferences = (chosen) => ({ ...status(), preferences: chosen });
  await app.change({ theme: 'tactical' });
  expect(app.trouble).toBeNull();
  expect(app.look.theme).toBe('tactical');
});
