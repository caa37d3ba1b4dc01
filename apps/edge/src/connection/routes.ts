import { isIP } from 'node:net';
import type { LocalEndpoint, UplinkFact } from '@patronus/protocol';

/** A way to the controller: an uplink's address to call from, or null for whichever the routing table picks. */
export type Route = string | null;

/**
 * The ways to try, in order of slot, the routing table's own choice last: it is the only one before the first document and
 * the right one where the controller is behind none of the uplinks.
 */
export function routesOver(
  endpoints: readonly LocalEndpoint[],
  uplinks: readonly UplinkFact[],
  controllerHost: string,
): readonly Route[] {
  const family = isIP(controllerHost);
  const addresses = endpoints
    .toSorted((a, b) => a.slot - b.slot)
    .map((endpoint) => uplinks.find((uplink) => uplink.device === endpoint.device && uplink.carrier))
    .map((uplink) => uplink?.addresses.find((address) => family === 0 || isIP(address) === family));
  return [...new Set([...addresses.filter((address) => address !== undefined), null])];
}

/**
 * Goes round the ways, beginning with the one that worked last; the one on which a connection died goes after the others,
 * and those known to be dead come last.
 */
export class RouteRotation {
  private favourite: Route | undefined;
  private suspects: ReadonlySet<Route> = new Set();
  private queue: Route[] = [];

  get remaining(): number {
    return this.queue.length;
  }

  startRound(routes: readonly Route[], dead: ReadonlySet<string>): void {
    const rank = (route: Route): number => {
      if (route !== null && dead.has(route)) return 3;
      if (this.suspects.has(route)) return 2;
      return route === this.favourite ? 0 : 1;
    };
    this.queue = routes.toSorted((a, b) => rank(a) - rank(b));
  }

  /** The next way of this round; undefined at its end. */
  next(): Route | undefined {
    return this.queue.shift();
  }

  worked(route: Route): void {
    this.favourite = route;
    this.suspects = new Set();
  }

  /** A connection over this way broke, which had left from this address. */
  diedOnline(route: Route, localAddress: string | null): void {
    this.suspects = new Set([route, ...(localAddress === null ? [] : [localAddress])]);
  }
}
