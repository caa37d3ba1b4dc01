import { noArrivals, type ArrivalCounts } from '@patronus/protocol/stamp-extensions';
import type { PlannedFlow } from './probe-plan.ts';

/** What is counted of the packets of a tunnel to one far end: how those from there arrive, and how many were sent there. */
export interface TunnelCounts extends ArrivalCounts {
  sent: number;
}

/** Counts the traffic of tunnels, where the machine can. Implemented by a program in the kernel, by records in tests. */
export interface TrafficCounter {
  /** From now on counts these; those that stay go on. */
  configure(flows: readonly PlannedFlow[]): void;
  /** Reads the counts of the tunnel between two probe addresses; generation 0 where nothing is counted. */
  read(localAddress: number, remoteAddress: number, into: TunnelCounts): void;
}

export const noCounts = (): TunnelCounts => ({ ...noArrivals(), sent: 0 });

/** Counts nothing. */
export const uncounted: TrafficCounter = {
  configure: () => {},
  read: (_localAddress, _remoteAddress, into) => {
    into.generation = 0;
  },
};
