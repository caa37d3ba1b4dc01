import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root, toolEnvironment } from './root.mjs';

/** Something that the person at the terminal must mend; shown without a stack. */
export class Failure extends Error {}

/**
 * Runs a program and waits for it. Never throws for a program that fails: its exit code is the answer, and 127 stands for
 * one that could not be started, 124 for one that was stopped after its time limit.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, limitMs?: number }} [options] `quiet` collects the output instead of showing it
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { quiet = false, env = toolEnvironment(), limitMs } = {}) {
  return new Promise((resolve) => {
    const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, { cwd: root, env, stdio });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk));
    let late = false;
    const timer = limitMs === undefined ? undefined : setTimeout(expire, limitMs);
    child.on('error', (error) => finish(127, `${command}: ${error.message}`));
    child.on('close', (code, signal) => finish(late ? 124 : (code ?? exitCodeOf(signal))));

    function expire() {
      late = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    }
    function finish(code, extra = '') {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString() + extra });
    }
  });
}

/** Of the output of a program that failed: enough for its message, not so much that the remedy scrolls away. */
const shownLines = 30;

/** As {@link run} quietly, behind a line that says what goes on; a failure shows what the program said. */
export async function step(doing, command, args, { env, limitMs, remedy = '' } = {}) {
  const { code, output } = await withProgress(doing, () => run(command, args, { quiet: true, env, limitMs }));
  if (code === 0) return output;
  throw new Failure(
    `${doing} failed: "${[command, ...args].join(' ')}" ended with ${code}.\n${output.trim().split('\n').slice(-shownLines).join('\n')}\n${remedy}`.trim(),
  );
}

/** The exit code by which shells tell of a signal. */
export const exitCodeOf = (signal) => 128 + (constants.signals[signal] ?? 0);

/** Shows what is going on once it takes over a second, and how long it took. */
export async function withProgress(doing, work) {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  const terminal = process.stderr.isTTY;
  let shown = false;
  const timer = setInterval(() => {
    if (terminal) process.stderr.write(`\r${doing} … ${seconds()} `);
    else if (!shown) process.stderr.write(`${doing} …\n`);
    shown = true;
  }, 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown) process.stderr.write(terminal ? `\r${doing} … ${seconds()}\n` : `${doing}: ${seconds()}\n`);
  }
}

/** Runs a script's main function; a {@link Failure} becomes its message and exit code 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
