/** What an officer does, step by step, by the words on the screen. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { PASSWORD } from './world';

/** What axe asks by night and again in the other looks: between them only colours differ. */
const LOOKS = { night: undefined, day: ['color-contrast'], tactical: ['color-contrast'] };
/** Where pictures of every screen go, if anybody wants them. */
const PICTURES = process.env['HANDOFF_PICTURES'];
const seen = new Set<string>();

/** Looks at a screen, once a run, in each look: axe finds nothing, nothing scrolls sideways. */
export async function look(page: Page, name: string): Promise<void> {
  if (seen.has(name)) return;
  seen.add(name);
  for (const [theme, rules] of Object.entries(LOOKS)) {
    await page.evaluate((theme) => (document.documentElement.dataset['theme'] = theme), theme);
    if (PICTURES) {
      mkdirSync(PICTURES, { recursive: true });
      const file = `${name}-${theme}.png`;
      await page.screenshot({ path: join(PICTURES, file), animations: 'disabled' });
    }
    // No frames here: "legacy" only means that axe opens no page of its own.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
    const faults = violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`);
    expect(faults, `${name} by ${theme}`).toEqual([]);
    const scrolls = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(scrolls, `${name} by ${theme} scrolls sideways`).toBe(false);
  }
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'night'));
}

export const title = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 });
export const pill = (page: Page) => page.getByTestId('status-pill');
export const savedLine = (page: Page) => page.getByTestId('saved-line');
export const password = (page: Page) => page.getByLabel('Password', { exact: true });
export const code = (page: Page) => page.getByLabel('Code from your site');
export const verdict = (page: Page) => page.getByRole('region', { name: 'Screening' });

/** Types the code and the password, and says: set up. */
export async function setUp(page: Page, given: string, chosen = PASSWORD): Promise<void> {
  await code(page).fill(given);
  await page.getByLabel('New password').fill(chosen);
  await page.getByLabel('The same password again').fill(chosen);
  await page.getByRole('button', { name: 'Set up this device' }).click();
}

export async function enrol(page: Page, given: string): Promise<void> {
  await setUp(page, given);
  await expect(title(page, 'Start a referral')).toBeFocused();
  // The rules come with the first sync.
  await expect(page.getByRole('button', { name: /Social contact/ })).toBeVisible();
}

export async function unlock(page: Page): Promise<void> {
  await password(page).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Lock', exact: true })).toBeVisible();
}

export const group = (page: Page, name: string) => page.getByRole('group', { name, exact: true });

export const choose = (page: Page, name: string, option: string) =>
  group(page, name).getByText(option, { exact: true }).click();

export const onward = (page: Page) => page.locator('footer button[type=submit]').click();

export const start = (page: Page, door: 'Social contact' | 'Arrest diversion') =>
  page.getByRole('button', { name: new RegExp(door) }).click();

/** Of the referral that the screen shows. */
export const referralId = (page: Page) => page.locator('main [data-referral-id]').innerText();

/** As people are called: an accent, an emoji, another script. */
export const NAME = 'Zé 🌙 العربية';

/** A social contact of somebody who wants help, sent; its id. */
export async function socialContact(page: Page): Promise<string> {
  await start(page, 'Social contact');
  await page.getByLabel('Goes by').fill(NAME);
  await choose(page, 'Age', '25 to 34');
  await look(page, 'who');
  await onward(page);
  await choose(page, 'What may the person need?', 'Housing');
  await look(page, 'where');
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await look(page, 'offer');
  await onward(page);
  await look(page, 'know');
  await page.getByRole('button', { name: 'I have not checked records' }).click();
  await expect(page.getByText('Nothing is left to answer here.')).toBeVisible();
  await onward(page);
  await expect(verdict(page)).toHaveAttribute('data-outcome', 'needs_verification');
  await expect(verdict(page)).toContainText('Refer, records check needed');
  await look(page, 'check');
  await onward(page);
  await expect(title(page, 'Referral saved')).toBeFocused();
  return await referralId(page);
}
