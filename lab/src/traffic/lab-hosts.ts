import { spawn } from 'node:child_process';
import { PatronusError, type Address } from '@patronus/core';
import type { RunningLab } from '../lifecycle/index.ts';
import { commandLine, environment } from '../machine/index.ts';
import type { HostPlan } from '../topology/index.ts';
import type { HostRef, TrafficHosts } from './host-traffic.ts';

/** The LAN hosts of a lab that is up. */
export function labHosts({ home, world, plan }: Pick<RunningLab, 'home' | 'world' | 'plan'>): TrafficHosts {
  const find = ({ site, host }: HostRef): HostPlan => {
    const hosts = plan.sites.find((candidate) => candidate.name === site)?.hosts;
    const found = hosts?.[host - 1];
    if (found !== undefined) return found;
    const remedy =
      hosts === undefined
        ? `its sites are ${plan.sites.map((candidate) => candidate.name).join(', ')}`
        : `it has hosts 1 to ${hosts.length}`;
    throw new PatronusError('not_found', `the lab has no host ${host} at site "${site}"; ${remedy}`);
  };
  return {
    addressOf: (host): Address => find(host).address,
    start(host, argv) {
      const [tool, ...args] = commandLine(world, { argv, namespace: find(host).namespace });
      return spawn(tool!, args, { stdio: 'pipe', env: environment(home, 'traffic') });
    },
  };
}
