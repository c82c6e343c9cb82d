// Stock by keyboard alone: a delivery is received, the shelf counted and put right; and on a phone without JavaScript.

import assert from 'node:assert/strict';
import { journey } from './support.mjs';

async function signIn(page, server) {
  const { login, password } = server.logins.find(({ role }) => role === 'pharmacist');
  await page.goto('/login');
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=password]').press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
}

journey('a delivery is received and the shelf counted by keyboard alone', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server);
  await check(page, 'pharmacy-home');
  await page.keyboard.press('g');
  await page.keyboard.press('j');
  await page.waitForURL('**/stock');
  await check(page, 'stock');
  await page.keyboard.press('n');
  await page.waitForURL('**/stock/receive');

  // The form is filled from field to field; what is wrong comes back beside its field.
  await page.locator('#f-supplier').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.type('KB-1');
  await page.locator('#f-medicine-0').focus();
  await page.keyboard.type('Paracetamol 500 mg tablet');
  for (const text of ['KEY1', '2020-01', '3', '5', '12.50']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Control+Enter');
  await page.getByText('It has expired already').first().waitFor();
  await check(page, 'receive-wrong');
  await page.locator('#f-expiry-0').fill('2031-03');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/receipts\/\d+$/);
  await page.getByText('31 Mar 2031').waitFor();
  await check(page, 'receipt');

  // A stocktake: each count is saved when its field is left, then the differences are posted.
  await page.goto('/stocktakes');
  await page.keyboard.press('n');
  await page.waitForURL('**/stocktakes/new');
  await page.locator('#f-words').fill('paracetamol 500');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/stocktakes\/\d+$/);
  const row = page.locator('tr', { hasText: 'KEY1' });
  await row.locator('input[inputmode=numeric]').fill('1');
  const saved = page.waitForResponse((answer) => answer.url().endsWith('/counts'));
  await page.keyboard.press('Tab');
  assert.equal((await saved).status(), 200);
  await row.getByText(/less/).waitFor();
  await check(page, 'stocktake');
  await page.getByRole('link', { name: 'Differences' }).first().click();
  await page.waitForURL(/\/differences$/);
  await check(page, 'stocktake-differences');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/stocktakes\/\d+$/);
  await page.getByText('1 batch was put right').waitFor();
}, { command: 'demo' });

journey('a batch is adjusted on a phone, and without JavaScript', async ({ server, person, check }) => {
  const phone = await person({ phone: true });
  await signIn(phone, server);
  await phone.goto('/stock');
  await check(phone, 'stock');
  await phone.locator('#results th a').first().tap();
  await phone.waitForURL(/\/medicines\/\d+/);
  await check(phone, 'medicine-stock');
  await phone.goto('/stock/expiry');
  await check(phone, 'expiry');

  const plain = await person({ javascript: false });
  await signIn(plain, server);
  await plain.goto('/stock');
  await plain.locator('#results th a').first().click();
  await plain.locator('a[href^="/batches/"]').first().click();
  await plain.getByRole('link', { name: 'Adjust' }).click();
  await plain.getByLabel('Put in').check();
  await plain.getByLabel('Units').fill('2');
  await plain.getByLabel('Reason').fill('Found behind the drawer');
  await plain.getByRole('button', { name: 'Adjust' }).click();
  await plain.getByText('Found behind the drawer').waitFor();
  await check(plain, 'batch');
}, { command: 'demo' });
