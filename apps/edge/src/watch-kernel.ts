import { routeProtocol, systemTimers, tunnelNamePattern } from '@patronus/core';
import { LinkMonitor, type LinkEvent } from '@patronus/linux';
import type { WatchKernel } from './ports.ts';

/** Follows the kernel of this network namespace and sorts what it tells by what the edge makes of it. */
export const watchKernel: WatchKernel = (listener) =>
  new LinkMonitor(systemTimers, (event) => {
    if (isOursTaken(event)) listener.oursTaken();
    else if (deviceEvents.has(event.kind)) listener.devices();
  });

const deviceEvents: ReadonlySet<LinkEvent['kind']> = new Set(['link', 'link_deleted', 'address', 'resync']);

function isOursTaken(event: LinkEvent): boolean {
  if (event.kind === 'link_deleted') return tunnelNamePattern.test(event.device);
  const isRouting = event.kind === 'route' || event.kind === 'rule' || event.kind === 'next_hop';
  return isRouting && event.deleted && event.protocol === String(routeProtocol);
}
