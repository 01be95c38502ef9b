/**
 * A core made of canned views, to look at screens without the real one. Test
 * code: it speaks the loopback host's HTTP and forgets everything when it ends.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { CommandName, Commands } from '../src/lib/ipc/generated/commands';
import { COMMANDS } from '../src/lib/ipc/generated/commands';
import type {
  CommandError,
  DraftView,
  ErrorCode,
  Event,
  ReferralLine,
} from '../src/lib/ipc/generated/contract';
import * as canned from './fixture-views';

type Handlers = {
  [C in CommandName]: (request: Commands[C]['request']) => Commands[C]['view'];
};

export const PASSWORD = 'correct horse battery';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

class Refused extends Error {
  readonly error: CommandError;
  constructor(code: ErrorCode, params: Record<string, string> = {}) {
    super(code);
    this.error = { code, params, fields: [], disposition: 'ask_user' };
  }
}

export class FixtureCore {
  status = canned.status();
  drafts = new Map<string, DraftView>();
  lines: ReferralLine[] = [...canned.lines];
  readonly #windows = new Set<ServerResponse>();

  emit(event: Event): void {
    for (const window of this.#windows) window.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': here\n\n');
    this.#windows.add(response);
    response.on('close', () => this.#windows.delete(response));
  }

  #keep(view: DraftView): DraftView {
    this.drafts.set(view.draft, view);
    return view;
  }

  #draft(id: string): DraftView {
    const found = this.drafts.get(id);
    if (!found) throw new Refused('unknown_draft');
    return found;
  }

  #line(id: string): ReferralLine {
    const found = this.lines.find((one) => one.referral === id);
    if (!found) throw new Refused('unknown_referral');
    return found;
  }

  #draftLines() {
    return [...this.drafts.values()].map((view) => ({
      draft: view.draft,
      door: view.door,
      name: [view.form.who.given_name, view.form.who.family_name].join(' ').trim(),
      saved_at: view.saved_at,
      missing: view.missing.length,
    }));
  }

  readonly handlers: Handlers = {
    status: () => this.status,
    enrol: ({ code }) => {
      if (code.length < 6) throw new Refused('code_unreadable');
      this.status = { ...canned.status(), session: this.#session(canned.DANA.user) };
      return this.status;
    },
    unlock: ({ user, password }) => {
      if (password !== PASSWORD) throw new Refused('wrong_password', { tries_left: '4' });
      return (this.status = { ...this.status, session: this.#session(user) });
    },
    lock: () => (this.status = { ...this.status, session: null }),
    set_preferences: (preferences) => (this.status = { ...this.status, preferences }),
    today: () => ({
      drafts: this.#draftLines(),
      recent: this.lines.slice(0, 5),
      doors: canned.choices.doors,
    }),
    choices: () => canned.choices,
    start_draft: ({ door }) =>
      this.#keep(canned.draftView(randomUUID(), door, 1, canned.emptyForm())),
    draft: ({ draft }) => this.#draft(draft),
    change_draft: ({ draft, page, form }) =>
      this.#keep(canned.draftView(draft, this.#draft(draft).door, page, form)),
    delete_draft: ({ draft }) => {
      this.drafts.delete(draft);
      return this.handlers.today({});
    },
    submit: ({ draft }) => {
      const view = this.#draft(draft);
      const fields = [...view.missing];
      if (view.verdict?.advice === 'use_other_route' && !view.form.refer_anyway.trim()) {
        fields.push({ path: 'refer_anyway', code: 'missing', params: {} });
      }
      if (fields.length > 0) {
        const refused = new Refused('form_incomplete');
        refused.error.fields = fields;
        throw refused;
      }
      const who = view.form.who;
      this.lines = [
        {
          ...canned.line,
          referral: draft,
          short: draft.slice(-8).toUpperCase(),
          door: view.door,
          name: [who.given_name, who.family_name].join(' ').trim() || who.goes_by,
          saved_at: new Date().toISOString(),
        },
        ...this.lines,
      ];
      this.drafts.delete(draft);
      return { referral: draft, saved_at: new Date().toISOString() };
    },
    queue: () => {
      const those = (...kinds: string[]) =>
        this.lines.filter((one) => kinds.includes(one.standing.kind));
      return {
        needs_you: those('parked'),
        waiting: those('on_device', 'sent'),
        drafts: this.#draftLines(),
        received: those('received'),
        received_total: those('received').length,
        waiting_of_others: 2,
        parked: [],
      };
    },
    referral: ({ referral }) => canned.referralView(this.#line(referral)),
    take_back: ({ referral }) => {
      this.lines = this.lines.filter((one) => one.referral !== referral);
      return this.handlers.queue({});
    },
    sync_now: () => ({
      sent: 0,
      received: 0,
      parked: 0,
      waiting: 3,
      went_on: false,
      error: 'site_not_reached',
    }),
  };

  #session(user: string) {
    const person = canned.PEOPLE.find((one) => one.user === user);
    if (!person) throw new Refused('unknown_user');
    return {
      user,
      name: person.name,
      roles: ['officer'],
      write_only: false,
      renewed: false,
      locks_after_seconds: 600,
    };
  }

  answer(name: CommandName, request: unknown): { code: number; body: unknown } {
    try {
      const handler = this.handlers[name] as (request: unknown) => unknown;
      const body = handler(request);
      const { writes } = COMMANDS[name];
      if (writes.length > 0) this.emit({ kind: 'changed', topics: [...writes] });
      return { code: 200, body };
    } catch (thrown) {
      if (thrown instanceof Refused) return { code: 422, body: thrown.error };
      throw thrown;
    }
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

export function serve(core: FixtureCore, dist: string): Server {
  return createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (path === '/api/events') return core.listen(response);
    if (path.startsWith('/api/')) {
      void text(request).then((body) => {
        const answer = core.answer(path.slice(5) as CommandName, JSON.parse(body));
        response.writeHead(answer.code, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
      return;
    }
    const file = join(dist, normalize(path === '/' ? '/field.html' : path));
    if (!file.startsWith(dist) || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
}

export async function main(): Promise<void> {
  const dist = join(process.cwd(), 'dist/field');
  const port = Number(process.env['PORT'] ?? 5190);
  serve(new FixtureCore(), dist).listen(port, '127.0.0.1', () =>
    console.log(`http://127.0.0.1:${port}`),
  );
}
