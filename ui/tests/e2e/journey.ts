/** What an officer does, step by step, by the words on the screen. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** The person's password on the device under test. */
export const PASSWORD = process.env['HANDOFF_PASSWORD'] ?? 'correct horse battery';

export async function unlock(page: Page): Promise<void> {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.getByTestId('status-pill').waitFor();
  if (await page.getByRole('button', { name: 'Lock', exact: true }).isVisible()) return;
  await page.getByRole('radio').first().check({ force: true });
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Start a referral' })).toBeFocused();
}

export const choose = (page: Page, group: string, option: string) =>
  page.getByRole('group', { name: group }).getByText(option, { exact: true }).click();

export const onward = (page: Page) => page.locator('footer button[type=submit]').click();

export async function expectNoFaults(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`)).toEqual([]);
}
