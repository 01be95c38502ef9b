import { look, password, pill, title, unlock } from './journey';
import { expect, test } from './test';

test('the screen locks and opens again, and a wrong password changes nothing', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await page.keyboard.press('F9');
  await expect(title(page, 'Unlock')).toBeVisible();
  await expect(password(page)).toBeFocused();
  await expect(page.getByText('Nothing waits to be sent.')).toBeVisible();
  await look(page, 'lock');
  await password(page).fill('correct horse battery');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('The password is not right');
  await expect(password(page)).toHaveValue('');
  await expect(password(page)).toBeFocused();
  await look(page, 'lock-wrong');
  await unlock(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(title(page, 'Start a referral')).toBeFocused();
});

test('the screen goes black at one key and lights up at any', async ({ page, device }) => {
  expect(device.url).toBeTruthy();
  await page.keyboard.press('F10');
  await expect(page.getByRole('dialog', { name: 'The screen is dark' })).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('what was set for this device stays set', async ({ page, device }) => {
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-theme', 'night');
  await page.keyboard.press('F8');
  await expect(root).toHaveAttribute('data-theme', 'tactical');
  await page.keyboard.press('F8');
  await expect(root).toHaveAttribute('data-theme', 'day');
  await page.keyboard.press('?');
  await look(page, 'keys');
  await page.getByLabel(/Letters and numbers act on their own/).uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('1');
  await expect(title(page, 'Start a referral')).toBeVisible();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText('130 %').click();
  await page.getByLabel('Larger buttons, for gloves').check();
  await look(page, 'settings');
  await page.getByText('Español').click();
  await expect(page.getByRole('dialog')).toContainText('Idioma');
  await expect(root).toHaveAttribute('lang', 'es');

  await device.die();
  await device.start();
  await page.goto(device.url);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  for (const [name, value] of Object.entries({
    'data-theme': 'day',
    'data-text': '130',
    'data-gloves': 'true',
    lang: 'es',
  })) {
    await expect(root).toHaveAttribute(name, value);
  }
  await look(page, 'lock-es');
  await page.getByLabel('Contraseña', { exact: true }).fill('lantern orchard violet rain');
  await page.keyboard.press('Enter');
  await page.keyboard.press('1');
  await expect(title(page, 'Empezar una referencia')).toBeVisible();
});

test('the line about the link opens what it knows, and a sync by hand says what it did', async ({
  page,
  site,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await expect(pill(page)).toContainText('Offline');
  await pill(page).click();
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByRole('dialog')).toContainText('The site did not answer');
  await look(page, 'sync-failed');
  await site.up();
  await expect(pill(page)).toContainText('Online · all sent');
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByText('Done. Nothing new to receive.')).toBeVisible();
  await look(page, 'sync');
});
