import {
  choose,
  look,
  onward,
  referralId,
  savedLine,
  start,
  title,
  unlock,
  verdict,
} from './journey';
import { expect, test } from './test';

const REASON = 'The prosecutor asked for it tonight.';

test('outside the area another route is advised, and a reason sends it anyway', async ({
  page,
  site,
  device,
}) => {
  await start(page, 'Arrest diversion');
  await page.getByLabel('First name').fill('José');
  await page.getByLabel('Last name').fill('Álvarez-Núñez');
  await choose(page, 'Age', '35 to 44');
  await onward(page);
  await choose(page, 'Area', 'Outside all of these');
  await page.getByRole('checkbox', { name: /Drug\/Narcotic Violations/ }).check();
  await look(page, 'where-arrest');
  await onward(page);
  await choose(page, 'What did the person say?', 'Wants help');
  await onward(page);
  await page.getByRole('button', { name: 'I have not checked records' }).click();
  await onward(page);
  await expect(verdict(page)).toHaveAttribute('data-advice', 'use_other_route');
  await expect(verdict(page)).toContainText('Use the other route');
  await expect(verdict(page)).toContainText('another kind of referral: Social contact');
  await expect(
    page.getByRole('link', { name: 'Say in a few words why you refer anyway' }),
  ).toBeVisible();
  await look(page, 'anyway');

  await onward(page);
  await expect(title(page, 'Check your answers')).toBeVisible();
  await expect(page.getByRole('group', { name: '1 answer is still needed' })).toBeFocused();
  await look(page, 'anyway-no-reason');
  const reason = page.getByLabel('Why you refer anyway');
  await reason.fill(REASON);
  await expect(savedLine(page)).toContainText('Saved on this device');

  // The reason is part of the draft: a dead battery does not lose it.
  await device.die();
  await device.start();
  await page.goto(device.url);
  await unlock(page);
  await page.getByRole('link', { name: /José Álvarez-Núñez/ }).click();
  await expect(title(page, 'Check your answers')).toBeVisible();
  await expect(reason).toHaveValue(REASON);
  await look(page, 'anyway-reason');

  await page.getByRole('button', { name: 'Refer anyway' }).click();
  await expect(title(page, 'Referral saved')).toBeVisible();
  const id = await referralId(page);
  await page.getByRole('link', { name: 'Show this referral' }).click();
  await expect(page.getByText(REASON)).toBeVisible();
  await look(page, 'referral-anyway');
  await site.up();
  await expect(page.locator('[data-standing=received]')).toBeVisible();
  expect((await site.referrals()).map((one) => one.referral)).toContain(id);
});
