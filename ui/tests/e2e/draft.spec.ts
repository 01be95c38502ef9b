import { choose, look, onward, savedLine, start, title, unlock } from './journey';
import { expect, test } from './test';

test('a closed lid loses nothing: the draft opens at the page where it was', async ({
  page,
  device,
}) => {
  await start(page, 'Social contact');
  await page.getByLabel('Last name').fill('Okonkwo');
  await choose(page, 'Age', '45 to 54');
  await onward(page);
  await choose(page, 'What may the person need?', 'Mental health');
  await page.getByLabel('Address or cross street').fill('Pratt St / Light St');
  await expect(savedLine(page)).toContainText('Saved on this device');

  await page.reload();
  await expect(title(page, 'Where and why?')).toBeVisible();
  await expect(page.getByLabel('Address or cross street')).toHaveValue('Pratt St / Light St');

  await page.getByLabel('Address or cross street').fill('Pratt St / Charles St');
  await expect(savedLine(page)).toContainText('Saved on this device');
  await device.die();
  await device.start();
  await page.goto(device.url);
  await unlock(page);
  await expect(page.getByText('Not finished')).toBeVisible();
  await look(page, 'today-draft');
  await page.getByRole('link', { name: /Okonkwo/ }).click();
  await expect(title(page, 'Where and why?')).toBeVisible();
  await expect(page.getByLabel('Address or cross street')).toHaveValue('Pratt St / Charles St');
  await expect(page.getByRole('checkbox', { name: 'Mental health' })).toBeChecked();
});

test('what was typed last is kept when the screen locks in the middle of a word', async ({
  page,
  device,
}) => {
  expect(device.url).toBeTruthy();
  await start(page, 'Social contact');
  await page.getByLabel('First name').pressSequentially('Ade');
  await page.keyboard.press('F9');
  await unlock(page);
  await expect(page.getByLabel('First name')).toHaveValue('Ade');
});

test('a draft is deleted only after a second yes', async ({ page, device }) => {
  expect(device.url).toBeTruthy();
  await start(page, 'Social contact');
  await page.getByLabel('First name').fill('Ade');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Delete draft/ }).click();
  await look(page, 'delete-draft');
  await page.getByRole('button', { name: 'Keep draft' }).click();
  await expect(page.getByRole('link', { name: /Ade/ })).toBeVisible();
  await page.getByRole('button', { name: /Delete draft/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete draft' }).click();
  await expect(page.getByRole('link', { name: /Ade/ })).toHaveCount(0);
});
