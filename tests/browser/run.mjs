// Runs the journeys (`*.test.mjs`), or those whose file name contains one of the words given.
//
//   INFIRMARY_BIN=target/debug/infirmary node run.mjs [word…]
//   node run.mjs --missing     prints what is missing here to run them, and ends with 3 if anything is
//
// Ends with 0 when every journey went through, 1 when one failed, 3 when something is missing.

import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { missing } from './support.mjs';

const words = process.argv.slice(2);
const lacks = missing();
if (words[0] === '--missing' || lacks.length > 0) {
  for (const lack of lacks) console.error(lack);
  process.exit(lacks.length > 0 ? 3 : 0);
}
// Each server runs in its own folder, and each screenshot is written from there or here alike.
for (const name of ['INFIRMARY_BIN', 'SCREENSHOTS']) {
  if (process.env[name]) process.env[name] = resolve(process.env[name]);
}

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here)
  .filter((file) => file.endsWith('.test.mjs') && (words.length === 0 || words.some((word) => file.includes(word))))
  .sort()
  .map((file) => resolve(here, file));
if (files.length === 0) {
  console.error(`no journey is called ${words.join(' or ')}`);
  process.exit(1);
}

// One after the other: a browser and a server are enough for a small machine, and timings stay true.
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    process.exitCode = 1;
    stopped.abort(new Error(`stopped by ${signal}`));
  });
}
const journeys = run({ files, concurrency: 1, signal: stopped.signal });
journeys.on('test:fail', () => (process.exitCode = 1));
journeys.compose(new spec()).pipe(process.stdout);
