/** Commands and events through Tauri: the only file that knows of it. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { CommandName } from './generated/commands';
import type { Event } from './generated/contract';
import { asFailure, type Host, type Listener, type Request, type View } from './host';

export class TauriHost implements Host {
  async call<C extends CommandName>(command: C, request: Request<C>): Promise<View<C>> {
    try {
      return await invoke<View<C>>(command, { request });
    } catch (thrown) {
      throw asFailure(thrown);
    }
  }

  listen(listener: Listener): () => void {
    const unlisten = listen<Event>('handoff', (message) => listener.event(message.payload));
    void unlisten.then(() => listener.resumed());
    return () => void unlisten.then((stop) => stop());
  }
}
