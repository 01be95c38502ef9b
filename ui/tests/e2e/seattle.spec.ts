/** What Seattle's rules ask and others do not: how often somebody was diverted before. */
import { choose, group, look, onward, start, title, verdict } from './journey';
import { expect, test } from './test';

test.use({ pack: 'wa-seattle-2023' });

test('how often somebody was diverted is said in one touch, or in a number', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await start(page, 'Arrest diversion');
  await page.getByLabel('Goes by').fill('Zé');
  await choose(page, 'Age', '25 to 34');
  await onward(page);
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await onward(page);
  await expect(title(page, 'What do you know right now?')).toBeFocused();
  const row = page.locator('[data-question=prior_diversions]');
  const rule = verdict(page).locator('[data-rule=prior_diversions]');
  await expect(rule).toHaveAttribute('data-result', 'unknown');
  // It only informs, so it stands behind the line for what changes nothing.
  await expect(row).toBeHidden();
  await page.getByText('1 more question, which changes nothing now').click();
  await row.getByText('Once', { exact: true }).click();
  await expect(rule).toHaveAttribute('data-result', 'pass');
  await row.getByText('Twice', { exact: true }).click();
  await expect(rule).toHaveAttribute('data-result', 'hit');

  // Without a mouse: N is never, U is not known.
  await page.keyboard.press('n');
  await expect(row.getByRole('radio', { name: 'Never' })).toBeChecked();
  await expect(rule).toHaveAttribute('data-result', 'pass');
  await row.getByText('More often', { exact: true }).click();
  await page.getByLabel('How many times?').fill('a few');
  await look(page, 'know-count');
  await page.keyboard.press('Alt+5');
  await onward(page);
  await page.getByRole('link', { name: 'How many times has to be a number' }).click();
  await expect(page.getByLabel('How many times?')).toBeFocused();
  await expect(row).toContainText('How many times has to be a number');
  await look(page, 'know-count-unread');
  await page.getByLabel('How many times?').fill('3');
  await expect(rule).toHaveAttribute('data-result', 'hit');
  await page.keyboard.press('Alt+5');
  await expect(page.getByRole('region', { name: 'What you know' })).toContainText('3');
  await expect(group(page, '1 answer is still needed')).toHaveCount(0);
});
