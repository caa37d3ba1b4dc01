import { isIpv6, maxSlots, type Address } from '@patronus/core';

/** Two transport labels whose endpoints reach each other, in either order. */
export interface TransportLink {
  readonly a: string;
  readonly b: string;
}

export interface PairEnd {
  readonly label: string;
  readonly address: string | null;
  readonly nat: boolean;
}

/** Null where all labels reach all. */
export type TransportLinks = readonly TransportLink[] | null;

/** Why no path may lead from one endpoint to another of a different site, or null where one may. The order does not matter. */
export function obstacle(a: PairEnd, b: PairEnd, links: TransportLinks): string | null {
  if (links !== null && !links.some((link) => connects(link, a.label, b.label))) {
    return `no transport link joins ${a.label} and ${b.label}`;
  }
  if (a.nat && b.nat) return 'both ends are behind NAT, so neither can call the other';
  const [first, second] = [reachableAt(a), reachableAt(b)];
  if (first !== null && second !== null && isIpv6(first) !== isIpv6(second)) {
    return `${first} and ${second} are of different address families`;
  }
  return null;
}

const connects = (link: TransportLink, a: string, b: string): boolean =>
  (link.a === a && link.b === b) || (link.a === b && link.b === a);

const reachableAt = (end: PairEnd): Address | null => (end.nat ? null : (end.address as Address | null));

/** The bandwidth of a directed path: what the narrower end was bought with, bit/s; null where neither is known. */
export function pathBandwidth(source: { up_bps: number | null }, dest: { down_bps: number | null }): number | null {
  if (source.up_bps === null || dest.down_bps === null) return source.up_bps ?? dest.down_bps;
  return Math.min(source.up_bps, dest.down_bps);
}

/** Listening ports of an endpoint, both included; see `tunnelPort` in core. */
export const portsOf = (endpoint: { port: number; slot: number }): { from: number; to: number } => ({
  from: endpoint.port + endpoint.slot * maxSlots,
  to: endpoint.port + endpoint.slot * maxSlots + maxSlots - 1,
});
