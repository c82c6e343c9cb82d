// What a journey needs: a running Infirmary, people with browsers, and checks of what they see.
//
//   journey('a patient books a visit', async ({ server, person, check }) => {
//     const page = await person({ phone: true });
//     await page.goto('/login');
//     await check(page, 'login');
//   });

import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const START_SECONDS = 120;
const STOP_SECONDS = 20;
const JOURNEY_MINUTES = 10;

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
// WCAG 2.2, 1.4.10: content reflows at this width without scrolling in two directions.
const NARROWEST = 320;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What these tests lack on this machine, in words; empty when they can run. */
export function missing() {
  const lacks = [];
  if (!process.env.INFIRMARY_BIN) lacks.push('INFIRMARY_BIN does not name the infirmary binary');
  if (!chromiumPath()) lacks.push('Chromium is not installed (Debian: apt-get install chromium; or CHROMIUM=path)');
  for (const name of ['playwright-core', 'axe-core']) {
    try {
      createRequire(import.meta.url).resolve(name);
    } catch {
      lacks.push(`${name} is not installed (npm ci in tests/browser)`);
    }
  }
  return lacks;
}

function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * One journey: a test with an Infirmary of its own, on an empty database (`command: 'demo'`: with the demo's data), and
 * as many people as it asks for. Fails also for what nobody asserted: see `watch`. Everything is gone when it ends.
 *
 * @param {string} name
 * @param {(visit: { server: Server, person: Function, check: typeof check }) => Promise<void>} steps
 * @param {{ command?: 'serve' | 'demo' }} [options]
 */
export function journey(name, steps, options = {}) {
  test(name, { timeout: JOURNEY_MINUTES * 60_000 }, async () => {
    const server = await startServer(options.command);
    const problems = [];
    let failure;
    try {
      const browser = await launchBrowser();
      try {
        await steps({ server, person: (who) => person(browser, server, problems, who), check });
      } catch (error) {
        failure = error;
        problems.push(...(await lastSeen(browser, name)));
      } finally {
        await browser.close();
      }
    } finally {
      problems.push(...(await server.stop()));
    }
    // What nobody asserted often explains why a step failed, so both are told.
    if (failure) throw new Error(`${failure.message}\n\nBesides:\n${list(problems)}`, { cause: failure });
    if (problems.length > 0) throw new Error(`Every step went through, but:\n${list(problems)}`);
  });
}

/** Where everybody was when a step failed, with pictures if pictures are wanted. */
async function lastSeen(browser, name) {
  const seen = [];
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    seen.push(`somebody was at ${page.url()}`);
    if (!process.env.SCREENSHOTS) continue;
    const path = join(process.env.SCREENSHOTS, `failed.${name.replace(/\W+/g, '-')}.${seen.length}.png`);
    // A page that cannot be pictured, say while it shows a dialog, must not hide the failure itself.
    await page.screenshot({ path, fullPage: true }).catch((error) => seen.push(`no picture of it: ${error.message}`));
  }
  return seen;
}

const list = (lines) => lines.map((line) => `  - ${line}`).join('\n');

// ---------------------------------------------------------------------------------------------------------- server

/** Starts `infirmary serve` (or `demo`) in a folder of its own, and waits until it is ready. */
export async function startServer(command = 'serve') {
  for (let attempt = 1; ; attempt++) {
    const server = new Server(await freePort(), command);
    try {
      await server.ready();
      return server;
    } catch (error) {
      await server.stop();
      // Between our look at the port and its use, somebody else may have taken it.
      if (attempt === 3 || !/address (already )?in use/i.test(server.output)) throw error;
    }
  }
}

class Server {
  /** Everything it printed, both streams. */
  output = '';
  /** Whether it was ever away, so that requests may have found nobody. */
  wasAway = false;
  #process;
  #exit;
  #command;

  constructor(port, command) {
    this.dataDir = mkdtempSync(join(tmpdir(), 'infirmary-browser-'));
    this.url = `http://127.0.0.1:${port}`;
    this.#command = command;
    endWithUs(this);
    this.#start();
  }

  #start() {
    // A developer's own settings, above all DATABASE_URL, must not reach a server that tests play with.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('INFIRMARY_')),
    );
    this.#process = spawn(
      process.env.INFIRMARY_BIN,
      [this.#command, '--bind', new URL(this.url).host, '--data-dir', this.dataDir],
      { cwd: this.dataDir, env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      createInterface({ input: stream }).on('line', (line) => (this.output += `${line}\n`));
    }
    this.#exit = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`cannot be started: ${error.message}`));
      // `close` comes after the last line of output, `exit` may come before.
      this.#process.once('close', (code, signal) => resolve(signal ?? code));
    });
  }

  async ready() {
    const ended = this.#exit.then((how) => {
      throw new Error(`infirmary ended before it was ready (${how}):\n${this.output}`);
    });
    const answers = async () => {
      for (const end = Date.now() + START_SECONDS * 1000; Date.now() < end; await pause(50)) {
        const ready = await fetch(`${this.url}/readyz`).then((response) => response.ok, () => false);
        if (ready) return;
      }
      throw new Error(`infirmary was not ready after ${START_SECONDS} seconds:\n${this.output}`);
    };
    await Promise.race([ended, answers()]);
  }

  /** The one-time link to set up the hospital, as printed at the first start. */
  get setupLink() {
    const link = this.output.match(/https?:\/\/\S+\/setup\S*/);
    if (!link) throw new Error(`infirmary printed no link to set it up:\n${this.output}`);
    return link[0];
  }

  /** The logins of the demo: `[{ role, login, password }]`. */
  get logins() {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo-logins.json'), 'utf8'));
  }

  /** Ends it without a word, as a power cut would. */
  async kill() {
    this.wasAway = true;
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  /** Starts it again on the same data, after `kill`. */
  async restart() {
    this.#start();
    await this.ready();
  }

  /** Stops it as an operator would, and returns what was wrong with its life: no clean end, a panic. */
  async stop() {
    const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_SECONDS * 1000);
    this.#process.kill('SIGTERM');
    const how = await this.#exit;
    clearTimeout(late);
    this.end();

    const problems = this.output.split('\n').filter((line) => line.includes('panicked at'));
    if (how !== 0) problems.push(`infirmary ended with ${how} after SIGTERM; it printed:\n${this.output}`);
    return problems;
  }

  /** Ends it at once if it still runs, and removes its folder. */
  end() {
    this.#process.kill('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
    running.delete(this);
  }
}

const running = new Set();

/** Whatever ends us, no server stays behind. (Playwright does the same for its browsers.) */
function endWithUs(server) {
  running.add(server);
  if (endWithUs.prepared) return;
  endWithUs.prepared = true;
  process.once('exit', () => running.forEach((one) => one.end()));
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
    process.once(signal, () => process.exit(code));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// --------------------------------------------------------------------------------------------------------- browser

/** Chromium with a profile of its own, which Playwright makes and removes. */
export async function launchBrowser() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // No name can be resolved, so that a page which asks another host cannot even seem to work.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}

const people = new WeakMap();

/**
 * A person: a fresh browser profile with one page. `page.goto('/login')` is relative to the server. Her clock is in
 * another zone than the hospital's on purpose, and she wants no animations.
 */
export async function person(browser, server, problems, { phone = false, dark = false, javascript = true } = {}) {
  const theme = dark ? 'dark' : 'light';
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: phone ? PHONE : DESKTOP,
    isMobile: phone,
    hasTouch: phone,
    colorScheme: theme,
    javaScriptEnabled: javascript,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'America/St_Johns',
  });
  await setThemeCookie(context, server.url, theme);
  watch(context, server, problems);
  const page = await context.newPage();
  people.set(context, { server, phone, theme, javascript });
  return page;
}

const setThemeCookie = (context, url, theme) => context.addCookies([{ name: 'theme', value: theme, url }]);

/**
 * Notes what no page may ever do: ask another host, answer 5xx, lack one of its parts, log an error (a breach of the
 * Content-Security-Policy is logged as one), throw. A 4xx is fine for a document or for what a script asked, since a
 * form that comes back with errors is a 422; Chromium logs these as errors too.
 */
function watch(context, server, problems) {
  const note = (problem) => problems.includes(problem) || problems.push(problem);
  const short = (url) => url.replace(server.url, '').slice(0, 200);
  const host = new URL(server.url).host;
  const asked = (url) => {
    const { protocol, host: whom } = new URL(url);
    if (!['data:', 'blob:', 'about:'].includes(protocol) && whom !== host) note(`asked another host: ${url}`);
  };

  context.on('request', (request) => asked(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => asked(socket.url())));
  context.on('response', (response) => {
    const request = response.request();
    const what = `${response.status()} for ${request.method()} ${short(response.url())}`;
    const mayRefuse = ['document', 'xhr', 'fetch'].includes(request.resourceType());
    if (response.status() >= 500 || (response.status() >= 400 && !mayRefuse)) note(what);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    if (server.wasAway && why === 'net::ERR_CONNECTION_REFUSED') return;
    // Aborted: a download, or a request that the next one made needless.
    if (why !== 'net::ERR_ABORTED') note(`${request.method()} ${short(request.url())} failed: ${why}`);
  });
  context.on('console', (message) => {
    const judgedAbove = message.text().startsWith('Failed to load resource: the server responded with a status of');
    const nobodyThere = server.wasAway && message.text().includes('net::ERR_CONNECTION_REFUSED');
    if (message.type() === 'error' && !judgedAbove && !nobodyThere) note(`console: ${message.text()} (${short(message.location().url)})`);
  });
  context.on('weberror', (error) => note(`uncaught in the page: ${error.error().stack ?? error.error()}`));
}

// ---------------------------------------------------------------------------------------------------------- checks

/**
 * Checks the page as it now stands: axe-core finds nothing, in light, in dark and at 320 px; at 320 px nothing makes the
 * page scroll sideways. With SCREENSHOTS=folder, pictures go there as `<name>.<desktop|phone>.<light|dark>.png`. The
 * page is not loaded again: messages, open dialogs and typed text stay.
 *
 * For a person without JavaScript axe-core cannot run (it needs timers); the rest is checked.
 */
export async function check(page, name) {
  const { phone, theme, javascript, server } = people.get(page.context());
  const faults = [];
  const own = page.viewportSize();

  for (const shown of ['light', 'dark']) {
    await show(page, shown);
    if (javascript) faults.push(...(await axe(page, shown)));
    if (process.env.SCREENSHOTS) {
      await mkdir(process.env.SCREENSHOTS, { recursive: true });
      const file = `${name}.${phone ? 'phone' : 'desktop'}.${shown}.png`;
      await page.screenshot({ path: join(process.env.SCREENSHOTS, file), fullPage: true });
    }
  }

  await show(page, theme);
  await page.setViewportSize({ width: NARROWEST, height: own.height });
  await settled(page);
  if (javascript) faults.push(...(await axe(page, `${NARROWEST} px`)));
  faults.push(...(await page.evaluate(overflowing)));
  await page.setViewportSize(own);

  if (faults.length > 0) {
    throw new Error(`${name} (${page.url().replace(server.url, '')}, ${phone ? 'phone' : 'desktop'}):\n${list(faults)}`);
  }
}

/** Shows the page in a theme, as the page itself would: the system's wish and the attribute that the cookie sets. */
export async function show(page, theme) {
  // The choice too: theme.js applies it again as soon as it hears of the system's wish, which may be after this.
  await page.evaluate((theme) => Object.assign(document.documentElement.dataset, { themeChoice: theme, bsTheme: theme }), theme);
  await page.emulateMedia({ colorScheme: theme });
  await settled(page);
}

/** Colours that are on their way are nobody's fault: lets running transitions end. */
async function settled(page) {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
}

async function axe(page, where) {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // By evaluate and not as a script of the page, which the Content-Security-Policy would refuse.
  await page.evaluate(`if (!window.axe) { ${source} }`);
  const violations = await page.evaluate(async (tags) => {
    const options = { runOnly: { type: 'tag', values: tags }, rules: { 'target-size': { enabled: true } } };
    const { violations } = await window.axe.run(document, { ...options, resultTypes: ['violations'] });
    return violations.map(({ id, impact, help, nodes }) => ({
      id,
      impact,
      help,
      nodes: nodes.map((node) => ({
        html: node.html.slice(0, 200),
        why: [...node.any, ...node.all, ...node.none].map((one) => one.message).join('; '),
      })),
    }));
  }, AXE_TAGS);
  return violations.map(({ id, impact, help, nodes }) => {
    const shown = nodes.slice(0, 5).map(({ html, why }) => `\n      ${html}\n        ${why}`);
    const rest = nodes.length > 5 ? `\n      … and ${nodes.length - 5} more` : '';
    return `axe, ${where}: ${id} (${impact}): ${help}${shown.join('')}${rest}`;
  });
}

/** Runs in the page. What stands out to the right of it; a wide table in a box that scrolls does not. */
function overflowing() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const clipped = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== 'visible') return true;
    }
    return false;
  };
  const culprits = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > clientWidth + 1 && !clipped(element))
    .slice(0, 5)
    .map((element) => `\n      ${element.cloneNode(false).outerHTML.slice(0, 200)}`);
  return [`scrolls sideways: ${scrollWidth} px of content in ${clientWidth} px${culprits.join('')}`];
}
