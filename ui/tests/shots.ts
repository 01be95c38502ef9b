/**
 * Opens every screen on canned views, takes its picture and asks axe:
 * `node tests/run.mjs shots.ts [theme …]`. Pictures go to target/shots.
 */
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium, type Page } from '@playwright/test';
import type { Language, Theme } from '../src/lib/ipc/generated/contract';
import { FixtureCore, PASSWORD, serve } from './fixture-host';

interface Look {
  theme: Theme;
  language: Language;
  width: number;
  height: number;
  text?: number;
  gloves?: boolean;
  touch?: boolean;
}

const LOOKS: readonly Look[] = [
  { theme: 'night', language: 'en', width: 1366, height: 768 },
  { theme: 'day', language: 'es', width: 1366, height: 768 },
  { theme: 'tactical', language: 'en', width: 1024, height: 700 },
  { theme: 'day', language: 'en', width: 1024, height: 700 },
  { theme: 'night', language: 'es', width: 1024, height: 700, gloves: true },
  { theme: 'day', language: 'es', width: 1280, height: 800, text: 175 },
  { theme: 'day', language: 'en', width: 768, height: 1024, touch: true },
  { theme: 'night', language: 'es', width: 768, height: 1024, touch: true },
];

const out = join(process.cwd(), '../target/shots');

/** The least side of anything that is touched, in CSS pixels. */
const LEAST_PX = 44;

/** What is seen, can be touched and is smaller; a label counts for its box. */
function smallTargets(least: number): string[] {
  const targets = [...document.querySelectorAll('a, button, summary, input, textarea')];
  return targets.flatMap((target) => {
    const box = (target.closest('label') ?? target).getBoundingClientRect();
    const shown = target.checkVisibility({ visibilityProperty: true }) && box.width > 0;
    return shown && (box.width < least || box.height < least)
      ? [`${Math.round(box.width)}x${Math.round(box.height)} ${target.outerHTML.slice(0, 80)}`]
      : [];
  });
}

class Tour {
  faults = 0;
  #step = 0;
  readonly page: Page;
  readonly name: string;

  constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
  }

  async shot(name: string): Promise<void> {
    this.#step += 1;
    await this.page.waitForTimeout(120);
    const file = `${this.name}-${String(this.#step).padStart(2, '0')}-${name}.png`;
    await this.page.screenshot({ path: join(out, file) });
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    for (const violation of violations) {
      this.faults += 1;
      const nodes = violation.nodes.slice(0, 3).map((node) => `    ${node.html.slice(0, 200)}`);
      console.log(`${file}: ${violation.id}: ${violation.help}\n${nodes.join('\n')}`);
    }
    const wide = await this.page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    if (wide) console.log(`${file}: scrolls sideways`);
    for (const small of await this.page.evaluate(smallTargets, LEAST_PX)) {
      this.faults += 1;
      console.log(`${file}: smaller than a finger: ${small}`);
    }
  }

  /** The nth option of the group of a form path. */
  async pick(path: string, nth: number): Promise<void> {
    await this.page
      .locator(`#f-${path.replaceAll('.', '-')} [data-options] label`)
      .nth(nth)
      .click();
  }

  async onward(): Promise<void> {
    await this.page.locator('footer button[type=submit]').click();
  }
}

async function tour(look: Look): Promise<number> {
  const core = new FixtureCore();
  core.status.preferences = {
    theme: look.theme,
    language: look.language,
    gloves: look.gloves ?? false,
    text_percent: look.text ?? 100,
    single_keys: true,
  };
  const enrolled = core.status.enrolment;
  core.status = { ...core.status, enrolment: null };
  const server = serve(core, join(process.cwd(), 'dist/field'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    timezoneId: 'America/New_York',
    hasTouch: look.touch ?? false,
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.log(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => console.log(`page: ${error.message}`));
  const size = `${look.width}${look.gloves ? 'g' : ''}${look.text ? `t${look.text}` : ''}`;
  const t = new Tour(page, `${look.theme}-${look.language}-${size}`);

  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('h1').waitFor();
  await t.shot('enrol');
  core.status = { ...core.status, enrolment: enrolled };
  await page.reload();
  await page.locator('h1').waitFor();
  await t.shot('lock');
  await t.pick('user', 0);
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.locator('[data-error]').waitFor();
  await t.shot('lock-wrong');
  await page.locator('#f-password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('[data-options] button').first().waitFor();
  await t.shot('today');

  await page.locator('[data-options] button').nth(1).click();
  await page.locator('#f-who-given_name').waitFor();
  await t.shot('who');
  await page.locator('#f-who-given_name').fill('José');
  await page.locator('#f-who-family_name').fill('Álvarez-Nuñez');
  await t.pick('who.age', 2);
  await t.pick('who.id_basis', 1);
  await t.shot('who-filled');
  await t.onward();
  await page.locator('#f-why-needs').waitFor();
  await t.shot('where');
  await t.pick('why.needs', 0);
  await t.pick('why.offences', 0);
  await t.pick('why.drugs', 0);
  await page.locator('#f-why-drugs-0-quantity').fill('2.5');
  await t.shot('where-arrest');
  await page.locator('#f-why-narrative').scrollIntoViewIfNeeded();
  await t.shot('where-end');
  await t.onward();
  await page.locator('#f-offer-made').waitFor();
  await t.pick('offer.made', 0);
  await t.shot('offer');
  await t.pick('offer.made', 2);
  await t.shot('offer-declined');
  await t.pick('offer.made', 0);
  await t.onward();
  await page.locator('[data-question]').first().waitFor();
  await t.shot('know');
  await page.keyboard.press('n');
  await page.keyboard.press('y');
  await page.keyboard.press('n');
  await page.waitForTimeout(500);
  await t.shot('know-answered');
  await page.locator('label', { has: page.locator('#f-queried') }).click();
  await page.locator('details summary').first().click();
  await t.shot('know-queried');
  await t.onward();
  await page.locator('#f-refer_anyway').waitFor();
  await t.shot('check-other-route');
  await t.onward();
  await page.waitForTimeout(200);
  await t.shot('check-no-reason');
  await page.locator('#f-refer_anyway').fill('The prosecutor asked for it tonight.');
  await t.shot('check-reason');
  await t.onward();
  await page.locator('main [data-referral-id]').waitFor();
  await t.shot('saved');
  core.status = { ...core.status, queue: { ...core.status.queue, waiting: 4, needs_you: 1 } };
  core.emit({ kind: 'changed', topics: ['queue'] });
  const third = core.lines.find((one) => one.verification === 'approved');
  if (third) core.emit({ kind: 'decided', referral: third.referral, verification: 'approved' });
  await page.locator('[data-announced]').waitFor();
  await t.shot('announced');

  await page.goto(`http://127.0.0.1:${port}/#/queue/waiting`);
  await page.locator('nav ul[data-options]').waitFor();
  await t.shot('queue-waiting');
  for (const tab of ['needs_you', 'drafts', 'received']) {
    await page.goto(`http://127.0.0.1:${port}/#/queue/${tab}`);
    await t.shot(`queue-${tab}`);
  }
  for (const line of [third, core.lines[1]]) {
    await page.goto(`http://127.0.0.1:${port}/#/referrals/${line?.referral}`);
    await page.locator('main [data-referral-id]').waitFor();
    await t.shot(`referral-${line?.standing.kind}`);
  }
  await page.getByTestId('status-pill').click();
  await t.shot('sync');
  await page.locator('dialog button').first().click();
  await page.locator('dialog [data-error]').waitFor();
  await t.shot('sync-failed');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await t.shot('keys');
  await page.keyboard.press('Escape');
  await page.locator('header > button').nth(2).click();
  await t.shot('settings');
  await page.keyboard.press('Escape');
  await page.keyboard.press('F10');
  await t.shot('blackout');
  await page.keyboard.press('a');
  await page.keyboard.press('F9');
  await page.locator('#f-password').waitFor();
  await t.shot('locked-again');

  await browser.close();
  server.close();
  server.closeAllConnections();
  return t.faults;
}

export async function main(): Promise<void> {
  mkdirSync(out, { recursive: true });
  const wanted = process.argv.slice(3);
  let faults = 0;
  for (const look of LOOKS) {
    const name = `${look.theme}-${look.language}`;
    const names = [look.theme, name, `${name}-${look.width}`];
    if (wanted.length > 0 && !names.some((one) => wanted.includes(one))) continue;
    faults += await tour(look);
  }
  console.log(`${faults} accessibility faults`);
  process.exitCode = faults > 0 ? 1 : 0;
}
