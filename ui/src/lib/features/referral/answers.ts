/** An answer of page 4 as the form holds it, and "how often" as three-valued as the rest. */
import type { Answer, AnswerForm, AnswerSource } from '$lib/ipc/generated/contract';

/** An answer with nothing beside it. */
export const plainAnswer = (answer: Answer, source: AnswerSource | null): AnswerForm => ({
  answer,
  source,
  most_recent: '',
  count: '',
  most_serious: null,
  place: null,
});

/** The same answer with another yes or no; what only a yes has goes with the yes. */
export const answerAgain = (
  before: AnswerForm | undefined,
  answer: Answer,
  source: AnswerSource | null,
): AnswerForm =>
  before && answer === 'yes' ? { ...before, answer, source } : plainAnswer(answer, source);

export const COUNTS = ['0', '1', '2', 'more', 'unknown'] as const;
export type Count = (typeof COUNTS)[number];

/** Which of the five was chosen. */
export function countOf(given: AnswerForm | null): Count | null {
  if (given === null) return null;
  if (given.answer !== 'yes') return given.answer === 'no' ? '0' : 'unknown';
  return given.count === '1' || given.count === '2' ? given.count : 'more';
}

export function countAnswer(count: Count): AnswerForm {
  if (count === 'unknown') return plainAnswer('unknown', 'not_checked');
  if (count === '0') return plainAnswer('no', null);
  return { ...plainAnswer('yes', null), count: count === 'more' ? '' : count };
}
