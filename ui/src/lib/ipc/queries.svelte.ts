/**
 * Freshness. A view says which command it reads; the command table says which
 * topics that command depends on; when the core announces a change of one of
 * them the command is called again. Nobody else refreshes anything.
 */
import { COMMANDS, type CommandName } from './generated/commands';
import type { CommandError, Topic } from './generated/contract';
import { asFailure, type Host, type Request, type View } from './host';

/** One live reading of a command. Render `view`, `error` or, while both are null, nothing yet. */
export class Query<C extends CommandName> {
  view = $state.raw<View<C> | null>(null);
  error = $state.raw<CommandError | null>(null);

  readonly command: C;
  readonly #host: Host;
  readonly #arrived: (view: View<C>) => void;
  #request: Request<C>;
  #running = false;
  #reading: Promise<void> = Promise.resolve();
  #stale = false;
  #generation = 0;

  constructor(
    host: Host,
    command: C,
    request: Request<C>,
    arrived: (view: View<C>) => void = () => undefined,
  ) {
    this.#host = host;
    this.command = command;
    this.#request = request;
    this.#arrived = arrived;
  }

  /** Asks for something else: the old view no longer answers the question. */
  ask(request: Request<C>): void {
    if (JSON.stringify(request) === JSON.stringify(this.#request)) return;
    this.#request = request;
    this.#generation += 1;
    this.view = null;
    this.error = null;
    void this.read();
  }

  /** Takes a view that another command answered, and drops any older answer under way. */
  put(view: View<C>): void {
    this.#generation += 1;
    this.view = view;
    this.error = null;
    this.#arrived(view);
  }

  /** Reads once more; a reading that is asked for during another follows it. Done when nothing is read. */
  read(): Promise<void> {
    this.#stale = true;
    if (!this.#running) {
      this.#running = true;
      this.#reading = this.#readAll();
    }
    return this.#reading;
  }

  /** When nothing is read. */
  settled(): Promise<void> {
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      const generation = this.#generation;
      try {
        const view = await this.#host.call(this.command, this.#request);
        if (generation === this.#generation) this.put(view);
      } catch (thrown) {
        if (generation === this.#generation) this.error = asFailure(thrown).error;
      }
    }
    this.#running = false;
  }
}

/** Every live query of the window. */
export class Queries {
  readonly #host: Host;
  readonly #live = new Set<Query<CommandName>>();

  constructor(host: Host) {
    this.#host = host;
  }

  open<C extends CommandName>(
    command: C,
    request: Request<C>,
    arrived?: (view: View<C>) => void,
  ): Query<C> {
    const query = new Query(this.#host, command, request, arrived);
    this.#live.add(query as unknown as Query<CommandName>);
    void query.read();
    return query;
  }

  close<C extends CommandName>(query: Query<C>): void {
    this.#live.delete(query as unknown as Query<CommandName>);
  }

  /** Reads again what depends on one of these topics. */
  changed(topics: readonly Topic[]): void {
    for (const query of this.#live) {
      const reads: readonly Topic[] = COMMANDS[query.command].reads;
      if (reads.some((topic) => topics.includes(topic))) void query.read();
    }
  }

  /** Reads everything again: events may have been missed. */
  everything(): void {
    for (const query of this.#live) void query.read();
  }
}
