/** Where a referral stands, in a word and a tone. */
import { moment } from '$lib/i18n/time';
import { say, sayIfKnown } from '$lib/i18n/words.svelte';
import type { StandingView, VerificationState } from '$lib/ipc/generated/contract';
import type { Tone } from '$lib/ui/tone';

export const VERIFICATION_TONES = {
  pending: 'plain',
  needs_information: 'warn',
  approved: 'ok',
  not_approved: 'info',
} as const satisfies Record<VerificationState, Tone>;

export interface State {
  tone: Tone;
  text: string;
}

export function standingState(standing: StandingView): State {
  switch (standing.kind) {
    case 'on_device':
      return { tone: 'plain', text: say('standing-on_device') };
    case 'sent':
      return { tone: 'info', text: say('standing-sent') };
    case 'received':
      return { tone: 'ok', text: say('standing-received', { time: moment(standing.received_at) }) };
    case 'parked':
      return { tone: 'warn', text: say('standing-parked') };
  }
}

/** Why the site parked it, in words. */
export const parkedReason = (code: string): string =>
  sayIfKnown(`parked-${code}`) ?? say('parked-unknown', { code });
