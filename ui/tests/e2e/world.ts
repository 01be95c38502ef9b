/**
 * A real site and real devices for the tests, each in a folder of its own:
 * `handoff` founds and serves the site and, built with its feature `loopback`,
 * shows the field app of a device to a browser. Nothing is built here.
 *
 * To look around by hand: `HANDOFF=../target/loopback/handoff node tests/run.mjs e2e/world.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, output, Server } from './processes';

export const OFFICER = 'Dana Reyes';
export const PROSECUTOR = 'Sam Whitfield';
/** The officer's password on the devices of these tests, and nowhere else. */
export const PASSWORD = 'lantern orchard violet rain';
const UI = fileURLToPath(new URL('../../dist/field', import.meta.url));

export type Decision = 'approve' | 'not-approve' | 'need-info';

/** As `site referrals --json` lists it. */
export interface Listed {
  referral: string;
  door: string;
  verification: string;
}

function handoff(): string {
  const program = process.env['HANDOFF'];
  if (!program) throw new Error('HANDOFF names no `handoff` built with the feature loopback');
  return program;
}

/** A site with a prosecutor, and an officer for each device. It is down until it is served. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'handoff-e2e-'));
  readonly #data = join(this.folder, 'site');
  readonly #port: number;
  #server: Server | null = null;
  #devices = 0;
  #officers = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  /** A site whose rules are the shipped pack of this name. */
  static async found(pack = 'md-baltimore-2017'): Promise<Site> {
    const site = new Site(await freePort());
    const url = `https://127.0.0.1:${site.#port}`;
    await site.#run('init', '--site', 'sample', '--pack', pack, '--url', url, '--json');
    await site.#run('person add', '--name', PROSECUTOR, '--role', 'prosecutor_liaison');
    return site;
  }

  /** From now on the site answers. */
  async up(): Promise<void> {
    if (this.#server?.runs) return;
    const listen = `127.0.0.1:${this.#port}`;
    this.#server = await Server.start(
      handoff(),
      ['site', 'serve', '--data', this.#data, '--listen', listen],
      this.#port,
      join(this.folder, 'site.log'),
    );
  }

  /** From now on no process of the site runs. */
  async down(): Promise<void> {
    await this.#server?.stop();
  }

  /** A one-time code for an officer whom nobody knew before, so that no journey sees another's. */
  async invite(): Promise<string> {
    this.#officers += 1;
    const name = `${OFFICER} ${this.#officers}`;
    await this.#run('person add', '--name', name, '--role', 'officer');
    const answer = await this.#run('invite', '--person', name, '--json');
    return (JSON.parse(answer) as { code: string }).code;
  }

  async referrals(): Promise<Listed[]> {
    return JSON.parse(await this.#run('referrals', '--json')) as Listed[];
  }

  async decide(referral: string, decision: Decision, reason: string): Promise<void> {
    const what = ['--referral', referral, '--as', PROSECUTOR, '--decision', decision];
    await this.#run('decide', ...what, '--reason', reason);
  }

  /** A device that is not enrolled, its app open for a browser. */
  async device(): Promise<Device> {
    this.#devices += 1;
    return await Device.open(join(this.folder, `device-${this.#devices}`));
  }

  /** Ends the site and forgets it. */
  async close(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #run(command: string, ...args: string[]): Promise<string> {
    return await output(handoff(), ['site', ...command.split(' '), '--data', this.#data, ...args]);
  }
}

export class Device {
  readonly home: string;
  readonly #port: number;
  #server: Server | null = null;

  private constructor(home: string, port: number) {
    this.home = home;
    this.#port = port;
  }

  static async open(home: string): Promise<Device> {
    const device = new Device(home, await freePort());
    await device.start();
    return device;
  }

  /** Where a browser finds the app. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<void> {
    this.#server = await Server.start(
      handoff(),
      ['loopback', '--home', this.home, '--ui', UI, '--listen', `127.0.0.1:${this.#port}`],
      this.#port,
      `${this.home}.log`,
    );
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }

  /** The battery is taken out. */
  async die(): Promise<void> {
    await this.#server?.stop('SIGKILL');
  }
}

/** Serves a site and an empty device until it is told to end. */
export async function main(): Promise<void> {
  const site = await Site.found();
  await site.up();
  const device = await site.device();
  console.log(`${device.url}\ncode      ${await site.invite()}\npassword  ${PASSWORD}`);
  await new Promise((told) => process.once('SIGINT', told).once('SIGTERM', told));
  await device.close();
  await site.close();
}
