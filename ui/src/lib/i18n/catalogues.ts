/**
 * The Fluent catalogues of `crates/words/locales`, which the command line
 * reads too; `terminal.ftl` is its own. The window holds both languages: it must
 * speak Spanish offline.
 */
import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { Language } from '$lib/ipc/generated/contract';

const FILES = {
  en: import.meta.glob<string>(['../../../../crates/words/locales/en/*.ftl', '!**/terminal.ftl'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
  es: import.meta.glob<string>(['../../../../crates/words/locales/es/*.ftl', '!**/terminal.ftl'], {
    query: '?raw',
    import: 'default',
    eager: true,
  }),
} satisfies Record<Language, Record<string, string>>;

/** Where numbers, dates and plurals follow US usage in both languages. */
export const LOCALES = { en: 'en-US', es: 'es-US' } satisfies Record<Language, string>;

const read = new Map<Language, FluentBundle>();

/** The sentences of a language, read when it is first spoken. */
export function catalogue(language: Language): FluentBundle {
  const known = read.get(language);
  if (known) return known;
  const bundle = new FluentBundle(LOCALES[language], { useIsolating: false });
  for (const text of Object.values(FILES[language])) bundle.addResource(new FluentResource(text));
  read.set(language, bundle);
  return bundle;
}
