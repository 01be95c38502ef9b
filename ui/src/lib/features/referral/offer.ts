/** The offer as one question with four answers; the record keeps made and response apart. */
import type { OfferForm } from '$lib/ipc/generated/contract';

export const OFFERS = ['accepted', 'undecided', 'declined', 'not_made'] as const;
export type OfferAnswer = (typeof OFFERS)[number];

export function offerOf(offer: OfferForm): OfferAnswer | null {
  return offer.made === false ? 'not_made' : offer.response;
}

/** Takes the answer, and drops the reason of another one. */
export function takeOffer(offer: OfferForm, answer: OfferAnswer): void {
  offer.made = answer !== 'not_made';
  offer.response = answer === 'not_made' ? null : answer;
  if (answer !== 'declined') offer.declined_reason = null;
  if (answer !== 'not_made') offer.not_made_reason = null;
}
