/**
 * Where an answer comes from until somebody says otherwise. What records answer
 * claims nothing by itself: that somebody looked is for the officer to say.
 */
import type {
  Answer,
  AnswerForm,
  AnswerSource,
  QuestionRow,
  ReferralForm,
} from '$lib/ipc/generated/contract';

type Asked = Pick<QuestionRow, 'id' | 'of_records'>;

export function sourceOf(
  row: Asked,
  answer: Answer,
  before: AnswerForm | undefined,
  queried: boolean,
): AnswerSource | null {
  if (answer === 'unknown') return 'not_checked';
  if (before?.source && before.source !== 'not_checked') return before.source;
  if (row.of_records) return queried ? 'records_query' : null;
  return 'officer_knowledge';
}

/** Whether an answer of this form says that it comes from a records query. */
export const saysQueried = (rows: readonly Asked[], form: ReferralForm): boolean =>
  rows.some((row) => row.of_records && form.answers[row.id]?.source === 'records_query');

/** Says of every answer about records that it comes from a query, or no longer. */
export function claimQuery(rows: readonly Asked[], form: ReferralForm, queried: boolean): void {
  for (const row of rows) {
    const given = form.answers[row.id];
    if (!row.of_records || !given || given.answer === 'unknown') continue;
    if (queried) given.source ??= 'records_query';
    else if (given.source === 'records_query') given.source = null;
  }
}
