import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import { InvalidInputError, PatronusError } from '@patronus/core';
import { commandLine, environment } from '../machine/index.ts';
import type { HostPlan } from '../topology/index.ts';
import { findSite, runningLab, type RunningLab } from './running-lab.ts';

/** The LAN host of a site by name, or its first. */
export function findHost(lab: Pick<RunningLab, 'plan'>, siteName: string, name?: string): HostPlan {
  const site = findSite(lab.plan, siteName);
  const host = name === undefined ? site.hosts[0] : site.hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host;
  const names = site.hosts.map((candidate) => candidate.name).join(', ');
  throw new PatronusError('not_found', `site ${siteName} has no host "${name}"; it has ${names}`);
}

/** Starts a program in a LAN host of a site; it ends with the lab at the latest. */
export function startInHost(
  lab: RunningLab,
  target: { readonly site: string; readonly host?: string },
  argv: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const { namespace } = findHost(lab, target.site, target.host);
  const [tool, ...args] = commandLine(lab.world, { argv, namespace });
  return spawn(tool!, args, { stdio, env: environment(lab.home, `host:${target.site}`) });
}

/** Runs a command in a LAN host of a site, at the caller's terminal; its exit status, 128 + number after a signal. */
export async function labExec(options: {
  readonly dataDir: string;
  readonly site: string;
  readonly host?: string;
  readonly command: readonly string[];
}): Promise<number> {
  if (options.command.length === 0) {
    throw new InvalidInputError([
      { field: 'command', problem: 'is empty', remedy: 'name what to run, such as ip route' },
    ]);
  }
  const target = { site: options.site, ...(options.host === undefined ? {} : { host: options.host }) };
  const child = startInHost(runningLab(options.dataDir), target, options.command, 'inherit');
  return await exitStatus(child);
}

const exitStatus = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
