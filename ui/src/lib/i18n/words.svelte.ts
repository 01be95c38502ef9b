/**
 * Everything the window says. A message id is a type, so that a sentence that
 * nobody wrote does not compile; ids that arrive as data are asked for by
 * `sayIfKnown`. Names of people are never put inside a sentence: they stand
 * in an element of their own, whatever their script.
 */
import type { Language, PackWords } from '$lib/ipc/generated/contract';
import { catalogue, LOCALES } from './catalogues';
import type { MessageId } from './generated/ids';

export type Args = Record<string, string | number>;

class Speaker {
  language = $state<Language>('en');

  get locale(): string {
    return LOCALES[this.language];
  }

  find(id: string, args?: Args): string | null {
    const bundle = catalogue(this.language);
    const pattern = bundle.getMessage(id)?.value;
    return pattern ? bundle.formatPattern(pattern, args) : null;
  }
}

export const speaker = new Speaker();

/** The sentence in the language of the window. */
export function say(id: MessageId, args?: Args): string {
  return speaker.find(id, args) ?? id;
}

/** The sentence of an id that arrived as data, if the catalogue has one. */
export function sayIfKnown(id: string, args?: Args): string | null {
  return speaker.find(id, args);
}

/** A text of a rule pack with its language: English where the pack has no Spanish. */
export function packText(words: PackWords): { text: string; lang: Language } {
  return speaker.language === 'es' && words.es !== ''
    ? { text: words.es, lang: 'es' }
    : { text: words.en, lang: 'en' };
}
