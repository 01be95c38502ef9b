import type { CommandName } from '../../src/lib/ipc/generated/commands';
import type { CommandError, ErrorCode } from '../../src/lib/ipc/generated/contract';
import {
  CommandFailed,
  type Host,
  type Listener,
  type Request,
  type View,
} from '../../src/lib/ipc/host';

type Answers = { [C in CommandName]?: (request: Request<C>) => View<C> | Promise<View<C>> };

export const failure = (code: ErrorCode, disposition: CommandError['disposition'] = 'retry') =>
  new CommandFailed({ code, params: {}, fields: [], disposition });

/** A host whose answers a test writes, and whose calls it can read. */
export class FakeHost implements Host {
  readonly calls: { command: CommandName; request: unknown }[] = [];
  listener: Listener | null = null;
  answers: Answers;

  constructor(answers: Answers) {
    this.answers = answers;
  }

  async call<C extends CommandName>(command: C, request: Request<C>): Promise<View<C>> {
    this.calls.push({ command, request });
    const answer = this.answers[command];
    if (!answer) throw failure('internal');
    return await answer(request);
  }

  listen(listener: Listener): () => void {
    this.listener = listener;
    return () => (this.listener = null);
  }

  count(command: CommandName): number {
    return this.calls.filter((call) => call.command === command).length;
  }
}
