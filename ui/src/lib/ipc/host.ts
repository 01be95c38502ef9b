/**
 * The one door from the window to the core. A host carries commands and
 * events; what they mean is the contract's business. Two transports exist:
 * `tauriHost` in the app, `httpHost` against a loopback core in a browser.
 */
import type { CommandName, Commands } from './generated/commands';
import type { CommandError, Event } from './generated/contract';

export type Request<C extends CommandName> = Commands[C]['request'];
export type View<C extends CommandName> = Commands[C]['view'];

export interface Listener {
  /** Something happened in the core. */
  event(event: Event): void;
  /** Events may have been missed: everything has to be read again. */
  resumed(): void;
}

export interface Host {
  /** Resolves with the view, rejects with `CommandFailed`. */
  call<C extends CommandName>(command: C, request: Request<C>): Promise<View<C>>;
  /** Listens until the returned function is called. */
  listen(listener: Listener): () => void;
}

/** What a command answered instead of its view. */
export class CommandFailed extends Error {
  readonly error: CommandError;

  constructor(error: CommandError) {
    super(error.code);
    this.name = 'CommandFailed';
    this.error = error;
  }
}

const INTERNAL: CommandError = { code: 'internal', params: {}, fields: [], disposition: 'retry' };

function isCommandError(value: unknown): value is CommandError {
  return typeof value === 'object' && value !== null && 'code' in value && 'disposition' in value;
}

/** Whatever a transport threw, as an error of the contract. */
export function asFailure(thrown: unknown): CommandFailed {
  if (thrown instanceof CommandFailed) return thrown;
  return new CommandFailed(isCommandError(thrown) ? thrown : INTERNAL);
}
