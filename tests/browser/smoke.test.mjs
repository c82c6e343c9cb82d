// A first start: an empty hospital greets whoever has the link with the page to set it up.

import assert from 'node:assert/strict';
import { journey } from './support.mjs';

journey('an empty hospital opens on the page to set it up', async ({ server, person, check }) => {
  for (const phone of [false, true]) {
    const page = await person({ phone });
    const answer = await page.goto(server.setupLink);
    assert.equal(answer.status(), 200);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.notEqual((await page.title()).trim(), '');
    assert.ok(await page.locator('form[method=post] [type=submit]').isVisible(), 'a button to send the form');
    await check(page, 'setup');
  }
});

journey('the page to set it up is there without JavaScript, in the theme that was chosen', async ({ server, person, check }) => {
  for (const dark of [false, true]) {
    const page = await person({ dark, javascript: false });
    await page.goto(server.setupLink);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.ok(await page.locator('form[method=post] [type=submit]').isVisible(), 'a button to send the form');

    const brightness = await page.evaluate(() => {
      const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
      return (red + green + blue) / 3;
    });
    assert.equal(brightness < 128, dark, `the page's background has a brightness of ${brightness}`);
    await check(page, 'setup-without-javascript');
  }
});

journey('whatever else is asked of an empty hospital, the answer is a page', async ({ person, check }) => {
  const page = await person();
  for (const [path, name] of [['/', 'empty-home'], ['/login', 'empty-login'], ['/no-such-page', 'empty-not-found']]) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await check(page, name);
  }
});
