import type { Page } from '@playwright/test';
import { choose, look, onward, socialContact, start, title, verdict } from './journey';
import { expect, test } from './test';

/** A question of page 4, by its id in the pack. */
const question = (page: Page, id: string) => page.locator(`[data-question="${id}"]`);

const answer = (page: Page, id: string, word: string) =>
  question(page, id).getByText(word, { exact: true }).click();

test('answers about records claim a query only when the officer says so', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await start(page, 'Arrest diversion');
  await page.getByLabel('Goes by').fill('Zé');
  await choose(page, 'Age', '35 to 44');
  await onward(page);
  await choose(page, 'Area', 'Downtown pilot area');
  await choose(page, 'What may the person need?', 'Housing');
  await page.getByRole('checkbox', { name: /Drug\/Narcotic Violations/ }).check();
  await choose(page, 'Level', 'Misdemeanor');
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await onward(page);

  await answer(page, 'open_warrant', 'No');
  await expect(question(page, 'open_warrant')).toContainText('Source not said');
  await page.getByLabel('I ran a records query').check();
  await expect(question(page, 'open_warrant')).toContainText('Records query');
  await answer(page, 'open_case', 'No');
  await expect(question(page, 'open_case')).toContainText('Records query');
  await question(page, 'open_case').getByText('Records query — change').click();
  await answer(page, 'open_case', 'Dispatch');
  await look(page, 'know-sources');
  await page.getByRole('button', { name: 'I have not checked records' }).click();
  await onward(page);
  const know = page.getByRole('region', { name: 'What you know' });
  await expect(know).toContainText('Records query');
  await expect(know).toContainText('Dispatch');
  const where = page.getByRole('region', { name: 'Where and why' });
  await expect(where).toContainText('35A Drug/Narcotic Violations · Misdemeanor');
  await look(page, 'check-arrest');
  await onward(page);

  await page.getByRole('link', { name: 'Show this referral' }).click();
  await expect(title(page, 'Zé')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Who', exact: true })).toContainText('35 to 44');
  await expect(where).toContainText('Downtown pilot area');
  await expect(where).toContainText('Housing');
  await expect(where).toContainText('35A Drug/Narcotic Violations · Misdemeanor');
  await verdict(page)
    .getByText(/rules are met/)
    .click();
  await expect(verdict(page)).toContainText('Your answer: No · Records query');
  await look(page, 'referral-arrest');
});

/** The code of the receipt of the referral that the screen shows. */
async function receiptCode(page: Page): Promise<string> {
  const standing = await page.locator('main [data-standing=received]').innerText();
  return /Receipt ([A-Z2-7]{4}-[A-Z2-7]{4})/.exec(standing)?.[1] ?? '';
}

test('a referral keeps the receipt that first covered it', async ({ page, site, device }) => {
  expect(device.url).toBeTruthy();
  const first = await socialContact(page);
  await site.up();
  const code = await receiptCode(page);
  expect(code).not.toBe('');
  await page.getByRole('link', { name: 'Today' }).click();
  await socialContact(page);
  expect(await receiptCode(page)).not.toBe(code);
  await page.goto(`${device.url}#/referrals/${first}`);
  expect(await receiptCode(page)).toBe(code);
});
