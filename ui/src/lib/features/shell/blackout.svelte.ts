/** The black window: one key, no light, and a password after a minute. */
export const LOCK_AFTER_MS = 60_000;

export class Blackout {
  dark = $state(false);
  readonly #now: () => number;
  #since = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  enter(): void {
    this.dark = true;
    this.#since = this.#now();
  }

  /** Lights up again; true when it was dark for so long that the session must lock. */
  wake(): boolean {
    this.dark = false;
    return this.#now() - this.#since > LOCK_AFTER_MS;
  }
}
