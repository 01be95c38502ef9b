import { expect, test } from '@playwright/test';
import { choose, expectNoFaults, onward, unlock } from './journey';

test.beforeEach(async ({ page }) => unlock(page));

test('a social contact is logged by touch, and its id stands in the queue', async ({ page }) => {
  await page.getByRole('button', { name: /Social contact/ }).click();
  await page.getByLabel('Goes by').fill('Zé 🌙 العربية');
  await choose(page, 'Age', '25 to 34');
  await expectNoFaults(page);
  await onward(page);
  await choose(page, 'What may the person need?', 'Housing');
  await expectNoFaults(page);
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await expectNoFaults(page);
  await onward(page);
  await page.getByRole('button', { name: 'I have not checked records' }).click();
  await expectNoFaults(page);
  await onward(page);
  await expect(page.getByRole('region', { name: 'Screening' })).toHaveAttribute(
    'data-outcome',
    'needs_verification',
  );
  await expectNoFaults(page);
  await page.getByRole('button', { name: 'Send referral' }).click();
  const id = await page.locator('main [data-referral-id]').innerText();
  await expectNoFaults(page);
  await page.getByRole('link', { name: 'Queue' }).click();
  await expect(page.locator(`[data-referral-id="${id}"]`)).toContainText('Zé 🌙 العربية');
  await expectNoFaults(page);
});

test('the same is done without a mouse', async ({ page }) => {
  await page.keyboard.press('1');
  await page.getByLabel('First name').focus();
  await page.keyboard.type('Ana');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Reyes');
  await page.getByRole('group', { name: 'Age' }).getByRole('radio').first().focus();
  await page.keyboard.press('3');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Where and why?' })).toBeFocused();
  await page
    .getByRole('group', { name: 'What may the person need?' })
    .getByRole('checkbox')
    .first()
    .focus();
  await page.keyboard.press('3');
  await page.keyboard.press('Alt+3');
  await page
    .getByRole('group', { name: 'What did the person say?' })
    .getByRole('radio')
    .first()
    .focus();
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'What do you know right now?' })).toBeFocused();
  const rows = await page.locator('[data-question]').count();
  for (let row = 0; row < rows; row += 1) await page.keyboard.press('u');
  await page.keyboard.press('Alt+5');
  await expect(page.getByText('Ana Reyes')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Referral saved' })).toBeVisible();
});

test('a draft is there again after the window was closed in the middle of it', async ({
  page,
  context,
}) => {
  await page.getByRole('button', { name: /Social contact/ }).click();
  await page.getByLabel('Last name').fill('Okonkwo');
  await expect(page.getByTestId('saved-line')).toContainText('Saved on this device');
  const draft = page.url();
  await page.close();
  const again = await context.newPage();
  await unlock(again);
  await again.goto(draft);
  await expect(again.getByLabel('Last name')).toHaveValue('Okonkwo');
});

test('what is missing is listed, and each line leads to its field', async ({ page }) => {
  await page.getByRole('button', { name: /Social contact/ }).click();
  await page.getByLabel('First name').waitFor();
  await page.keyboard.press('Alt+5');
  await page.getByRole('link', { name: /Give an age/ }).click();
  await expect(page.getByRole('heading', { name: 'Who is it?' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Age' }).getByRole('radio').first()).toBeFocused();
});

test('the screen goes black, lights up again, and locks', async ({ page }) => {
  await page.keyboard.press('F10');
  await expect(page.getByRole('dialog', { name: 'The screen is dark' })).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('F9');
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
});
