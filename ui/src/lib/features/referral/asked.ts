/** What the rules of this door ask, and where each answer is given. */
import type { DraftView, QuestionKind, QuestionRow } from '$lib/ipc/generated/contract';

type Kind = QuestionKind['kind'];

/** The parts that the rules read of a question of this kind; null when they do not ask it here. */
export function asked<K extends Kind>(
  view: DraftView,
  kind: K,
): Extract<QuestionKind, { kind: K }> | null {
  const found = view.checklist.find((row) => row.kind.kind === kind);
  return found ? (found.kind as Extract<QuestionKind, { kind: K }>) : null;
}

/** Where in the form pages 1 to 3 answer a question. */
const FIELDS: Partial<Record<Kind, string>> = {
  age: 'who.age',
  time: 'place.encounter_at',
  zone: 'place.zone',
  offences: 'why.offences',
  drugs: 'why.drugs',
  complainant: 'why.complainant.present',
  involvement: 'why.involvement',
  offer: 'offer.made',
};

/** The path in the form of the answer to a question. */
export const fieldOf = (row: QuestionRow): string => FIELDS[row.kind.kind] ?? `answers.${row.id}`;

export const onPage4 = (row: QuestionRow): boolean => row.page === 4;

/**
 * The ids of page 4 in their order. Nothing stands in `kept` until something is
 * answered here: then all open questions come first, the most useful one on
 * top, and what was answered before follows. From the first answer on `kept`
 * holds what was on the screen, and no row moves under the finger: what an
 * answer opens comes after it, what it settles stays where it is.
 */
export function arrange(
  rows: readonly QuestionRow[],
  isAnswered: (row: QuestionRow) => boolean,
  kept: readonly string[] | null,
): QuestionRow[] {
  const before = (kept ?? []).flatMap((id) => rows.find((row) => row.id === id) ?? []);
  const rest = rows.filter((row) => !before.includes(row));
  const open = rest.filter((row) => row.rank !== null);
  if (kept !== null) return [...before, ...open];
  open.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
  const answered = rest.filter((row) => row.rank === null && onPage4(row) && isAnswered(row));
  return [...open, ...answered];
}
