/** What Santa Fe's rules ask and Baltimore's do not: drugs, their form, what is written down. */
import { choose, group, look, onward, savedLine, start, title, verdict } from './journey';
import { expect, test } from './test';
import type { Page } from '@playwright/test';

test.use({ pack: 'nm-santafe-2014' });

const drug = (page: Page, name: string) =>
  group(page, 'Drugs').getByRole('checkbox', { name, exact: true });

async function toWhere(page: Page, door: 'Arrest diversion' | 'Social contact'): Promise<void> {
  await start(page, door);
  await page.getByLabel('Goes by').fill('Zé');
  await choose(page, 'Age', '25 to 34');
  await onward(page);
  await expect(title(page, 'Where and why?')).toBeFocused();
}

test('that there are no drugs is said, and is not the same as nothing said', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await toWhere(page, 'Arrest diversion');
  const rule = verdict(page).locator('[data-rule=amount_max]');
  await expect(rule).toHaveAttribute('data-result', 'unknown');
  await drug(page, 'Heroin').check();
  await page.getByLabel('Amount').fill('6,5');
  await look(page, 'where-drug');
  await drug(page, 'No drugs found').check();
  await expect(drug(page, 'Heroin')).not.toBeChecked();
  await expect(page.getByLabel('Amount')).toHaveCount(0);
  await expect(rule).toHaveAttribute('data-result', 'pass');
  await look(page, 'where-no-drugs');
  await drug(page, 'Heroin').check();
  await expect(drug(page, 'No drugs found')).not.toBeChecked();
  await expect(rule).toHaveAttribute('data-result', 'unknown');
});

test('pills on prescription ignore the amount, and an amount that does not read is named', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await toWhere(page, 'Arrest diversion');
  const rule = verdict(page).locator('[data-rule=amount_max]');
  // Without a mouse: the fifth drug, and its form.
  await drug(page, 'Heroin').focus();
  await page.keyboard.press('5');
  await expect(drug(page, 'Other narcotic')).toBeChecked();
  await group(page, 'What form is it in?').getByRole('radio').first().focus();
  await page.keyboard.press('1');
  await expect(group(page, 'Unit').getByRole('radio', { name: 'pills or doses' })).toBeChecked();
  await page.getByLabel('Amount').fill('forty');
  await expect(savedLine(page)).toContainText('Saved on this device');
  await page.keyboard.press('Alt+5');
  await page.getByRole('link', { name: 'The amount has to be a number' }).click();
  await expect(page.getByLabel('Amount')).toBeFocused();
  await look(page, 'where-amount-unread');
  await page.getByLabel('Amount').fill('40');
  await expect(rule).toHaveAttribute('data-result', 'pass');
  await page.keyboard.press('Alt+5');
  const where = page.getByRole('region', { name: 'Where and why' });
  await expect(where).toContainText('Other narcotic, Prescription pills: 40 pills or doses');
});

test('what shows earlier involvement is asked for until it is said, with whether it is written down', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await toWhere(page, 'Social contact');
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await onward(page);
  const open = page.locator('[data-question=prior_involvement]');
  await expect(open).toHaveAttribute('data-open', /\d/);
  await look(page, 'know-elsewhere');
  await open.getByRole('link', { name: 'Answer it on page 2: Where and why' }).click();
  await expect(title(page, 'Where and why?')).toBeVisible();
  const evidence = group(page, 'What shows earlier involvement?');
  await expect(evidence.getByRole('checkbox').first()).toBeFocused();
  const rule = verdict(page).locator('[data-rule=prior_involvement]');
  await evidence.getByText('I saw it before', { exact: true }).click();
  await choose(page, 'Was it in the site’s area?', 'Yes');
  await choose(page, 'Is it written down anywhere?', 'No');
  await expect(rule).toHaveAttribute('data-result', 'hit');
  await look(page, 'where-involvement');
  await choose(page, 'Is it written down anywhere?', 'Yes');
  await expect(rule).toHaveAttribute('data-result', 'pass');
  await evidence.getByText('No earlier involvement', { exact: true }).click();
  await expect(rule).toHaveAttribute('data-result', 'hit');
  await expect(group(page, 'Is it written down anywhere?')).toHaveCount(0);
  await page.keyboard.press('Alt+5');
  await expect(page.getByRole('region', { name: 'Where and why' })).toContainText(
    'No earlier involvement',
  );
});

test('what can change nothing any more is not asked, and no row moves', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await toWhere(page, 'Arrest diversion');
  await drug(page, 'No drugs found').check();
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await onward(page);
  const ids = () =>
    page
      .locator('[data-question]:visible')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['question']));
  await expect(page.locator('[data-question=subsistence_only]')).toHaveAttribute('data-open', /\d/);
  const before = await ids();
  await page.locator('[data-question=delivery]').getByText('No', { exact: true }).click();
  const subsistence = page.locator('[data-question=subsistence_only]');
  await expect(subsistence).not.toHaveAttribute('data-open', /\d/);
  await expect(subsistence).toContainText('No longer changes the result.');
  expect(await ids()).toEqual(before);
  await look(page, 'know-settled');
  // Next time it stands behind the line for what changes nothing.
  await page.keyboard.press('Alt+3');
  await page.keyboard.press('Alt+4');
  await expect(subsistence).toBeHidden();
  await page.getByText('1 more question, which changes nothing now').click();
  await expect(subsistence).toBeVisible();
});
