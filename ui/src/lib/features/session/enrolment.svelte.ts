/** A one-time code and a new password, twice. The core judges the code and the password. */
import { say } from '$lib/i18n/words.svelte';
import type { CommandError } from '$lib/ipc/generated/contract';
import { asFailure } from '$lib/ipc/host';
import type { FieldApp } from '../shell/app.svelte';

export class Enrolment {
  code = $state('');
  password = $state('');
  again = $state('');
  shown = $state(false);
  busy = $state(false);
  error = $state.raw<CommandError | null>(null);

  readonly #app: Pick<FieldApp, 'call' | 'status'>;
  #tried = $state(false);

  constructor(app: Pick<FieldApp, 'call' | 'status'>) {
    this.#app = app;
  }

  /** What has to change before the code can be used; said only after a try. */
  problem(field: 'code' | 'password' | 'again'): string | null {
    if (!this.#tried) return null;
    if (field === 'code' && this.code.trim() === '') return say('enrol-code-missing');
    if (field === 'password' && this.password === '') return say('enrol-password-missing');
    if (field === 'again' && this.again !== this.password) return say('enrol-again-differs');
    return null;
  }

  async enrol(): Promise<void> {
    this.#tried = true;
    const open = (['code', 'password', 'again'] as const).some((field) => this.problem(field));
    if (this.busy || open) return;
    this.busy = true;
    this.error = null;
    try {
      const status = await this.#app.call('enrol', {
        code: this.code.trim(),
        password: this.password,
      });
      this.password = '';
      this.again = '';
      this.#app.status.put(status);
    } catch (thrown) {
      this.error = asFailure(thrown).error;
    } finally {
      this.busy = false;
    }
  }
}
