// The pharmacy's queue by keyboard alone: each that waits is taken, handed out or declined, until nobody waits; codes that
// a scanner types; and handing out without JavaScript.

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

const path = (page) => new URL(page.url()).pathname;
const focused = (page) => page.evaluate(() => {
  const { name, tagName, textContent } = document.activeElement;
  // A page that nobody has touched yet has all its words in its body.
  if (['BODY', 'MAIN'].includes(tagName)) return '';
  return name && tagName !== 'BUTTON' ? name : textContent.trim();
});

/** Presses Tab until what has these words has the focus. */
async function tabTo(page, words) {
  for (let presses = 0; presses < 80; presses++) {
    if ((await focused(page)).startsWith(words)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`no way to ${words} by Tab, at ${page.url()}`);
}

/** Presses keys and waits for the page that they lead to. */
async function follow(page, keys) {
  await Promise.all([page.waitForEvent('load'), page.keyboard.press(keys)]);
}

journey('the whole queue is done by keyboard alone', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server);
  await check(page, 'home-pharmacist');
  await page.keyboard.press('g');
  await follow(page, 'q');
  assert.equal(path(page), '/pharmacy');
  await check(page, 'pharmacy-queue');

  const done = { handed: 0, declined: 0, walked: false };
  for (let turns = 0; ; turns++) {
    assert.ok(turns < 120, 'the queue comes to its end');
    await follow(page, 'n');
    if (path(page) === '/pharmacy') break;
    assert.match(path(page), /^\/pharmacy\/\d+$/);
    if (!done.walked && await focused(page) === 'quantity') {
      done.walked = true;
      // It begins in the first quantity; Enter goes on to the next, and then to the button that hands out.
      await check(page, 'pharmacy-work');
      const fields = await page.locator('[name=quantity]:visible').count();
      for (let field = 0; field < fields; field++) await page.keyboard.press('Enter');
      assert.match(await focused(page), /^Hand out/);
    }
    assert.match(await focused(page), /^(quantity|wish|Hand out)/, 'it begins in its first field');
    await follow(page, 'Control+Enter');
    if (path(page).startsWith('/dispensings/')) {
      done.handed += 1;
      if (done.handed > 1) continue;
      // The labels are next, and the way back from them.
      await check(page, 'dispensing');
      assert.equal(await focused(page), 'Labels');
      await follow(page, 'Enter');
      assert.match(path(page), /\/labels$/);
      await page.locator('.label').first().waitFor();
      await tabTo(page, 'Back');
      await follow(page, 'Enter');
      continue;
    }
    // Nothing of it is there, or something is not clear: it is declined with a reason.
    await page.locator('#errors').waitFor();
    if (done.declined === 0) await check(page, 'pharmacy-work-errors');
    await page.keyboard.press('Control+Home');
    await page.evaluate(() => document.getElementById('main').focus());
    await tabTo(page, 'Decline');
    await follow(page, 'Enter');
    if (done.declined === 0) await check(page, 'pharmacy-decline');
    await tabTo(page, 'reason');
    await page.keyboard.type('Not in stock, to be fetched elsewhere');
    await follow(page, 'Control+Enter');
    assert.match(path(page), /^\/dispensings\//);
    done.declined += 1;
  }
  assert.ok(done.handed > 0 && done.walked, 'something was handed out');
  await page.getByText('Nobody is waiting.').first().waitFor();
  await page.goto('/pharmacy?tab=done');
  await check(page, 'pharmacy-done');
}, { command: 'demo' });

journey('a code opens its record, and a phone without JavaScript hands out', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server);
  await page.goto('/pharmacy');
  const code = (await page.locator('tbody th a').first().textContent()).trim();
  // A scanner types the code and Enter into the search, which a key brings up from anywhere.
  await page.goto('/');
  await page.keyboard.press('/');
  await page.keyboard.type(code.toLowerCase());
  await follow(page, 'Enter');
  assert.match(path(page), /^\/pharmacy\/\d+$/);
  const place = path(page);
  await check(page, 'pharmacy-before');
  await page.keyboard.press('/');
  await page.keyboard.type('RX999999');
  await follow(page, 'Enter');
  await page.getByText('Nothing with this code').waitFor();
  await check(page, 'find-nothing');

  const plain = await person({ javascript: false, phone: true });
  await signIn(plain, server);
  await plain.goto(place);
  await plain.getByRole('button', { name: 'Start' }).click();
  await plain.locator('[data-complete]').waitFor();
  await check(plain, 'pharmacy-work-plain');
  await Promise.all([
    plain.waitForEvent('load'),
    plain.getByRole('button', { name: 'Hand out', exact: true }).click(),
  ]);
  assert.match(path(plain), /^\/(dispensings|pharmacy)\/\d+$/);
}, { command: 'demo' });
