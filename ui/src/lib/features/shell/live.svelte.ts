import { onDestroy, untrack } from 'svelte';
import type { CommandName } from '$lib/ipc/generated/commands';
import type { Request, View } from '$lib/ipc/host';
import type { Query } from '$lib/ipc/queries.svelte';
import type { Bindings } from '../keyboard/keys.svelte';
import { useApp } from './app.svelte';

/** Declares what a component reads. It is read again whenever the core says that it changed. */
export function live<C extends CommandName>(
  command: C,
  request: () => Request<C>,
  arrived?: (view: View<C>) => void,
): Query<C> {
  const { queries } = useApp();
  const query = queries.open(command, untrack(request), arrived);
  $effect(() => query.ask(request()));
  onDestroy(() => queries.close(query));
  return query;
}

/** Binds keys for as long as the component is there. */
export function keys(bindings: Bindings): void {
  onDestroy(useApp().keys.push(bindings));
}
