import { systemTimers } from '@patronus/core';
import { LinkMonitor, type LinkEvent } from '@patronus/linux';
import type { WatchKernel } from './ports.ts';
import { DriftWatch } from './reconcile/index.ts';

/** Follows the kernel of this network namespace and sorts what it tells by what the edge makes of it. */
export const watchKernel: WatchKernel = (listener) => {
  const drift = new DriftWatch(systemTimers, () => listener.drifted());
  const monitor = new LinkMonitor(systemTimers, (event) => {
    if (deviceEvents.has(event.kind)) listener.devices();
    drift.seen(event);
  });
  return {
    stop: () => {
      monitor.stop();
      drift.stop();
    },
  };
};

const deviceEvents: ReadonlySet<LinkEvent['kind']> = new Set(['link', 'link_deleted', 'address', 'resync']);
