// Pictures of every page, for people who judge the interface: each role of the demo and, before it, each role in a hospital
// that has just been set up; every page that links reach from a person's home, in the states that differ, forms also with
// their errors, printed pages also as paper; on a desktop and on a phone, in light and in dark. With an index.html that
// shows them all, and says which pages of tests/app/access.tsv were reached by nobody.
//
//   INFIRMARY_BIN=target/debug/infirmary node screenshots.mjs [folder] [role…]        `empty`: the first day's hospital
//
// Ends with 1 when a page did what no page may do (see `watch` in support.mjs) or was not reached; the list is on the
// contact sheet too.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DESKTOP, PHONE, launchBrowser, missing, person, show, startServer } from './support.mjs';

const PAGES_PER_ROLE = 120;
const TALLEST = 6000;
const PAPER = { width: 794, height: 1123 };
const PASSWORD = 'seventeen wet badgers';
/** These show something else in each state of what they are about; so many of each are opened to find the states. */
const STATEFUL = /^\/(appointments|documents|encounters|prescriptions|test-orders)\/\{n\}$/;
const LOOKS_PER_STATEFUL = 14;
/** The same for everybody: once is enough. */
const SAME_FOR_ALL = ['/appointments/{n}/booked', '/appointments/{n}/slip'];
/** Nothing to look at: for programs, parts of pages, files, pictures, and links that only their owner gets. */
const NO_PAGES = [
  '/healthz', '/readyz', '/static/{n}', '/slots', '/calendar/events', '/prescriptions/preview', '/appointments/{n}/calendar.ics',
  '/account/picture', '/users/{n}/picture', '/setup', '/documents/{n}/content', '/documents/{n}/image',
  '/medicines/export',
];

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
  if (roles.length === 0 || roles.includes('empty')) await emptyHospital();
  if (roles.join() !== 'empty') await everyRole();
} finally {
  await browser.close();
}
if (roles.length === 0) begin('not reached').problems.push(...neverReached());
writeFileSync(join(folder, 'index.html'), contactSheet());

const problems = sections.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`));
for (const problem of problems) console.error(problem);
console.log(`${sections.flatMap(({ pages }) => pages).length} pages: ${join(folder, 'index.html')}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A hospital on its first day, by each role; and whoever is not signed in. */
async function emptyHospital() {
  const server = await startServer('serve');
  const nobody = begin('nobody');
  try {
    const page = await person(browser, server, nobody.problems);
    await still(nobody, page, 'not-set-up', '/');
    await still(nobody, page, 'setup', new URL(server.setupLink).pathname);
    await sendEmpty(nobody, page, 'setup');

    const section = begin('empty-administrator');
    const admin = await person(browser, server, section.problems);
    await admin.goto(server.setupLink);
    await fill(admin, { hospital_name: 'Saint Roch', first_name: 'Ann', last_name: 'Lee', username: 'ann', password: PASSWORD, password_again: PASSWORD });
    await admin.locator('[name=time_zone]').selectOption('Europe/Paris');
    await admin.locator('[name=currency]').selectOption('EUR');
    await send(admin);
    await crawl(section, admin, server);

    const links = new Map();
    for (const role of ['receptionist', 'pharmacist', 'accountant', 'billing_manager']) {
      await admin.goto('/users/new');
      await admin.locator('[name=role]').selectOption(role);
      await fill(admin, { first_name: 'Kim', last_name: role.replace('_', ' '), license_number: role === 'pharmacist' ? 'PH 4711' : '' });
      await send(admin);
      links.set(role, await admin.locator('[data-copy]').getAttribute('data-copy'));
    }
    await picture(section, admin, 'users-invited', 200);
    await admin.goto('/departments/new');
    await fill(admin, { name: 'Cardiology' });
    await send(admin);
    await admin.goto('/doctors/new');
    await fill(admin, { first_name: 'Maya', last_name: 'Okafor', email: 'maya@example.org', license_number: 'GMC 1234567' });
    await admin.locator('[name=department_id]').selectOption({ label: 'Cardiology' });
    await send(admin);
    links.set('doctor', await admin.locator('[data-copy]').getAttribute('data-copy'));
    await picture(section, admin, 'doctors-invited', 200);

    for (const path of ['/login', '/register']) {
      await still(nobody, page, path.slice(1), path);
      await sendEmpty(nobody, page, path.slice(1));
    }
    await still(nobody, page, 'not-found', '/no-such-page');
    await still(nobody, page, 'dead-link', `/reset/${'0'.repeat(43)}`);
    const invitation = new URL(links.get('doctor')).pathname;
    await still(nobody, page, 'invitation', invitation);
    await sendEmpty(nobody, page, 'invitation');
    for (const [role, link] of links) {
      const own = begin(`empty-${role}`);
      const page = await person(browser, server, own.problems);
      await page.goto(link);
      await fill(page, { password: PASSWORD, password_again: PASSWORD });
      await send(page);
      await crawl(own, page, server);
      await page.context().close();
    }

    const own = begin('empty-patient');
    const patient = await person(browser, server, own.problems);
    await patient.goto('/register');
    await fill(patient, {
      first_name: 'Zoë', last_name: 'Núñez', date_of_birth: '1984-05-17', phone: '+44 7700 900123', email: 'zoe@example.org',
      password: 'pa55-tulips-here', password_again: 'pa55-tulips-here',
    });
    await patient.getByLabel('Female').check();
    await patient.locator('[name=consent]').check();
    await send(patient);
    await crawl(own, patient, server);

    await admin.goto('/users');
    await admin.getByRole('link', { name: 'Kim accountant' }).first().click();
    await picture(section, admin, 'user-of-today', 200);
    await admin.locator('form[action$="/link"] button').first().click();
    const reset = await admin.locator('[data-copy]').getAttribute('data-copy');
    await picture(section, admin, 'user-reset', 200);
    await still(nobody, page, 'reset', new URL(reset).pathname);
    await sendEmpty(nobody, page, 'reset');
  } finally {
    nobody.problems.push(...(await server.stop()));
  }
}

/** The demo by each role. */
async function everyRole() {
  const server = await startServer('demo');
  try {
    const firstOfRole = ({ role }, index, all) => all.findIndex((other) => other.role === role) === index;
    for (const { role, login, password } of server.logins.filter(firstOfRole)) {
      if (roles.length > 0 && !roles.includes(role)) continue;
      const section = begin(role);
      const page = await person(browser, server, section.problems);
      await page.goto('/login');
      await fill(page, { login, password });
      await Promise.all([page.waitForURL((url) => url.pathname !== '/login'), page.locator('[name=password]').press('Enter')]);
      await crawl(section, page, server);
      if (role === 'patient') await still(section, page, 'forbidden', '/users');
      const journey = { patient: booking, receptionist: booking, doctor: consultation }[role];
      // A journey that stops short is a problem to read about; the other roles still get their pictures.
      await journey?.(section, page).catch((error) => section.problems.push(`${new URL(page.url()).pathname}: ${error.message.split('\n')[0]}`));
      await page.context().close();
    }
  } finally {
    const last = await server.stop();
    sections.at(-1)?.problems.push(...last);
  }
}

/** From a free time to the appointment: pages that no link leads to. */
async function booking(section, page) {
  await page.goto('/book');
  if (section.title === 'receptionist') {
    await page.goto('/patients');
    await page.goto(`/book?patient=${(await page.locator('tbody a[href^="/patients/"]').first().getAttribute('href')).split('/').pop()}`);
  }
  await page.locator('#choose-doctor a.pick').first().click();
  // The last one: early in the week the patient may be booked with somebody else already.
  await page.locator('button.slot').last().click();
  await page.locator('[name=reason]').waitFor();
  await picture(section, page, 'book-details', 200);
  await sendEmpty(section, page, 'book-details');
  await page.locator('[name=reason]').fill('Check-up');
  if (await page.locator('[name=channel]').count()) await page.locator('[name=channel]').first().check();
  await page.getByRole('button', { name: 'Book this time' }).click();
  await page.waitForURL(/booked$/);
  await picture(section, page, 'booked', 200);
}

/** A visit that is begun, and a prescription that is not submitted yet. */
async function consultation(section, page) {
  await page.goto('/my-day');
  if (!(await page.getByRole('button', { name: 'Start' }).count())) {
    // At this hour nobody waits: one comes without an appointment.
    await page.goto('/patients');
    await page.locator('a.person').first().click();
    await page.goto(`${new URL(page.url()).pathname}/visits`);
  }
  await page.getByRole('button', { name: /^Start/ }).first().click();
  await page.waitForURL(/\/encounters\/\d+/);
  await picture(section, page, 'consultation', 200);
  await page.getByRole('button', { name: 'Write prescription' }).click();
  await page.waitForURL(/\/prescriptions\/new/);
  await page.locator('[name=medicine]').first().fill('Amoxicillin 500 mg');
  await picture(section, page, 'prescription-begun', 200);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.waitForURL(/\/prescriptions\/\d+/);
  await picture(section, page, 'prescription-draft', 200);
  await page.goto(`${new URL(page.url()).pathname.match(/\/prescriptions\/\d+/)[0]}/edit`);
  await picture(section, page, 'prescription-edit', 200);
  await sendEmpty(section, page, 'prescription-edit');
  await page.goto('/my-day');
  await picture(section, page, 'my-day-inside', 200);
}

/** Breadth first, so that what is near the home comes first; of pages that differ only in a number, those that look different. */
async function crawl(section, page, server) {
  const seen = new Set(['/logout']);
  const states = new Map();
  const waiting = [];
  const found = (path) => {
    const url = new URL(path, server.url);
    const template = templateOf(url);
    const many = STATEFUL.test(template);
    const known = many ? url.pathname : template;
    if (seen.has(known)) return;
    seen.add(known);
    if (many) {
      const state = states.get(template) ?? states.set(template, { looks: 0, shown: new Set() }).get(template);
      state.looks += 1;
      if (state.looks > LOOKS_PER_STATEFUL) return;
    }
    waiting.push({ path, template });
  };
  found(new URL(page.url()).pathname);
  found('/');

  while (waiting.length > 0) {
    const { path, template } = waiting.shift();
    if (section.pages.length >= PAGES_PER_ROLE) {
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
    const links = await page.evaluate(() =>
      [...document.querySelectorAll('nav a[href], a[href]')]
        .filter((link) => link.origin === location.origin && !link.hasAttribute('download'))
        .map((link) => link.pathname + link.search),
    );
    links.forEach(found);

    let name = template.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '') || 'home';
    const state = states.get(template);
    if (state) {
      const look = await page.evaluate(() => {
        const mark = [...document.querySelectorAll('main .state')].find((one) => !one.closest('.banner, table, .rows'));
        return `${mark?.textContent.trim().toLowerCase() ?? ''}${document.querySelector('main textarea') ? ' form' : ''}`;
      });
      if (state.shown.has(look)) continue;
      state.shown.add(look);
      name += look && `.${look.replace(/[^\w]+/g, '-')}`;
    }
    await picture(section, page, name, answer.status(), template);
    await sendEmpty(section, page, name);
  }
}

/** The pattern of an address: numbers do not count, and of what is after `?` only what makes another page. */
function templateOf({ pathname, searchParams }) {
  const path = pathname.replace(/\d+/g, '{n}').replace(/(.)\/$/, '$1');
  const keys = [...searchParams.keys()].filter((key) => key !== 'next');
  if (/^\/(book|walk-in)$|\/reschedule$/.test(path) && keys.length > 0) return `${path}?${keys.sort().join('&')}`;
  const view = searchParams.get('view');
  return view ? `${path}?${view}` : path;
}

/** The page's form with what it asks for left out: it comes back with its errors. Nothing is changed by that. */
async function sendEmpty(section, page, name) {
  const isEmptied = await page.evaluate(() => {
    const form = [...document.querySelectorAll('main form[method=post]')].find((one) => one.querySelector('[required], [aria-required=true]'));
    if (!form) return false;
    for (const field of form.querySelectorAll('input, textarea, select')) {
      if (!field.matches('[required], [aria-required=true]')) continue;
      if (field.matches('[type=radio], [type=checkbox]')) field.checked = false;
      else field.value = '';
    }
    form.dataset.clean = '1';
    (form.querySelector('[data-default]') ?? form.querySelector('[type=submit], button:not([type])'))?.setAttribute('data-picture', '');
    return Boolean(form.querySelector('[data-picture]'));
  });
  if (!isEmptied) return;
  const answered = page.waitForResponse((response) => response.request().method() === 'POST', { timeout: 5000 }).catch(() => undefined);
  await page.locator('[data-picture]').first().click({ timeout: 3000 }).catch(() => {});
  const answer = await answered;
  await page.waitForLoadState();
  if (answer?.status() === 422) await picture(section, page, `${name}.errors`, 422);
}

async function still(section, page, name, path) {
  const answer = await page.goto(path);
  await picture(section, page, name, answer.status());
}

async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) await page.locator(`[name=${name}]`).fill(value);
}

/** Sends the page's form and waits for the next page. */
async function send(page) {
  const form = page.locator('main form').first();
  const before = page.url();
  await form.locator('[data-default], [type=submit], button:not([type])').last().click();
  await page.waitForURL((url) => url.href !== before);
}

function begin(title) {
  rmSync(join(folder, title), { recursive: true, force: true });
  mkdirSync(join(folder, title), { recursive: true });
  const section = { title, problems: [], pages: [] };
  sections.push(section);
  return section;
}

async function picture(section, page, name, status, asked) {
  const files = [];
  const keep = async (what) => {
    const file = `${section.title}/${name}.${what}.png`;
    // As high as the page, so that what sticks to an edge of the screen covers nothing in the picture.
    const { width, height } = page.viewportSize();
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, TALLEST)) });
    await page.screenshot({ path: join(folder, file) });
    await page.setViewportSize({ width, height });
    files.push(file);
  };
  for (const [width, size] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    await page.setViewportSize(size);
    for (const theme of ['light', 'dark']) {
      await show(page, theme);
      await keep(`${width}.${theme}`);
    }
  }
  if (await page.locator('main.sheet').count()) {
    await page.setViewportSize(PAPER);
    await show(page, 'light');
    await page.emulateMedia({ media: 'print' });
    await keep('paper');
    await page.emulateMedia({ media: null });
  }
  await page.setViewportSize(DESKTOP);
  const url = new URL(page.url());
  section.pages.push({ name, path: url.pathname, templates: [templateOf(url), asked ?? ''], title: await page.title(), status, files });
  console.log(`${section.title}: ${name} ${status}`);
}

/** Pages of the table of access that a role may open, but that no link led anybody to. */
function neverReached() {
  const [header, ...lines] = readFileSync(join(import.meta.dirname, '../app/access.tsv'), 'utf8').split('\n')
    .filter((line) => /^(GET|# method)/.test(line)).map((line) => line.replace(/^# /, '').trim().split(/\s+/));
  const who = header.slice(2);
  const reached = (role, route) => sections.some(({ title, pages }) =>
    (role === undefined || title.replace('empty-', '').startsWith(role)) && pages.some(({ templates }) => templates.some((one) => one.split('?')[0] === route)));
  return lines.flatMap(([, path, ...outcomes]) => {
    const route = path.replace(/\{[^}]*\}/g, '{n}');
    if (NO_PAGES.includes(route) || outcomes.every((outcome) => ['404', '410'].includes(outcome))) return [];
    const lacking = who.filter((role, index) => outcomes[index] === 'ok' && !reached(role, route));
    if (outcomes[who.indexOf('nobody')] === 'ok') return reached('nobody', route) ? [] : [`nobody: ${path}`];
    if (lacking.length > 0 && !SAME_FOR_ALL.includes(route)) return [`${lacking.join(', ')}: ${path}`];
    return reached(undefined, route) ? [] : [`anybody: ${path}`];
  });
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
