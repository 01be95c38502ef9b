/**
 * Commands and events over HTTP on the same origin, for development and tests
 * in a browser: `POST /api/<command>` answers 200 with the view or 422 with
 * the error; `/api/events` is a stream. The session is a cookie.
 */
import type { CommandName } from './generated/commands';
import type { Event } from './generated/contract';
import { asFailure, type Host, type Listener, type Request, type View } from './host';

export class HttpHost implements Host {
  readonly #base: string;

  constructor(base = '/api') {
    this.#base = base;
  }

  async call<C extends CommandName>(command: C, request: Request<C>): Promise<View<C>> {
    let answer: unknown;
    let ok: boolean;
    try {
      const response = await fetch(`${this.#base}/${command}`, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
        keepalive: command === 'change_draft',
      });
      ok = response.ok;
      answer = await response.json();
    } catch (thrown) {
      throw asFailure(thrown);
    }
    if (!ok) throw asFailure(answer);
    return answer as View<C>;
  }

  listen(listener: Listener): () => void {
    const source = new EventSource(`${this.#base}/events`);
    source.onopen = () => listener.resumed();
    source.onmessage = (message: MessageEvent<string>) =>
      listener.event(JSON.parse(message.data) as Event);
    return () => source.close();
  }
}
