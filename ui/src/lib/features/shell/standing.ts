/** The one line about the queue and the link that stands on every screen. */
import { span } from '$lib/i18n/time';
import { say } from '$lib/i18n/words.svelte';
import type { StatusView } from '$lib/ipc/generated/contract';
import type { Tone } from '$lib/ui/tone';

/** After this long without an answer of the site the line says so. */
export const LONG_AFTER_HOURS = 24;

/** Everything is there, something is going on, the site is away, somebody has to look. */
export type Sign = 'ok' | 'busy' | 'away' | 'look';

export interface Line {
  tone: Tone;
  sign: Sign;
  text: string;
}

export function statusLine(status: StatusView, now = new Date()): Line {
  const { connection, queue } = status;
  const { waiting } = queue;
  if (queue.needs_you > 0) {
    return { tone: 'warn', sign: 'look', text: say('pill-needs-you', { count: queue.needs_you }) };
  }
  switch (connection.state) {
    case 'not_accepted':
      return { tone: 'bad', sign: 'look', text: say('pill-not-accepted', { waiting }) };
    case 'update_needed':
      return { tone: 'warn', sign: 'look', text: say('pill-update', { waiting }) };
    case 'site_update_needed':
      return { tone: 'warn', sign: 'look', text: say('pill-site-update', { waiting }) };
    case 'syncing': {
      const { done, total } = connection.progress ?? { done: 0, total: 0 };
      return total > 0
        ? {
            tone: 'info',
            sign: 'busy',
            text: say('pill-sending', { done: Math.min(done + 1, total), total }),
          }
        : { tone: 'info', sign: 'busy', text: say('pill-checking') };
    }
    case 'online':
      return waiting === 0
        ? { tone: 'ok', sign: 'ok', text: say('pill-all-sent') }
        : { tone: 'info', sign: 'busy', text: say('pill-online-waiting', { waiting }) };
    case 'offline':
    case 'unknown': {
      const last = connection.last_success_at;
      const long = last && now.getTime() - new Date(last).getTime() > LONG_AFTER_HOURS * 3_600_000;
      if (long)
        return { tone: 'warn', sign: 'away', text: say('pill-long', { span: span(last, now) }) };
      if (connection.state === 'offline') {
        // No signal is an ordinary night; what waits for one is worth a look.
        return {
          tone: waiting > 0 ? 'warn' : 'plain',
          sign: 'away',
          text: say('pill-offline', { waiting }),
        };
      }
      return { tone: 'plain', sign: 'away', text: say('pill-unknown', { waiting }) };
    }
  }
}
