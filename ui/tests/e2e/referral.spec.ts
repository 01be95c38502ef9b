import { group, look, NAME, onward, pill, socialContact, start, title } from './journey';
import { expect, test } from './test';

test('a referral goes from a car without signal to the site, and the decision comes back', async ({
  page,
  site,
  device,
}) => {
  expect(device.url).toBeTruthy();
  const id = await socialContact(page);
  await expect(page.getByRole('main')).toContainText('Saved on this device');
  await expect(page.locator('[data-standing]')).toHaveAttribute('data-standing', 'on_device');
  await look(page, 'saved');
  await page.getByRole('link', { name: 'Queue' }).click();
  const row = page.locator(`[data-referral-id="${id}"]`);
  await expect(row).toContainText(NAME);
  await expect(row).toContainText('Saved on this device');
  await expect(pill(page)).toContainText('Offline · 1 waiting to send');
  await look(page, 'queue-waiting');

  // Nobody touches the page from here to the decision.
  await site.up();
  await expect(pill(page)).toContainText('Online · all sent');
  await expect(page.getByText('Everything on this device has been received.')).toBeVisible();
  const listed = (await site.referrals()).find((one) => one.referral === id);
  expect(listed).toMatchObject({ door: 'social_contact', verification: 'pending' });
  await look(page, 'queue-all-sent');
  await site.decide(id, 'approve', 'Records are clear. Thank you.');
  const news = page.locator(`[data-announced="${id}"]`);
  await expect(news).toContainText('The site approved a referral');
  await look(page, 'announced');

  await news.getByRole('button', { name: 'Show it' }).click();
  await expect(page.locator('[data-verification]')).toContainText('Approved');
  await expect(page.getByText('Records are clear. Thank you.')).toBeVisible();
  await expect(page.locator('[data-standing=received]')).toContainText(
    /Receipt [A-Z2-7]{4}-[A-Z2-7]{4}/,
  );
  await look(page, 'referral');
  await page.getByRole('link', { name: 'Queue' }).click();
  await page.getByRole('link', { name: /Received/ }).click();
  await expect(row).toContainText('Approved');
  await look(page, 'queue-received');
});

test('a question of the site stands under what needs somebody', async ({ page, site, device }) => {
  expect(device.url).toBeTruthy();
  const id = await socialContact(page);
  await site.up();
  await expect(page.locator('[data-standing=received]')).toBeVisible();
  await look(page, 'saved-received');
  await site.decide(id, 'need-info', 'Which shelter?');
  await expect(page.locator(`[data-announced="${id}"]`)).toContainText('has a question');
  await page.getByRole('link', { name: 'Queue' }).click();
  await page.getByRole('link', { name: /Needs you/ }).click();
  await expect(page.locator(`[data-referral-id="${id}"]`)).toContainText('The site has a question');
  await look(page, 'queue-needs-you');
});

test('a referral is taken back while it has not left the device', async ({
  page,
  site,
  device,
}) => {
  expect(device.url).toBeTruthy();
  const id = await socialContact(page);
  await page.getByRole('link', { name: 'Show this referral' }).click();
  await page.getByRole('button', { name: 'Take back' }).click();
  await look(page, 'take-back');
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await expect(title(page, 'Queue')).toBeVisible();
  await expect(page.locator(`[data-referral-id="${id}"]`)).toHaveCount(0);
  await site.up();
  await expect(pill(page)).toContainText('Online · all sent');
  expect((await site.referrals()).map((one) => one.referral)).not.toContain(id);
});

test('the same is done without a mouse', async ({ page, device }) => {
  expect(device.url).toBeTruthy();
  await page.keyboard.press('1');
  await expect(title(page, 'Who is it?')).toBeFocused();
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      const there = await page.evaluate(
        (name) =>
          document.activeElement?.closest('fieldset')?.querySelector('legend')?.textContent ===
            name || document.activeElement?.closest('.field')?.textContent.includes(name),
        name,
      );
      if (there) return;
    }
    throw new Error(`${name} is not reached by Tab`);
  };
  await tabTo('First name');
  await page.keyboard.type('Ana');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Reyes');
  await tabTo('Age');
  await page.keyboard.press('3');
  await expect(group(page, 'Age').getByRole('radio', { name: '25 to 34' })).toBeChecked();
  await page.keyboard.press('Enter');
  await expect(title(page, 'Where and why?')).toBeFocused();
  await tabTo('What may the person need?');
  await page.keyboard.press('3');
  await expect(page.getByRole('checkbox', { name: 'Housing' })).toBeChecked();
  await page.keyboard.press('Alt+3');
  await expect(title(page, 'The offer')).toBeFocused();
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await expect(title(page, 'What do you know right now?')).toBeFocused();
  const rows = await page.locator('[data-question]').count();
  expect(rows).toBeGreaterThan(3);
  for (let row = 0; row < rows; row += 1) await page.keyboard.press(row === 0 ? 'n' : 'u');
  await expect(page.getByText('Nothing is left to answer here.')).toBeVisible();
  await page.keyboard.press('Alt+5');
  await expect(page.getByText('Ana Reyes')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(title(page, 'Referral saved')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(title(page, 'Start a referral')).toBeFocused();
  await page.keyboard.press('Control+j');
  await expect(title(page, 'Queue')).toBeFocused();
});

test('what is missing is listed, and each line leads to its field', async ({ page, device }) => {
  expect(device.url).toBeTruthy();
  await start(page, 'Social contact');
  await expect(title(page, 'Who is it?')).toBeFocused();
  await page.keyboard.press('Alt+5');
  await expect(title(page, 'Check your answers')).toBeFocused();
  await onward(page);
  await look(page, 'check-missing');
  await page.getByRole('link', { name: /Give an age/ }).click();
  await expect(title(page, 'Who is it?')).toBeVisible();
  await expect(group(page, 'Age').getByRole('radio').first()).toBeFocused();
  await look(page, 'who-missing');
});
