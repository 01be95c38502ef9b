/** The looks of a verdict. Its meaning is the core's. */
import type { Advice, FindingResult, FindingRow, VerdictView } from '$lib/ipc/generated/contract';
import type { Tone } from '$lib/ui/tone';

export const ADVICE_TONES = {
  looks_eligible: 'ok',
  records_check_needed: 'warn',
  staff_will_review: 'warn',
  use_other_route: 'info',
} as const satisfies Record<Advice, Tone>;

export const RESULT_TONES = {
  hit: 'warn',
  unknown: 'plain',
  pass: 'ok',
} as const satisfies Record<FindingResult, Tone>;

/** After this many days without news of the rules the card says so in amber. */
export const OLD_AFTER_DAYS = 14;

export const findingsThat = (verdict: VerdictView, result: FindingResult): FindingRow[] =>
  verdict.findings.filter((finding) => finding.result === result);

export function rulesAreOld(verdict: VerdictView): boolean {
  const days = verdict.pack.checked_days_ago;
  return days === null || days > OLD_AFTER_DAYS;
}
