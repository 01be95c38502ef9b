/** Who wants in, and their password. */
import type { CommandError } from '$lib/ipc/generated/contract';
import { asFailure } from '$lib/ipc/host';
import type { FieldApp } from '../shell/app.svelte';

export class Unlocking {
  password = $state('');
  shown = $state(false);
  busy = $state(false);
  error = $state.raw<CommandError | null>(null);
  #picked = $state<string | null>(null);

  readonly #app: Pick<FieldApp, 'call' | 'status' | 'view'>;

  constructor(app: Pick<FieldApp, 'call' | 'status' | 'view'>) {
    this.#app = app;
  }

  /** The only person of the device needs no tap. */
  get user(): string | null {
    const people = this.#app.view?.people ?? [];
    return this.#picked ?? (people.length === 1 ? (people[0]?.user ?? null) : null);
  }

  pick(user: string): void {
    this.#picked = user;
    this.error = null;
  }

  async unlock(): Promise<void> {
    const user = this.user;
    if (this.busy || user === null || this.password === '') return;
    this.busy = true;
    this.error = null;
    try {
      const status = await this.#app.call('unlock', { user, password: this.password });
      this.#app.status.put(status);
    } catch (thrown) {
      this.error = asFailure(thrown).error;
    } finally {
      this.password = '';
      this.busy = false;
    }
  }
}
