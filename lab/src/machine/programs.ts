import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PatronusError } from '@patronus/core';
import type { LabHome } from './lab-home.ts';
import { openLog } from './logs.ts';
import { findPrograms, markerOf, type LabProgram } from './marker.ts';
import { intoNamespace, type World } from './world.ts';

export * from './logs.ts';
export * from './marker.ts';
export * from './world.ts';

/** A program to start in the background, outliving the one that starts it. */
export interface ProgramStart {
  /** Names it, and its log file. */
  readonly role: string;
  readonly argv: readonly string[];
  /** A network namespace of the lab; absent: the machine's own. */
  readonly namespace?: string;
  /** A directory that it sees as `/run`, with a `/sys` of its own, as on a machine of its own. */
  readonly runDir?: string;
}

/**
 * wireguard-go names its sockets in /run/wireguard after the interface, the same on every edge; they must outlive one run of
 * the edge. The devices in /sys are those of the namespace that mounted it; where a user namespace forbids the mount, /sys
 * shows none of the edge's.
 */
const ownMachineScript = 'mount --bind "$1" /run && shift; mount -t sysfs sysfs /sys 2>/dev/null || :; exec "$@"';

/** Starts a program with the lab's marker and its output in `logs/<role>.log`; without a world, on the machine itself. */
export function startProgram(home: LabHome, world: World | null, start: ProgramStart): ChildProcess {
  const log = openLog(home, start.role);
  try {
    const [tool, ...args] = commandLine(world, start);
    const child = spawn(tool!, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: environment(home, start.role),
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Runs a program as {@link startProgram} does and waits for its end; its exit status, or null when it was killed. */
export async function runProgram(
  home: LabHome,
  world: World | null,
  start: ProgramStart,
  deadlineMs: number,
): Promise<number | null> {
  const child = startProgram(home, world, start);
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code));
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The whole argument list that runs a program where it belongs. */
export function commandLine(world: World | null, start: Pick<ProgramStart, 'argv' | 'namespace' | 'runDir'>): string[] {
  if (start.namespace === undefined) return [...start.argv];
  const own =
    start.runDir === undefined ? [] : ['unshare', '--mount', 'sh', '-e', '-c', ownMachineScript, 'sh', start.runDir];
  return [...(world?.enter ?? []), ...intoNamespace(start.namespace), ...own, ...start.argv];
}

export const environment = (home: LabHome, role: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
  ...markerOf(home.id, role),
});

/** The process that was started in a role, not what it started in turn; undefined when it does not run. */
export function findProgram(home: LabHome, role: string): LabProgram | undefined {
  const same = findPrograms(home.id).filter((program) => program.role === role);
  return same.find((program) => program.isNode && !same.some((other) => other.pid === program.parentPid));
}

/** How long a program may take to end by itself before it is killed. */
const graceMs = 3000;
const pollMs = 20;

/** Ends processes: asks first, then kills. Returns when all are gone. */
export async function endPrograms(find: () => readonly LabProgram[]): Promise<void> {
  signal(find(), 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline && find().length > 0) await delay(pollMs);
  await killPrograms(find);
}

/** Kills processes at once, with those that they start meanwhile. */
export async function killPrograms(find: () => readonly LabProgram[]): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (;;) {
    const left = find();
    if (left.length === 0) return;
    if (performance.now() > deadline) {
      const names = left.map(({ role, pid }) => `${role} (${pid})`).join(', ');
      throw new PatronusError('timeout', `these programs of the lab do not end: ${names}`);
    }
    signal(left, 'SIGKILL');
    await delay(pollMs);
  }
}

function signal(programs: readonly LabProgram[], name: NodeJS.Signals): void {
  for (const { pid } of programs) {
    try {
      process.kill(pid, name);
    } catch {
      // it ended by itself
    }
  }
}

/** The beginning of an argument list that runs one of our modules: sources run as they are when we do ourselves. */
export const nodeArguments = (): string[] => [
  process.execPath,
  ...(import.meta.url.endsWith('.ts') ? ['--conditions=patronus-source', '--disable-warning=ExperimentalWarning'] : []),
];
