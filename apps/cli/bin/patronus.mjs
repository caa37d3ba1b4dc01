#!/usr/bin/env node
/*
 * The `patronus` command. Plain JavaScript that any Node from 18 on can read: it finds a Node that is new enough and the
 * built program, and otherwise says what is missing.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  const node = nearestNode(here);
  if (node === null || process.env.PATRONUS_NODE_FOUND === node) {
    fail(`Node ${process.version} is too old: version ${neededMajor} or newer is needed. "npm ci" installs one here.`);
  } else {
    runWith(node);
  }
} else {
  const main = join(here, '../dist/main.js');
  if (existsSync(main)) await import(main);
  else fail('the program is not built yet; run "npm start" or "npm run build" in the clone first.');
}

/** The Node of the lock file: the nearest `node_modules/.bin/node` upwards from a folder. */
function nearestNode(from) {
  const candidate = join(from, 'node_modules/.bin/node');
  if (existsSync(candidate)) return candidate;
  return dirname(from) === from ? null : nearestNode(dirname(from));
}

function runWith(node) {
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATRONUS_NODE_FOUND: node },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message) {
  process.stderr.write(`patronus: ${message}\n`);
  process.exitCode = 1;
}
