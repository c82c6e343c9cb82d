// A consultation as doctors work: by keyboard alone, with a warning that is met, reasoned and printed; and nothing that
// was typed is lost when the server is killed.

import assert from 'node:assert/strict';
import { journey } from './support.mjs';

/** Signs the demo's doctor in. */
async function signIn(page, server) {
  const { login, password } = server.logins.find(({ role }) => role === 'doctor');
  await page.goto('/login');
  await page.locator('[name=login]').fill(login);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=password]').press('Enter');
  await page.waitForURL((url) => url.pathname === '/');
}

/** A patient in the doctor's care: the address of the record. */
async function patient(page) {
  await page.goto('/patients');
  await page.locator('a[href^="/patients/"].person').first().click();
  await page.waitForURL(/\/patients\/\d+/);
  return new URL(page.url()).pathname.split('/').slice(0, 3).join('/');
}

/** Presses Tab until what is focused matches, as somebody without a mouse does. */
async function tabTo(page, selector) {
  for (let pressed = 0; pressed < 150; pressed++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${selector}`);
}

const focused = (page) => page.evaluate(() => document.activeElement?.name ?? '');

journey('a consultation by keyboard alone, in which a warning is met, reasoned and printed', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server);
  const record = await patient(page);
  await page.goto(`${record}/allergies/new`);
  await page.locator('[name=substance]').fill('Amoxicillin');
  await page.locator('[name=reaction]').fill('Hives');
  await page.locator('[name=severity]').selectOption('severe').catch(() => page.locator('[name=severity][value=severe]').check());
  await page.getByRole('button', { name: 'Save' }).click();
  await page.goto(`${record}/visits`);

  // From here on the mouse is not touched.
  await tabTo(page, 'form[action$="/encounters"] button');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/encounters\/\d+/);
  const visit = new URL(page.url()).pathname;
  await page.keyboard.press('Alt+s');
  assert.equal(await focused(page), 'symptoms');
  await page.keyboard.type('Sore throat for three days, fever');
  await page.keyboard.press('Alt+v');
  await page.keyboard.type('118');
  await page.keyboard.press('Enter');
  await page.keyboard.type('76');
  await page.keyboard.press('Alt+d');
  await page.keyboard.press('Tab');
  await page.keyboard.type('streptococcal pharyngitis');
  await page.getByRole('option').filter({ hasText: 'J02.0' }).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Alt+r');
  await page.waitForURL(/\/prescriptions\/new/);

  // A line as doctors write it; the warning is there before anything is sent.
  await tabTo(page, '[name=quick]');
  await page.keyboard.type('amoxicillin 500 mg 1 tds 5d after food');
  await page.keyboard.press('Enter');
  await page.getByText('Penicillin', { exact: false }).or(page.getByText('Amoxicillin', { exact: false })).first().waitFor();
  await page.locator('#f-override_reason').waitFor();
  assert.match(await page.locator('[name=medicine]').first().inputValue(), /Amoxicillin 500 mg/);
  await check(page, 'prescription-warned');

  // Without a reason it stays a draft, with one it goes out.
  await page.keyboard.press('Control+Enter');
  await page.locator('#e-override_reason').waitFor();
  await tabTo(page, '#f-override_reason');
  await page.keyboard.type('Tolerated last year under watch');
  await page.keyboard.press('Control+Enter');
  await page.getByText('was submitted').first().waitFor();
  await check(page, 'prescription-overridden');
  await tabTo(page, 'a[href$="/print"]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/prescriptions\/\d+\/print/);
  const paper = await page.locator('.sheet').innerText();
  for (const words of ['Amoxicillin 500 mg', 'in spite of these warnings', 'Tolerated last year under watch', 'three times a day']) {
    assert.ok(paper.includes(words), `${words} is on paper:\n${paper}`);
  }
  await check(page, 'prescription-paper');

  // Back to the visit, which is signed with the same keys.
  await page.goto(visit);
  assert.equal(await page.locator('[name=dx_code]').first().inputValue(), 'J02.0');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Signed. The visit is complete.').waitFor();
  await check(page, 'visit-signed');
}, { command: 'demo' });

journey('what is typed survives the killing of the server', async ({ server, person }) => {
  const page = await person();
  await signIn(page, server);
  await page.goto(`${await patient(page)}/visits`);
  await page.getByRole('button', { name: /Start a visit without/ }).click();
  await page.waitForURL(/\/encounters\/\d+/);
  const saved = () => page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.ok());

  const first = saved();
  await page.locator('[name=symptoms]').fill('Typed before the power cut');
  await first;
  await server.kill();
  await page.locator('[name=notes]').fill('Typed while nobody was there');
  await page.getByText('Not saved: the server cannot be reached.').waitFor();
  await server.restart();
  const second = saved();
  await second;
  await page.getByText(/^Saved/).first().waitFor();

  // Another tab, as after the computer was started again.
  const other = await page.context().newPage();
  await other.goto(new URL(page.url()).pathname);
  assert.equal(await other.locator('[name=symptoms]').inputValue(), 'Typed before the power cut');
  assert.equal(await other.locator('[name=notes]').inputValue(), 'Typed while nobody was there');
}, { command: 'demo' });

journey('a drawing is made by mouse, shown and printed', async ({ server, person, check }) => {
  const page = await person();
  await signIn(page, server);
  const record = await patient(page);
  await page.goto(`/prescriptions/new?patient=${record.split('/')[2]}`);
  await page.locator('[name=medicine]').first().fill('Zinc ointment');
  await page.locator('[name=instructions]').first().fill('thinly, where it is drawn');
  await page.getByText('Drawing', { exact: true }).click();
  await page.getByRole('button', { name: 'Body' }).click();
  await page.getByRole('button', { name: 'Red' }).click();
  const canvas = page.locator('.whiteboard canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const draw = async (...points) => {
    const [first, ...rest] = points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 5 });
    await page.mouse.up();
  };
  const strokes = async () => JSON.parse((await page.locator('#f-whiteboard').inputValue()) || '{"strokes":[]}').strokes;
  await draw([0.25, 0.3], [0.3, 0.35], [0.25, 0.4]);
  await draw([0.7, 0.3], [0.75, 0.3]);
  assert.equal((await strokes()).length, 2);
  await page.getByRole('button', { name: 'Undo' }).click();
  const [kept] = await strokes();
  assert.equal(kept.ink, 'red');
  assert.ok(Math.abs(kept.points[0] - 250) < 5 && Math.abs(kept.points[1] - 210) < 5, `${kept.points}`);
  await check(page, 'whiteboard');

  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('img', { name: /1 stroke on the outline of a body/ }).waitFor();
  await check(page, 'prescription-drawing');
  await page.getByRole('link', { name: 'Print', exact: true }).click();
  await page.getByRole('img', { name: /1 stroke on the outline of a body/ }).waitFor();
}, { command: 'demo' });
