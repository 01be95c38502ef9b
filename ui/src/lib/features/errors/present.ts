/**
 * What each error means to the person: one sentence or three (what happened,
 * what is safe, what to do next), and what the window may offer. A new code of
 * the contract does not compile here until its sentence is written.
 */
import { say } from '$lib/i18n/words.svelte';
import type { MessageId } from '$lib/i18n/generated/ids';
import type { CommandError, ErrorCode } from '$lib/ipc/generated/contract';
import type { Tone } from '$lib/ui/tone';

export interface Presentation {
  sentence: MessageId;
  tone: Tone;
}

export const PRESENTATIONS = {
  not_enrolled: { sentence: 'error-not_enrolled', tone: 'warn' },
  already_enrolled: { sentence: 'error-already_enrolled', tone: 'warn' },
  code_unreadable: { sentence: 'error-code_unreadable', tone: 'bad' },
  code_unknown: { sentence: 'error-code_unknown', tone: 'bad' },
  code_used: { sentence: 'error-code_used', tone: 'bad' },
  code_expired: { sentence: 'error-code_expired', tone: 'bad' },
  code_not_proven: { sentence: 'error-code_not_proven', tone: 'bad' },
  code_void: { sentence: 'error-code_void', tone: 'bad' },
  device_known_otherwise: { sentence: 'error-device_known_otherwise', tone: 'bad' },
  device_revoked: { sentence: 'error-device_revoked', tone: 'bad' },
  person_disabled: { sentence: 'error-person_disabled', tone: 'bad' },
  site_unconfirmed: { sentence: 'error-site_unconfirmed', tone: 'warn' },
  enrolment_unreadable: { sentence: 'error-enrolment_unreadable', tone: 'bad' },
  site_busy: { sentence: 'error-site_busy', tone: 'warn' },
  code_refused: { sentence: 'error-code_refused', tone: 'bad' },
  site_not_proven: { sentence: 'error-site_not_proven', tone: 'bad' },
  site_not_pinned: { sentence: 'error-site_not_pinned', tone: 'bad' },
  site_not_reached: { sentence: 'error-site_not_reached', tone: 'warn' },
  site_answer_unreadable: { sentence: 'error-site_answer_unreadable', tone: 'warn' },
  update_needed: { sentence: 'error-update_needed', tone: 'warn' },
  site_update_needed: { sentence: 'error-site_update_needed', tone: 'warn' },
  wrong_password: { sentence: 'error-wrong_password', tone: 'bad' },
  password_refused: { sentence: 'error-password_refused', tone: 'bad' },
  locked: { sentence: 'error-locked', tone: 'warn' },
  lease_ran_out: { sentence: 'error-lease_ran_out', tone: 'warn' },
  not_permitted: { sentence: 'error-not_permitted', tone: 'warn' },
  unknown_user: { sentence: 'error-unknown_user', tone: 'bad' },
  form_incomplete: { sentence: 'error-form_incomplete', tone: 'bad' },
  unknown_draft: { sentence: 'error-unknown_draft', tone: 'warn' },
  unknown_referral: { sentence: 'error-unknown_referral', tone: 'warn' },
  already_sent: { sentence: 'error-already_sent', tone: 'warn' },
  disk_full: { sentence: 'error-disk_full', tone: 'bad' },
  another_writer: { sentence: 'error-another_writer', tone: 'bad' },
  file_damaged: { sentence: 'error-file_damaged', tone: 'bad' },
  files_newer: { sentence: 'error-files_newer', tone: 'bad' },
  clock_impossible: { sentence: 'error-clock_impossible', tone: 'bad' },
  request_unreadable: { sentence: 'error-request_unreadable', tone: 'bad' },
  internal: { sentence: 'error-internal', tone: 'bad' },
} as const satisfies Record<ErrorCode, Presentation>;

export interface Shown {
  tone: Tone;
  text: string;
  /** For the person on the phone with IT; small print. */
  code: ErrorCode;
}

/** The error in the language of the window. */
export function present(error: CommandError): Shown {
  const { sentence, tone } = PRESENTATIONS[error.code];
  return { tone, text: say(sentence, error.params), code: error.code };
}
