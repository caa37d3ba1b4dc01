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
/**
 * How much V8 keeps for young objects, MB. With its own 16 a controller that does nothing holds some 50 MB more, three times
 * what it once needed while it started; with less than 4 it collects so often that answers take longer.
 */
const leanHeap = '--max-semi-space-size=4';
/** One pool of the C library for all threads: each of V8's own threads would keep one with what it needed once, 10 MB in all. */
const leanPools = { MALLOC_ARENA_MAX: '1' };
const here = dirname(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  const node = nearestNode(here);
  if (node === null || process.env.PATRONUS_NODE_FOUND === node) {
    fail(`Node ${process.version} is too old: version ${neededMajor} or newer is needed. "npm ci" installs one here.`);
  } else {
    runWith(node);
  }
} else if (isController() && !hasLeanHeap()) {
  const args = [...process.execArgv, leanHeap, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.execve(process.execPath, [process.execPath, ...args], { ...leanPools, ...process.env });
} else {
  const main = join(here, '../dist/main.js');
  if (existsSync(main)) await import(main);
  else fail('the program is not built yet; run "npm start" or "npm run build" in the clone first.');
}

/** What serves for weeks and mostly waits. */
function isController() {
  return ['controller', 'up'].includes(process.argv[2]);
}

/** Whether it was started with the flag, or cannot be started again in its own place, as on a Node without `execve`. */
function hasLeanHeap() {
  return (
    typeof process.execve !== 'function' || process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size'))
  );
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
