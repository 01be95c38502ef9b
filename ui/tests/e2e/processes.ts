/**
 * Programs beside a test: started, waited for, ended by their process id. If
 * the test run itself is killed, the kernel ends them (`setpriv --pdeathsig`).
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const PATIENCE_MS = 20_000;

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** What a program printed; its error with what it said when it failed. */
export async function output(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, ...env } });
  return stdout;
}

export class Server {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Starts a server and waits until it listens on `port`. Its output goes to the file `log`. */
  static async start(program: string, args: readonly string[], port: number, log: string) {
    const file = openSync(log, 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...args], {
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    const server = new Server(child);
    const failed = (how: string) =>
      new Error(`${program} ${args.join(' ')} ${how}:\n${readFileSync(log, 'utf8')}`);
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await answers(port))) {
      if (!server.runs) throw failed('ended');
      if (Date.now() > deadline) {
        await server.stop();
        throw failed(`does not listen on ${port}`);
      }
      await pause(50);
    }
    return server;
  }

  get runs(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** SIGTERM; SIGKILL is what a lid closed on an empty battery does. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.runs) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    const late = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(late);
  }
}
