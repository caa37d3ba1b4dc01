import { spawn } from 'node:child_process';
import { root, toolEnvironment } from './root.mjs';
import { exitCodeOf } from './run.mjs';

/** One Ctrl-C reaches us twice, from the terminal and from npm, some milliseconds apart; a person is slower. */
const sameSignalMs = 500;

/**
 * Runs a program in the foreground until it ends, and hands on signals, each once. The program gets a process group of its
 * own, so that a terminal's Ctrl-C does not reach it a second time on its own way.
 *
 * @returns {Promise<number>} its exit code
 */
export function foreground(command, args) {
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: 'inherit', detached: true });
  const lastSent = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = Date.now();
      if (now - (lastSent.get(signal) ?? 0) < sameSignalMs) return;
      lastSent.set(signal, now);
      child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}
