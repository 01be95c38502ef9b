import { enrol, look, setUp, title, code } from './journey';
import { expect, test } from './test';

test('a device is set up in the page, with the code of its site', async ({
  page,
  site,
  newDevice,
}) => {
  expect(newDevice.url).toBeTruthy();
  await expect(title(page, 'Set up this device')).toBeFocused();
  await look(page, 'enrol');
  const given = await site.invite();

  await setUp(page, given, 'too short');
  await expect(page.getByRole('alert')).toContainText('at least 12 characters');
  await look(page, 'enrol-short');

  await enrol(page, given);
  await expect(page.getByRole('button', { name: /Arrest diversion/ })).toBeVisible();
  await look(page, 'today-empty');
});

test('a code works once, and says so the second time', async ({ page, site, newDevice }) => {
  const given = await site.invite();
  await enrol(page, given);
  const other = await site.device();
  await page.goto(other.url);
  await setUp(page, given);
  await expect(page.getByRole('alert')).toContainText('This code was used already');
  await look(page, 'enrol-used');

  await code(page).fill('HANDOFF1.nothing');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('That is not a code');

  await site.down();
  await code(page).fill(await site.invite());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The site did not answer');
  await look(page, 'enrol-no-site');

  await other.close();
  expect(newDevice.home).not.toBe(other.home);
});

test('the look that was chosen before the device is set up stays chosen', async ({
  page,
  site,
  newDevice,
}) => {
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-theme', 'night');
  await page.keyboard.press('F8');
  await expect(root).toHaveAttribute('data-theme', 'tactical');
  await page.reload();
  await expect(title(page, 'Set up this device')).toBeFocused();
  await expect(root).toHaveAttribute('data-theme', 'tactical');
  await enrol(page, await site.invite());
  await expect(root).toHaveAttribute('data-theme', 'tactical');
  await newDevice.die();
  await newDevice.start();
  await page.goto(newDevice.url);
  await expect(title(page, 'Unlock')).toBeVisible();
  await expect(root).toHaveAttribute('data-theme', 'tactical');
});
