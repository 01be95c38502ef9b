/**
 * The Fluent catalogues of `crates/words/locales`, which the command line
 * reads too; `terminal.ftl` is its own. The window holds both languages: it must
 * speak Spanish offline.
 */
import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { Language } from '$lib/ipc/generated/contract';

type Body = () => FluentResource['body'];

const FILES = {
  en: import.meta.glob<Body>(['../../../../crates/words/locales/en/*.ftl', '!**/terminal.ftl'], {
    import: 'default',
    eager: true,
  }),
  es: import.meta.glob<Body>(['../../../../crates/words/locales/es/*.ftl', '!**/terminal.ftl'], {
    import: 'default',
    eager: true,
  }),
} satisfies Record<Language, Record<string, Body>>;

/** Where numbers, dates and plurals follow US usage in both languages. */
export const LOCALES = { en: 'en-US', es: 'es-US' } satisfies Record<Language, string>;

const known = new Map<Language, FluentBundle>();

/** The sentences of a language, put together when it is first spoken. */
export function catalogue(language: Language): FluentBundle {
  const spoken = known.get(language);
  if (spoken) return spoken;
  const bundle = new FluentBundle(LOCALES[language], { useIsolating: false });
  for (const body of Object.values(FILES[language])) {
    const resource = new FluentResource('');
    resource.body = body();
    bundle.addResource(resource);
  }
  known.set(language, bundle);
  return bundle;
}
