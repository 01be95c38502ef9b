/** Locks when nobody has touched anything for as long as the session allows. */
export class IdleLock {
  readonly #lock: () => void;
  #seconds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lock: () => void) {
    this.#lock = lock;
  }

  /** Zero seconds: never. */
  allow(seconds: number): void {
    if (seconds === this.#seconds) return;
    this.#seconds = seconds;
    this.touched();
  }

  touched(): void {
    clearTimeout(this.#timer);
    if (this.#seconds > 0) this.#timer = setTimeout(this.#lock, this.#seconds * 1000);
  }
}
