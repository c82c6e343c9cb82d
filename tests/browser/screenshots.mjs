// Pictures of every page, for people who judge the interface: each role of the demo, each page that can be reached by
// links from its home, on a desktop and on a phone, in light and in dark; and the pages of an empty hospital. With an
// index.html that shows them all.
//
//   INFIRMARY_BIN=target/debug/infirmary node screenshots.mjs [folder] [role…]
//
// Ends with 1 when a page did what no page may do (see `watch` in support.mjs); the list is on the contact sheet too.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DESKTOP, PHONE, launchBrowser, missing, person, show, startServer } from './support.mjs';

const PAGES_PER_ROLE = 60;

const folder = resolve(process.argv[2] ?? 'screenshots');
const roles = process.argv.slice(3);
const lacks = missing();
if (lacks.length > 0) {
  for (const lack of lacks) console.error(lack);
  process.exit(3);
}
process.env.INFIRMARY_BIN = resolve(process.env.INFIRMARY_BIN);

/** `{ title, problems, pages: [{ name, path, status, files }] }` */
const sections = [];
const browser = await launchBrowser();
try {
  if (roles.length === 0) await emptyHospital();
  await everyRole();
} finally {
  await browser.close();
}
writeFileSync(join(folder, 'index.html'), contactSheet());

const problems = sections.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`));
for (const problem of problems) console.error(problem);
console.log(`${sections.flatMap(({ pages }) => pages).length} pages: ${join(folder, 'index.html')}`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function emptyHospital() {
  const server = await startServer('serve');
  const section = begin('empty');
  try {
    const page = await person(browser, server, section.problems);
    for (const [name, url] of [['setup', server.setupLink], ['home', '/'], ['login', '/login'], ['not-found', '/no-such-page']]) {
      const answer = await page.goto(url);
      await picture(section, page, name, answer.status());
    }
  } finally {
    section.problems.push(...(await server.stop()));
  }
}

async function everyRole() {
  const server = await startServer('demo');
  try {
    const firstOfRole = ({ role }, index, all) => all.findIndex((other) => other.role === role) === index;
    for (const { role, login, password } of server.logins.filter(firstOfRole)) {
      if (roles.length > 0 && !roles.includes(role)) continue;
      const section = begin(role);
      const page = await person(browser, server, section.problems);
      await page.goto('/login');
      await page.locator('[name=login]').fill(login);
      await page.locator('[name=password]').fill(password);
      await Promise.all([
        page.waitForURL((url) => url.pathname !== '/login'),
        page.locator('[name=password]').press('Enter'),
      ]);
      await crawl(section, page, server);
      await page.context().close();
    }
  } finally {
    const last = await server.stop();
    sections.at(-1)?.problems.push(...last);
  }
}

/** Breadth first, so that what is near the home comes first; of pages that differ only in a number, one. */
async function crawl(section, page, server) {
  const seen = new Set(['/logout']);
  const waiting = [];
  const found = (path) => {
    const template = new URL(path, server.url).pathname.replace(/\d+/g, '{n}').replace(/(.)\/$/, '$1');
    if (!seen.has(template)) waiting.push({ path, template });
    seen.add(template);
  };
  found(new URL(page.url()).pathname);
  found('/');

  while (waiting.length > 0) {
    const { path, template } = waiting.shift();
    if (section.pages.length === PAGES_PER_ROLE) {
      section.problems.push(`more than ${PAGES_PER_ROLE} pages; left out: ${[template, ...waiting.map((one) => one.template)].join(' ')}`);
      return;
    }
    let answer;
    try {
      answer = await page.goto(path);
    } catch (error) {
      // A link to a file: the browser saves it instead of showing it.
      if (/Download is starting|ERR_ABORTED/.test(error.message)) continue;
      throw error;
    }
    if (!/^text\/html/.test(answer.headers()['content-type'] ?? '')) continue;
    if (answer.status() >= 400) section.problems.push(`${answer.status()} for a link to ${path}`);
    await picture(section, page, template.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '') || 'home', answer.status());
    const links = await page.evaluate(() =>
      [...document.querySelectorAll('nav a[href], a[href]')]
        .filter((link) => link.origin === location.origin && !link.hasAttribute('download'))
        .map((link) => link.pathname + link.search),
    );
    links.forEach(found);
  }
}

function begin(title) {
  rmSync(join(folder, title), { recursive: true, force: true });
  mkdirSync(join(folder, title), { recursive: true });
  const section = { title, problems: [], pages: [] };
  sections.push(section);
  return section;
}

async function picture(section, page, name, status) {
  const files = [];
  for (const [width, size] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    await page.setViewportSize(size);
    for (const theme of ['light', 'dark']) {
      await show(page, theme);
      const file = `${section.title}/${name}.${width}.${theme}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: true });
      files.push(file);
    }
  }
  await page.setViewportSize(DESKTOP);
  const { pathname } = new URL(page.url());
  section.pages.push({ name, path: pathname, title: await page.title(), status, files });
  console.log(`${section.title}: ${pathname} ${status}`);
}

function contactSheet() {
  const text = (value) => String(value).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const shots = (files) =>
    files.map((file) => `<a href="${text(file)}"><img loading="lazy" src="${text(file)}" alt="${text(file)}"></a>`).join('');
  const body = sections.map(({ title, problems, pages }) => `
<h2 id="${text(title)}">${text(title)}</h2>
${problems.length > 0 ? `<ul>${problems.map((problem) => `<li>${text(problem)}</li>`).join('')}</ul>` : ''}
${pages.map((page) => `<h3>${text(page.title)} <code>${text(page.path)}</code> ${page.status}</h3>
<div>${shots(page.files)}</div>`).join('\n')}`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Infirmary: every page</title>
<style>
body { font: 16px system-ui; margin: 2rem; background: #eee; }
nav a { margin-right: 1rem; } li { color: #b00; }
div { display: flex; gap: 1rem; align-items: flex-start; overflow-x: auto; }
img { height: 420px; max-width: none; border: 1px solid #999; object-fit: cover; object-position: top; }
</style>
<h1>Infirmary: every page</h1>
<nav>${sections.map(({ title }) => `<a href="#${text(title)}">${text(title)}</a>`).join('')}</nav>
${body.join('\n')}
</html>
`;
}
