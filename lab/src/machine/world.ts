import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { PatronusError } from '@patronus/core';
import { SystemCommandRunner, type CommandRunner } from '@patronus/linux';
import type { LabHome } from './lab-home.ts';
import { findPrograms, markerOf } from './marker.ts';

/** The world in which a lab's network namespaces have names: the machine itself for root, else a holder's namespaces. */
export interface World {
  readonly privileged: boolean;
  /** Arguments that put a command into this world; empty where the machine itself is it. */
  readonly enter: readonly string[];
}

const holderRole = 'holder';
const holderDeadlineMs = 5000;
const runner: CommandRunner = new SystemCommandRunner();

/** The world of a lab that exists, or null where none can be told apart. Changes nothing. */
export function existingWorld(home: LabHome): World | null {
  if (process.getuid?.() === 0) return { privileged: true, enter: [] };
  const holder = findPrograms(home.id).find((program) => program.role === holderRole);
  return holder === undefined ? null : worldOf(holder.pid);
}

/**
 * The world to build a lab in: made where it is missing.
 * @throws PatronusError `unsupported_kernel` where namespaces are not allowed, with the remedy.
 */
export async function openWorld(home: LabHome): Promise<World> {
  requireTunnelDevice();
  const world = existingWorld(home) ?? (await startHolder(home));
  await requireNamespaces(world);
  return world;
}

/** Runs a shell script in the world; it ends at the first command that fails. */
export async function runScript(world: World, script: string, timeoutMs = 30_000): Promise<string> {
  return runner.run({ ...commandOf([...world.enter, 'sh', '-e', '-s']), stdin: script, timeoutMs });
}

/** Runs one program in a named network namespace of the world. */
export async function runIn(world: World, namespace: string, argv: readonly string[], stdin = ''): Promise<string> {
  return runner.run({ ...commandOf([...world.enter, ...intoNamespace(namespace), ...argv]), stdin });
}

const commandOf = ([tool = 'true', ...args]: readonly string[]) => ({ tool, args });

/** Arguments that put a command into a named network namespace, once it is in the world. */
export const intoNamespace = (namespace: string): readonly string[] => ['nsenter', `--net=/run/netns/${namespace}`];

const worldOf = (holder: number): World => ({
  privileged: false,
  enter: ['nsenter', `--target=${holder}`, '--user', '--net', '--mount', '--preserve-credentials'],
});

/** A sleeping process whose user, mount and network namespaces an ordinary user may shape: `/run` is empty there. */
async function startHolder(home: LabHome): Promise<World> {
  const script = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && echo ready && exec sleep infinity';
  const child = spawn('unshare', ['--user', '--map-root-user', '--net', '--mount', 'sh', '-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...markerOf(home.id, holderRole) },
  });
  const ready = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), holderDeadlineMs);
    const settle = (value: boolean) => () => {
      clearTimeout(timer);
      resolve(value);
    };
    child.stdout.once('data', settle(true));
    child.once('error', settle(false));
    child.once('exit', settle(false));
  });
  if (!ready || child.pid === undefined) throw notAllowed('unprivileged user namespaces are not allowed here');
  child.stdout.destroy();
  child.unref();
  return worldOf(child.pid);
}

async function requireNamespaces(world: World): Promise<void> {
  try {
    await runScript(world, 'unshare --net true');
  } catch (cause) {
    throw notAllowed('network namespaces are not allowed here', cause);
  }
}

function requireTunnelDevice(): void {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new PatronusError(
      'unsupported_kernel',
      'the lab needs /dev/net/tun; run as root, or let every user open it: sudo modprobe tun && sudo chmod 666 /dev/net/tun',
      { cause },
    );
  }
}

const notAllowed = (reason: string, cause?: unknown): PatronusError =>
  new PatronusError(
    'unsupported_kernel',
    `the lab cannot make network namespaces: ${reason}; run as root, or allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1`,
    { cause },
  );
