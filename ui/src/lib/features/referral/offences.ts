import type { OffenceChoice } from '$lib/ipc/generated/contract';

/** As many as fit on the screen without scrolling for long. */
const MOST = 8;

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Offences whose code or description holds every word that was typed. */
export function find(offences: readonly OffenceChoice[], typed: string): OffenceChoice[] {
  const words = fold(typed)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  return offences
    .filter((one) => {
      const text = fold(`${one.code} ${one.description}`);
      return words.every((word) => text.includes(word));
    })
    .slice(0, MOST);
}
