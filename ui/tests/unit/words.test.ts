import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/lib/i18n/catalogues';
import { present, PRESENTATIONS } from '../../src/lib/features/errors/present';
import { sayField } from '../../src/lib/features/errors/fields';
import { speaker } from '../../src/lib/i18n/words.svelte';
import type { ErrorCode } from '../../src/lib/ipc/generated/contract';

const root = join(import.meta.dirname, '../..');
const locales = join(root, '../crates/words/locales');

function ids(language: string): string[] {
  return readdirSync(join(locales, language))
    .filter((name) => name !== 'terminal.ftl')
    .flatMap((name) => readFileSync(join(locales, language, name), 'utf8').split('\n'))
    .flatMap((line) => /^([a-zA-Z][\w-]*) *=/.exec(line)?.[1] ?? []);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(svelte|ts)$/.test(entry.name))
    .filter((entry) => !entry.parentPath.includes('generated'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

test('no id stands twice, and both languages have the same ids', () => {
  const english = ids('en');
  expect(english.filter((id, index) => english.indexOf(id) !== index)).toEqual([]);
  expect(ids('es').sort()).toEqual(english.sort());
});

test('every sentence of both catalogues reads', () => {
  for (const language of ['en', 'es'] as const) {
    for (const id of ids(language))
      expect(catalogue(language).getMessage(id)?.value, id).toBeTruthy();
  }
});

test('every id that the code asks for by name exists', () => {
  const known = new Set(ids('en'));
  const asked = sources(join(root, 'src')).flatMap((text) =>
    [...text.matchAll(/\bsay\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
  );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((id) => !known.has(id))).toEqual([]);
});

test('every sentence is asked for somewhere', () => {
  const text = sources(join(root, 'src')).join('\n');
  const families = [...text.matchAll(/`([a-z-]+-)\$\{/g)].map((match) => match[1] ?? '');
  const prefixes = [...text.matchAll(/options\(\s*'([a-z-]+)'/g)].map((match) => `${match[1]}-`);
  const unused = ids('en').filter(
    (id) =>
      !text.includes(`'${id}'`) &&
      ![...families, ...prefixes].some((start) => id.startsWith(start)),
  );
  expect(unused).toEqual([]);
});

describe.each(['en', 'es'] as const)('errors in %s', (language) => {
  test.each(Object.keys(PRESENTATIONS) as ErrorCode[])('%s is said in words', (code) => {
    speaker.language = language;
    const shown = present({ code, params: { reason: '' }, fields: [], disposition: 'retry' });
    expect(shown.text).not.toContain('error-');
    expect(shown.text.split(' ').length).toBeGreaterThan(5);
  });
});

/** Every way in which an enrolment ends without a device. */
const NOT_ENROLLED = [
  'already_enrolled',
  'clock_impossible',
  'code_expired',
  'code_not_proven',
  'code_refused',
  'code_unknown',
  'code_used',
  'code_void',
  'device_known_otherwise',
  'device_revoked',
  'enrolment_unreadable',
  'person_disabled',
  'site_busy',
  'site_not_pinned',
  'site_not_proven',
  'site_unconfirmed',
] as const satisfies readonly ErrorCode[];

describe.each(['en', 'es'] as const)('an enrolment that did not happen, in %s', (language) => {
  const said = (code: ErrorCode) => {
    speaker.language = language;
    return present({ code, params: {}, fields: [], disposition: 'stop' }).text;
  };

  test.each(NOT_ENROLLED)('%s says what happened, what is safe and what to do next', (code) => {
    expect(said(code).match(/[.:] ?/g)?.length, said(code)).toBeGreaterThanOrEqual(3);
    expect(said(code)).toMatch(/\b(nothing|no se)\b/i);
  });

  test('no two of them are said alike', () => {
    expect(new Set(NOT_ENROLLED.map(said)).size).toBe(NOT_ENROLLED.length);
  });
});

test('a refused password is told why', () => {
  speaker.language = 'en';
  const say = (reason: string) =>
    present({
      code: 'password_refused',
      params: { reason },
      fields: [],
      disposition: 'ask_user',
    }).text;
  const reasons = ['too_short', 'too_long', 'common', 'known', 'repeats'];
  expect(new Set(reasons.map(say)).size).toBe(reasons.length);
});

test('a field error is said for its field, else for its code, else at all', () => {
  speaker.language = 'en';
  const say = (path: string, code: string) => sayField({ path, code, params: {} });
  expect(say('why.drugs.0.quantity', 'not_a_number')).toContain('2.5');
  expect(say('who.goes_by', 'too_long')).toBe('This text is too long');
  expect(say('who.goes_by', 'a_code_of_next_year')).toContain('cannot stay');
});
