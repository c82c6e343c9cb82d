// A diagnosis by keyboard alone: found by words and by its code, picked, left in words; and without JavaScript.

import assert from 'node:assert/strict';
import { journey } from './support.mjs';

async function consultation(page, server) {
  const { login, password } = server.logins.find(({ role }) => role === 'doctor');
  await page.goto('/login');
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=password]').press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
  await page.goto('/patients');
  await page.locator('a[href^="/patients/"].person').first().click();
  await page.goto(`${new URL(page.url()).pathname}/visits`);
  await page.getByRole('button', { name: /Start a visit without/ }).click();
  await page.waitForURL(/\/encounters\/\d+/);
}

journey('a diagnosis is found and picked by keyboard alone', async ({ server, person, check }) => {
  const page = await person();
  await consultation(page, server);
  const focused = () => page.evaluate(() => document.activeElement.name);
  const field = (name) => page.locator(`[data-row] [name=${name}]`);
  const options = page.getByRole('option');

  // By words in any order, from the section's own key.
  await page.keyboard.press('Alt+d');
  assert.equal(await focused(), 'dx_code');
  await page.keyboard.press('Tab');
  await page.keyboard.type('without mell type 2');
  await options.filter({ hasText: 'E11.9' }).first().waitFor();
  assert.equal(await field('dx_text').getAttribute('aria-expanded'), 'true');
  await check(page, 'diagnosis-options');
  await page.keyboard.press('ArrowDown');
  const active = await field('dx_text').getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
  const saved = page.waitForResponse((answer) => Boolean(answer.request().postData()?.includes('dx_code=E11.9')));
  await page.keyboard.press('Enter');
  assert.equal(await field('dx_code').inputValue(), 'E11.9');
  assert.equal(await field('dx_text').inputValue(), 'Type 2 diabetes mellitus without complications');
  assert.equal(await focused(), 'dx_text');
  assert.equal(await options.count(), 0);
  await saved;

  // By its code, in a new row; Escape leaves the list and the words.
  await page.getByRole('button', { name: 'Add a diagnosis' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('j069');
  await options.filter({ hasText: 'J06.9' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await options.count(), 0);
  assert.equal(await field('dx_code').last().inputValue(), 'j069');
  await page.keyboard.press('ArrowDown');
  await options.filter({ hasText: 'J06.9' }).waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Home');
  await page.keyboard.press('Escape');

  // A code that does not exist is said beside its field, while it is typed.
  await field('dx_code').last().fill('Q99.99');
  await page.getByText('Q99.99 is not in ICD-10-CM 2026.').first().waitFor();
  await check(page, 'diagnosis-unknown');
  await field('dx_code').last().fill('');
  await field('dx_text').last().fill('Tired of waiting');
  await page.locator('[data-row-mark]', { hasText: 'No code' }).waitFor();
  await page.reload();
  assert.equal(await field('dx_text').last().inputValue(), 'Tired of waiting');
  await check(page, 'diagnoses');
}, { command: 'demo' });

journey('a code is looked up on a phone, and without JavaScript', async ({ server, person, check }) => {
  const page = await person({ phone: true });
  await consultation(page, server);
  await page.locator('[name=dx_text]').first().fill('frac radius');
  await page.getByRole('option').first().waitFor();
  await check(page, 'diagnosis-options');
  await page.getByRole('option').first().tap();
  assert.match(await page.locator('[name=dx_code]').first().inputValue(), /^[A-Z]\d/);

  const plain = await person({ javascript: false });
  await consultation(plain, server);
  const { href } = await plain.getByRole('link', { name: 'Find a code' }).evaluate(({ href }) => ({ href }));
  await plain.goto(href);
  await plain.locator('main [name=q]').fill('high blood pressure');
  await plain.getByRole('button', { name: 'Search', exact: true }).last().click();
  await plain.getByText('Essential (primary) hypertension').waitFor();
  await check(plain, 'diagnosis-codes');
}, { command: 'demo' });

journey('a condition is found while it is typed', async ({ server, person, check }) => {
  const page = await person();
  await consultation(page, server);
  await page.locator('.banner a[href^="/patients/"]').first().click();
  await page.waitForURL(/\/patients\/\d+/);
  await page.goto(`${new URL(page.url()).pathname.split('/').slice(0, 3).join('/')}/conditions/new`);
  await page.locator('[name=description]').focus();
  await page.keyboard.type('without mell type 2');
  await page.getByRole('option').filter({ hasText: 'E11.9' }).first().waitFor();
  await check(page, 'condition-options');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('[name=code]').inputValue(), 'E11.9');
  assert.equal(await page.locator('[name=description]').inputValue(), 'Type 2 diabetes mellitus without complications');
}, { command: 'demo' });
