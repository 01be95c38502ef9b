/**
 * The field app around its screens: the host, live queries, the look, keys,
 * locking, and what has to be saved before the window may go dark. Screens get
 * it by `useApp()`. What the core says wins; nothing here decides about a
 * referral.
 */
import { createContext } from 'svelte';
import type { CommandName } from '$lib/ipc/generated/commands';
import type { CommandError, Event, Preferences, StatusView } from '$lib/ipc/generated/contract';
import { asFailure, type Host, type Request, type View } from '$lib/ipc/host';
import { Queries, type Query } from '$lib/ipc/queries.svelte';
import { nextTheme, wear } from '$lib/theme/look';
import { KeyRouter } from '../keyboard/keys.svelte';
import { Announcements } from './announcements.svelte';
import { Blackout } from './blackout.svelte';
import { IdleLock } from './idle';

/** Until the core has said what this device wears: as `field.html`, and as its own default. */
const FIRST_LOOK: Preferences = {
  theme: 'night',
  gloves: false,
  text_percent: 100,
  language: 'en',
  single_keys: true,
};

export class FieldApp {
  readonly queries: Queries;
  readonly status: Query<'status'>;
  readonly keys = new KeyRouter();
  readonly blackout = new Blackout();
  readonly announcements = new Announcements();
  /** What the window wears now; the core keeps it. */
  look = $state.raw<Preferences>(FIRST_LOOK);
  /** An error that belongs to no control: of locking, of setting the look. */
  trouble = $state.raw<CommandError | null>(null);

  readonly #host: Host;
  readonly #idle = new IdleLock(() => void this.lock());
  readonly #unsaved = new Set<() => Promise<unknown>>();
  #keeping: Promise<void> = Promise.resolve();
  #unkept = 0;

  constructor(host: Host) {
    this.#host = host;
    this.queries = new Queries(host);
    this.status = this.queries.open('status', {}, (view) => this.#arrived(view));
  }

  get view(): StatusView | null {
    return this.status.view;
  }

  /** Listens to the core until the returned function is called. */
  start(): () => void {
    return this.#host.listen({
      event: (event) => this.#happened(event),
      resumed: () => this.queries.everything(),
    });
  }

  /** Calls a command; a session that has ended shows the lock screen. */
  async call<C extends CommandName>(command: C, request: Request<C>): Promise<View<C>> {
    try {
      return await this.#host.call(command, request);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.error.code === 'locked') void this.status.read();
      throw failure;
    }
  }

  /** Registers what saves a screen's changes; returns how to take it off. */
  keepSaved(save: () => Promise<unknown>): () => void {
    this.#unsaved.add(save);
    return () => this.#unsaved.delete(save);
  }

  /** Saves whatever is not saved yet. */
  async saveAll(): Promise<void> {
    await Promise.all([...this.#unsaved].map((save) => save()));
  }

  async lock(): Promise<void> {
    if (this.view?.session === null) return;
    await this.saveAll();
    await this.#attempt(async () => this.status.put(await this.#host.call('lock', {})));
  }

  /** Worn at once, and kept one after the other: the last choice stays. */
  change(look: Partial<Preferences>): Promise<void> {
    const chosen = { ...this.look, ...look };
    this.#wear(chosen);
    this.#unkept += 1;
    this.#keeping = this.#keeping.then(() => this.#keep(chosen));
    return this.#keeping;
  }

  async #keep(chosen: Preferences): Promise<void> {
    let view: StatusView | null = null;
    await this.#attempt(async () => {
      view = await this.#host.call('set_preferences', chosen);
    });
    this.#unkept -= 1;
    if (view) this.status.put(view);
  }

  turnLook(): void {
    void this.change({ theme: nextTheme(this.look.theme) });
  }

  wake(): void {
    if (this.blackout.wake()) void this.lock();
  }

  touched(): void {
    this.#idle.touched();
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.trouble = null;
    } catch (thrown) {
      this.trouble = asFailure(thrown).error;
    }
  }

  #arrived(view: StatusView): void {
    // What the core says while a choice is on its way is older than the choice.
    if (this.#unkept === 0) this.#wear(view.preferences);
    this.#idle.allow(view.session?.locks_after_seconds ?? 0);
    this.announcements.belongTo(view.session?.user ?? null);
  }

  #wear(look: Preferences): void {
    this.look = look;
    this.keys.singleKeys = look.single_keys;
    wear(look);
  }

  #happened(event: Event): void {
    switch (event.kind) {
      case 'changed':
        return this.queries.changed(event.topics);
      case 'decided':
        return this.announcements.add(event.referral, event.verification);
      case 'locked':
        return void this.status.read();
    }
  }
}

export const [useApp, provideApp] = createContext<FieldApp>();
