/** Field errors in words, and where each field stands. */
import { say, sayIfKnown } from '$lib/i18n/words.svelte';
import type { FieldError } from '$lib/ipc/generated/contract';

const PAGES: Readonly<Record<string, number>> = { who: 1, place: 2, why: 2, offer: 3, answers: 4 };

/** The page of the referral on which a field stands; 5 for what stands on the last. */
export function pageOf(path: string): number {
  return PAGES[path.split('.')[0] ?? ''] ?? 5;
}

/** The sentence for this very field, or the one for its code, or that something has to change. */
export function sayField(error: FieldError): string {
  const field = error.path.replaceAll(/\.\d+\b/g, '').replaceAll('.', '-');
  return (
    sayIfKnown(`field-${error.code}-${field}`, error.params) ??
    sayIfKnown(`field-${error.code}`, error.params) ??
    say('field-unknown')
  );
}

/** What stands beside the field at `path`: the errors of it and of its parts. */
export function errorAt(errors: readonly FieldError[], path: string): string | null {
  const found = errors.find((one) => one.path === path || one.path.startsWith(`${path}.`));
  return found ? sayField(found) : null;
}
