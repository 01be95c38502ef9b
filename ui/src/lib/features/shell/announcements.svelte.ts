/**
 * Decisions that arrived while the window was open. They stay until the person
 * closes them, and never outlive the session of the person they are for.
 */
import type { VerificationState } from '$lib/ipc/generated/contract';

export interface Announcement {
  referral: string;
  verification: VerificationState;
}

export class Announcements {
  shown = $state.raw<readonly Announcement[]>([]);
  #user: string | null = null;

  add(referral: string, verification: VerificationState): void {
    if (this.#user === null) return;
    const others = this.shown.filter((one) => one.referral !== referral);
    this.shown = [{ referral, verification }, ...others];
  }

  close(referral: string): void {
    this.shown = this.shown.filter((one) => one.referral !== referral);
  }

  belongTo(user: string | null): void {
    if (user !== this.#user) this.shown = [];
    this.#user = user;
  }
}
