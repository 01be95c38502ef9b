import type { Host } from './host';
import { HttpHost } from './httpHost';
import { TauriHost } from './tauriHost';

/** Tauri when the window runs in it, HTTP otherwise. */
export function pickHost(): Host {
  return '__TAURI_INTERNALS__' in window ? new TauriHost() : new HttpHost();
}
