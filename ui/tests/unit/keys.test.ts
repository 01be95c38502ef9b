// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import { keyName, KeyRouter } from '../../src/lib/features/keyboard/keys.svelte';
import { pickNth } from '../../src/lib/features/keyboard/pickNth';

function press(init: KeyboardEventInit & { key: string }, on: Element = document.body) {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  Object.defineProperty(event, 'target', { value: on });
  return event;
}

beforeEach(() => {
  document.body.innerHTML = `
    <input id="text" type="text"><textarea id="area"></textarea><button id="button">b</button>
    <div data-options id="one"><label><input type="radio" name="a" id="a1"></label><label><input type="radio" name="a" id="a2"></label></div>
    <div data-options id="two"><label><input type="checkbox" id="b1"></label></div>`;
});

const element = (id: string) => document.getElementById(id) as HTMLElement;

test.each([
  [{ key: 'N', ctrlKey: true, shiftKey: true }, 'Ctrl+Shift+N'],
  [{ key: 'j', ctrlKey: true }, 'Ctrl+J'],
  [{ key: '3', altKey: true }, 'Alt+3'],
  [{ key: 'F8' }, 'F8'],
  [{ key: 'Y', shiftKey: true }, 'y'],
  [{ key: '?', shiftKey: true }, '?'],
])('%o is %s', (init, name) => {
  expect(keyName(press(init))).toBe(name);
});

test('a single letter does nothing while text is typed', () => {
  const run = vi.fn();
  const keys = new KeyRouter();
  keys.push({ y: run });
  expect(keys.route(press({ key: 'y' }, element('text')), false)).toBe(false);
  expect(keys.route(press({ key: 'y' }, element('area')), false)).toBe(false);
  expect(keys.route(press({ key: 'y' }, element('a1')), false)).toBe(true);
  expect(run).toHaveBeenCalledTimes(1);
});

test('single letters can be switched off, function keys cannot', () => {
  const run = vi.fn();
  const keys = new KeyRouter();
  keys.push({ y: run, F8: run });
  keys.singleKeys = false;
  expect(keys.route(press({ key: 'y' }), false)).toBe(false);
  expect(keys.route(press({ key: 'F8' }), false)).toBe(true);
});

test('the newest scope answers first and the one below answers after it is gone', () => {
  const below = vi.fn();
  const above = vi.fn();
  const keys = new KeyRouter();
  keys.push({ Escape: below });
  const off = keys.push({ Escape: above });
  keys.route(press({ key: 'Escape' }), false);
  off();
  keys.route(press({ key: 'Escape' }), false);
  expect([above.mock.calls.length, below.mock.calls.length]).toEqual([1, 1]);
});

test('a modal dialog lets only function keys through', () => {
  const run = vi.fn();
  const keys = new KeyRouter();
  keys.push({ F9: run, Escape: run });
  expect(keys.route(press({ key: 'Escape' }), true)).toBe(false);
  expect(keys.route(press({ key: 'F9' }), true)).toBe(true);
});

test('Enter belongs to buttons, links and fields before it means continue', () => {
  const run = vi.fn();
  const keys = new KeyRouter();
  keys.push({ Enter: run });
  for (const id of ['button', 'text', 'area']) {
    expect(keys.route(press({ key: 'Enter' }, element(id)), false)).toBe(false);
  }
  expect(keys.route(press({ key: 'Enter' }), false)).toBe(true);
});

test('a digit chooses in the group that has the focus, else in the first', () => {
  expect(pickNth(2)).toBe(true);
  expect((element('a2') as HTMLInputElement).checked).toBe(true);
  element('b1').focus();
  expect(pickNth(1)).toBe(true);
  expect((element('b1') as HTMLInputElement).checked).toBe(true);
  expect(pickNth(7)).toBe(false);
});
