// What comes to a record from outside: a patient brings a picture on the phone, a doctor enters and reads results by
// keyboard, a patient without JavaScript rates a visit.

import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { journey } from './support.mjs';

async function signIn(page, server, role) {
  const { login, password } = server.logins.find((one) => one.role === role);
  await page.goto('/login');
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=password]').press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
}

/** A grey PNG of this width and height. */
function png(width, height) {
  const table = Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });
  const chunk = (type, content) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const sum = ~body.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) >>> 0;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(sum);
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1), 160).map((byte, at) => (at % (width + 1) === 0 ? 0 : byte));
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

journey('a patient brings a picture on the phone, and is told what cannot be taken', async ({ server, person, check }) => {
  const page = await person({ phone: true, dark: true });
  await signIn(page, server, 'patient');
  await page.getByRole('link', { name: /Documents/ }).first().click();
  await page.waitForURL(/\/patients\/\d+\/documents/);
  await check(page, 'documents');

  await page.locator('[name=file]').setInputFiles({ name: 'page.txt', mimeType: 'text/plain', buffer: Buffer.from('<html><script>alert(1)</script>') });
  await page.locator('[name=kind]:not(#f-show)').selectOption('image');
  await page.locator('[name=title]').fill('My knee');
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByText('This is a web page').first().waitFor();
  assert.equal(await page.locator('[name=title]').inputValue(), 'My knee', 'what was typed is kept');
  await check(page, 'documents-refused');

  await page.locator('[name=file]').setInputFiles({ name: 'knee.png', mimeType: 'image/png', buffer: png(60, 40) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL(/\/documents\/\d+$/);
  await page.getByText('knee.png was uploaded.').waitFor();
  const image = page.locator('.document-view img');
  await image.waitFor();
  assert.deepEqual(await image.evaluate((img) => [img.naturalWidth, img.naturalHeight]), [60, 40]);
  await check(page, 'document');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
  assert.equal(download.suggestedFilename(), 'knee.png');
}, { command: 'demo' });

journey('a doctor enters and reads results by keyboard alone', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server, 'doctor');
  const focused = () => page.evaluate(() => document.activeElement.name);
  // Whether one of theirs waits for a result depends on the hour at which the demonstration is made, so one is ordered.
  await page.goto('/patients');
  const record = await page.locator('main a[href^="/patients/"]').first().getAttribute('href');
  await page.goto(`/prescriptions/new?patient=${record.split('/')[2]}`);
  await page.getByRole('button', { name: 'Add a test' }).click();
  await page.locator('[name=test]').first().fill('Serum electrolytes');
  await page.getByRole('button', { name: 'Submit' }).first().click();
  await page.waitForURL(/\/prescriptions\/\d+$/);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL(/\/results$/);
  await check(page, 'results');
  await page.locator('main a[href$="/result"]').first().press('Enter');
  await page.waitForURL(/\/test-orders\/\d+\/result/);
  await check(page, 'result-form');
  await page.locator('#f-name-0').focus();
  for (const [at, text] of ['Potassium', '5.9', 'mmol/l', '3.5', '5.1'].entries()) {
    assert.equal(await focused(), ['name', 'value', 'unit', 'low', 'high'][at]);
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/test-orders\/\d+$/);
  assert.ok(await page.getByRole('row', { name: /Potassium 5.9 mmol\/l 3.5 – 5.1 High/ }).isVisible());
  await check(page, 'result');
  await page.locator('[name=note_to_patient]').focus();
  await page.keyboard.type('Fewer bananas.');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/results$/);
  await page.getByText('Noted as seen.').waitFor();
}, { command: 'demo' });

journey('a patient rates a visit without JavaScript', async ({ server, person, check }) => {
  const page = await person({ phone: true, javascript: false });
  await signIn(page, server, 'patient');
  await page.goto('/appointments');
  const visits = await page.locator('a[href^="/appointments/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  // One that is over and that nobody has rated.
  for (const visit of visits.reverse()) {
    await page.goto(`${visit}/feedback`);
    if (await page.locator('[name=rating]').count()) break;
  }
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('Choose how it was.').first().waitFor();
  await check(page, 'feedback');
  await page.getByLabel('Very good').check();
  await page.locator('[name=comment]').fill('Everything was explained.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('You rated this visit 5 of 5').waitFor();
}, { command: 'demo' });
